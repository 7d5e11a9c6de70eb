/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The search in the list of places: exact, with an ending, through the skeleton, then one letter off;
 * and what a row says. It allocates nothing. Called by the flow engine and refer_text.c.
 */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gsm.h"
#include "place_priv.h"
#include "str.h"

#define HITS_MAX 16
#define NEAR_TOKENS 32    /* words of a text that may be a letter off: bounds its time */
#define NEAR_LONG_CHARS 6 /* of a name, when the text has more words than */
#define NEAR_FEW_TOKENS 2
#define SHY_ENDING_CHARS 2 /* a shorter one might be another word's own letter */
#define LITTLE_CHARS 2     /* "in", "at", "I" beside a name that is a common word */

void
places_free(struct places *p)
{
	if (p == NULL)
		return;
	dict_free(p->exact);
	dict_free(p->skeleton);
	dict_free(p->id);
	dict_free(p->kind);
	free(p->near);
	free(p->v);
	free(p);
}

/* A row that a text names; rows of one name share `at`, the token. */
struct hit {
	unsigned row, at;
	bool shy, dropped;
};

struct hits {
	struct hit v[HITS_MAX];
	unsigned n;
};

/* An entry of `d` that a word reached, and the letters of an ending that it had. */
struct reach {
	const struct dict *d;
	uint32_t entry;
	unsigned ending;
};

static void
take(const struct places *p, struct hits *h, const struct reach *r, unsigned at)
{
	for (uint32_t e = r->entry; e != DICT_NONE; e = dict_more(r->d, e)) {
		uint32_t value = dict_value(r->d, e);
		bool shy = PLACE_IS_SHY(value) && r->ending < SHY_ENDING_CHARS;
		unsigned i;

		for (i = 0; i < h->n && h->v[i].row != PLACE_ROW(value); i++)
			;
		if (i == h->n && h->n < HITS_MAX && i < p->n)
			h->v[h->n++] = (struct hit){
				.row = PLACE_ROW(value), .at = at, .shy = shy
			};
		else if (i < h->n && !shy)
			h->v[i].shy = false;
	}
}

static bool
has_entry(struct reach *r, const struct dict *d, const char *key, size_t n, unsigned end)
{
	*r = (struct reach){ .d = d, .entry = dict_find(d, key, n), .ending = end };
	return r->entry != DICT_NONE;
}

/* A name of some words, folded; `last` is where its last word begins. */
struct key {
	char s[MATCH_WORD_MAX];
	size_t n, last;
};

/* A name with an ending of some language on it; names of three letters only with a long ending. */
static bool
with_ending(const struct words *w, const struct dict *d, const struct key *k,
    unsigned least, struct reach *r)
{
	for (size_t cut = k->n - 1; cut > k->last; cut--) {
		unsigned stem, end;

		if (((unsigned char)k->s[cut] & 0xc0) == 0x80)
			continue;
		stem = match_chars(k->s, cut);
		end = match_chars(k->s + cut, k->n - cut);
		if (stem < least)
			return false;
		if ((stem >= PLACE_STEM_CHARS || end >= SHY_ENDING_CHARS) &&
		    words_is_ending(w, k->s + cut, k->n - cut) &&
		    has_entry(r, d, k->s, cut, end))
			return true;
	}
	return false;
}

/* A word for the kind of a place ("in the city"): the skeleton of one word, perhaps with an ending. */
static bool
is_kind(const struct places *p, const struct words *w, const char *bones, size_t n)
{
	for (size_t cut = n; cut > 0; cut--) {
		if (((unsigned char)bones[cut] & 0xc0) != 0x80 &&
		    (cut == n || words_is_ending(w, bones + cut, n - cut)) &&
		    dict_find(p->kind, bones, cut) != DICT_NONE)
			return true;
	}
	return false;
}

static bool
find_key(
    const struct places *p, const struct words *w, const struct key *k, struct reach *r)
{
	struct key bones;

	if (has_entry(r, p->exact, k->s, k->n, 0) ||
	    with_ending(w, p->exact, k, LITTLE_CHARS, r))
		return true;
	if (match_chars(k->s, k->n) < PLACE_STEM_CHARS)
		return false;
	/* how long the words before the last are in the skeleton */
	bones.last = 0;
	if (k->last > 0 && match_skeleton(bones.s, k->s, k->last, MATCH_READ_COMMON))
		bones.last = strlen(bones.s);
	if (!match_skeleton(bones.s, k->s, k->n, MATCH_READ_COMMON))
		return false;
	bones.n = strlen(bones.s);
	if (k->last == 0 && is_kind(p, w, bones.s, bones.n))
		return false;
	return has_entry(r, p->skeleton, bones.s, bones.n, 0) ||
	    with_ending(w, p->skeleton, &bones, PLACE_STEM_CHARS, r);
}

