/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text from a receiver's phone: the answer code names the referral, the digit says what.
 * It never tells a receiver a number, nor the place before an acceptance. Called by people.c.
 */
#include "receivers.h"
#include "receiver_acts.h"

#include <string.h>

#include "clock.h"
#include "log.h"
#include "refer_text.h"
#include "str.h"

#define WRONG_CODES 3
#define WRONG_MS (60 * 60000)
#define RHYTHM_GAPS 6
#define TALKS_WORDS 3 /* so many words behind a code are speech, not an answer */

static int
ask_by_code(const struct answering *a, int code)
{
	for (int i = 0; i < db_count(a->asks); i++) {
		if (db_get_i64(a->asks, i, 0) == code)
			return i;
	}
	return -1;
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
	return answering_say(a, 0, "ref.wrong_code", NULL, 0);
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
		return answering_say(a, 0, "ref.wrong_code", NULL, 0);
	rc = referral_case_lock(a->t, db_get_i64(a->asks, open, 2), &c);
	if (rc == RC_OK && referral_case_is_open(&c)) {
		rc = db_run(a->t->db, ST_LADDER_REST, NULL, db_i64(c.id), db_i64(until));
		if (rc == RC_OK)
			rc = db_run(a->t->db, ST_LADDER_REST_CASE, NULL, db_i64(c.id),
			    db_i64(until));
	}
	if (rc == RC_OK)
		rc = answering_say(a, c.id, "ref.which",
		    said_args(&said, c.facts.number, db_get_i64(a->asks, open, 0), 0, ""),
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
	return rc == RC_OK ? answering_say(a, 0, "ref.reason", NULL, 0) : rc;
}

/* A phrase, or from who has taken the case words behind the code that are no answer of the card. */
static bool
is_relay(const struct answering *a, const struct receiver_words *w,
    const struct relay_words *say, int ask)
{
	unsigned words = 1;

	if (say->phrase != RELAY_FREE)
		return true;
	if (ask < 0 || strcmp(db_get_text(a->asks, ask, 3), "accepted") != 0)
		return false;
	for (const char *p = say->words; *p != '\0'; p++)
		words += *p == ' ';
	return w->word == SAYS_NONE || words >= TALKS_WORDS;
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
		return receiver_accept(a, ask);
	if (ask >= 0 && w->word == SAYS_CANNOT)
		return receiver_decline(a, ask);
	if (ask >= 0 && receiver_may_act(w->word))
		return receiver_act(a, ask, w->word);
	if (w->code < 0 && w->word == SAYS_TAKE)
		return bare_yes(a);
	return a->muted ? RC_OK : answering_say(a, 0, "ref.help", NULL, 0);
}

/* S13: a receiver's phone that answers by itself. What has a code or a word of the card always counts. */
static bool
is_machine(struct answering *a, bool counts)
{
	const struct turn_limits *l = &a->t->limits;
	const struct guard_limits g_l = { l->same, l->per_minute, RHYTHM_GAPS };
	int64_t now = clock_wall_ms();
	struct person *p = a->p;
	struct seal_hash h = seal_hash(
	    &a->t->keys->sub[SEAL_INBOX], p->text, strlen(p->text));
	char hash[SEAL_HASH_LEN * 2 + 1];
	struct guard g;

	if (p->late)
		return false;
	str_hex(hash, h.b, 8);
	guard_read(&g, p->rhythm);
	if (guard_seen(&g, &g_l, hash, now, counts))
		p->guarded_ms = now + l->guard_ms;
	guard_write(&g, p->rhythm);
	out_row(a->t->out, OUT_PEER, p->peer_id, OUT_NULL, (int)p->stopped,
	    (const char *)NULL, p->rhythm, p->guarded_ms == 0 ? OUT_NULL : p->guarded_ms,
	    OUT_NULL);
	return counts && p->guarded_ms > now;
}

static enum rc
answer(struct answering *a)
{
	struct receiver_words w = receiver_words_parse(a->p->text);
	struct relay_words say;
	bool relay = relay_words_parse(a->p->text, &say);
	int ask = relay ? ask_by_code(a, say.code) : -1;
	enum rc rc;

	relay = relay && is_relay(a, &w, &say, ask);
	/* whoever writes of danger is a person in danger first */
	if (!relay && w.word == SAYS_NONE && ask < 0 &&
	    flows_is_danger(a->t->flows, a->p->text))
		return people_step(a->t, a->p, INPUT_TEXT);
	a->muted = is_machine(a, !relay && w.word == SAYS_NONE && w.code < 0);
	if (relay)
		rc = ask < 0 ? wrong_code(a) : receiver_relay(a, ask, &say);
	else
		rc = settle(a, &w);
	seal_wipe(&say, sizeof(say));
	return rc;
}

enum rc
receivers_text(struct turn *t, struct person *p)
{
	struct answering a = { .t = t, .p = p };
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CONTACT_LOCK, &r, db_i64(p->contact_id));

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
	rc = answer(&a);
	db_rows_free(a.asks);
	return rc;
}
