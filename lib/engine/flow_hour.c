/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A free hour as people type it ("22-23", "22:30 23:30", "с 9 до 10"), as a code "2200-2300". What may
 * be read in two ways is not read: a knock at the wrong hour endangers. Pure; called by flow_answer.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"

#define DAY_MIN 1440
#define WIDEST_MIN 120
#define NARROWEST_MIN 10
#define RUNS_MAX 4
#define WORDS_MAX 5

/* A run of digits, and whether a colon or point ties the next one to it. */
struct run {
	int value;
	size_t len;
	bool tied;
};

/* Which runs of a text are tied to the next ("22:30"); only plain digits are looked at. */
static void
find_ties(struct run run[RUNS_MAX], unsigned runs, const char *text)
{
	unsigned at = 0;

	for (const char *s = text; *s != '\0' && at < runs;) {
		size_t n = strspn(s, "0123456789");

		if (n == 0) {
			s++;
			continue;
		}
		s += n;
		run[at++].tied = (*s == ':' || *s == '.') && s[1] >= '0' && s[1] <= '9';
	}
}

/*
 * The runs of digits; 0 when there is more than an hour may have. Before noon any word but an ending
 * may turn the hour round ("10 in the evening"): *plain is false then.
 */
static unsigned
read_runs(struct run run[RUNS_MAX], const struct words *w, const struct folded *f,
    const char *text, bool *plain)
{
	unsigned runs = 0, words = 0;

	*plain = true;
	for (unsigned i = 0; i < f->tokens; i++) {
		size_t n;
		const char *s = match_token(f, i, &n);

		if (!f->token[i].digits) {
			if (++words > WORDS_MAX)
				return 0;
			*plain = *plain &&
			    (match_chars(s, n) <= 2 || words_is_ending(w, s, n));
			continue;
		}
		if (runs == RUNS_MAX || n > 4)
			return 0;
		run[runs].value = (int)strtol(s, NULL, 10);
		run[runs].tied = false;
		run[runs++].len = n;
	}
	find_ties(run, runs, text);
	return runs;
}

/* Minutes of the day from run *at on, which moves past them; -1: no time of day. */
static int
read_time(const struct run *run, unsigned runs, unsigned *at, bool pairs)
{
	int h = run[*at].value, m = 0;

	if (run[*at].len > 2) {
		m = h % 100;
		h /= 100;
		if (m % 5 != 0)
			return -1; /* "2223" is as likely two hours */
	} else if (*at + 1 < runs &&
	    (pairs || run[*at].tied ||
		(run[*at + 1].len == 2 && run[*at + 1].value > 24))) {
		m = run[++*at].value;
		if (run[*at].len != 2)
			return -1;
	}
	++*at;
	if (h > 24 || m > 59 || (h == 24 && m > 0))
		return -1;
	return (h * 60 + m) % DAY_MIN;
}

bool
hour_read(char out[HOUR_CODE_MAX], const struct words *w, const struct folded *f,
    const char *text)
{
	struct run run[RUNS_MAX];
	unsigned runs, at = 0;
	bool plain, pairs;
	int from, to, wide;

	out[0] = '\0';
	runs = read_runs(run, w, f, text, &plain);
	pairs = runs == 4;
	if (runs == 0 || (runs == 1 && run[0].value == 0))
		return false;
	from = read_time(run, runs, &at, pairs);
	to = at < runs ? read_time(run, runs, &at, pairs) : (from + 60) % DAY_MIN;
	if (from < 0 || to < 0 || at < runs || (!plain && from < DAY_MIN / 2))
		return false;
	wide = (to - from + DAY_MIN) % DAY_MIN;
	if (wide < NARROWEST_MIN || wide > WIDEST_MIN)
		return false;
	return snprintf(out, HOUR_CODE_MAX, "%02d%02d-%02d%02d", from / 60 % 24,
		   from % 60, to / 60 % 24, to % 60) == HOUR_CODE_MAX - 1;
}
