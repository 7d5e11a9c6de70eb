/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts to receivers, made of coded answers and one sealed place, shortened until they fit. It holds
 * no number of anybody and promises nothing. Called by the turn; proved by flow_prove.c.
 */
#include "refer_text.h"

#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "match.h"
#include "number_mask.h"
#include "prove.h"
#include "refer_pieces.h"
#include "str.h"

#define FACT_BYTES 96
#define DETAIL_PARTS 2
#define PLACE_CHARS 70
#define OWN_WORDS_MAX (REFER_TEXT_MAX - 64)
#define DECIDES 70 /* weight from which a need stands in the first text */

/* Women and children are one case: "жен+2 дет". */
static bool
add_family(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const char *kids)
{
	const struct text_arg arg = { "kids", kids };
	char s[REFER_TEXT_MAX];

	if (strcmp(refer_fact(c, "who"), "woman_children") != 0 || kids[0] == '\0' ||
	    strcmp(kids, "0") == 0 ||
	    refer_say(f, l, "ref.who.woman_kids", &arg, 1, s) != RC_OK)
		return false;
	pieces_add(p, s, pieces_weight("who", ""));
	return true;
}

/* "муж+7": who, and how many more; of a witness how many there are, and whether children. */
static void
add_who(struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	const char *more = refer_fact(c, "count");
	unsigned before = p->n;
	size_t len;

	pieces_add_codes(p, f, l, c, "band", 0);
	pieces_add_codes(p, f, l, c, "child", 0);
	if (p->n > before || add_family(p, f, l, c, more))
		return;
	pieces_add_codes(p, f, l, c, "who", 0);
	if (more[0] == '\0' || strcmp(more, "0") == 0)
		return;
	if (p->n == before)
		pieces_add(
		    p, refer_text_of(f, l, "ref.who.unknown"), pieces_weight("who", ""));
	if (p->n == before)
		return;
	len = strlen(p->v[before].s);
	if (!str_add(p->v[before].s, sizeof p->v[before].s, &len, "+%s", more))
		return;
}

enum rc
refer_say(const struct flows *f, enum lang l, const char *key,
    const struct text_arg *args, size_t n, char out[REFER_TEXT_MAX])
{
	const char *tmpl = refer_text_of(f, l, key);

	out[0] = '\0';
	return tmpl != NULL ? text_fill(out, REFER_TEXT_MAX, tmpl, args, n) : RC_REFUSED;
}

static void
head(const struct flows *f, enum lang l, const struct case_facts *c, char *out,
    size_t size)
{
	const char *urgent = c->class >= CASE_URGENT ? refer_text_of(f, l, "ref.urgent")
						     : NULL;
	const char *town = refer_town_name(f, l, c);
	size_t len = 0;

	out[0] = '\0';
	if (town[0] == '\0')
		town = refer_text_of(f, l, "ref.nowhere");
	if (!str_add(out, size, &len, "%s%s%s", urgent != NULL ? urgent : "",
		urgent != NULL ? " " : "", town != NULL ? town : ""))
		out[0] = '\0';
}

/* "дети среди 6-20": who reads it takes children. */
static bool
add_children(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	char key[FLOW_KEY_MAX], s[REFER_TEXT_MAX];
	struct text_arg band = { "band", NULL };

	if (strcmp(refer_fact(c, "child"), "yes") != 0 ||
	    snprintf(key, sizeof key, "ref.band.%s", refer_fact(c, "band")) >=
		(int)sizeof key)
		return false;
	band.value = refer_text_of(f, l, key);
	if (refer_fact(c, "band")[0] == '\0' || band.value == NULL ||
	    refer_say(f, l, "ref.child_among", &band, 1, s) != RC_OK)
		return false;
	pieces_add(p, s, pieces_weight("child", "yes"));
	return true;
}

