/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is to be done later: one heap of times, the same time in the order it was asked for.
 * It waits for nothing itself. Called by the smsc_*.c that answer late, and by the loop.
 */
#ifndef SHYRAQ_SMSC_LATER_H
#define SHYRAQ_SMSC_LATER_H

#include <stddef.h>
#include <stdint.h>

struct smsc;

/* `arg` is freed when it returns. */
typedef void later_fn(struct smsc *s, void *arg);

struct later {
	int64_t due_ms;
	uint64_t turn;
	later_fn *fn;
	void *arg;
};

struct laters {
	struct later *heap; /* owned */
	size_t n, room;
	uint64_t turn;
};

/* Takes `arg`, from malloc, which points to nothing that needs freeing. */
void later_add(struct laters *l, int64_t due_ms, later_fn *fn, void *arg);
void later_run(struct smsc *s, int64_t now_ms);
/* INT64_MAX: nothing waits. */
int64_t later_due_ms(const struct laters *l);
void later_clear(struct laters *l);

#endif
