/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipped words of every language, and a text that is folded: what tests of matching begin with.
 * It asks nobody. Included by tests/unit/match_test.c and keywords_test.c, which run from the top folder.
 */
#ifndef SHYRAQ_WORDS_STAGE_H
#define SHYRAQ_WORDS_STAGE_H

#include "match.h"
#include "words.h"

#define BIT(l) (1U << LANG_##l)

static struct folded f;
static struct words *words;

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (words_load("conf", &words, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	words_free(words);
	return 0;
}

#endif