/* Entry `e` of the skeletons is n letters of `bones`, one letter off, and begins with the same. */
static bool
is_near(const struct places *p, uint32_t e, const char *bones, size_t n, unsigned least)
{
	size_t len;
	const char *name = dict_key(p->skeleton, e, &len);

	return name[0] == bones[0] && name[1] == bones[1] && len <= n + 4 &&
	    n <= len + 4 && match_chars(name, len) >= least &&
	    match_near(bones, n, name, len);
}

static bool
near_one(const struct places *p, const char *bones, size_t n, unsigned least,
    struct hits *h, unsigned at)
{
	if (match_chars(bones, n) < least)
		return false;
	for (uint32_t i = 0; i < p->nears; i++) {
		struct reach r = { .d = p->skeleton, .entry = p->near[i] };

		if (!is_near(p, r.entry, bones, n, least))
			continue;
		take(p, h, &r, at);
		return true;
	}
	return false;
}

static void
find_near(
    const struct places *p, const struct words *w, const struct folded *f, struct hits *h)
{
	unsigned least = f->tokens > NEAR_FEW_TOKENS ? NEAR_LONG_CHARS : PLACE_NEAR_CHARS;

	for (unsigned i = 0; i < f->tokens && i < NEAR_TOKENS && h->n == 0; i++) {
		char key[MATCH_WORD_MAX], bones[MATCH_WORD_MAX];
		size_t n = match_joined(key, f, i, 1);

		if (n == 0 || match_chars(key, n) < least ||
		    !match_skeleton(bones, key, n, MATCH_READ_COMMON))
			continue;
		n = strlen(bones);
		if (is_kind(p, w, bones, n))
			continue;
		if (near_one(p, bones, n, least, h, i))
			return;
		for (size_t cut = n - 1; cut > 0 && h->n == 0; cut--) {
			if (((unsigned char)bones[cut] & 0xc0) != 0x80 &&
			    words_is_ending(w, bones + cut, n - cut))
				(void)near_one(p, bones, cut, NEAR_LONG_CHARS, h, i);
		}
	}
}

static bool
covers(const struct places *p, const struct hit *a, const struct hit *b)
{
	const char *id = p->v[a->row].id;

	return a->at != b->at && a->row != b->row && place_is_region(p, a->row) &&
	    (strcmp(p->v[b->row].region, id) == 0 ||
		strcmp(p->v[b->row].country, id) == 0);
}

/* Of several rows of one name only those stay that lie in a region the text names too. */
static void
narrow(const struct places *p, struct hits *h, unsigned at)
{
	bool inside[HITS_MAX] = { false }, any = false;

	for (unsigned i = 0; i < h->n; i++) {
		for (unsigned k = 0; k < h->n && h->v[i].at == at; k++)
			inside[i] = inside[i] || covers(p, &h->v[k], &h->v[i]);
		any = any || inside[i];
	}
	for (unsigned i = 0; i < h->n && any; i++)
		h->v[i].dropped = h->v[i].dropped || (h->v[i].at == at && !inside[i]);
}

/* A name says nothing more when one of its rows is the region of another place of the text. */
static bool
is_said_closer(const struct places *p, const struct hits *h, unsigned at)
{
	for (unsigned i = 0; i < h->n; i++) {
		for (unsigned k = 0; k < h->n; k++) {
			if (h->v[i].at == at && !h->v[i].dropped && !h->v[k].dropped &&
			    covers(p, &h->v[i], &h->v[k]))
				return true;
		}
	}
	return false;
}

static unsigned
reduce(const struct places *p, struct hits *h, unsigned out[PLACE_FOUND_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->n; i++)
		narrow(p, h, h->v[i].at);
	for (unsigned i = 0; i < h->n && n < PLACE_FOUND_MAX; i++) {
		if (!h->v[i].dropped && !is_said_closer(p, h, h->v[i].at))
			out[n++] = h->v[i].row;
	}
	return n;
}

static void
drop_shy(struct hits *h)
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->n; i++) {
		if (!h->v[i].shy)
			h->v[n++] = h->v[i];
	}
	h->n = n;
}

static unsigned
find(const struct places *p, const struct words *w, const struct folded *f, bool near,
    unsigned out[PLACE_FOUND_MAX])
{
	struct hits h = { .n = 0 };
	unsigned others = 0; /* words that are no place, of some length */

	for (unsigned i = 0; i < f->tokens && h.n < HITS_MAX;) {
		unsigned span = f->tokens - i < PLACE_SPAN ? f->tokens - i : PLACE_SPAN;
		struct key key;
		struct reach r;
		bool found = false;

		for (; span > 0 && !f->token[i].digits; span--) {
			key.n = match_joined(key.s, f, i, span);
			key.last = span > 1 ? key.n - f->token[i + span - 1].len : 0;
			found = key.n > 0 && find_key(p, w, &key, &r);
			if (found)
				break;
		}
		if (found)
			take(p, &h, &r, i);
		else
			others += match_chars(f->s + f->token[i].at, f->token[i].len) >
			    LITTLE_CHARS;
		i += found ? span : 1;
	}
	if (others > 0)
		drop_shy(&h);
	if (h.n == 0 && near)
		find_near(p, w, f, &h);
	return reduce(p, &h, out);
}

