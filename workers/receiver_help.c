/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HELP from a receiver: their referrals, or a person in need, who then goes the way of any person.
 * It decides nothing about a person. Called by receivers.c.
 */
#include "receiver_help.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
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

/* "№317" of a referral of theirs. */
static bool
is_their_case(const struct answering *a, int number)
{
	for (int i = 0; number >= 0 && i < db_count(a->asks); i++) {
		if (db_get_i64(a->asks, i, 5) == number)
			return true;
	}
	return false;
}

/*
 * Colleagues of who reports are not asked about it: they know, or are not to read it. Somebody on duty is told
 * whose phone it was.
 */
static void
reported(struct writing *w)
{
	const struct person *p = w->a.p;

	out_row(w->a.t->out, OUT_CASE_REPORTER, p->session.case_id, p->contact_id);
	out_row(w->a.t->out, OUT_TASK, "receiver_reports", p->session.case_id,
	    p->inbox_id, p->contact_id);
}

enum rc
receiver_as_person(struct writing *w)
{
	const struct person *p = w->a.p;
	struct out *out = w->a.t->out;
	int texts = out_rows(out, OUT_OUTBOX), cases = out_rows(out, OUT_CASE_OPEN);
	enum rc rc = people_step(w->a.t, w->a.p, INPUT_TEXT);

	if (rc != RC_OK)
		return rc;
	if (out_rows(out, OUT_CASE_OPEN) > cases)
		reported(w);
	return out_rows(out, OUT_OUTBOX) > texts || p->late || p->session.stopped ||
		p->guarded_ms > clock_wall_ms()
	    ? RC_OK
	    : answering_say(&w->a, 0, "ref.help", NULL, 0);
}

bool
receiver_is_person(
    const struct writing *w, const struct receiver_words *s, bool relay, int ask)
{
	const struct person *p = w->a.p;

	if (relay || ask >= 0 || is_their_case(&w->a, s->number) ||
	    writing_is_asked(w, QUESTION_HELP) || writing_is_asked(w, QUESTION_LOST) ||
	    writing_is_asked(w, QUESTION_SURE))
		return false;
	/* after a stop what is no call for help is the receiver's again */
	if (p->session.step[0] != '\0' && !p->session.stopped)
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
	/* S13: an answer to our question always gets through; it was no machine that gave it */
	p->guarded_ms = p->guarded_ms == 0 ? 0 : 1;
	p->rhythm[0] = '\0';
	log_info("receiver.person", "contact=%lld", (long long)p->contact_id);
	return receiver_as_person(w);
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
