/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The prepaid balance of a SIM: when to ask, what the answer says, whether it is low.
 * It never dials itself. Called by ussd.c.
 */
#ifndef SHYRAQ_BALANCE_H
#define SHYRAQ_BALANCE_H

#include <regex.h>
#include <stdbool.h>

#include "link.h"
#include "ussd_conf.h"

struct balance {
	const struct balance_conf *conf; /* borrowed */
	bool has_pattern;
	regex_t pattern;
	int64_t next; /* clock_boot_ms; 0: not planned yet */
};

/* RC_REFUSED, logged: the pattern is none, or has no group. */
MUST_CHECK enum rc balance_init(
    struct balance *b, const struct balance_conf *conf, const char *link);
void balance_clear(struct balance *b);

/* It is time to ask; `up`: the link could. Plans the next time when it says so. */
bool balance_is_due(struct balance *b, bool up, int64_t now);
/* Nobody answered: sooner than planned. */
void balance_unheard(struct balance *b, int64_t now);
/* This code asks for it. */
bool balance_is_code(const struct balance *b, const char *code);
/* The answer of the network: l->balance and a log line, or a line that there is no value in it. */
void balance_heard(
    const struct balance *b, struct link *l, const char *text, int64_t now);
/* False: no value in it. Pure. */
bool balance_value(const struct balance *b, const char *text, int64_t *value);

#endif
