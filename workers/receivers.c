/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text from a receiver's phone: the answer code names the referral, the digit says what.
 * It never tells a receiver a number, nor the place before an acceptance. Called by people.c.
 */
#include "receivers.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "receiver_words.h"
#include "refer_text.h"
#include "referral.h"

#define WRONG_CODES 3
#define WRONG_MS (60 * 60000)

/* The receiver who writes, and their open asks. */
struct answering {
	struct turn *t;
	struct person *p;
	enum lang lang;
	int64_t wrong, wrong_since, reason_for;
	struct db_rows
	    *asks; /* ASKS_OF: code, referral, case, state, receiver, case number */
};

static enum rc
reply(struct answering *a, int64_t case_id, const char *key, const char *text)
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

static enum rc
reply_key(struct answering *a, int64_t case_id, const char *key,
    const struct text_arg *args, size_t n)
{
	char text[REFER_TEXT_MAX];
	enum rc rc = refer_say(a->t->flows, a->lang, key, args, n, text);

	return rc == RC_OK ? reply(a, case_id, key, text) : rc;
}

/* "№317", "482", "21:49" for templates. */
struct said {
	char number[24], code[8], time[8];
	struct text_arg arg[3];
};

static const struct text_arg *
say_args(struct said *s, int64_t number, int64_t code, int64_t at_ms, const char *region)
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

static int
ask_by_code(const struct answering *a, int code)
{
	for (int i = 0; i < db_count(a->asks); i++) {
		if (db_get_i64(a->asks, i, 0) == code)
			return i;
	}
	return -1;
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
		    say_args(&said, c->facts.number, db_get_i64(r, i, 2), clock_wall_ms(),
			referral_case_region(c)),
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
		rc = reply(a, c->id, "ref.detail", text);
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
	db_rows_free(down);
	if (rc != RC_OK)
		return rc;
	out_row(t->out, OUT_AUDIT, "referral.accepted", c->id, referral, a->p->contact_id,
	    (const char *)NULL);
	log_info("referral.accepted", "case=%lld referral=%lld", (long long)c->id,
	    (long long)referral);
	return RC_OK;
}

/* Accepted by this one: the detail again. By another: when, thank you, do not drive. */
static enum rc
accept(struct answering *a, int ask)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	int code = (int)db_get_i64(a->asks, ask, 0);
	struct case_row c = { 0 };
	struct said said;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (referral_case_is_open(&c))
		rc = taken(a, &c, referral, code);
	else if (c.taken_by == referral)
		rc = detail(a, &c, code, c.taken_ms);
	else
		rc = reply_key(a, c.id, "ref.taken_at",
		    say_args(&said, c.facts.number, code, c.taken_ms,
			referral_case_region(&c)),
		    3);
	referral_case_clear(&c);
	return rc;
}

