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
#include "ladder.h"
#include "lease.h"
#include "log.h"
#include "receiver_state.h"

/* A receiver's answer on its way through the ladder of its case. */
struct acting {
	struct answering *a;
	struct case_row c;
	struct ladder l;
	size_t i; /* the candidate who writes; l.n: none */
	int64_t referral;
	int code;
};

static enum rc
acting_open(struct answering *a, int ask, struct acting *x)
{
	enum rc rc;

	memset(x, 0, sizeof(*x));
	x->a = a;
	x->referral = db_get_i64(a->asks, ask, 1);
	x->code = (int)db_get_i64(a->asks, ask, 0);
	rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &x->c);
	if (rc == RC_OK)
		rc = ladder_open(a->t, &x->c, &x->l);
	if (rc == RC_OK)
		x->i = ladder_of(&x->l, x->referral);
	return rc;
}

static void
acting_close(struct acting *x)
{
	ladder_close(&x->l);
	referral_case_clear(&x->c);
}

static enum rc
reply(struct acting *x, const char *key, int64_t at_ms)
{
	struct said said;

	return answering_say(x->a, x->c.id, key,
	    said_args(
		&said, x->c.facts.number, x->code, at_ms, referral_case_region(&x->c)),
	    3);
}

/*
 * The place, unless the plan keeps it from them yet. An operator who took the case has it, but where nobody
 * at all may be asked: the person has not said yes.
 */
static bool
may_have_place(const struct acting *x)
{
	const char *kind = x->l.v[x->i].kind;

	if (plan_ask_of(&x->l.plan, &x->l.v[x->i]) == x->l.plan.n)
		return x->l.plan.n > 0 && plan_kind_has_place(kind);
	return plan_may_have_place(&x->l.plan, x->l.v, x->l.n, x->i);
}

static enum refer_role
role_of(const struct acting *x)
{
	const struct candidate *v = &x->l.v[x->i];
	unsigned ask = plan_ask_of(&x->l.plan, v);

	return ask < x->l.plan.n ? refer_role_parse(x->l.plan.v[ask].text)
				 : refer_role_parse(v->kind);
}

/* What who accepted is told, opened into `text`: the caller wipes it. */
static enum rc
detail_text(struct acting *x, int64_t at_ms, enum lang lang, char text[REFER_TEXT_MAX])
{
	struct turn *t = x->a->t;
	char hhmm[6], took[LADDER_OTHERS_MAX], wait[LADDER_OTHERS_MAX];
	struct refer_detail d = { role_of(x), hhmm, took, wait, may_have_place(x) };
	enum rc rc = d.place && x->c.place == NULL ? referral_case_place(t, &x->c)
						   : RC_OK;

	turn_hhmm(at_ms, referral_case_region(&x->c), hhmm);
	ladder_others(&x->l, x->i, lang, true, took);
	ladder_others(&x->l, x->i, lang, false, wait);
	return rc == RC_OK ? refer_detail(t->flows, lang, &x->c.facts, &d, text) : rc;
}

static enum rc
detail(struct acting *x, int64_t at_ms)
{
	struct answering *a = x->a;
	char text[REFER_TEXT_MAX] = "";
	enum rc rc = detail_text(x, at_ms, a->lang, text);

	if (rc == RC_OK)
		rc = answering_reply(a, x->c.id, "ref.detail", text);
	if (rc == RC_OK && x->c.place != NULL)
		rc = db_run(a->t->db, ST_REFERRAL_PLACE, NULL, db_i64(x->referral));
	if (rc == RC_OK && x->c.cut_ms != 0 && x->l.v[x->i].asked_ms > x->c.cut_ms)
		rc = reply(x, "ref.cut", 0);
	/* S14: whoever takes it afterwards decides knowing so */
	if (rc == RC_OK && x->l.withdrawn && strcmp(x->l.v[x->i].kind, "operator") != 0)
		rc = reply(x, "ref.withdrawn_pressure", 0);
	seal_wipe(text, sizeof(text));
	return rc;
}

