/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver's digit does to a case: take, decline, and what only the one who took it may say.
 * It never tells a receiver a number, nor the place before an acceptance. Called by receivers.c.
 */
#include "receiver_acts.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "knock.h"
#include "log.h"
#include "refer_text.h"

enum rc
answering_reply(struct answering *a, int64_t case_id, const char *key, const char *text)
{
	const struct person *p = a->p;
	struct turn_text x = {
		.inbox_id = p->inbox_id,
		.contact_id = p->contact_id,
		.case_id = case_id,
		.key = key,
		.text = text,
		.link = p->in->u.sms.link,
		.daemon = p->in->daemon,
		.instance = p->in->instance,
		.priority = PRIORITY_REFERRAL,
		.to = &p->phone,
	};

	return turn_text_out(a->t, &x);
}

enum rc
answering_say(struct answering *a, int64_t case_id, const char *key,
    const struct text_arg *args, size_t n)
{
	char text[REFER_TEXT_MAX];
	enum rc rc = refer_say(a->t->flows, a->lang, key, args, n, text);

	return rc == RC_OK ? answering_reply(a, case_id, key, text) : rc;
}

const struct text_arg *
said_args(struct said *s, int64_t number, int64_t code, int64_t at_ms, const char *region)
{
	snprintf(s->number, sizeof(s->number), "%lld", (long long)number);
	snprintf(s->code, sizeof(s->code), "%03d", (int)(code % 1000));
	s->time[0] = '\0';
	if (at_ms != 0)
		turn_hhmm(at_ms, region, s->time);
	s->arg[0] = (struct text_arg){ "n", s->number };
	s->arg[1] = (struct text_arg){ "code", s->code };
	s->arg[2] = (struct text_arg){ "at", s->time };
	return s->arg;
}

/* Contacts of the referrals that stand down, and other phones of the one who took it: one text each. */
static enum rc
tell_others(
    struct answering *a, const struct case_row *c, int64_t taken_by, struct db_rows *down)
{
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, taken_by);
	for (int i = 0; i < db_count(down); i++)
		db_col_i64(&id, db_get_i64(down, i, 0));
	rc = db_run(a->t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];
		struct said said;

		if (db_get_i64(r, i, 0) == a->p->contact_id)
			continue;
		rc = refer_say(a->t->flows, referral_lang(a->t, db_get_text(r, i, 3)),
		    "ref.taken_else",
		    said_args(&said, c->facts.number, db_get_i64(r, i, 2),
			clock_wall_ms(), referral_case_region(c)),
		    3, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    a->t, db_get_i64(r, i, 0), c->id, "ref.taken_else", text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

static enum rc
detail(struct answering *a, struct case_row *c, int code, int64_t at_ms)
{
	char text[REFER_TEXT_MAX], hhmm[6];
	enum rc rc = referral_case_place(a->t, c);

	turn_hhmm(at_ms, referral_case_region(c), hhmm);
	if (rc == RC_OK)
		rc = refer_detail(
		    a->t->flows, a->lang, &c->facts, (unsigned)code, hhmm, text);
	if (rc == RC_OK)
		rc = answering_reply(a, c->id, "ref.detail", text);
	seal_wipe(text, sizeof(text));
	return rc;
}

static enum rc
taken(struct answering *a, struct case_row *c, int64_t referral, int code)
{
	struct turn *t = a->t;
	struct db_rows *down = NULL;
	enum rc rc = db_run(t->db, ST_CASE_TAKEN, NULL, db_i64(c->id), db_i64(referral));

	if (rc == RC_OK)
		rc = db_run(t->db, ST_REFERRAL_ANSWER, NULL, db_i64(referral),
		    db_text("accepted"));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_STAND_DOWN, &down, db_i64(c->id), db_i64(referral));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_NEXT_OFF, NULL, db_i64(c->id));
	if (rc == RC_OK)
		rc = detail(a, c, code, clock_wall_ms());
	if (rc == RC_OK)
		rc = tell_others(a, c, referral, down);
	if (rc == RC_OK)
		rc = knock_plan(t, c->id, 0);
	db_rows_free(down);
	if (rc != RC_OK)
		return rc;
	out_row(t->out, OUT_AUDIT, "referral.accepted", c->id, referral, a->p->contact_id,
	    (const char *)NULL);
	log_info("referral.accepted", "case=%lld referral=%lld", (long long)c->id,
	    (long long)referral);
	return RC_OK;
}

static const char *
fact(const struct case_row *c, const char *slot)
{
	for (uint8_t i = 0; i < c->facts.slots; i++) {
		if (strcmp(c->facts.slot[i].name, slot) == 0)
			return c->facts.slot[i].code;
	}
	return "";
}

/* S14: they stood down because the person took the consent back, not because another took the case. */
static bool
is_withdrawn(const struct answering *a, const struct case_row *c, int ask)
{
	const char *kind = db_get_text(a->asks, ask, 6);

	if (strcmp(db_get_text(a->asks, ask, 3), "stood_down") != 0)
		return false;
	return strcmp(fact(c, "ngo"), "no") == 0 ||
	    ((strcmp(kind, "police") == 0 || strcmp(kind, "embassy") == 0) &&
		strcmp(fact(c, kind), "no") == 0);
}