/* The ladder goes on at once; it does not wait for the reason. */
static enum rc
decline(struct answering *a, int ask)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	struct case_row c = { 0 };
	struct said said;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (!referral_case_is_open(&c)) {
		rc = reply_key(a, c.id, "ref.taken_at",
		    say_args(
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
		rc = reply_key(a, c.id, "ref.declined",
		    say_args(&said, c.facts.number, 0, 0, ""), 3);
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
	return reply_key(a, c->id, act->key,
	    say_args(&said, c->facts.number, 0, clock_wall_ms(), referral_case_region(c)),
	    3);
}

static enum rc
do_act(struct answering *a, int ask, enum receiver_word word)
{
	int64_t referral = db_get_i64(a->asks, ask, 1);
	const struct act *act = &acts[word];
	struct case_row c = { 0 };
	struct said said;
	enum rc rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);

	if (rc != RC_OK)
		return rc;
	if (c.taken_by == referral && strcmp(c.state, "closed") != 0)
		rc = acted(a, act, &c, referral);
	else if (c.taken_ms != 0)
		rc = reply_key(a, c.id, "ref.taken_at",
		    say_args(
			&said, c.facts.number, 0, c.taken_ms, referral_case_region(&c)),
		    3);
	else
		rc = reply_key(a, c.id, "ref.which",
		    say_args(&said, c.facts.number, db_get_i64(a->asks, ask, 0), 0, ""),
		    3);
	referral_case_clear(&c);
	return rc;
}

/* Three wrong codes in an hour: a task. Nothing is settled by any of them. */
static enum rc
wrong_code(struct answering *a)
{
	int64_t now = clock_wall_ms();
	bool fresh = a->wrong_since == 0 || now - a->wrong_since > WRONG_MS;
	int64_t count = fresh ? 1 : a->wrong + 1;
	enum rc rc = db_run(a->t->db, ST_CONTACT_WRONG, NULL, db_i64(a->p->contact_id),
	    db_i64(count), db_i64(fresh ? now : a->wrong_since));

	if (rc != RC_OK)
		return rc;
	if (count == WRONG_CODES)
		out_row(a->t->out, OUT_TASK, "wrong_codes", OUT_NULL, a->p->inbox_id,
		    a->p->contact_id);
	log_warn("referral.wrong_code", "contact=%lld count=%lld",
	    (long long)a->p->contact_id, (long long)count);
	return reply_key(a, 0, "ref.wrong_code", NULL, 0);
}

/* A bare yes with one open referral: the ladder rests, the code is asked for, nothing is settled. */
static enum rc
bare_yes(struct answering *a)
{
	struct case_row c = { 0 };
	struct said said;
	int64_t until = clock_wall_ms() + a->t->limits.rest_ms;
	int open = -1, count = 0;
	enum rc rc;

	for (int i = 0; i < db_count(a->asks); i++) {
		if (strcmp(db_get_text(a->asks, i, 3), "asked") == 0) {
			open = i;
			count++;
		}
	}
	if (count != 1)
		return reply_key(a, 0, "ref.wrong_code", NULL, 0);
	rc = referral_case_lock(a->t, db_get_i64(a->asks, open, 2), &c);
	if (rc == RC_OK && referral_case_is_open(&c)) {
		rc = db_run(a->t->db, ST_LADDER_REST, NULL, db_i64(c.id), db_i64(until));
		if (rc == RC_OK)
			rc = db_run(a->t->db, ST_LADDER_REST_CASE, NULL, db_i64(c.id),
			    db_i64(until));
	}
	if (rc == RC_OK)
		rc = reply_key(a, c.id, "ref.which",
		    say_args(&said, c.facts.number, db_get_i64(a->asks, open, 0), 0, ""),
		    3);
	referral_case_clear(&c);
	return rc;
}

/* A digit is a reason only as the next text after our question. */
static enum rc
reason(struct answering *a, int digit)
{
	static const char *const why[] = { NULL, "full", "far", "profile", "unsafe" };
	enum rc rc = db_run(a->t->db, ST_REFERRAL_REASON, NULL, db_i64(a->reason_for),
	    db_text(why[digit]));

	if (rc == RC_OK)
		rc = db_run(a->t->db, ST_CONTACT_REASON, NULL, db_i64(a->p->contact_id),
		    db_null());
	return rc == RC_OK ? reply_key(a, 0, "ref.reason", NULL, 0) : rc;
}

static enum rc
settle(struct answering *a, const struct receiver_words *w)
{
	int ask = w->code < 0 ? -1 : ask_by_code(a, w->code);
	enum rc rc = RC_OK;

	if (a->reason_for != 0 && w->digit >= 1 && w->digit <= 4)
		return reason(a, w->digit);
	if (a->reason_for != 0)
		rc = db_run(a->t->db, ST_CONTACT_REASON, NULL, db_i64(a->p->contact_id),
		    db_null());
	if (rc != RC_OK)
		return rc;
	if (w->code >= 0 && ask < 0)
		return wrong_code(a);
	if (ask >= 0 && w->word == SAYS_TAKE)
		return accept(a, ask);
	if (ask >= 0 && w->word == SAYS_CANNOT)
		return decline(a, ask);
	if (ask >= 0 && w->word < (int)ARRAY_LEN(acts) && acts[w->word].key != NULL)
		return do_act(a, ask, w->word);
	if (w->code < 0 && w->word == SAYS_TAKE)
		return bare_yes(a);
	return reply_key(a, 0, "ref.help", NULL, 0);
}

enum rc
receivers_text(struct turn *t, struct person *p)
{
	struct receiver_words w = receiver_words_parse(p->text);
	struct answering a = { .t = t, .p = p };
	struct db_rows *r;
	enum rc rc;

	/* whoever writes of danger is a person in danger first */
	if (w.word == SAYS_NONE && w.code < 0 && flows_is_danger(t->flows, p->text))
		return people_step(t, p, INPUT_TEXT);
	rc = db_run(t->db, ST_CONTACT_LOCK, &r, db_i64(p->contact_id));
	if (rc != RC_OK)
		return rc;
	a.wrong = db_get_i64(r, 0, 0);
	a.wrong_since = db_get_i64(r, 0, 1);
	a.reason_for = db_get_i64(r, 0, 2);
	a.lang = referral_lang(t, db_get_text(r, 0, 3));
	db_rows_free(r);
	rc = db_run(t->db, ST_ASKS_OF, &a.asks, db_i64(p->contact_id));
	if (rc != RC_OK)
		return rc;
	rc = settle(&a, &w);
	db_rows_free(a.asks);
	return rc;
}
