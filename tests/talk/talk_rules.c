/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What holds after every line of every talk, whatever the talk itself asks: the rules of silence, of
 * cover words, of sizes, of whom may be asked. It asks the engine nothing. Called by talk_world.c.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "match.h"
#include "screen.h"
#include "str.h"
#include "talk.h"

#define ANSWER_MS 90000
#define WINDOW_MS (15 * TALK_MINUTE)
#define LEAST_MS (5 * TALK_MINUTE) /* the least validity that a network takes */
#define SLACK_MS 2000
#define BANS 2048
#define BAN_WORDS 4
#define FIVE 5
#define NUMBER_TAIL 9 /* digits of a number that would tell whose it is */

struct ban {
	enum lang lang;
	bool prefix;
	unsigned words;
	char line[96];
	char word[BAN_WORDS][MATCH_WORD_MAX];
};
static struct ban bans[BANS];
static size_t bans_n;
static struct folded folded;

static void
read_ban(enum lang l, const char *line)
{
	struct ban *b = &bans[bans_n];
	size_t n = strlen(line);

	if (n == 0 || line[0] == '#')
		return;
	match_fold(&folded, line);
	if (bans_n == BANS || folded.tokens == 0 || folded.tokens > BAN_WORDS)
		fatalx("talk.ban", "%s: a line that is no words, or too many lines",
		    lang_code(l));
	*b = (struct ban){
		.lang = l, .prefix = line[n - 1] == '*', .words = folded.tokens
	};
	(void)!str_copy(b->line, sizeof(b->line), line);
	for (unsigned i = 0; i < b->words; i++) {
		const char *s = match_token(&folded, i, &n);

		if (!str_copy_bytes(b->word[i], sizeof(b->word[i]), s, n))
			fatalx("talk.ban", "%s: too long a word", lang_code(l));
	}
	bans_n++;
}

void
rules_open(const char *conf_dir)
{
	char path[PATH_MAX], line[256];

	for (unsigned l = 0; l < LANGS; l++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/po/ban.%s", conf_dir,
		    lang_code((enum lang)l));
		f = fopen(path, "re");
		while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
			line[strcspn(line, "\r\n")] = '\0';
			read_ban((enum lang)l, line);
		}
		if (f != NULL)
			fclose(f);
	}
}

static bool
holds_ban(const struct ban *b)
{
	for (unsigned at = 0; at + b->words <= folded.tokens; at++) {
		unsigned i = 0;

		for (; i < b->words; i++) {
			size_t n, want = strlen(b->word[i]);
			const char *s = match_token(&folded, at + i, &n);
			bool open = b->prefix && i + 1 == b->words;

			if (n < want || memcmp(s, b->word[i], want) != 0 ||
			    (n > want && !open))
				break;
		}
		if (i == b->words)
			return true;
	}
	return false;
}

/* The banned line that a text holds, or NULL. */
static const char *
banned(const char *text, enum lang l)
{
	match_fold(&folded, text);
	for (size_t i = 0; i < bans_n; i++) {
		if (bans[i].lang == l && holds_ban(&bans[i]))
			return bans[i].line;
	}
	return NULL;
}

bool
rules_holds(const char *text, size_t *at, const char *tmpl)
{
	const char *t = text + *at;

	while (*tmpl != '\0') {
		size_t n = strcspn(tmpl, "{");
		char piece[FLOW_TEXT_MAX];
		const char *found;

		if (!str_copy_bytes(piece, sizeof(piece), tmpl, n))
			return false;
		found = strstr(t, piece);
		if (found == NULL)
			return false;
		t = found + n;
		tmpl += n;
		if (*tmpl == '{')
			tmpl += strcspn(tmpl, "}") + 1;
	}
	*at = (size_t)(t - text);
	return true;
}

static bool
is_said_by(const struct said *s, enum text_register reg, const char *key)
{
	const struct texts *all = flows_texts(flowset_newest(&world.setup.flows));
	const char *tmpl;
	size_t at = 0;

	if (s->lang >= LANGS || !texts_has_lang(all, s->lang))
		return false;
	tmpl = text_get(all, s->lang, reg, key);
	return tmpl != NULL && rules_holds(s->text, &at, tmpl);
}

