/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case and its plan: who was asked, who may be, when to look again; who stands down, who has the place.
 * It writes no text of its own but through ladder_ask.c. Called by due.c, receiver_acts.c, lease.c, step.c.
 */
#include "ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case_link.h"
#include "clock.h"
#include "due.h"
#include "log.h"
#include "shift.h"
#include "str.h"

#define ROUNDS 32 /* of asking, in one look */
#define COL_LANG 5
#define COL_REFERRAL 13
#define COL_STATE 14
#define COL_HOURS 17
#define COL_PLACE 18
#define COL_ANSWERED 19

static enum ask_state
ask_state(const char *state)
{
	static const struct {
		const char *name;
		enum ask_state state;
	} names[] = {
		{ "asked", ASK_WAITS },
		{ "accepted", ASK_TAKEN },
		{ "declined", ASK_NO },
		{ "given_back", ASK_BACK },
		{ "lapsed", ASK_BACK },
		{ "stood_down", ASK_OFF },
		{ "revoked", ASK_OFF },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i].name, state) == 0)
			return names[i].state;
	}
	return ASK_NOT;
}

int64_t
ladder_shift_ms(const struct ladder *l)
{
	return policy_as_sunday(l->plan.hours, clock_wall_ms(), l->plan.zone_minutes);
}

static enum rc
read_candidates(struct ladder *l)
{
	struct db_rows *r;
	enum rc rc = db_run(l->t->db, ST_CANDIDATES, &l->rows, db_i64(l->c->id));

	if (rc != RC_OK)
		return rc;
	r = l->rows;
	l->n = (size_t)db_count(r);
	l->v = xcalloc(l->n + 1, sizeof(*l->v));
	for (int i = 0; i < db_count(r); i++) {
		bool asked = !db_is_null(r, i, COL_REFERRAL);
		/* out of its hours: after the others, where the case can wait */
		bool shut = l->c->facts.class < CASE_URGENT &&
		    !shift_is_on(db_get_text(r, i, COL_HOURS), ladder_shift_ms(l),
			l->plan.zone_minutes);

		l->v[i] = (struct candidate){
			.receiver = db_get_i64(r, i, 0),
			.kind = db_get_text(r, i, 1),
			.regions = db_get_text(r, i, 2),
			.vetted = db_get_bool(r, i, 3),
			.order = db_get_i64(r, i, 4),
			.group = db_get_i64(r, i, 6),
			.langs = db_get_text(r, i, 7),
			.takes = db_get_text(r, i, 8),
			.of = db_get_text(r, i, 9),
			.away = db_get_bool(r, i, 10),
			.full = db_get_bool(r, i, 11) || shut,
			.bypassed = db_get_bool(r, i, 12),
			.asked = asked,
			.state = asked ? ask_state(db_get_text(r, i, 14)) : ASK_NOT,
			.asked_ms = asked ? db_get_i64(r, i, 15) : 0,
			.role = asked ? db_get_text(r, i, 16) : NULL,
		};
	}
	return RC_OK;
}

/* Where the person's number is from; it is wiped again. */
static enum rc
read_home(struct ladder *l)
{
	struct phone number;
	struct db_rows *r;
	const uint8_t *sealed;
	size_t n;
	enum rc rc = db_run(l->t->db, ST_PEER_NUMBER, &r, db_i64(l->c->peer_id));

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		sealed = db_get_bytes(r, 0, 0, &n);
		if (keys_open_number(l->t->keys, SEAL_PERSON_SEAL, sealed, n, &number) ==
		    RC_OK)
			(void)!str_copy(l->home, sizeof(l->home), phone_country(&number));
		seal_wipe(&number, sizeof(number));
	}
	db_rows_free(r);
	return RC_OK;
}

static enum rc
make_plan(struct ladder *l)
{
	struct policy_when w = {
		.now_ms = clock_wall_ms(),
		.zone_minutes = turn_zone_minutes(referral_case_region(l->c)),
		.home = l->home,
	};
	struct db_rows *r;
	enum rc rc = db_run(l->t->db, ST_CASE_CONSENTS, &r, db_i64(l->c->id));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r); i++) {
		const char *kind = db_get_text(r, i, 0);
		enum consent said = db_get_bool(r, i, 1) ? CONSENT_YES : CONSENT_NO;

		if (strcmp(kind, "ngo") == 0) {
			w.ngo = said;
			l->withdrawn = db_get_bool(r, i, 2);
		} else if (strcmp(kind, "police") == 0) {
			w.police = said;
		} else if (strcmp(kind, "embassy") == 0) {
			w.embassy = said;
		} else if (strcmp(kind, "supervisors") == 0) {
			w.supervisors = said == CONSENT_YES;
		}
	}
	db_rows_free(r);
	policy_plan(policy_all(l->t->policy), &l->c->facts, &w, &l->plan);
	return RC_OK;
}

