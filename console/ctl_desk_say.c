/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a case worker does at the desk, sealed to intake.pub for dispatch, which alone speaks to a person.
 * It never waits: the answer is looked for while the desk goes on. Called by console/ctl_desk*.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "ctl_desk.h"
#include "flow.h"
#include "str.h"

#define PHRASE_FIRST 51
#define PHRASE_LAST 55
#define ANSWER_US INT64_C(8000000)

void
desk_note(struct desk *d, bool bad, const char *fmt, ...)
{
	char line[DESK_NOTE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ctl_clean(d->note, sizeof(d->note), line);
	d->note_bad = bad;
}

static void
hand_in(struct desk *d, const struct intake_desk *in, bool say)
{
	char text[INTAKE_MAX], why[DESK_NOTE] = "";
	size_t n = intake_pack_desk(in, text);

	if (d->pending != 0) {
		desk_note(d, true, "still waiting for the answer to the last one");
	} else {
		ctl_wrong_to(why, sizeof(why));
		d->pending = n == 0 ? 0
				    : ctl_intake_put(d->c, d->db, INTAKE_DESK, text, n);
		ctl_wrong_to(NULL, 0);
		d->pending_us = clock_mono_us();
		d->pending_say = say;
		desk_note(d, d->pending == 0, "%s",
		    d->pending == 0 ? why : "told to dispatch ...");
	}
	seal_wipe(text, sizeof(text));
}

void
desk_act(struct desk *d, const char *act, const char *to)
{
	struct intake_desk in = { .number = d->open.number };

	if (!str_copy(in.act, sizeof(in.act), act) ||
	    (to != NULL && !str_copy(in.to, sizeof(in.to), to)))
		desk_note(d, true, "that is no login");
	else
		hand_in(d, &in, false);
}

/* "6:30 words": a time before the words, if there is one. */
static const char *
take_time(const char *s, char at[6])
{
	size_t hours = strspn(s, "0123456789");
	int h, m, used = 0;

	at[0] = '\0';
	if (hours < 1 || hours > 2 || s[hours] != ':' ||
	    sscanf(s, "%2d:%2d%n", &h, &m, &used) != 2 || used != (int)hours + 3 ||
	    used > 5 || h > 23 || m > 59 || (s[used] != '\0' && s[used] != ' '))
		return s;
	memcpy(at, s, (size_t)used);
	at[used] = '\0';
	return s + used + strspn(s + used, " ");
}

/* False: the line is too long or holds what no text may. */
static bool
take_edit(const struct desk *d, struct intake_desk *in)
{
	const char *words = d->edit;

	in->number = d->open.number;
	in->phrase = d->phrase;
	(void)!str_copy(in->act, sizeof(in->act), "say");
	if (d->phrase != 0)
		words = take_time(words, in->at);
	return intake_desk_words(in->words, words);
}

void
desk_say(struct desk *d)
{
	struct intake_desk in = { .number = 0 };

	if (!take_edit(d, &in))
		desk_note(d, true, "at most %d characters", INTAKE_DESK_CHARS);
	else if (d->phrase == 0 && in.words[0] == '\0')
		desk_note(d, true, "there is nothing to say");
	else
		hand_in(d, &in, true);
	seal_wipe(&in, sizeof(in));
}

/* The answer: words that were said leave the line, those that were refused stay to be mended. */
static void
answered(struct desk *d, bool fine, const char *answer)
{
	d->pending = 0;
	desk_note(d, !fine, "%s%s", fine ? "" : "not done: ", answer);
	if (!fine || !d->pending_say)
		return;
	(void)!str_copy(d->echo, sizeof(d->echo), d->edit);
	d->echo_id = 0;
	seal_wipe(d->edit, sizeof(d->edit));
	d->mode = DESK_CASE;
}

void
desk_look(struct desk *d)
{
	char answer[DESK_NOTE] = "";
	int status;

	if (d->pending == 0)
		return;
	ctl_wrong_to(answer, sizeof(answer));
	status = ctl_intake_look(d->c, d->db, d->pending, answer, sizeof(answer));
	ctl_wrong_to(NULL, 0);
	if (status >= 0) {
		answered(d, status == CTL_DONE, answer);
	} else if (clock_mono_us() - d->pending_us > ANSWER_US) {
		d->pending = 0;
		desk_note(d, true,
		    "nobody has taken it: no shyraq-dispatch leads. It is kept and done "
		    "when one does");
	}
}

/* As the flow "phrase" chooses: with a time, with words, with both, or neither. */
static const char *
template_of(const struct desk *d, const struct intake_desk *in)
{
	static const char *const steps[] = { "come", "meet", "safe", "wait", "call112" };
	const struct texts *texts = flows_texts(d->flows);
	enum lang l = lang_parse(d->open.lang);
	enum text_register reg = d->open.plain ? TEXT_PLAIN : TEXT_COVER;
	const char *step = in->phrase < PHRASE_FIRST || in->phrase > PHRASE_LAST
	    ? "free"
	    : steps[in->phrase - PHRASE_FIRST];
	char key[64];
	const char *tmpl;

	if (l == LANG_NONE || !texts_has_lang(texts, l))
		l = LANG_RU;
	snprintf(key, sizeof(key), "phrase.%s%s%s", step, in->at[0] != '\0' ? "_at" : "",
	    in->phrase != 0 && in->words[0] != '\0' ? "_words" : "");
	tmpl = text_get(texts, l, reg, key);
	if (tmpl != NULL)
		return tmpl;
	snprintf(key, sizeof(key), "phrase.%s", step);
	return text_get(texts, l, reg, key);
}

void
desk_preview(const struct desk *d, char out[DESK_TEXT_MAX])
{
	struct intake_desk in = { .number = 0 };
	const char *tmpl;

	out[0] = '\0';
	if (!take_edit(d, &in))
		return;
	tmpl = template_of(d, &in);
	if (tmpl != NULL) {
		const struct text_arg v[] = { { "at", in.at }, { "words", in.words } };

		if (text_fill(out, DESK_TEXT_MAX, tmpl, v, ARRAY_LEN(v)) != RC_OK)
			out[0] = '\0';
	}
	seal_wipe(&in, sizeof(in));
}
