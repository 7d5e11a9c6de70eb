/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One phone of a receiver suspended, or back: a lost one takes nothing more, the others go on.
 * It never logs or answers a number. Called by intake_receiver.c.
 */
#include <string.h>

#include "intake.h"
#include "intake_do.h"
#include "log.h"
#include "str.h"

static struct db_param
or_null(int64_t v)
{
	return v == OUT_NULL ? db_null() : db_i64(v);
}

enum rc
intake_audit(struct intake_job *j, const char *what, int64_t contact, int64_t receiver)
{
	return db_run(j->t->db, ST_AUDIT_NOTE, NULL, db_text(what), db_null(),
	    or_null(contact), or_null(receiver), db_text(j->by));
}

struct phone_row {
	int64_t id, receiver, others; /* others of the receiver that are in use */
	bool lost, receiver_active;
};

static enum rc
find(struct intake_job *j, const struct intake_active *in, struct phone_row *p)
{
	struct seal_hash h = { .b = { 0 } };
	struct db_rows *r;
	bool by_number = in->number.s[0] != '\0';
	enum rc rc;

	if (by_number)
		h = keys_hash_number(j->t->keys, SEAL_RECEIVER_LOOKUP, &in->number);
	rc = db_run(j->t->db, ST_CONTACT_FIND, &r, db_text(in->name), db_i64(in->contact),
	    by_number ? db_bytes(h.b, sizeof(h.b)) : db_null());
	memset(p, 0, sizeof(*p));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		p->id = db_get_i64(r, 0, 0);
		p->lost = db_get_bool(r, 0, 1);
		p->receiver = db_get_i64(r, 0, 2);
		p->receiver_active = db_get_bool(r, 0, 3);
		p->others = db_get_i64(r, 0, 4);
	}
	db_rows_free(r);
	return RC_OK;
}

/* Somebody must look: at each case that it could act on, or else at the phone itself. */
static enum rc
leave_tasks(struct intake_job *j, const struct phone_row *p, int *cases)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_CONTACT_CASES, &r, db_i64(p->id));

	if (rc != RC_OK)
		return rc;
	*cases = db_count(r);
	for (int i = 0; i < *cases; i++)
		out_row(j->t->out, OUT_TASK, "contact_suspended", db_get_i64(r, i, 0),
		    OUT_NULL, p->id);
	if (*cases == 0)
		out_row(
		    j->t->out, OUT_TASK, "contact_suspended", OUT_NULL, OUT_NULL, p->id);
	db_rows_free(r);
	return RC_OK;
}

/* Asks move on before the codes are gone: they say which asks were its own. */
static enum rc
suspend(struct intake_job *j, const struct phone_row *p)
{
	static const enum db_stmt steps[] = { ST_CONTACT_NEXT, ST_CONTACT_CODES,
		ST_CONTACT_TEXTS };
	size_t len = 0;
	int cases = 0;
	enum rc rc = leave_tasks(j, p, &cases);

	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(steps); i++)
		rc = db_run(j->t->db, steps[i], NULL, db_i64(p->id));
	if (rc == RC_OK)
		(void)!str_add(j->answer, sizeof(j->answer), &len,
		    "phone %lld suspended; %lld other in use; %d cases to look at: see "
		    "the tasks",
		    (long long)p->id, (long long)p->others, cases);
	return rc;
}

enum rc
intake_contact(struct intake_job *j, const struct intake_active *in)
{
	struct phone_row p;
	size_t len = 0;
	enum rc rc = find(j, in, &p);

	if (rc != RC_OK)
		return rc;
	if (p.id == 0)
		return intake_refuse(j, "no receiver of this name has this phone");
	if (p.lost == !in->active)
		return intake_refuse(j,
		    in->active ? "this phone is not suspended by itself"
			       : "this phone is suspended already");
	rc = db_run(j->t->db, ST_CONTACT_LOST, NULL, db_i64(p.id), db_bool(!in->active),
	    db_bool(p.receiver_active));
	if (rc == RC_OK && !in->active)
		rc = suspend(j, &p);
	else if (rc == RC_OK)
		(void)!str_add(j->answer, sizeof(j->answer), &len, "phone %lld %s",
		    (long long)p.id,
		    p.receiver_active ? "in use again; its old codes stay dead"
				      : "is back with its receiver, which is suspended");
	if (rc == RC_OK)
		rc = intake_audit(j, in->active ? "contact.active" : "contact.suspended",
		    p.id, p.receiver);
	if (rc == RC_OK)
		log_info("intake.contact", "contact=%lld active=%d", (long long)p.id,
		    in->active);
	return rc;
}
