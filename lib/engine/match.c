/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folding and nearness of words; the door to libunistring beside lib/str.c. It holds no word list
 * and takes no decision. Called by words.c, place.c and the flow engine.
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "str.h"

#define BIT(l) (1U << LANG_##l)
#define SOS_SIGN 0x1f198
#define CYRILLIC_LANGS (BIT(KK) | BIT(RU) | BIT(UZ) | BIT(KY) | BIT(TG))

/* What a letter becomes; 0 drops it. Sorted by `from`. */
struct letter {
	uint16_t from, to;
	uint8_t langs; /* what the letter says about the language; 0 nothing */
};
static const struct letter letters[] = {
	{ 0xe0, 'a', 0 },
	{ 0xe1, 'a', 0 },
	{ 0xe2, 'a', 0 },
	{ 0xe3, 'a', 0 },
	{ 0xe4, 'a', BIT(TK) | BIT(KK) },
	{ 0xe5, 'a', 0 },
	{ 0xe7, 'c', BIT(TK) | BIT(KK) },
	{ 0xe8, 'e', 0 },
	{ 0xe9, 'e', 0 },
	{ 0xea, 'e', 0 },
	{ 0xeb, 'e', 0 },
	{ 0xec, 'i', 0 },
	{ 0xed, 'i', 0 },
	{ 0xee, 'i', 0 },
	{ 0xef, 'i', 0 },
	{ 0xf1, 'n', BIT(KK) },
	{ 0xf2, 'o', 0 },
	{ 0xf3, 'o', 0 },
	{ 0xf4, 'o', 0 },
	{ 0xf5, 'o', 0 },
	{ 0xf6, 'o', BIT(TK) | BIT(KK) },
	{ 0xf8, 'o', 0 },
	{ 0xf9, 'u', 0 },
	{ 0xfa, 'u', 0 },
	{ 0xfb, 'u', 0 },
	{ 0xfc, 'u', BIT(TK) | BIT(KK) },
	{ 0xfd, 'y', BIT(TK) },
	{ 0xff, 'y', 0 },
	{ 0x101, 'a', 0 },
	{ 0x107, 'c', 0 },
	{ 0x10d, 'c', 0 },
	{ 0x113, 'e', 0 },
	{ 0x11b, 'e', 0 },
	{ 0x11f, 'g', BIT(KK) },
	{ 0x121, 'g', 0 },
	{ 0x12b, 'i', 0 },
	{ 0x131, 'i', BIT(KK) | BIT(TK) },
	{ 0x142, 'l', 0 },
	{ 0x144, 'n', BIT(KK) },
	{ 0x148, 'n', BIT(TK) },
	{ 0x14b, 'n', BIT(KK) },
	{ 0x14d, 'o', 0 },
	{ 0x15b, 's', 0 },
	{ 0x15f, 's', BIT(TK) | BIT(KK) },
	{ 0x161, 's', 0 },
	{ 0x16b, 'u', BIT(KK) },
	{ 0x17a, 'z', 0 },
	{ 0x17c, 'z', 0 },
	{ 0x17e, 'z', BIT(TK) },
	{ 0x1f5, 'g', BIT(KK) },
	/* Greek capitals that GSM-7 phones send for Cyrillic ones, in lower case */
	{ 0x3b3, 0x433, 0 },
	{ 0x3bb, 0x43b, 0 },
	{ 0x3c0, 0x43f, 0 },
	{ 0x3c6, 0x444, 0 },
	{ 0x449, 0x449, BIT(RU) | BIT(KK) | BIT(KY) }, /* shcha */
	{ 0x44a, 0, BIT(RU) | BIT(UZ) | BIT(TG) },     /* hard sign */
	{ 0x44b, 0x44b, BIT(RU) | BIT(KK) | BIT(KY) }, /* yery */
	{ 0x44c, 0, BIT(RU) | BIT(KK) | BIT(KY) },     /* soft sign */
	{ 0x451, 0x435, 0 },                           /* yo */
	{ 0x453, 0x433, BIT(TG) },                     /* patched fonts: a Tajik letter */
	{ 0x454, 0x43e, BIT(KY) }, /* patched fonts: a Kyrgyz letter */
	{ 0x456, 0x438, BIT(KK) },
	{ 0x457, 0x438, 0 },
	{ 0x459, 0x447, BIT(TG) },
	{ 0x45a, 0x445, BIT(TG) },
	{ 0x45c, 0x43a, BIT(TG) },
	{ 0x45e, 0x443, BIT(UZ) },
	{ 0x491, 0x433, 0 },
	{ 0x493, 0x433, BIT(KK) | BIT(UZ) | BIT(TG) },
	{ 0x49b, 0x43a, BIT(KK) | BIT(UZ) | BIT(TG) },
	{ 0x4a3, 0x43d, BIT(KK) | BIT(KY) },
	{ 0x4af, 0x443, BIT(KK) | BIT(KY) },
	{ 0x4b1, 0x443, BIT(KK) },
	{ 0x4b3, 0x445, BIT(UZ) | BIT(TG) },
	{ 0x4b7, 0x447, BIT(TG) },
	{ 0x4bb, 0x445, BIT(KK) },
	{ 0x4d9, 0x430, BIT(KK) },
	{ 0x4e3, 0x438, BIT(TG) },
	{ 0x4e9, 0x43e, BIT(KK) | BIT(KY) },
	{ 0x4ef, 0x443, BIT(TG) },
};

