/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ladder says to receivers: first texts, reminders, stand-downs, the place. Each
 * contact has an answer code of its own. It decides nothing. Called by ladder.c, due.c, receiver_acts.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "ladder.h"
#include "log.h"
#include "shift.h"
#include "str.h"

#define CODES 1000

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

enum rc
ladder_first_text(struct turn *t, const struct case_row *c, int64_t contact,
    const char *text, enum lang lang, unsigned code)
{
	enum refer_role role = refer_role_parse(text);
	bool operator= role == REFER_OPERATOR;
	char s[REFER_TEXT_MAX];
	enum rc rc = operator
	    ? refer_operator(t->flows, lang, &c->facts, code, s)
	    : refer_first(t->flows, lang, &c->facts, role, c->led, code, s);

	return rc == RC_OK
	    ? referral_tell(t, contact, c->id, operator? "ref.operator" : "ref.first", s)
	    : rc;
}

/* Whether a row of CONTACTS_OF is on duty, or on shift where no rota says. */
static bool
is_on(const struct ladder *l, const struct db_rows *r, int row)
{
	if (l->on == NULL)
		return shift_is_on(
		    db_get_text(r, row, 3), ladder_shift_ms(l), l->plan.zone_minutes);
	for (int i = 0; i < l->on->n; i++) {
		if (l->on->v[i].contact_id == db_get_i64(r, row, 0))
			return true;
	}
	return false;
}

/* Somebody of these contacts is; else all are asked. */
static bool
is_any_on(const struct ladder *l, const struct db_rows *r)
{
	for (int k = 0; k < db_count(r); k++) {
		if (is_on(l, r, k))
			return true;
	}
	return false;
}

/* Of those of this referral already (ASK_CONTACTS, or NULL); else a new one. */
static enum rc
code_of(struct turn *t, int64_t referral, const struct db_rows *had,
    const struct db_rows *r, int row, unsigned *code)
{
	for (int i = 0; had != NULL && i < db_count(had); i++) {
		*code = (unsigned)db_get_i64(had, i, 2);
		if (db_get_i64(had, i, 0) == db_get_i64(r, row, 0))
			return RC_OK;
	}
	*code = free_code(db_get_text(r, row, 2));
	return db_run(t->db, ST_ASK_NEW, NULL, db_i64(referral),
	    db_i64(db_get_i64(r, row, 0)), db_i64(*code));
}

/* The contacts of a receiver that are on shift, each with a code of its own. */
static enum rc
ask_contacts(struct ladder *l, size_t i, int64_t referral, const char *text,
    const struct db_rows *had)
{
	struct turn *t = l->t;
	enum lang lang = referral_lang(t, ladder_lang(l, i));
	bool shifts;
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CONTACTS_OF, &r, db_i64(l->v[i].receiver));

	if (rc != RC_OK)
		return rc;
	shifts = is_any_on(l, r);
	for (int k = 0; rc == RC_OK && k < db_count(r); k++) {
		unsigned code;

		if (shifts && !is_on(l, r, k))
			continue;
		rc = code_of(t, referral, had, r, k, &code);
		if (rc == RC_OK)
			rc = ladder_first_text(
			    t, l->c, db_get_i64(r, k, 0), text, lang, code);
	}
	db_rows_free(r);
	return rc;
}

/* A referral of its own, and the text of it to the contacts. */
static enum rc
ask_new(struct ladder *l, size_t i, const struct plan_pick *pick, const char *role,
    const char *text, int64_t *referral)
{
	struct candidate *v = &l->v[i];
	struct db_rows *made;
	enum rc rc = db_run(l->t->db, ST_REFERRAL_NEW, &made, db_i64(l->c->id),
	    db_i64(v->receiver),
	    pick == NULL || l->withdrawn ? db_null() : db_i64(pick->remind_ms),
	    db_text(role), db_text(text),
	    db_bool(pick == NULL || l->plan.v[pick->ask].lead));

	if (rc != RC_OK)
		return rc;
	*referral = db_get_i64(made, 0, 0);
	db_rows_free(made);
	return ask_contacts(l, i, *referral, text, NULL);
}