unsigned
place_find(const struct places *p, const struct words *w, const struct folded *f,
    unsigned out[PLACE_FOUND_MAX])
{
	return find(p, w, f, true, out);
}

unsigned
place_find_spelled(const struct places *p, const struct words *w, const struct folded *f,
    unsigned out[PLACE_FOUND_MAX])
{
	return find(p, w, f, false, out);
}

unsigned
places_count(const struct places *p)
{
	return p->n;
}

unsigned
place_by_id(const struct places *p, const char *id)
{
	uint32_t e = dict_find(p->id, id, strlen(id));

	return e == DICT_NONE ? p->n : dict_value(p->id, e);
}

const char *
place_id(const struct places *p, unsigned i)
{
	return p->v[i].id;
}

const char *
place_region(const struct places *p, unsigned i)
{
	return p->v[i].region;
}

const char *
place_country(const struct places *p, unsigned i)
{
	return p->v[i].country;
}

static enum lang
column_of(const struct places *p, unsigned i, enum lang l)
{
	if (l >= LANGS)
		return LANG_EN;
	return p->v[i].name[l][0] != '\0' ? l : lang_names(l);
}

const char *
place_name(const struct places *p, unsigned i, enum lang l)
{
	return p->v[i].name[column_of(p, i, l)];
}

const char *
place_short_name(const struct places *p, unsigned i, enum lang l)
{
	return p->v[i].brief[column_of(p, i, l)];
}

void
place_label(const struct places *p, const unsigned *list, unsigned n, unsigned k,
    enum lang l, char out[PLACE_LABEL_MAX])
{
	const char *name = place_name(p, list[k], l);
	unsigned region = place_by_id(p, p->v[list[k]].region);
	bool twin = false;
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		twin = twin ||
		    (i != k && match_same_folded(place_name(p, list[i], l), name));
	twin = twin && region < p->n && region != list[k];
	/* two names always fit */
	if (!str_add(out, PLACE_LABEL_MAX, &len, twin ? "%s (%s)" : "%s%s", name,
		twin ? place_short_name(p, region, l) : ""))
		out[0] = '\0';
}

bool
place_is_region(const struct places *p, unsigned i)
{
	return strcmp(p->v[i].id, p->v[i].region) == 0;
}

unsigned
place_menu(const struct places *p, const char *country, unsigned out[PLACE_MENU])
{
	unsigned n = 0;

	for (unsigned rank = 1; rank <= PLACE_MENU; rank++) {
		for (unsigned i = 0; i < p->n; i++) {
			if (p->v[i].menu == rank && strcmp(p->v[i].country, country) == 0)
				out[n++] = i;
		}
	}
	return n;
}

unsigned
place_same(const struct places *p, unsigned i, unsigned out[PLACE_FOUND_MAX])
{
	unsigned n = 0;

	out[n++] = i;
	for (unsigned k = 0; k < p->n && n < PLACE_FOUND_MAX && place_is_region(p, i);
	     k++) {
		if (k != i && place_is_region(p, k) &&
		    strcmp(p->v[k].country, p->v[i].country) == 0 &&
		    strcmp(p->v[k].brief[LANG_EN], p->v[i].brief[LANG_EN]) == 0)
			out[n++] = k;
	}
	return n;
}

int
place_zone_minutes(const struct places *p, unsigned i)
{
	return p->v[i].zone;
}

unsigned
place_longest(const struct places *p, enum lang l, unsigned out[PLACE_LONGEST])
{
	/* an echo and a name alone, in the GSM-7 alphabet and in the other */
	unsigned most[PLACE_LONGEST] = { 0 }, n = 0;
	bool any[PLACE_LONGEST] = { false };
	unsigned best[PLACE_LONGEST] = { 0 };

	for (unsigned i = 0; i < p->n; i++) {
		const char *name = place_name(p, i, l);
		char echo[2 * PLACE_NAME_BYTES + 4];
		unsigned region = place_by_id(p, p->v[i].region);
		size_t len = 0;

		bool alone = place_is_region(p, i) || region == p->n;

		if (!str_add(echo, sizeof echo, &len, alone ? "%s%s" : "%s, %s", name,
			alone ? "" : place_name(p, region, l)))
			echo[0] = '\0';
		for (unsigned k = 0; k < PLACE_LONGEST; k++) {
			struct gsm_size size = gsm_size_of(k < 2 ? echo : name);

			if ((size.alphabet == GSM_7BIT) == (k % 2 == 0) &&
			    (!any[k] || size.units > most[k])) {
				any[k] = true;
				most[k] = size.units;
				best[k] = i;
			}
		}
	}
	for (unsigned k = 0; k < PLACE_LONGEST; k++) {
		bool again = !any[k];

		for (unsigned j = 0; j < n; j++)
			again = again || out[j] == best[k];
		if (!again)
			out[n++] = best[k];
	}
	return n;
}