/* Letters that look alike in the two scripts, some of them as capitals only. */
struct twins {
	uint16_t latin, cyrillic;
};
static const struct twins twins[] = {
	{ 'a', 0x430 },
	{ 'b', 0x432 },
	{ 'c', 0x441 },
	{ 'e', 0x435 },
	{ 'h', 0x43d },
	{ 'i', 0x456 },
	{ 'k', 0x43a },
	{ 'm', 0x43c },
	{ 'o', 0x43e },
	{ 'p', 0x440 },
	{ 't', 0x442 },
	{ 'x', 0x445 },
	{ 'y', 0x443 },
};

static const struct letter *
letter_of(uint32_t cp)
{
	size_t low = 0, high = ARRAY_LEN(letters);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (letters[mid].from == cp)
			return &letters[mid];
		if (letters[mid].from < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static uint32_t
twin_of(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(twins); i++) {
		if (twins[i].latin == cp)
			return twins[i].cyrillic;
		if (twins[i].cyrillic == cp)
			return twins[i].latin;
	}
	return 0;
}

static bool
is_latin(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 0xe0 && cp <= 0x24f);
}

static bool
is_cyrillic(uint32_t cp)
{
	return cp >= 0x400 && cp <= 0x52f;
}

/* Marks that are neither letter nor border: zero width, bidi, variation, loose accents. */
static bool
is_invisible(uint32_t cp)
{
	return cp == 0xad || (cp >= 0x300 && cp <= 0x36f) || cp == 0x61c ||
	    cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x2069) ||
	    (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff;
}

static bool
is_apostrophe(uint32_t cp)
{
	return cp == '\'' || cp == '`' || cp == 0xb4 || cp == 0x2018 || cp == 0x2019 ||
	    cp == 0x201b || cp == 0x2bb || cp == 0x2bc || cp == 0x2b9 || cp == 0x2032 ||
	    cp == 0x2035;
}

/* A word being read. */
struct run {
	uint32_t cp[MATCH_TOKEN_CHARS];
	unsigned n;
	bool digits;
};

static void
one_script(struct run *w)
{
	unsigned latin = 0, cyrillic = 0, twin_latin = 0, twin_cyrillic = 0;
	bool to_cyrillic, patched = false;

	for (unsigned i = 0; i < w->n; i++) {
		bool twin = twin_of(w->cp[i]) != 0;

		latin += is_latin(w->cp[i]) && !twin;
		cyrillic += is_cyrillic(w->cp[i]) && !twin;
		twin_latin += is_latin(w->cp[i]) && twin;
		twin_cyrillic += is_cyrillic(w->cp[i]) && twin;
		patched = patched || w->cp[i] == 0x454;
	}
	for (unsigned i = 0; patched && i < w->n; i++) {
		if (w->cp[i] == 0x457)
			w->cp[i] =
			    0x4af; /* beside that letter it stands for the Kyrgyz one */
	}
	if ((latin > 0 && cyrillic > 0) || latin + twin_latin == 0 ||
	    cyrillic + twin_cyrillic == 0)
		return;
	to_cyrillic = latin == 0;
	for (unsigned i = 0; i < w->n; i++) {
		if ((to_cyrillic && is_latin(w->cp[i])) ||
		    (!to_cyrillic && is_cyrillic(w->cp[i])))
			w->cp[i] = twin_of(w->cp[i]);
	}
}

