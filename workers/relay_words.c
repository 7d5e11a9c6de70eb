/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers' phrases taken apart, and letters written over between Cyrillic and Latin.
 * It understands no word. Called by receivers.c and relay.c.
 */
#include "relay_words.h"

#include <string.h>

#include "number_mask.h"
#include "str.h"

#define PHRASE_FIRST 51
#define PHRASE_LAST 55
#define TOKEN_BYTES 16
#define NUMBER_DIGITS 6

/* One token without what people put around a number; returns what follows it. */
static const char *
token(const char *p, char out[TOKEN_BYTES])
{
	size_t n;

	p += strspn(p, " \t\r\n#");
	if (strncmp(p, "№", strlen("№")) == 0)
		p += strlen("№");
	n = strcspn(p, " \t\r\n");
	out[0] = '\0';
	if (n > 0 && n < TOKEN_BYTES) {
		memcpy(out, p, n);
		out[n] = '\0';
		while (n > 1 && strchr(".,:;)-", out[n - 1]) != NULL)
			out[--n] = '\0';
	}
	return p + strcspn(p, " \t\r\n");
}

static int
number_of(const char *s, size_t digits)
{
	int v = 0;

	if (strlen(s) != digits || strspn(s, "0123456789") != digits)
		return -1;
	for (; *s != '\0'; s++)
		v = v * 10 + (*s - '0');
	return v;
}

static bool
is_phrase(int v)
{
	return v >= PHRASE_FIRST && v <= PHRASE_LAST;
}

/* "6:30", "06.30", "6-30": as typed, with a colon. */
static bool
time_of(const char *s, char at[6])
{
	size_t hours = strspn(s, "0123456789"), len = 0;
	int hour = 0, minute;

	if (hours < 1 || hours > 2 || strchr(":.-", s[hours]) == NULL ||
	    s[hours] == '\0' || (minute = number_of(s + hours + 1, 2)) < 0)
		return false;
	for (size_t i = 0; i < hours; i++)
		hour = hour * 10 + (s[i] - '0');
	if (hour > 23 || minute > 59)
		return false;
	return str_add(at, 6, &len, "%.*s:%02d", (int)hours, s, minute);
}

static void
take_words(struct relay_words *w, const char *p)
{
	size_t len = 0;
	bool blank = false;

	for (; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f) {
			blank = len > 0;
			continue;
		}
		if (len + 2 >= RELAY_BYTES) {
			w->too_long = true;
			break;
		}
		if (blank)
			w->words[len++] = ' ';
		blank = false;
		w->words[len++] = *p;
	}
	w->words[len] = '\0';
}

static void
take_rest(struct relay_words *w, const char *p)
{
	char word[TOKEN_BYTES];
	const char *after = token(p, word);

	if (strcmp(word, "в") == 0 || strcmp(word, "at") == 0)
		after = token(after, word);
	if (w->phrase != RELAY_FREE && time_of(word, w->at))
		p = after;
	take_words(w, p);
}

bool
relay_words_parse(const char *text, struct relay_words *w)
{
	char one[TOKEN_BYTES], two[TOKEN_BYTES];
	const char *after_one = token(text, one), *after_two = token(after_one, two);
	int joined = number_of(one, 5);

	memset(w, 0, sizeof(*w));
	if (is_phrase(number_of(one, 2)) && number_of(two, 3) >= 0) {
		w->phrase = number_of(one, 2);
		w->code = number_of(two, 3);
		take_rest(w, after_two);
	} else if (number_of(one, 3) >= 0 && is_phrase(number_of(two, 2))) {
		w->phrase = number_of(two, 2);
		w->code = number_of(one, 3);
		take_rest(w, after_two);
	} else if (is_phrase(joined / 1000)) {
		w->phrase = joined / 1000;
		w->code = joined % 1000;
		take_rest(w, after_one);
	} else if (number_of(one, 3) >= 0) {
		w->code = number_of(one, 3);
		take_rest(w, after_one);
		return w->words[0] != '\0' || w->too_long;
	} else {
		return false;
	}
	return true;
}

const char *
relay_phrase_step(int phrase)
{
	static const char *const steps[] = { "come", "meet", "safe", "wait", "call112" };

	return is_phrase(phrase) ? steps[phrase - PHRASE_FIRST] : "free";
}

/* Cyrillic to Latin; the Uzbek way where it differs from the common one. */
static const char latin[][3][5] = { { "а", "a", "a" }, { "б", "b", "b" },
	{ "в", "v", "v" }, { "г", "g", "g" }, { "д", "d", "d" }, { "е", "e", "e" },
	{ "ё", "yo", "yo" }, { "ж", "zh", "j" }, { "з", "z", "z" }, { "и", "i", "i" },
	{ "й", "y", "y" }, { "к", "k", "k" }, { "л", "l", "l" }, { "м", "m", "m" },
	{ "н", "n", "n" }, { "о", "o", "o" }, { "п", "p", "p" }, { "р", "r", "r" },
	{ "с", "s", "s" }, { "т", "t", "t" }, { "у", "u", "u" }, { "ф", "f", "f" },
	{ "х", "kh", "x" }, { "ц", "ts", "ts" }, { "ч", "ch", "ch" }, { "ш", "sh", "sh" },
	{ "щ", "sch", "sh" }, { "ъ", "", "" }, { "ы", "y", "i" }, { "ь", "", "" },
	{ "э", "e", "e" }, { "ю", "yu", "yu" }, { "я", "ya", "ya" }, { "ә", "a", "a" },
	{ "ғ", "g", "g'" }, { "қ", "k", "q" }, { "ң", "n", "ng" }, { "ө", "o", "o'" },
	{ "ұ", "u", "u" }, { "ү", "u", "u" }, { "һ", "h", "h" }, { "і", "i", "i" },
	{ "ҳ", "h", "h" }, { "ў", "u", "o'" }, { "ҷ", "j", "j" }, { "ӣ", "i", "i" },
	{ "ӯ", "u", "o'" } };

