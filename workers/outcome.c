/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outcomes: one question a referral, one reminder, a task; closed lists by digits. Police close nothing:
 * what they say goes to who has the case and to a supervisor. Called as outcome.h says.
 */
#include "outcome.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "followup.h"
#include "log.h"

#define DAY_MS (INT64_C(24) * 60 * 60000)
#define ASKED_TIMES 2 /* the question, and one reminder */

struct owed {
	int64_t case_id, due_ms, asked;
	bool accepted, said, police;
};

static enum rc
lock(struct turn *t, int64_t referral, struct owed *o)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_OUTCOME_LOCK, &r, db_i64(referral));

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		o->accepted = strcmp(db_get_text(r, 0, 0), "accepted") == 0;
		o->due_ms = db_get_i64(r, 0, 1);
		o->asked = db_get_i64(r, 0, 2);
		o->said = db_get_text(r, 0, 3)[0] != '\0';
		o->police = strcmp(db_get_text(r, 0, 4), "police") == 0;
	}
	db_rows_free(r);
	return RC_OK;
}

/* To each phone of the receiver, with its own code. */
static enum rc
ask(struct turn *t, const struct case_row *c, int64_t referral, bool police)
{
	const char *key = police ? "ref.outcome_ask_police" : "ref.outcome_ask";
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];
		struct said said;

		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 3)), key,
		    said_args(&said, c->facts.number, db_get_i64(r, i, 2), 0, ""), 3,
		    text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), c->id, key, text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

static enum rc
fell_due(struct turn *t, const struct case_row *c, int64_t referral, const struct owed *o)
{
	bool open = o->accepted && !o->said &&
	    (o->police || strcmp(c->state, "closed") != 0);
	enum rc rc;

	if (!open)
		return db_run(t->db, ST_OUTCOME_OFF, NULL, db_i64(referral));
	if (o->asked >= ASKED_TIMES) {
		out_row(t->out, OUT_TASK, "outcome_overdue", c->id, OUT_NULL, OUT_NULL);
		out_row(t->out, OUT_AUDIT, "outcome.overdue", c->id, referral, OUT_NULL,
		    (const char *)NULL);
		return db_run(t->db, ST_OUTCOME_OFF, NULL, db_i64(referral));
	}
	rc = ask(t, c, referral, o->police);
	out_row(t->out, OUT_AUDIT, "outcome.asked", c->id, referral, OUT_NULL,
	    (const char *)NULL);
	return rc == RC_OK ? db_run(t->db, ST_OUTCOME_ASKED, NULL, db_i64(referral),
				 db_i64(o->due_ms + DAY_MS))
			   : rc;
}

