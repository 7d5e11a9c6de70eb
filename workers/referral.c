/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case under its lock, its facts and its place, and one text to one receiver. It asks nobody.
 * Called by the ladder, by receivers' answers and by the effects of a step.
 */
#include "referral.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe_time.h"
#include "str.h"

/* The hour that stands, and none that was given back, stopped or is over, whatever was answered once. */
static void
take_hour(struct case_facts *c, bool stands, int from, int to)
{
	uint8_t i = 0;
	int f, t;

	while (i < c->slots && strcmp(c->slot[i].name, "hour") != 0)
		i++;
	if (i == c->slots && (!stands || i == FLOW_SLOTS))
		return;
	if (!stands) {
		memmove(&c->slot[i], &c->slot[i + 1],
		    (size_t)(c->slots - i - 1) * sizeof(c->slot[0]));
		c->slots--;
		return;
	}
	if (i < c->slots && safe_parse(c->slot[i].code, to - from, &f, &t) && f == from &&
	    t == to)
		return;
	(void)!str_copy(c->slot[i].name, sizeof(c->slot[i].name), "hour");
	safe_code(from, to, c->slot[i].code);
	if (i == c->slots)
		c->slots++;
}

enum rc
referral_case_lock(struct turn *t, int64_t id, struct case_row *c)
{
	struct db_rows *r;
	bool hour;
	int from, to;
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
	c->ladder_due = db_get_i64(r, 0, 9);
	c->asked_ms = db_get_i64(r, 0, 10);
	c->facts.dialled = db_get_i64(r, 0, 11) == BEARER_USSD;
	c->begun_ms = db_get_i64(r, 0, 12);
	c->rest_ms = db_get_i64(r, 0, 13);
	c->operator_told = db_get_bool(r, 0, 14);
	c->cut_ms = db_get_i64(r, 0, 15);
	c->met_ms = db_get_i64(r, 0, 17);
	c->with_operator = strcmp(db_get_text(r, 0, 16), "operator") == 0;
	c->led = refer_led_parse(db_get_text(r, 0, 18));
	c->facts.cut = c->cut_ms != 0;
	hour = db_get_bool(r, 0, 19);
	from = (int)db_get_i64(r, 0, 20);
	to = (int)db_get_i64(r, 0, 21);
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
	take_hour(&c->facts, hour, from, to);
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

/* About contact, to everyone asked or acting; `since` <> 0: to who has heard of the cut of then. */
static enum rc
tell_contact(struct turn *t, int64_t case_id, int64_t since, const char *key)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CUT_CONTACTS, &r, db_i64(case_id), db_i64(since));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r) && rc == RC_OK; i++) {
		char number[24], text[REFER_TEXT_MAX];
		const struct text_arg arg = { "n", number };

		snprintf(number, sizeof(number), "%lld", (long long)db_get_i64(r, i, 2));
		rc = refer_say(
		    t->flows, referral_lang(t, db_get_text(r, i, 1)), key, &arg, 1, text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), case_id, key, text);
	}
	db_rows_free(r);
	return rc;
}

enum rc
referral_cut(struct turn *t, int64_t case_id, int64_t phone)
{
	struct db_rows *r;
	bool cut;
	enum rc rc = db_run(t->db, ST_CASE_HOLD, NULL, db_i64(case_id));

	if (rc == RC_OK)
		rc = db_run(t->db, ST_CASE_CUT, &r, db_i64(case_id), db_i64(phone));
	if (rc != RC_OK)
		return rc;
	cut = db_count(r) > 0;
	db_rows_free(r);
	return cut ? tell_contact(t, case_id, 0, "ref.cut") : RC_OK;
}

enum rc
referral_uncut(struct turn *t, int64_t case_id, bool *was)
{
	struct db_rows *r;
	int64_t since;
	enum rc rc = db_run(t->db, ST_CASE_UNCUT, &r, db_i64(case_id));

	*was = false;
	if (rc != RC_OK)
		return rc;
	*was = db_count(r) > 0;
	since = *was ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	return *was ? tell_contact(t, case_id, since, "ref.uncut") : RC_OK;
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

static enum rc
referral_lock(struct turn *t, int64_t id, struct referral_row *f)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_REFERRAL_LOCK, &r, db_i64(id));

	memset(f, 0, sizeof(*f));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		f->case_id = db_get_i64(r, 0, 0);
		(void)!str_copy(f->state, sizeof(f->state), db_get_text(r, 0, 1));
		f->remind_ms = db_get_i64(r, 0, 2);
		f->lease_ms = db_get_i64(r, 0, 3);
		f->asked_ms = db_get_i64(r, 0, 4);
		f->lease_asked = db_get_bool(r, 0, 5);
		f->outcome_ms = db_get_i64(r, 0, 6);
		f->ended = db_get_bool(r, 0, 7);
	}
	db_rows_free(r);
	return RC_OK;
}

/* The referral is read once to learn its case, and again under the case's lock. */
enum rc
referral_lock_both(struct turn *t, int64_t id, struct case_row *c, struct referral_row *f)
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
