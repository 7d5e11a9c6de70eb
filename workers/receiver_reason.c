/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reasons to decline as receivers write them, in all seven languages at once.
 * It settles nothing, and reads no text that is no decline. Called by receivers.c.
 */
#include "receiver_reason.h"

#include <string.h>

#include "base.h"
#include "match.h"
#include "str.h"

#define SPAN 4
#define WORDS_MAX 96
#define WORD_BYTES 64

/* Drafts until signed by native speakers, in the order kk ru uz ky tg tk en, then other forms of each. */
static const struct {
	enum receiver_reason why;
	const char *text; /* words apart by a comma and a blank */
} words[] = {
	{ REASON_FULL,
	    "орын жоқ, мест нет, joy yo'q, орун жок, ҷой нест, ýer ýok, no beds, "
	    "жоқ орын, бос орын жоқ, орнымыз жоқ, толып тұр, нет мест, места нет, "
	    "нет места, свободных мест нет, нет свободных мест, мест больше нет, "
	    "больше нет мест, мест уже нет, переполнены, всё занято, bo'sh joy yo'q, "
	    "joyimiz yo'q, joy qolmadi, бош орун жок, орун калган жок, ҷойи холӣ нест, "
	    "ҷой намондааст, boş ýer ýok, ýer galmady, no bed, no place, no places, "
	    "no room, no free beds, we are full, all full" },
	{ REASON_FAR,
	    "алыс, далеко, uzoq, дур, uzak, far, тым алыс, слишком далеко, juda uzoq, "
	    "өтө алыс, хеле дур, daş" },
	{ REASON_PROFILE,
	    "бейін, бейініміз емес, профиль, не наш профиль, profil, profilimiz emas, "
	    "биздин профиль эмес, профили мо нест, biziň ugrumyz däl, profile, "
	    "not our profile" },
	{ REASON_UNSAFE,
	    "қауіпті, опасно, xavfli, кооптуу, хатарнок, howply, unsafe, небезопасно, "
	    "коркунучтуу, dangerous, not safe" },
};

static struct {
	enum receiver_reason why;
	char s[WORD_BYTES];
} folded_word[WORDS_MAX];
static size_t folded_words;

static void
fold_word(enum receiver_reason why, const char *s, size_t n)
{
	static struct folded f;
	char one[WORD_BYTES];
	size_t len;
	const char *p;

	if (folded_words == WORDS_MAX || !str_copy_bytes(one, sizeof(one), s, n))
		return;
	match_fold(&f, one);
	p = match_span(&f, 0, f.tokens, &len);
	if (str_copy_bytes(folded_word[folded_words].s, sizeof(folded_word[0].s), p, len))
		folded_word[folded_words++].why = why;
}

static void
fold_words(void)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (const char *p = words[i].text; *p != '\0';) {
			size_t n = strcspn(p, ",");

			fold_word(words[i].why, p, n);
			p += n + strspn(p + n, ", ");
		}
	}
}

static enum receiver_reason
at(const struct folded *f, unsigned i, unsigned tokens)
{
	size_t n;
	const char *p = match_span(f, i, tokens, &n);

	for (size_t k = 0; k < folded_words; k++) {
		if (strlen(folded_word[k].s) == n && memcmp(folded_word[k].s, p, n) == 0)
			return folded_word[k].why;
	}
	return REASON_NONE;
}

enum receiver_reason
receiver_reason_of(const char *text)
{
	static struct folded f;
	enum receiver_reason why = REASON_NONE;

	if (folded_words == 0)
		fold_words();
	match_fold(&f, text);
	for (unsigned i = 0; i < f.tokens; i++) {
		for (unsigned n = 1; n <= SPAN && i + n <= f.tokens; n++) {
			enum receiver_reason said = at(&f, i, n);

			if (said != REASON_NONE && why != REASON_NONE && said != why)
				return REASON_NONE;
			why = said != REASON_NONE ? said : why;
		}
	}
	return why;
}

const char *
receiver_reason_name(enum receiver_reason why)
{
	static const char *const name[] = { [REASON_FULL] = "full",
		[REASON_FAR] = "far",
		[REASON_PROFILE] = "profile",
		[REASON_UNSAFE] = "unsafe" };

	return name[why];
}