/* Accepted by this one: the detail again. By another: when, thank you, do not drive. */
enum rc
receiver_accept(struct answering *a, int ask)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	int code = (int)db_get_i64(a->asks, ask, 0);
	struct case_row c = { 0 };
	struct said said;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (is_withdrawn(a, &c, ask))
		rc = answering_say(a, c.id, "ref.withdrawn",
		    said_args(&said, c.facts.number, code, 0, ""), 3);
	else if (referral_case_is_open(&c))
		rc = taken(a, &c, referral, code);
	else if (c.taken_by == referral)
		rc = detail(a, &c, code, c.taken_ms);
	else
		rc = answering_say(a, c.id, "ref.taken_at",
		    said_args(&said, c.facts.number, code, c.taken_ms,
			referral_case_region(&c)),
		    3);
	referral_case_clear(&c);
	return rc;
}

/* The ladder goes on at once; it does not wait for the reason. */
enum rc
receiver_decline(struct answering *a, int ask)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	struct case_row c = { 0 };
	struct said said;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (!referral_case_is_open(&c)) {
		rc = answering_say(a, c.id, "ref.taken_at",
		    said_args(
			&said, c.facts.number, 0, c.taken_ms, referral_case_region(&c)),
		    3);
		goto out;
	}
	rc = db_run(
	    a->t->db, ST_REFERRAL_ANSWER, NULL, db_i64(referral), db_text("declined"));
	if (rc == RC_OK)
		rc = db_run(a->t->db, ST_CONTACT_REASON, NULL, db_i64(a->p->contact_id),
		    db_i64(referral));
	if (rc == RC_OK)
		rc = answering_say(a, c.id, "ref.declined",
		    said_args(&said, c.facts.number, 0, 0, ""), 3);
	out_row(a->t->out, OUT_AUDIT, "referral.declined", c.id, referral,
	    a->p->contact_id, (const char *)NULL);
	log_info("referral.declined", "case=%lld referral=%lld", (long long)c.id,
	    (long long)referral);
out:
	referral_case_clear(&c);
	return rc;
}

/* What only the one who took it may say of it: on the way, met, not found, give back, the operator. */
struct act {
	const char *key; /* of the reply */
	const char *audit;
	const char *task; /* for an operator, or NULL */
	enum db_stmt st;  /* what it does to the case; DB_STMTS: nothing */
	bool next;        /* the ladder goes on */
};
static const struct act acts[] = {
	[SAYS_OPERATOR] = { "ref.noted", "referral.operator", "asked_for", DB_STMTS,
	    false },
	[SAYS_ON_THE_WAY] = { "ref.on_the_way", "referral.on_the_way", NULL, DB_STMTS,
	    false },
	[SAYS_MET] = { "ref.met", "referral.met", NULL, ST_CASE_MET, false },
	[SAYS_NOT_FOUND] = { "ref.noted", "referral.not_found", "not_found", DB_STMTS,
	    false },
	[SAYS_GIVE_BACK] = { "ref.given_back", "referral.given_back", NULL, ST_CASE_BACK,
	    true },
};

static enum rc
acted(struct answering *a, const struct act *act, struct case_row *c, int64_t referral)
{
	struct said said;
	enum rc rc = RC_OK;

	if (act->st != DB_STMTS)
		rc = db_run(a->t->db, act->st, NULL, db_i64(c->id));
	if (rc == RC_OK && act->next)
		rc = db_run(a->t->db, ST_REFERRAL_ANSWER, NULL, db_i64(referral),
		    db_text("declined"));
	if (rc != RC_OK)
		return rc;
	if (act->task != NULL)
		out_row(a->t->out, OUT_TASK, act->task, c->id, a->p->inbox_id,
		    a->p->contact_id);
	out_row(a->t->out, OUT_AUDIT, act->audit, c->id, referral, a->p->contact_id,
	    (const char *)NULL);
	return answering_say(a, c->id, act->key,
	    said_args(
		&said, c->facts.number, 0, clock_wall_ms(), referral_case_region(c)),
	    3);
}

bool
receiver_may_act(enum receiver_word word)
{
	return word < (int)ARRAY_LEN(acts) && acts[word].key != NULL;
}

enum rc
receiver_not_yours(struct answering *a, const struct case_row *c, int ask)
{
	struct said said;

	if (c->taken_ms != 0)
		return answering_say(a, c->id, "ref.taken_at",
		    said_args(
			&said, c->facts.number, 0, c->taken_ms, referral_case_region(c)),
		    3);
	return answering_say(a, c->id, "ref.which",
	    said_args(&said, c->facts.number, db_get_i64(a->asks, ask, 0), 0, ""), 3);
}

enum rc
receiver_act(struct answering *a, int ask, enum receiver_word word)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	struct case_row c = { 0 };
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (c.taken_by == referral && strcmp(c.state, "closed") != 0)
		rc = acted(a, &acts[word], &c, referral);
	else
		rc = receiver_not_yours(a, &c, ask);
	referral_case_clear(&c);
	return rc;
}
