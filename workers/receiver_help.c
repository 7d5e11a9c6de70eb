/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HELP from a receiver: their referrals, or a person in need, who then goes the way of any person.
 * It decides nothing about a person. Called by receivers.c.
 */
#include "receiver_help.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* A word that every load of conf/words knows, in the language that the receiver reads. */
static const char *
help_word(enum lang l)
{
	static const char *const word[LANGS] = { [LANG_KK] = "көмек",
		[LANG_RU] = "помощь",
		[LANG_UZ] = "yordam",
		[LANG_KY] = "жардам",
		[LANG_TG] = "кӯмак",
		[LANG_TK] = "kömek",
		[LANG_EN] = "help" };

	return l < LANGS ? word[l] : word[LANG_RU];
}

bool
receiver_is_person(
    const struct writing *w, const struct receiver_words *s, bool relay, int ask)
{
	const struct person *p = w->a.p;

	if (relay || ask >= 0 || writing_is_asked(w, QUESTION_HELP) ||
	    writing_is_asked(w, QUESTION_LOST) || writing_is_asked(w, QUESTION_SURE))
		return false;
	if (p->session.step[0] != '\0')
		return s->word != SAYS_BEDS || s->beds < 0;
	return p->session.case_id != 0 && strcmp(p->text, "?") == 0;
}

enum rc
receiver_help(struct writing *w)
{
	enum rc rc = writing_ask(w, QUESTION_HELP, 0);

	return rc == RC_OK ? answering_say(&w->a, 0, "ref.help_which", NULL, 0) : rc;
}

static enum rc
person(struct writing *w)
{
	struct person *p = w->a.p;

	seal_wipe(p->text, strlen(p->text));
	free(p->text);
	p->text = xstrdup(help_word(w->a.lang));
	log_info("receiver.person", "contact=%lld", (long long)p->contact_id);
	return people_step(w->a.t, p, INPUT_TEXT);
}

enum rc
receiver_help_answer(struct writing *w, int digit, bool *taken)
{
	enum rc rc = writing_ask(w, "", 0);

	*taken = digit == 1 || digit == 2;
	if (rc != RC_OK || !*taken)
		return rc;
	return digit == 1 ? receiver_open(w) : person(w);
}
