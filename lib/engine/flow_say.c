/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts the one text of a step together: first reply, echoed place, question. It changes no session
 * and invents no word. Called by flow.c, and by flow_prove.c to count every text beforehand.
 */
#include <stdio.h>
#include <string.h>

#include "card.h"
#include "flow_priv.h"
#include "str.h"

#define LIST_MAX 320
#define CARD_TEXT 320
#define DIAL_TEXT 32

/* The longest that an argument can be, for the proofs. */
static const struct flow_input widest = {
	.taken_at = "23:59",
	.code = "4821773100",
	.job_answer = "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
	.job_at = "31.12",
	.waiting = { .step = "",
	    .at = "23:59",
	    .words = "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM" },
};

struct saying
saying_begin(
    const struct flows *f, enum lang l, enum text_register r, char out[FLOW_TEXT_MAX])
{
	out[0] = '\0';
	return (struct saying){ .f = f,
		.lang = l,
		.reg = r,
		.except = f->exceptions.base,
		.in = &widest,
		.out = out };
}

struct saying
saying_to(const struct flows *f, const struct session *s, const struct flow_input *in,
    char out[FLOW_TEXT_MAX])
{
	enum lang l = session_lang_ok(f, s) ? s->lang : LANG_NONE;
	struct saying y = saying_begin(f, l, session_register(s), out);

	y.s = s;
	y.in = in;
	y.bearer = in->bearer;
	y.except = session_exceptions(f, s, in);
	return y;
}

/* On a dialogue's screen the key's own short form, where it has one. */
static const char *
template_of(const struct saying *y, const char *key)
{
	char screen[FLOW_KEY_MAX + 8];
	const char *tmpl = NULL;

	if (y->bearer == BEARER_USSD &&
	    snprintf(screen, sizeof screen, "%s" KEY_ON_USSD, key) < (int)sizeof screen)
		tmpl = text_get(y->f->texts, y->lang, y->reg, screen);
	return tmpl != NULL ? tmpl : text_get(y->f->texts, y->lang, y->reg, key);
}

void
flow_hour_text(const char *code, char out[FLOW_HOUR_TEXT])
{
	size_t len = 0;

	out[0] = '\0';
	if (strlen(code) != 9 || code[4] != '-')
		return;
	for (int i = 0; i < 2; i++) {
		const char *at = code + 5 * i;
		int h = (at[0] - '0') * 10 + at[1] - '0';
		bool whole = memcmp(at + 2, "00", 2) == 0;

		if (!str_add(out, FLOW_HOUR_TEXT, &len, "%s%d%s%.*s", i > 0 ? "-" : "", h,
			whole ? "" : ":", whole ? 0 : 2, at + 2))
			out[0] = '\0';
	}
}

/* Ten digits as two groups of five. */
static void
code_groups(const char *code, char out[12])
{
	size_t len = 0;

	out[0] = '\0';
	if (code != NULL && strlen(code) == 10)
		(void)!str_add(out, 12, &len, "%.5s %s", code, code + 5);
}

/* The wording of the exceptions follows the table that routing uses. */
static const char *
exceptions(const struct saying *y)
{
	static const char *const keys[] = { "except.none", "except.child",
		"except.danger", "except.child_danger" };
	const char *text = template_of(
	    y, keys[y->except & (EXCEPT_CHILD | EXCEPT_DANGER)]);

	return text != NULL ? text : "";
}

