/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder: one step for each thing that falls due, in a transaction of its own, the case locked.
 * It asks nobody twice and messages nobody after an acceptance. Called by turn.c and receivers.c.
 */
#include "referral.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "log.h"
#include "session.h"
#include "str.h"

#define CANDIDATES_MAX 1000
#define CODES 1000

enum rc
referral_case_lock(struct turn *t, int64_t id, struct case_row *c)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CASE_LOCK, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	memset(c, 0, sizeof(*c));
	if (db_count(r) == 0) {
		db_rows_free(r);
		return RC_AGAIN;
	}
	c->id = id;
	c->facts.number = db_get_i64(r, 0, 1);
	c->facts.class = case_class_parse(db_get_text(r, 0, 2));
	c->facts.person_lang = lang_parse(db_get_text(r, 0, 4));
	c->facts.place = "";
	(void)!str_copy(c->state, sizeof(c->state), db_get_text(r, 0, 3));
	c->peer_id = db_get_i64(r, 0, 5);
	c->taken_ms = db_get_i64(r, 0, 6);
	c->taken_by = db_get_i64(r, 0, 7);
	c->refer_due = db_get_i64(r, 0, 8);
	c->operator_due = db_get_i64(r, 0, 9);
	c->asked_ms = db_get_i64(r, 0, 10);
	c->facts.dialled = db_get_i64(r, 0, 11) == BEARER_USSD;
	db_rows_free(r);
	rc = db_run(t->db, ST_CASE_ANSWERS, &r, db_i64(id));
	for (int i = 0; rc == RC_OK && i < db_count(r) && c->facts.slots < FLOW_SLOTS;
	     i++) {
		struct slot *s = &c->facts.slot[c->facts.slots];

		if (str_copy(s->name, sizeof(s->name), db_get_text(r, i, 0)) &&
		    str_copy(s->code, sizeof(s->code), db_get_text(r, i, 1)))
			c->facts.slots++;
	}
	if (rc == RC_OK)
		db_rows_free(r);
	return rc;
}

enum rc
referral_case_place(struct turn *t, struct case_row *c)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CASE_PLACE, &r, db_i64(c->id));

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		size_t n, len;
		const uint8_t *p = db_get_bytes(r, 0, 0, &n);

		if (keys_open_text(t->keys, SEAL_PLACE, c->id, p, n, &c->place, &len) ==
		    RC_OK)
			c->facts.place = c->place;
	}
	db_rows_free(r);
	return RC_OK;
}

void
referral_case_clear(struct case_row *c)
{
	if (c->place != NULL) {
		seal_wipe(c->place, strlen(c->place));
		free(c->place);
	}
	memset(c, 0, sizeof(*c));
}

const char *
referral_case_region(const struct case_row *c)
{
	for (uint8_t i = 0; i < c->facts.slots; i++) {
		if (strcmp(c->facts.slot[i].name, "region") == 0)
			return c->facts.slot[i].code;
	}
	return "";
}

bool
referral_case_is_open(const struct case_row *c)
{
	return strcmp(c->state, "open") == 0 || strcmp(c->state, "referred") == 0 ||
	    strcmp(c->state, "nobody") == 0;
}

enum lang
referral_lang(const struct turn *t, const char *code)
{
	const struct texts *texts = flows_texts(t->flows);
	enum lang l = lang_parse(code);

	if (l != LANG_NONE && texts_has_lang(texts, l))
		return l;
	if (texts_has_lang(texts, LANG_RU))
		return LANG_RU;
	for (l = LANG_KK; l < LANGS && !texts_has_lang(texts, l); l++)
		continue;
	return l;
}

