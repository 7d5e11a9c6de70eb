/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A human's answer to an offer of work: said in the rest of the window, else kept until the person fetches it
 * (a safe time may knock). It never says that an offer is safe, and never logs a word. Called by intake.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "intake.h"
#include "intake_do.h"
#include "knock.h"
#include "log.h"
#include "match.h"
#include "people.h"
#include "relay_words.h"
#include "seal.h"
#include "str.h"

/*
 * How words for "safe" begin in the languages of the service, and as they are written in other letters.
 * No configuration takes one away: nobody here can know that an offer is safe.
 */
static const char *const safe_stems[] = { "безопас", "қауіпсіз", "қатерсіз", "коопсуз",
	"xavfsiz", "хавфсиз", "xatarsiz", "хатарсиз", "bexatar", "бехатар", "бехавф",
	"bexavf", "howpsuz", "bihowp", "safe", "bezopas", "qauipsiz", "koopsuz" };

static bool
begins(const char *word, size_t n, const char *stem)
{
	size_t len = strlen(stem);

	return len > 0 && n >= len && memcmp(word, stem, len) == 0;
}

/* The same letters, or the same in the other script. */
static bool
is_safe_word(const char *word, size_t n, const char *stem, struct folded *f)
{
	char own[MATCH_WORD_MAX], other[MATCH_WORD_MAX];
	const char *s;
	size_t len;

	match_fold(f, stem);
	if (f->tokens != 1)
		return false;
	s = match_token(f, 0, &len);
	if (n >= len && memcmp(word, s, len) == 0)
		return true;
	return match_skeleton(own, word, n, MATCH_READ_COMMON) &&
	    match_skeleton(other, s, len, MATCH_READ_COMMON) &&
	    begins(own, strlen(own), other);
}

static bool
says_safe(const char *text)
{
	struct folded *f = xmalloc(sizeof(*f)), *stem = xmalloc(sizeof(*stem));
	bool found = false;

	match_fold(f, text);
	for (unsigned i = 0; i < f->tokens && !found; i++) {
		size_t n;
		const char *word = match_token(f, i, &n);

		for (size_t k = 0; k < ARRAY_LEN(safe_stems) && !found; k++)
			found = is_safe_word(word, n, safe_stems[k], stem);
	}
	seal_wipe(f, sizeof(*f));
	free(f);
	free(stem);
	return found;
}

/* As it stands, and as it reads in the letters of the other script. */
static bool
gives_away(const struct turn *t, const char *text)
{
	static const enum lang scripts[] = { LANG_RU, LANG_UZ, LANG_EN };
	char other[RELAY_BYTES];
	bool found = banlist_holds(t->sets->ban, text);

	for (size_t i = 0; i < ARRAY_LEN(scripts) && !found; i++)
		found = relay_script(text, scripts[i], other) &&
		    banlist_holds(t->sets->ban, other);
	seal_wipe(other, sizeof(other));
	return found;
}

/* Why these words may not stand on the person's phone; NULL: they may. */
static const char *
why_not(const struct turn *t, const char *text)
{
	if (says_safe(text))
		return "it says that an offer is safe: nobody here can know that; say what "
		       "is risky, or what to ask before paying or travelling";
	if (relay_has_number(text))
		return "no number goes to a person's phone: somebody else may read it";
	if (gives_away(t, text))
		return "a word of it would give the person away: it stands in conf/po/ban.*";
	return NULL;
}

/* Who asked, and where they stand. */
struct asker {
	int64_t peer_id, case_id, window_ms; /* until then */
	int64_t answered_ms;
	bool answered, ussd, stopped;
	struct person p;
};

/* Sealed as words that wait for a person are; what was asked of people is done. */
static enum rc
store(struct intake_job *j, const struct intake_answer *a, struct asker *k)
{
	struct turn *t = j->t;
	int64_t inbox = 0;
	struct db_rows *r;
	uint8_t *sealed;
	size_t n;
	enum rc rc;

	sealed = keys_seal_text(
	    t->keys, SEAL_OUTBOX, a->id, a->text, strlen(a->text), &n);
	rc = db_run(t->db, ST_JOB_ANSWER, &r, db_i64(a->id), db_bytes(sealed, n));
	free(sealed);
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		inbox = db_get_i64(r, 0, 0);
		k->answered_ms = db_get_i64(r, 0, 2);
	}
	db_rows_free(r);
	return db_run(t->db, ST_JOB_TASK_DONE, NULL, db_i64(inbox));
}