/* Who has accepted before and may have the place only now. */
static enum rc
place_to_others(struct acting *x)
{
	enum rc rc = referral_case_place(x->a->t, &x->c);

	return rc == RC_OK && x->c.place != NULL
	    ? ladder_tell_place(&x->l, x->c.place, false, x->i)
	    : rc;
}

/* Asked beside, for a need of theirs: who leads has the person, and owes the outcome. */
static bool
is_beside(const struct acting *x)
{
	return refer_needs_of(role_of(x)) != NULL;
}

static struct db_param
until(int64_t ms)
{
	return ms == 0 ? db_null() : db_i64(ms);
}

/* The acceptance in the database and in the ladder: a lease, and, where it leads, the case is theirs. */
static enum rc
settle(struct acting *x)
{
	struct turn *t = x->a->t;
	bool lead = ladder_leads(&x->l, x->i), settles = lead && x->c.taken_by == 0,
	     operator= strcmp(x->l.v[x->i].kind, "operator") == 0;
	/* an operator who leads asks whom they want; one who takes an empty role stops nobody else */
	int64_t look = operator&& settles ? 0 : clock_wall_ms();
	enum rc rc = db_run(t->db, ST_REFERRAL_ACCEPT, NULL, db_i64(x->referral),
	    db_bool(lead), until(lease_until(&x->l, x->i)));

	x->l.v[x->i].state = ASK_TAKEN;
	if (rc == RC_OK && settles)
		rc = db_run(
		    t->db, ST_CASE_TAKEN, NULL, db_i64(x->c.id), db_i64(x->referral));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_LADDER, NULL, db_i64(x->c.id), db_i64(look));
	if (settles)
		x->c.taken_by = x->referral;
	return rc == RC_OK && settles ? knock_plan(t, x->c.id, 0) : rc;
}

static enum rc
taken(struct acting *x)
{
	struct turn *t = x->a->t;
	enum rc rc = settle(x);

	if (rc == RC_OK)
		rc = detail(x, clock_wall_ms());
	if (rc == RC_OK)
		rc = ladder_stand_down(&x->l, x->referral, x->a->p->contact_id);
	if (rc == RC_OK)
		rc = place_to_others(x);
	if (rc != RC_OK)
		return rc;
	out_row(t->out, OUT_AUDIT, "referral.accepted", x->c.id, x->referral,
	    x->a->p->contact_id, x->l.v[x->i].kind);
	log_info("referral.accepted", "case=%lld referral=%lld", (long long)x->c.id,
	    (long long)x->referral);
	return RC_OK;
}

/* Its answer counts: nobody has settled the case, or its role is asked beside whoever did. */
static bool
may_take(const struct acting *x)
{
	/* whom a complaint names is asked no more, and takes nothing; nor who was revoked */
	if (strcmp(x->c.state, "closed") == 0 || strcmp(x->c.state, "met") == 0 ||
	    x->l.v[x->i].bypassed || strcmp(ladder_state(&x->l, x->i), "revoked") == 0)
		return false;
	if (x->c.taken_by == 0)
		return true;
	return plan_still_asked(&x->l.plan, x->l.v, x->l.n, x->i);
}

/* A task of this phone, unless one waits already; `of`: the case, or OUT_NULL. */
static enum rc
task_once(struct acting *x, const char *kind, int64_t of)
{
	struct turn *t = x->a->t;
	struct db_rows *r;
	bool waits;
	enum rc rc = db_run(t->db, ST_TASK_WAITS, &r, db_text(kind),
	    of == OUT_NULL ? db_null() : db_i64(of), db_i64(x->a->p->contact_id));

	if (rc != RC_OK)
		return rc;
	waits = db_get_bool(r, 0, 0);
	db_rows_free(r);
	if (!waits)
		out_row(
		    t->out, OUT_TASK, kind, of, x->a->p->inbox_id, x->a->p->contact_id);
	return RC_OK;
}

