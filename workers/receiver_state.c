/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BEDS, OPEN, AWAY, HERE and 3: what a receiver says of itself, and what it may know without accepting.
 * It settles no referral. Called by receivers.c.
 */
#include "receiver_state.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "receiver_away.h"
#include "refer_more.h"
#include "str.h"

#define ASKED_MS (INT64_C(12) * 60 * 60000) /* a question is open for so long */
#define OPEN_PARTS 2

enum rc
writing_ask(struct writing *w, const char *question, int64_t of)
{
	return db_run(w->a.t->db, ST_CONTACT_ASK, NULL, db_i64(w->a.p->contact_id),
	    db_text(question), of == 0 ? db_null() : db_i64(of));
}

bool
writing_is_asked(const struct writing *w, const char *question)
{
	return strcmp(w->question, question) == 0 &&
	    clock_wall_ms() - w->question_ms < ASKED_MS;
}

enum rc
writing_say(struct writing *w, int64_t case_id, const char *key, int64_t number)
{
	struct said said;

	return answering_say(&w->a, case_id, key, said_args(&said, number, 0, 0, ""), 3);
}

static enum rc
say_one(struct writing *w, const char *key, const char *name, const char *value)
{
	const struct text_arg arg = { name, value };

	return answering_say(&w->a, 0, key, &arg, 1);
}

enum rc
receiver_beds(struct writing *w, int beds)
{
	char count[12];
	enum rc rc;

	if (beds < 0)
		return answering_say(&w->a, 0, "ref.beds_how", NULL, 0);
	snprintf(count, sizeof(count), "%d", beds);
	rc = db_run(w->a.t->db, ST_BEDS_SET, NULL, db_i64(w->receiver), db_i64(beds));
	log_info("receiver.beds", "receiver=%lld beds=%d", (long long)w->receiver, beds);
	return rc == RC_OK ? say_one(w, "ref.beds", "count", count) : rc;
}

enum rc
receiver_full(struct writing *w)
{
	return db_run(w->a.t->db, ST_BEDS_SET, NULL, db_i64(w->receiver), db_i64(0));
}

/* As many as fit two parts; the rest are counted. */
static enum rc
add_open(struct writing *w, const struct db_rows *r, char list[REFER_TEXT_MAX])
{
	size_t len = 0;
	char whole[REFER_TEXT_MAX];

	for (int i = 0; i < db_count(r); i++) {
		char item[REFER_TEXT_MAX];
		struct said said;
		size_t before = len;
		const struct text_arg arg = { "list", list };
		enum rc rc = refer_say(w->a.t->flows, w->a.lang,
		    db_get_bool(r, i, 2) ? "ref.open.yours" : "ref.open.asked",
		    said_args(&said, db_get_i64(r, i, 0), db_get_i64(r, i, 1), 0, ""), 3,
		    item);

		if (rc != RC_OK)
			return rc;
		if (!str_add(list, REFER_TEXT_MAX, &len, "%s%s", i > 0 ? ", " : "", item))
			return RC_OK;
		rc = refer_say(w->a.t->flows, w->a.lang, "ref.open", &arg, 1, whole);
		if (rc != RC_OK)
			return rc;
		if (gsm_size_of(whole).parts <= OPEN_PARTS)
			continue;
		list[before] =
		    '\0'; /* the youngest stand; OPEN again when some are done */
		return RC_OK;
	}
	return RC_OK;
}

enum rc
receiver_open(struct writing *w)
{
	char list[REFER_TEXT_MAX] = "";
	struct db_rows *r;
	enum rc rc = db_run(w->a.t->db, ST_OPEN_OF, &r, db_i64(w->a.p->contact_id));

	if (rc != RC_OK)
		return rc;
	rc = add_open(w, r, list);
	db_rows_free(r);
	if (rc != RC_OK)
		return rc;
	return list[0] == '\0' ? answering_say(&w->a, 0, "ref.open.none", NULL, 0)
			       : say_one(w, "ref.open", "list", list);
}

