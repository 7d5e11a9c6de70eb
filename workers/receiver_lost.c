/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LOST, from a colleague's phone: which of the others, are you sure, and its codes are dead. What it was
 * asked about goes to who wrote, with a code of their own. No number is ever named. Called by receivers.c.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "receiver_state.h"
#include "str.h"

#define CODES 1000
#define TRIES 50

/* "1 duty 2 head"; a phone without a role is told by its place in `receiver list`. */
static enum rc
others(struct writing *w, struct db_rows **r, char list[REFER_TEXT_MAX])
{
	size_t len = 0;
	enum rc rc = db_run(w->a.t->db, ST_CONTACT_OTHERS, r, db_i64(w->receiver),
	    db_i64(w->a.p->contact_id));

	list[0] = '\0';
	for (int i = 0; rc == RC_OK && i < db_count(*r); i++) {
		const char *role = db_get_text(*r, i, 1);
		char id[24];

		snprintf(id, sizeof(id), "#%lld", (long long)db_get_i64(*r, i, 0));
		if (!str_add(list, 100, &len, "%s%d %.16s", i > 0 ? " " : "", i + 1,
			role[0] != '\0' ? role : id))
			break;
	}
	return rc;
}

/* The only phone: nothing to switch off, somebody must see to it. */
static enum rc
nobody_else(struct writing *w)
{
	out_row(w->a.t->out, OUT_TASK, "contact_lost", OUT_NULL, w->a.p->inbox_id,
	    w->a.p->contact_id);
	return answering_say(&w->a, 0, "ref.told", NULL, 0);
}

enum rc
receiver_lost(struct writing *w)
{
	char list[REFER_TEXT_MAX];
	const struct text_arg arg = { "list", list };
	struct db_rows *r = NULL;
	enum rc rc = others(w, &r, list);
	bool some = rc == RC_OK && db_count(r) > 0;

	db_rows_free(r);
	if (rc != RC_OK)
		return rc;
	if (!some)
		return nobody_else(w);
	rc = writing_ask(w, QUESTION_LOST, 0);
	return rc == RC_OK ? answering_say(&w->a, 0, "ref.lost_which", &arg, 1) : rc;
}

enum rc
receiver_lost_which(struct writing *w, int digit)
{
	char list[REFER_TEXT_MAX], id[24];
	struct text_arg arg = { "phone", id };
	struct db_rows *r = NULL;
	int64_t contact = 0;
	enum rc rc = others(w, &r, list);

	if (rc == RC_OK && digit >= 1 && digit <= db_count(r)) {
		contact = db_get_i64(r, digit - 1, 0);
		snprintf(id, sizeof(id), "#%lld", (long long)contact);
		if (db_get_text(r, digit - 1, 1)[0] != '\0')
			snprintf(id, sizeof(id), "%.16s", db_get_text(r, digit - 1, 1));
	}
	db_rows_free(r);
	if (rc != RC_OK)
		return rc;
	rc = writing_ask(w, contact == 0 ? "" : QUESTION_SURE, contact);
	if (rc != RC_OK)
		return rc;
	return contact == 0 ? answering_say(&w->a, 0, "ref.lost_no", NULL, 0)
			    : answering_say(&w->a, 0, "ref.lost_sure", &arg, 1);
}

/* A code that this phone was not given within 30 days. */
static enum rc
free_code(struct writing *w, unsigned *code)
{
	struct db_rows *r;
	enum rc rc = db_run(w->a.t->db, ST_CODES_OF, &r, db_i64(w->a.p->contact_id));
	bool taken = true;

	if (rc != RC_OK)
		return rc;
	for (int tries = 0; taken && tries < TRIES; tries++) {
		*code = seal_random(CODES);
		taken = false;
		for (int i = 0; i < db_count(r) && !taken; i++)
			taken = db_get_i64(r, i, 0) == (int64_t)*code;
	}
	db_rows_free(r);
	return RC_OK;
}

