/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pieces that texts to receivers are made of: a case's answers as words, each with its weight.
 * It counts no parts and says nothing. Called by refer_text.c and refer_detail.c.
 */
#include "refer_pieces.h"

#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

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

const char *
refer_fact(const struct case_facts *c, const char *name)
{
	for (unsigned i = 0; i < c->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(c->slot[i].name, name) == 0)
			return c->slot[i].code;
	}
	return "";
}

unsigned
pieces_weight(const char *slot, const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(weights); i++) {
		if (strcmp(weights[i].slot, slot) == 0 &&
		    (weights[i].code[0] == '\0' || strcmp(weights[i].code, code) == 0))
			return weights[i].weight;
	}
	return 1;
}

const char *
refer_text_of(const struct flows *f, enum lang l, const char *key)
{
	return text_get(f->texts, l, TEXT_PLAIN, key);
}

void
pieces_add(struct pieces *p, const char *s, unsigned weight)
{
	if (s == NULL || s[0] == '\0' || p->n == PIECES_MAX)
		return;
	if (str_copy(p->v[p->n].s, sizeof p->v[p->n].s, s))
		p->v[p->n++].weight = weight;
}

void
pieces_add_codes(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const char *slot, unsigned least)
{
	const char *at = refer_fact(c, slot);

	while (*at != '\0') {
		size_t n = strcspn(at, " ");
		char key[FLOW_KEY_MAX], code[FLOW_NAME_MAX];

		if (str_copy_bytes(code, sizeof code, at, n) &&
		    pieces_weight(slot, code) >= least &&
		    snprintf(key, sizeof key, "ref.%s.%s", slot, code) < (int)sizeof key)
			pieces_add(
			    p, refer_text_of(f, l, key), pieces_weight(slot, code));
		at += n + (at[n] == ' ');
	}
}

const char *
refer_town_name(const struct flows *f, enum lang l, const struct case_facts *c)
{
	unsigned i = place_by_id(f->places, refer_fact(c, "where"));

	if (i == places_count(f->places))
		i = place_by_id(f->places, refer_fact(c, "region"));
	return i < places_count(f->places) ? place_name(f->places, i, l) : "";
}

bool
pieces_join(char *out, size_t size, const struct pieces *p, const char *between)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < p->n; i++) {
		if (!str_add(out, size, &len, "%s%s", i > 0 ? between : "", p->v[i].s))
			return false;
	}
	return true;
}

bool
pieces_drop_lightest(struct pieces *p)
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

bool
refer_number(char out[24], int64_t number)
{
	return snprintf(out, 24, "%lld", (long long)number) > 0;
}

void
pieces_add_own_needs(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role)
{
	struct case_facts own = { .slots = 1, .slot = { { .name = "need" } } };
	const char *needs = refer_needs_of(role);
	unsigned before = p->n;
	size_t len = 0;

	for (const char *at = refer_fact(c, "need"); *at != '\0'; at += strspn(at, " ")) {
		char code[FLOW_NAME_MAX];
		size_t n = strcspn(at, " ");

		if (str_copy_bytes(code, sizeof code, at, n) && str_has_word(needs, code))
			(void)!str_add(own.slot[0].code, sizeof own.slot[0].code, &len,
			    "%s%s", len > 0 ? " " : "", code);
		at += n;
	}
	pieces_add_codes(p, f, l, &own, "need", 0);
	for (unsigned i = before; i < p->n; i++)
		p->v[i].weight = i == before ? 0 : 1;
}
