/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed lists of outcomes and qualifications: one table each, and the digits that receivers type.
 * It decides nothing about a case. Called as outcome_codes.h says.
 */
#include "outcome_codes.h"

#include <string.h>

#include "base.h"

const struct outcome_code outcome_codes[] = {
	{ "safe_place", OUTCOME_HELPED, "ClosedReferred", "SocialCare" },
	{ "medical", OUTCOME_HELPED, "ClosedReferred", "Health" },
	{ "legal", OUTCOME_HELPED, "ClosedReferred", "Legal" },
	{ "papers", OUTCOME_HELPED, "ClosedReferred", "Legal" },
	{ "wages", OUTCOME_HELPED, "Closed", "Financial" },
	{ "returned", OUTCOME_HELPED, "Closed", "" },
	{ "declined", OUTCOME_ENDED, "Closed", "" },
	{ "unreachable", OUTCOME_ENDED, "Closed", "" },
	{ "no_evidence", OUTCOME_LAW, "Active", "" },
	{ "reclassified", OUTCOME_LAW, "Active", "" },
	{ "court", OUTCOME_LAW, "Active", "" },
	{ "info", OUTCOME_NOISE, "Closed", "" },
	{ "not_trafficking", OUTCOME_NOISE, "Closed", "" },
	{ "duplicate", OUTCOME_NOISE, "Closed", "" },
	{ "test", OUTCOME_NOISE, "Closed", "" },
	{ "prank", OUTCOME_NOISE, "Closed", "" },
	{ "false_danger", OUTCOME_NOISE, "Closed", "" },
	{ "no_answer", OUTCOME_NOISE, "Closed", "" },
};
const size_t outcome_codes_n = ARRAY_LEN(outcome_codes);

static const char legal[] =
    "reported registered no_evidence reclassified court sentence acquitted";
static const char identifiers[] =
    "Police NGO CourtOrProsecution NonPoliceGovernmentalOrganization Other";

static const char services[] = "long_stay legal_status safe_return rehabilitation";

const struct outcome_code *
outcome_code_find(const char *code)
{
	for (size_t i = 0; i < outcome_codes_n; i++) {
		if (strcmp(outcome_codes[i].code, code) == 0)
			return &outcome_codes[i];
	}
	return NULL;
}

/* The digits are printed nowhere: they stand in the question. */
const char *
outcome_of_digit(enum outcome_menu m, int digit)
{
	static const char *const menus[][8] = {
		[OUTCOME_MENU_MAIN] = { "safe_place", "medical", "legal", "papers",
		    "wages", "returned", "declined", "unreachable" },
		[OUTCOME_MENU_POLICE] = { "court", "no_evidence", "reclassified",
		    "declined", "unreachable" },
		[OUTCOME_MENU_NOISE] = { "info", "not_trafficking", "duplicate", "test",
		    "prank", "false_danger", "no_answer" },
	};

	return digit >= 1 && digit <= 8 ? menus[m][digit - 1] : NULL;
}

static bool
is_in(const char *list, const char *code)
{
	size_t n = strlen(code);

	for (const char *p = list; n > 0 && (p = strstr(p, code)) != NULL; p += n) {
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	}
	return false;
}

const char *
outcome_list_of(const char *what)
{
	static const struct {
		const char *what, *list;
	} lists[] = { { "legal", legal }, { "identified", identifiers },
		{ "not_identified", identifiers }, { "service", services } };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (strcmp(lists[i].what, what) == 0)
			return lists[i].list;
	}
	return NULL;
}

bool
outcome_may_say(const char *what, const char *code)
{
	const char *list = outcome_list_of(what);

	return list != NULL && is_in(list, code);
}
