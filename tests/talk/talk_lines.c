/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language of talks, line by line (tests/talk/README.md): what must come, time, and the rest.
 * It knows no flow. Called by talk.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "screen.h"
#include "str.h"
#include "talk.h"

/* Each of the keys has its words in the text, in order; the last is its own key. */
static bool
texts_of(struct talk *k, const struct said *s, char *keys)
{
	const struct texts *all = flows_texts(flowset_newest(&world.setup.flows));
	char *save = NULL, *key = strtok_r(keys, " ", &save), *next;
	size_t at = 0;

	for (; key != NULL; key = next) {
		const char *cover, *plain;

		next = strtok_r(NULL, " ", &save);
		if (next == NULL)
			return talk_is_key(s->key, key) ||
			    fail(k, "%s was expected, %s came: %s", key, s->key, s->text);
		if (s->ussd && k->of_sms && strcmp(key, "first.intro") == 0)
			continue; /* a screen of its own, before */
		cover = text_get(all, s->lang, TEXT_COVER, key);
		plain = text_get(all, s->lang, TEXT_PLAIN, key);
		if (cover == NULL)
			return fail(k, "there is no text %s", key);
		if (!rules_holds(s->text, &at, cover) &&
		    !rules_holds(s->text, &at, plain))
			return fail(
			    k, "%s is not in the text of %s: %s", key, s->key, s->text);
	}
	return true;
}

static bool
expect(struct talk *k, const char *who, struct said *v, size_t n, size_t *read,
    const char *arg)
{
	char keys[256];

	if (strcmp(arg, "-") == 0) {
		history(k, "%s -", who);
		return *read == n ||
		    fail(k, "silence was expected, %s came: %s", v[*read].key,
			v[*read].text);
	}
	if (!str_copy(keys, sizeof(keys), arg))
		return fail(k, "too long a line");
	if (*read == n)
		return fail(k, "%s was expected, nothing came", arg);
	history(k, "%s %s", who, v[*read].key);
	if (!texts_of(k, &v[*read], keys))
		return false;
	(*read)++;
	return true;
}

static bool
hears(struct talk *k, struct mobile *m, const char *arg)
{
	return expect(k, "<", m->said, m->said_n, &m->read, arg);
}

static bool
holds(struct talk *k, const struct said *v, size_t read, const char *words, bool want)
{
	if (read == 0)
		return fail(k, "no text came yet");
	if ((strstr(v[read - 1].text, words) != NULL) == want)
		return true;
	return fail(k, "%s: \"%s\" was %sexpected in: %s", v[read - 1].key, words,
	    want ? "" : "not ", v[read - 1].text);
}

static bool
has_parts(struct talk *k, const struct said *v, size_t read, const char *arg)
{
	unsigned long want = strtoul(arg, NULL, 10);
	struct gsm_size size;

	if (read == 0)
		return fail(k, "no text came yet");
	if (v[read - 1].ussd || heard_forced != LANG_NONE)
		return true;
	size = gsm_size_of(v[read - 1].text);
	return size.parts == want ||
	    fail(k, "%s has %u parts (%u units), not %lu", v[read - 1].key, size.parts,
		size.units, want);
}

/* The whole of the last text stands on one screen: nothing waits behind "98". */
static bool
on_fits(struct talk *k, struct mobile *m, const char *arg)
{
	const struct effect *say = heard_say();
	bool more = false;
	char page[SCREEN_MAX];

	(void)arg;
	if (m->read == 0 || !m->said[m->read - 1].ussd || say == NULL)
		return true;
	return (screen_page(heard.e.text, 0, page, &more) && !more) ||
	    fail(k, "%s takes more than one screen: %s", say->key, heard.e.text);
}

static bool
receiver_line(struct talk *k, struct receiver *r, char op, const char *arg)
{
	char who[3] = { r->letter, '<', '\0' };

	switch (op) {
	case '>':
		return says_of_receiver(k, r, arg);
	case '<':
		return expect(k, who, r->said, r->said_n, &r->read, arg);
	case '~':
		return holds(k, r->said, r->read, arg, true);
	case '!':
		return holds(k, r->said, r->read, arg, false);
	default:
		return has_parts(k, r->said, r->read, arg);
	}
}

static bool
minute_of(const char *s, int *minute)
{
	int h, min, n = 0;

	if (sscanf(s, "%d:%d%n", &h, &min, &n) != 2 || s[n] != '\0' || h < 0 || h > 23 ||
	    min < 0 || min > 59)
		return false;
	*minute = h * 60 + min;
	return true;
}

