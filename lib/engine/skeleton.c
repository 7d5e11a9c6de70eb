/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second try: Latin letters read as Cyrillic, and what people leave out or double dropped, so
 * that both spellings of a word meet. Never used for outbound text. Called by words.c and place.c.
 */
#include <string.h>

#include "match.h"
#include "str.h"

#define LONGEST 4

/* Letters read together, longest first where one begins another. */
static const char pairs[][2][LONGEST + 2] = {
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
};
static const char singles[26][3] = { "а", "б", "ц", "д", "е", "ф", "г", "х", "и", "ж",
	"к", "л", "м", "н", "о", "п", "к", "р", "с", "т", "у", "в", "в", "х", "и", "з" };

/* Cyrillic letters that one Latin spelling cannot tell apart. */
static const char merged[][2][3] = { { "й", "и" }, { "ы", "и" }, { "э", "е" },
	{ "щ", "ш" } };

enum match_reading
match_reading_of(enum lang l)
{
	if (l == LANG_TG)
		return MATCH_READ_TAJIK;
	return l == LANG_KK || l == LANG_KY ? MATCH_READ_KAZAKH : MATCH_READ_COMMON;
}

/* One letter or digraph at s: its length and what it becomes; NULL when it stays as it is. */
static size_t
read_one(const char *s, size_t n, enum match_reading r, const char **as)
{
	*as = NULL;
	if (s[0] >= 'a' && s[0] <= 'z') {
		if (s[0] == 'j' && r == MATCH_READ_TAJIK)
			*as = "ч";
		else if (s[0] == 'w' && r == MATCH_READ_KAZAKH)
			*as = "у";
		for (size_t i = 0; *as == NULL && n > 1 && i < ARRAY_LEN(pairs); i++) {
			size_t len = strlen(pairs[i][0]);

			if (s[0] == pairs[i][0][0] && len <= n &&
			    memcmp(s, pairs[i][0], len) == 0) {
				*as = pairs[i][1];
				return len;
			}
		}
		if (*as == NULL)
			*as = singles[s[0] - 'a'];
		return 1;
	}
	for (size_t i = 0; n > 1 && i < ARRAY_LEN(merged); i++) {
		if (memcmp(s, merged[i][0], 2) == 0) {
			*as = merged[i][1];
			return 2;
		}
	}
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