/* What decides, by whom it is for. What police and embassies read names nobody's doings. */
static void
first_facts(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role, enum refer_led led)
{
	static const char *const leads[] = {
		[REFER_LED_NOT] = "ref.with_ngo",
		[REFER_LED_NGO] = "ref.led",
		[REFER_LED_CHILD] = "ref.led_child",
		[REFER_LED_OPERATOR] = "ref.led_operator",
	};
	bool state = refer_is_brief(role);

	if (role != REFER_CHILD || !add_children(p, f, l, c))
		add_who(p, f, l, c);
	if (!state)
		pieces_add_codes(p, f, l, c, "what", 0);
	if (!state)
		pieces_add_codes(p, f, l, c, "about", 0);
	if (p->n == 0)
		pieces_add(p,
		    refer_text_of(
			f, l, c->class == CASE_DANGER ? "ref.danger" : "ref.asks"),
		    state ? 1 : 0);
	if (refer_needs_of(role) != NULL)
		pieces_add_own_needs(p, f, l, c, role);
	if (state)
		pieces_add(p, refer_text_of(f, l, leads[led]),
		    refer_needs_of(role) != NULL ? 95 : 0);
	else
		pieces_add_codes(p, f, l, c, "need", DECIDES);
}

/* With the longest towns no fact of those fits: who, or that there are children, or that somebody asks. */
static enum rc
first_of_few(const struct flows *f, enum lang l, const struct case_facts *c,
    struct text_arg *args, size_t n, struct text_arg *facts, char out[REFER_TEXT_MAX])
{
	bool child = strcmp(refer_fact(c, "child"), "yes") == 0;
	char who[FLOW_KEY_MAX];
	const char *const keys[] = { child ? "ref.child.yes" : who,
		c->class == CASE_DANGER ? "ref.danger" : "ref.asks" };

	if (snprintf(who, sizeof who, "ref.who.%s", refer_fact(c, "who")) >=
	    (int)sizeof who)
		return RC_REFUSED;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		enum rc rc;

		facts->value = refer_text_of(f, l, keys[i]);
		if (facts->value == NULL)
			continue;
		rc = refer_say(f, l, "ref.first", args, n, out);
		if (rc != RC_OK || gsm_size_of(out).parts <= 1)
			return rc;
	}
	return RC_OK; /* any_first_is_one_part: it does not come to this */
}

enum rc
refer_first(const struct flows *f, enum lang l, const struct case_facts *c,
    enum refer_role role, enum refer_led led, unsigned code, char out[REFER_TEXT_MAX])
{
	char number[24], digits[8], where[FACT_BYTES * 2], facts[REFER_TEXT_MAX];
	struct pieces p = { .n = 0 };
	struct text_arg args[] = { { "n", number }, { "where", where },
		{ "facts", facts }, { "code", digits } };
	enum rc rc;

	if (!refer_number(number, c->number) ||
	    snprintf(digits, sizeof digits, "%03u", code % 1000) < 0)
		return RC_REFUSED;
	head(f, l, c, where, sizeof where);
	first_facts(&p, f, l, c, role, led);
	do {
		if (!pieces_join(facts, sizeof facts, &p, ", "))
			return RC_REFUSED;
		rc = refer_say(f, l, "ref.first", args, ARRAY_LEN(args), out);
		if (rc != RC_OK || gsm_size_of(out).parts <= 1)
			return rc;
	} while (p.n > 1 && pieces_drop_lightest(&p));
	return first_of_few(f, l, c, args, ARRAY_LEN(args), &args[2], out);
}

enum rc
refer_reminder(const struct flows *f, enum lang l, const struct case_facts *c,
    unsigned code, unsigned minutes, const char *others, char out[REFER_TEXT_MAX])
{
	char number[24], digits[8], waits[12];
	const struct text_arg args[] = { { "n", number }, { "code", digits },
		{ "minutes", waits }, { "others", others } };

	if (!refer_number(number, c->number) ||
	    snprintf(digits, sizeof digits, "%03u", code % 1000) < 0 ||
	    snprintf(waits, sizeof waits, "%u", minutes) < 0)
		return RC_REFUSED;
	if (others[0] != '\0' &&
	    refer_say(f, l, "ref.reminder_others", args, ARRAY_LEN(args), out) == RC_OK &&
	    gsm_size_of(out).parts <= 1)
		return RC_OK;
	return refer_say(f, l, "ref.reminder", args, ARRAY_LEN(args), out);
}

