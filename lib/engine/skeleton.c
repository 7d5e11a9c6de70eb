/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second try: Latin letters read as Cyrillic, and what people leave out or double dropped, so
 * that both spellings of a word meet. Never used for outbound text. Called by words.c and place.c.
 */
#include <string.h>

#include "match.h"
#include "str.h"

/* Longest first where one begins another. */
static const struct {
	const char *latin, *cyrillic;
} readings[] = {
	{ "shch", "ш" },
	{ "sch", "ш" },
	{ "zh", "ж" },
	{ "kh", "х" },
	{ "ts", "ц" },
	{ "ch", "ч" },
	{ "sh", "ш" },
	{ "yu", "ю" },
	{ "ya", "я" },
	{ "yo", "е" },
	{ "ye", "е" },
	{ "gh", "г" },
	{ "a", "а" },
	{ "b", "б" },
	{ "c", "ц" },
	{ "d", "д" },
	{ "e", "е" },
	{ "f", "ф" },
	{ "g", "г" },
	{ "h", "х" },
	{ "i", "и" },
	{ "j", "ж" },
	{ "k", "к" },
	{ "l", "л" },
	{ "m", "м" },
	{ "n", "н" },
	{ "o", "о" },
	{ "p", "п" },
	{ "q", "к" },
	{ "r", "р" },
	{ "s", "с" },
	{ "t", "т" },
	{ "u", "у" },
	{ "v", "в" },
	{ "w", "в" },
	{ "x", "х" },
	{ "y", "и" },
	{ "z", "з" },
	/* Cyrillic letters that one Latin spelling cannot tell apart */
	{ "й", "и" },
	{ "ы", "и" },
	{ "э", "е" },
	{ "щ", "ш" },
};

enum match_reading
match_reading_of(enum lang l)
{
	if (l == LANG_TG)
		return MATCH_READ_TAJIK;
	return l == LANG_KK || l == LANG_KY ? MATCH_READ_KAZAKH : MATCH_READ_COMMON;
}

/* One letter or digraph at s; returns its length and what it becomes. */
static size_t
read_one(const char *s, size_t n, enum match_reading r, const char **as)
{
	if (s[0] == 'j' && r == MATCH_READ_TAJIK) {
		*as = "ч";
		return 1;
	}
	if (s[0] == 'w' && r == MATCH_READ_KAZAKH) {
		*as = "у";
		return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(readings); i++) {
		size_t len = strlen(readings[i].latin);

		if (len <= n && memcmp(s, readings[i].latin, len) == 0) {
			*as = readings[i].cyrillic;
			return len;
		}
	}
	*as = NULL;
	return 0;
}

bool
match_skeleton(char *out, const char *s, size_t n, enum match_reading r)
{
	static const char special[MATCH_READINGS] = {
		[MATCH_READ_TAJIK] = 'j', [MATCH_READ_KAZAKH] = 'w'
	};
	size_t len = 0, last = 0, last_len = 0, step, add;
	const char *as;
	uint32_t cp;

	out[0] = '\0';
	if (r != MATCH_READ_COMMON && memchr(s, special[r], n) == NULL)
		return false;
	while (n > 0) {
		step = read_one(s, n, r, &as);
		add = 2;
		if (as == NULL) {
			step = add = str_next(s, n, &cp);
			as = s;
		}
		if (step == 0 || len + add + 1 > MATCH_WORD_MAX) {
			out[0] = '\0';
			return false;
		}
		if (last_len != add || memcmp(out + last, as, add) != 0) {
			memcpy(out + len, as, add);
			last = len;
			last_len = add;
			len += add;
		}
		s += step;
		n -= step;
	}
	out[len] = '\0';
	return len > 0;
}
