/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step of the engine for a person, and each of its effects as a row: a table of effect writers.
 * It decides nothing that the engine decides. Called by people.c and, for what falls due, referral.c.
 */
#include "step.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "desk_page.h"
#include "knock.h"
#include "ladder.h"
#include "log.h"
#include "own_stop.h"
#include "str.h"

#define PLACE_CHARS 70
#define RHYTHM_GAPS 6

typedef enum rc effect_writer(struct stepping *st, const struct effect *f);

static enum rc
told(struct stepping *st)
{
	int64_t id = st->p->session.case_id;

	return id == 0 ? RC_OK : db_run(st->t->db, ST_CASE_TOLD, NULL, db_i64(id));
}

/* The person hears that somebody has taken it: no knock for that any more. */
static enum rc
told_taken(struct stepping *st, const struct effect *f)
{
	bool taken = f->key != NULL && strncmp(f->key, "state.taken", 11) == 0;

	return taken ? told(st) : RC_OK;
}

/* A text of a dialogue is a screen and goes with the verdict, never an SMS (S1c). */
static enum rc
screen(struct stepping *st, const struct effect *f)
{
	enum rc rc = told_taken(st, f);

	return rc == RC_OK ? people_screen(st->t, st->p, st->e->text) : rc;
}

static enum rc
on_say(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	struct turn *t = st->t;
	const struct say_times at = { .t0 = p->t0,
		.now = clock_wall_ms(),
		.until = p->until,
		.answer_ms = t->limits.answer_ms,
		.window_ms = t->limits.window_ms,
		.late = p->late,
		.stopped = p->due && p->session.stopped };
	bool reply = p->say == SAY_REPLY;
	struct say_limits limits;
	enum rc rc;
	struct turn_text x = {
		.inbox_id = p->inbox_id,
		.peer_id = p->peer_id,
		.case_id = p->session.case_id,
		.key = f->key,
		.text = st->e->text,
		.link = reply ? p->link : p->last_link,
		.daemon = reply ? p->in->daemon : "",
		.instance = reply ? p->in->instance : 0,
		.priority = p->session.class == CASE_DANGER ? PRIORITY_DANGER
							    : PRIORITY_REPLY,
		.to = &p->phone,
	};

	st->stranger = f->stranger;
	if (p->ussd)
		return screen(st, f);
	if (!say_limits(reply && f->stranger ? SAY_STRANGER : p->say, &at, &limits) ||
	    (reply && p->phone.s[0] == '\0') || st->e->text[0] == '\0' || st->muted)
		return RC_OK;
	x.submit_by = limits.submit_by;
	x.window_until = limits.window_until;
	rc = told_taken(st, f);
	return rc == RC_OK ? turn_text_out(t, &x) : rc;
}

/* In danger nobody is asked without the yes, or an exception: when neither comes, an operator hears of it. */
static void
danger_clock(struct stepping *st, const struct effect *f)
{
	if (f->class == CASE_DANGER)
		out_row(st->t->out, OUT_CASE_CLOCK, st->p->session.case_id,
		    clock_wall_ms() +
			policy_clocks(st->t->policy, CASE_DANGER).operator_ms);
}

static enum rc
on_case_open(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	enum rc rc = turn_id(st->t, &p->session.case_id);

	if (rc == RC_OK && p->forget) /* whose phone it is begins for themselves */
		rc = db_run(st->t->db, ST_FORGET_CASE, NULL, db_i64(p->peer_id));
	if (rc != RC_OK)
		return rc;
	p->remember = p->forget;
	p->forget = false;
	st->opened = true;
	p->session.class = f->class;
	out_row(st->t->out, OUT_CASE_OPEN, p->session.case_id, p->peer_id,
	    case_class_name(f->class), lang_code(p->session.lang),
	    (int64_t)(st->p->ussd ? BEARER_USSD : BEARER_SMS));
	out_row(st->t->out, OUT_AUDIT, "case.open", p->session.case_id, OUT_NULL,
	    OUT_NULL, case_class_name(f->class));
	danger_clock(st, f);
	return RC_OK;
}

