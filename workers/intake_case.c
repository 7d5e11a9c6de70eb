/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person at a console decided about a case, done under its lock: every one a row of its history that
 * overwrites none before (S17). It tells the person nothing. Called by intake.c.
 */
#include "intake_case.h"

#include <stdio.h>
#include <string.h>

#include "answer_forget.h"
#include "case_link.h"
#include "intake_do.h"
#include "intake_police.h"
#include "log.h"
#include "outcome.h"
#include "referral.h"
#include "str.h"

static enum rc
find(struct intake_job *j, int64_t number, int64_t *id)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_CASE_NUMBERED, &r, db_i64(number));

	*id = 0;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		*id = db_get_i64(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static void
say(struct intake_job *j, const struct intake_case *in, const char *what)
{
	size_t len = 0;

	(void)!str_add(j->answer, sizeof(j->answer), &len, "case %lld %s",
	    (long long)in->number, what);
}

static enum rc
close_case(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	const struct outcome_code *o = outcome_code_find(in->code);
	int64_t head;
	enum rc rc;

	if (o == NULL || o->group == OUTCOME_LAW)
		return intake_refuse(
		    j, "no outcome of the closed list that closes a case");
	if (strcmp(c->state, "closed") == 0)
		return intake_refuse(j, "it is closed already");
	rc = case_link_head(j->t, c->id, &head);
	if (rc == RC_OK && head != 0)
		return intake_refuse(j, "it is linked: close the case it is linked to");
	if (rc == RC_OK)
		rc = outcome_assert(j->t, c->id, "closed", in->code, 0, j->by, in->note);
	if (rc == RC_OK)
		rc = outcome_close(j->t, c, in->code);
	say(j, in, "is closed");
	return rc;
}

/* Each phone of who has it hears that it is open again. */
static enum rc
tell_reopened(struct intake_job *j, int64_t id)
{
	struct turn *t = j->t;
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_TAKER_CONTACTS, &r, db_i64(id));

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char n[24], text[REFER_TEXT_MAX];
		const struct text_arg arg = { "n", n };

		snprintf(n, sizeof(n), "%lld", (long long)db_get_i64(r, i, 2));
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 1)),
		    "ref.reopened", &arg, 1, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), id, "ref.reopened", text);
	}
	db_rows_free(r);
	return rc;
}

static enum rc
reopen(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	struct db_rows *r;
	int64_t had, head = 0;
	enum rc rc;

	if (strcmp(c->state, "closed") != 0)
		return intake_refuse(j, "it is not closed");
	if (!intake_note_fits(in->note))
		return intake_refuse(j, "it needs a reason");
	rc = case_link_head(j->t, c->id, &head);
	if (rc == RC_OK && head != 0)
		return intake_refuse(j, "it is linked: open the case it is linked to");
	if (rc == RC_OK)
		rc = db_run(j->t->db, ST_CASE_REOPEN, &r, db_i64(c->id));
	if (rc != RC_OK)
		return rc;
	had = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	rc = outcome_assert(j->t, c->id, "reopened", "", 0, j->by, in->note);
	if (rc == RC_OK && had != 0)
		rc = db_run(j->t->db, ST_OUTCOME_AGAIN, NULL, db_i64(had));
	if (rc == RC_OK && had != 0)
		rc = tell_reopened(j, c->id);
	say(j, in,
	    had != 0 ? "is open again, with who had it"
		     : "is open again; it is asked for");
	return rc;
}

/* The other case is locked after this one: two that link each other at once wait, and one is done again. */
static enum rc
link_to(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	struct case_row to = { 0 };
	int64_t id, head = 0, own = 0;
	enum rc rc = find(j, in->other, &id);

	if (rc == RC_OK && (id == 0 || id == c->id))
		return intake_refuse(j, "no other case has that number");
	if (rc == RC_OK)
		rc = referral_case_lock(j->t, id, &to);
	if (rc == RC_OK)
		rc = case_link_head(j->t, id, &head);
	if (rc == RC_OK)
		rc = case_link_head(j->t, c->id, &own);
	if (rc == RC_OK && own != 0)
		rc = intake_refuse(j, "it is linked already: unlink it first");
	else if (rc == RC_OK && head != 0)
		rc = intake_refuse(j, "that one is linked itself: link to its case");
	else if (rc == RC_OK && (c->taken_by != 0 || strcmp(c->state, "closed") == 0))
		rc = intake_refuse(j, "it is taken or closed: link the other way round");
	else if (rc == RC_OK) {
		rc = case_link_put(j->t, c->id, id, to.facts.number, j->by);
		say(j, in, "goes along with the other from now on");
	}
	referral_case_clear(&to);
	return rc;
}

static enum rc
unlink_it(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	bool was = false;
	enum rc rc = case_link_off(j->t, c->id, j->by, &was);

	if (rc == RC_OK && !was)
		return intake_refuse(j, "it is not linked");
	say(j, in, "stands on its own again");
	return rc;
}

