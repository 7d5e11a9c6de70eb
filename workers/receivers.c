/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text from a receiver's phone: the answer code names the referral, the digit says what.
 * It never tells a receiver a number, nor the place before an acceptance. Called by people.c.
 */
#include "receivers.h"
#include "outcome.h"
#include "receiver_help.h"
#include "receiver_state.h"

#include <string.h>

#include "clock.h"
#include "log.h"
#include "refer_text.h"
#include "str.h"

#define RHYTHM_GAPS 6
#define HELP_WORDS 2  /* of so few words HELP is a question */
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

/* The youngest that was not answered, of the case they name where they name one; *open counts them. */
static int
ask_open(const struct answering *a, int number, int *open)
{
	int at = -1;

	*open = 0;
	for (int i = 0; i < db_count(a->asks); i++) {
		if (strcmp(db_get_text(a->asks, i, 3), "asked") != 0 ||
		    (number >= 0 && db_get_i64(a->asks, i, 5) != number))
			continue;
		at = at < 0 ? i : at;
		(*open)++;
	}
	return at;
}

/* So many wrong codes: a task, and who takes a case from there is asked after. Nothing is settled. */
static enum rc
wrong_code(struct answering *a)
{
	int64_t now = clock_wall_ms();
	bool fresh = a->wrong_since == 0 ||
	    now - a->wrong_since > a->t->limits.answer_tries_ms;
	int64_t count = fresh ? 1 : a->wrong + 1;
	bool last = count == a->t->limits.answer_tries;
	enum rc rc = db_run(a->t->db, ST_CONTACT_WRONG, NULL, db_i64(a->p->contact_id),
	    db_i64(count), db_i64(fresh ? now : a->wrong_since), db_bool(last));

	if (rc != RC_OK)
		return rc;
	if (last)
		out_row(a->t->out, OUT_TASK, "wrong_codes", OUT_NULL, a->p->inbox_id,
		    a->p->contact_id);
	log_warn("referral.wrong_code", "contact=%lld count=%lld",
	    (long long)a->p->contact_id, (long long)count);
	return answering_say(a, 0, "ref.wrong_code", NULL, 0);
}

/* Of one that another has taken: when. */
static enum rc
late_yes(struct writing *w)
{
	struct answering *a = &w->a;
	struct case_row c = { 0 };
	enum rc rc;

	if (db_count(a->asks) == 0)
		return answering_say(a, 0, "ref.wrong_code", NULL, 0);
	rc = referral_case_lock(a->t, db_get_i64(a->asks, 0, 2), &c);
	if (rc == RC_OK && c.taken_ms != 0 && c.taken_by != db_get_i64(a->asks, 0, 1))
		rc = receiver_not_yours(a, &c, 0);
	else if (rc == RC_OK)
		rc = answering_say(a, 0, "ref.wrong_code", NULL, 0);
	referral_case_clear(&c);
	return rc;
}

/* A bare yes with one open referral: the ladder rests, the code is asked for, nothing is settled. */
static enum rc
bare_yes(struct writing *w, int number)
{
	struct answering *a = &w->a;
	struct case_row c = { 0 };
	int count, open = ask_open(a, number, &count);
	enum rc rc;

	if (count == 0)
		return late_yes(w);
	if (count > 1)
		return receiver_open(w);
	rc = referral_case_lock(a->t, db_get_i64(a->asks, open, 2), &c);
	if (rc == RC_OK)
		rc = receiver_which(a, &c, open);
	referral_case_clear(&c);
	return rc;
}

/* Which is full is full for all: places free are 0 until they say otherwise. */
static enum rc
reason(struct writing *w, int digit)
{
	struct answering *a = &w->a;
	enum rc rc = db_run(a->t->db, ST_REFERRAL_REASON, NULL, db_i64(a->reason_for),
	    db_text(receiver_reason_name((enum receiver_reason)digit)));

	if (rc == RC_OK && digit == REASON_FULL)
		rc = receiver_full(w);
	return rc == RC_OK ? answering_say(a, 0, "ref.reason", NULL, 0) : rc;
}

static bool
is_accepted(const struct answering *a, int ask)
{
	return ask >= 0 && strcmp(db_get_text(a->asks, ask, 3), "accepted") == 0;
}

static bool
is_met(enum receiver_word word)
{
	return word == SAYS_MET || word == SAYS_NOT_FOUND;
}

/* What only who has a case says: right beside the code it is no speech, whatever follows. */
static bool
is_of_the_road(const struct receiver_words *w)
{
	return w->beside && !w->loose && receiver_may_act(w->word);
}