static void
narrow(struct folded *f, unsigned langs)
{
	if ((f->langs & langs) != 0)
		f->langs &= langs;
}

static void
end_run(struct folded *f, size_t *len, struct run *w)
{
	char word[MATCH_TOKEN_CHARS * 4];
	size_t n = 0;

	one_script(w);
	for (unsigned i = 0; i < w->n; i++) {
		const struct letter *l = letter_of(w->cp[i]);

		f->latin = f->latin || is_latin(w->cp[i]);
		if (is_cyrillic(w->cp[i])) {
			f->cyrillic = true;
			narrow(f, CYRILLIC_LANGS);
		}
		if (l != NULL && l->langs != 0)
			narrow(f, l->langs);
		if (l == NULL || l->to != 0)
			n += str_put(word + n, l != NULL ? l->to : w->cp[i]);
	}
	if (n > 0 && f->tokens < MATCH_TOKENS && *len + n + 1 < sizeof f->s) {
		if (*len > 0)
			f->s[(*len)++] = ' ';
		f->token[f->tokens++] = (struct token){ (uint16_t)*len, (uint16_t)n,
			w->digits };
		memcpy(f->s + *len, word, n);
		*len += n;
	}
	w->n = 0;
}

static void
add_to_run(struct folded *f, size_t *len, struct run *w, uint32_t cp, bool digit)
{
	if (w->n > 0 && (w->digits != digit || w->n == MATCH_TOKEN_CHARS))
		end_run(f, len, w);
	w->digits = digit;
	w->cp[w->n++] = cp;
}

/* The one picture that is a word: a phone offers it where people look for help. */
static void
add_sos(struct folded *f, size_t *len, struct run *w)
{
	if (w->n > 0)
		end_run(f, len, w);
	for (const char *c = "sos"; *c != '\0'; c++)
		add_to_run(f, len, w, (uint32_t)*c, false);
	end_run(f, len, w);
}

static void
fold_chars(struct folded *f, const char *s, size_t n)
{
	struct run w = { .n = 0 };
	size_t len = 0, step;
	unsigned marks = 0;
	uint32_t cp;

	for (; (step = str_next(s, n, &cp)) > 0; s += step, n -= step) {
		uint32_t lower = cp < 0x80 && (cp < 'A' || cp > 'Z') ? cp
								     : uc_tolower(cp);
		int digit = cp < 0x80 ? (cp >= '0' && cp <= '9' ? (int)cp - '0' : -1)
				      : uc_decimal_value(cp);

		if (is_apostrophe(lower)) {
			if (w.n > 0 && (w.cp[w.n - 1] == 'o' || w.cp[w.n - 1] == 'g'))
				narrow(f, BIT(UZ));
			continue;
		}
		if (is_invisible(lower))
			continue;
		if (lower == SOS_SIGN)
			add_sos(f, &len, &w);
		else if (digit >= 0)
			add_to_run(f, &len, &w, (uint32_t)('0' + digit), true);
		else if (is_latin(lower) || is_cyrillic(lower) ||
		    (lower >= 0x80 && uc_is_property_alphabetic(lower)))
			add_to_run(f, &len, &w, lower, false);
		else if (w.n > 0)
			end_run(f, &len, &w);
		if (digit < 0 && (lower == '?' || lower == 0x61f || lower == 0x37e))
			marks++;
	}
	if (w.n > 0)
		end_run(f, &len, &w);
	f->s[len] = '\0';
	f->question = f->tokens == 0 && marks > 0;
}

void
match_fold(struct folded *f, const char *text)
{
	uint8_t buf[FLOW_INPUT_MAX * 2];
	size_t n = strnlen(text, FLOW_INPUT_MAX), len = sizeof buf;
	bool ascii = true;
	uint8_t *normal;

	f->tokens = 0;
	f->langs = MATCH_ALL_LANGS;
	f->latin = f->cyrillic = f->question = false;
	while (n > 0 && n == FLOW_INPUT_MAX && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n && ascii; i++)
		ascii = (unsigned char)text[i] < 0x80;
	if (ascii) {
		fold_chars(f, text, n);
		return;
	}
	normal = u8_normalize(UNINORM_NFKC, (const uint8_t *)text, n, buf, &len);
	if (normal == buf)
		fold_chars(f, (const char *)buf, len);
	else /* grew past any honest text, or no memory: as it came */
		fold_chars(f, text, n);
	if (normal != buf)
		free(normal);
}

