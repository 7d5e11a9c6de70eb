/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl task: what waits for a person, who has it, how it ended. Codes and times alone; every change
 * is dispatch's, with the login in the audit. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "intake.h"
#include "str.h"
#include "tasks.h"

static bool
is_kind(const char *kind)
{
	if (strcmp(kind, TASK_RESTRICTED) == 0)
		return true;
	for (size_t i = 0; task_kind(i) != NULL; i++) {
		if (strcmp(task_kind(i), kind) == 0)
			return true;
	}
	return false;
}

int
ctl_task_list(struct ctl *c)
{
	static const char *const names[] = { "id", "kind", "case", "message", "at", "by",
		"taken", "outcome" };
	const char *kind = ctl_option(c, "--kind"), *number = ctl_option(c, "--case"),
		   *older = ctl_option(c, "--older");
	bool all = ctl_flag(c, "--all");
	int64_t of = 0, minutes = 0;
	struct db_rows *r = NULL;
	struct db *db;

	if ((number != NULL && !ctl_number(number, "--case", &of)) ||
	    (older != NULL && !ctl_number(older, "--older", &minutes)))
		return CTL_WRONG_USAGE;
	if (kind != NULL && !is_kind(kind))
		return ctl_wrong_usage(c, "--kind %.40s: no task is of that kind; %s",
		    kind, "docs/OPERATIONS.md has them, `status` those that are open");
	db = ctl_db(c, DB_CTL);
	if (db != NULL) {
		const struct db_param v[] = { db_text(kind),
			number == NULL ? db_null() : db_i64(of),
			db_bool(ctl_flag(c, "--mine")),
			older == NULL ? db_null() : db_i64(minutes), db_bool(all) };

		r = ctl_ask(c, db, ST_TASK_LIST, v, ARRAY_LEN(v));
	}
	if (r != NULL)
		ctl_print(c, r, names, all ? "itiiatat" : "itiiataT");
	db_free(db);
	if (r == NULL)
		return CTL_NOT_DONE;
	db_rows_free(r);
	return CTL_DONE;
}

/* Row of TASK_SHOW by the id of the command line; NULL after a line on stderr, *status set. */
static struct db_rows *
find(struct ctl *c, int *status)
{
	struct db_rows *r = NULL;
	struct db *db;
	int64_t id;

	*status = CTL_WRONG_USAGE;
	if (!ctl_number(c->words[0], "ID", &id))
		return NULL;
	*status = CTL_NOT_DONE;
	db = ctl_db(c, DB_CTL);
	if (db != NULL) {
		const struct db_param v = db_i64(id);

		r = ctl_ask(c, db, ST_TASK_SHOW, &v, 1);
	}
	db_free(db);
	if (r != NULL && db_count(r) == 0) {
		db_rows_free(r);
		r = NULL;
		*status = ctl_wrong("no task has the id %lld", (long long)id);
	}
	return r;
}

static const char *const show_names[] = { "id", "kind", "case", "class", "message",
	"receiver", "at", "by", "taken", "done", "done_by", "outcome", "job", "cases" };
static const char show_kinds[] = "itititmtmmttit";

static const char *
hint_of(const char *kind)
{
	return strcmp(kind, TASK_RESTRICTED) == 0
	    ? "a supervisor's: what it is about is for them alone"
	    : task_hint(kind);
}

static void
show_json(const struct db_rows *r)
{
	json_t *all = ctl_json_rows(r, show_names, show_kinds);
	json_t *one = json_incref(json_array_get(all, 0));
	const char *kind = db_get_text(r, 0, 1);

	json_decref(all);
	json_object_set_new(one, "hint", json_string(hint_of(kind)));
	json_object_set_new(one, "outcomes", json_string(task_outcomes(kind)));
	ctl_json_print(one);
}

static void
line(const struct db_rows *r, int col)
{
	char text[256];

	if (db_is_null(r, 0, col))
		return;
	if (show_kinds[col] == 'm')
		ctl_time(text, db_get_i64(r, 0, col));
	else if (show_kinds[col] == 'i')
		snprintf(text, sizeof(text), "%lld", (long long)db_get_i64(r, 0, col));
	else
		ctl_clean(text, sizeof(text), db_get_text(r, 0, col));
	if (text[0] != '\0')
		printf("  %-9s %s\n", show_names[col], text);
}

int
ctl_task_show(struct ctl *c)
{
	int status;
	struct db_rows *r = find(c, &status);

	if (r == NULL)
		return status;
	if (c->json) {
		show_json(r);
	} else {
		const char *kind = db_get_text(r, 0, 1);

		printf("task %lld: %s\n  %s\n", (long long)db_get_i64(r, 0, 0), kind,
		    hint_of(kind));
		for (int k = 2; show_kinds[k] != '\0'; k++)
			line(r, k);
		if (db_is_null(r, 0, 9))
			printf("  ends as   %s\n", task_outcomes(kind));
		if (db_is_null(r, 0, 9) && task_has_answer(kind))
			printf("  shyraqctl task answer %lld --text TEXT\n",
			    (long long)db_get_i64(r, 0, 0));
	}
	db_rows_free(r);
	return CTL_DONE;
}

static int
act(struct ctl *c, const char *what)
{
	const char *outcome = ctl_option(c, "--outcome"), *from = ctl_option(c, "--from");
	struct intake_task t = { .id = 0 };
	char text[INTAKE_MAX];
	size_t n;

	if (!ctl_number(c->words[0], "ID", &t.id))
		return CTL_WRONG_USAGE;
	if (!str_copy(t.act, sizeof(t.act), what) ||
	    (outcome != NULL && !str_copy(t.outcome, sizeof(t.outcome), outcome)) ||
	    (from != NULL && !str_copy(t.from, sizeof(t.from), from)))
		return ctl_wrong_usage(c, "that is no code and no login");
	n = intake_pack_task(&t, text);
	return ctl_intake(c, INTAKE_TASK, text, n, "told to dispatch");
}

int
ctl_task_take(struct ctl *c)
{
	if (ctl_flag(c, "--back") && ctl_flag(c, "--from"))
		return ctl_wrong_usage(c, "--back and --from do not go together");
	return act(c, ctl_flag(c, "--back") ? "back" : "take");
}

int
ctl_task_done(struct ctl *c)
{
	return act(c, "done");
}

/* The answer belongs to what the task is about: an offer check's is `job answer`. */
int
ctl_task_answer(struct ctl *c)
{
	static char job[24];
	int status;
	struct db_rows *r = find(c, &status);

	if (r == NULL)
		return status;
	if (!task_has_answer(db_get_text(r, 0, 1)) || db_is_null(r, 0, 12))
		status = ctl_wrong("a task %s has no written answer: %s",
		    db_get_text(r, 0, 1), hint_of(db_get_text(r, 0, 1)));
	else if (!db_is_null(r, 0, 9))
		status = ctl_wrong("it is done already");
	else
		status = -1;
	if (status < 0)
		snprintf(job, sizeof(job), "%lld", (long long)db_get_i64(r, 0, 12));
	db_rows_free(r);
	if (status >= 0)
		return status;
	c->words[0] = job;
	return ctl_job_answer(c);
}