/* Three wrong codes came from this phone: the ladder rests, an operator says whether it is theirs. */
static enum rc
hold(struct acting *x)
{
	struct turn *t = x->a->t;
	int64_t until = clock_wall_ms() + t->limits.rest_ms;
	enum rc rc = db_run(t->db, ST_HELD_PUT, NULL, db_i64(x->referral));

	if (rc == RC_OK)
		rc = db_run(t->db, ST_LADDER_REST, NULL, db_i64(x->c.id), db_i64(until));
	if (rc == RC_OK)
		rc = db_run(
		    t->db, ST_LADDER_REST_CASE, NULL, db_i64(x->c.id), db_i64(until));
	if (rc == RC_OK)
		rc = task_once(x, "held_acceptance", OUT_NULL);
	out_row(t->out, OUT_AUDIT, "referral.held", x->c.id, x->referral,
	    x->a->p->contact_id, (const char *)NULL);
	log_warn("referral.held", "case=%lld referral=%lld", (long long)x->c.id,
	    (long long)x->referral);
	return rc == RC_OK ? reply(x, "ref.held", 0) : rc;
}

static enum rc
take(struct acting *x)
{
	bool held;
	enum rc rc = receivers_is_held(x->a->t, x->a->p->contact_id, &held);

	if (rc != RC_OK)
		return rc;
	return held ? hold(x) : taken(x);
}

/* The detail to each phone of a referral that an operator confirmed. */
static enum rc
tell_confirmed(struct acting *x)
{
	struct turn *t = x->a->t;
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, x->referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX] = "";

		rc = detail_text(
		    x, clock_wall_ms(), referral_lang(t, db_get_text(r, i, 3)), text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), x->c.id, "ref.detail", text);
		seal_wipe(text, sizeof(text));
	}
	if (rc == RC_OK && x->c.place != NULL)
		rc = db_run(t->db, ST_REFERRAL_PLACE, NULL, db_i64(x->referral));
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

enum rc
receiver_confirm(struct turn *t, int64_t case_id, int64_t referral, bool *done)
{
	struct answering a = { .t = t };
	struct acting x = { .a = &a, .referral = referral };
	enum rc rc = referral_case_lock(t, case_id, &x.c);

	*done = false;
	if (rc == RC_OK)
		rc = ladder_open(t, &x.c, &x.l);
	if (rc == RC_OK)
		x.i = ladder_of(&x.l, referral);
	if (rc == RC_OK && x.i < x.l.n && x.l.v[x.i].state != ASK_TAKEN && may_take(&x)) {
		*done = true;
		rc = settle(&x);
		if (rc == RC_OK)
			rc = tell_confirmed(&x);
		if (rc == RC_OK)
			rc = ladder_stand_down(&x.l, 0, 0);
		if (rc == RC_OK)
			rc = place_to_others(&x);
	}
	acting_close(&x);
	return rc;
}

/* When another has taken it; else only that it went on without them. */
static enum rc
not_theirs(struct acting *x)
{
	return reply(
	    x, x->c.taken_ms != 0 ? "ref.taken_at" : "ref.given_back", x->c.taken_ms);
}

/* When an operator has it, who would take it is worth a call. */
static enum rc
late(struct acting *x)
{
	enum rc rc = not_theirs(x);

	return rc == RC_OK && x->c.with_operator && strcmp(x->c.state, "taken") == 0
	    ? task_once(x, "late_offer", x->c.id)
	    : rc;
}

/* Accepted by this one: the detail again. By another: when, thank you, do not drive. */
enum rc
receiver_accept(struct answering *a, int ask)
{
	struct acting x;
	enum rc rc = acting_open(a, ask, &x);

	if (rc == RC_OK && x.i < x.l.n) {
		if (strcmp(ladder_state(&x.l, x.i), "revoked") == 0)
			rc = reply(&x, "ref.withdrawn", 0);
		else if (x.l.v[x.i].state == ASK_TAKEN)
			rc = detail(&x, ladder_answered(&x.l, x.i));
		else if (may_take(&x))
			rc = take(&x);
		else
			rc = late(&x);
	}
	acting_close(&x);
	return rc;
}