/* An operator, once more, now for the case: by the codes that their phones have. */
static enum rc
ask_operator_again(struct ladder *l, size_t i, int64_t *referral)
{
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *had = NULL;
	enum rc rc;

	*referral = ladder_referral(l, i);
	db_col_i64(&id, *referral);
	rc = db_run(l->t->db, ST_REFERRAL_AGAIN, NULL, db_i64(*referral));
	if (rc == RC_OK)
		rc = db_run(l->t->db, ST_ASK_CONTACTS, &had, db_array(&id));
	if (rc == RC_OK)
		rc = ask_contacts(l, i, *referral, "operator", had);
	db_rows_free(had);
	db_col_free(&id);
	return rc;
}

enum rc
ladder_ask(struct ladder *l, size_t i, const struct plan_pick *pick)
{
	struct candidate *v = &l->v[i];
	const struct plan_ask *ask = pick == NULL ? NULL : &l->plan.v[pick->ask];
	/* "no shelter took it" is not true while one has the case and another role is silent */
	bool led = ask == NULL && ladder_lead(l, l->n) < l->n;
	/* nor where none was asked, as none might be */
	bool alone = ask == NULL && l->c->begun_ms == 0;
	const char *role = led ? PLAN_ROLE_LACKS
	    : ask == NULL      ? "operator"
			       : ask->role,
		   *text = led || alone ? "first"
	    : ask == NULL               ? "operator"
					: ask->text;
	int64_t referral = 0;
	enum rc rc = v->asked ? ask_operator_again(l, i, &referral)
			      : ask_new(l, i, pick, role, text, &referral);

	if (rc == RC_OK)
		rc = db_run(l->t->db, ST_CASE_ASKED, NULL, db_i64(l->c->id));
	v->asked = true;
	v->state = ASK_WAITS;
	v->asked_ms = clock_wall_ms();
	v->role = role;
	out_row(l->t->out, OUT_AUDIT, "referral.asked", l->c->id, referral, OUT_NULL,
	    v->kind);
	log_info("referral.asked",
	    "case=%lld referral=%lld receiver=%lld kind=%s role=%s policy=%s",
	    (long long)l->c->id, (long long)referral, (long long)v->receiver, v->kind,
	    role, l->plan.policy);
	return rc;
}

/* How `kind` stands: 0 nobody of it was asked, 1 they wait, 2 one has taken it. */
static int
standing_of(const struct ladder *l, size_t but, bool (*is)(const char *kind))
{
	int best = 0;

	for (size_t i = 0; i < l->n; i++) {
		int now = l->v[i].state == ASK_TAKEN ? 2 : l->v[i].state == ASK_WAITS;

		if (i != but && now > best && is(l->v[i].kind))
			best = now;
	}
	return best;
}

static bool
is_police(const char *kind)
{
	return strcmp(kind, "police") == 0;
}

static bool
is_child(const char *kind)
{
	return strcmp(kind, "child") == 0;
}

static bool
is_social(const char *kind)
{
	return strcmp(kind, "social") == 0;
}

static bool
is_legal(const char *kind)
{
	return strcmp(kind, "legal") == 0;
}

static bool
is_health(const char *kind)
{
	return strcmp(kind, "health") == 0;
}

static bool
is_labour(const char *kind)
{
	return strcmp(kind, "labour") == 0;
}

static bool
is_ngo(const char *kind)
{
	return strcmp(kind, "ngo") == 0 || strcmp(kind, "shelter") == 0;
}

