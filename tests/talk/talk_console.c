/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person at a console decides about a case: closed, opened again, linked, confirmed.
 * It checks nothing. Called by talk_lines.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intake_case.h"
#include "str.h"
#include "talk.h"

static const struct {
	const char *word;
	enum intake_act act;
} acts[] = { { "close", INTAKE_CASE_CLOSE }, { "reopen", INTAKE_CASE_REOPEN },
	{ "link", INTAKE_CASE_LINK }, { "unlink", INTAKE_CASE_UNLINK },
	{ "assert", INTAKE_CASE_ASSERT }, { "confirm", INTAKE_CASE_CONFIRM },
	{ "refuse", INTAKE_CASE_REFUSE } };

static bool
take_act(struct intake_case *in, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (strcmp(acts[i].word, word) == 0) {
			in->act = acts[i].act;
			return true;
		}
	}
	return false;
}

static bool
fill_in(struct talk *k, struct intake_case *in, const char *one, const char *two)
{
	struct facts c;
	long phone;

	if (in->act == INTAKE_CASE_CLOSE)
		return str_copy(in->code, sizeof(in->code), one);
	if (in->act == INTAKE_CASE_REOPEN)
		return str_copy(in->note, sizeof(in->note), "a talk");
	if (in->act == INTAKE_CASE_ASSERT)
		return str_copy(in->what, sizeof(in->what), one) &&
		    str_copy(in->code, sizeof(in->code), two);
	if (in->act != INTAKE_CASE_LINK)
		return true;
	phone = strtol(one, NULL, 10);
	if (phone < 1 || phone > TALK_PHONES || !facts_case(&k->phone[phone - 1], &c))
		return false;
	in->other = c.number;
	return true;
}

static bool
decide(struct talk *k, struct mobile *m, const char *arg, bool *done)
{
	struct intake_case in = { .number = 0 };
	char word[16] = "", one[32] = "", two[32] = "", text[INTAKE_MAX];
	struct facts c;

	history(k, "= console %s", arg);
	if (sscanf(arg, "%15s %31s %31s", word, one, two) < 1 || !facts_case(m, &c) ||
	    !take_act(&in, word) || !fill_in(k, &in, one, two))
		return fail(k, "console ACT, of a phone that has a case");
	in.number = c.number;
	return world_intake(k, INTAKE_CASE, text, intake_pack_case(&in, text), done);
}

bool
says_console(struct talk *k, struct mobile *m, const char *arg)
{
	bool done;

	return decide(k, m, arg, &done) && (done || fail(k, "it was refused"));
}

bool
says_console_refused(struct talk *k, struct mobile *m, const char *arg)
{
	bool done;

	return decide(k, m, arg, &done) && (!done || fail(k, "it was not refused"));
}