/* Theirs no more: to another who has accepted, else the ladder goes on at once. */
static enum rc
back(struct acting *x, const char *state)
{
	enum rc rc = lease_end(&x->l, x->i, state);

	if (rc == RC_OK)
		out_row(x->a->t->out, OUT_AUDIT, "referral.given_back", x->c.id,
		    x->referral, x->a->p->contact_id, (const char *)NULL);
	return rc;
}

/* Why is asked of who did not say it. */
static enum rc
reason(struct acting *x, enum receiver_reason why)
{
	struct db *db = x->a->t->db;
	enum rc rc;

	if (why == REASON_NONE) {
		rc = db_run(db, ST_CONTACT_REASON, NULL, db_i64(x->a->p->contact_id),
		    db_i64(x->referral));
		return rc == RC_OK ? reply(x, "ref.declined", 0) : rc;
	}
	rc = db_run(db, ST_REFERRAL_REASON, NULL, db_i64(x->referral),
	    db_text(receiver_reason_name(why)));
	return rc == RC_OK ? reply(x, "ref.given_back", 0) : rc;
}

static enum rc
declined(struct acting *x, enum receiver_reason why)
{
	struct answering *a = x->a;
	enum rc rc;

	rc = db_run(
	    a->t->db, ST_REFERRAL_ANSWER, NULL, db_i64(x->referral), db_text("declined"));
	if (rc == RC_OK)
		rc = db_run(a->t->db, ST_LADDER_REST_END, NULL, db_i64(x->c.id));
	if (rc == RC_OK && !x->c.with_operator)
		rc = db_run(a->t->db, ST_CASE_LADDER, NULL, db_i64(x->c.id),
		    db_i64(clock_wall_ms()));
	if (rc == RC_OK)
		rc = reason(x, why);
	out_row(a->t->out, OUT_AUDIT, "referral.declined", x->c.id, x->referral,
	    a->p->contact_id, (const char *)NULL);
	log_info("referral.declined", "case=%lld referral=%lld", (long long)x->c.id,
	    (long long)x->referral);
	return rc;
}

/* The ladder goes on at once; it does not wait for the reason. */
enum rc
receiver_decline(struct answering *a, int ask, enum receiver_reason why)
{
	struct acting x;
	enum rc rc = acting_open(a, ask, &x);

	if (rc == RC_OK && x.i < x.l.n) {
		if (strcmp(ladder_state(&x.l, x.i), "revoked") == 0) {
			rc = reply(&x, "ref.withdrawn", 0);
		} else if (x.l.v[x.i].state == ASK_TAKEN && x.c.met_ms == 0) {
			rc = back(&x, "given_back");
			if (rc == RC_OK)
				rc = reply(&x, "ref.given_back", 0);
		} else if (x.l.v[x.i].state != ASK_TAKEN && may_take(&x)) {
			rc = declined(&x, why);
		} else {
			rc = not_theirs(&x);
		}
	}
	acting_close(&x);
	return rc;
}

/* What only who has accepted may say: on the way, met, not found, give back, the operator. */
struct act {
	const char *key; /* of the reply */
	const char *audit;
	const char *task; /* for an operator, or NULL */
	enum rc (*run)(struct acting *x);
};

static enum rc
on_the_way(struct acting *x)
{
	return db_run(x->a->t->db, ST_REFERRAL_WAY, NULL, db_i64(x->referral),
	    until(lease_until(&x->l, x->i)));
}

static enum rc
met(struct acting *x)
{
	struct turn *t = x->a->t;
	bool first = strcmp(x->c.state, "met") != 0;
	int64_t due = is_beside(x) ? 0
				   : lease_outcome_due(clock_wall_ms(),
					 turn_zone_minutes(referral_case_region(&x->c)));
	enum rc rc = db_run(
	    t->db, ST_REFERRAL_MET, NULL, db_i64(x->referral), until(due));

	if (rc != RC_OK || !ladder_leads(&x->l, x->i) || !first)
		return rc;
	rc = db_run(t->db, ST_CASE_MET, NULL, db_i64(x->c.id));
	if (rc == RC_OK)
		rc = ladder_met(&x->l, x->i);
	return rc;
}