/* Their answer to a receiver's question goes out in this step and says that it is dangerous. */
static bool
answers_danger(const struct stepping *st)
{
	for (size_t i = 0; i < st->e->n; i++) {
		const struct effect *f = &st->e->v[i];

		if (f->kind == EFFECT_DO && strcmp(f->name, "told") == 0 &&
		    strcmp(f->code, "unsafe") == 0)
			return true;
	}
	return false;
}

/* The language of the case; NULL: as it was. On another's phone a row or a guess is that phone's alone. */
static const char *
case_lang(const struct stepping *st)
{
	const struct session *s = &st->p->session;
	bool own = st->opened || st->p->own_case ||
	    session_slot(s, SLOT_RESUMED)[0] == '\0';
	bool changed = st->spoke != LANG_NONE && st->spoke != s->lang;

	return own || changed ? lang_code(s->lang) : NULL;
}

static enum rc
on_case_class(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id == 0)
		return RC_OK;
	st->p->session.class = f->class;
	out_row(st->t->out, OUT_CASE_CHANGE, st->p->session.case_id,
	    case_class_name(f->class), case_lang(st), OUT_NULL);
	danger_clock(st, f);
	if (f->class != CASE_DANGER)
		return RC_OK;
	return ladder_danger(st->t, st->p->session.case_id, answers_danger(st));
}

/* The town that they had named is not the one: whoever was told it hears so. */
static enum rc
town_corrected(struct stepping *st, const char *town)
{
	const char *region = NULL;
	bool placed = false;

	for (size_t i = 0; i < st->e->n; i++) {
		const struct effect *f = &st->e->v[i];

		placed = placed || f->kind == EFFECT_PLACE;
		if (f->kind == EFFECT_ANSWER && strcmp(f->name, "region") == 0)
			region = f->code;
	}
	return ladder_town(st->t, st->p->session.case_id, town, region, placed);
}

static enum rc
on_answer(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id == 0)
		return RC_OK;
	out_row(st->t->out, OUT_ANSWER, st->p->session.case_id, f->name, f->code);
	out_row(st->t->out, OUT_LOOK, st->p->session.case_id);
	return strcmp(f->name, "where") == 0 && st->town[0] != '\0' &&
		strcmp(st->town, f->code) != 0
	    ? town_corrected(st, f->code)
	    : RC_OK;
}

enum rc
people_narrative(struct turn *t, struct person *p)
{
	int64_t id = 0;
	size_t n;
	uint8_t *sealed;
	enum rc rc = turn_id(t, &id);

	if (rc == RC_OK)
		rc = epoch_open(&t->epoch, t->db, id);
	if (rc != RC_OK)
		return rc;
	if (t->epoch.id == 0) {
		p->error = NO_KEY_HOLDER;
		return RC_OK;
	}
	sealed = epoch_seal(&t->epoch, p->session.case_id, p->text, strlen(p->text), &n);
	out_row(t->out, OUT_NARRATIVE, p->session.case_id, t->epoch.id,
	    (const void *)sealed, n);
	free(sealed);
	return RC_OK;
}

static enum rc
on_narrative(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;

	(void)f;
	if (p->session.case_id == 0 && strcmp(p->session.flow, "job") == 0)
		return deed_job_words(st);
	if (p->session.case_id == 0 || p->text[0] == '\0')
		return RC_OK;
	return people_narrative(st->t, p);
}

/* At most 70 characters of the person's own words, cut on a character's border; returns the bytes. */
static size_t
place_bytes(const char *text)
{
	size_t len = strlen(text), at = 0;
	uint32_t cp;

	for (int i = 0; i < PLACE_CHARS && at < len; i++) {
		size_t step = str_next(text + at, len - at, &cp);

		if (step == 0)
			break;
		at += step;
	}
	return at;
}

static enum rc
on_place(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	size_t at = place_bytes(p->text), n;
	uint8_t *sealed;

	(void)f;
	if (p->session.case_id == 0)
		return RC_OK;
	sealed = keys_seal_text(
	    st->t->keys, SEAL_PLACE, p->session.case_id, p->text, at, &n);
	out_row(st->t->out, OUT_PLACE, p->session.case_id, (const void *)sealed, n);
	free(sealed);
	return ladder_place(st->t, p->session.case_id, p->text);
}