enum rc
referral_cut(struct turn *t, int64_t case_id)
{
	struct db_rows *r;
	bool told;
	enum rc rc = db_run(t->db, ST_CASE_CUT, &r, db_i64(case_id));

	if (rc != RC_OK)
		return rc;
	told = db_count(r) == 0;
	db_rows_free(r);
	if (told)
		return RC_OK;
	rc = db_run(t->db, ST_CUT_CONTACTS, &r, db_i64(case_id));
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r) && rc == RC_OK; i++) {
		char number[24], text[REFER_TEXT_MAX];
		const struct text_arg arg = { "n", number };

		snprintf(number, sizeof(number), "%lld", (long long)db_get_i64(r, i, 2));
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 1)),
		    "ref.cut", &arg, 1, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), case_id, "ref.cut", text);
	}
	db_rows_free(r);
	return rc;
}

enum rc
referral_tell(struct turn *t, int64_t contact_id, int64_t case_id, const char *key,
    const char *text)
{
	struct turn_text x = {
		.contact_id = contact_id,
		.case_id = case_id,
		.key = key,
		.text = text,
		.link = "",
		.daemon = "",
		.priority = PRIORITY_REFERRAL,
	};

	return turn_text_out(t, &x);
}

/* A code that this contact was not given within 30 days; `used` is the array as text, "{1,22}". */
static unsigned
free_code(const char *used)
{
	for (int tries = 0; tries < 50; tries++) {
		unsigned code = seal_random(CODES);
		char item[3][16];
		bool taken = false;

		snprintf(item[0], sizeof(item[0]), "{%u,", code);
		snprintf(item[1], sizeof(item[1]), ",%u,", code);
		snprintf(item[2], sizeof(item[2]), ",%u}", code);
		for (int i = 0; i < 3; i++)
			taken = taken || strstr(used, item[i]) != NULL;
		if (!taken)
			return code;
	}
	return seal_random(CODES);
}

static const char *
first_key(const char *kind)
{
	return strcmp(kind, "operator") == 0 ? "ref.operator" : "ref.first";
}

static enum rc
first_text(struct turn *t, const struct case_row *c, enum lang lang, const char *kind,
    unsigned code, char text[REFER_TEXT_MAX])
{
	if (strcmp(kind, "operator") == 0)
		return refer_operator(t->flows, lang, &c->facts, code, text);
	return refer_first(t->flows, lang, &c->facts, code, text);
}

/* All contacts of a receiver, each with a code of its own. */
static enum rc
ask_contacts(struct turn *t, const struct case_row *c, int64_t receiver, int64_t referral,
    enum lang lang, const char *kind)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CONTACTS_OF, &r, db_i64(receiver));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		unsigned code = free_code(db_get_text(r, i, 2));
		char text[REFER_TEXT_MAX];

		rc = db_run(t->db, ST_ASK_NEW, NULL, db_i64(referral),
		    db_i64(db_get_i64(r, i, 0)), db_i64(code));
		if (rc == RC_OK)
			rc = first_text(t, c, lang, kind, code, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, first_key(kind), text);
	}
	db_rows_free(r);
	return rc;
}

static enum rc
tell_danger(struct turn *t, const struct case_row *c)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_TAKER_CONTACTS, &r, db_i64(c->id));

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];

		rc = refer_danger(
		    t->flows, referral_lang(t, db_get_text(r, i, 1)), &c->facts, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, "ref.danger", text);
	}
	db_rows_free(r);
	return rc;
}

/* Those who were asked and have not answered, each by the code that they have. */
static enum rc
ask_again(struct turn *t, const struct case_row *c)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_DANGER_ASKS, &r, db_i64(c->id));

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		const char *kind = db_get_text(r, i, 1);
		char text[REFER_TEXT_MAX];

		rc = first_text(t, c, referral_lang(t, db_get_text(r, i, 3)), kind,
		    (unsigned)db_get_i64(r, i, 2), text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, first_key(kind), text);
	}
	db_rows_free(r);
	return rc;
}

