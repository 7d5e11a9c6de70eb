/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The closed lists of what becomes of a case, and how each is coded where a standard has it.
 * Pure: it knows no case and no text. Called by outcome.c, the console and whoever counts.
 */
#ifndef SHYRAQ_OUTCOME_CODES_H
#define SHYRAQ_OUTCOME_CODES_H

#include <stdbool.h>
#include <stddef.h>

#define OUTCOME_CODE_MAX 20

enum outcome_group {
	OUTCOME_HELPED, /* a person met and helped */
	OUTCOME_ENDED,  /* a person, and no help came about */
	OUTCOME_LAW,    /* what became of it with police and courts: closes nothing */
	OUTCOME_NOISE,  /* no person in need */
};

/* HTCDS 2.0 where it has a code: cas_Status, spl_Type; "" where it has none. */
struct outcome_code {
	const char *code;
	enum outcome_group group;
	const char *htcds_status, *htcds_plan;
};
extern const struct outcome_code outcome_codes[];
extern const size_t outcome_codes_n;

const struct outcome_code *outcome_code_find(const char *code); /* NULL: none of ours */

/* What a receiver answers by a digit, as the texts ref.outcome_ask... have it. */
enum outcome_menu {
	OUTCOME_MENU_MAIN,
	OUTCOME_MENU_POLICE,
	OUTCOME_MENU_NOISE, /* behind OUTCOME_OTHER of both */
};
#define OUTCOME_OTHER 9
/* The code; NULL: no such digit, or OUTCOME_OTHER. */
const char *outcome_of_digit(enum outcome_menu m, int digit);

/*
 * What is said of a case, and its closed list, "reported registered ...": "legal", where it stands with the law;
 * "identified" and "not_identified", by whom, as HTCDS has it; "service", what followed, in the words that
 * `services` of a receiver has. NULL: no such thing.
 */
const char *outcome_list_of(const char *what);
bool outcome_may_say(const char *what, const char *code);

#endif