static enum rc
on_consent(struct stepping *st, const struct effect *f)
{
	char wording[128];
	size_t len = 0;

	if (st->p->session.case_id == 0)
		return RC_OK;
	(void)!str_add(wording, sizeof(wording), &len, "%s %s/%u %s",
	    f->key == NULL ? "-" : f->key, st->p->session.flow, st->p->session.version,
	    lang_code(st->p->session.lang));
	out_row(st->t->out, OUT_CONSENT, st->p->session.case_id, f->name,
	    strcmp(f->code, "yes") == 0, wording);
	out_row(st->t->out, OUT_LOOK, st->p->session.case_id);
	out_row(st->t->out, OUT_AUDIT, "consent", st->p->session.case_id, OUT_NULL,
	    OUT_NULL, f->code);
	return RC_OK;
}

static enum rc
on_refer(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id != 0)
		out_row(st->t->out, OUT_CASE_CHANGE, st->p->session.case_id,
		    (const char *)NULL, case_lang(st), clock_wall_ms() + f->ms);
	return RC_OK;
}

/* Their case is danger from this step on: on_case_class tells who must know. */
static bool
becomes_danger(const struct stepping *st)
{
	for (size_t i = 0; i < st->e->n; i++) {
		const struct effect *f = &st->e->v[i];

		if (f->kind == EFFECT_CASE_CLASS && f->class == CASE_DANGER)
			return true;
	}
	return false;
}

static enum rc
on_task(struct stepping *st, const struct effect *f)
{
	if (st->muted && strcmp(f->name, "unanswerable") == 0)
		return RC_OK;
	out_row(st->t->out, OUT_TASK, f->name, f->ms != 0 ? f->ms : step_case(st),
	    st->p->inbox_id, OUT_NULL);
	if (strcmp(f->name, "danger") == 0 && step_case(st) != 0 && !becomes_danger(st))
		return ladder_danger(st->t, step_case(st), answers_danger(st));
	return RC_OK;
}

