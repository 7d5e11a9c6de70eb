/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What somebody reads who accepted: two parts, the place and the digits to answer with in any case, of the
 * rest the weightiest that there is room for. It holds no number of anybody. Called by the turn.
 */
#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "refer_pieces.h"
#include "str.h"

#define DETAIL_PARTS 2

/* What is left out first, when there is no room. */
enum weight {
	ALWAYS = 0,
	ACTS_MORE, /* the other digits: on the card as well */
	ACTS_MEET,
	ACTS_COME,
	REACH_AS_ALL,     /* writes of their own accord: as everybody does */
	ROLES_WAIT,       /* who has not answered yet */
	POLICE_NOT_ASKED, /* who may not be told all the same */
	NEEDS,            /* shortened before they go */
	LANGUAGE,
	PLACE_ASKED,
	REACH,
	WITH_LEAD,
	ROLES_TOOK,
	POLICE_NO,
};

/* One piece of the detail from a template with one placeholder. */
static void
add_filled(struct pieces *p, const struct flows *f, enum lang l, const char *key,
    const char *name, const char *value, unsigned weight)
{
	const struct text_arg arg = { name, value };
	char s[REFER_TEXT_MAX];

	if (value[0] != '\0' && refer_say(f, l, key, &arg, 1, s) == RC_OK)
		pieces_add(p, s, weight);
}

/* How to reach the person: never where a dial is all they have; in the hours they named. */
static void
add_contact(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	bool woman = strncmp(refer_fact(c, "who"), "woman", 5) == 0;
	char hour[FLOW_HOUR_TEXT];

	flow_hour_text(refer_fact(c, "hour"), hour);
	if (c->cut)
		return;
	if (c->dialled)
		pieces_add(p,
		    refer_text_of(
			f, l, woman ? "ref.contact.dial_woman" : "ref.contact.dial"),
		    REACH);
	else if (hour[0] != '\0')
		add_filled(p, f, l, "ref.contact.hour", "hour", hour, REACH);
	else
		pieces_add(p,
		    refer_text_of(f, l, woman ? "ref.contact.woman" : "ref.contact.any"),
		    REACH_AS_ALL);
}

static void
add_place(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	char place[REFER_PLACE_MAX];

	refer_place(c->place, place);
	if (place[0] != '\0')
		add_filled(p, f, l, "ref.place", "place", place, ALWAYS);
	else if (c->dialled)
		pieces_add(p, refer_text_of(f, l, "ref.place_asked"), PLACE_ASKED);
	else
		add_filled(
		    p, f, l, "ref.place", "place", refer_town_name(f, l, c), ALWAYS);
}

/* The needs that this role hears of; "Нужно: паспорт, дорога домой." is made of them. */
static void
read_needs(struct pieces *needs, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role)
{
	if (refer_needs_of(role) != NULL)
		pieces_add_own_needs(needs, f, l, c, role);
	else if (!refer_is_brief(role))
		pieces_add_codes(needs, f, l, c, "need", 0);
}

static void
add_no_police(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	const char *police = refer_fact(c, "police");

	if (strcmp(police, "yes") != 0)
		pieces_add(p, refer_text_of(f, l, "ref.no_police"),
		    strcmp(police, "no") == 0 ? POLICE_NO : POLICE_NOT_ASKED);
}

static void
add_lines(struct pieces *p, const char *lines, unsigned weight)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");
		char one[REFER_TEXT_MAX / 2];

		if (str_copy_bytes(one, sizeof one, lines, n))
			pieces_add(p, one, weight);
		lines += n + (lines[n] == '\n');
	}
}

/* The digits to answer with: those that every detail has, and what there is room for. */
static void
add_acts(struct pieces *p, const struct flows *f, enum lang l, bool beside)
{
	if (beside) {
		pieces_add(p, refer_text_of(f, l, "ref.acts_beside"), ALWAYS);
		return;
	}
	pieces_add(p, refer_text_of(f, l, "ref.acts_come"), ACTS_COME);
	pieces_add(p, refer_text_of(f, l, "ref.acts_meet"), ACTS_MEET);
	pieces_add(p, refer_text_of(f, l, "ref.acts"), ALWAYS);
	pieces_add(p, refer_text_of(f, l, "ref.acts_more"), ACTS_MORE);
}

/* True: the pieces of `in` are two parts at most. */
static bool
are_said(const struct pieces *p, const bool *in, char out[REFER_TEXT_MAX])
{
	struct pieces some = { .n = 0 };

	for (unsigned i = 0; i < p->n; i++) {
		if (in[i])
			some.v[some.n++] = p->v[i];
	}
	return pieces_join(out, REFER_TEXT_MAX, &some, " ") &&
	    gsm_size_of(out).parts <= DETAIL_PARTS;
}

/*
 * What is never left out; of the rest, the weightiest first, whatever there is room for. False: the needs
 * had none.
 */
static bool
fill(const struct pieces *p, char out[REFER_TEXT_MAX])
{
	bool in[PIECES_MAX], needs = true;

	for (unsigned i = 0; i < p->n; i++)
		in[i] = p->v[i].weight == ALWAYS;
	for (unsigned weight = POLICE_NO; weight > ALWAYS; weight--) {
		for (unsigned i = 0; i < p->n; i++) {
			if (p->v[i].weight != weight)
				continue;
			in[i] = true;
			in[i] = are_said(p, in, out);
			needs = needs && (in[i] || weight != NEEDS);
		}
	}
	(void)!are_said(p, in, out); /* prove_places: what is always said fits */
	return needs;
}

/* In the order of the text. */
static void
add_pieces(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const struct refer_detail *d, const struct pieces *needs)
{
	bool beside = refer_needs_of(d->role) != NULL;
	char key[FLOW_KEY_MAX], list[REFER_TEXT_MAX / 4];

	if (snprintf(key, sizeof key, "ref.lang.%s",
		c->person_lang < LANGS ? lang_code(c->person_lang) : "none") <
	    (int)sizeof key)
		pieces_add(p, refer_text_of(f, l, key), LANGUAGE);
	if (!beside && d->place)
		add_place(p, f, l, c);
	else if (!beside)
		pieces_add(p, refer_text_of(f, l, "ref.place_later"), ALWAYS);
	pieces_add(p, d->took, ROLES_TOOK);
	add_lines(p, d->wait, ROLES_WAIT);
	if (pieces_join(list, sizeof list, needs, ", "))
		add_filled(p, f, l, "ref.needs", "list", list, NEEDS);
	if (beside)
		pieces_add(p, refer_text_of(f, l, "ref.with_lead"), WITH_LEAD);
	if (!refer_is_brief(d->role)) {
		add_no_police(p, f, l, c);
		add_contact(p, f, l, c);
	}
	add_acts(p, f, l, beside);
}

enum rc
refer_detail(const struct flows *f, enum lang l, const struct case_facts *c,
    const struct refer_detail *d, char out[REFER_TEXT_MAX])
{
	char number[24], s[REFER_TEXT_MAX];
	const struct text_arg yours[] = { { "n", number }, { "at", d->hhmm } };
	struct pieces p = { .n = 0 }, needs = { .n = 0 };

	if (!refer_number(number, c->number) ||
	    refer_say(f, l, "ref.yours", yours, ARRAY_LEN(yours), s) != RC_OK)
		return RC_REFUSED;
	read_needs(&needs, f, l, c, d->role);
	do {
		p.n = 0;
		pieces_add(&p, s, ALWAYS);
		add_pieces(&p, f, l, c, d, &needs);
	} while (!fill(&p, out) && pieces_drop_lightest(&needs));
	return RC_OK;
}
