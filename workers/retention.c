/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erases by row, in small batches, what is older than the retention. Of a case a statistics row stays,
 * linked to nobody. It never touches a case that is held or that something is due for. Called by dispatch.c.
 */
#include "retention.h"

#include <stdio.h>

#include "clock.h"
#include "log.h"

#define CASES 32 /* a transaction: persons who write just then wait for it */
#define OTHERS 200
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)

static const struct {
	const char *what;
	enum db_stmt st;
} others[] = {
	{ "peers", ST_RETENTION_STRANGERS },
	{ "epochs", ST_RETENTION_EPOCHS },
	{ "texts", ST_RETENTION_TEXTS },
	{ "messages", ST_RETENTION_ASIDE },
	{ "tasks", ST_RETENTION_DONE },
};

static void
take_ids(struct db_col *c, const struct db_rows *r, int col)
{
	db_col_clear(c);
	for (int i = 0; i < db_count(r); i++) {
		if (!db_is_null(r, i, col))
			db_col_i64(c, db_get_i64(r, i, col));
	}
}

/* The persons, then the cases that still are to go, locked; *cases holds those alone. */
static enum rc
lock(struct retention *t, struct db_col *cases, struct db_col *peers)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_RETENTION_PEERS, &r, db_array(peers));

	if (rc != RC_OK)
		return rc;
	take_ids(peers, r, 0);
	db_rows_free(r);
	rc = db_run(t->db, ST_RETENTION_LOCK, &r, db_array(cases), db_array(peers),
	    db_i64(t->keep_ms));
	if (rc != RC_OK)
		return rc;
	take_ids(cases, r, 0);
	db_rows_free(r);
	return RC_OK;
}

static enum rc
note(struct retention *t, const char *what, int rows)
{
	char code[48];

	snprintf(code, sizeof(code), "%s=%d", what, rows);
	log_info("retention.erased", "%s=%d", what, rows);
	return db_run(t->db, ST_AUDIT_NOTE, NULL, db_text("retention"), db_null(),
	    db_null(), db_null(), db_text(code));
}

static enum rc
erase(struct retention *t, struct db_col *cases)
{
	static const enum db_stmt steps[] = { ST_RETENTION_STAT, ST_RETENTION_FIGURES,
		ST_RETENTION_SESSIONS, ST_RETENTION_TASKS, ST_RETENTION_CASES };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(steps); i++)
		rc = db_run(t->db, steps[i], NULL, db_array(cases));
	return rc == RC_OK ? note(t, "cases", cases->rows) : rc;
}

static enum rc
end(struct retention *t, enum rc rc)
{
	if (rc == RC_OK)
		return db_commit(t->db);
	db_rollback(t->db);
	return rc;
}

/* *more: the batch was full. */
static enum rc
run_cases(struct retention *t, bool *more)
{
	struct db_col cases = { .kind = DB_INT8 }, peers = { .kind = DB_INT8 };
	struct db_rows *r;
	enum rc rc = db_run(
	    t->db, ST_RETENTION_PICK, &r, db_i64(t->keep_ms), db_i64(CASES));

	if (rc != RC_OK)
		return rc;
	take_ids(&cases, r, 0);
	take_ids(&peers, r, 1);
	*more = db_count(r) == CASES;
	db_rows_free(r);
	if (cases.rows > 0) {
		rc = db_begin(t->db);
		if (rc == RC_OK)
			rc = lock(t, &cases, &peers);
		if (rc == RC_OK && cases.rows > 0)
			rc = erase(t, &cases);
		rc = end(t, rc);
	}
	db_col_free(&cases);
	db_col_free(&peers);
	return rc;
}

static enum rc
run_other(struct retention *t, size_t i, bool *more)
{
	struct db_rows *r;
	int rows = 0;
	enum rc rc = db_begin(t->db);

	if (rc == RC_OK)
		rc = db_run(t->db, others[i].st, &r, db_i64(t->keep_ms), db_i64(OTHERS));
	if (rc == RC_OK) {
		rows = db_count(r);
		db_rows_free(r);
		if (rows > 0)
			rc = note(t, others[i].what, rows);
	}
	*more = *more || rows == OTHERS;
	return end(t, rc);
}

void
retention_run(struct retention *t)
{
	int64_t now = clock_boot_ms();
	bool more = false;
	enum rc rc;

	if (now < t->at)
		return;
	t->at = now + HOUR_MS;
	rc = run_cases(t, &more);
	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(others); i++)
		rc = run_other(t, i, &more);
	if (rc != RC_OK) {
		log_warn("retention.later", "not now");
		t->at = now + MINUTE_MS;
	} else if (more) {
		t->at = now;
	}
}