static enum rc
give_back(struct acting *x)
{
	return back(x, "given_back");
}

static const struct act acts[] = {
	[SAYS_OPERATOR] = { "ref.noted", "referral.operator", "asked_for", NULL },
	[SAYS_ON_THE_WAY] = { "ref.on_the_way", "referral.on_the_way", NULL, on_the_way },
	[SAYS_MET] = { "ref.met", "referral.met", NULL, met },
	[SAYS_NOT_FOUND] = { "ref.noted", "referral.not_found", "not_found", NULL },
	[SAYS_GIVE_BACK] = { "ref.given_back", NULL, NULL, give_back },
};

static enum rc
acted(struct acting *x, const struct act *act)
{
	struct answering *a = x->a;
	enum rc rc;

	/* whom they met is not asked about anew by a digit: somebody on duty asks what is meant */
	if (act->run == give_back && x->c.met_ms != 0 && x->c.taken_by == x->referral)
		act = &acts[SAYS_OPERATOR];
	rc = act->run != NULL ? act->run(x) : RC_OK;
	if (rc != RC_OK)
		return rc;
	if (act->task != NULL)
		out_row(a->t->out, OUT_TASK, act->task, x->c.id, a->p->inbox_id,
		    a->p->contact_id);
	if (act->audit != NULL)
		out_row(a->t->out, OUT_AUDIT, act->audit, x->c.id, x->referral,
		    a->p->contact_id, (const char *)NULL);
	return reply(x, act->run == met && is_beside(x) ? "ref.met_beside" : act->key,
	    clock_wall_ms());
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
	bool asked = strcmp(db_get_text(a->asks, ask, 3), "asked") == 0;

	if (c->taken_ms == 0 && asked && referral_case_is_open(c))
		return receiver_which(a, c, ask);
	return answering_say(a, c->id,
	    c->taken_ms != 0 ? "ref.taken_at" : "ref.given_back",
	    said_args(&said, c->facts.number, 0, c->taken_ms, referral_case_region(c)),
	    3);
}

/* A sign of life after the lease has lapsed, and nobody else has the case: it is theirs again. */
static bool
comes_back(const struct acting *x, enum receiver_word word)
{
	return (word == SAYS_ON_THE_WAY || word == SAYS_MET) &&
	    strcmp(ladder_state(&x->l, x->i), "lapsed") == 0 && may_take(x);
}

/* Asked, and not taken: 0 reaches an operator, and whatever else may mean a yes is asked after. */
static enum rc
not_taken(struct acting *x, int ask, enum receiver_word word)
{
	const char *state = ladder_state(&x->l, x->i);

	if (strcmp(state, "revoked") == 0)
		return reply(x, "ref.withdrawn", 0);
	if (strcmp(state, "asked") == 0 && strcmp(x->c.state, "closed") != 0 &&
	    word == SAYS_OPERATOR)
		return acted(x, &acts[word]);
	return (strcmp(state, "asked") == 0 || strcmp(state, "lapsed") == 0) &&
		may_take(x)
	    ? receiver_which(x->a, &x->c, ask)
	    : not_theirs(x);
}

enum rc
receiver_act(struct answering *a, int ask, enum receiver_word word)
{
	struct acting x;
	enum rc rc = acting_open(a, ask, &x);

	if (rc == RC_OK && x.i < x.l.n) {
		if (comes_back(&x, word)) {
			rc = settle(&x);
			if (rc == RC_OK)
				rc = ladder_stand_down(
				    &x.l, x.referral, a->p->contact_id);
		}
		if (rc == RC_OK && x.l.v[x.i].state == ASK_TAKEN &&
		    receiver_may_act(word) && strcmp(x.c.state, "closed") != 0)
			rc = acted(&x, &acts[word]);
		else if (rc == RC_OK)
			rc = not_taken(&x, ask, word);
	}
	acting_close(&x);
	return rc;
}
