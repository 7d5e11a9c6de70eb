/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl case close, reopen, link, unlink, assert, confirm, history, links, outcomes: what people decide
 * about a case. Each leaves this program sealed to dispatch, which does it. Called by ctl.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "intake_case.h"
#include "outcome_codes.h"
#include "str.h"

static const char sign[] = "№";

static bool
case_number(const char *word, int64_t *number)
{
	if (strncmp(word, sign, strlen(sign)) == 0)
		word += strlen(sign);
	return ctl_number(word, "NUMBER", number);
}

/* --reason where there is one; the line is told what is wrong with it. */
static int
read_note(struct ctl *c, struct intake_case *in, bool must)
{
	const char *note = ctl_option(c, "--reason");

	if (note == NULL && !must)
		return -1;
	if (note == NULL || !intake_note_fits(note))
		return ctl_wrong_usage(c,
		    "--reason is one line of 3 to %d bytes, without names of people",
		    INTAKE_NOTE_CHARS);
	(void)!str_copy(in->note, sizeof(in->note), note);
	return -1;
}

static int
send(struct ctl *c, const struct intake_case *in)
{
	char text[INTAKE_MAX];
	size_t n = intake_pack_case(in, text);

	return n == 0 ? ctl_wrong_usage(c, "too long")
		      : ctl_intake(c, INTAKE_CASE, text, n, "told to dispatch");
}

/* One number, and perhaps a reason. */
static int
about(struct ctl *c, enum intake_act act, bool must)
{
	struct intake_case in = { .act = act };
	int status;

	if (!case_number(c->words[0], &in.number))
		return CTL_WRONG_USAGE;
	status = read_note(c, &in, must);
	return status < 0 ? send(c, &in) : status;
}

int
ctl_case_close(struct ctl *c)
{
	const char *code = ctl_option(c, "--outcome");
	const struct outcome_code *o = code == NULL ? NULL : outcome_code_find(code);
	struct intake_case in = { .act = INTAKE_CASE_CLOSE };
	int status;

	if (o == NULL || o->group == OUTCOME_LAW)
		return ctl_wrong_usage(c,
		    "case close needs --outcome, one of those that close a case: "
		    "`shyraqctl case outcomes`");
	if (!case_number(c->words[0], &in.number))
		return CTL_WRONG_USAGE;
	(void)!str_copy(in.code, sizeof(in.code), code);
	status = read_note(c, &in, false);
	return status < 0 ? send(c, &in) : status;
}

int
ctl_case_reopen(struct ctl *c)
{
	return about(c, INTAKE_CASE_REOPEN, true);
}

int
ctl_case_unlink(struct ctl *c)
{
	return about(c, INTAKE_CASE_UNLINK, false);
}

int
ctl_case_confirm(struct ctl *c)
{
	return about(
	    c, ctl_flag(c, "--no") ? INTAKE_CASE_REFUSE : INTAKE_CASE_CONFIRM, false);
}

int
ctl_case_police(struct ctl *c)
{
	return about(
	    c, ctl_flag(c, "--no") ? INTAKE_CASE_NO_POLICE : INTAKE_CASE_POLICE, true);
}

int
ctl_case_link(struct ctl *c)
{
	struct intake_case in = { .act = INTAKE_CASE_LINK };

	if (!case_number(c->words[0], &in.number) || !case_number(c->words[1], &in.other))
		return CTL_WRONG_USAGE;
	if (in.number == in.other)
		return ctl_wrong_usage(c, "a case is not linked to itself");
	return send(c, &in);
}

