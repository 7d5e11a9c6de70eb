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
#include "str.h"

#define FACTS_MAX 24
#define FACT_BYTES 96
#define DETAIL_PARTS 2
#define PLACE_CHARS 70
#define OWN_WORDS_MAX (REFER_TEXT_MAX - 64)
#define DECIDES 70 /* weight from which a need stands in the first text */

/* A piece of a text; the one with the least weight is dropped first, 0 never. */
struct piece {
	char s[REFER_TEXT_MAX / 2];
	unsigned weight;
};
struct pieces {
	struct piece v[FACTS_MAX];
	unsigned n;
};

/* How much a code tells who decides; what is not here tells least. */
static const struct {
	const char *slot, *code;
	unsigned weight;
} weights[] = {
	{ "who", "", 90 },
	{ "band", "", 90 },
	{ "child", "yes", 85 },
	{ "need", "bed", 80 },
	{ "need", "doctor", 70 },
	{ "what", "held", 60 },
	{ "what", "papers", 50 },
	{ "what", "unpaid", 40 },
	{ "about", "", 30 },
	{ "need", "", 20 },
	{ "what", "", 10 },
};

static const char *
fact(const struct case_facts *c, const char *name)
{
	for (unsigned i = 0; i < c->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(c->slot[i].name, name) == 0)
			return c->slot[i].code;
	}
	return "";
}

static unsigned
weight_of(const char *slot, const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(weights); i++) {
		if (strcmp(weights[i].slot, slot) == 0 &&
		    (weights[i].code[0] == '\0' || strcmp(weights[i].code, code) == 0))
			return weights[i].weight;
	}
	return 1;
}

static const char *
text_of(const struct flows *f, enum lang l, const char *key)
{
	return text_get(f->texts, l, TEXT_PLAIN, key);
}

static void
add_piece(struct pieces *p, const char *s, unsigned weight)
{
	if (s == NULL || s[0] == '\0' || p->n == FACTS_MAX)
		return;
	if (str_copy(p->v[p->n].s, sizeof p->v[p->n].s, s))
		p->v[p->n++].weight = weight;
}

/*
 * A word for each code of a slot that weighs at least so much: "ref.what.papers". Codes without a
 * word are left out.
 */
static void
add_codes(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const char *slot, unsigned least)
{
	const char *at = fact(c, slot);

	while (*at != '\0') {
		size_t n = strcspn(at, " ");
		char key[FLOW_KEY_MAX], code[FLOW_NAME_MAX];

		if (str_copy_bytes(code, sizeof code, at, n) &&
		    weight_of(slot, code) >= least &&
		    snprintf(key, sizeof key, "ref.%s.%s", slot, code) < (int)sizeof key)
			add_piece(p, text_of(f, l, key), weight_of(slot, code));
		at += n + (at[n] == ' ');
	}
}

/* Women and children are one case: "жен+2 дет". */
static bool
add_family(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const char *kids)
{
	const struct text_arg arg = { "kids", kids };
	char s[REFER_TEXT_MAX];

	if (strcmp(fact(c, "who"), "woman_children") != 0 || kids[0] == '\0' ||
	    strcmp(kids, "0") == 0 ||
	    refer_say(f, l, "ref.who.woman_kids", &arg, 1, s) != RC_OK)
		return false;
	add_piece(p, s, weight_of("who", ""));
	return true;
}

/* "муж+7": who, and how many more; of a witness how many there are, and whether children. */
static void
add_who(struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	const char *more = fact(c, "count");
	unsigned before = p->n;
	size_t len;

	add_codes(p, f, l, c, "band", 0);
	add_codes(p, f, l, c, "child", 0);
	if (p->n > before || add_family(p, f, l, c, more))
		return;
	add_codes(p, f, l, c, "who", 0);
	if (more[0] == '\0' || strcmp(more, "0") == 0)
		return;
	if (p->n == before)
		add_piece(p, text_of(f, l, "ref.who.unknown"), weight_of("who", ""));
	if (p->n == before)
		return;
	len = strlen(p->v[before].s);
	if (!str_add(p->v[before].s, sizeof p->v[before].s, &len, "+%s", more))
		return;
}

