/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ladder says once more to who was asked or has the case: it is danger now, the town was wrong.
 * It asks nobody new. Called by step.c.
 */
#include <string.h>

#include "case_link.h"
#include "ladder.h"
#include "log.h"
#include "str.h"

typedef enum rc refer_maker(const struct flows *f, enum lang l,
    const struct case_facts *c, char out[REFER_TEXT_MAX]);

/* To each phone of who has accepted. */
static enum rc
tell_takers(struct turn *t, const struct case_row *c, const char *key, refer_maker *make)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_ACCEPTED_CONTACTS, &r, db_i64(c->id));

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];

		rc = make(
		    t->flows, referral_lang(t, db_get_text(r, i, 1)), &c->facts, text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), c->id, key, text);
	}
	db_rows_free(r);
	return rc;
}

/* Those who were asked and have not answered, each by the code that they have. */
static enum rc
ask_again(struct turn *t, const struct case_row *c)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_DANGER_ASKS, &r, db_i64(c->id));

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		rc = ladder_first_text(t, c, db_get_i64(r, i, 0), db_get_text(r, i, 1),
		    referral_lang(t, db_get_text(r, i, 3)),
		    (unsigned)db_get_i64(r, i, 2));
	}
	db_rows_free(r);
	return rc;
}

/* S14: their yes was taken back, and who was asked has heard so. */
static enum rc
is_withdrawn(struct turn *t, int64_t case_id, bool *withdrawn)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CASE_CONSENTS, &r, db_i64(case_id));

	*withdrawn = false;
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r); i++) {
		if (strcmp(db_get_text(r, i, 0), "ngo") == 0)
			*withdrawn = db_get_bool(r, i, 2);
	}
	db_rows_free(r);
	return RC_OK;
}

/* The clocks of danger from now; what was withdrawn is reminded of no more. */
static enum rc
danger_clocks(struct turn *t, int64_t case_id)
{
	struct clocks clocks = policy_clocks(t->policy, CASE_DANGER);
	bool withdrawn;
	enum rc rc = is_withdrawn(t, case_id, &withdrawn);

	return rc == RC_OK ? db_run(t->db, ST_DANGER_CLOCKS, NULL, db_i64(case_id),
				 withdrawn ? db_null() : db_i64(clocks.remind_ms))
			   : rc;
}

/* It was not danger before: the case, its clocks, and who was asked. */
static enum rc
becomes_danger(struct turn *t, struct case_row *c)
{
	enum rc rc = db_run(t->db, ST_DANGER_CASE, NULL, db_i64(c->id));

	c->facts.class = CASE_DANGER;
	if (rc == RC_OK)
		rc = danger_clocks(t, c->id);
	return rc == RC_OK ? ask_again(t, c) : rc;
}

static enum rc
danger_of(struct turn *t, int64_t case_id, bool said)
{
	struct case_row c = { 0 };
	enum rc rc = referral_case_lock(t, case_id, &c);

	if (rc != RC_OK)
		return rc == RC_AGAIN ? RC_OK : rc; /* opened by this very text */
	/* who comes to somebody in danger knows; who has met them thinks that it is over */
	if (strcmp(c.state, "closed") == 0 ||
	    (c.facts.class == CASE_DANGER && c.met_ms == 0))
		goto out;
	if (c.facts.class != CASE_DANGER)
		rc = becomes_danger(t, &c);
	if (rc == RC_OK && !said)
		rc = tell_takers(t, &c, "ref.danger", refer_danger);
	out_row(t->out, OUT_AUDIT, "referral.danger", c.id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_warn("referral.danger", "case=%lld", (long long)c.id);
out:
	referral_case_clear(&c);
	return rc;
}

enum rc
ladder_danger(struct turn *t, int64_t case_id, bool said)
{
	int64_t head;
	enum rc rc = case_link_head(t, case_id, &head);

	/* in the order of id, as whoever links them locks them */
	if (rc == RC_OK && head != 0 && head < case_id)
		rc = danger_of(t, head, said);
	if (rc == RC_OK)
		rc = danger_of(t, case_id, said);
	if (rc == RC_OK && head > case_id)
		rc = danger_of(t, head, said);
	return rc;
}

static void
set_fact(struct case_facts *f, const char *name, const char *code)
{
	uint8_t i = 0;

	while (i < f->slots && strcmp(f->slot[i].name, name) != 0)
		i++;
	if (i == FLOW_SLOTS || !str_copy(f->slot[i].name, FLOW_NAME_MAX, name) ||
	    !str_copy(f->slot[i].code, FLOW_CODE_MAX, code))
		return;
	f->slots = i == f->slots ? (uint8_t)(i + 1) : f->slots;
}

enum rc
ladder_town(
    struct turn *t, int64_t case_id, const char *town, const char *region, bool placed)
{
	struct case_row c = { 0 };
	bool withdrawn = false;
	enum rc rc = referral_case_lock(t, case_id, &c);

	if (rc != RC_OK)
		return rc == RC_AGAIN ? RC_OK : rc;
	if (!referral_case_is_open(&c) && strcmp(c.state, "taken") != 0)
		goto out;
	set_fact(&c.facts, "where", town);
	if (region != NULL)
		set_fact(&c.facts, "region", region);
	rc = is_withdrawn(t, c.id, &withdrawn);
	if (rc == RC_OK && !withdrawn)
		rc = ask_again(t, &c);
	if (rc == RC_OK && !placed)
		rc = tell_takers(t, &c, "ref.place_is", refer_town);
	out_row(t->out, OUT_AUDIT, "referral.town", c.id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_info("referral.town", "case=%lld", (long long)c.id);
out:
	referral_case_clear(&c);
	return rc;
}