int
ctl_case_assert(struct ctl *c)
{
	struct intake_case in = { .act = INTAKE_CASE_ASSERT };
	const char *list = outcome_list_of(c->words[1]);
	int status;

	if (list == NULL)
		return ctl_wrong_usage(
		    c, "WHAT is legal, identified, not_identified or service");
	if (!outcome_may_say(c->words[1], c->words[2]))
		return ctl_wrong_usage(c, "CODE for %s: %s", c->words[1], list);
	if (!case_number(c->words[0], &in.number) ||
	    !str_copy(in.what, sizeof(in.what), c->words[1]) ||
	    !str_copy(in.code, sizeof(in.code), c->words[2]))
		return CTL_WRONG_USAGE;
	status = read_note(c, &in, false);
	return status < 0 ? send(c, &in) : status;
}

int
ctl_case_forget_answer(struct ctl *c)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	struct intake_case in = { .act = INTAKE_CASE_FORGET };

	if (!case_number(c->words[0], &in.number))
		return CTL_WRONG_USAGE;
	if (strspn(c->words[1], letters) != strlen(c->words[1]) ||
	    c->words[1][0] == '\0' || !str_copy(in.what, sizeof(in.what), c->words[1]))
		return ctl_wrong_usage(
		    c, "SLOT is the name of an answer: `shyraqctl case show`");
	return send(c, &in);
}

/* Whether there is such a case, told in one line when there is none. */
static bool
is_there(const struct ctl *c, struct db *db, int64_t number)
{
	const struct db_param v = db_i64(number);
	struct db_rows *r = ctl_ask(c, db, ST_CASE_IS, &v, 1);
	bool found = r != NULL && db_count(r) > 0;

	if (r != NULL && !found)
		(void)ctl_wrong(CTL_NO_CASE, (long long)number);
	db_rows_free(r);
	return found;
}

static int
of_number(struct ctl *c, enum db_stmt st, const char *const *names, const char *kinds)
{
	struct db_param v;
	struct db *db;
	struct db_rows *r;
	int64_t number;
	int status;

	if (!case_number(c->words[0], &number))
		return CTL_WRONG_USAGE;
	v = db_i64(number);
	db = ctl_db(c, DB_CTL);
	r = db == NULL ? NULL : ctl_ask(c, db, st, &v, 1);
	status = r == NULL ? CTL_NOT_DONE : CTL_DONE;
	if (r != NULL && db_count(r) == 0 && !is_there(c, db, number))
		status = CTL_NOT_DONE;
	else if (r != NULL)
		ctl_print(c, r, names, kinds);
	db_rows_free(r);
	db_free(db);
	return status;
}

int
ctl_case_history(struct ctl *c)
{
	static const char *const names[] = { "what", "code", "by", "note", "at" };

	return of_number(c, ST_CASE_SHOW_ASSERTIONS, names, "ttttm");
}

int
ctl_case_links(struct ctl *c)
{
	static const char *const names[] = { "case", "how", "class", "state", "opened",
		"place" };

	return of_number(c, ST_CASE_LINKS, names, "itttmt");
}

static const char *
group_name(enum outcome_group g)
{
	static const char *const names[] = { [OUTCOME_HELPED] = "helped",
		[OUTCOME_ENDED] = "ended",
		[OUTCOME_LAW] = "law",
		[OUTCOME_NOISE] = "noise" };

	return names[g];
}

/* The closed list, and how each is coded where the standard has it. */
int
ctl_case_outcomes(struct ctl *c)
{
	json_t *rows = c->json ? json_array() : NULL;

	for (size_t i = 0; i < outcome_codes_n; i++) {
		const struct outcome_code *o = &outcome_codes[i];

		if (c->json)
			json_array_append_new(rows,
			    json_pack("{s:s,s:s,s:b,s:s,s:s}", "code", o->code, "group",
				group_name(o->group), "closes", o->group != OUTCOME_LAW,
				"cas_Status", o->htcds_status, "spl_Type",
				o->htcds_plan));
		else
			printf("%-16s %-7s %-7s %-15s %s\n", o->code,
			    group_name(o->group), o->group == OUTCOME_LAW ? "" : "closes",
			    o->htcds_status, o->htcds_plan);
	}
	if (c->json)
		ctl_json_print(rows);
	return CTL_DONE;
}
