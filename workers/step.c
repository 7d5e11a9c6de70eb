/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step of the engine for a person, and each of its effects as a row: a table of effect writers.
 * It decides nothing that the engine decides. Called by people.c and, for what falls due, referral.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "people.h"
#include "referral.h"
#include "str.h"

#define PLACE_CHARS 70

struct stepping {
	struct turn *t;
	struct person *p;
	const struct effects *e;
	bool stranger;
};

typedef enum rc effect_writer(struct stepping *st, const struct effect *f);

static int64_t
case_or_null(const struct person *p)
{
	return p->session.case_id == 0 ? OUT_NULL : p->session.case_id;
}

/* S1: submitted by t0 + 90 s or never; in the air no longer than the window, a stranger's the least. */
static enum rc
on_say(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	struct turn_text x = {
		.inbox_id = p->inbox_id,
		.peer_id = p->peer_id,
		.case_id = p->session.case_id,
		.key = f->key,
		.text = st->e->text,
		.link = p->link,
		.daemon = p->in->daemon,
		.instance = p->in->instance,
		.priority = p->session.class == CASE_DANGER ? PRIORITY_DANGER
							    : PRIORITY_REPLY,
		.submit_by = p->t0 + st->t->limits.answer_ms,
		.window_until = p->t0 + st->t->limits.window_ms,
		.to = &p->phone,
	};

	st->stranger = f->stranger;
	if (p->ussd) /* S1c: the screen goes with the verdict, never an SMS */
		return people_screen(st->t, p, st->e->text);
	if (f->stranger)
		x.window_until = x.submit_by + 5 * 60000;
	if (p->late || p->phone.s[0] == '\0' || st->e->text[0] == '\0')
		return RC_OK;
	return turn_text_out(st->t, &x);
}

static enum rc
on_case_open(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	enum rc rc = turn_id(st->t, &p->session.case_id);

	if (rc != RC_OK)
		return rc;
	p->session.class = f->class;
	out_row(st->t->out, OUT_CASE_OPEN, p->session.case_id, p->peer_id,
	    case_class_name(f->class), lang_code(p->session.lang),
	    (int64_t)(st->p->ussd ? BEARER_USSD : BEARER_SMS));
	out_row(st->t->out, OUT_AUDIT, "case.open", p->session.case_id, OUT_NULL,
	    OUT_NULL, case_class_name(f->class));
	return RC_OK;
}

static enum rc
on_case_class(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id == 0)
		return RC_OK;
	st->p->session.class = f->class;
	out_row(st->t->out, OUT_CASE_CHANGE, st->p->session.case_id,
	    case_class_name(f->class), lang_code(st->p->session.lang), OUT_NULL);
	return RC_OK;
}

static enum rc
on_answer(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id != 0)
		out_row(st->t->out, OUT_ANSWER, st->p->session.case_id, f->name, f->code);
	return RC_OK;
}

static enum rc
on_narrative(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	int64_t id = 0;
	size_t n;
	uint8_t *sealed;
	enum rc rc;

	(void)f;
	if (p->session.case_id == 0 || p->text[0] == '\0')
		return RC_OK;
	rc = turn_id(st->t, &id);
	if (rc == RC_OK)
		rc = epoch_open(&st->t->epoch, st->t->db, id);
	if (rc != RC_OK)
		return rc;
	sealed = epoch_seal(
	    &st->t->epoch, p->session.case_id, p->text, strlen(p->text), &n);
	out_row(st->t->out, OUT_NARRATIVE, p->session.case_id, st->t->epoch.id,
	    (const void *)sealed, n);
	free(sealed);
	return RC_OK;
}

/* The person's own words for the place: at most 70 characters, cut on a character's border. */
static enum rc
on_place(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;
	size_t len = strlen(p->text), at = 0, n;
	uint32_t cp;
	uint8_t *sealed;

	(void)f;
	if (p->session.case_id == 0)
		return RC_OK;
	for (int i = 0; i < PLACE_CHARS && at < len; i++) {
		size_t step = str_next(p->text + at, len - at, &cp);

		if (step == 0)
			break;
		at += step;
	}
	sealed = keys_seal_text(
	    st->t->keys, SEAL_PLACE, p->session.case_id, p->text, at, &n);
	out_row(st->t->out, OUT_PLACE, p->session.case_id, (const void *)sealed, n);
	free(sealed);
	return RC_OK;
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
	out_row(st->t->out, OUT_AUDIT, "consent", st->p->session.case_id, OUT_NULL,
	    OUT_NULL, f->code);
	return RC_OK;
}

static enum rc
on_refer(struct stepping *st, const struct effect *f)
{
	if (st->p->session.case_id != 0)
		out_row(st->t->out, OUT_CASE_CHANGE, st->p->session.case_id,
		    (const char *)NULL, lang_code(st->p->session.lang),
		    clock_wall_ms() + f->ms);
	return RC_OK;
}

static enum rc
on_task(struct stepping *st, const struct effect *f)
{
	out_row(st->t->out, OUT_TASK, f->name, case_or_null(st->p), st->p->inbox_id,
	    OUT_NULL);
	return RC_OK;
}

static enum rc
on_stop(struct stepping *st, const struct effect *f)
{
	(void)f;
	if (st->p->session.case_id != 0) {
		enum rc rc = referral_cut(st->t, st->p->session.case_id);

		if (rc != RC_OK)
			return rc;
	}
	out_row(st->t->out, OUT_WITHDRAW, st->p->peer_id);
	out_row(st->t->out, OUT_AUDIT, "person.stop", case_or_null(st->p), OUT_NULL,
	    OUT_NULL, (const char *)NULL);
	return RC_OK;
}

static enum rc
on_end(struct stepping *st, const struct effect *f)
{
	(void)st;
	(void)f;
	return RC_OK;
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
	[EFFECT_END] = on_end,
};

enum rc
people_step(struct turn *t, struct person *p, enum input_kind kind)
{
	struct flow_input in = {
		.kind = kind,
		.bearer = p->ussd ? BEARER_USSD : BEARER_SMS,
		.text = p->text,
		.country = phone_country(&p->phone),
		.now_ms = clock_wall_ms(),
		.late = p->late,
		.state = p->state,
	};
	struct effects e;
	struct stepping st = { .t = t, .p = p, .e = &e };
	enum lang lang = p->session.lang;
	enum rc rc;

	memcpy(in.taken_at, p->taken_at, sizeof(in.taken_at));
	rc = flow_step(flowset_of(t->sets, &p->session), &p->session, &in, &e);
	/* a case must stand before what belongs to it: it is opened first, whatever the order */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == RC_OK && i < e.n; i++) {
			if ((e.v[i].kind == EFFECT_CASE_OPEN) == (pass == 0))
				rc = writer[e.v[i].kind](&st, &e.v[i]);
		}
	}
	if (rc == RC_OK && p->session.lang != lang && p->session.case_id != 0)
		out_row(t->out, OUT_CASE_CHANGE, p->session.case_id, (const char *)NULL,
		    lang_code(p->session.lang), OUT_NULL);
	if (kind == INPUT_EXPIRED)
		p->session.step[0] = '\0';
	if (rc == RC_OK) {
		if (kind != INPUT_EXPIRED)
			p->session.expires_ms = p->t0 + t->limits.session_ms;
		session_write(&p->session, p->peer_id, t->out);
		out_row(t->out, OUT_PEER, p->peer_id,
		    st.stranger || kind == INPUT_EXPIRED ? OUT_NULL
							 : p->t0 + t->limits.window_ms,
		    (int)p->session.stopped);
	}
	seal_wipe(&e, sizeof(e));
	return rc;
}
