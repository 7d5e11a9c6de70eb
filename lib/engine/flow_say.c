/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts the one text of a step together: first reply, echoed place, question. It changes no session
 * and invents no word. Called by flow.c, and by flow_prove.c to count every text beforehand.
 */
#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define LIST_MAX 320

struct saying
saying_begin(
    const struct flows *f, enum lang l, enum text_register r, char out[FLOW_TEXT_MAX])
{
	out[0] = '\0';
	return (struct saying){ .f = f, .lang = l, .reg = r, .out = out };
}

void
say_text(struct saying *y, const char *key, const struct text_arg *args, size_t n)
{
	const char *tmpl = text_get(y->f->texts, y->lang, y->reg, key);

	if (tmpl == NULL || y->len + 2 >= FLOW_TEXT_MAX) {
		y->failed = true;
		return;
	}
	if (y->len > 0)
		y->out[y->len++] = ' ';
	if (text_fill(y->out + y->len, FLOW_TEXT_MAX - y->len, tmpl, args, n) != RC_OK)
		y->failed = true;
	y->len += strlen(y->out + y->len);
}

void
say_key(struct saying *y, const char *key)
{
	say_text(y, key, NULL, 0);
}

/* The wording of the exceptions follows the table that routing uses. */
void
say_intro(struct saying *y)
{
	static const char *const keys[] = { "except.none", "except.child",
		"except.danger", "except.child_danger" };
	const char *key = keys[y->f->exceptions & (EXCEPT_CHILD | EXCEPT_DANGER)];
	const char *except = text_get(y->f->texts, y->lang, y->reg, key);
	struct text_arg arg = { "except", except != NULL ? except : "" };

	if (except == NULL)
		y->failed = true;
	say_text(y, KEY_INTRO, &arg, 1);
}

void
say_echo(struct saying *y, const struct step *st, unsigned place)
{
	const struct places *p = y->f->places;
	unsigned region = place_by_id(p, place_region(p, place));
	char town[LIST_MAX];
	struct text_arg arg = { "town", town };
	size_t len = 0;
	bool fits;

	town[0] = '\0';
	if (place_is_region(p, place) || region == places_count(p))
		fits = str_add(
		    town, sizeof town, &len, "%s", place_name(p, place, y->lang));
	else
		fits = str_add(town, sizeof town, &len, "%s, %s",
		    place_name(p, place, y->lang), place_name(p, region, y->lang));
	if (!fits)
		y->failed = true;
	say_text(y, st->echo, &arg, 1);
}

void
say_which(struct saying *y, const struct step *st, const unsigned *place, unsigned n)
{
	char list[LIST_MAX];
	struct text_arg arg = { "list", list };
	size_t len = 0;

	list[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		if (!str_add(list, sizeof list, &len, "%s%u %s", i > 0 ? " " : "", i + 1,
			place_name(y->f->places, place[i], y->lang)))
			y->failed = true;
	}
	say_text(y, st->which, &arg, 1);
}

void
say_row(struct saying *y, const char *order)
{
	unsigned digit = 1;
	enum lang l;

	for (const char *at = order; *at != '\0'; at += at[2] == ' ' ? 3 : 2, digit++) {
		char code[3] = { at[0], at[1], '\0' };
		const char *name;

		l = lang_parse(code);
		name = text_get(y->f->texts, l, TEXT_COVER, KEY_LANG_NAME);
		if (name == NULL ||
		    !str_add(y->out, FLOW_TEXT_MAX, &y->len, "%s%u %s",
			digit > 1 ? " " : "", digit, name)) {
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

static bool
has_slot(const struct session *s, const char *name)
{
	return session_slot(s, name)[0] != '\0';
}

void
say_open_question(struct saying *y, const struct flow *fl, const struct session *s)
{
	const struct step *st, *asked;
	unsigned place;
	uint8_t i;

	if (strcmp(s->step, STEP_LANGUAGE) == 0) {
		say_row(y, session_slot(s, SLOT_ROW));
		return;
	}
	i = fl != NULL ? flow_step_index(fl, s->step) : STEP_NONE;
	if (i == STEP_NONE) {
		say_key(y, KEY_SCREEN);
		return;
	}
	st = &fl->step[i];
	if (has_slot(s, SLOT_FIRST))
		say_intro(y);
	if (has_slot(s, SLOT_SAY))
		say_key(y, session_slot(s, SLOT_SAY));
	i = flow_step_index(fl, session_slot(s, SLOT_ECHO));
	if (i != STEP_NONE) {
		asked = &fl->step[i];
		place = place_by_id(y->f->places, session_slot(s, asked->slot));
		if (place < places_count(y->f->places))
			say_echo(y, asked, place);
	}
	if (has_slot(s, SLOT_WHICH))
		say_places_named(y, st, session_slot(s, SLOT_WHICH));
	else if (has_slot(s, SLOT_FIRST) && st->after_intro[0] != '\0')
		say_key(y, st->after_intro);
	else
		say_key(y, st->text);
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
flow_screen(const struct flows *f, const struct session *s, enum bearer b,
    char out[FLOW_TEXT_MAX])
{
	enum lang l = session_lang_ok(f, s) ? s->lang : LANG_NONE;
	const struct flow *fl = flow_of_session(f, s);
	char order[FLOW_CODE_MAX];
	struct saying y;

	if (s->flow[0] != '\0' && fl == NULL)
		return RC_REFUSED;
	if (s->step[0] != '\0' && strcmp(s->step, STEP_LANGUAGE) != 0 &&
	    (fl == NULL || flow_step_index(fl, s->step) == STEP_NONE))
		return RC_REFUSED;
	y = saying_begin(f, l, session_register(s), out);
	if (strcmp(s->step, STEP_LANGUAGE) != 0 &&
	    (l == LANG_NONE || (s->step[0] == '\0' && b == BEARER_USSD))) {
		row_order(f, "", order);
		say_row(&y, order);
	} else {
		say_open_question(&y, fl, s);
	}
	return y.failed ? RC_REFUSED : RC_OK;
}