void
ladder_others(const struct ladder *l, size_t i, enum lang lang, bool took,
    char out[LADDER_OTHERS_MAX])
{
	static const struct {
		const char *kind;
		bool (*is)(const char *kind);
	} roles[] = {
		{ "ngo", is_ngo },
		{ "child", is_child },
		{ "police", is_police },
		{ "social", is_social },
		{ "legal", is_legal },
		{ "health", is_health },
		{ "labour", is_labour },
	};
	const char *between = took ? " " : "\n";
	size_t len = 0;

	out[0] = '\0';
	for (size_t k = 0; k < ARRAY_LEN(roles); k++) {
		int now = roles[k].is(l->v[i].kind) ? 0 : standing_of(l, i, roles[k].is);
		char s[REFER_TEXT_MAX];

		if (now == (took ? 2 : 1) &&
		    refer_other(l->t->flows, lang, roles[k].kind, took, s))
			(void)!str_add(out, LADDER_OTHERS_MAX, &len, "%s%s",
			    len == 0 ? "" : between, s);
	}
}

/* One text with {n} and {at} to every phone of these referrals, but to one contact. */
static enum rc
tell_phones(struct ladder *l, struct db_col *ids, const char *key, int64_t but)
{
	struct turn *t = l->t;
	char number[24], hhmm[6];
	const struct text_arg arg[] = { { "n", number }, { "at", hhmm } };
	struct db_rows *r = NULL;
	enum rc rc = RC_OK;

	snprintf(number, sizeof(number), "%lld", (long long)l->c->facts.number);
	turn_hhmm(clock_wall_ms(), referral_case_region(l->c), hhmm);
	if (ids->rows > 0)
		rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(ids));
	for (int i = 0; rc == RC_OK && r != NULL && i < db_count(r); i++) {
		char text[REFER_TEXT_MAX];

		if (db_get_i64(r, i, 0) == but)
			continue;
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 3)), key, arg,
		    ARRAY_LEN(arg), text);
		if (rc == RC_OK)
			rc = referral_tell(t, db_get_i64(r, i, 0), l->c->id, key, text);
	}
	db_rows_free(r);
	return rc;
}

/* Off are those of `off`, in memory and in the database, and hear so. */
static enum rc
put_off(struct ladder *l, const bool *off, int64_t taken, int64_t but)
{
	struct db_col ids = { .kind = DB_INT8 };
	enum rc rc = RC_OK;

	for (size_t i = 0; i < l->n; i++) {
		if (!off[i])
			continue;
		l->v[i].state = ASK_OFF;
		db_col_i64(&ids, ladder_referral(l, i));
	}
	if (ids.rows > 0)
		rc = db_run(l->t->db, ST_STAND_DOWN, NULL, db_array(&ids));
	if (taken != 0)
		db_col_i64(&ids, taken);
	if (rc == RC_OK)
		rc = tell_phones(l, &ids, "ref.taken_else", but);
	db_col_free(&ids);
	return rc;
}

enum rc
ladder_stand_down(struct ladder *l, int64_t taken, int64_t but)
{
	bool *off = xcalloc(l->n + 1, sizeof(*off));
	size_t of = taken == 0 ? l->n : ladder_of(l, taken);
	enum rc rc;

	/* asked for a role, it leads from now on */
	if (of < l->n && l->c->taken_by == taken && ladder_lacks(l, of))
		l->v[of].role = "operator";
	for (size_t i = 0; i < l->n; i++)
		off[i] = l->v[i].state == ASK_WAITS &&
		    !plan_still_asked(&l->plan, l->v, l->n, i);
	rc = put_off(l, off, taken, but);
	free(off);
	return rc;
}

enum rc
ladder_met(struct ladder *l, size_t i)
{
	bool *off = xcalloc(l->n + 1, sizeof(*off));
	struct db_col ids = { .kind = DB_INT8 };
	enum rc rc;

	for (size_t k = 0; k < l->n; k++) {
		off[k] = l->v[k].state == ASK_WAITS;
		if (k != i && l->v[k].state == ASK_TAKEN &&
		    strcmp(l->v[k].kind, "police") == 0)
			db_col_i64(&ids, ladder_referral(l, k));
	}
	rc = put_off(l, off, 0, 0);
	if (rc == RC_OK)
		rc = tell_phones(l, &ids, "ref.met_told", 0);
	db_col_free(&ids);
	free(off);
	return rc;
}