const char *
match_token(const struct folded *f, unsigned i, size_t *len)
{
	*len = f->token[i].len;
	return f->s + f->token[i].at;
}

const char *
match_span(const struct folded *f, unsigned i, unsigned n, size_t *len)
{
	const struct token *last = &f->token[i + n - 1];

	*len = (size_t)(last->at + last->len - f->token[i].at);
	return f->s + f->token[i].at;
}

bool
match_other_spelling(char *out, size_t size, const char *word)
{
	static const struct {
		uint32_t cp;
		const char *as;
	} other[] = {
		{ 0x15f, "sh" },
		{ 0xe7, "ch" },
		{ 0x17e, "zh" },
		{ 0x4b7, "\xd0\xb6" },
	};
	size_t n = strlen(word), len = 0, step;
	bool differs = false;
	uint32_t cp;

	for (; (step = str_next(word, n, &cp)) > 0; word += step, n -= step) {
		const char *as = NULL;

		for (size_t i = 0; i < ARRAY_LEN(other); i++) {
			if (uc_tolower(cp) == other[i].cp)
				as = other[i].as;
		}
		if (len + 4 >= size)
			return false;
		if (as != NULL) {
			memcpy(out + len, as, 2);
			len += 2;
			differs = true;
		} else {
			memcpy(out + len, word, step);
			len += step;
		}
	}
	out[len] = '\0';
	return differs;
}

bool
match_near(const char *a, size_t an, const char *b, size_t bn)
{
	size_t least = an < bn ? an : bn, front = 0, back = 0;

	if (an > bn + 4 || bn > an + 4)
		return false;
	while (front < least && a[front] == b[front])
		front++;
	while (front > 0 &&
	    ((front < an && ((unsigned char)a[front] & 0xc0) == 0x80) ||
		(front < bn && ((unsigned char)b[front] & 0xc0) == 0x80)))
		front--;
	while (back < least - front && a[an - 1 - back] == b[bn - 1 - back])
		back++;
	while (back > 0 && ((unsigned char)a[an - back] & 0xc0) == 0x80)
		back--;
	return match_chars(a + front, an - front - back) <= 1 &&
	    match_chars(b + front, bn - front - back) <= 1;
}

/* The next letter of a name as folding leaves it; 0 at the end. */
static uint32_t
next_folded(const char **s, size_t *n)
{
	uint32_t cp = 0;
	size_t step;

	for (; (step = str_next(*s, *n, &cp)) > 0;) {
		const struct letter *l;

		*s += step;
		*n -= step;
		cp = uc_tolower(cp);
		l = letter_of(cp);
		cp = l != NULL ? l->to : cp;
		if (cp != 0 && !is_apostrophe(cp) && !is_invisible(cp))
			return cp;
	}
	return 0;
}

bool
match_same_folded(const char *a, const char *b)
{
	size_t an = strlen(a), bn = strlen(b);
	uint32_t x, y;

	do {
		x = next_folded(&a, &an);
		y = next_folded(&b, &bn);
	} while (x == y && x != 0);
	return x == y;
}

unsigned
match_chars(const char *s, size_t n)
{
	unsigned chars = 0;

	for (size_t i = 0; i < n; i++)
		chars += ((unsigned char)s[i] & 0xc0) != 0x80;
	return chars;
}

bool
match_look_alike(char *out, const char *s, size_t n)
{
	size_t len = 0, step;
	uint32_t cp;

	for (; (step = str_next(s, n, &cp)) > 0; s += step, n -= step) {
		uint32_t twin = twin_of(cp == 0x438 ? 0x456 : cp);

		if (twin == 0 || len + 3 >= MATCH_WORD_MAX)
			return false;
		len += str_put(out + len, twin == 0x456 ? 0x438 : twin);
	}
	out[len] = '\0';
	return len > 0;
}

size_t
match_joined(char out[MATCH_WORD_MAX], const struct folded *f, unsigned i, unsigned n)
{
	size_t len = 0;

	for (unsigned k = i; k < i + n; k++) {
		size_t add;
		const char *s = match_token(f, k, &add);

		if (len + add >= MATCH_WORD_MAX)
			return 0;
		memcpy(out + len, s, add);
		len += add;
	}
	out[len] = '\0';
	return len;
}
