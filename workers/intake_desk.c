/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case worker at the live desk: claims a case, hands it over, speaks to the person. What is said goes out
 * in the rest of the window, or waits until it is fetched (S1). It never logs a word. Called by intake.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "desk_page.h"
#include "due.h"
#include "intake.h"
#include "intake_do.h"
#include "knock.h"
#include "log.h"
#include "people.h"
#include "relay_words.h"
#include "str.h"

struct at_desk {
	int64_t id, peer_id;
	int64_t claimed_ms, window_ms; /* until then */
	char by[64];
	bool there;
	struct person p;
	struct reach to;
};

/* The person is locked before the case, as everywhere; then the row of the desk. */
static enum rc
lock(struct turn *t, int64_t number, struct turn_in *in, struct at_desk *d)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_DESK_CASE, &r, db_i64(number));

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		d->id = db_get_i64(r, 0, 0);
		d->peer_id = db_get_i64(r, 0, 1);
	}
	db_rows_free(r);
	if (d->peer_id != 0)
		rc = due_person(t, d->peer_id, in, &d->p);
	if (rc == RC_OK && d->id != 0)
		rc = knock_reach(t, d->id, &d->to);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_DESK_ROW, &r, db_i64(d->id));
	if (rc != RC_OK)
		return rc;
	d->there = db_count(r) > 0 && !d->to.hidden;
	if (d->there) {
		(void)!str_copy(d->by, sizeof(d->by), db_get_text(r, 0, 0));
		d->claimed_ms = db_get_i64(r, 0, 1);
		d->window_ms = db_get_i64(r, 0, 2);
	}
	db_rows_free(r);
	return RC_OK;
}

static bool
may(struct turn *t, const char *login, enum rc *rc)
{
	struct db_rows *r;
	bool fine = false;

	*rc = db_run(t->db, ST_DESK_MAY, &r, db_text(login));
	if (*rc == RC_OK) {
		fine = db_get_bool(r, 0, 0);
		db_rows_free(r);
	}
	return fine;
}

/* S15: a child's case is answered by who may read it. */
static bool
may_case(struct turn *t, int64_t id, const char *login, enum rc *rc)
{
	struct db_rows *r;
	bool fine = false;

	*rc = db_run(t->db, ST_CHILD_MAY, &r, db_i64(id), db_text(login));
	if (*rc == RC_OK) {
		fine = db_get_bool(r, 0, 0);
		db_rows_free(r);
	}
	return fine;
}

/* One person answers: another one's claim stands while something was done under it in one window. */
static bool
is_anothers(const struct intake_job *j, const struct at_desk *d)
{
	return d->by[0] != '\0' && strcmp(d->by, j->by) != 0 &&
	    clock_wall_ms() - d->claimed_ms < j->t->limits.window_ms;
}

static enum rc
refuse_anothers(struct intake_job *j, const struct at_desk *d)
{
	char why[sizeof(j->answer)];
	size_t len = 0;

	(void)!str_add(why, sizeof(why), &len, "%s has it for %lld min", d->by,
	    (long long)(clock_wall_ms() - d->claimed_ms) / 60000);
	return intake_refuse(j, why);
}

static enum rc
done(struct intake_job *j, const struct at_desk *d, const char *what, const char *answer)
{
	out_row(
	    j->t->out, OUT_AUDIT, what, d->id, OUT_NULL, OUT_NULL, (const char *)j->by);
	log_info("desk.act", "case=%lld act=%s", (long long)d->id, what);
	(void)!str_copy(j->answer, sizeof(j->answer), answer);
	return RC_OK;
}

static enum rc
set_by(struct intake_job *j, const struct at_desk *d, const char *login)
{
	return db_run(j->t->db, ST_DESK_CLAIM, NULL, db_i64(d->id), db_text(login));
}

static enum rc
claim(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	enum rc rc = set_by(j, d, j->by);

	(void)in;
	return rc == RC_OK ? done(j, d, "desk.claimed", "yours") : rc;
}

static enum rc
leave(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	enum rc rc = set_by(j, d, "");

	(void)in;
	return rc == RC_OK ? done(j, d, "desk.left", "free again") : rc;
}

/* Who gets it hears by SMS that there is something, if they are on duty with a phone. */
static enum rc
hand(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	struct duty on = { 0 };
	enum rc rc;
	bool fine = may(j->t, in->to, &rc);

	if (rc != RC_OK)
		return rc;
	if (!fine)
		return intake_refuse(j, "that login is no case worker");
	fine = may_case(j->t, d->id, in->to, &rc);
	if (rc != RC_OK)
		return rc;
	if (!fine)
		return intake_refuse(j, "that login may not read a child's case");
	rc = set_by(j, d, in->to);
	if (rc == RC_OK)
		rc = duty_of_login(j->t, in->to, &on);
	if (rc == RC_OK && on.n > 0)
		rc = desk_page(j->t, d->id, in->number, &on.v[0]);
	if (rc != RC_OK)
		return rc;
	out_row(j->t->out, OUT_AUDIT, "desk.handed_to", d->id, OUT_NULL, OUT_NULL,
	    (const char *)in->to);
	return done(
	    j, d, "desk.handed", on.n > 0 ? "handed over; paged by SMS" : "handed over");
}

static enum rc
put_off(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	enum rc rc = db_run(j->t->db, ST_DESK_DONE, NULL, db_i64(d->id));

	(void)in;
	return rc == RC_OK
	    ? done(j, d, "desk.done", "off the desk until the person writes again")
	    : rc;
}

