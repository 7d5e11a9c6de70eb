/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Danger or help in a text that belongs to no conversation: a receiver's own phone may be a person's.
 * It changes nothing. Called by the turn for receivers' texts.
 */
#include "flow_priv.h"

bool
flows_is_danger(const struct flows *f, const char *text)
{
	static struct folded folded;
	struct words_found found;

	match_fold(&folded, text);
	words_find(f->words, &folded, 0, &found);
	return found.any[WORD_DANGER] != 0 || found.any[WORD_HELP] != 0;
}

bool
flows_says_danger(const struct flows *f, const char *text)
{
	static struct folded folded;
	struct words_found found;

	match_fold(&folded, text);
	words_find(f->words, &folded, 0, &found);
	return found.any[WORD_DANGER] != 0;
}