static bool
on_time(struct talk *k, struct mobile *m, const char *arg)
{
	int64_t ms;
	char *end;
	double amount;
	int until;

	(void)m;
	history(k, "+ %s", arg);
	k->time_passed = true;
	if (strncmp(arg, "until ", 6) == 0) {
		if (!minute_of(arg + 6, &until))
			return fail(k, "+ until hh:mm");
		until -= world_minute_of_day(k);
		if (until <= 0)
			until += 1440;
		ms = clock_wall_ms() / TALK_MINUTE * TALK_MINUTE + until * TALK_MINUTE;
		return world_until(k, ms);
	}
	amount = strtod(arg, &end);
	while (*end == ' ')
		end++;
	ms = strcmp(end, "s") == 0    ? 1000
	    : strcmp(end, "min") == 0 ? TALK_MINUTE
	    : strcmp(end, "h") == 0   ? 60 * TALK_MINUTE
	    : strcmp(end, "d") == 0   ? 1440 * TALK_MINUTE
				      : 0;
	if (ms == 0)
		return fail(k, "+ N s|min|h|d, or + until hh:mm");
	return world_until(k, clock_wall_ms() + (int64_t)(amount * (double)ms));
}

static bool
on_at(struct talk *k, struct mobile *m, const char *arg)
{
	static const char *const days[] = {
		[TALK_SUNDAY] = "sunday", [TALK_HOLIDAY] = "holiday"
	};
	size_t n = strcspn(arg, " "), day = TALK_WORKING;
	char hhmm[8] = "";
	int minute;

	(void)m;
	for (size_t i = TALK_SUNDAY; i < ARRAY_LEN(days); i++) {
		if (arg[n] == ' ' && strcmp(arg + n + 1, days[i]) == 0)
			day = i;
	}
	(void)!str_copy_bytes(hhmm, sizeof(hhmm), arg, n);
	if (k->begun || !minute_of(hhmm, &minute) ||
	    (arg[n] == ' ' && day == TALK_WORKING))
		return fail(k, "at hh:mm [sunday|holiday] stands before the first words");
	world_begin(k, minute, (enum talk_day)day);
	return true;
}

static bool
on_zone(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	k->zone = (int)strtol(arg, NULL, 10) * 60;
	return !k->begun || fail(k, "zone stands before the first words");
}

static bool
on_lang(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	k->lang = lang_parse(arg);
	return k->lang != LANG_NONE || fail(k, "lang kk|ru|uz|ky|tg|tk|en");
}

/*
 * "only kk": its words answer in one language, under `--lang` of another it has nothing to say. "only":
 * how the language is found is what it tests.
 */
static bool
on_only(struct talk *k, struct mobile *m, const char *arg)
{
	bool forced = heard_forced != LANG_NONE;

	if (arg[0] == '\0') {
		k->skipped = forced;
		return true;
	}
	k->skipped = forced && heard_forced != lang_parse(arg);
	return on_lang(k, m, arg);
}

static bool
on_bearer(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	return strcmp(arg, "sms") == 0 || strcmp(arg, "ussd") == 0 ||
	    fail(k, "bearer sms|ussd, on the first line");
}

static bool
on_phone(struct talk *k, struct mobile *m, const char *arg)
{
	if (m->wrote)
		return fail(k, "this phone has written already");
	if (strcmp(arg, "none") == 0) {
		m->number.s[0] = '\0';
		return true;
	}
	return phone_parse(arg, &m->number) == RC_OK || fail(k, "phone +77010000001");
}

static bool
on_group(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	if (k->begun)
		return fail(k, "group stands before the first words");
	world_group(arg);
	return true;
}

static bool
on_hours(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	return registry_hours(arg) || fail(k, "hours A 09:00-18:00 mon-fri");
}

static bool
on_duty(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	return registry_duty(arg) || fail(k, "duty caseworker O");
}

static bool
on_colleague(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	return registry_colleague(arg) || fail(k, "colleague D");
}

/* The next text is read so late: an outage, or the phone was off. */
static bool
on_late(struct talk *k, struct mobile *m, const char *arg)
{
	(void)m;
	k->late_ms = (int64_t)strtol(arg, NULL, 10) * TALK_MINUTE;
	return k->late_ms > 0 || fail(k, "late N min");
}

static bool
on_at_most(struct talk *k, struct mobile *m, const char *arg)
{
	size_t most = strtoul(arg, NULL, 10), came = m->said_n - m->read;

	m->read = m->said_n;
	return came <= most || fail(k, "%zu texts came", came);
}