/* The town, else the region, in the reader's language; "" when neither is known. */
static const char *
town_of(const struct flows *f, enum lang l, const struct case_facts *c)
{
	unsigned i = place_by_id(f->places, fact(c, "where"));

	if (i == places_count(f->places))
		i = place_by_id(f->places, fact(c, "region"));
	return i < places_count(f->places) ? place_name(f->places, i, l) : "";
}

static bool
join(char *out, size_t size, const struct pieces *p, const char *between)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < p->n; i++) {
		if (!str_add(out, size, &len, "%s%s", i > 0 ? between : "", p->v[i].s))
			return false;
	}
	return true;
}

static bool
drop_lightest(struct pieces *p)
{
	unsigned at = p->n;

	for (unsigned i = 0; i < p->n; i++) {
		if (p->v[i].weight != 0 &&
		    (at == p->n || p->v[i].weight <= p->v[at].weight))
			at = i;
	}
	if (at == p->n)
		return false;
	memmove(&p->v[at], &p->v[at + 1], (p->n - at - 1) * sizeof p->v[0]);
	p->n--;
	return true;
}

static bool
number_of(char out[24], int64_t number)
{
	return snprintf(out, 24, "%lld", (long long)number) > 0;
}

enum rc
refer_say(const struct flows *f, enum lang l, const char *key,
    const struct text_arg *args, size_t n, char out[REFER_TEXT_MAX])
{
	const char *tmpl = text_of(f, l, key);

	out[0] = '\0';
	return tmpl != NULL ? text_fill(out, REFER_TEXT_MAX, tmpl, args, n) : RC_REFUSED;
}

static void
head(const struct flows *f, enum lang l, const struct case_facts *c, char *out,
    size_t size)
{
	const char *urgent = c->class >= CASE_URGENT ? text_of(f, l, "ref.urgent") : NULL;
	const char *town = town_of(f, l, c);
	size_t len = 0;

	out[0] = '\0';
	if (town[0] == '\0')
		town = text_of(f, l, "ref.nowhere");
	if (!str_add(out, size, &len, "%s%s%s", urgent != NULL ? urgent : "",
		urgent != NULL ? " " : "", town != NULL ? town : ""))
		out[0] = '\0';
}

/* Of the person's needs those of this role: the first is never dropped, others before all else. */
static void
add_own_needs(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role)
{
	struct case_facts own = { .slots = 1, .slot = { { .name = "need" } } };
	const char *needs = refer_needs_of(role);
	unsigned before = p->n;
	size_t len = 0;

	for (const char *at = fact(c, "need"); *at != '\0'; at += strspn(at, " ")) {
		char code[FLOW_NAME_MAX];
		size_t n = strcspn(at, " ");

		if (str_copy_bytes(code, sizeof code, at, n) && str_has_word(needs, code))
			(void)!str_add(own.slot[0].code, sizeof own.slot[0].code, &len,
			    "%s%s", len > 0 ? " " : "", code);
		at += n;
	}
	add_codes(p, f, l, &own, "need", 0);
	for (unsigned i = before; i < p->n; i++)
		p->v[i].weight = i == before ? 0 : 1;
}

/* "дети среди 6-20": who reads it takes children. */
static bool
add_children(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	char key[FLOW_KEY_MAX], s[REFER_TEXT_MAX];
	struct text_arg band = { "band", NULL };

	if (strcmp(fact(c, "child"), "yes") != 0 ||
	    snprintf(key, sizeof key, "ref.band.%s", fact(c, "band")) >= (int)sizeof key)
		return false;
	band.value = text_of(f, l, key);
	if (fact(c, "band")[0] == '\0' || band.value == NULL ||
	    refer_say(f, l, "ref.child_among", &band, 1, s) != RC_OK)
		return false;
	add_piece(p, s, weight_of("child", "yes"));
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
		add_codes(p, f, l, c, "what", 0);
	if (!state)
		add_codes(p, f, l, c, "about", 0);
	if (p->n == 0)
		add_piece(p,
		    text_of(f, l, c->class == CASE_DANGER ? "ref.danger" : "ref.asks"),
		    state ? 1 : 0);
	if (refer_needs_of(role) != NULL)
		add_own_needs(p, f, l, c, role);
	if (state)
		add_piece(
		    p, text_of(f, l, leads[led]), refer_needs_of(role) != NULL ? 95 : 0);
	else
		add_codes(p, f, l, c, "need", DECIDES);
}

