/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One answer of a case erased, wherever its code stands: the case, conversations about it, an offer check.
 * It takes nothing back from receivers who were told. Called by intake_case.c.
 */
#include "answer_forget.h"

#include <string.h>

#include "log.h"
#include "referral.h"
#include "str.h"

/* Whom to ask follows from these, until somebody has the case. */
static bool
is_for_routing(const char *slot)
{
	return str_has_word("region country where who child about", slot);
}

/* The zone of the agreed hour follows from these (S1b). */
static bool
is_for_hour(const char *slot)
{
	return str_has_word("region own_region country", slot);
}

/* People first, as everywhere: whoever writes about this case, from whichever phone, waits. */
static enum rc
lock_people(struct turn *t, int64_t id)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_FORGET_PEOPLE, &r, db_i64(id));

	if (rc == RC_OK)
		db_rows_free(r);
	return rc;
}

struct known {
	bool may, child, held, hour, supervisor;
};

static enum rc
look(struct intake_job *j, int64_t id, struct known *k)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_FORGET_MAY, &r, db_i64(id), db_text(j->by));

	if (rc != RC_OK)
		return rc;
	k->may = db_get_bool(r, 0, 0);
	k->child = db_get_bool(r, 0, 1);
	k->held = db_get_bool(r, 0, 2);
	k->hour = db_get_bool(r, 0, 3);
	k->supervisor = db_get_bool(r, 0, 4);
	db_rows_free(r);
	return RC_OK;
}

/* NULL: it may go. */
static const char *
why_not(const struct known *k, const struct case_row *c, const char *slot)
{
	bool going = strcmp(c->state, "open") == 0 || strcmp(c->state, "referred") == 0 ||
	    strcmp(c->state, "nobody") == 0;

	if (!k->may)
		return "a child's case is restricted: a supervisor may let you in";
	if (k->held)
		return "the case is held: nothing of it is erased before `case release`";
	if (k->child && (strcmp(slot, "who") == 0 || strcmp(slot, "child") == 0))
		return "without it everybody could read this child's case";
	if (!k->supervisor && strcmp(slot, "about_whom") == 0)
		return "whom a complaint is about is for supervisors alone";
	if (k->hour && is_for_hour(slot))
		return "the hour that the person agreed to is counted by it";
	if (going && is_for_routing(slot))
		return "whom to ask follows from it, and nobody has the case yet";
	return NULL;
}

static enum rc
erase(struct turn *t, int64_t id, const char *slot, bool *there)
{
	static const enum db_stmt steps[] = { ST_FORGET_SESSIONS, ST_FORGET_JOBS };
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_FORGET_ANSWER, &r, db_i64(id), db_text(slot));

	if (rc != RC_OK)
		return rc;
	*there = db_count(r) > 0;
	db_rows_free(r);
	for (size_t i = 0; rc == RC_OK && *there && i < ARRAY_LEN(steps); i++)
		rc = db_run(t->db, steps[i], NULL, db_i64(id), db_text(slot));
	if (rc == RC_OK && *there && strcmp(slot, "where") == 0)
		rc = db_run(t->db, ST_FORGET_PLACE, NULL, db_i64(id));
	return rc;
}

enum rc
answer_forget(struct intake_job *j, const struct intake_case *in, int64_t id)
{
	struct known k = { .held = true };
	struct case_row c = { 0 };
	const char *why = NULL;
	bool there = false;
	enum rc rc = lock_people(j->t, id);

	if (rc == RC_OK)
		rc = referral_case_lock(j->t, id, &c);
	if (rc == RC_OK)
		rc = look(j, id, &k);
	if (rc == RC_OK)
		why = why_not(&k, &c, in->what);
	if (rc == RC_OK && why == NULL)
		rc = erase(j->t, id, in->what, &there);
	referral_case_clear(&c);
	if (rc != RC_OK)
		return rc;
	if (why != NULL)
		return intake_refuse(j, why);
	if (!there)
		return intake_refuse(j, "the case has no such answer: `case show`");
	out_row(j->t->out, OUT_AUDIT, "answer.forgotten", id, OUT_NULL, OUT_NULL,
	    (const char *)j->by);
	out_row(j->t->out, OUT_AUDIT, "answer.forgotten_slot", id, OUT_NULL, OUT_NULL,
	    in->what);
	log_info("answer.forgotten", "case=%lld", (long long)id);
	return RC_OK;
}
