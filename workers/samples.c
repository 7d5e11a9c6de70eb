/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers that are marked as samples have invented phones, and strangers may own those numbers: where
 * conf/service.conf says production they are suspended. It never logs a name. Called by dispatch.
 */
#include "samples.h"

#include "intake_do.h"
#include "log.h"

static enum rc
suspend(struct turn *t, int64_t receiver, const char *name)
{
	struct db_rows *r;
	int cases = 0;
	enum rc rc = db_run(t->db, ST_RECEIVER_ACTIVE, &r, db_text(name), db_bool(false));

	if (rc != RC_OK)
		return rc;
	db_rows_free(r);
	rc = db_run(t->db, ST_CONTACTS_ACTIVE, NULL, db_i64(receiver), db_bool(false));
	if (rc == RC_OK)
		rc = receiver_suspend(t, receiver, &cases);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_AUDIT_NOTE, NULL, db_text("receiver.sample"),
		    db_null(), db_null(), db_i64(receiver), db_text("production"));
	return rc;
}

static enum rc
suspend_all(struct turn *t, int *n)
{
	struct db_rows *r;
	enum rc rc = db_run0(t->db, ST_RECEIVER_SAMPLES, &r);

	if (rc != RC_OK)
		return rc;
	*n = db_count(r);
	for (int i = 0; rc == RC_OK && i < *n; i++)
		rc = suspend(t, db_get_i64(r, i, 0), db_get_text(r, i, 1));
	db_rows_free(r);
	return rc;
}

enum rc
samples_run(struct samples *s, struct turn *t)
{
	const struct flows *now = flowset_newest(t->sets);
	int n = 0;
	enum rc rc;

	if (s->seen == now || !flows_is_production(now)) {
		s->seen = now;
		return RC_OK;
	}
	out_clear(t->out);
	rc = db_begin(t->db);
	if (rc == RC_OK)
		rc = suspend_all(t, &n);
	if (rc == RC_OK)
		rc = out_write(t->out, t->db);
	if (rc == RC_OK)
		rc = db_commit(t->db);
	if (rc != RC_OK) {
		db_rollback(t->db);
		log_error("samples.stay", "not suspended now; nobody is asked before");
		return rc;
	}
	if (n > 0)
		log_warn("samples.suspended", "receivers=%d", n);
	s->seen = now;
	return RC_OK;
}