/* Whom to call: of the home country named, or the number's; where the person is. */
static void
find_card(const struct saying *y, char out[CARD_TEXT])
{
	const char *home = y->s != NULL ? session_slot(y->s, "home") : "";
	const char *where = y->s != NULL ? session_slot(y->s, "country") : "";
	const char *region = y->s != NULL ? session_slot(y->s, "region") : "";
	char country[8];
	const struct card *c = NULL;
	const char *tmpl = template_of(y, KEY_CARD_NONE);

	out[0] = '\0';
	if (y->s == NULL) /* the proofs: the longest a card can be */
		(void)!str_copy(out, CARD_TEXT,
		    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMM: +000 000 000 000 (2026-12-31)");
	if (y->s == NULL || y->f->cards == NULL)
		return;
	if (where[0] == '\0' &&
	    str_copy_bytes(country, sizeof country, region, strcspn(region, "-")))
		where = country;
	if (home[0] == '\0')
		home = y->in->country != NULL ? y->in->country : "";
	c = card_find(y->f->cards, CARD_EMBASSY, home, where);
	if (c == NULL)
		c = card_find(y->f->cards, CARD_HOTLINE, home, where);
	if (c != NULL && y->lang < LANGS) {
		const struct text_arg v[] = { { "words", card_name(c, y->lang) },
			{ "list", c->phone }, { "at", c->reviewed } };

		tmpl = template_of(y, KEY_CARD_LINE);
		if (tmpl != NULL &&
		    text_fill(out, CARD_TEXT, tmpl, v, ARRAY_LEN(v)) == RC_OK)
			return;
	}
	if (tmpl != NULL)
		(void)!str_copy(out, CARD_TEXT, tmpl);
}

#define ARGS_OWN 7

/* What every text may name. The strings live as long as the buffers given. */
static size_t
own_args(const struct saying *y, char hour[FLOW_HOUR_TEXT], char code[12],
    char card[CARD_TEXT], const char *dial, struct text_arg v[ARGS_OWN])
{
	const struct flow_input *in = y->in;
	/* elsewhere {at} is the hour of the acceptance, whatever waits */
	bool waits = in->waiting.step != NULL &&
	    (y->s == NULL || strcmp(y->s->flow, FLOW_PHRASE) == 0);
	const char *at = waits && in->waiting.at != NULL ? in->waiting.at : in->taken_at;
	const char *words = waits && in->waiting.words != NULL ? in->waiting.words : "";
	const char *slot = y->s != NULL ? session_slot(y->s, "hour") : "2230-2330";
	size_t n = 0;

	flow_hour_text(slot, hour);
	code_groups(in->code, code);
	find_card(y, card);
	v[n++] = (struct text_arg){ "at", at };
	v[n++] = (struct text_arg){ "words", words };
	v[n++] = (struct text_arg){ "hour", hour };
	v[n++] = (struct text_arg){ "code", code };
	v[n++] = (struct text_arg){ "dial", dial };
	v[n++] = (struct text_arg){ "except", exceptions(y) };
	v[n++] = (struct text_arg){ "card", card };
	return n;
}

/* How to come back: where a dial hides the conversation, with the keys that no screen offers (S18). */
static void
dial_again(const struct saying *y, const char *key, char out[DIAL_TEXT])
{
	bool hides = y->bearer == BEARER_USSD && (y->s == NULL || dial_must_hide(y->s));
	size_t len = 0;

	out[0] = '\0';
	(void)!str_add(out, DIAL_TEXT, &len, "%s%s", y->f->dial,
	    hides && strcmp(key, KEY_URGENT_BACK) != 0 ? ", 77" : "");
}

static const char *
between(const struct saying *y)
{
	return y->bearer == BEARER_USSD ? "\n" : " ";
}

void
say_text(struct saying *y, const char *key, const struct text_arg *args, size_t n)
{
	const char *tmpl = template_of(y, key);
	struct text_arg all[ARGS_OWN + 4];
	char hour[FLOW_HOUR_TEXT], code[12], card[CARD_TEXT], dial[DIAL_TEXT];
	size_t own;

	if (tmpl == NULL || y->len + 2 >= FLOW_TEXT_MAX || n > 4) {
		y->failed = true;
		return;
	}
	dial_again(y, key, dial);
	own = own_args(y, hour, code, card, dial, all);
	if (strcmp(key, KEY_JOB_ANSWER) == 0) { /* its own day and words */
		all[0].value = y->in->job_at;
		all[1].value = y->in->job_answer != NULL ? y->in->job_answer : "";
	}
	for (size_t i = 0; i < n; i++)
		all[own + i] = args[i];
	if (y->len > 0)
		y->out[y->len++] = between(y)[0];
	if (text_fill(y->out + y->len, FLOW_TEXT_MAX - y->len, tmpl, all, own + n) !=
	    RC_OK)
		y->failed = true;
	y->len += strlen(y->out + y->len);
}

void
say_key(struct saying *y, const char *key)
{
	say_text(y, key, NULL, 0);
}

void
say_intro(struct saying *y)
{
	say_key(y, KEY_INTRO);
}

/* "Zhetybay, Mangystau": a place, and the region it lies in. A screen has no room for the region. */
void
say_place(struct saying *y, unsigned place)
{
	const struct places *p = y->f->places;
	unsigned region = place_by_id(p, place_region(p, place));

	if (!str_add(y->out, FLOW_TEXT_MAX, &y->len, "%s", place_name(p, place, y->lang)))
		y->failed = true;
	if (y->bearer != BEARER_USSD && !place_is_region(p, place) &&
	    region != places_count(p) &&
	    !str_add(
		y->out, FLOW_TEXT_MAX, &y->len, ", %s", place_name(p, region, y->lang)))
		y->failed = true;
}

void
say_echo(struct saying *y, const struct step *st, unsigned place)
{
	char town[FLOW_TEXT_MAX];
	struct saying of = saying_begin(y->f, y->lang, y->reg, town);
	struct text_arg arg = { "town", town };

	of.bearer = y->bearer;
	say_place(&of, place);
	y->failed = y->failed || of.failed;
	say_text(y, st->echo, &arg, 1);
}

void
say_which(struct saying *y, const struct step *st, const unsigned *place, unsigned n)
{
	char list[LIST_MAX], label[PLACE_LABEL_MAX];
	struct text_arg arg = { "list", list };
	size_t len = 0;

	list[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		place_label(y->f->places, place, n, i, y->lang, label);
		if (!str_add(list, sizeof list, &len, "%s%u %s", i > 0 ? between(y) : "",
			i + 1, label))
			y->failed = true;
	}
	say_text(y, st->which, &arg, 1);
}

void
say_row(struct saying *y, const char *order)
{
	unsigned digit = 1;

	for (const char *at = order; *at != '\0'; at += at[2] == ' ' ? 3 : 2, digit++) {
		char code[3] = { at[0], at[1], '\0' };
		const char *name;

		struct saying in = *y;

		in.lang = lang_parse(code);
		in.reg = TEXT_COVER;
		name = template_of(&in, KEY_LANG_NAME);
		if (name == NULL ||
		    !str_add(y->out, FLOW_TEXT_MAX, &y->len, "%s%u %s",
			digit > 1 ? between(y) : "", digit, name)) {
			y->failed = true;
			return;
		}
	}
}

static void
say_places_named(struct saying *y, const struct step *st, const char *ids)
{
	unsigned place[PLACE_FOUND_MAX], n = 0;

	for (const char *at = ids; *at != '\0' && n < PLACE_FOUND_MAX;) {
		size_t len = strcspn(at, " ");
		char id[PLACE_ID_MAX];

		if (!str_copy_bytes(id, sizeof id, at, len))
			break;
		place[n] = place_by_id(y->f->places, id);
		if (place[n] < places_count(y->f->places))
			n++;
		at += len + (at[len] == ' ');
	}
	say_which(y, st, place, n);
}

/* Towns that a dialogue offers, and "other" as the last digit; false: none, it is typed. */
static bool
say_menu(struct saying *y, const struct step *st, const struct session *s)
{
	unsigned town[PLACE_FOUND_MAX];
	unsigned n = step_place_menu(y->f, s, st, town);
	const char *other = template_of(y, KEY_PLACE_OTHER);
	struct text_arg arg = { "list", "" };
	char list[LIST_MAX];
	size_t len = 0;

	list[0] = '\0';
	if (n == 0)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (!str_add(list, sizeof list, &len, "%s%u %s", i > 0 ? " " : "", i + 1,
			place_short_name(y->f->places, town[i], y->lang)))
			y->failed = true;
	}
	if (other == NULL || !str_add(list, sizeof list, &len, " %u %s", n + 1, other))
		y->failed = true;
	arg.value = list;
	say_text(y, st->text, &arg, 1);
	return true;
}