/* With the longest towns no fact of those fits: who, or that there are children, or that somebody asks. */
static enum rc
first_of_few(const struct flows *f, enum lang l, const struct case_facts *c,
    struct text_arg *args, size_t n, struct text_arg *facts, char out[REFER_TEXT_MAX])
{
	bool child = strcmp(fact(c, "child"), "yes") == 0;
	char who[FLOW_KEY_MAX];
	const char *const keys[] = { child ? "ref.child.yes" : who,
		c->class == CASE_DANGER ? "ref.danger" : "ref.asks" };

	if (snprintf(who, sizeof who, "ref.who.%s", fact(c, "who")) >= (int)sizeof who)
		return RC_REFUSED;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		enum rc rc;

		facts->value = text_of(f, l, keys[i]);
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

	if (!number_of(number, c->number) ||
	    snprintf(digits, sizeof digits, "%03u", code % 1000) < 0)
		return RC_REFUSED;
	head(f, l, c, where, sizeof where);
	first_facts(&p, f, l, c, role, led);
	do {
		if (!join(facts, sizeof facts, &p, ", "))
			return RC_REFUSED;
		rc = refer_say(f, l, "ref.first", args, ARRAY_LEN(args), out);
		if (rc != RC_OK || gsm_size_of(out).parts <= 1)
			return rc;
	} while (p.n > 1 && drop_lightest(&p));
	return first_of_few(f, l, c, args, ARRAY_LEN(args), &args[2], out);
}

