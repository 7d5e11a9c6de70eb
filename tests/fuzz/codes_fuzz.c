/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as what is read out of a text: a case code, a receiver's word, digit, phrase and slot, a free
 * hour. What is read is in its bounds, and read again the same. Called by make fuzz, from the top folder.
 */
#include "casecode.h"
#include "flow_priv.h"
#include "fuzz.h"
#include "receiver_away.h"
#include "receiver_words.h"
#include "relay_words.h"
#include "safe_time.h"
#include "str.h"

#define WIDEST_MIN 120

/* workers/resume.h: it cannot be included beside the inside of the engine */
bool resume_digits(const char *text, char code[CASECODE_DIGITS + 1]);

static struct words *words;
static struct seal_key key;

static void
load(void)
{
	struct flow_err err;

	if (words_load("conf", &words, &err) != RC_OK) {
		fputs(err.s, stderr);
		abort();
	}
	memset(&key, 7, sizeof key);
}

/* A code is one number's, and a wrong digit or two swapped ones make it none. */
static void
code_holds(const char *code, unsigned at)
{
	char other[CASECODE_DIGITS + 1], again[CASECODE_DIGITS + 1];
	int64_t number, none;

	if (casecode_decode(&key, code, &number) != RC_OK) {
		insist(number == 0);
		return;
	}
	insist(number >= 0 && number <= CASECODE_NUMBER_MAX);
	insist(casecode_encode(&key, number, again) == RC_OK && strcmp(again, code) == 0);
	memcpy(other, code, sizeof other);
	other[at % CASECODE_DIGITS] = (char)('0' +
	    (other[at % CASECODE_DIGITS] - '0' + 1 + (int)at % 9) % 10);
	insist(casecode_decode(&key, other, &none) == RC_REFUSED && none == 0);
	memcpy(other, code, sizeof other);
	at %= CASECODE_DIGITS - 1;
	other[at] = code[at + 1];
	other[at + 1] = code[at];
	insist(code[at] == code[at + 1] ||
	    casecode_decode(&key, other, &none) == RC_REFUSED);
}

static void
codes(const char *text, const uint8_t *data, size_t n)
{
	char code[CASECODE_DIGITS + 1] = "";
	uint32_t number = 0;

	for (size_t i = 0; i < n && i < 4; i++)
		number = number << 8 | data[i];
	if (resume_digits(text, code)) {
		insist(strlen(code) == CASECODE_DIGITS);
		insist(strspn(code, "0123456789") == CASECODE_DIGITS);
		code_holds(code, number % 97);
	}
	code_holds(text, number % 97);
	if (casecode_encode(&key, (int64_t)(number & 0x7ffffff), code) == RC_OK)
		code_holds(code, number % 89);
	else
		insist(code[0] == '\0' || (number & 0x7ffffff) == 0 ||
		    (number & 0x7ffffff) > CASECODE_NUMBER_MAX);
}

static void
script(const char *words_in, enum lang l)
{
	char out[RELAY_BYTES], again[RELAY_BYTES];

	if (!relay_script(words_in, l, out))
		return;
	insist(memchr(out, '\0', sizeof out) != NULL);
	insist(str_is_utf8(out, strlen(out)));
	if (l == LANG_UZ || l == LANG_TK || l == LANG_EN)
		insist(relay_script(out, l, again) && strcmp(out, again) == 0);
}

/* Until when: ahead, at most 60 days, and told in so many bytes. */
static void
away(const char *text)
{
	const int64_t now = INT64_C(1795365000000), most = INT64_C(60) * 24 * 60 * 60000;
	char told[AWAY_TEXT_MAX];
	int64_t until;

	if (!away_until(text, now, 300, &until))
		return;
	insist(until > now && until <= now + most);
	away_text(until, 300, told);
	insist(strlen(told) == strlen("12.03 18:00"));
}

static void
receivers(const char *text)
{
	struct receiver_words w = receiver_words_parse(text, NULL);
	struct relay_words r;
	bool is = relay_words_parse(text, &r);

	insist((unsigned)w.word <= SAYS_HELP && w.code >= -1 && w.code <= 999);
	insist(w.digit >= -1 && w.digit <= 9 && w.lead >= -1 && w.lead <= 9);
	insist(w.beds >= -1 && w.beds <= RECEIVER_BEDS_MAX && w.number >= -1);
	insist(!receiver_word_is_free(w.word) || w.code < 0);
	away(text);
	insist(memchr(r.words, '\0', sizeof r.words) != NULL);
	insist(memchr(r.at, '\0', sizeof r.at) != NULL);
	if (!is)
		return;
	insist(r.code >= 0 && r.code <= 999);
	insist(r.phrase == RELAY_FREE || (r.phrase >= 51 && r.phrase <= 55));
	insist(relay_phrase_step(r.phrase)[0] != '\0');
	insist(strspn(r.at, "0123456789:") == strlen(r.at));
	(void)relay_has_number(r.words);
	if (r.too_long)
		return;
	insist(str_is_utf8(r.words, strlen(r.words)));
	insist(relay_chars(r.words) <= strlen(r.words));
	for (unsigned l = 0; l <= LANGS; l++)
		script(r.words, (enum lang)l);
}

static void
hours(const char *text)
{
	static struct folded f;
	char code[HOUR_CODE_MAX], shown[FLOW_HOUR_TEXT];
	int from, to;

	flow_hour_text(text, shown);
	insist(memchr(shown, '\0', sizeof shown) != NULL);
	if (safe_parse(text, WIDEST_MIN, &from, &to))
		insist(from >= 0 && to > from && to - from <= WIDEST_MIN);
	match_fold(&f, text);
	if (!hour_read(code, words, &f, text)) {
		insist(code[0] == '\0');
		return;
	}
	insist(safe_parse(code, WIDEST_MIN, &from, &to));
	insist(from >= 0 && from < 24 * 60 && to > from && to - from <= WIDEST_MIN);
	flow_hour_text(code, shown);
	insist(shown[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text;

	if (words == NULL)
		load();
	text = xmalloc(3 * n + 1);
	str_clean_utf8(text, 3 * n + 1, data, n);
	codes(text, data, n);
	receivers(text);
	hours(text);
	free(text);
	return 0;
}