/* One text with {n} and {place} to every phone of an acceptance. */
static enum rc
tell_place(struct ladder *l, size_t i, const char *place)
{
	struct turn *t = l->t;
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	char number[24], text[REFER_TEXT_MAX];
	const struct text_arg arg[] = { { "n", number }, { "place", place } };
	enum rc rc;

	snprintf(number, sizeof(number), "%lld", (long long)l->c->facts.number);
	db_col_i64(&id, ladder_referral(l, i));
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int k = 0; rc == RC_OK && k < db_count(r); k++) {
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, k, 3)),
		    "ref.place_is", arg, ARRAY_LEN(arg), text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, k, 0), l->c->id, "ref.place_is", text);
	}
	if (rc == RC_OK)
		rc = db_run(
		    t->db, ST_REFERRAL_PLACE, NULL, db_i64(ladder_referral(l, i)));
	out_row(t->out, OUT_AUDIT, "place.told", l->c->id, ladder_referral(l, i),
	    OUT_NULL, (const char *)NULL);
	db_rows_free(r);
	db_col_free(&id);
	seal_wipe(text, sizeof(text));
	return rc;
}

enum rc
ladder_tell_place(struct ladder *l, const char *words, bool anew, size_t but)
{
	char place[REFER_PLACE_MAX];
	enum rc rc = RC_OK;

	refer_place(words, place);
	for (size_t i = 0; rc == RC_OK && place[0] != '\0' && i < l->n; i++) {
		if (i != but && (anew || !ladder_has_place(l, i)) &&
		    plan_may_have_place(&l->plan, l->v, l->n, i))
			rc = tell_place(l, i, place);
	}
	seal_wipe(place, sizeof(place));
	return rc;
}

/* What the other roles did, where somebody has taken the case already. */
static enum rc
others_of(struct turn *t, struct case_row *c, int64_t referral, enum lang lang,
    char out[LADDER_OTHERS_MAX])
{
	struct ladder l;
	enum rc rc;

	out[0] = '\0';
	if (c->taken_by == 0)
		return RC_OK;
	rc = ladder_open(t, c, &l);
	if (rc != RC_OK)
		return rc;
	if (ladder_of(&l, referral) < l.n)
		ladder_others(&l, ladder_of(&l, referral), lang, true, out);
	ladder_close(&l);
	return RC_OK;
}

static enum rc
remind(struct turn *t, struct case_row *c, int64_t referral, int64_t asked_ms)
{
	struct db_col id = { .kind = DB_INT8 };
	unsigned minutes = (unsigned)((clock_wall_ms() - asked_ms) / 60000);
	struct db_rows *r = NULL;
	enum rc rc;

	db_col_i64(&id, referral);
	rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		enum lang lang = referral_lang(t, db_get_text(r, i, 3));
		char text[REFER_TEXT_MAX], others[LADDER_OTHERS_MAX];

		rc = others_of(t, c, referral, lang, others);
		if (rc == RC_OK)
			rc = refer_reminder(t->flows, lang, &c->facts,
			    (unsigned)db_get_i64(r, i, 2), minutes, others, text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, "ref.reminder", text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

enum rc
due_remind(struct turn *t, int64_t id, int64_t due_ms)
{
	struct referral_row f;
	struct case_row c = { 0 };
	enum rc rc = referral_lock_both(t, id, &c, &f);

	if (rc == RC_OK && f.remind_ms == due_ms) {
		rc = db_run(t->db, ST_REMIND_OFF, NULL, db_i64(id));
		if (rc == RC_OK && strcmp(f.state, "asked") == 0 && !f.ended &&
		    (referral_case_is_open(&c) || strcmp(c.state, "taken") == 0))
			rc = remind(t, &c, id, f.asked_ms);
	}
	referral_case_clear(&c);
	return rc;
}
