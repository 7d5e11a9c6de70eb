/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who writes: in seven languages, calm, in danger, of a child, of others; what they answer to what they
 * read, when they fall silent, say stop, take consent back or ask. It checks nothing. Called by simulate.c.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "simulate.h"
#include "str.h"

#define WORDS_OF(kk, ru, uz, ky, tg, tk, en)                                    \
	{                                                                       \
		[LANG_KK] = kk, [LANG_RU] = ru, [LANG_UZ] = uz, [LANG_KY] = ky, \
		[LANG_TG] = tg, [LANG_TK] = tk, [LANG_EN] = en                  \
	}

static const char *const help[LANGS + 1] = WORDS_OF(
    "көмектесіңіз", "помогите", "yordam bering", "жардам", "кӯмак", "kömek", "help");
static const char *const danger[LANGS + 1] = WORDS_OF(
    "қауіп", "опасно", "xavf", "коркунуч", "хатар", "howp", "danger");
static const char *const report[LANGS + 1] = WORDS_OF(
    "хабарлаймын", "сообщить", "xabar berish", "билдирүү", "ариза", "arza", "report");
static const char *const relative[LANGS + 1] = WORDS_OF("туысқаным", "родственник",
    "qarindoshim", "тууганым", "хешовандам", "garyndaşym", "relative");
static const char *const stop[LANGS + 1] = WORDS_OF(
    "тоқта", "стоп", "to'xta", "токтот", "бас", "dur", "stop");
static const char *const withdraw[LANGS + 1] = WORDS_OF("бас тартамын", "отозвать",
    "rozi emasman", "баш тартам", "боз мегирам", "yzyna alýaryn", "withdraw");

static void
number_of(struct person *p, unsigned i)
{
	static const struct {
		enum lang lang;
		const char *form;
	} forms[] = { { LANG_KK, "+7701%07u" }, { LANG_RU, "+7705%07u" },
		{ LANG_UZ, "+99890%07u" }, { LANG_KY, "+99655%07u" },
		{ LANG_TG, "+99290%07u" }, { LANG_TK, "+99365%06u" } };
	char number[24];
	const char *form = "+7707%07u";

	for (size_t k = 0; k < ARRAY_LEN(forms); k++) {
		if (forms[k].lang == p->lang)
			form = forms[k].form;
	}
	/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the forms above */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(number, sizeof(number), form, i);
#pragma GCC diagnostic pop
	if (phone_parse(number, &p->number) != RC_OK)
		fatalx("simulate.person", "a number that is none");
	p->hash = keys_hash_number(&world.setup.keys, SEAL_PERSON_LOOKUP, &p->number);
}

static const char *
first_words(struct person *p)
{
	switch (p->persona) {
	case PERSONA_WITNESS:
		return report[p->lang];
	case PERSONA_RELATIVE:
		return relative[p->lang];
	case PERSONA_DANGER:
		return chance(&p->rng, 40) ? danger[p->lang] : help[p->lang];
	case PERSONA_CALM:
	case PERSONA_URGENT:
	case PERSONA_HELD:
	case PERSONA_CHILD:
	case PERSONAS:
		break;
	}
	return help[p->lang];
}

static int64_t
later(struct person *p, int64_t from_ms, unsigned hours)
{
	return from_ms + (int64_t)(draw_part(&p->rng) * (double)(hours * HOUR));
}

/* Unasked: once they have begun. */
static void
plan_more(struct person *p)
{
	int64_t t = p->begins_ms;

	if (chance(&p->rng, 8)) /* also in danger: perhaps under pressure */
		event_at(later(p, t, 30), EVENT_PERSON, p, NULL, 0, withdraw[p->lang]);
	if (chance(&p->rng, 5))
		event_at(later(p, t, 24), EVENT_PERSON, p, NULL, 0, stop[p->lang]);
	if (chance(&p->rng, 5)) /* danger later */
		event_at(later(p, t, 6), EVENT_PERSON, p, NULL, 0, danger[p->lang]);
	for (unsigned n = draw(&p->rng, 3); n > 0; n--)
		event_at(later(p, t, 40), EVENT_PERSON, p, NULL, 0, "?");
}