static enum rc
on_stop(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	enum rc rc = db_run(st->t->db, ST_PEER_STOP, NULL, db_i64(p->peer_id));

	(void)f;
	if (rc == RC_OK && p->session.case_id != 0)
		rc = referral_cut(st->t, p->session.case_id, p->peer_id);
	if (rc != RC_OK)
		return rc;
	out_row(st->t->out, OUT_WITHDRAW, p->peer_id);
	out_row(st->t->out, OUT_AUDIT, "person.stop", step_case(st), OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	return RC_OK;
}

static enum rc
on_own_stop(struct stepping *st, const struct effect *f)
{
	out_row(st->t->out, OUT_AUDIT, "person.own_stop", step_case(st), OUT_NULL,
	    OUT_NULL, (const char *)NULL);
	return own_stop_set(st->t, st->p, f->code);
}

static enum rc
on_end(struct stepping *st, const struct effect *f)
{
	(void)st;
	(void)f;
	return RC_OK;
}

/* `name` "job": the answer to an offer check; else a receiver's words. */
static enum rc
on_read(struct stepping *st, const struct effect *f)
{
	const struct waiting *w = &st->p->waiting;
	enum rc rc;

	if (strcmp(f->name, "job") == 0)
		return w->job == 0
		    ? RC_OK
		    : db_run(st->t->db,
			  st->p->say == SAY_DESK ? ST_JOB_SAID : ST_JOB_READ, NULL,
			  db_i64(w->job));
	if (w->relay == 0)
		return RC_OK;
	rc = db_run(st->t->db, ST_RELAY_READ, NULL, db_i64(w->relay));
	return rc == RC_OK ? told(st) : rc; /* whose words they are has taken it */
}

static effect_writer *const writer[] = {
	[EFFECT_SAY] = on_say,
	[EFFECT_CASE_OPEN] = on_case_open,
	[EFFECT_CASE_CLASS] = on_case_class,
	[EFFECT_ANSWER] = on_answer,
	[EFFECT_NARRATIVE] = on_narrative,
	[EFFECT_PLACE] = on_place,
	[EFFECT_CONSENT] = on_consent,
	[EFFECT_REFER] = on_refer,
	[EFFECT_TASK] = on_task,
	[EFFECT_STOP] = on_stop,
	[EFFECT_OWN_STOP] = on_own_stop,
	[EFFECT_DO] = deed_run,
	[EFFECT_READ] = on_read,
	[EFFECT_END] = on_end,
};

/* What the session was before the step. */
struct before {
	enum lang lang;
	int64_t case_id, expires_ms;
	bool stopped;
	char step[FLOW_NAME_MAX];
};

static bool
is_question(const char *text)
{
	const char *p = text + strspn(text, " \t\r\n");

	return *p == '?' && p[strspn(p, "? \t\r\n")] == '\0';
}

/* S13: an answer to an open question, danger, stop and "?" always get through. */
static bool
gets_through(const struct stepping *st, const struct flow_input *in)
{
	if (is_question(st->text) || in->resume != RESUME_NONE)
		return true;
	for (size_t i = 0; i < st->e->n; i++) {
		const struct effect *f = &st->e->v[i];

		if (f->kind == EFFECT_STOP || f->kind == EFFECT_READ ||
		    ((f->kind == EFFECT_CASE_OPEN || f->kind == EFFECT_CASE_CLASS) &&
			f->class == CASE_DANGER) ||
		    (f->kind == EFFECT_TASK && strcmp(f->name, "danger") == 0))
			return true;
		if (st->asked && !f->stranger &&
		    (f->kind == EFFECT_ANSWER || f->kind == EFFECT_PLACE ||
			(f->kind == EFFECT_SAY && st->moved)))
			return true;
	}
	return false;
}

/* S13: counts a text of a network; a machine is answered only where it must be, and a task stands once. */
static void
guard_step(struct stepping *st, const struct flow_input *in)
{
	const struct turn_limits *l = &st->t->limits;
	const struct guard_limits g_l = { l->same, l->per_minute, RHYTHM_GAPS };
	bool through = gets_through(st, in), machine;
	struct person *p = st->p;
	struct seal_hash h;
	struct guard g;
	char hash[SEAL_HASH_LEN * 2 + 1];

	if (p->due || p->ussd || p->in->kind != TURN_SMS || p->link == NULL)
		return;
	h = seal_hash(&st->t->keys->sub[SEAL_INBOX], st->text, strlen(st->text));
	str_hex(hash, h.b, 8);
	guard_read(&g, p->rhythm);
	machine = guard_seen(&g, &g_l, hash, in->now_ms, !through);
	if (machine)
		p->guarded_ms = in->now_ms + l->guard_ms;
	st->muted = p->guarded_ms > in->now_ms && !through;
	if (st->muted && !g.told) {
		out_row(
		    st->t->out, OUT_TASK, "robot", step_case(st), p->inbox_id, OUT_NULL);
		log_warn("guard.machine", "ref=%s", peer_ref(&p->phone).s);
		g.told = true;
	} else if (p->guarded_ms <= in->now_ms) {
		g.told = false;
	}
	guard_write(&g, p->rhythm);
}

/* A case must stand before what belongs to it, and deeds want all answers: in three passes. */
static enum rc
write_effects(struct stepping *st)
{
	enum rc rc = RC_OK;

	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; rc == RC_OK && i < st->e->n; i++) {
			const struct effect *f = &st->e->v[i];
			int at = f->kind == EFFECT_CASE_OPEN ? 0
			    : f->kind == EFFECT_DO           ? 2
							     : 1;

			if (at == pass)
				rc = writer[f->kind](st, f);
		}
	}
	return rc;
}

/* They have written: a code that opened a case is used, and another knock may come after this window. */
static enum rc
heard(struct stepping *st, const struct flow_input *in)
{
	struct person *p = st->p;
	int64_t case_id = p->session.case_id;
	enum rc rc = RC_OK;

	if (p->due || case_id == 0)
		return RC_OK;
	if (in->resume == RESUME_OK && in->resumed == case_id) {
		rc = db_run(st->t->db, ST_CASE_CODE_USED, NULL, db_i64(case_id));
		out_row(st->t->out, OUT_AUDIT, "case.resumed", case_id, OUT_NULL,
		    OUT_NULL, (const char *)NULL);
	}
	if (rc == RC_OK && p->knocked && !st->stranger && !p->gone) {
		rc = db_run(
		    st->t->db, ST_KNOCK_HEARD, NULL, db_i64(case_id), db_i64(p->peer_id));
		if (rc == RC_OK)
			rc = knock_plan(st->t, case_id, p->t0 + st->t->limits.window_ms);
	}
	return rc;
}

