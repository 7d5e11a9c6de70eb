/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl queue and case: what waits, what failed, what a case came to. Codes, states and times
 * alone: no number and no word of a person is ever printed. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "intake.h"

static int
list(struct ctl *c, enum db_stmt st, const struct db_param *v, size_t n,
    const char *const *names, const char *kinds)
{
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, st, v, n);
	int status = r == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (r != NULL)
		ctl_print(c, r, names, kinds);
	db_rows_free(r);
	db_free(db);
	return status;
}

static int
messages(struct ctl *c, bool refused, bool aside)
{
	static const char *const names[] = { "id", "link", "state", "error", "at" };
	struct db_col states = { .kind = DB_TEXT };
	struct db_param v;
	int status;

	if (refused)
		db_col_text(&states, "refused");
	if (aside)
		db_col_text(&states, "aside");
	v = db_array(&states);
	status = list(c, ST_QUEUE_ASIDE, &v, 1, names, "ittta");
	db_col_free(&states);
	return status;
}

int
ctl_queue(struct ctl *c)
{
	static const char *const counts[] = { "state", "count", "to_receivers",
		"oldest" };
	static const char *const failed[] = { "id", "receiver", "key", "link", "state",
		"failures", "error", "at" };
	bool refused = ctl_flag(c, "--refused"), aside = ctl_flag(c, "--put-aside"),
	     both = ctl_flag(c, "--aside");

	if (refused || aside || both) {
		if (ctl_flag(c, "--failed"))
			return ctl_wrong_usage(c, "--failed stands alone");
		return messages(c, refused || both, aside || both);
	}
	if (ctl_flag(c, "--failed"))
		return list(c, ST_QUEUE_FAILED, NULL, 0, failed, "ittttiia");
	return list(c, ST_QUEUE_COUNTS, NULL, 0, counts, "tiia");
}

int
ctl_queue_retry(struct ctl *c)
{
	char text[INTAKE_MAX];
	int64_t id;
	size_t n;

	if (!ctl_number(c->words[0], "ID", &id))
		return CTL_WRONG_USAGE;
	n = intake_pack_row(id, text);
	return ctl_intake(c, INTAKE_RETRY, text, n, "told to dispatch");
}

int
ctl_case_list(struct ctl *c)
{
	static const char *const names[] = { "id", "number", "class", "state", "lang",
		"opened", "taken", "answers", "late" };

	return list(c, ST_CASE_LIST, NULL, 0, names, "Iitttaata");
}

static const struct {
	const char *title, *none;
	enum db_stmt st;
	const char *kinds;
	const char *names[8];
} parts[] = {
	{ "answers", "(no answers)", ST_CASE_SHOW_ANSWERS, "ttm",
	    { "question", "answer", "at" } },
	{ "consents", "(no consents)", ST_CASE_SHOW_CONSENTS, "tbtm",
	    { "kind", "yes", "wording", "at" } },
	{ "referrals", "(nobody was asked)", ST_CASE_SHOW_REFERRALS, "Ittttmmm",
	    { "id", "receiver", "kind", "state", "reason", "asked", "answered",
		"next" } },
	{ "tasks", "(no tasks)", ST_CASE_SHOW_TASKS, "itmm",
	    { "id", "kind", "at", "done" } },
	{ "holds", "(not held)", ST_CASE_SHOW_HOLDS, "ttm", { "by", "reason", "since" } },
};

static const char *const case_names[] = { "id", "number", "class", "state", "lang",
	"bearer", "opened", "asked", "refer_due", "ladder_due", "taken", "taken_by",
	"may_see", "met", "met_by", "late" };
static const char case_kinds[] = "iitttimmmmmtbmtm";

static void
show_head(const struct db_rows *r)
{
	static const struct {
		int col, by;
		const char *name;
	} times[] = { { 6, 0, "opened" }, { 7, 0, "first asked" },
		{ 8, 0, "referral due" }, { 9, 0, "operator due" }, { 10, 11, "taken" },
		{ 13, 14, "met" }, { 15, 0, "late" } };

	printf("case %lld: %s, %s, %s, came by %s\n", (long long)db_get_i64(r, 0, 1),
	    db_get_text(r, 0, 2), db_get_text(r, 0, 3), db_get_text(r, 0, 4),
	    db_get_i64(r, 0, 5) == 0 ? "SMS" : "USSD");
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		char at[CTL_TIME_MAX], by[256] = "";

		if (db_is_null(r, 0, times[i].col))
			continue;
		ctl_time(at, db_get_i64(r, 0, times[i].col));
		if (times[i].by != 0)
			ctl_clean(by, sizeof(by), db_get_text(r, 0, times[i].by));
		printf("  %-13s %s%s%s%s\n", times[i].name, at,
		    by[0] != '\0' ? " by " : "", by,
		    times[i].col == 15
			? ": their last text was read too late to be answered (S1)"
			: "");
	}
}

static int
show(struct ctl *c, struct db *db, const struct db_rows *head)
{
	const struct db_param id = db_i64(db_get_i64(head, 0, 0));
	json_t *whole = ctl_json_rows(head, case_names, case_kinds), *one;
	int status = CTL_DONE;

	one = json_incref(json_array_get(whole, 0));
	json_decref(whole);
	if (!c->json)
		show_head(head);
	if (!c->json && !db_get_bool(head, 0, 12))
		puts("  restricted: a child's case; a supervisor may let you in (`child "
		     "grant`)");
	for (size_t i = 0; status == CTL_DONE && i < ARRAY_LEN(parts); i++) {
		struct db_rows *r = ctl_ask(c, db, parts[i].st, &id, 1);

		if (r == NULL) {
			status = CTL_NOT_DONE;
		} else if (c->json) {
			json_object_set_new(one, parts[i].title,
			    ctl_json_rows(r, parts[i].names, parts[i].kinds));
		} else {
			printf("\n%s\n", parts[i].title);
			ctl_print_table(r, parts[i].names, parts[i].kinds, parts[i].none);
		}
		db_rows_free(r);
	}
	if (c->json && status == CTL_DONE)
		ctl_json_print(json_incref(one));
	json_decref(one);
	return status;
}

int
ctl_case_show(struct ctl *c)
{
	static const char sign[] = "№", log_id[] = "case=";
	const char *word = c->words[0];
	struct db_rows *r = NULL;
	struct db *db;
	int64_t number;
	bool of_log = strncmp(word, log_id, strlen(log_id)) == 0;
	int status = CTL_NOT_DONE;

	if (of_log)
		word += strlen(log_id);
	else if (strncmp(word, sign, strlen(sign)) == 0)
		word += strlen(sign);
	if (!ctl_number(word, "NUMBER", &number))
		return CTL_WRONG_USAGE;
	db = ctl_db(c, DB_CTL);
	if (db != NULL) {
		const struct db_param v[] = { db_i64(number), db_bool(of_log) };

		r = ctl_ask(c, db, ST_CASE_SHOW, v, ARRAY_LEN(v));
	}
	if (r != NULL && db_count(r) == 0)
		status = of_log
		    ? ctl_wrong("no case has the id %lld of a log", (long long)number)
		    : ctl_wrong(CTL_NO_CASE, (long long)number);
	else if (r != NULL)
		status = show(c, db, r);
	db_rows_free(r);
	db_free(db);
	return status;
}
