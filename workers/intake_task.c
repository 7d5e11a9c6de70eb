/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A task taken by one person, put back, or done with a coded outcome of its kind's closed list.
 * It does nothing to the case. Called by intake.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "intake.h"
#include "intake_do.h"
#include "log.h"
#include "str.h"
#include "tasks.h"

struct task_row {
	int64_t case_id;
	bool there, is_done;
	bool alone; /* it has a case, and nobody has that */
	char kind[TASK_KIND_MAX], taken_by[64];
	int64_t taken_ms;
};

static enum rc
lock(struct turn *t, int64_t id, struct task_row *k)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_TASK_LOCK, &r, db_i64(id));

	memset(k, 0, sizeof(*k));
	k->case_id = OUT_NULL;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		k->there = str_copy(k->kind, sizeof(k->kind), db_get_text(r, 0, 0));
		if (!db_is_null(r, 0, 1))
			k->case_id = db_get_i64(r, 0, 1);
		(void)!str_copy(k->taken_by, sizeof(k->taken_by), db_get_text(r, 0, 2));
		k->is_done = db_get_bool(r, 0, 3);
		k->taken_ms = db_get_i64(r, 0, 4);
		k->alone = db_get_bool(r, 0, 5);
	}
	db_rows_free(r);
	return RC_OK;
}

static enum rc
answer(struct intake_job *j, const struct task_row *k, const char *what, const char *text)
{
	out_row(j->t->out, OUT_AUDIT, what, k->case_id, OUT_NULL, OUT_NULL,
	    (const char *)j->by);
	log_info("task.changed", "act=%s row=%lld", what, (long long)j->id);
	(void)!str_copy(j->answer, sizeof(j->answer), text);
	return RC_OK;
}

static enum rc
is_taken(struct intake_job *j, const struct task_row *k)
{
	char why[sizeof(j->answer)];
	size_t len = 0;

	(void)!str_add(why, sizeof(why), &len, "%s has it for %lld min", k->taken_by,
	    (long long)(clock_wall_ms() - k->taken_ms) / 60000);
	return intake_refuse(j, why);
}

static enum rc
take(struct intake_job *j, const struct intake_task *in, const struct task_row *k)
{
	bool over = in->from[0] != '\0' && strcmp(in->from, k->taken_by) == 0;
	enum rc rc;

	if (in->from[0] != '\0' && !over)
		return intake_refuse(j, "it is not that login who has it");
	if (k->taken_by[0] != '\0' && strcmp(k->taken_by, j->by) != 0 && !over)
		return is_taken(j, k);
	rc = db_run(j->t->db, ST_TASK_TAKE, NULL, db_i64(in->id), db_text(j->by));
	return rc == RC_OK
	    ? answer(j, k, over ? "task.taken_over" : "task.taken", "yours")
	    : rc;
}

static enum rc
back(struct intake_job *j, const struct intake_task *in, const struct task_row *k)
{
	enum rc rc;

	if (strcmp(k->taken_by, j->by) != 0)
		return k->taken_by[0] == '\0' ? intake_refuse(j, "nobody has it")
					      : is_taken(j, k);
	rc = db_run(j->t->db, ST_TASK_TAKE, NULL, db_i64(in->id), db_text(""));
	return rc == RC_OK ? answer(j, k, "task.back", "free again") : rc;
}

/* Whoever ends a task about somebody in danger whom nobody has taken says what became of them. */
static bool
must_say(const struct task_row *k, const char *code)
{
	return k->alone && strcmp(code, TASK_OUTCOME_PLAIN) == 0 &&
	    (strcmp(k->kind, "danger") == 0 || strcmp(k->kind, "desk_silent") == 0);
}

static enum rc
done(struct intake_job *j, const struct intake_task *in, const struct task_row *k)
{
	const char *code = in->outcome[0] != '\0' ? in->outcome : TASK_OUTCOME_PLAIN;
	enum rc rc;

	if (k->taken_by[0] != '\0' && strcmp(k->taken_by, j->by) != 0)
		return is_taken(j, k);
	if (!task_outcome_fits(k->kind, code)) {
		char why[sizeof(j->answer)];
		size_t len = 0;

		(void)!str_add(why, sizeof(why), &len, "a task %s ends as one of: %s",
		    k->kind, task_outcomes(k->kind));
		return intake_refuse(j, why);
	}
	if (must_say(k, code))
		return intake_refuse(j,
		    "nobody has its case yet: say how it ends, --outcome in_touch, "
		    "no_contact, passed_on or false_danger");
	rc = db_run(
	    j->t->db, ST_TASK_DONE, NULL, db_i64(in->id), db_text(j->by), db_text(code));
	return rc == RC_OK ? answer(j, k, "task.done", "done") : rc;
}

static const struct {
	const char *act;
	enum rc (*run)(
	    struct intake_job *j, const struct intake_task *in, const struct task_row *k);
} acts[] = { { "take", take }, { "back", back }, { "done", done } };

/* A complaint goes past the officer it names: nobody but a supervisor touches it, or learns its kind. */
static bool
may(struct intake_job *j, const struct task_row *k, enum rc *rc)
{
	struct db_rows *r;
	bool fine = true;

	*rc = RC_OK;
	if (!task_is_supervisors(k->kind))
		return true;
	*rc = db_run(j->t->db, ST_TASK_MAY, &r, db_text(j->by));
	if (*rc == RC_OK) {
		fine = db_get_bool(r, 0, 0);
		db_rows_free(r);
	}
	return fine;
}

enum rc
intake_task(struct intake_job *j)
{
	struct intake_task in;
	struct task_row k;
	enum rc rc;

	if (intake_unpack_task(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	rc = lock(j->t, in.id, &k);
	if (rc != RC_OK)
		return rc;
	if (!k.there || k.is_done)
		return intake_refuse(j, "no open task has this id");
	if (!may(j, &k, &rc))
		return intake_refuse(j, "it is a supervisor's");
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (strcmp(acts[i].act, in.act) == 0)
			return acts[i].run(j, &in, &k);
	}
	return intake_refuse(j, "malformed");
}