enum rc
ladder_open(struct turn *t, struct case_row *c, struct ladder *out)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->t = t;
	out->c = c;
	rc = read_home(out);
	if (rc == RC_OK)
		rc = make_plan(out);
	if (rc == RC_OK)
		rc = read_candidates(out);
	if (rc != RC_OK)
		ladder_close(out);
	return rc;
}

void
ladder_close(struct ladder *l)
{
	free(l->v);
	db_rows_free(l->rows);
	l->v = NULL;
	l->rows = NULL;
	l->n = 0;
}

int64_t
ladder_referral(const struct ladder *l, size_t i)
{
	return db_get_i64(l->rows, (int)i, COL_REFERRAL);
}

const char *
ladder_lang(const struct ladder *l, size_t i)
{
	return db_get_text(l->rows, (int)i, COL_LANG);
}

const char *
ladder_state(const struct ladder *l, size_t i)
{
	return db_get_text(l->rows, (int)i, COL_STATE);
}

int64_t
ladder_answered(const struct ladder *l, size_t i)
{
	return db_get_i64(l->rows, (int)i, COL_ANSWERED);
}

bool
ladder_has_place(const struct ladder *l, size_t i)
{
	return db_get_bool(l->rows, (int)i, COL_PLACE);
}

size_t
ladder_of(const struct ladder *l, int64_t referral)
{
	size_t i = 0;

	while (i < l->n && (!l->v[i].asked || ladder_referral(l, i) != referral))
		i++;
	return i;
}

bool
ladder_lacks(const struct ladder *l, size_t i)
{
	return l->v[i].role != NULL && strcmp(l->v[i].role, PLAN_ROLE_LACKS) == 0;
}

bool
ladder_leads(const struct ladder *l, size_t i)
{
	const char *kind = l->v[i].kind;
	unsigned ask = plan_ask_of(&l->plan, &l->v[i]);

	if (ask < l->plan.n)
		return l->plan.v[ask].lead;
	/* an operator asked for an empty role stands beside who leads, while there is one */
	if (ladder_lacks(l, i))
		return l->c->taken_by == 0 && l->v[i].state != ASK_TAKEN;
	return plan_kind_leads(kind);
}

size_t
ladder_lead(const struct ladder *l, size_t but)
{
	size_t i = 0;

	while (
	    i < l->n && (i == but || l->v[i].state != ASK_TAKEN || !ladder_leads(l, i)))
		i++;
	return i;
}

static bool
is_on_duty(const struct duty *on, int64_t receiver)
{
	for (int i = 0; i < on->n; i++) {
		if (on->v[i].receiver_id == receiver)
			return true;
	}
	return false;
}

#define ANSWERED_JUST_NOW_MS 60000

/*
 * An operator who was asked for the case and is not waited for. Rung again: they stood down for one who has given
 * it back since, or their no was to another moment of it; who answers just now is left alone.
 */
static bool
rings_again(const struct ladder *l, size_t i)
{
	const char *state = ladder_state(l, i);

	if (strcmp(state, "stood_down") == 0 || strcmp(state, "lapsed") == 0)
		return true;
	return (strcmp(state, "declined") == 0 || strcmp(state, "given_back") == 0) &&
	    clock_wall_ms() - ladder_answered(l, i) > ANSWERED_JUST_NOW_MS;
}

/* Whether this operator is to be asked at the end of a plan. */
static bool
end_asks(const struct ladder *l, size_t i, bool led)
{
	if (!l->v[i].asked)
		return true;
	/* for a role beside a lead: not for the case, that nobody has now */
	return !led && (ladder_lacks(l, i) || rings_again(l, i));
}

