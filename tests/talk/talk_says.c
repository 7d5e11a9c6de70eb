/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who says what in a talk: texts, keys of a dialogue, dials, floods, and what stands in {} in them.
 * It asks nothing of what comes back. Called by talk_lines.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "intake.h"
#include "str.h"
#include "talk.h"

#define WAYS_IN 6
#define FLOOD_STEP_MS 300
#define PACE_MS 4000 /* people type; a machine does not */

/* Keys with a screen of their own are the same key. */
bool
talk_is_key(const char *said, const char *want)
{
	size_t n = strlen(want);

	return strncmp(said, want, n) == 0 &&
	    (said[n] == '\0' || strcmp(said + n, "@ussd") == 0);
}

static const char *
last_key(const struct mobile *m)
{
	return m->said_n == 0 ? "" : m->said[m->said_n - 1].key;
}

/* The row's digit of the talk's language; 0 when the last screen is no row. */
static int
row_digit(const struct talk *k, const struct mobile *m)
{
	const char *row = session_slot(&m->session, "_row");
	enum lang want = heard_forced != LANG_NONE ? heard_forced : k->lang;
	int digit = 1;

	if (strcmp(m->session.step, "language") != 0)
		return 0;
	for (const char *p = row; p[0] != '\0' && p[1] != '\0';
	     p += p[2] == ' ' ? 3 : 2) {
		char code[3] = { p[0], p[1], '\0' };

		if (lang_parse(code) == want)
			return digit;
		digit++;
	}
	return 0;
}

static bool
is_code_of(const char *name)
{
	return strncmp(name, "code", 4) == 0 && name[4] >= '1' &&
	    name[4] <= '0' + TALK_PHONES;
}

/* "{code2}": of the case of phone 2; "{wrong}": of none. */
static bool
other_code(struct talk *k, const struct receiver *r, const char *name, char code[4])
{
	struct facts c;

	if (r == NULL)
		return false;
	if (is_code_of(name))
		return facts_case(&k->phone[name[4] - '1'], &c) &&
		    facts_code_of(r, c.id, code);
	facts_wrong(r, code);
	return true;
}

/* "{1000:ab}": so many times "ab". */
static bool
fill_many(
    const char *name, size_t n, const char *colon, char *out, size_t size, size_t *len)
{
	int each = (int)(n - (size_t)(colon - name) - 1);

	for (long i = strtol(name, NULL, 10); i > 0; i--) {
		if (!str_add(out, size, len, "%.*s", each, colon + 1))
			return false;
	}
	return true;
}

/* "{code}" and its like in what is typed; false when one of them is not known yet. */
static bool
fill_one(struct talk *k, struct mobile *m, const struct receiver *r, const char *name,
    size_t n, char *out, size_t size, size_t *len)
{
	char code[16] = "";
	struct facts c;
	size_t at;
	const char *colon = memchr(name, ':', n);

	if (colon != NULL)
		return fill_many(name, n, colon, out, size, len) ||
		    fail(k, "more words than a message holds");
	if (n == 5 && (strncmp(name, "wrong", n) == 0 || is_code_of(name))) {
		if (!other_code(k, r, name, code))
			return fail(k, "nobody asked this receiver about that case");
	} else if (strncmp(name, "code", n) == 0) {
		if (r == NULL || !facts_code(r, code))
			return fail(k, "nobody asked this receiver: no {code}");
	} else if (strncmp(name, "lang", n) == 0) {
		if (row_digit(k, m) == 0)
			return fail(k, "no language row is open: no {lang}");
		snprintf(code, sizeof(code), "%d", row_digit(k, m));
	} else if (strncmp(name, "case", n) == 0) {
		if (!facts_case(&k->phone[0], &c))
			return fail(k, "there is no case: no {case}");
		snprintf(code, sizeof(code), "%lld", (long long)c.number);
	} else if (strncmp(name, "mycode", n) == 0 || strncmp(name, "badcode", 7) == 0) {
		for (size_t i = 0; code[0] == '\0' && i < TALK_PHONES; i++)
			memcpy(code, k->phone[i].own_code, sizeof(code));
		if (code[0] == '\0')
			return fail(k, "no code was told to anybody: no {mycode}");
		at = name[0] == 'b' && n == 8 ? (size_t)(name[7] - '0') % 10 : 4;
		if (name[0] == 'b')
			code[at] = code[at] == '9' ? '0' : (char)(code[at] + 1);
	} else {
		return fail(k, "{%.*s} is unknown", (int)n, name);
	}
	return str_add(out, size, len, "%s", code) || fail(k, "too many words");
}

static bool
fill(struct talk *k, struct mobile *m, const struct receiver *r, const char *words,
    char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	while (*words != '\0') {
		size_t n = strcspn(words, "{");

		if (!str_add(out, size, &len, "%.*s", (int)n, words))
			return fail(k, "more words than a message holds");
		words += n;
		if (*words == '{') {
			n = strcspn(words, "}");
			if (!fill_one(k, m, r, words + 1, n - 1, out, size, &len))
				return false;
			words += n + (words[n] == '}');
		}
	}
	return true;
}

bool
talk_no_more(struct talk *k, struct mobile *m)
{
	if (m->read == m->said_n)
		return true;
	return fail(k, "also came: %s: %s", m->said[m->read].key, m->said[m->read].text);
}

static bool
is_way_in(const char *key)
{
	static const char *const keys[] = { "first.intro", "intro", "go.on", "notice" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (talk_is_key(key, keys[i]))
			return true;
	}
	return false;
}