static bool
has_slot(const struct session *s, const char *name)
{
	return session_slot(s, name)[0] != '\0';
}

/* What stands before the question: the first reply, a text, the place that was understood. */
static void
say_before(struct saying *y, const struct flow *fl, const struct session *s)
{
	const struct step *asked;
	unsigned place;
	uint8_t i;

	i = flow_step_index(fl, s->step);
	/* a screen of its own on USSD, and a notice is that screen */
	if (has_slot(s, SLOT_FIRST) && y->bearer == BEARER_SMS && i != STEP_NONE &&
	    fl->step[i].kind != STEP_NOTICE)
		say_intro(y);
	if (strcmp(session_slot(s, SLOT_TOLD), s->step) == 0 &&
	    y->bearer == BEARER_USSD && !has_slot(s, SLOT_WHICH))
		say_key(y, KEY_URGENT_BACK);
	if (has_slot(s, SLOT_SAY))
		say_key(y, session_slot(s, SLOT_SAY));
	i = flow_step_index(fl, session_slot(s, SLOT_ECHO));
	if (i == STEP_NONE)
		return;
	asked = &fl->step[i];
	place = place_by_id(y->f->places, session_slot(s, asked->slot));
	if (place < places_count(y->f->places))
		say_echo(y, asked, place);
}