/* Latin to Cyrillic, longest first. */
static const char cyrillic[][2][5] = { { "sch", "щ" }, { "sh", "ш" }, { "ch", "ч" },
	{ "zh", "ж" }, { "kh", "х" }, { "ts", "ц" }, { "ya", "я" }, { "yu", "ю" },
	{ "yo", "ё" }, { "ye", "е" }, { "a", "а" }, { "b", "б" }, { "c", "к" },
	{ "d", "д" }, { "e", "е" }, { "f", "ф" }, { "g", "г" }, { "h", "х" },
	{ "i", "и" }, { "j", "ж" }, { "k", "к" }, { "l", "л" }, { "m", "м" },
	{ "n", "н" }, { "o", "о" }, { "p", "п" }, { "q", "к" }, { "r", "р" },
	{ "s", "с" }, { "t", "т" }, { "u", "у" }, { "v", "в" }, { "w", "в" },
	{ "x", "х" }, { "y", "й" }, { "z", "з" } };

/* Russian and Kazakh capitals of one block, and those that stand before or after their small letter. */
static uint32_t
small(uint32_t cp)
{
	if (cp >= 0x410 && cp <= 0x42f)
		return cp + 0x20;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 0x50;
	if (cp >= 0x490 && cp <= 0x4ff && cp != 0x4c0)
		return cp | 1;
	return cp;
}

/* A letter as a string. */
static void
put_letter(uint32_t cp, char out[5])
{
	out[str_put(out, cp)] = '\0';
}

static bool
add_as(char out[RELAY_BYTES], size_t *len, const char *as, bool upper)
{
	size_t at = *len;

	if (!str_add(out, RELAY_BYTES, len, "%s", as))
		return false;
	if (upper && out[at] >= 'a' && out[at] <= 'z')
		out[at] = (char)(out[at] - 'a' + 'A');
	return true;
}

static bool
to_latin(const char *s, bool uzbek, char out[RELAY_BYTES])
{
	size_t n = strlen(s), len = 0, step;
	uint32_t cp;

	for (out[0] = '\0'; (step = str_next(s, n, &cp)) > 0; s += step, n -= step) {
		const char *as = NULL;
		char letter[5];

		if (cp >= 0x400 && cp <= 0x4ff) {
			put_letter(small(cp), letter);
			for (size_t i = 0; as == NULL && i < ARRAY_LEN(latin); i++) {
				if (strcmp(latin[i][0], letter) == 0)
					as = latin[i][uzbek ? 2 : 1];
			}
		}
		if (as != NULL ? !add_as(out, &len, as, small(cp) != cp)
			       : !str_add(out, RELAY_BYTES, &len, "%.*s", (int)step, s))
			return false;
	}
	return true;
}

/* A capital of the first block, from its small letter there. */
static void
capital(char *letter)
{
	uint32_t cp;

	if (str_next(letter, strlen(letter), &cp) != 2)
		return;
	if (cp >= 0x430 && cp <= 0x44f)
		put_letter(cp - 0x20, letter);
	else if (cp == 0x451)
		put_letter(0x401, letter);
}

static bool
to_cyrillic(const char *s, char out[RELAY_BYTES])
{
	size_t len = 0;

	for (out[0] = '\0'; *s != '\0';) {
		char low[4] = "", letter[5];
		size_t i, n = 1;

		for (size_t k = 0; k < 3 && s[k] != '\0'; k++)
			low[k] = (char)(s[k] >= 'A' && s[k] <= 'Z' ? s[k] - 'A' + 'a'
								   : s[k]);
		for (i = 0; i < ARRAY_LEN(cyrillic); i++) {
			n = strlen(cyrillic[i][0]);
			if (strncmp(low, cyrillic[i][0], n) == 0)
				break;
		}
		if (i == ARRAY_LEN(cyrillic)) {
			if (!str_add(out, RELAY_BYTES, &len, "%c", *s++))
				return false;
			continue;
		}
		memcpy(letter, cyrillic[i][1], sizeof(letter));
		if (*s >= 'A' && *s <= 'Z')
			capital(letter);
		if (!str_add(out, RELAY_BYTES, &len, "%s", letter))
			return false;
		s += n;
	}
	return true;
}

/* Whether it has letters beside the plain Latin ones: then it stays as it is. */
static bool
is_plain_latin(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

bool
relay_script(const char *words, enum lang l, char out[RELAY_BYTES])
{
	if (l == LANG_UZ || l == LANG_TK || l == LANG_EN)
		return to_latin(words, l == LANG_UZ, out);
	if (l != LANG_NONE && is_plain_latin(words))
		return to_cyrillic(words, out);
	return str_copy(out, RELAY_BYTES, words);
}

void
relay_end(char words[RELAY_BYTES])
{
	size_t len = strlen(words);

	if (len > 0 && strchr(".,:;!?", words[len - 1]) == NULL)
		(void)!str_add(words, RELAY_BYTES, &len, ".");
}

unsigned
relay_chars(const char *words)
{
	size_t n = strlen(words), step;
	unsigned chars = 0;
	uint32_t cp;

	for (; (step = str_next(words, n, &cp)) > 0; words += step, n -= step)
		chars++;
	return chars;
}

bool
relay_has_number(const char *words)
{
	return number_in(words);
}

bool
relay_digits(const char *words)
{
	return number_digits(words) >= NUMBER_DIGITS;
}