static bool
is_said_in(const struct said *s, enum text_register reg)
{
	char key[TALK_KEY_MAX + 8];

	snprintf(key, sizeof(key), "%s@ussd", s->key);
	return is_said_by(s, reg, s->key) || (s->ussd && is_said_by(s, reg, key));
}

/* Said in plain words, and not the same in cover words. */
static bool
is_plain(const struct said *s)
{
	return is_said_in(s, TEXT_PLAIN) && !is_said_in(s, TEXT_COVER);
}

static bool
holds_number(const char *text, const char *number)
{
	char digits[FLOW_TEXT_MAX];
	size_t n = 0, len = strlen(number);

	if (len < NUMBER_TAIL)
		return false;
	for (const char *p = text; *p != '\0' && n + 1 < sizeof(digits); p++) {
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
		else if (*p != ' ' && *p != '-' && n > 0 && digits[n - 1] != '.')
			digits[n++] = '.';
	}
	digits[n] = '\0';
	return strstr(digits, number + len - NUMBER_TAIL) != NULL;
}

/* S12: in one piece or parted, as it was told to the person. */
static bool
holds_code(const char *text, const char *code)
{
	size_t n = 0;

	for (const char *p = text; code[0] != '\0' && *p != '\0'; p++) {
		if (*p == code[n]) {
			if (code[++n] == '\0')
				return true;
		} else if (*p != ' ' && *p != '-') {
			n = *p == code[0] ? 1 : 0;
		}
	}
	return false;
}

/* S11: no number of anybody; every placeholder filled. */
static bool
text_is_clean(struct talk *k, const struct said *s)
{
	for (size_t i = 0; i < TALK_PHONES; i++) {
		if (holds_number(s->text, k->phone[i].number.s))
			return fail(k, "%s holds the number of a person", s->key);
	}
	for (size_t i = 0; i < talk_receivers_n; i++) {
		if (holds_number(s->text, talk_receivers[i].number))
			return fail(k, "%s holds the number of a receiver", s->key);
	}
	if (strpbrk(s->text, "{}") != NULL)
		return fail(
		    k, "%s: a place in the text was not filled: %s", s->key, s->text);
	return true;
}

/* S3: cover words, unless plain ones were agreed to; S3a: police only in plain words. */
static bool
words_are_allowed(struct talk *k, const struct mobile *m, const struct said *s)
{
	bool plain = is_plain(s);
	const char *ban;

	if (plain && !m->plain_yes && !m->session.plain)
		return fail(
		    k, "%s was said in plain words, nobody agreed to them", s->key);
	if (strncmp(s->key, "ask.police", 10) == 0 && is_said_in(s, TEXT_COVER) &&
	    !is_said_in(s, TEXT_PLAIN))
		return fail(k, "police were asked about in cover words");
	if (plain || m->session.plain)
		return true;
	ban = banned(s->text, s->lang);
	return ban == NULL ||
	    fail(k, "%s holds the banned word \"%s\": %s", s->key, ban, s->text);
}

static void
note_code(struct mobile *m, const char *text)
{
	size_t n = 0;
	char code[16];

	for (const char *p = text;; p++) {
		if (*p >= '0' && *p <= '9' && n < 11) {
			code[n++] = *p;
		} else if (*p == ' ' && n == 5 && p[1] >= '0' && p[1] <= '9') {
			continue;
		} else {
			if (n == 10) {
				code[n] = '\0';
				memcpy(m->own_code, code, n + 1);
				return;
			}
			n = 0;
		}
		if (*p == '\0')
			return;
	}
}

bool
rules_screen(struct talk *k, struct mobile *m, const char *screen)
{
	struct said s = { .ussd = true, .lang = m->session.lang };
	const struct effect *say = heard_say();

	note_code(m, screen);
	if (screen[0] == '\0')
		return fail(k, "an empty screen");
	if (!gsm_fits_screen(screen))
		return fail(
		    k, "a screen of %u units: %s", gsm_size_of(screen).units, screen);
	(void)!str_copy(s.key, sizeof(s.key),
	    say != NULL && say->key != NULL ? say->key : "a screen");
	(void)!str_copy(s.text, sizeof(s.text), screen);
	return text_is_clean(k, &s) && words_are_allowed(k, m, &s);
}

