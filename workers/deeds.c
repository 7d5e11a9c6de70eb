/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a flow names and only the turn can do, a table of deeds; run after all answers of the step.
 * It says nothing to the person. Called by step.c.
 */
#include <stdlib.h>
#include <string.h>

#include "followup.h"
#include "knock.h"
#include "log.h"
#include "referral.h"
#include "step.h"
#include "str.h"

static void
audit(struct stepping *st, const char *what, const char *code)
{
	out_row(st->t->out, OUT_AUDIT, what, step_case(st), OUT_NULL, OUT_NULL, code);
}

/* S1b: at most two hours wide, seven days, in the zone of the place. */
static enum rc
safe_time(struct stepping *st, const struct effect *f)
{
	const struct turn_limits *l = &st->t->limits;
	struct person *p = st->p;
	int64_t id = p->session.case_id;
	int from, to;
	enum rc rc;

	(void)f;
	if (p->forget) /* S18: a phone that was given back has no safe time */
		return RC_OK;
	if (id == 0 ||
	    !safe_parse(session_slot(&p->session, "hour"), (int)(l->safe_wide_ms / 60000),
		&from, &to)) {
		log_warn("deed.safe_time", "case=%lld no such hour", (long long)id);
		return RC_OK;
	}
	rc = db_run(st->t->db, ST_SAFE_SET, NULL, db_i64(id), db_i64(from), db_i64(to),
	    db_i64(p->t0 + l->safe_ms), db_i64(p->peer_id));
	audit(st, "safe_time", session_slot(&p->session, "hour"));
	return rc == RC_OK ? knock_plan(st->t, id, p->t0 + l->window_ms) : rc;
}

/* The number is known until its window ends, for the answer; then nothing of it is. An hour of another phone stays. */
static enum rc
forget_phone(struct stepping *st, const struct effect *f)
{
	(void)f;
	st->p->forget = true;
	audit(st, "forget_phone", NULL);
	return db_run(st->t->db, ST_SAFE_OFF, NULL, db_i64(st->p->peer_id));
}

static enum rc
witness_window(struct stepping *st, const struct effect *f)
{
	struct person *p = st->p;

	(void)f;
	if (!p->session.plain || p->ussd) {
		log_warn("deed.witness", "case=%lld without plain words",
		    (long long)p->session.case_id);
		return RC_OK;
	}
	audit(st, "witness_window", NULL);
	return db_run(st->t->db, ST_PEER_WITNESS, NULL, db_i64(p->peer_id),
	    db_i64(p->t0 + st->t->limits.witness_ms));
}

enum rc
deed_job_words(struct stepping *st)
{
	struct turn *t = st->t;
	int64_t id = 0;
	uint8_t *sealed;
	size_t n;
	enum rc rc;

	/* what opened it, then what answered a question; a slip at a later one names no firm */
	if (st->text[0] == '\0' || (st->asked && !st->moved))
		return RC_OK;
	rc = turn_id(t, &id);
	if (rc == RC_OK)
		rc = epoch_open(&t->epoch, t->db, id);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_JOB_DRAFTS, NULL, db_i64(st->p->peer_id));
	if (rc != RC_OK)
		return rc;
	if (t->epoch.id == 0) {
		st->p->error = NO_KEY_HOLDER;
		return RC_OK;
	}
	sealed = epoch_seal(&t->epoch, id, st->text, strlen(st->text), &n);
	rc = db_run(t->db, ST_JOB_WORDS, NULL, db_i64(id), db_i64(st->p->peer_id),
	    db_i64(t->epoch.id), db_bytes(sealed, n));
	free(sealed);
	return rc;
}

static enum rc
job(struct stepping *st, const struct effect *f)
{
	const struct session *s = &st->p->session;
	struct db_param peer = db_i64(st->p->peer_id),
			of = s->case_id == 0 ? db_null() : db_i64(s->case_id);
	struct slot v[FLOW_SLOTS];
	char codes[SESSION_SLOTS_MAX];
	struct db_rows *r;
	struct db_param inbox = db_i64(st->p->inbox_id),
			lang = db_text(s->lang < LANGS ? lang_code(s->lang) : ""),
			bearer = db_i64(st->p->ussd ? BEARER_USSD : BEARER_SMS);
	int64_t id;
	size_t n = 0;
	enum rc rc;

	(void)f;
	for (uint8_t i = 0; i < s->slots; i++) {
		if (strncmp(s->slot[i].name, "job", 3) == 0 ||
		    strcmp(s->slot[i].name, "country") == 0)
			v[n++] = s->slot[i];
	}
	session_slots_pack(v, n, codes);
	rc = db_run(
	    st->t->db, ST_JOB_ASK, &r, peer, of, db_text(codes), inbox, lang, bearer);
	if (rc != RC_OK)
		return rc;
	n = (size_t)db_count(r);
	db_rows_free(r);
	if (n == 0) {
		rc = turn_id(st->t, &id);
		if (rc == RC_OK)
			rc = db_run(st->t->db, ST_JOB_NEW, NULL, db_i64(id), peer, of,
			    db_text(codes), inbox, lang, bearer);
	}
	out_row(
	    st->t->out, OUT_TASK, "job_check", step_case(st), st->p->inbox_id, OUT_NULL);
	return rc;
}