static bool
is_of_law(const struct intake_case *in)
{
	return in->act == INTAKE_CASE_ASSERT && strcmp(in->what, "legal") == 0;
}

static enum rc
assert_it(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	enum rc rc;

	if (!outcome_may_say(in->what, in->code))
		return intake_refuse(j, "not of a closed list");
	say(j, in, "has it in its history");
	rc = outcome_assert(j->t, c->id, in->what, in->code, 0, j->by, in->note);
	return rc == RC_OK && is_of_law(in) &&
		(strcmp(in->code, "no_evidence") == 0 ||
		    strcmp(in->code, "reclassified") == 0)
	    ? outcome_police(j->t, c, in->code, OUT_NULL, OUT_NULL)
	    : rc;
}

/* Each phone of who said it: no. */
static enum rc
tell_refused(struct intake_job *j, const struct case_row *c, int64_t referral)
{
	struct turn *t = j->t;
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char n[24], text[REFER_TEXT_MAX];
		const struct text_arg arg = { "n", n };

		snprintf(n, sizeof(n), "%lld", (long long)c->facts.number);
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 3)),
		    "ref.not_confirmed", &arg, 1, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, "ref.not_confirmed", text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

/* The ladder goes on at once, without them. */
static enum rc
refuse_held(struct intake_job *j, const struct case_row *c, int64_t referral)
{
	enum rc rc = tell_refused(j, c, referral);

	if (rc == RC_OK)
		rc = db_run(j->t->db, ST_REFERRAL_ANSWER, NULL, db_i64(referral),
		    db_text("declined"));
	if (rc == RC_OK)
		rc = db_run(j->t->db, ST_HELD_OVER, NULL, db_i64(c->id));
	return rc;
}

static enum rc
confirm(struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	bool yes = in->act == INTAKE_CASE_CONFIRM, done = true;
	struct db_rows *r;
	int64_t referral;
	enum rc rc = db_run(j->t->db, ST_HELD_REFERRAL, &r, db_i64(c->id));

	if (rc != RC_OK)
		return rc;
	referral = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	if (referral == 0)
		return intake_refuse(j, "no acceptance of it waits for a word");
	rc = db_run(j->t->db, ST_HELD_OFF, NULL, db_i64(referral));
	if (rc == RC_OK && yes)
		rc = db_run(j->t->db, ST_CONTACT_FREE, NULL, db_i64(referral));
	if (rc == RC_OK && yes)
		rc = receiver_confirm(j->t, c->id, referral, &done);
	else if (rc == RC_OK)
		rc = refuse_held(j, c, referral);
	if (rc == RC_OK && !done)
		return intake_refuse(j, "another has taken it meanwhile");
	say(j, in, yes ? "is theirs now" : "goes on without them");
	return rc == RC_OK
	    ? outcome_assert(j->t, c->id, yes ? "confirmed" : "not_confirmed", "",
		  referral, j->by, in->note)
	    : rc;
}

typedef enum rc case_act(
    struct intake_job *j, const struct intake_case *in, const struct case_row *c);

static enum rc
act(struct intake_job *j, const struct intake_case *in)
{
	static case_act *const run[INTAKE_CASE_ACTS] = { [INTAKE_CASE_CLOSE] = close_case,
		[INTAKE_CASE_REOPEN] = reopen,
		[INTAKE_CASE_LINK] = link_to,
		[INTAKE_CASE_UNLINK] = unlink_it,
		[INTAKE_CASE_ASSERT] = assert_it,
		[INTAKE_CASE_CONFIRM] = confirm,
		[INTAKE_CASE_REFUSE] = confirm,
		[INTAKE_CASE_POLICE] = intake_police,
		[INTAKE_CASE_NO_POLICE] = intake_police };
	struct case_row c = { 0 };
	int64_t id;
	enum rc rc = find(j, in->number, &id);

	if (rc == RC_OK && id == 0)
		return intake_refuse(j,
		    is_of_law(in)
			? "no case has this number; of one that was erased a supervisor "
			  "says it: shyraqctl case law CODE --erased"
			: "no case has this number");
	if (rc == RC_OK && in->act == INTAKE_CASE_FORGET) {
		say(j, in, "has this answer no more; who was told of it still knows it");
		return answer_forget(j, in, id);
	}
	if (rc == RC_OK)
		rc = referral_case_lock(j->t, id, &c);
	if (rc == RC_OK)
		rc = run[in->act](j, in, &c);
	referral_case_clear(&c);
	return rc;
}

enum rc
intake_case(struct intake_job *j)
{
	struct intake_case in;
	enum rc rc;

	if (intake_unpack_case(j->text, j->n, &in) != RC_OK)
		return intake_refuse(j, "malformed");
	rc = act(j, &in);
	if (rc == RC_OK && !j->refused)
		log_info("intake.case", "row=%lld act=%d", (long long)j->id, (int)in.act);
	return rc;
}