enum rc
due_outcome(struct turn *t, int64_t id, int64_t due_ms)
{
	struct owed o = { 0 };
	struct case_row c = { 0 };
	struct db_rows *r;
	int64_t case_id;
	enum rc rc = db_run(t->db, ST_REFERRAL_CASE, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	case_id = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	rc = referral_case_lock(t, case_id, &c);
	if (rc == RC_OK)
		rc = lock(t, id, &o);
	if (rc == RC_OK && o.due_ms == due_ms)
		rc = fell_due(t, &c, id, &o);
	referral_case_clear(&c);
	return rc;
}

enum rc
outcome_assert(struct turn *t, int64_t case_id, const char *what, const char *code,
    int64_t referral, const char *by, const char *note)
{
	out_row(t->out, OUT_AUDIT, "case.assertion", case_id,
	    referral == 0 ? OUT_NULL : referral, OUT_NULL, what);
	return db_run(t->db, ST_ASSERT_PUT, NULL, db_i64(case_id), db_text(what),
	    db_text(code), referral == 0 ? db_null() : db_i64(referral), db_text(by),
	    db_text(note));
}

/* One text to each phone of the referrals in `down`, or to who has the case where it is NULL. */
static enum rc
tell(struct turn *t, const struct case_row *c, struct db_rows *down, const char *key,
    const char *outcome)
{
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	for (int i = 0; down != NULL && i < db_count(down); i++)
		db_col_i64(&id, db_get_i64(down, i, 0));
	rc = down != NULL ? db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id))
			  : db_run(t->db, ST_LEAD_CONTACTS, &r, db_i64(c->id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		enum lang l = referral_lang(t, db_get_text(r, i, down != NULL ? 3 : 1));
		char word[32], name[REFER_TEXT_MAX], text[REFER_TEXT_MAX];
		struct said said;

		(void)said_args(&said, c->facts.number, 0, 0, "");
		snprintf(word, sizeof(word), "ref.outcome.%s", outcome);
		rc = refer_say(t->flows, l, word, NULL, 0, name);
		said.arg[3] = (struct text_arg){ "outcome", name };
		if (rc == RC_OK)
			rc = refer_say(t->flows, l, key, said.arg, 4, text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), c->id, key, text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

enum rc
outcome_close(struct turn *t, const struct case_row *c, const char *code)
{
	static const enum db_stmt wipe[] = { ST_RELAY_WIPE, ST_ERASE_PLACE };
	struct db_rows *down = NULL;
	enum rc rc = db_run(t->db, ST_CASE_CLOSE, NULL, db_i64(c->id), db_text(code));

	if (rc == RC_OK)
		rc = db_run(t->db, ST_ASKED_DOWN, &down, db_i64(c->id));
	if (rc == RC_OK && db_count(down) > 0)
		rc = tell(t, c, down, "ref.closed", code);
	db_rows_free(down);
	/* what police owe they still owe */
	if (rc == RC_OK)
		rc = db_run(t->db, ST_REFERRALS_END, NULL, db_i64(c->id), db_bool(true));
	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(wipe); i++)
		rc = db_run(t->db, wipe[i], NULL, db_i64(c->id));
	if (rc == RC_OK)
		rc = followup_plan(t, c->id);
	out_row(t->out, OUT_AUDIT, "case.closed", c->id, OUT_NULL, OUT_NULL, code);
	log_info("case.closed", "case=%lld outcome=%s", (long long)c->id, code);
	return rc;
}

/* The reply names what was understood, so that a slip of a finger is seen. */
static enum rc
reply(struct writing *w, const struct case_row *c, const char *key, const char *outcome)
{
	char word[32], name[REFER_TEXT_MAX];
	struct said said;
	enum rc rc;

	snprintf(word, sizeof(word), "ref.outcome.%s", outcome);
	rc = refer_say(w->a.t->flows, w->a.lang, word, NULL, 0, name);
	(void)said_args(&said, c->facts.number, 0, 0, "");
	said.arg[3] = (struct text_arg){ "outcome", name };
	return rc == RC_OK ? answering_say(&w->a, c->id, key, said.arg, 4) : rc;
}

enum rc
outcome_police(struct turn *t, const struct case_row *c, const char *code, int64_t inbox,
    int64_t contact)
{
	if (outcome_code_find(code)->group == OUTCOME_LAW && strcmp(code, "court") != 0)
		out_row(t->out, OUT_TASK,
		    strcmp(code, "reclassified") == 0 ? "police_reclassified"
						      : "police_closed",
		    c->id, inbox, contact);
	return tell(t, c, NULL, "ref.police_says", code);
}

/* Row 16 and 17 of what the service must never hide: closed or made lighter by the police. */
static enum rc
police_says(
    struct writing *w, const struct case_row *c, int64_t referral, const char *code)
{
	struct turn *t = w->a.t;
	bool law = outcome_code_find(code)->group == OUTCOME_LAW;
	enum rc rc = outcome_assert(
	    t, c->id, law ? "legal" : "outcome", code, referral, "", "");

	if (rc != RC_OK)
		return rc;
	rc = outcome_police(t, c, code, w->a.p->inbox_id, w->a.p->contact_id);
	return rc == RC_OK ? reply(w, c, "ref.outcome_noted", code) : rc;
}

static enum rc
settle(struct writing *w, struct case_row *c, int64_t referral, const char *code,
    bool police)
{
	struct turn *t = w->a.t;
	bool closes = !police && c->taken_by == referral &&
	    strcmp(c->state, "closed") != 0;
	enum rc rc = db_run(t->db, ST_OUTCOME_PUT, NULL, db_i64(referral), db_text(code));

	out_row(
	    t->out, OUT_AUDIT, "outcome.said", c->id, referral, w->a.p->contact_id, code);
	if (rc != RC_OK)
		return rc;
	if (police)
		return police_says(w, c, referral, code);
	rc = outcome_assert(t, c->id, "outcome", code, referral, "", "");
	if (rc == RC_OK && closes)
		rc = outcome_close(t, c, code);
	if (rc == RC_OK && strcmp(code, "duplicate") == 0)
		out_row(t->out, OUT_TASK, "duplicate", c->id, w->a.p->inbox_id,
		    w->a.p->contact_id);
	return rc == RC_OK
	    ? reply(w, c, closes ? "ref.outcome_done" : "ref.outcome_noted", code)
	    : rc;
}

/* Their digit, the case locked and what is owed read under its lock. */
static enum rc
answered(struct writing *w, int64_t referral, int64_t case_id, int digit, bool *taken)
{
	bool noise = writing_is_asked(w, QUESTION_NOISE) && w->question_of == referral;
	struct owed o = { 0 };
	struct case_row c = { 0 };
	const char *code;
	enum rc rc = referral_case_lock(w->a.t, case_id, &c);

	if (rc == RC_OK)
		rc = lock(w->a.t, referral, &o);
	*taken = rc == RC_OK && o.accepted && !o.said && digit > 0;
	code = outcome_of_digit(noise ? OUTCOME_MENU_NOISE
		: o.police            ? OUTCOME_MENU_POLICE
				      : OUTCOME_MENU_MAIN,
	    digit);
	if (*taken && code != NULL) {
		rc = settle(w, &c, referral, code, o.police);
		if (rc == RC_OK && noise)
			rc = writing_ask(w, "", 0);
	} else if (*taken && digit == OUTCOME_OTHER && !noise) {
		rc = writing_ask(w, QUESTION_NOISE, referral);
		if (rc == RC_OK)
			rc = writing_say(
			    w, c.id, "ref.outcome_ask_noise", c.facts.number);
	} else {
		*taken = false;
	}
	referral_case_clear(&c);
	return rc;
}

enum rc
receiver_outcome(struct writing *w, int ask, int digit, bool *taken)
{
	int64_t referral = 0, case_id = 0;
	int owed = 0;
	struct db_rows *r;
	enum rc rc = db_run(w->a.t->db, ST_OUTCOMES_OF, &r, db_i64(w->a.p->contact_id));

	*taken = false;
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r); i++) {
		int64_t id = db_get_i64(r, i, 0);

		if (ask >= 0
			? id != db_get_i64(w->a.asks, ask, 1)
			: writing_is_asked(w, QUESTION_NOISE) && id != w->question_of)
			continue;
		referral = id;
		case_id = db_get_i64(r, i, 1);
		owed++;
	}
	db_rows_free(r);
	*taken = owed > 1;
	if (owed > 1)
		return receiver_open(w); /* which: by its code */
	return owed == 1 ? answered(w, referral, case_id, digit, taken) : RC_OK;
}
