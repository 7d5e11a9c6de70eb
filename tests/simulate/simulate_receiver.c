/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers and operators: they answer at once, late, twice, wrongly or never, decline with a reason, give
 * back, accept and fall silent, sleep at night and at the weekend. It checks nothing. Called by on_text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "simulate.h"
#include "str.h"

#define MORNING (8 * HOUR)
#define EVENING (22 * HOUR)

struct asked *
asked_of(struct person *p, struct contact *k, int64_t case_id, bool make)
{
	for (size_t i = 0; i < p->asks; i++) {
		if (p->ask[i].k == k && p->ask[i].case_id == case_id)
			return &p->ask[i];
	}
	if (!make)
		return NULL;
	if (p->asks == p->asks_cap) {
		p->asks_cap = p->asks_cap == 0 ? 4 : 2 * p->asks_cap;
		p->ask = xreallocarray(p->ask, p->asks_cap, sizeof(*p->ask));
	}
	p->ask[p->asks] = (struct asked){ .k = k, .case_id = case_id };
	return &p->ask[p->asks++];
}

bool
receiver_is_police(const struct asked *a)
{
	return strcmp(a->k->r->kind, "police") == 0;
}

bool
receiver_is_operator(const struct asked *a)
{
	return strcmp(a->k->r->kind, "operator") == 0;
}

bool
receiver_is_organisation(const struct asked *a)
{
	return strcmp(a->k->r->kind, "ngo") == 0 || strcmp(a->k->r->kind, "shelter") == 0;
}

/* When they would really do it: not asleep, not at the weekend. */
static int64_t
awake(const struct receiver *r, int64_t at_ms)
{
	for (int i = 0; i < 8; i++) {
		int64_t local = at_ms + r->zone * MINUTE, of_day = local % DAY;
		int64_t weekday = (local / DAY + 3) % 7;

		if ((!r->weekends && weekday >= 5) ||
		    (!r->round_the_clock && of_day >= EVENING))
			at_ms += DAY - of_day + MORNING;
		else if (!r->round_the_clock && of_day < MORNING)
			at_ms += MORNING - of_day;
		else
			break;
	}
	return at_ms;
}

static void
says(struct person *p, struct asked *a, int64_t minutes, const char *form)
{
	struct receiver *r = a->k->r;
	int64_t at = clock_wall_ms() + minutes * MINUTE + draw(&r->rng, 60) * 1000;
	char words[SAID_MAX];
	size_t n = 0;

	words[0] = '\0';
	for (const char *f = form; *f != '\0'; f++) {
		if (*f == '#')
			(void)!str_add(words, sizeof(words), &n, "%s", a->code);
		else
			(void)!str_add(words, sizeof(words), &n, "%c", *f);
	}
	event_at(awake(r, at), EVENT_RECEIVER, p, a, 0, words);
}

static const char *
yes(struct rng *r)
{
	static const char *const forms[] = { "1 #", "1#", "# 1", "#", "да #", "беру #",
		"# TAKE", "OLAMAN #", "# да, 2 места", "1 # будем через 30 мин",
		"беру # через 30 мин", "# возьмём, приедем к 18:00", "ок #",
		"1 # тел 8 701 000 11 22", "# biz olamiz, 2 joy bor" };

	return forms[draw(r, ARRAY_LEN(forms))];
}

static const char *
no(struct rng *r)
{
	static const char *const forms[] = { "2 #", "нет #", "2 # занята",
		"2 # уехали до 18:00", "# нас нет", "# мест нет", "# ала алмаймыз" };

	return forms[draw(r, ARRAY_LEN(forms))];
}

static enum plan_of
plan_of(struct receiver *r)
{
	static const enum plan_of others[] = { PLAN_NEVER, PLAN_NEVER, PLAN_LATE,
		PLAN_LATE, PLAN_DECLINE, PLAN_DECLINE, PLAN_BACK, PLAN_LAPSE };
	static const enum plan_of good[] = { PLAN_SOON, PLAN_SOON, PLAN_SOON, PLAN_SOON,
		PLAN_TWICE, PLAN_WRONG_CODE, PLAN_BARE };

	return chance(&r->rng, r->good) ? good[draw(&r->rng, ARRAY_LEN(good))]
					: others[draw(&r->rng, ARRAY_LEN(others))];
}

/* Just when a clock runs out, or hours later. */
static unsigned
late_minutes(struct rng *r)
{
	static const unsigned clocks[] = { 10, 15, 20, 30, 45, 60, 90, 240 };

	return chance(r, 50) ? clocks[draw(r, ARRAY_LEN(clocks))] : 12 + draw(r, 500);
}

static bool
is_used(const struct contact *k, const char *code)
{
	for (unsigned i = 0; i < options.cases; i++) {
		for (size_t n = 0; n < persons[i].asks; n++) {
			if (persons[i].ask[n].k == k &&
			    strcmp(persons[i].ask[n].code, code) == 0)
				return true;
		}
	}
	return false;
}