static void
say_question(struct saying *y, const struct step *st, const struct session *s)
{
	/* a screen never holds the first reply */
	bool behind_intro = has_slot(s, SLOT_FIRST) && y->bearer == BEARER_SMS;

	if (has_slot(s, SLOT_WHICH)) {
		say_places_named(y, st, session_slot(s, SLOT_WHICH));
		return;
	}
	if (st->kind == STEP_PLACE && y->bearer == BEARER_USSD) {
		if (!has_slot(s, SLOT_TYPE) && say_menu(y, st, s))
			return;
		y->bearer = BEARER_SMS; /* typed: asked in the words of a text */
	}
	if (st->plain)
		y->reg = TEXT_PLAIN;
	if (behind_intro && st->after_intro[0] != '\0')
		say_key(y, st->after_intro);
	else
		say_key(y, st->text);
}

void
say_open_question(struct saying *y, const struct flow *fl, const struct session *s)
{
	uint8_t i;

	if (strcmp(s->step, STEP_LANGUAGE) == 0) {
		say_row(y, session_slot(s, SLOT_ROW));
		return;
	}
	if (strcmp(s->step, STEP_GO) == 0) {
		say_key(y, KEY_GO_ON);
		return;
	}
	i = fl != NULL ? flow_step_index(fl, s->step) : STEP_NONE;
	if (i == STEP_NONE) {
		say_key(y, KEY_SCREEN);
		return;
	}
	say_before(y, fl, s);
	say_question(y, &fl->step[i], s);
}

enum text_register
session_register(const struct session *s)
{
	return s->plain ? TEXT_PLAIN : TEXT_COVER;
}

bool
session_lang_ok(const struct flows *f, const struct session *s)
{
	return s->lang < LANGS && (f->langs & 1U << s->lang) != 0;
}

void
row_order(const struct flows *f, const char *country, char out[FLOW_CODE_MAX])
{
	static const enum lang usual[] = { LANG_RU, LANG_KK, LANG_UZ, LANG_KY, LANG_TG,
		LANG_TK, LANG_EN };
	static const struct {
		char country[3];
		enum lang first, second;
	} homes[] = {
		{ "KZ", LANG_KK, LANG_RU },
		{ "UZ", LANG_UZ, LANG_RU },
		{ "KG", LANG_KY, LANG_RU },
		{ "TJ", LANG_TG, LANG_RU },
		{ "TM", LANG_TK, LANG_RU },
	};
	enum lang order[ARRAY_LEN(usual) + 2];
	unsigned n = 0, seen = 0;
	size_t len = 0;
	bool fits = true;

	for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
		if (strcmp(homes[i].country, country) == 0) {
			order[n++] = homes[i].first;
			order[n++] = homes[i].second;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		order[n++] = usual[i];
	out[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		unsigned bit = 1U << order[i];

		if ((f->langs & bit) != 0 && (seen & bit) == 0)
			fits = str_add(out, FLOW_CODE_MAX, &len, "%s%s",
				   len > 0 ? " " : "", lang_code(order[i])) &&
			    fits;
		seen |= bit;
	}
	if (!fits) /* seven codes fit */
		out[0] = '\0';
}

enum rc
flow_screen(const struct flows *f, const struct session *s, const struct flow_input *in,
    char out[FLOW_TEXT_MAX])
{
	const struct flow *fl = flow_of_session(f, s);
	struct saying y = saying_to(f, s, in, out);
	char order[FLOW_CODE_MAX];
	bool own;

	if (s->flow[0] != '\0' && fl == NULL)
		return RC_REFUSED;
	own = strcmp(s->step, STEP_LANGUAGE) == 0 || strcmp(s->step, STEP_GO) == 0;
	if (!own && s->step[0] != '\0' &&
	    (fl == NULL || flow_step_index(fl, s->step) == STEP_NONE))
		return RC_REFUSED;
	if (!own &&
	    (y.lang == LANG_NONE || (s->step[0] == '\0' && in->bearer == BEARER_USSD))) {
		row_order(f, in->country != NULL ? in->country : "", order);
		say_row(&y, order);
	} else {
		say_open_question(&y, fl, s);
	}
	return y.failed ? RC_REFUSED : RC_OK;
}
