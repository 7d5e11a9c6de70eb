/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acceptances that fall silent: asked after once, then the operator and the next receiver.
 * It never takes a case from who was met. Called by due.c and receiver_acts.c.
 */
#include "lease.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "log.h"

#define DAY_MS (24LL * 3600 * 1000)
#define NOON_MS (12LL * 3600 * 1000)

/* How long an acceptance of candidate i stands; 0: it is no lease. */
static int64_t
lease_ms(const struct ladder *l, size_t i)
{
	unsigned ask = plan_ask_of(&l->plan, &l->v[i]);
	const char *kind = l->v[i].kind;

	if (ask == l->plan.n)
		return refer_needs_of(refer_role_parse(kind)) != NULL
		    ? 0
		    : policy_clocks(l->t->policy, l->c->facts.class).lease_ms;
	return l->plan.v[ask].place != PLAN_PLACE_NEVER ? l->plan.v[ask].clocks.lease_ms
							: 0;
}

int64_t
lease_until(const struct ladder *l, size_t i)
{
	int64_t ms = lease_ms(l, i);

	return ms == 0 ? 0 : clock_wall_ms() + ms;
}

int64_t
lease_outcome_due(int64_t now_ms, int zone_minutes)
{
	int64_t zone = zone_minutes * 60000LL, local = now_ms + zone;

	return (local / DAY_MS + 1) * DAY_MS + NOON_MS - zone;
}

enum rc
lease_end(struct ladder *l, size_t i, const char *state)
{
	struct turn *t = l->t;
	int64_t referral = ladder_referral(l, i);
	size_t other;
	enum rc rc = db_run(
	    t->db, ST_REFERRAL_ANSWER, NULL, db_i64(referral), db_text(state));

	l->v[i].state = ASK_BACK;
	other = ladder_lead(l, i);
	if (rc == RC_OK && l->c->taken_by == referral)
		rc = db_run(t->db, ST_CASE_BACK, NULL, db_i64(l->c->id),
		    db_i64(other < l->n ? ladder_referral(l, other) : 0));
	else if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_LADDER, NULL, db_i64(l->c->id),
		    db_i64(clock_wall_ms()));
	return rc;
}

/* One text about the lease to every phone of the referral. */
static enum rc
tell(struct turn *t, const struct case_row *c, int64_t referral, const char *key,
    int64_t hours)
{
	struct db_col id = { .kind = DB_INT8 };
	char number[24], code[8], h[12];
	const struct text_arg arg[] = { { "n", number }, { "code", code },
		{ "hours", h } };
	struct db_rows *r = NULL;
	enum rc rc;

	snprintf(number, sizeof(number), "%lld", (long long)c->facts.number);
	snprintf(h, sizeof(h), "%d", (int)hours);
	db_col_i64(&id, referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];

		snprintf(code, sizeof(code), "%03d", (int)(db_get_i64(r, i, 2) % 1000));
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 3)), key, arg,
		    ARRAY_LEN(arg), text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), c->id, key, text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

/* Asked after, once. */
static enum rc
ask_after(struct ladder *l, size_t i, int64_t referral)
{
	struct turn *t = l->t;
	enum rc rc = db_run(t->db, ST_LEASE_ASK, NULL, db_i64(referral),
	    db_i64(clock_wall_ms() + t->limits.grace_ms));

	if (rc == RC_OK)
		rc = tell(t, l->c, referral, "ref.lease", lease_ms(l, i) / 3600000);
	log_info("lease.asked", "case=%lld referral=%lld", (long long)l->c->id,
	    (long long)referral);
	return rc;
}

/* No answer either: the operator, and the next receiver. S14: who heard "withdrawn" is asked and told nothing. */
static enum rc
lapse(struct ladder *l, size_t i, int64_t referral)
{
	struct turn *t = l->t;
	bool leads = l->c->taken_by == referral;
	enum rc rc = lease_end(l, i, "lapsed");

	if (rc == RC_OK && !l->withdrawn)
		rc = tell(t, l->c, referral, "ref.lapsed", 0);
	out_row(t->out, OUT_TASK, "lease_lapsed", l->c->id, OUT_NULL, OUT_NULL);
	out_row(t->out, OUT_AUDIT, "referral.lapsed", l->c->id, referral, OUT_NULL,
	    (const char *)NULL);
	log_warn("lease.lapsed", "case=%lld referral=%lld", (long long)l->c->id,
	    (long long)referral);
	leads = leads && !l->withdrawn && ladder_lead(l, i) == l->n;
	return rc == RC_OK && leads ? ladder_end(l) : rc;
}

enum rc
due_lease(struct turn *t, int64_t id, int64_t due_ms)
{
	struct referral_row f;
	struct case_row c = { 0 };
	struct ladder l = { .n = 0 };
	size_t i;
	enum rc rc = referral_lock_both(t, id, &c, &f);

	if (rc != RC_OK || f.lease_ms != due_ms)
		goto out;
	rc = db_run(t->db, ST_LEASE_OFF, NULL, db_i64(id));
	if (rc != RC_OK || strcmp(f.state, "accepted") != 0 ||
	    strcmp(c.state, "met") == 0 || strcmp(c.state, "closed") == 0)
		goto out;
	rc = ladder_open(t, &c, &l);
	i = ladder_of(&l, id);
	if (rc == RC_OK && i < l.n && lease_ms(&l, i) != 0)
		rc = f.lease_asked || l.withdrawn ? lapse(&l, i, id)
						  : ask_after(&l, i, id);
out:
	ladder_close(&l);
	referral_case_clear(&c);
	return rc;
}