/* What the lost phone knew of one case. */
struct known {
	int64_t referral, case_id;
	bool accepted, place; /* and was told the place */
	enum refer_role role;
};

/* The first text, or what who has taken the case is told. */
static enum rc
known_text(struct writing *w, const struct known *k, struct case_row *c, unsigned code,
    char text[REFER_TEXT_MAX])
{
	const struct flows *f = w->a.t->flows;
	char hhmm[6];
	struct refer_detail d = { k->role, hhmm, "", "", k->place };
	enum rc rc = k->place ? referral_case_place(w->a.t, c) : RC_OK;

	if (rc != RC_OK)
		return rc;
	if (!k->accepted)
		return refer_first(f, w->a.lang, &c->facts, k->role, c->led, code, text);
	turn_hhmm(c->taken_ms != 0 ? c->taken_ms : clock_wall_ms(),
	    referral_case_region(c), hhmm);
	return refer_detail(f, w->a.lang, &c->facts, &d, text);
}

static enum rc
inherit(struct writing *w, const struct known *k)
{
	struct turn *t = w->a.t;
	char text[REFER_TEXT_MAX];
	struct case_row c = { 0 };
	unsigned code = 0;
	enum rc rc = referral_case_lock(t, k->case_id, &c);

	if (rc == RC_OK)
		rc = free_code(w, &code);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_ASK_NEW, NULL, db_i64(k->referral),
		    db_i64(w->a.p->contact_id), db_i64(code));
	if (rc == RC_OK)
		rc = known_text(w, k, &c, code, text);
	if (rc == RC_OK)
		rc = referral_tell(t, w->a.p->contact_id, c.id,
		    k->accepted ? "ref.detail" : "ref.first", text);
	seal_wipe(text, sizeof(text));
	referral_case_clear(&c);
	return rc;
}

static enum rc
inherit_all(struct writing *w, int64_t lost)
{
	struct db_rows *r;
	enum rc rc = db_run(
	    w->a.t->db, ST_LOST_ASKS, &r, db_i64(lost), db_i64(w->a.p->contact_id));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		const struct known k = { db_get_i64(r, i, 0), db_get_i64(r, i, 1),
			db_get_bool(r, i, 2), db_get_bool(r, i, 3),
			refer_role_parse(db_get_text(r, i, 4)) };

		rc = inherit(w, &k);
	}
	db_rows_free(r);
	return rc;
}

/* As an operator's word would: the codes die, what waits for it is not sent. */
static enum rc
switch_off(struct writing *w, int64_t lost)
{
	struct turn *t = w->a.t;
	enum rc rc = inherit_all(w, lost);

	if (rc == RC_OK)
		rc = db_run(t->db, ST_CONTACT_LOST, NULL, db_i64(lost), db_bool(true),
		    db_bool(true));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CONTACT_NEXT, NULL, db_i64(lost));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CONTACT_CODES, NULL, db_i64(lost));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CONTACT_TEXTS, NULL, db_i64(lost));
	out_row(t->out, OUT_TASK, "contact_suspended", OUT_NULL, w->a.p->inbox_id, lost);
	out_row(t->out, OUT_AUDIT, "contact.suspended", OUT_NULL, OUT_NULL, lost,
	    "by a colleague");
	log_warn("receiver.lost", "contact=%lld by=%lld", (long long)lost,
	    (long long)w->a.p->contact_id);
	return rc;
}

enum rc
receiver_lost_sure(struct writing *w, int digit)
{
	int64_t lost = w->question_of;
	enum rc rc = writing_ask(w, "", 0);

	if (rc != RC_OK)
		return rc;
	if (digit != 1 || lost == 0)
		return answering_say(&w->a, 0, "ref.lost_no", NULL, 0);
	rc = switch_off(w, lost);
	return rc == RC_OK ? answering_say(&w->a, 0, "ref.lost_done", NULL, 0) : rc;
}