/* A digit wrong, and not by chance the code of another case of theirs. */
static void
wrong_code(const struct asked *a, char out[16])
{
	unsigned code = (unsigned)atoi(a->code);

	do {
		code = (code + 10) % 1000;
		snprintf(out, 16, "%03u", code);
	} while (is_used(a->k, out) && code != (unsigned)atoi(a->code));
}

static void
plan_answer(struct person *p, struct asked *a)
{
	struct rng *r = &a->k->r->rng;
	unsigned soon = 1 + draw(r, 9);
	char code[16], words[24];
	size_t n = 0;

	a->plan = plan_of(a->k->r);
	switch (a->plan) {
	case PLAN_NEVER:
		break;
	case PLAN_SOON:
	case PLAN_BACK:
	case PLAN_LAPSE:
		says(p, a, soon, yes(r));
		break;
	case PLAN_LATE:
		says(p, a, late_minutes(r), yes(r));
		break;
	case PLAN_TWICE:
		says(p, a, soon, yes(r));
		says(p, a, soon + draw(r, 200), "1 #");
		break;
	case PLAN_WRONG_CODE:
		wrong_code(a, code);
		(void)!str_add(words, sizeof(words), &n, "1 %s", code);
		says(p, a, soon, words);
		says(p, a, soon + 3, "1 #");
		break;
	case PLAN_DECLINE:
		says(p, a, soon, no(r));
		break;
	case PLAN_BARE:
		says(p, a, soon, "1");
		says(p, a, soon + 3, "#");
		break;
	}
}

/* An operator takes a case by its code, sees to it another way, or is not there. */
static void
plan_operator(struct person *p, struct asked *a)
{
	struct rng *r = &a->k->r->rng;

	if (chance(r, 50))
		says(p, a, chance(r, 70) ? 1 + draw(r, 20) : draw(r, 900), "1 #");
	else if (chance(r, 60))
		event_at(clock_wall_ms() + (5 + draw(r, 700)) * MINUTE, EVENT_OPERATOR, p,
		    a, 0, "");
}

/* The case is theirs. */
static void
plan_help(struct person *p, struct asked *a)
{
	struct rng *r = &a->k->r->rng;
	unsigned drive = 20 + draw(r, 90);

	if (a->plan == PLAN_LAPSE)
		return;
	if (a->plan == PLAN_BACK) {
		says(p, a, 5 + draw(r, 60), "7 #");
		return;
	}
	if (chance(r, 20))
		says(p, a, 2, "51 # 15:00");
	if (chance(r, 60))
		says(p, a, 3 + draw(r, 20),
		    chance(r, 50) ? "4 #" : "4 # будем через 30 мин");
	if (chance(r, 85)) {
		says(p, a, drive, chance(r, 50) ? "5 #" : "# встретили её, всё хорошо");
	} else if (chance(r, 60)) {
		says(p, a, drive, chance(r, 50) ? "6 #" : "# не нашли никого");
		says(p, a, drive + 60 + draw(r, 200), chance(r, 50) ? "7 #" : "5 #");
	}
}

/* "... 1 482 ...": the one run of three digits behind a 1 of its own. */
static void
read_code(struct asked *a, const char *text)
{
	for (const char *p = text; (p = strstr(p, "1 ")) != NULL; p++) {
		if ((p == text || p[-1] == ' ') && strspn(p + 2, "0123456789") == 3) {
			memcpy(a->code, p + 2, 3);
			a->code[3] = '\0';
			return;
		}
	}
	fatalx("simulate.code", "a first text without a code");
}

static void
reads_first(struct person *p, struct asked *a, const struct row *r)
{
	read_code(a, r->text);
	if (a->firsts > 1)
		return;
	if (receiver_is_operator(a))
		plan_operator(p, a);
	else
		plan_answer(p, a);
}

static void
reads_lease(struct person *p, struct asked *a)
{
	struct rng *r = &a->k->r->rng;

	if (chance(r, 50)) {
		says(p, a, 2 + draw(r, 10), "4 #");
		says(p, a, 30 + draw(r, 60), "5 #");
	}
}

void
receiver_reads(struct person *p, struct asked *a, const struct row *r)
{
	struct rng *d = &a->k->r->rng;
	static const char *const digit[] = { "1", "2", "3", "4" };

	if (strcmp(r->key, "ref.first") == 0 || strcmp(r->key, "ref.operator") == 0)
		reads_first(p, a, r);
	else if (strcmp(r->key, "ref.detail") == 0 && r->inbox_id != 0 && !a->holds)
		plan_help(p, a);
	else if (strcmp(r->key, "ref.lease") == 0)
		reads_lease(p, a);
	else if (strcmp(r->key, "ref.lapsed") == 0 && chance(d, 25))
		says(p, a, draw(d, 60), "4 #");
	else if (strcmp(r->key, "ref.declined") == 0 && chance(d, 70))
		says(p, a, 0, digit[draw(d, 4)]);
	else if (strcmp(r->key, "ref.taken_else") == 0 && a->plan != PLAN_LATE &&
	    chance(d, 15))
		says(p, a, draw(d, 120), yes(d));
	else if (strncmp(r->key, "ref.outcome_ask", 15) == 0 && chance(d, 80))
		says(p, a, 1 + draw(d, 30), chance(d, 80) ? "1 #" : "9 #");
}
