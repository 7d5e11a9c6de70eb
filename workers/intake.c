/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens what consoles sealed to intake.pub and does it under the service's own keys, all of one row or
 * nothing. It never logs what it opens. Called by due.c in dispatch, the one holder of intake.key.
 */
#include "intake.h"

#include <stdlib.h>
#include <string.h>

#include "due.h"
#include "intake_case.h"
#include "intake_do.h"
#include "log.h"
#include "str.h"

typedef enum rc intake_handler(struct intake_job *j);

static const struct {
	const char *kind;
	size_t most; /* bytes in the box */
	intake_handler *run;
} kinds[] = {
	{ INTAKE_RECEIVER, INTAKE_MAX, intake_receiver },
	{ INTAKE_RECEIVERS, INTAKE_FILE_MAX, intake_receivers },
	{ INTAKE_ACTIVE, INTAKE_MAX, intake_active },
	{ INTAKE_RETRY, INTAKE_MAX, intake_retry },
	{ INTAKE_TASK, INTAKE_MAX, intake_task },
	{ INTAKE_JOB, INTAKE_MAX, intake_job },
	{ INTAKE_CASE, INTAKE_MAX, intake_case },
	{ INTAKE_DESK, INTAKE_MAX, intake_desk },
};

enum rc
intake_refuse(struct intake_job *j, const char *why)
{
	j->refused = true;
	j->answer[0] = '\0';
	(void)!str_copy(j->answer, sizeof(j->answer), why);
	return RC_OK;
}

static enum rc
open_and_run(struct intake_job *j, const char *kind, const uint8_t *box, size_t n)
{
	struct turn *t = j->t;
	enum rc rc;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		if (n < SEAL_BOX_OVERHEAD || n > kinds[i].most + SEAL_BOX_OVERHEAD)
			return intake_refuse(j, "malformed");
		j->n = n - SEAL_BOX_OVERHEAD;
		j->text = xmalloc(j->n + 1);
		if (seal_box_open(&t->keys->intake_pub, &t->keys->intake_sec, box, n,
			j->text) != RC_OK)
			rc = intake_refuse(
			    j, "does not open: sealed to another intake.pub?");
		else
			rc = kinds[i].run(j);
		seal_wipe(j->text, j->n);
		free(j->text);
		return rc;
	}
	return intake_refuse(j, "a kind that this dispatch does not know");
}

static enum rc
done(struct intake_job *j)
{
	log_info("intake.done", "row=%lld refused=%d", (long long)j->id, j->refused);
	return db_run(j->t->db, ST_INTAKE_DONE, NULL, db_i64(j->id),
	    db_text(j->refused ? j->answer : NULL),
	    db_text(j->refused ? NULL : j->answer));
}

/*
 * What the database or the engine refuses would be refused at each look again: nothing of it is kept, and
 * the row says so in a transaction of its own.
 */
static enum rc
refused(struct intake_job *j)
{
	struct turn *t = j->t;
	char why[96];
	struct db_rows *r;
	size_t len = 0;
	bool mine;
	enum rc rc;

	(void)!str_add(why, sizeof(why), &len, "refused by the %s %s; nothing was kept",
	    db_error(t->db)[0] != '\0' ? "database:" : "engine", db_error(t->db));
	db_rollback(t->db);
	out_clear(t->out);
	turn_sends_clear(t);
	epoch_drop(&t->epoch);
	rc = db_begin(t->db);
	if (rc != RC_OK)
		return rc;
	rc = db_run(t->db, ST_INTAKE_LOCK, &r, db_i64(j->id));
	if (rc != RC_OK)
		return rc;
	mine = db_count(r) > 0;
	db_rows_free(r);
	if (!mine)
		return RC_OK;
	rc = intake_refuse(j, why);
	return rc == RC_OK ? done(j) : rc;
}

/* What does not open or does not parse is refused in its row, with a reason; it blocks nothing. */
enum rc
due_intake(struct turn *t, int64_t id, int64_t due_ms)
{
	struct intake_job j = { .t = t, .id = id };
	struct db_rows *r;
	const uint8_t *box;
	size_t n;
	enum rc rc = db_run(t->db, ST_INTAKE_LOCK, &r, db_i64(id));

	(void)due_ms;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == 0) {
		db_rows_free(r);
		return RC_OK;
	}
	box = db_get_bytes(r, 0, 1, &n);
	(void)!str_copy(j.by, sizeof(j.by), db_get_text(r, 0, 2));
	rc = open_and_run(&j, db_get_text(r, 0, 0), box, n);
	db_rows_free(r);
	if (rc == RC_OK)
		rc = out_write(
		    t->out, t->db); /* now: what is refused here has an asker to tell */
	out_clear(t->out);
	if (rc == RC_OK)
		return done(&j);
	return rc == RC_REFUSED ? refused(&j) : rc;
}
