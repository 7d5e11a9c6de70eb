/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exceptions to "an organisation is asked only after the person's yes", one table a country: the first
 * reply is worded from it and routing keeps to it. Read by policy_conf.c; called by flows and policies.
 */
#ifndef SHYRAQ_EXCEPT_H
#define SHYRAQ_EXCEPT_H

#include <stddef.h>

enum exception {
	EXCEPT_CHILD = 1,
	EXCEPT_DANGER = 2,
};
#define EXCEPT_TABLES 4 /* as many differ */
#define EXCEPT_COUNTRIES 16

struct exceptions {
	unsigned base; /* of every country that has no table of its own */
	unsigned n;
	struct {
		char country[3];
		unsigned held;
	} v[EXCEPT_COUNTRIES];
};

/* One country's table ("KZ"). */
unsigned exceptions_in(const struct exceptions *e, const char *country);
/*
 * What a person was, or is, told: the table of their number's country, of which only that holds which
 * the country of the place has, too. "" or NULL: unknown; of an unknown number what all tables have.
 */
unsigned exceptions_stated(
    const struct exceptions *e, const char *number, const char *place);
/* "child", "danger"; 0 for anything else. */
unsigned exception_parse(const char *name);
/* Everything that somebody can be told: the tables that differ. Returns how many. */
size_t exceptions_told(const struct exceptions *e, unsigned out[EXCEPT_TABLES]);

#endif
