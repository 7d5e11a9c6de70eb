/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes wrong on request: each fault's state, its timers, and the questions others ask.
 * Never decides by chance: the same orders give the same faults.
 * Called by sim_at.c, sim_at_sms.c, sim_ctl_ops.c and the loop.
 */
#ifndef SHYRAQ_SIM_FAULT_H
#define SHYRAQ_SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

struct sim;

enum {
	FAULT_JUNK_MAX = 400,
	FAULT_FOREVER = -1, /* as a count: until cleared */
};

enum fault_where {
	FAULT_BEFORE, /* noise before an answer */
	FAULT_INSIDE, /* within it */
	FAULT_LINE,   /* a line of its own, unasked */
};

/* counts: 0 none, FAULT_FOREVER until cleared; times in ms, 0 none, INT64_MAX until cleared */
struct fault {
	int64_t silent_until;
	int64_t dark_until;                      /* the modem reboots */
	int64_t line_back_at;                    /* hung up until then */
	int hang_up_at_submit, reboot_at_submit; /* ms to come back, -1 none */
	int cms_left, cms_code;
	int no_result_left;
	int late_left, late_ms;
	int delete_left, delete_code;
	int unannounced_left;
	int junk_left;
	enum fault_where junk_where;
	int64_t junk_every_ms, junk_at_ms;
	size_t junk_len;
	char junk[FAULT_JUNK_MAX];
	bool full;
	unsigned bps;
};

void fault_init(struct fault *f);
/* Undoes all of them; a line that was hung up comes back at once. */
void fault_clear(struct sim *s);

/* True, and one of the count is used up. */
bool fault_use(int *left);
bool fault_is_mute(const struct fault *f, int64_t now_ms);
bool fault_is_dark(const struct fault *f, int64_t now_ms);

void fault_hang_up(struct sim *s, int64_t ms);
void fault_reboot(struct sim *s, int64_t ms);
/* What the submit just recorded sets off. True: it is not to be answered. */
bool fault_at_submit(struct sim *s);

void fault_run(struct sim *s, int64_t now_ms);
int64_t fault_due_ms(const struct sim *s);

#endif