enum rc
refer_reminder(const struct flows *f, enum lang l, const struct case_facts *c,
    unsigned code, unsigned minutes, const char *others, char out[REFER_TEXT_MAX])
{
	char number[24], digits[8], waits[12];
	const struct text_arg args[] = { { "n", number }, { "code", digits },
		{ "minutes", waits }, { "others", others } };

	if (!number_of(number, c->number) ||
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
	who.value = text_of(f, l, key);
	return who.value != NULL &&
	    refer_say(f, l, took ? "ref.other.took" : "ref.other.wait", &who, 1, out) ==
	    RC_OK;
}

enum rc
refer_operator(const struct flows *f, enum lang l, const struct case_facts *c,
    unsigned code, char out[REFER_TEXT_MAX])
{
	char number[24], digits[8];
	const char *town = town_of(f, l, c), *nowhere = text_of(f, l, "ref.nowhere");
	const struct text_arg args[] = { { "n", number }, { "code", digits },
		{ "town", town[0] != '\0' || nowhere == NULL ? town : nowhere } };

	if (!number_of(number, c->number) ||
	    snprintf(digits, sizeof digits, "%03u", code % 1000) < 0)
		return RC_REFUSED;
	return refer_say(f, l, "ref.operator", args, ARRAY_LEN(args), out);
}

enum rc
refer_town(const struct flows *f, enum lang l, const struct case_facts *c,
    char out[REFER_TEXT_MAX])
{
	char number[24];
	const char *town = town_of(f, l, c), *nowhere = text_of(f, l, "ref.nowhere");
	const struct text_arg args[] = { { "n", number },
		{ "place", town[0] != '\0' || nowhere == NULL ? town : nowhere } };

	return number_of(number, c->number)
	    ? refer_say(f, l, "ref.place_is", args, ARRAY_LEN(args), out)
	    : RC_REFUSED;
}

enum rc
refer_danger(const struct flows *f, enum lang l, const struct case_facts *c,
    char out[REFER_TEXT_MAX])
{
	const char *danger = text_of(f, l, "ref.danger");
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

	if (!number_of(n, number))
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

/* One piece of the detail from a template with one placeholder. */
static void
add_filled(struct pieces *p, const struct flows *f, enum lang l, const char *key,
    const char *name, const char *value, unsigned weight)
{
	const struct text_arg arg = { name, value };
	char s[REFER_TEXT_MAX];

	if (value[0] != '\0' && refer_say(f, l, key, &arg, 1, s) == RC_OK)
		add_piece(p, s, weight);
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
	for (n = strlen(place);
	     chars < PLACE_CHARS && (step = str_next(place, n, &cp)) > 0;
	     place += step, n -= step) {
		if (cp < 0x20 || cp == 0x7f) {
			out[len++] = ' ';
		} else {
			memcpy(out + len, place, step);
			len += step;
		}
		chars++;
	}
	out[len] = '\0';
}

static void
add_needs(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role)
{
	struct pieces needs = { .n = 0 };
	char list[REFER_TEXT_MAX / 4];

	if (refer_needs_of(role) != NULL)
		add_own_needs(&needs, f, l, c, role);
	else
		add_codes(&needs, f, l, c, "need", 0);
	if (join(list, sizeof list, &needs, ", "))
		add_filled(p, f, l, "ref.needs", "list", list, 50);
}

/* How to reach the person: never where a dial is all they have; in the hours they named. */
static void
add_contact(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	bool woman = strncmp(fact(c, "who"), "woman", 5) == 0;
	char hour[FLOW_HOUR_TEXT];

	flow_hour_text(fact(c, "hour"), hour);
	if (c->dialled)
		add_piece(p,
		    text_of(f, l, woman ? "ref.contact.dial_woman" : "ref.contact.dial"),
		    70);
	else if (hour[0] != '\0')
		add_filled(p, f, l, "ref.contact.hour", "hour", hour, 70);
	else
		add_piece(p,
		    text_of(f, l, woman ? "ref.contact.woman" : "ref.contact.any"), 70);
}

static void
add_place(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	char place[REFER_PLACE_MAX];

	refer_place(c->place, place);
	if (place[0] != '\0')
		add_filled(p, f, l, "ref.place", "place", place, 0);
	else if (c->dialled)
		add_piece(p, text_of(f, l, "ref.place_asked"), 65);
	else
		add_filled(p, f, l, "ref.place", "place", town_of(f, l, c), 0);
}

/* What an organisation wants to know; police and embassies hear none of it. */
static void
add_wishes(
    struct pieces *p, const struct flows *f, enum lang l, const struct case_facts *c)
{
	const char *police = fact(c, "police");

	add_needs(p, f, l, c, REFER_FIRST);
	/* who said no to police must not lose that word to the digits of the card */
	if (strcmp(police, "yes") != 0)
		add_piece(p, text_of(f, l, "ref.no_police"),
		    strcmp(police, "no") == 0 ? 85 : 30);
	add_contact(p, f, l, c);
}

enum rc
refer_detail(const struct flows *f, enum lang l, const struct case_facts *c,
    const struct refer_detail *d, char out[REFER_TEXT_MAX])
{
	bool state = refer_is_brief(d->role), beside = refer_needs_of(d->role) != NULL;
	char number[24], key[FLOW_KEY_MAX];
	const struct text_arg yours[] = { { "n", number }, { "at", d->hhmm } };
	struct pieces p = { .n = 0 };
	char s[REFER_TEXT_MAX];

	if (!number_of(number, c->number) ||
	    refer_say(f, l, "ref.yours", yours, ARRAY_LEN(yours), s) != RC_OK)
		return RC_REFUSED;
	add_piece(&p, s, 0);
	if (snprintf(key, sizeof key, "ref.lang.%s",
		c->person_lang < LANGS ? lang_code(c->person_lang) : "none") <
	    (int)sizeof key)
		add_piece(&p, text_of(f, l, key), 60);
	if (beside) {
		add_needs(&p, f, l, c, d->role);
		add_piece(&p, text_of(f, l, "ref.with_lead"), 75);
	} else if (d->place) {
		add_place(&p, f, l, c);
	} else {
		add_piece(&p, text_of(f, l, "ref.place_later"), 0);
	}
	add_piece(&p, d->others, 80);
	if (!state)
		add_wishes(&p, f, l, c);
	add_piece(&p, text_of(f, l, beside ? "ref.acts_beside" : "ref.acts"), 40);
	if (!beside)
		add_piece(&p, text_of(f, l, "ref.acts_more"), 10);
	do {
		if (!join(out, REFER_TEXT_MAX, &p, " "))
			return RC_REFUSED;
	} while (gsm_size_of(out).parts > DETAIL_PARTS && drop_lightest(&p));
	return RC_OK;
}