/* S4: a phone that may be written to speaks about a case that was cut: who heard of the cut hears so. */
static enum rc
contact_again(struct stepping *st, const struct before *before)
{
	struct person *p = st->p;
	int64_t id = p->session.case_id, window = p->t0 + st->t->limits.window_ms;
	bool lifted = before->stopped && !p->session.stopped, was = false;
	bool other = p->cut || (id != before->case_id && !st->opened);
	enum rc rc = RC_OK;

	if (id != 0 && !p->session.stopped && !p->gone &&
	    (lifted || (other && !p->due && !st->stranger)))
		rc = referral_uncut(st->t, id, &was);
	return rc == RC_OK && was ? knock_plan(st->t, id, window) : rc;
}

/* S18: not their phone: at the window's end, or once the last question is answered. */
static int64_t
forget_when(const struct stepping *st, int64_t window)
{
	return st->p->session.step[0] != '\0' ? window : st->p->t0;
}

static enum rc
write_session(struct stepping *st, const struct before *before)
{
	struct person *p = st->p;
	int64_t window = p->t0 + st->t->limits.window_ms;

	if (p->gone)
		return db_run(st->t->db, ST_SESSION_DROP, NULL, db_i64(p->peer_id));
	p->session.expires_ms = p->due ? before->expires_ms
				       : p->t0 + st->t->limits.session_ms;
	session_write(&p->session, &p->hidden, p->peer_id, st->t->out);
	out_row(st->t->out, OUT_PEER, p->peer_id,
	    st->stranger || p->due ? OUT_NULL : window, (int)p->session.stopped,
	    p->ussd || p->due || p->link == NULL ? NULL : p->link,
	    p->rhythm[0] != '\0' ? p->rhythm : NULL,
	    p->guarded_ms == 0 ? OUT_NULL : p->guarded_ms,
	    p->remember                ? 0
		: p->forget && !p->due ? forget_when(st, window)
				       : OUT_NULL);
	return RC_OK;
}

enum rc
people_step(struct turn *t, struct person *p, enum input_kind kind)
{
	struct effects e;
	struct stepping st = { .t = t, .p = p, .e = &e, .text = p->text };
	struct before before = { p->session.lang, p->session.case_id,
		p->session.expires_ms, p->session.stopped, "" };
	struct flow_input in;
	enum rc rc = people_input(t, p, kind, &in);

	if (rc != RC_OK)
		return rc;
	memcpy(before.step, p->session.step, sizeof(before.step));
	(void)!str_copy(st.town, sizeof(st.town), session_slot(&p->session, "where"));
	rc = flow_step(flowset_of(t->sets, &p->session), &p->session, &in, &e);
	st.asked = before.step[0] != '\0';
	st.spoke = before.lang;
	st.moved = strcmp(before.step, p->session.step) != 0;
	if (rc == RC_OK) {
		guard_step(&st, &in);
		rc = write_effects(&st);
		desk_want(&st);
	}
	if (rc == RC_OK && p->session.lang != before.lang && p->session.case_id != 0 &&
	    !p->gone)
		out_row(t->out, OUT_CASE_CHANGE, p->session.case_id, (const char *)NULL,
		    case_lang(&st), OUT_NULL);
	if (kind == INPUT_EXPIRED)
		p->session.step[0] = '\0';
	if (rc == RC_OK)
		rc = contact_again(&st, &before);
	if (rc == RC_OK)
		rc = heard(&st, &in);
	if (rc == RC_OK)
		rc = write_session(&st, &before);
	seal_wipe(&e, sizeof(e));
	return rc;
}

enum rc
step_tell(struct turn *t, int64_t contact, int64_t case_id, const char *lang,
    const char *key, int64_t number, const char *name, const char *value)
{
	char n[24], text[REFER_TEXT_MAX];
	const struct text_arg arg[] = { { "n", n }, { name, value } };
	size_t len = 0;
	enum rc rc;

	(void)!str_add(n, sizeof(n), &len, "%lld", (long long)number);
	rc = refer_say(t->flows, referral_lang(t, lang), key, arg, ARRAY_LEN(arg), text);
	if (rc == RC_OK)
		rc = referral_tell(t, contact, case_id, key, text);
	seal_wipe(text, sizeof(text));
	return rc;
}