enum rc
referral_danger(struct turn *t, int64_t case_id, bool said)
{
	struct clocks clocks = policy_clocks(t->policy, CASE_DANGER);
	struct case_row c = { 0 };
	enum rc rc = referral_case_lock(t, case_id, &c);

	if (rc != RC_OK)
		return rc == RC_AGAIN ? RC_OK : rc; /* opened by this very text */
	if (c.facts.class == CASE_DANGER || strcmp(c.state, "closed") == 0)
		goto out;
	c.facts.class = CASE_DANGER;
	rc = db_run(
	    t->db, ST_DANGER_CASE, NULL, db_i64(c.id), db_i64(clocks.operator_ms));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_DANGER_CLOCKS, NULL, db_i64(c.id),
		    db_i64(clocks.remind_ms), db_i64(clocks.next_ms));
	if (rc == RC_OK)
		rc = ask_again(t, &c);
	if (rc == RC_OK && !said)
		rc = tell_danger(t, &c);
	out_row(t->out, OUT_AUDIT, "referral.danger", c.id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_warn("referral.danger", "case=%lld", (long long)c.id);
out:
	referral_case_clear(&c);
	return rc;
}

/* Row of CANDIDATES. */
static enum rc
ask(struct turn *t, const struct case_row *c, const struct db_rows *r, int row)
{
	struct clocks clocks = policy_clocks(t->policy, c->facts.class);
	int64_t receiver = db_get_i64(r, row, 0), referral;
	const char *kind = db_get_text(r, row, 1);
	struct db_rows *made;
	enum rc rc = db_run(t->db, ST_REFERRAL_NEW, &made, db_i64(c->id),
	    db_i64(receiver), db_i64(clocks.remind_ms), db_i64(clocks.next_ms));

	if (rc != RC_OK)
		return rc;
	referral = db_get_i64(made, 0, 0);
	db_rows_free(made);
	rc = ask_contacts(
	    t, c, receiver, referral, referral_lang(t, db_get_text(r, row, 5)), kind);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_ASKED, NULL, db_i64(c->id),
		    db_i64(clocks.operator_ms));
	out_row(t->out, OUT_AUDIT, "referral.asked", c->id, referral, OUT_NULL, kind);
	log_info("referral.asked", "case=%lld referral=%lld receiver=%lld kind=%s",
	    (long long)c->id, (long long)referral, (long long)receiver, kind);
	return rc;
}

static enum rc
ask_operators(struct turn *t, const struct case_row *c, const struct db_rows *r)
{
	enum rc rc = RC_OK;

	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		if (strcmp(db_get_text(r, i, 1), "operator") == 0 &&
		    !db_get_bool(r, i, 6))
			rc = ask(t, c, r, i);
	}
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_OPERATOR, NULL, db_i64(c->id));
	out_row(t->out, OUT_TASK, "ladder_ended", c->id, OUT_NULL, OUT_NULL);
	out_row(t->out, OUT_AUDIT, "referral.operator", c->id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_warn("referral.operator", "case=%lld", (long long)c->id);
	return rc;
}

/* The next receiver of the ladder; nobody left: the operator on duty, at once. */
static enum rc
ask_next(struct turn *t, const struct case_row *c, bool operator_now)
{
	struct candidate *v;
	struct db_rows *r;
	int chosen;
	enum rc rc = db_run(t->db, ST_CANDIDATES, &r, db_i64(c->id));

	if (rc != RC_OK)
		return rc;
	v = xcalloc((size_t)db_count(r) + 1, sizeof(*v));
	for (int i = 0; i < db_count(r); i++) {
		v[i] = (struct candidate){
			.receiver = db_get_i64(r, i, 0),
			.kind = db_get_text(r, i, 1),
			.regions = db_get_text(r, i, 2),
			.vetted = db_get_bool(r, i, 3),
			.asked = db_get_bool(r, i, 6),
			.order = db_get_i64(r, i, 4),
		};
	}
	chosen = operator_now
	    ? -1
	    : policy_choose(t->policy, &c->facts, v, (size_t)db_count(r));
	rc = chosen >= 0 ? ask(t, c, r, chosen) : ask_operators(t, c, r);
	free(v);
	db_rows_free(r);
	return rc;
}