/* For a supervisor, and past whom it names: neither asked any more nor told of it. */
static enum rc
complaint(struct stepping *st, const struct effect *f)
{
	const char *whom = session_slot(&st->p->session, "about_whom");
	int64_t id = st->p->session.case_id;
	const char *kinds = strcmp(whom, "shelter") == 0 ? "shelter ngo"
	    : strcmp(whom, "operator") == 0              ? "operator"
							 : "";
	enum rc rc = RC_OK;

	(void)f;
	out_row(
	    st->t->out, OUT_TASK, "complaint", step_case(st), st->p->inbox_id, OUT_NULL);
	audit(st, "complaint", whom[0] != '\0' ? whom : NULL);
	if (id == 0 || (kinds[0] == '\0' && strcmp(whom, "police") != 0))
		return RC_OK;
	rc = db_run(
	    st->t->db, ST_BYPASS_SET, NULL, db_i64(id), db_text(whom), db_text(kinds));
	return rc == RC_OK ? db_run(st->t->db, ST_BYPASS_ASKED, NULL, db_i64(id)) : rc;
}

/* "прочёл, придёт": the answer's words for this phrase, else for any, else only that it was read. */
static enum rc
answer_words(const struct turn *t, enum lang l, const char *phrase, const char *code,
    char out[REFER_TEXT_MAX])
{
	char key[64];
	size_t len = 0;

	if (str_add(key, sizeof(key), &len, "ref.answer.%s.%s", phrase, code) &&
	    refer_say(t->flows, l, key, NULL, 0, out) == RC_OK)
		return RC_OK;
	len = 0;
	if (str_add(key, sizeof(key), &len, "ref.answer.%s", code) &&
	    refer_say(t->flows, l, key, NULL, 0, out) == RC_OK)
		return RC_OK;
	return refer_say(t->flows, l, "ref.answer.read", NULL, 0, out);
}

/*
 * To who sent the phrase; code "told": what the person wrote, as it is, but no number of a phone (S11).
 * Where a language tells a woman's reading from a man's, it has a text of its own.
 */
static enum rc
tell_answer(struct stepping *st, const struct db_rows *r, const char *code)
{
	enum lang l = referral_lang(st->t, db_get_text(r, 0, 3));
	bool woman = strncmp(db_get_text(r, 0, 5), "woman", 5) == 0;
	bool own = strcmp(code, "told") == 0 && !relay_has_number(st->text);
	const char *key = own ? "ref.words" : woman ? "ref.read.woman" : "ref.read";
	char n[24], words[REFER_TEXT_MAX] = "", text[REFER_TEXT_MAX];
	const struct text_arg arg[] = { { "n", n }, { "answer", words } };
	size_t len = 0;
	enum rc rc = RC_OK;

	(void)!str_add(n, sizeof(n), &len, "%lld", (long long)db_get_i64(r, 0, 4));
	if (!own)
		rc = answer_words(st->t, l, db_get_text(r, 0, 0), code, words);
	if (rc == RC_OK && own)
		rc = refer_words(st->t->flows, l, db_get_i64(r, 0, 4), st->text, text);
	else if (rc == RC_OK)
		rc = refer_say(st->t->flows, l, key, arg, ARRAY_LEN(arg), text);
	if (rc == RC_REFUSED && woman && !own) {
		key = "ref.read";
		rc = refer_say(st->t->flows, l, key, arg, ARRAY_LEN(arg), text);
	}
	if (rc == RC_OK)
		rc = referral_tell(
		    st->t, db_get_i64(r, 0, 1), st->p->session.case_id, key, text);
	seal_wipe(words, sizeof(words));
	seal_wipe(text, sizeof(text));
	return rc;
}

static enum rc
told(struct stepping *st, const struct effect *f)
{
	struct db_rows *r;
	enum rc rc;

	if (st->p->session.case_id == 0)
		return RC_OK;
	rc = db_run(st->t->db, ST_RELAY_TOLD, &r, db_i64(st->p->session.case_id),
	    db_text(f->code));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0 && db_get_bool(r, 0, 2))
		rc = tell_answer(st, r, f->code);
	db_rows_free(r);
	return rc;
}

static enum rc
erase(struct stepping *st, const struct effect *f)
{
	(void)f;
	return deed_erase(st);
}

static enum rc
withdraw(struct stepping *st, const struct effect *f)
{
	return deed_withdraw(st, f->code);
}

static enum rc
follow_agree(struct stepping *st, const struct effect *f)
{
	return deed_follow_agree(st, f->code);
}

static enum rc
follow_said(struct stepping *st, const struct effect *f)
{
	return deed_follow_said(st, f->code);
}

static const struct {
	const char *name;
	enum rc (*run)(struct stepping *st, const struct effect *f);
} deeds[] = {
	{ "safe_time", safe_time },
	{ "forget_phone", forget_phone },
	{ "witness_window", witness_window },
	{ "erase", erase },
	{ "withdraw", withdraw },
	{ "job", job },
	{ "complaint", complaint },
	{ "told", told },
	{ "follow_agree", follow_agree },
	{ "follow_said", follow_said },
};

enum rc
deed_run(struct stepping *st, const struct effect *f)
{
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
		if (strcmp(deeds[i].name, f->name) == 0)
			return deeds[i].run(st, f);
	}
	log_error("deed.unknown", "flow=%s deed=%s", st->p->session.flow, f->name);
	return RC_REFUSED;
}
