/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A conversation tried in the terminal: what stands in memory, and how it is shown.
 * Included by console/ctl_flow_try.c and ctl_flow_show.c only.
 */
#ifndef SHYRAQ_CTL_FLOW_TRY_H
#define SHYRAQ_CTL_FLOW_TRY_H

#include "ctl_flow.h"

#define TRIAL_CASES 8
#define TRIAL_WORDS_MAX 128

/* What the turn would know of a case. Index 0: of no case. */
struct trial_case {
	enum case_state state;
	char taken_at[6];
	bool night;
	char step[FLOW_NAME_MAX]; /* of waiting words; "" for none */
	char at[6];
	char words[TRIAL_WORDS_MAX];
	char job[TRIAL_WORDS_MAX];
};

/* All of it is plain values, so that one copy is one step to go back to. */
struct trial {
	struct session s, hidden;
	struct trial_case v[TRIAL_CASES];
	int64_t cases;
	int64_t now_ms;
	enum bearer bearer;
	bool dialogue; /* USSD: one is open */
	unsigned page;
	char text[FLOW_TEXT_MAX]; /* the last one said */
};

/* "02:11" */
void trial_clock(char out[6], int64_t ms);
void show_input(const struct trial *t, const char *line);
void show_note(const char *fmt, ...) PRINTF_LIKE(1, 2);
void show_effects(const struct effects *e);
/* The text as an SMS, or the page of it that the screen shows; false when there is no such page. */
bool show_answer(const struct flows *f, const struct trial *t, const char *key);
void show_help(void);

#endif
