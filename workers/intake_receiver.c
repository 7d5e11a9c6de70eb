/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers from a console: stored under the service's keys, suspended, brought back.
 * It never logs a name or a number. Called by intake.c.
 */
#include <string.h>

#include "intake.h"
#include "intake_do.h"
#include "log.h"
#include "str.h"

static enum rc
store(struct intake_job *j, const struct intake_receiver *in)
{
	struct turn *t = j->t;
	struct seal_hash h = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &in->number);
	uint8_t sealed[SEALED_NUMBER];
	struct db_rows *r;
	int64_t receiver;
	enum rc rc = db_run(t->db, ST_RECEIVER_PUT, &r, db_text(in->name),
	    db_text(in->kind), db_text(in->lang), db_text(in->regions),
	    db_bool(in->vetted), db_i64(in->order), db_bool(in->sample));

	if (rc != RC_OK)
		return rc;
	receiver = db_get_i64(r, 0, 0);
	db_rows_free(r);
	keys_seal_number(t->keys, SEAL_RECEIVER_SEAL, &in->number, sealed);
	rc = db_run(t->db, ST_CONTACT_PUT, NULL, db_i64(receiver),
	    db_bytes(h.b, sizeof(h.b)), db_bytes(sealed, sizeof(sealed)));
	if (rc == RC_OK)
		rc = intake_audit(j, "receiver.stored", OUT_NULL, receiver);
	if (rc == RC_OK)
		log_info("intake.receiver", "receiver=%lld", (long long)receiver);
	return rc;
}

enum rc
intake_receiver(struct intake_job *j)
{
	struct intake_receiver in;
	enum rc rc;

	if (intake_unpack(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	rc = store(j, &in);
	seal_wipe(&in, sizeof(in));
	if (rc == RC_OK)
		(void)!str_copy(j->answer, sizeof(j->answer), "stored");
	return rc;
}

/* All or none: the row's transaction is one. Every record is read before the first is stored. */
enum rc
intake_receivers(struct intake_job *j)
{
	struct intake_receiver in;
	size_t rows = 0, len = 0;
	enum rc rc;

	for (size_t pass = 0; pass < 2; pass++) {
		size_t at = 0;

		rows = 0;
		while ((rc = intake_unpack_next(j->text, j->n, &at, &in)) == RC_OK) {
			if (++rows > INTAKE_ROWS_MAX)
				rc = RC_REFUSED;
			else if (pass == 1)
				rc = store(j, &in);
			if (rc != RC_OK)
				break;
		}
		seal_wipe(&in, sizeof(in));
		if (rc != RC_AGAIN && pass == 0)
			return intake_refuse(j, "malformed");
		if (rc != RC_AGAIN || (pass == 1 && at < j->n))
			return rc;
	}
	(void)!str_add(j->answer, sizeof(j->answer), &len, "%zu stored", rows);
	return RC_OK;
}

/* A case that a suspended receiver has taken: an operator must look who goes there now. */
static enum rc
tell_taken(struct intake_job *j, int64_t receiver, int *cases)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_SUSPEND_TAKEN, &r, db_i64(receiver));

	if (rc != RC_OK)
		return rc;
	*cases = db_count(r);
	for (int i = 0; i < *cases; i++)
		out_row(j->t->out, OUT_TASK, "receiver_suspended", db_get_i64(r, i, 0),
		    OUT_NULL, OUT_NULL);
	db_rows_free(r);
	return RC_OK;
}

/* Its phones prove nothing any more, its ladders go on to the next, nothing more is sent to it. */
static enum rc
suspend(struct intake_job *j, int64_t receiver)
{
	struct db *db = j->t->db;
	size_t len = 0;
	int cases = 0;
	enum rc rc = db_run(db, ST_SUSPEND_NEXT, NULL, db_i64(receiver));

	if (rc == RC_OK)
		rc = db_run(db, ST_SUSPEND_TEXTS, NULL, db_i64(receiver));
	if (rc == RC_OK)
		rc = tell_taken(j, receiver, &cases);
	if (rc == RC_OK)
		(void)!str_add(j->answer, sizeof(j->answer), &len,
		    cases == 0 ? "suspended"
			       : "suspended; it has taken %d cases: see the tasks",
		    cases);
	return rc;
}

enum rc
intake_active(struct intake_job *j)
{
	struct intake_active in;
	struct db_rows *r;
	int64_t receiver;
	enum rc rc;

	if (intake_unpack_active(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	if (in.contact != 0 || in.number.s[0] != '\0') {
		rc = intake_contact(j, &in);
		seal_wipe(&in, sizeof(in));
		return rc;
	}
	rc = db_run(
	    j->t->db, ST_RECEIVER_ACTIVE, &r, db_text(in.name), db_bool(in.active));
	if (rc != RC_OK)
		return rc;
	receiver = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	if (receiver == 0)
		return intake_refuse(j, "no receiver of this name");
	rc = db_run(
	    j->t->db, ST_CONTACTS_ACTIVE, NULL, db_i64(receiver), db_bool(in.active));
	if (rc == RC_OK && !in.active)
		rc = suspend(j, receiver);
	else
		(void)!str_copy(j->answer, sizeof(j->answer), "active again");
	if (rc != RC_OK)
		return rc;
	rc = intake_audit(
	    j, in.active ? "receiver.active" : "receiver.suspended", OUT_NULL, receiver);
	if (rc != RC_OK)
		return rc;
	log_info(
	    "intake.active", "receiver=%lld active=%d", (long long)receiver, in.active);
	return RC_OK;
}