static enum rc
knock_for(struct turn *t, int64_t peer)
{
	struct db_rows *r;
	int64_t id;
	enum rc rc = db_run(t->db, ST_JOB_KNOCK, &r, db_i64(peer));

	if (rc != RC_OK)
		return rc;
	id = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	return id == 0 ? RC_OK : knock_plan(t, id, 0);
}

static enum rc
find(struct turn *t, int64_t id, struct asker *k)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_JOB_FIND, &r, db_i64(id));

	k->peer_id = 0;
	k->case_id = OUT_NULL;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		k->peer_id = db_get_i64(r, 0, 0);
		k->answered = db_get_bool(r, 0, 1);
		k->ussd = db_get_i64(r, 0, 2) == BEARER_USSD;
		if (!db_is_null(r, 0, 3))
			k->case_id = db_get_i64(r, 0, 3);
		k->window_ms = db_get_i64(r, 0, 4);
		k->stopped = db_get_bool(r, 0, 5);
	}
	db_rows_free(r);
	return RC_OK;
}

/* The person is locked before the row, as everywhere. */
static enum rc
lock(struct turn *t, int64_t id, struct turn_in *in, struct asker *k)
{
	enum rc rc = find(t, id, k);

	if (rc != RC_OK || k->peer_id == 0)
		return rc;
	rc = due_person(t, k->peer_id, in, &k->p);
	return rc == RC_OK ? find(t, id, k) : rc;
}

/* S1: by SMS, while their window is open and the conversation is this one; S1c, S4, S18. */
static bool
is_open(const struct asker *k)
{
	const struct session *s = &k->p.session;
	const struct say_times at = {
		.now = clock_wall_ms(), .until = k->window_ms, .stopped = k->stopped
	};
	struct say_limits limits;

	return !k->ussd && !k->p.forget && strcmp(s->flow, "job") == 0 &&
	    s->step[0] == '\0' && say_limits(SAY_DESK, &at, &limits);
}

/* The engine says it, as if they had asked for what waits. */
static enum rc
say_now(struct turn *t, struct asker *k, const struct intake_answer *a)
{
	struct person *p = &k->p;
	struct waiting *w = &p->waiting;
	enum rc rc;

	memset(w, 0, sizeof(*w));
	w->job = a->id;
	w->answered_ms = k->answered_ms;
	(void)!str_copy(w->answer, sizeof(w->answer), a->text);
	p->say = SAY_DESK;
	p->until = k->window_ms;
	p->late = false;
	p->text = xstrdup("?");
	rc = people_step(t, p, INPUT_TEXT);
	free(p->text);
	p->text = NULL;
	return rc;
}

static enum rc
answer(struct intake_job *j, const struct intake_answer *a, struct asker *k)
{
	static struct turn_in none;
	const char *why = why_not(j->t, a->text);
	enum rc rc = lock(j->t, a->id, &none, k);
	bool now = rc == RC_OK && is_open(k);

	if (rc != RC_OK)
		return rc;
	if (k->peer_id == 0)
		return intake_refuse(
		    j, "no offer check has this id: `shyraqctl job list`");
	if (k->answered)
		return intake_refuse(j, "it is answered already");
	if (why != NULL)
		return intake_refuse(j, why);
	rc = store(j, a, k);
	if (rc == RC_OK)
		rc = now ? say_now(j->t, k, a) : knock_for(j->t, k->peer_id);
	if (rc != RC_OK)
		return rc;
	out_row(j->t->out, OUT_AUDIT, now ? "job.said" : "job.answered", k->case_id,
	    OUT_NULL, OUT_NULL, (const char *)j->by);
	log_info("job.answered", "job=%lld now=%d", (long long)a->id, now);
	(void)!str_copy(j->answer, sizeof(j->answer),
	    now ? "on its way" : "kept until the person asks for it by ? or a dial");
	return RC_OK;
}

enum rc
intake_job(struct intake_job *j)
{
	struct asker k = { .peer_id = 0 };
	struct intake_answer a;
	enum rc rc;

	if (intake_unpack_answer(j->text, j->n, &a) == RC_OK)
		rc = answer(j, &a, &k);
	else
		rc = intake_refuse(j, "malformed");
	seal_wipe(&a, sizeof(a));
	seal_wipe(&k, sizeof(k));
	return rc;
}