enum rc
ladder_end(struct ladder *l)
{
	bool operators = l->plan.end == PLAN_OPERATOR, led = ladder_lead(l, l->n) < l->n;
	struct duty on = { .n = 0 };
	enum rc rc = operators ? duty_contacts(l->t, DUTY_OPERATOR, &on) : RC_OK;

	l->on = &on;
	for (size_t i = 0; operators && rc == RC_OK && i < l->n; i++) {
		if (strcmp(l->v[i].kind, "operator") == 0 && end_asks(l, i, led) &&
		    is_on_duty(&on, l->v[i].receiver))
			rc = ladder_ask(l, i, NULL);
	}
	l->on = NULL;
	if (rc == RC_OK)
		rc = db_run(l->t->db, ST_CASE_OPERATOR, NULL, db_i64(l->c->id));
	out_row(l->t->out, OUT_TASK, operators ? "ladder_ended" : "supervisor", l->c->id,
	    OUT_NULL, OUT_NULL);
	out_row(l->t->out, OUT_AUDIT, "referral.operator", l->c->id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_warn("referral.operator", "case=%lld", (long long)l->c->id);
	return rc;
}

/* All that is due now; *again: when to look next, 0 never. */
static enum rc
ask_due(struct ladder *l, int64_t *again)
{
	struct plan_at at = {
		.now_ms = clock_wall_ms(),
		.begin_ms = l->c->begun_ms,
		.rest_until_ms = l->c->rest_ms,
		.operator_told = l->c->operator_told,
	};
	enum rc rc = RC_OK;

	*again = 0;
	for (int round = 0; rc == RC_OK && round < ROUNDS; round++) {
		struct next next;

		plan_next(&l->plan, l->v, l->n, &at, &next);
		switch (next.kind) {
		case NEXT_ASK:
			for (unsigned k = 0; rc == RC_OK && k < next.n; k++)
				rc = ladder_ask(l, next.v[k].candidate, &next.v[k]);
			break;
		case NEXT_OPERATOR:
			rc = ladder_end(l);
			at.operator_told = true;
			break;
		case NEXT_WAIT:
			*again = next.due_ms;
			return RC_OK;
		case NEXT_DONE:
			return RC_OK;
		}
	}
	return rc;
}

/* S5: danger whose yes has not come, and no exception was stated: the operator, and nobody else. */
static enum rc
danger_alone(struct ladder *l)
{
	return l->c->operator_told || l->plan.end == PLAN_KEPT ? RC_OK : ladder_end(l);
}

/* S19: nobody works now, and the person hears so. */
static enum rc
store_opening(struct ladder *l)
{
	int64_t opens = l->plan.night && !l->c->with_operator && l->c->taken_by == 0
	    ? policy_next_morning(l->plan.hours, clock_wall_ms(), l->plan.zone_minutes)
	    : 0;

	return db_run(l->t->db, ST_CASE_OPENS, NULL, db_i64(l->c->id), db_i64(opens));
}

enum rc
ladder_look(struct turn *t, struct case_row *c)
{
	struct ladder l;
	int64_t again = 0, head;
	enum rc rc = case_link_head(t, c->id, &head);

	if (rc != RC_OK)
		return rc;
	if (head != 0)
		return db_run(t->db, ST_LINK_QUIET, NULL, db_i64(c->id));
	if (c->with_operator ||
	    (!referral_case_is_open(c) && strcmp(c->state, "taken") != 0))
		return db_run(t->db, ST_CASE_LADDER, NULL, db_i64(c->id), db_i64(0));
	rc = ladder_open(t, c, &l);
	if (rc != RC_OK)
		return rc;
	rc = c->begun_ms == 0 && c->facts.class == CASE_DANGER ? danger_alone(&l)
							       : ask_due(&l, &again);
	if (rc == RC_OK)
		rc = store_opening(&l);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_LADDER, NULL, db_i64(c->id), db_i64(again));
	ladder_close(&l);
	return rc;
}

enum rc
due_refer(struct turn *t, int64_t id, int64_t due_ms)
{
	struct case_row c;
	int64_t head = 0;
	enum rc rc = referral_case_lock(t, id, &c);

	if (rc != RC_OK)
		return rc;
	rc = case_link_head(t, id, &head);
	if (rc != RC_OK) {
		referral_case_clear(&c);
		return rc;
	}
	if (c.refer_due == due_ms && head != 0) {
		rc = ladder_look(t, &c);
	} else if (c.refer_due == due_ms && referral_case_is_open(&c)) {
		rc = db_run(t->db, ST_CASE_BEGUN, NULL, db_i64(id));
		if (c.begun_ms == 0)
			c.begun_ms = due_ms;
		if (rc == RC_OK)
			rc = ladder_look(t, &c);
	} else if (c.refer_due == due_ms) {
		rc = db_run(t->db, ST_CASE_NOT_DUE, NULL, db_i64(id));
	}
	referral_case_clear(&c);
	return rc;
}

enum rc
due_ladder(struct turn *t, int64_t id, int64_t due_ms)
{
	struct case_row c;
	enum rc rc = referral_case_lock(t, id, &c);

	if (rc == RC_OK && c.ladder_due == due_ms)
		rc = ladder_look(t, &c);
	if (rc == RC_OK)
		referral_case_clear(&c);
	return rc;
}

enum rc
ladder_place(struct turn *t, int64_t case_id, const char *words)
{
	struct case_row c;
	struct ladder l;
	enum rc rc = referral_case_lock(t, case_id, &c);

	if (rc != RC_OK)
		return rc == RC_AGAIN ? RC_OK : rc;
	rc = ladder_open(t, &c, &l);
	if (rc == RC_OK) {
		rc = ladder_tell_place(&l, words, true, l.n);
		ladder_close(&l);
	}
	referral_case_clear(&c);
	return rc;
}