static bool
is_in_safe_time(struct talk *k, struct mobile *m, const struct row *r)
{
	int64_t now = clock_wall_ms(), day = 1440 * TALK_MINUTE, local, begin, end;
	struct facts c;
	bool follow;
	int zone;

	if (!facts_case(m, &c) || c.safe_from < 0 || c.safe_to < 0)
		return fail(k, "a text without a safe time");
	zone = turn_zone_minutes(c.region);
	local = now + zone * TALK_MINUTE;
	begin = local / day * day + c.safe_from * TALK_MINUTE - zone * TALK_MINUTE;
	end = begin + (c.safe_to - c.safe_from) * TALK_MINUTE;
	if (end <= begin)
		end += day;
	if (now < begin) {
		begin -= day;
		end -= day;
	}
	if (now >= end)
		return fail(k, "a knock outside the safe time");
	/* the hour was agreed to anew for the one question after an ended case */
	follow = strcmp(c.state, "closed") == 0 && now < c.follow_until;
	if (c.safe_until >= 0 && now >= c.safe_until && !follow)
		return fail(k, "a knock after the days of the safe time");
	if (r->window_until > end + SLACK_MS)
		return fail(k, "a knock that outlives its safe time");
	if (m->knocked)
		return fail(k, "a second knock, and they have not written");
	m->knocked = true;
	return true;
}

/* S1: what nobody waits for goes only into an agreed time. */
static bool
is_push_allowed(
    struct talk *k, struct mobile *m, const struct row *r, const struct said *s)
{
	int64_t now = clock_wall_ms();

	if (strcmp(s->key, "knock") == 0)
		return is_in_safe_time(k, m, r);
	if (facts_witness_until(m) > now)
		return true;
	if ((m->session.plain || m->plain_yes || strcmp(s->key, "job.answer") == 0) &&
	    now <= m->window_t0 + WINDOW_MS - LEAST_MS &&
	    r->window_until <= m->window_t0 + WINDOW_MS + SLACK_MS)
		return true;
	return fail(k, "%s went to a person who did not wait for it", s->key);
}

static bool
is_reply_in_time(
    struct talk *k, const struct mobile *m, const struct row *r, const struct said *s)
{
	const struct effect *say = heard_say();
	int64_t now = clock_wall_ms();
	int64_t until = say != NULL && say->stranger ? r->submit_by + LEAST_MS
						     : m->t0 + WINDOW_MS;

	if (now > m->t0 + ANSWER_MS + SLACK_MS)
		return fail(k, "%s went later than 90 s", s->key);
	if (r->submit_by == 0 || r->submit_by > m->t0 + ANSWER_MS)
		return fail(k, "%s may be submitted later than 90 s", s->key);
	if (r->window_until == 0 || r->window_until > until)
		return fail(k, "%s is in the air longer than the window", s->key);
	return true;
}

bool
rules_person_row(
    struct talk *k, struct mobile *m, const struct row *r, const struct said *s)
{
	struct gsm_size size = gsm_size_of(s->text);
	bool reply = k->turn_of == m && r->inbox_id != 0;

	note_code(m, s->text);
	if (size.parts > 2)
		return fail(k, "%s has %u parts: %s", s->key, size.parts, s->text);
	if (!m->texted && !m->asked_sms)
		return fail(k, "%s as a text to who came by USSD", s->key);
	if (m->stopped && strcmp(s->key, "stop.decoy") != 0)
		return fail(k, "%s after a stop", s->key);
	if (!(reply ? is_reply_in_time(k, m, r, s) : is_push_allowed(k, m, r, s)))
		return false;
	return text_is_clean(k, s) && words_are_allowed(k, m, s);
}

bool
rules_receiver_row(
    struct talk *k, struct receiver *r, const struct row *row, const struct said *s)
{
	struct gsm_size size = gsm_size_of(s->text);
	bool first = strncmp(s->key, "ref.first", 9) == 0;