static bool
on_contains(struct talk *k, struct mobile *m, const char *arg)
{
	return holds(k, m->said, m->read, arg, true);
}

static bool
on_lacks(struct talk *k, struct mobile *m, const char *arg)
{
	return holds(k, m->said, m->read, arg, false);
}

static bool
on_parts(struct talk *k, struct mobile *m, const char *arg)
{
	return has_parts(k, m->said, m->read, arg);
}

static const struct command commands[] = {
	{ "<~", on_contains },
	{ "<!", on_lacks },
	{ "<#", on_parts },
	{ "<=", on_fits },
	{ "<", hears },
	{ ">", says },
	{ "+", on_time },
	{ "at most", on_at_most },
	{ "at", on_at },
	{ "bearer", on_bearer },
	{ "colleague", on_colleague },
	{ "console refuses", says_console_refused },
	{ "console", says_console },
	{ "cut", says_cut },
	{ "data", says_data },
	{ "dial", says_dial },
	{ "duty", on_duty },
	{ "flood", says_flood },
	{ "group", on_group },
	{ "hours", on_hours },
	{ "job answer", says_job },
	{ "job refuses", says_job_refused },
	{ "lang", on_lang },
	{ "late", on_late },
	{ "menu", says_menu },
	{ "only", on_only },
	{ "phone", on_phone },
	{ "press", says_press },
	{ "zone", on_zone },
};

/* -1: none of these words. */
static int
run_word(struct talk *k, struct mobile *m, const char *line, const struct command *v,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(v[i].word);

		if (strncmp(line, v[i].word, n) == 0 &&
		    (line[n] == '\0' || line[n] == ' '))
			return v[i].run(k, m, line[n] == ' ' ? line + n + 1 : "");
	}
	return -1;
}

static bool
run_line(struct talk *k, struct mobile *m, const char *line)
{
	int done = run_word(k, m, line, commands, ARRAY_LEN(commands));

	if (done < 0)
		done = run_word(k, m, line, talk_checks, talk_checks_n);
	return done > 0 || (done < 0 && fail(k, "not a line of a talk: %s", line));
}

/* "sms:" and "ussd:" before a line: on that bearer alone. NULL: not this time. */
static const char *
for_bearer(const struct talk *k, const char *line)
{
	const char *own = k->bearer == BEARER_SMS ? "sms:" : "ussd:";
	const char *other = k->bearer == BEARER_SMS ? "ussd:" : "sms:";

	if (line[0] == '\0' || line[0] == '#' || strncmp(line, other, strlen(other)) == 0)
		return NULL;
	if (strncmp(line, own, strlen(own)) != 0)
		return line;
	line += strlen(own);
	return line + (*line == ' ');
}

/* "2>", "2<" and "2 case ..." are of the second phone. */
static struct mobile *
phone_of(struct talk *k, const char **line)
{
	const char *s = *line;
	size_t i;

	if (s[0] < '1' || s[0] > '0' + TALK_PHONES || strchr("<> ", s[1]) == NULL)
		return &k->phone[0];
	i = (size_t)(s[0] - '1');
	*line = s + 1 + (s[1] == ' ');
	return &k->phone[i];
}

/* The last key of the next line that says what this phone hears. */
static const char *
next_key(struct talk *k, const struct mobile *m, char *const *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *s = for_bearer(k, line[i]), *blank;

		if (s == NULL || phone_of(k, &s) != m)
			continue;
		if (s[0] == '>')
			break;
		if (s[0] == '<' && s[1] == ' ') {
			blank = strrchr(s, ' ');
			return blank + 1;
		}
	}
	return "";
}

bool
lines_run(struct talk *k, char *const *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *s;
		struct receiver *r;
		struct mobile *m;
		bool fine;

		k->line = (unsigned)i + 1;
		s = for_bearer(k, line[i]);
		if (s == NULL)
			continue;
		r = talk_receiver_by(s[0]);
		if (r != NULL && s[1] != '\0' && strchr("<>~!#", s[1]) != NULL) {
			fine = receiver_line(k, r, s[1], s[2] == ' ' ? s + 3 : s + 2);
		} else {
			m = phone_of(k, &s);
			k->next = next_key(k, m, line + i + 1, n - i - 1);
			fine = run_line(k, m, s);
		}
		if (!fine || k->skipped)
			return fine || fail(k, "it failed");
	}
	for (size_t i = 0; i < TALK_PHONES; i++) {
		if (!talk_no_more(k, &k->phone[i]))
			return false;
	}
	return true;
}