bool
refer_other(const struct flows *f, enum lang l, const char *kind, bool took,
    char out[REFER_TEXT_MAX])
{
	char key[FLOW_KEY_MAX];
	struct text_arg who = { "who", NULL };

	if (snprintf(key, sizeof key, "ref.role.%s", kind) >= (int)sizeof key)
		return false;
	who.value = refer_text_of(f, l, key);
	return who.value != NULL &&
	    refer_say(f, l, took ? "ref.other.took" : "ref.other.wait", &who, 1, out) ==
	    RC_OK;
}

enum rc
refer_operator(const struct flows *f, enum lang l, const struct case_facts *c,
    unsigned code, char out[REFER_TEXT_MAX])
{
	char number[24], digits[8];
	const char *town = refer_town_name(f, l, c),
		   *nowhere = refer_text_of(f, l, "ref.nowhere");
	const struct text_arg args[] = { { "n", number }, { "code", digits },
		{ "town", town[0] != '\0' || nowhere == NULL ? town : nowhere } };

	if (!refer_number(number, c->number) ||
	    snprintf(digits, sizeof digits, "%03u", code % 1000) < 0)
		return RC_REFUSED;
	return refer_say(f, l, "ref.operator", args, ARRAY_LEN(args), out);
}

enum rc
refer_town(const struct flows *f, enum lang l, const struct case_facts *c,
    char out[REFER_TEXT_MAX])
{
	char number[24];
	const char *town = refer_town_name(f, l, c),
		   *nowhere = refer_text_of(f, l, "ref.nowhere");
	const struct text_arg args[] = { { "n", number },
		{ "place", town[0] != '\0' || nowhere == NULL ? town : nowhere } };

	return refer_number(number, c->number)
	    ? refer_say(f, l, "ref.place_is", args, ARRAY_LEN(args), out)
	    : RC_REFUSED;
}

enum rc
refer_danger(const struct flows *f, enum lang l, const struct case_facts *c,
    char out[REFER_TEXT_MAX])
{
	const char *danger = refer_text_of(f, l, "ref.danger");
	char where[FACT_BYTES * 2];
	size_t len = 0;

	head(f, l, c, where, sizeof where);
	out[0] = '\0';
	return danger != NULL &&
		str_add(out, REFER_TEXT_MAX, &len, "№%lld %s: %s", (long long)c->number,
		    where, danger)
	    ? RC_OK
	    : RC_REFUSED;
}

enum rc
refer_words(const struct flows *f, enum lang l, int64_t number, const char *words,
    char out[REFER_TEXT_MAX])
{
	char n[24], cut[OWN_WORDS_MAX];
	const struct text_arg args[] = { { "n", n }, { "words", cut } };
	size_t len = strlen(words);
	enum rc rc;

	if (!refer_number(n, number))
		return RC_REFUSED;
	if (len >= sizeof cut)
		len = sizeof cut - 1;
	do {
		while (len > 0 && ((unsigned char)words[len] & 0xc0) == 0x80)
			len--;
		if (!str_copy_bytes(cut, sizeof cut, words, len))
			return RC_REFUSED;
		rc = refer_say(f, l, "ref.words", args, ARRAY_LEN(args), out);
	} while (rc == RC_OK && gsm_size_of(out).parts > DETAIL_PARTS && len-- > 0);
	return rc;
}

/* S11: a place that is nothing but a number is none. */
void
refer_place(const char *words, char out[REFER_PLACE_MAX])
{
	char masked[REFER_TEXT_MAX];
	const char *place = masked;
	size_t n, len = 0, step;
	unsigned chars = 0;
	uint32_t cp;

	number_mask(words, masked, sizeof masked);
	if (strcmp(masked, "…") == 0 || strcmp(masked, "+…") == 0)
		masked[0] = '\0';
	for (n = strlen(place); (step = str_next(place, n, &cp)) > 0 &&
	     (chars += cp > 0xffff ? 2U : 1U) <= PLACE_CHARS; /* as a text is counted */
	     place += step, n -= step) {
		if (cp < 0x20 || cp == 0x7f) {
			out[len++] = ' ';
		} else {
			memcpy(out + len, place, step);
			len += step;
		}
	}
	out[len] = '\0';
}
