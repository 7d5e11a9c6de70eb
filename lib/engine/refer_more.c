/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first text with everything that is known but the place: what is said last is dropped first.
 * It reads no sealed word. Called as refer_more.h says.
 */
#include "refer_more.h"

#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "str.h"

#define PARTS 2
#define FACTS 24
#define FACT_BYTES 96

struct facts {
	char s[FACTS][FACT_BYTES];
	unsigned n;
};

static const char *
answer(const struct case_facts *c, const char *name)
{
	for (unsigned i = 0; i < c->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(c->slot[i].name, name) == 0)
			return c->slot[i].code;
	}
	return "";
}

static void
add(struct facts *v, const char *text, const char *more)
{
	size_t len = 0;

	if (text != NULL && text[0] != '\0' && v->n < FACTS &&
	    str_add(v->s[v->n], FACT_BYTES, &len, "%s%s", text, more))
		v->n++;
}

/* "ref.what.papers" of each code; those without a text are left out. */
static void
add_slot(struct facts *v, const struct flows *f, enum lang l, const struct case_facts *c,
    const char *slot)
{
	const char *at = answer(c, slot), *count = answer(c, "count");
	bool plus = strcmp(slot, "who") == 0 && count[0] != '\0' &&
	    strcmp(count, "0") != 0;

	while (*at != '\0') {
		size_t n = strcspn(at, " ");
		char key[FLOW_KEY_MAX], more[FLOW_CODE_MAX + 1] = "";

		if (snprintf(key, sizeof(key), "ref.%s.%.*s", slot, (int)n, at) <
			(int)sizeof(key) &&
		    (!plus || snprintf(more, sizeof(more), "+%s", count) > 0))
			add(v, text_get(f->texts, l, TEXT_PLAIN, key), more);
		at += n + (at[n] == ' ');
	}
}

static const char *
town(const struct flows *f, enum lang l, const struct case_facts *c)
{
	unsigned i = place_by_id(f->places, answer(c, "where"));
	const char *nowhere = text_get(f->texts, l, TEXT_PLAIN, "ref.nowhere");

	if (i == places_count(f->places))
		i = place_by_id(f->places, answer(c, "region"));
	if (i < places_count(f->places))
		return place_name(f->places, i, l);
	return nowhere != NULL ? nowhere : "";
}

static bool
join(char out[REFER_TEXT_MAX], const struct facts *v)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < v->n; i++) {
		if (!str_add(
			out, REFER_TEXT_MAX, &len, "%s%s", i > 0 ? ", " : "", v->s[i]))
			return false;
	}
	return true;
}

enum rc
refer_more(const struct flows *f, enum lang l, const struct case_facts *c, unsigned code,
    char out[REFER_TEXT_MAX])
{
	static const char *const slots[] = { "who", "band", "child", "what", "about",
		"need" };
	char number[24], digits[8], facts[REFER_TEXT_MAX], key[FLOW_KEY_MAX];
	const struct text_arg args[] = { { "n", number }, { "where", town(f, l, c) },
		{ "facts", facts }, { "code", digits } };
	struct facts v = { .n = 0 };
	enum rc rc;

	snprintf(number, sizeof(number), "%lld", (long long)c->number);
	snprintf(digits, sizeof(digits), "%03u", code % 1000);
	for (size_t i = 0; i < ARRAY_LEN(slots); i++)
		add_slot(&v, f, l, c, slots[i]);
	snprintf(key, sizeof(key), "ref.lang.%s",
	    c->person_lang < LANGS ? lang_code(c->person_lang) : "none");
	add(&v, text_get(f->texts, l, TEXT_PLAIN, key), "");
	if (v.n == 0)
		add(&v, text_get(f->texts, l, TEXT_PLAIN, "ref.asks"), "");
	do {
		if (!join(facts, &v))
			return RC_REFUSED;
		rc = refer_say(f, l, "ref.first", args, ARRAY_LEN(args), out);
	} while (rc == RC_OK && gsm_size_of(out).parts > PARTS && v.n-- > 1);
	return rc;
}