void
person_new(struct person *p, unsigned i, int64_t begin_ms)
{
	static const enum persona of[] = { PERSONA_CALM, PERSONA_CALM, PERSONA_CALM,
		PERSONA_DANGER, PERSONA_DANGER, PERSONA_URGENT, PERSONA_URGENT,
		PERSONA_HELD, PERSONA_HELD, PERSONA_CHILD, PERSONA_WITNESS,
		PERSONA_RELATIVE };
	int64_t day;

	p->rng.s = options.seed * 1000003 + i;
	p->persona = of[draw(&p->rng, ARRAY_LEN(of))];
	p->lang = (enum lang)(LANG_KK + (int)draw(&p->rng, 7));
	p->town = &towns[draw(&p->rng, (unsigned)towns_n)];
	p->silent_after = chance(&p->rng, 12) ? (unsigned short)draw(&p->rng, 9) : 1000;
	p->ngo_no = chance(&p->rng, 10);
	p->wants_police = chance(&p->rng, 35);
	p->wants_hour = chance(&p->rng, 40);
	number_of(p, i + 1);
	strcpy(p->token, "zqaaaaa"); /* no digits: those are masked */
	for (unsigned k = 2, rest = i; rest > 0; rest /= 26)
		p->token[k++] = (char)('a' + rest % 26);
	day = draw(&p->rng, options.days) * DAY;
	p->begins_ms = begin_ms + day +
	    (chance(&p->rng, 50) ? 11 * HOUR + draw(&p->rng, 6 * 3600) * 1000
				 : draw(&p->rng, 24 * 3600) * 1000);
	event_at(p->begins_ms, EVENT_PERSON, p, NULL, 0, first_words(p));
	plan_more(p);
}

static const char *
say_calm(struct person *p)
{
	return p->persona == PERSONA_DANGER ? "2"
	    : p->persona == PERSONA_HELD    ? "3"
					    : "1";
}

static const char *
say_where(struct person *p)
{
	static char words[64];

	if (p->town->region[0] == '\0')
		return p->town->name;
	snprintf(words, sizeof(words), "%s %s", p->town->name, p->token);
	return chance(&p->rng, 50) ? words : p->town->name;
}

static const char *
say_who(struct person *p)
{
	static const char *const who[] = { "1", "2", "4" };

	return p->persona == PERSONA_CHILD ? "3" : who[draw(&p->rng, 3)];
}

static const char *
say_what(struct person *p)
{
	static const char *const what[] = { "1", "2", "1 2", "4" };

	return p->persona == PERSONA_HELD ? "2 3" : what[draw(&p->rng, 4)];
}

static const char *
say_ngo(struct person *p)
{
	return p->ngo_no ? "2" : "1";
}

static const char *
say_need(struct person *p)
{
	return p->persona == PERSONA_URGENT ? "1" : chance(&p->rng, 50) ? "3 4" : "0";
}

static const char *
say_street(struct person *p)
{
	static char words[64];

	snprintf(words, sizeof(words), "abay koshesi %s", p->token);
	return words;
}

static const char *
say_open(struct person *p)
{
	return p->wants_police ? "1" : "2";
}

static const char *
say_police(struct person *p)
{
	return p->wants_police ? "1" : "2";
}

static const char *
say_hour(struct person *p)
{
	return p->wants_hour ? "2" : "1";
}

static const char *
say_country(struct person *p)
{
	static const char *const digit[] = { "1", "2", "3", "4", "5", "6", "7", "8" };

	return digit[draw(&p->rng, 8)];
}

static const char *
say_life(struct person *p)
{
	return chance(&p->rng, 25) ? "1" : "2";
}

static const char *
say_one_or_two(struct person *p)
{
	return chance(&p->rng, 50) ? "1" : "2";
}

static const char *
say_kind(struct person *p)
{
	return chance(&p->rng, 60) ? "1" : "2";
}