/* Why this may not be said; NULL: it may. `out`: in the person's letters. */
static const char *
why_not(const struct intake_job *j, const struct intake_desk *in, const struct at_desk *d,
    char out[RELAY_BYTES])
{
	const struct reach *to = &d->to;
	unsigned most = in->phrase == RELAY_FREE ? INTAKE_DESK_CHARS : RELAY_CHARS;

	if (to->cut || (d->p.stopped && !to->left))
		return "the person said stop: nothing goes to them";
	if (to->met_ms != 0 && clock_wall_ms() > to->met_ms + j->t->limits.relay_ms)
		return "they were met; the relay is closed";
	if (in->phrase != RELAY_FREE &&
	    strcmp(relay_phrase_step(in->phrase), "free") == 0)
		return "phrases are 51 to 55";
	if (in->phrase == RELAY_FREE && in->words[0] == '\0')
		return "there is nothing to say";
	if (!relay_script(in->words, lang_parse(to->lang), out) ||
	    relay_chars(out) > most)
		return "it is too long in the letters of the person's language";
	if (relay_digits(in->words))
		return "no number goes to a person's phone: somebody else may read it";
	if (!to->plain &&
	    (banlist_holds(j->t->sets->ban, in->words) ||
		banlist_holds(j->t->sets->ban, out)))
		return "a word of it would give the person away (conf/po/ban.*)";
	return NULL;
}

/* S1: an SMS of a human, while their window is open and the conversation is about this case. */
static bool
is_open(const struct at_desk *d)
{
	const struct say_times at = { .now = clock_wall_ms(), .until = d->window_ms };
	struct say_limits limits;

	return d->peer_id != 0 && !d->to.ussd && !d->p.forget && !d->p.stopped &&
	    d->p.session.case_id == d->id && say_limits(SAY_DESK, &at, &limits);
}

/* The engine says it, as if they had asked for what waits. */
static enum rc
say_now(struct turn *t, struct at_desk *d, int64_t relay, const struct intake_desk *in,
    const char *words)
{
	struct waiting *w = &d->p.waiting;
	enum rc rc;

	memset(w, 0, sizeof(*w));
	w->relay = relay;
	(void)!str_copy(w->step, sizeof(w->step), relay_phrase_step(in->phrase));
	(void)!str_copy(w->at, sizeof(w->at), in->at);
	(void)!str_copy(w->words, sizeof(w->words), words);
	if (in->phrase == RELAY_FREE)
		relay_end(w->words);
	d->p.say = SAY_DESK;
	d->p.until = d->window_ms;
	d->p.late = false;
	d->p.text = xstrdup("?");
	rc = people_step(t, &d->p, INPUT_TEXT);
	free(d->p.text);
	d->p.text = NULL;
	return rc;
}

static enum rc
store(struct intake_job *j, const struct at_desk *d, const struct intake_desk *in,
    const char *words, int64_t *id)
{
	struct turn *t = j->t;
	uint8_t *sealed;
	size_t n;
	enum rc rc = turn_id(t, id);

	if (rc != RC_OK)
		return rc;
	sealed = keys_seal_text(t->keys, SEAL_OUTBOX, *id, words, strlen(words), &n);
	rc = db_run(t->db, ST_DESK_SAY, NULL, db_i64(*id), db_i64(d->id), db_text(j->by),
	    db_text(relay_phrase_step(in->phrase)), db_text(in->at), db_bytes(sealed, n));
	free(sealed);
	return rc;
}

static enum rc
say(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	char words[RELAY_BYTES] = "";
	const char *why = why_not(j, in, d, words);
	bool now = is_open(d);
	int64_t id = 0;
	enum rc rc;

	if (why != NULL)
		return intake_refuse(j, why);
	rc = set_by(j, d, j->by);
	if (rc == RC_OK)
		rc = store(j, d, in, words, &id);
	if (rc == RC_OK)
		rc = now ? say_now(j->t, d, id, in, words) : knock_plan(j->t, d->id, 0);
	seal_wipe(words, sizeof(words));
	if (rc != RC_OK)
		return rc;
	return done(j, d, now ? "desk.said" : "desk.kept",
	    now              ? "on its way"
		: d->to.ussd ? "will be read when they dial again"
			     : "will be read when they write again");
}

static const struct {
	const char *act;
	enum rc (*run)(
	    struct intake_job *j, const struct intake_desk *in, struct at_desk *d);
} acts[] = { { "claim", claim }, { "leave", leave }, { "hand", hand }, { "say", say },
	{ "done", put_off } };

static enum rc
run(struct intake_job *j, const struct intake_desk *in, struct at_desk *d)
{
	static struct turn_in none;
	bool fine;
	enum rc rc = lock(j->t, in->number, &none, d);

	if (rc != RC_OK)
		return rc;
	if (!d->there)
		return intake_refuse(j, "no such case is on the desk");
	fine = may_case(j->t, d->id, j->by, &rc);
	if (rc != RC_OK)
		return rc;
	if (!fine)
		return intake_refuse(
		    j, "a child's case is restricted: a supervisor may let you in");
	if (is_anothers(j, d))
		return refuse_anothers(j, d);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (strcmp(acts[i].act, in->act) == 0)
			return acts[i].run(j, in, d);
	}
	return intake_refuse(j, "malformed");
}

enum rc
intake_desk(struct intake_job *j)
{
	struct at_desk d = { .id = 0 };
	struct intake_desk in;
	enum rc rc;

	if (intake_unpack_desk(j->text, j->n, &in) != RC_OK)
		rc = intake_refuse(j, "malformed");
	else if (may(j->t, j->by, &rc))
		rc = run(j, &in, &d);
	else if (rc == RC_OK)
		rc = intake_refuse(j, "the desk is for case workers");
	seal_wipe(&in, sizeof(in));
	seal_wipe(&d, sizeof(d));
	return rc;
}