/* A talk written for texts, by dialogue: dialled, and led to the question in hand. */
static bool
lead_in(struct talk *k, struct mobile *m)
{
	char digit[2] = "";

	if (!world_dial(k, m))
		return false;
	for (int i = 0; i < WAYS_IN && m->in_dialogue; i++) {
		int at = row_digit(k, m);

		if (at == 0 && !is_way_in(last_key(m)))
			break;
		digit[0] = at > 0 ? (char)('0' + at) : '1';
		if (at > 0 && m->hidden) {
			if (!world_key(k, m, "77"))
				return false;
			continue;
		}
		if (!world_key(k, m, digit))
			return false;
	}
	return true;
}

/* "menu 4": the list of topics, and one of it; the same place that a word opens by SMS. */
bool
says_menu(struct talk *k, struct mobile *m, const char *arg)
{
	history(k, "menu %s", arg);
	k->words[0] = '\0';
	if (k->bearer == BEARER_SMS)
		return fail(k, "a menu in a talk by texts");
	if (!talk_no_more(k, m) || !lead_in(k, m) || !world_key(k, m, "4"))
		return false;
	if (!talk_is_key(last_key(m), "ask.menu"))
		return fail(k, "ask.menu was expected, %s came", last_key(m));
	m->read = m->said_n;
	return world_key(k, m, arg);
}

static bool
says_on_screen(struct talk *k, struct mobile *m, const char *words)
{
	bool opening = m->session.step[0] == '\0' || !m->wrote;

	if (!m->in_dialogue) {
		if (!lead_in(k, m))
			return false;
		if (opening && k->of_sms && talk_is_key(last_key(m), k->next)) {
			m->read = m->said_n - 1;
			return true;
		}
		m->read = m->said_n;
		if (!m->in_dialogue)
			return fail(k, "the dialogue ended before the words were said");
	}
	return world_key(k, m, words);
}

/* A few seconds before each text, never twice the same, unless the talk itself let time pass. */
static bool
takes_time(struct talk *k)
{
	bool passed = k->time_passed;

	k->time_passed = false;
	return passed || !k->begun ||
	    world_until(k, clock_wall_ms() + PACE_MS + (int64_t)(k->line * 7919 % 7001));
}

bool
says(struct talk *k, struct mobile *m, const char *words)
{
	static char filled[BUS_TEXT_MAX];

	history(k, "> %s", words);
	if (!talk_no_more(k, m) || !takes_time(k) ||
	    !fill(k, m, NULL, words, filled, sizeof(filled)))
		return false;
	memcpy(k->words, filled, strlen(filled) + 1);
	if (k->bearer == BEARER_SMS)
		return world_sms(k, m, filled);
	if (!k->of_sms && !m->in_dialogue)
		return fail(k, "no dialogue is open: a line \"dial\" is missing");
	return says_on_screen(k, m, filled);
}

bool
says_dial(struct talk *k, struct mobile *m, const char *arg)
{
	(void)arg;
	history(k, "dial");
	k->words[0] = '\0';
	if (k->bearer == BEARER_SMS)
		return fail(k, "a dial in a talk by texts");
	if (m->in_dialogue && !world_cut(k, m))
		return false;
	return talk_no_more(k, m) && world_dial(k, m);
}

bool
says_cut(struct talk *k, struct mobile *m, const char *arg)
{
	(void)arg;
	history(k, "cut");
	return talk_no_more(k, m) && (m->in_dialogue ? world_cut(k, m) : true);
}

/* A key that reaches us although the dialogue has ended: the network was late. */
bool
says_press(struct talk *k, struct mobile *m, const char *arg)
{
	history(k, "press %s", arg);
	if (k->bearer == BEARER_SMS || m->in_dialogue)
		return fail(k, "press is for a dialogue that has ended");
	return talk_no_more(k, m) && world_key(k, m, arg);
}

bool
says_data(struct talk *k, struct mobile *m, const char *arg)
{
	(void)arg;
	k->words[0] = '\0';
	history(k, "data");
	return talk_no_more(k, m) && world_data(k, m);
}

/* "flood 200 words": so many texts at a machine's pace; what comes is left for "at most N". */
bool
says_flood(struct talk *k, struct mobile *m, const char *arg)
{
	char *words;
	long n = strtol(arg, &words, 10);

	history(k, "flood %s", arg);
	words += *words == ' ';
	if (!str_copy(k->words, sizeof(k->words), words))
		return fail(k, "too many words");
	for (; n > 0; n--) {
		if (!world_sms(k, m, words) ||
		    !world_until(k, clock_wall_ms() + FLOOD_STEP_MS))
			return false;
	}
	return true;
}

/* What a human at a console says of the last offer this phone asked about, as `job answer` seals it. */
static bool
answers_job(struct talk *k, struct mobile *m, const char *words, bool want)
{
	struct intake_answer a = { .id = facts_job(m) };
	char text[INTAKE_MAX];
	bool done;

	history(k, "job answer %s", words);
	k->begun = true;
	k->time_passed = true;
	if (a.id == 0)
		return fail(k, "this phone asked about no offer");
	if (!intake_answer_text(&a, words))
		return !want || fail(k, "not a line of at most 60 characters");
	return world_intake(k, INTAKE_JOB, text, intake_pack_answer(&a, text), &done) &&
	    (done == want ||
		fail(k, "the answer was %s", done ? "not refused" : "refused"));
}

bool
says_job(struct talk *k, struct mobile *m, const char *words)
{
	return answers_job(k, m, words, true);
}

bool
says_job_refused(struct talk *k, struct mobile *m, const char *words)
{
	return answers_job(k, m, words, false);
}

bool
says_of_receiver(struct talk *k, struct receiver *r, const char *words)
{
	char filled[1024];

	history(k, "%c> %s", r->letter, words);
	return fill(k, &k->phone[0], r, words, filled, sizeof(filled)) &&
	    world_answer(k, r, filled);
}