static const struct {
	const char *key;
	const char *words;
	const char *(*of)(struct person *p);
} answers[] = {
	{ "first.screen", NULL, first_words },
	{ "first.intro", NULL, say_calm },
	{ "ask.calm", NULL, say_calm },
	{ "ask.where", NULL, say_where },
	{ "ask.where_now", NULL, say_where },
	{ "ask.where_there", NULL, say_where },
	{ "ask.which", "1", NULL },
	{ "ask.what", NULL, say_what },
	{ "ask.what_child", "1", NULL },
	{ "ask.who", NULL, say_who },
	{ "ask.ngo", NULL, say_ngo },
	{ "ask.count", "3", NULL },
	{ "ask.kids", "2", NULL },
	{ "ask.need", NULL, say_need },
	{ "ask.need_child", "1", NULL },
	{ "ask.street", NULL, say_street },
	{ "ask.open", NULL, say_open },
	{ "ask.police", NULL, say_police },
	{ "ask.embassy", NULL, say_one_or_two },
	{ "ask.when", NULL, say_hour },
	{ "ask.hour", "22-23", NULL },
	{ "ask.code", "2", NULL },
	{ "ask.about", "2", NULL },
	{ "ask.phone", NULL, say_one_or_two },
	{ "ask.life", NULL, say_life },
	{ "ask.band", "2", NULL },
	{ "ask.child", NULL, say_one_or_two },
	{ "ask.window", NULL, say_one_or_two },
	{ "ask.last", "2", NULL },
	{ "ask.last_now", "2", NULL },
	{ "ask.country", NULL, say_country },
	{ "ask.employer", "0", NULL },
	{ "ask.withdraw", NULL, say_kind },
	{ "ask.withdraw_sure", "1", NULL },
	{ "knock", "1", NULL },
};

/* A yes to police and a taking back count from the moment that they are said. */
void
person_decides(struct person *p, const struct event *e)
{
	if (e->number == 0) {
		p->stopped = strcmp(e->words, stop[p->lang]) == 0;
		return;
	}
	if (strcmp(e->words, "?") == 0) {
		p->stopped = false;
		return;
	}
	if (e->number == p->where_q)
		p->moved_ms = clock_wall_ms();
	if (e->number == p->police_no)
		p->police_yes = strcmp(e->words, "1") == 0;
	p->police_ever = p->police_ever || p->police_yes;
	if (e->number == p->ngo_q) {
		p->ngo_yes = strcmp(e->words, "1") == 0;
		if (p->ngo_yes && p->withdrew_case == p->ngo_case)
			p->withdrew_case = 0; /* asked anew, and said yes anew */
	}
	if (e->number == p->window_q && strcmp(e->words, "1") == 0)
		p->witness_until = clock_wall_ms() + DAY;
	if (e->number == p->kind_no)
		p->takes_all_back = strcmp(e->words, "1") == 0;
	if (e->number == p->sure_no) {
		p->police_yes = false;
		if (p->takes_all_back)
			p->withdrew_case = p->sure_case;
	}
}

static void
note_question(struct person *p, const struct row *r)
{
	const char *key = r->key;

	if (strcmp(key, "ask.police") == 0)
		p->police_no = p->answer_no;
	else if (strncmp(key, "ask.where", 9) == 0 || strcmp(key, "ask.which") == 0)
		p->where_q = p->answer_no;
	else if (strcmp(key, "ask.window") == 0)
		p->window_q = p->answer_no;
	else if (strcmp(key, "ask.withdraw") == 0)
		p->kind_no = p->answer_no;
	if (strcmp(key, "ask.ngo") == 0) {
		p->ngo_q = p->answer_no;
		p->ngo_case = r->case_number;
	} else if (strcmp(key, "ask.withdraw_sure") == 0) {
		p->sure_no = p->answer_no;
		p->sure_case = r->case_number;
	}
}

void
person_reads(struct person *p, const struct row *r)
{
	unsigned seconds = 15 + draw(&p->rng, 75);

	p->answer_no++;
	note_question(p, r);
	if (strncmp(r->key, "phrase.", 7) == 0) {
		event_at(clock_wall_ms() + seconds * 1000, EVENT_PERSON, p, NULL,
		    p->answer_no, "1");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		if (strcmp(answers[i].key, r->key) != 0)
			continue;
		if (p->answers++ >= p->silent_after) {
			p->silent = true;
			return;
		}
		if (chance(&p->rng, 4))
			seconds = 600 + draw(&p->rng, 7200);
		event_at(clock_wall_ms() + seconds * 1000, EVENT_PERSON, p, NULL,
		    p->answer_no,
		    answers[i].of != NULL ? answers[i].of(p) : answers[i].words);
		return;
	}
}
