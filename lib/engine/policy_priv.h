/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Policies as they stand in memory. They are not changed after the load.
 * Included by lib/engine/policy*.c only.
 */
#ifndef SHYRAQ_POLICY_PRIV_H
#define SHYRAQ_POLICY_PRIV_H

#include "except.h"
#include "policy.h"
#include "str.h"
#include "tree_conf.h"

#define POLICIES_MAX 24
#define WORDS_MAX 256
#define COUNTRIES_MAX 16
#define ANY_HOUR (-1)
#define MINUTE_MS 60000LL
#define DAY_MINUTES 1440
#define DAY_MS (DAY_MINUTES * MINUTE_MS)
#define ORGANISATIONS "ngo shelter child social legal health labour"

/* Conditions; an empty list holds always, all that are there must hold. */
struct policy_if {
	bool any; /* there is at least one */
	char regions[WORDS_MAX], countries[WORDS_MAX], homes[WORDS_MAX];
	char who[WORDS_MAX], what[WORDS_MAX], need[WORDS_MAX], about[WORDS_MAX];
	char langs[WORDS_MAX], classes[WORDS_MAX];
	char ngo[WORDS_MAX], police[WORDS_MAX], embassy[WORDS_MAX]; /* "yes no none" */
	char child[8], place[8], abroad[8], complaint[8];           /* "yes", "no" */
	int16_t hour_from,
	    hour_to;  /* minutes of the day, ANY_HOUR; from > to: over midnight */
	uint8_t days; /* bit 0: Monday; 0: any */
};

struct policy_ask {
	struct policy_if when;
	struct plan_ask ask;
};

struct policy_file {
	char name[PLAN_NAME_MAX];
	char path[256];
	int rank;
	struct policy_if when;
	bool has[CASE_DANGER + 1]; /* clocks of its own */
	struct clocks clocks[CASE_DANGER + 1];
	bool in_hours[CASE_DANGER + 1], morning[CASE_DANGER + 1];
	unsigned n;
	struct policy_ask v[PLAN_ASKS];
	enum plan_end end;
	bool card;
	/* of the file without conditions alone */
	bool vetted_only;
	struct exceptions exceptions;
	char child_asks[PLAN_KINDS_MAX], danger_asks[PLAN_KINDS_MAX];
	struct policy_hours opening;
};

struct policies {
	size_t n;
	struct policy_file *v[POLICIES_MAX]; /* by rank */
	size_t calendars;
	struct {
		char country[8];
		struct policy_hours hours;
	} calendar[COUNTRIES_MAX];
	struct policy_hours opening; /* of every other country */
};

static inline const struct policy_file *
policies_base(const struct policies *p)
{
	return p->v[p->n - 1];
}

/* Whether the lists have a word in common. */
bool policy_shares(const char *a, const char *b);
/* "KZ" of "KZ-47", "SEA" of "SEA-TH", "" of "". */
void policy_country(char out[FLOW_NAME_MAX], const char *region);
/* 3 the region itself, 2 its country, 1 anywhere, 0 not covered. */
int policy_closeness(const char *regions, const char *region);
const char *policy_fact(const struct case_facts *c, const char *name);

/* policy_conf.c: one file, with its conditions and steps. */
MUST_CHECK enum rc policy_file_read(
    const char *path, struct policy_file *out, struct flow_err *err);
/* policy_if.c */
void policy_if_read(
    struct tree *t, const struct config_setting_t *group, struct policy_if *out);
bool policy_if_holds(const struct policy_if *c, const struct case_facts *facts,
    const struct policy_when *w, const struct plan *plan);
bool policy_is_child(const struct case_facts *c);
bool policy_read_days(struct tree *t, const struct config_setting_t *group, uint8_t *out);
/* "09:30"; false for anything else. 24:00 is the end of a day. */
bool policy_read_hour(const char *s, int16_t *out);
void policy_read_words(struct tree *t, const struct config_setting_t *group,
    const char *name, const char *allowed, char *out, size_t size);
/* policy_hours.c: DIR/holidays.COUNTRY into h; RC_OK also without one. */
MUST_CHECK enum rc policy_holidays_read(
    const char *path, struct policy_hours *h, struct flow_err *err);

#endif