	if (size.parts > (first || strcmp(s->key, "ref.reminder") == 0 ? 1U : 2U))
		return fail(k, "%s has %u parts: %s", s->key, size.parts, s->text);
	if (r->letter == 'P' && first && !facts_police_may(row->case_id))
		return fail(k, "police were asked, and nobody said yes");
	for (size_t i = 0; i < TALK_PHONES; i++) {
		if (holds_code(s->text, k->phone[i].own_code))
			return fail(k, "%s holds a person's own code", s->key);
	}
	return text_is_clean(k, s);
}

static bool
note_answer(struct mobile *m, const struct effect *e)
{
	if (e->name[0] == '_' || strcmp(e->name, "where") == 0 ||
	    m->answered == TALK_NAMES)
		return true;
	for (unsigned i = 0; i < m->answered; i++) {
		if (strcmp(m->answer[i], e->name) == 0)
			return true;
	}
	memcpy(m->answer[m->answered++], e->name, sizeof(e->name));
	return true;
}

static void
note_effect(struct mobile *m, const struct effect *e)
{
	switch (e->kind) {
	case EFFECT_CASE_OPEN:
		m->answered = 0;
		m->referred = false;
		m->ngo_no = false;
		m->case_id = 0;
		break;
	case EFFECT_ANSWER:
		note_answer(m, e);
		if (strcmp(e->name, "open") == 0)
			m->plain_yes = strcmp(e->code, "yes") == 0;
		break;
	case EFFECT_CONSENT:
		if (strcmp(e->name, "ngo") == 0)
			m->ngo_no = strcmp(e->code, "no") == 0;
		break;
	case EFFECT_REFER:
		m->referred = true;
		break;
	case EFFECT_STOP:
		m->stopped = true;
		break;
	case EFFECT_DO:
		if (strcmp(e->name, "safe_time") == 0)
			m->asked_sms = true;
		break;
	case EFFECT_SAY:
		if (!e->stranger && !heard.late)
			m->window_t0 = m->t0;
		break;
	case EFFECT_OWN_STOP:
	case EFFECT_CASE_CLASS:
	case EFFECT_NARRATIVE:
	case EFFECT_PLACE:
	case EFFECT_TASK:
	case EFFECT_READ:
	case EFFECT_END:
		break;
	}
}

/* S4: after a stop only these open the line again. */
static bool
opens_again(const struct talk *k)
{
	match_fold(&folded, k->words);
	return folded.question || k->words[0] == '\0' ||
	    flows_is_danger(heard.f, k->words) || strcmp(k->words, "112") == 0;
}

/* S18: what a stranger is answered opens no window. */
static bool
window_is_right(struct talk *k, struct mobile *m)
{
	const struct effect *say = heard_say();
	int64_t before = m->window_until;

	m->window_until = facts_window_until(m);
	if (say != NULL && say->stranger && m->window_until != before)
		return fail(k, "a stranger's answer has opened a window");
	return true;
}

/* S6: the referral of this phone's case was due before this step, perhaps by another phone of the case. */
static bool
was_referred(const struct talk *k, const struct mobile *m)
{
	bool any = m->referred;

	for (size_t i = 0; i < TALK_PHONES; i++)
		any = any ||
		    (k->phone[i].referred && heard.before.case_id != 0 &&
			k->phone[i].session.case_id == heard.before.case_id);
	return any;
}

bool
rules_after_step(struct talk *k, struct mobile *m)
{
	bool was = m->stopped, referred = was_referred(k, m);

	if (heard.steps == 0)
		return true;
	if (heard.rc != RC_OK)
		return fail(k, "the engine refused the step");
	m->session = heard.after;
	m->hidden = heard.hidden;
	for (size_t i = 0; i < heard.e.n; i++)
		note_effect(m, &heard.e.v[i]);
	if (was && heard_say() != NULL && (k->turn_of != m || !opens_again(k)))
		return fail(k, "%s was said after a stop", heard_say()->key);
	if (was && !heard.after.stopped && k->turn_of == m)
		m->stopped = false;
	if (strcmp(heard.before.flow, "help") == 0 && m->answered > FIVE && !referred &&
	    !m->ngo_no)
		return fail(k, "%u answers, and the referral has not left", m->answered);
	return m->peer_id == 0 || window_is_right(k, m);
}