enum rc
receiver_away(struct writing *w, const char *text)
{
	int zone = turn_zone_minutes(w->region);
	char until[AWAY_TEXT_MAX];
	int64_t at;
	enum rc rc;

	if (!away_until(text, clock_wall_ms(), zone, &at))
		return answering_say(&w->a, 0, "ref.away_how", NULL, 0);
	away_text(at, zone, until);
	rc = db_run(w->a.t->db, ST_AWAY_SET, NULL, db_i64(w->receiver), db_i64(at));
	log_info("receiver.away", "receiver=%lld", (long long)w->receiver);
	return rc == RC_OK ? say_one(w, "ref.away", "until", until) : rc;
}

enum rc
receiver_back(struct writing *w)
{
	if (!w->away)
		return RC_OK;
	log_info("receiver.back", "receiver=%lld", (long long)w->receiver);
	return db_run(w->a.t->db, ST_AWAY_SET, NULL, db_i64(w->receiver), db_null());
}

enum rc
receiver_here(struct writing *w)
{
	return answering_say(&w->a, 0, "ref.here", NULL, 0);
}

enum rc
receiver_which(struct answering *a, const struct case_row *c, int ask)
{
	int64_t until = clock_wall_ms() + a->t->limits.rest_ms;
	struct said said;
	enum rc rc = RC_OK;

	if (referral_case_is_open(c)) {
		rc = db_run(a->t->db, ST_LADDER_REST, NULL, db_i64(c->id), db_i64(until));
		if (rc == RC_OK)
			rc = db_run(a->t->db, ST_LADDER_REST_CASE, NULL, db_i64(c->id),
			    db_i64(until));
	}
	return rc == RC_OK
	    ? answering_say(a, c->id, "ref.which",
		  said_args(&said, c->facts.number, db_get_i64(a->asks, ask, 0), 0, ""),
		  3)
	    : rc;
}

/* As the first text was: what police and embassies may not know they are not told by asking again. */
static enum rc
more_text(struct writing *w, int ask, const struct case_row *c, char text[REFER_TEXT_MAX])
{
	const struct flows *f = w->a.t->flows;
	unsigned code = (unsigned)db_get_i64(w->a.asks, ask, 0);
	enum refer_role role = REFER_FIRST;
	struct db_rows *r;
	enum rc rc = db_run(
	    w->a.t->db, ST_REFERRAL_ROLE, &r, db_i64(db_get_i64(w->a.asks, ask, 1)));

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		role = refer_role_parse(db_get_text(r, 0, 0));
	db_rows_free(r);
	return refer_is_brief(role)
	    ? refer_first(f, w->a.lang, &c->facts, role, c->led, code, text)
	    : refer_more(f, w->a.lang, &c->facts, code, text);
}

enum rc
receiver_more(struct writing *w, int ask)
{
	struct answering *a = &w->a;
	char text[REFER_TEXT_MAX];
	struct case_row c = { 0 };
	enum rc rc;

	if (strcmp(db_get_text(a->asks, ask, 3), "accepted") == 0)
		return receiver_accept(a, ask); /* the detail once more */
	rc = referral_case_lock(a->t, db_get_i64(a->asks, ask, 2), &c);
	if (rc != RC_OK)
		return rc;
	if (strcmp(db_get_text(a->asks, ask, 3), "asked") == 0 &&
	    (referral_case_is_open(&c) || strcmp(c.state, "taken") == 0)) {
		rc = more_text(w, ask, &c, text);
		if (rc == RC_OK)
			rc = answering_reply(a, c.id, "ref.more", text);
	} else {
		rc = receiver_not_yours(a, &c, ask);
	}
	referral_case_clear(&c);
	return rc;
}

enum rc
receivers_is_held(struct turn *t, int64_t contact_id, bool *held)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CONTACT_HELD, &r, db_i64(contact_id));

	*held = false;
	if (rc != RC_OK)
		return rc;
	*held = db_count(r) > 0 && db_get_bool(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}
