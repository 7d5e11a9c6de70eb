/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S13, the loop guard: identical texts and machine rhythm, counted a number. It decides only whether a
 * text is a machine's; who is answered all the same the turn decides. Pure; kept as one line in `peer`.
 */
#ifndef SHYRAQ_GUARD_H
#define SHYRAQ_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#define GUARD_LINE_MAX 160

struct guard {
	char same[17]; /* keyed hash of the last text, hex: 64 bits */
	int64_t same_n;
	int64_t minute_ms, minute_n; /* texts since then; a minute at most */
	int64_t last_ms, gap_ms, gap_n;
	bool told; /* the task of this spell was made */
};

struct guard_limits {
	int64_t same;   /* so many identical texts in a row */
	int64_t minute; /* more texts in a minute than that */
	int64_t gaps;   /* so many equal pauses in a row */
};

/* What does not parse is a number that never wrote. */
void guard_read(struct guard *g, const char *line);
void guard_write(const struct guard *g, char out[GUARD_LINE_MAX]);

/*
 * One text more, `hash` of it. `counts`: it answered nothing, so that it may count as one of many alike.
 * True: this is a machine.
 */
bool guard_seen(struct guard *g, const struct guard_limits *l, const char hash[17],
    int64_t now, bool counts);

#endif