static enum rc
due_case(struct turn *t, int64_t id, int64_t due_ms, bool operator_now)
{
	struct case_row c;
	int64_t due;
	enum rc rc = referral_case_lock(t, id, &c);

	if (rc != RC_OK)
		return rc;
	due = operator_now ? c.operator_due : c.refer_due;
	if (due == due_ms && referral_case_is_open(&c))
		rc = ask_next(t, &c, operator_now);
	else if (due == due_ms)
		rc = db_run(t->db, ST_CASE_OPERATOR, NULL,
		    db_i64(c.id)); /* nothing is due any more */
	referral_case_clear(&c);
	return rc;
}

enum rc
due_refer(struct turn *t, int64_t id, int64_t due_ms)
{
	return due_case(t, id, due_ms, false);
}

enum rc
due_operator(struct turn *t, int64_t id, int64_t due_ms)
{
	return due_case(t, id, due_ms, true);
}

struct referral_row {
	int64_t case_id, remind_ms, next_ms, asked_ms;
	bool asked;
};

static enum rc
referral_lock(struct turn *t, int64_t id, struct referral_row *f)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_REFERRAL_LOCK, &r, db_i64(id));

	memset(f, 0, sizeof(*f));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		f->case_id = db_get_i64(r, 0, 1);
		f->asked = strcmp(db_get_text(r, 0, 3), "asked") == 0;
		f->remind_ms = db_get_i64(r, 0, 4);
		f->next_ms = db_get_i64(r, 0, 5);
		f->asked_ms = db_get_i64(r, 0, 6);
	}
	db_rows_free(r);
	return RC_OK;
}

static enum rc
remind(struct turn *t, const struct case_row *c, int64_t referral, int64_t asked_ms)
{
	struct db_col id = { .kind = DB_INT8 };
	unsigned minutes = (unsigned)((clock_wall_ms() - asked_ms) / 60000);
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];

		rc = refer_reminder(t->flows, referral_lang(t, db_get_text(r, i, 3)),
		    &c->facts, (unsigned)db_get_i64(r, i, 2), minutes, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, "ref.reminder", text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

/*
 * The case is locked before the referral, as an answer does, so that no two wait for each other: the
 * referral is read once to learn its case, and again under the case's lock.
 */
static enum rc
lock_both(struct turn *t, int64_t id, struct case_row *c, struct referral_row *f)
{
	struct db_rows *r;
	int64_t case_id;
	enum rc rc = db_run(t->db, ST_REFERRAL_CASE, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	case_id = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	rc = referral_case_lock(t, case_id, c);
	return rc == RC_OK ? referral_lock(t, id, f) : rc;
}

enum rc
due_remind(struct turn *t, int64_t id, int64_t due_ms)
{
	struct referral_row f;
	struct case_row c = { 0 };
	enum rc rc = lock_both(t, id, &c, &f);

	if (rc == RC_OK && f.remind_ms == due_ms) {
		rc = db_run(t->db, ST_REMIND_OFF, NULL, db_i64(id));
		if (rc == RC_OK && f.asked && referral_case_is_open(&c))
			rc = remind(t, &c, id, f.asked_ms);
	}
	referral_case_clear(&c);
	return rc;
}

enum rc
due_next(struct turn *t, int64_t id, int64_t due_ms)
{
	struct referral_row f;
	struct case_row c = { 0 };
	enum rc rc = lock_both(t, id, &c, &f);

	if (rc == RC_OK && f.next_ms == due_ms) {
		rc = db_run(t->db, ST_REFERRAL_NEXT_OFF, NULL, db_i64(id));
		if (rc == RC_OK && referral_case_is_open(&c) &&
		    strcmp(c.state, "nobody") != 0)
			rc = ask_next(t, &c, false);
	}
	referral_case_clear(&c);
	return rc;
}