/* A phrase, or from who has taken the case words behind the code that are no answer of the card. */
static bool
is_relay(const struct answering *a, const struct receiver_words *w,
    const struct relay_words *say, int ask)
{
	unsigned words = 1;

	if (say->phrase != RELAY_FREE)
		return true;
	if (!is_accepted(a, ask) || w->code != say->code)
		return false;
	for (const char *p = say->words; *p != '\0'; p++)
		words += *p == ' ';
	if (w->lead > SAYS_GIVE_BACK)
		return words > 1;
	if (w->lead >= 0) /* "482 2 автобус" is no giving back */
		return !w->beside &&
		    (w->word == SAYS_CANNOT || w->word == SAYS_GIVE_BACK);
	/* whom they met they do not write to */
	if (is_of_the_road(w) || (w->road_sure && is_met(w->road)))
		return false;
	return w->word >= SAYS_NONE || w->loose || words >= TALKS_WORDS;
}

/* Somebody was asked of them since our question: a bare digit may mean that. */
static enum rc
asked_since(struct writing *w, bool *since)
{
	struct db_rows *r;
	enum rc rc = db_run(w->a.t->db, ST_ASKED_SINCE, &r, db_i64(w->a.p->contact_id),
	    db_i64(w->question_ms));

	*since = false;
	if (rc != RC_OK)
		return rc;
	*since = db_get_bool(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static enum rc
by_question(struct writing *w, int digit, bool *taken)
{
	*taken = true;
	if (w->a.reason_for != 0 && digit >= 1 && digit <= 4)
		return reason(w, digit);
	if (writing_is_asked(w, QUESTION_LOST))
		return receiver_lost_which(w, digit);
	if (writing_is_asked(w, QUESTION_SURE))
		return receiver_lost_sure(w, digit);
	if (writing_is_asked(w, QUESTION_HELP))
		return receiver_help_answer(w, digit, taken);
	*taken = false;
	return RC_OK;
}

/* A digit answers our last question only as the next text after it; the question is over in any case. */
static enum rc
answer_question(struct writing *w, int digit, bool *taken)
{
	bool since = false, noise = strcmp(w->question, QUESTION_NOISE) == 0;
	enum rc rc = RC_OK;

	*taken = false;
	if (w->a.reason_for == 0 && w->question[0] == '\0')
		return RC_OK;
	if (digit >= 0 && !noise)
		rc = asked_since(w, &since);
	if (rc == RC_OK && w->a.reason_for != 0)
		rc = db_run(w->a.t->db, ST_CONTACT_REASON, NULL,
		    db_i64(w->a.p->contact_id), db_null());
	else if (rc == RC_OK && !noise)
		rc = writing_ask(w, "", 0);
	return rc == RC_OK && digit >= 0 && !since ? by_question(w, digit, taken) : rc;
}

static enum rc
free_word(struct writing *w, const struct receiver_words *s)
{
	if (s->word == SAYS_BEDS)
		return receiver_beds(w, s->beds);
	if (s->word == SAYS_OPEN)
		return receiver_open(w);
	if (s->word == SAYS_AWAY)
		return receiver_away(w, w->a.p->text);
	if (s->word == SAYS_HERE) {
		enum rc rc = receiver_back(w);

		return rc == RC_OK ? receiver_here(w) : rc;
	}
	return s->word == SAYS_LOST ? receiver_lost(w) : receiver_help(w);
}

/* 0 without a code: an operator is wanted, of no case. */
static enum rc
operator_wanted(struct writing *w)
{
	out_row(w->a.t->out, OUT_TASK, "asked_for", OUT_NULL, w->a.p->inbox_id,
	    w->a.p->contact_id);
	return answering_say(&w->a, 0, "ref.told", NULL, 0);
}

static bool
holds_a_case(const struct answering *a)
{
	for (int i = 0; i < db_count(a->asks); i++) {
		if (is_accepted(a, i))
			return true;
	}
	return false;
}

/* Without a code nothing is settled; what is asked for may be told. */
static enum rc
without_code(struct writing *w, const struct receiver_words *s)
{
	int open, at = ask_open(&w->a, s->number, &open);
	bool taken = false;
	enum rc rc = RC_OK;

	if (open == 0 && s->digit > 0)
		rc = receiver_outcome(w, -1, s->digit, &taken);
	if (rc != RC_OK || taken)
		return rc;
	if (s->word == SAYS_TAKE)
		return bare_yes(w, s->number);
	if (s->word == SAYS_MORE)
		return open == 1 ? receiver_more(w, at) : receiver_open(w);
	if (s->word == SAYS_OPERATOR)
		return operator_wanted(w);
	if (receiver_may_act(s->word) && holds_a_case(&w->a))
		return receiver_open(w); /* by its code */
	return w->a.muted ? RC_OK : answering_say(&w->a, 0, "ref.help", NULL, 0);
}

/* A yes, or a sign of the road: whoever was away is there. */
static bool
is_back(enum receiver_word word)
{
	return word == SAYS_TAKE || word == SAYS_ON_THE_WAY || word == SAYS_MET;
}

/* Word and digit disagree, or it is speech of who has the case. */
static bool
is_to_be_asked(const struct receiver_words *s, bool accepted)
{
	return s->unclear || (accepted && s->loose && s->word == SAYS_CANNOT);
}

/* Met or not, said in a sentence that says something else as well: asked back, with both digits. */
static bool
is_met_perhaps(const struct receiver_words *s)
{
	return s->lead < 0 && is_met(s->road) &&
	    (s->unclear || !s->road_sure || (s->head && !s->beside));
}

static enum rc
met_perhaps(struct writing *w, int ask)
{
	const struct db_rows *r = w->a.asks;
	struct said said;

	return answering_say(&w->a, db_get_i64(r, ask, 2), "ref.met_sure",
	    said_args(&said, db_get_i64(r, ask, 5), db_get_i64(r, ask, 0), 0, ""), 3);
}

/* No place free is so for all, whatever else a decline says. */
static enum rc
decline(struct writing *w, int ask)
{
	enum receiver_reason why = receiver_reason_of(w->a.p->text);
	enum rc rc = receiver_decline(&w->a, ask, why);

	return rc == RC_OK && why == REASON_FULL ? receiver_full(w) : rc;
}

/* "Мы встретили девушку, всё хорошо, код 482": from who has the case the word of the road counts. */
static enum receiver_word
word_of(const struct receiver_words *s, bool accepted)
{
	return accepted && s->lead < 0 && s->road_sure &&
		(s->word == SAYS_TAKE || s->word == SAYS_NONE)
	    ? s->road
	    : s->word;
}

static enum rc
with_code(struct writing *w, const struct receiver_words *s, int ask)
{
	bool taken = false, accepted = is_accepted(&w->a, ask);
	enum receiver_word word = word_of(s, accepted);
	enum rc rc = RC_OK;

	if (accepted && is_met_perhaps(s))
		return met_perhaps(w, ask);
	if (is_to_be_asked(s, accepted))
		return accepted ? receiver_open(w) : receiver_act(&w->a, ask, SAYS_NONE);
	if (s->lead > 0)
		rc = receiver_outcome(w, ask, s->lead, &taken);
	if (rc == RC_OK && !taken && is_back(word))
		rc = receiver_back(w);
	if (rc != RC_OK || taken)
		return rc;
	if (word == SAYS_TAKE)
		return receiver_accept(&w->a, ask);
	if (word == SAYS_CANNOT)
		return decline(w, ask);
	if (word == SAYS_MORE)
		return receiver_more(w, ask);
	if (receiver_may_act(word))
		return receiver_act(&w->a, ask, word);
	return w->a.muted ? RC_OK : answering_say(&w->a, 0, "ref.help", NULL, 0);
}

static enum rc
settle(struct writing *w, const struct receiver_words *s, int ask)
{
	bool taken;
	enum rc rc = answer_question(w, s->digit, &taken);

	if (rc != RC_OK || taken)
		return rc;
	if (ask >= 0)
		return with_code(w, s, ask);
	if (s->code >= 0)
		return wrong_code(&w->a);
	return receiver_word_is_free(s->word) ? free_word(w, s) : without_code(w, s);
}

/* A task once, with whose phone it is. */
static void
tell_machine(struct answering *a, struct guard *g, int64_t now)
{
	const struct person *p = a->p;

	if (p->guarded_ms <= now) {
		g->told = false;
		return;
	}
	if (g->told)
		return;
	g->told = true;
	out_row(a->t->out, OUT_TASK, "robot", OUT_NULL, p->inbox_id, p->contact_id);
	log_warn("guard.receiver", "contact=%lld", (long long)p->contact_id);
}

/*
 * S13: a receiver's phone that answers by itself. What has a code or a word of the card always counts, and is
 * no sign of a machine, however quickly it comes.
 */
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

	if (p->late || !counts)
		return false;
	str_hex(hash, h.b, 8);
	guard_read(&g, p->rhythm);
	if (guard_seen(&g, &g_l, hash, now, true))
		p->guarded_ms = now + l->guard_ms;
	tell_machine(a, &g, now);
	guard_write(&g, p->rhythm);
	out_row(a->t->out, OUT_PEER, p->peer_id, OUT_NULL, (int)p->stopped,
	    (const char *)NULL, p->rhythm, p->guarded_ms == 0 ? OUT_NULL : p->guarded_ms,
	    OUT_NULL);
	return p->guarded_ms > now;
}

/* "1 №482": who puts our sign before the code means the code, unless a case of theirs has that number. */
static int
ask_of(const struct writing *w, const struct receiver_words *s)
{
	int open;

	if (s->code >= 0)
		return ask_by_code(&w->a, s->code);
	if (s->number < 0 || s->number > 999 || ask_open(&w->a, s->number, &open) >= 0)
		return -1;
	return ask_by_code(&w->a, s->number);
}

/* Whoever writes of danger is a person in danger first; HELP alone may be about a referral. */
static bool
is_call_for_help(const struct answering *a, const struct receiver_words *s)
{
	const char *text = a->p->text;
	unsigned blanks = 0;

	for (const char *p = text; *p != '\0'; p++)
		blanks += *p == ' ';
	if (s->word == SAYS_HELP && blanks < HELP_WORDS)
		return flows_says_danger(a->t->flows, text);
	if (s->word < SAYS_NONE) /* "да" may begin a sentence */
		return s->code < 0 && blanks >= HELP_WORDS &&
		    flows_says_danger(a->t->flows, text);
	return flows_is_danger(a->t->flows, text);
}

/* A code that is dead names a referral too, but gives way to one that lives. */
static struct receiver_words
words_of(const struct answering *a)
{
	static struct answer_codes theirs;

	memset(&theirs, 0, sizeof(theirs));
	for (int i = 0; i < db_count(a->asks); i++) {
		const char *state = db_get_text(a->asks, i, 3);

		if (strcmp(state, "asked") == 0 || strcmp(state, "accepted") == 0 ||
		    strcmp(state, "lapsed") == 0)
			theirs.has[db_get_i64(a->asks, i, 0) % ANSWER_CODES] = 1;
	}
	return receiver_words_parse(a->p->text, &theirs);
}

static enum rc
answer(struct writing *w)
{
	struct answering *a = &w->a;
	struct receiver_words s = words_of(a);
	struct relay_words say;
	bool relay = relay_words_parse(a->p->text, &say);
	int ask = relay ? ask_by_code(a, say.code) : ask_of(w, &s);
	enum rc rc;

	relay = relay && is_relay(a, &s, &say, ask);
	if (!relay)
		ask = ask_of(w, &s);
	if (!relay && ask < 0 && is_call_for_help(a, &s))
		return receiver_as_person(w);
	if (receiver_is_person(w, &s, relay, ask))
		return receiver_as_person(w);
	a->muted = is_machine(a, !relay && s.word == SAYS_NONE && s.code < 0);
	if (relay)
		rc = ask < 0 ? wrong_code(a) : receiver_relay(a, ask, &say);
	else
		rc = settle(w, &s, ask);
	seal_wipe(&say, sizeof(say));
	return rc;
}

/* "KZ-47 KZ": the first. */
static void
read_region(struct writing *w, const char *regions)
{
	(void)!str_copy_bytes(
	    w->region, sizeof(w->region), regions, strcspn(regions, " "));
}

enum rc
receivers_text(struct turn *t, struct person *p)
{
	struct writing w = { .a = { .t = t, .p = p } };
	struct answering *a = &w.a;
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CONTACT_LOCK, &r, db_i64(p->contact_id));

	if (rc != RC_OK)
		return rc;
	a->wrong = db_get_i64(r, 0, 0);
	a->wrong_since = db_get_i64(r, 0, 1);
	a->reason_for = db_get_i64(r, 0, 2);
	a->lang = referral_lang(t, db_get_text(r, 0, 3));
	w.receiver = db_get_i64(r, 0, 4);
	(void)!str_copy(w.question, sizeof(w.question), db_get_text(r, 0, 6));
	w.question_of = db_get_i64(r, 0, 7);
	w.question_ms = db_get_i64(r, 0, 8);
	read_region(&w, db_get_text(r, 0, 9));
	w.away = db_get_bool(r, 0, 10);
	db_rows_free(r);
	rc = db_run(t->db, ST_ASKS_OF, &a->asks, db_i64(p->contact_id));
	if (rc != RC_OK)
		return rc;
	rc = answer(&w);
	db_rows_free(a->asks);
	return rc;
}
