/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How `flow try` looks: texts with their sizes, a phone's screen, effects in a dim line.
 * It changes no conversation. Called by ctl_flow_try.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl_flow_try.h"
#include "screen.h"
#include "str.h"

#define PHONE_COLUMNS 28

static const char *
dim(bool on)
{
	if (isatty(STDOUT_FILENO) != 1)
		return "";
	return on ? "\033[2m" : "\033[0m";
}

void
trial_clock(char out[6], int64_t ms)
{
	unsigned minutes = (unsigned)((uint64_t)ms / 60000 % 1440);

	snprintf(out, 6, "%02u:%02u", minutes / 60, minutes % 60);
}

void
show_input(const struct trial *t, const char *line)
{
	char at[6], clean[512];

	trial_clock(at, t->now_ms);
	ctl_clean(clean, sizeof(clean), line);
	printf("%s P> %s\n", at, clean);
}

void
show_note(const char *fmt, ...)
{
	va_list ap;

	printf("%s      . ", dim(true));
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("%s\n", dim(false));
}

/* What an effect means to who writes flows; false for what is shown otherwise. */
static bool
effect_text(const struct effect *v, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	switch (v->kind) {
	case EFFECT_SAY:
		return false;
	case EFFECT_CASE_OPEN:
		return str_add(
		    out, size, &len, "a case opens (%s)", case_class_name(v->class));
	case EFFECT_CASE_CLASS:
		return str_add(
		    out, size, &len, "the case becomes %s", case_class_name(v->class));
	case EFFECT_ANSWER:
		return str_add(out, size, &len, "%s = %s", v->name, v->code);
	case EFFECT_NARRATIVE:
		return str_add(out, size, &len, "the words are sealed");
	case EFFECT_PLACE:
		return str_add(out, size, &len, "the words say the place: sealed");
	case EFFECT_CONSENT:
		return str_add(out, size, &len, "consent %s: %s", v->name, v->code);
	case EFFECT_REFER:
		return v->ms == 0
		    ? str_add(out, size, &len, "the referral leaves now")
		    : str_add(out, size, &len, "the referral leaves in %lld s",
			  (long long)(v->ms / 1000));
	case EFFECT_TASK:
		return str_add(out, size, &len, "task for an operator: %s", v->name);
	case EFFECT_STOP:
		return str_add(out, size, &len, "stop: nothing more is sent");
	case EFFECT_OWN_STOP:
		return str_add(out, size, &len, "this word stops from now on");
	case EFFECT_DO:
		return str_add(out, size, &len, "do %s%s%s", v->name,
		    v->code[0] != '\0' ? " " : "", v->code);
	case EFFECT_READ:
		return str_add(out, size, &len, "was read%s%s",
		    v->name[0] != '\0' ? ": " : "", v->name);
	case EFFECT_END:
		return str_add(out, size, &len, "the conversation ends");
	}
	return false;
}

void
show_effects(const struct effects *e)
{
	char text[160];
	bool any = false;

	for (unsigned i = 0; i < e->n; i++) {
		if (!effect_text(&e->v[i], text, sizeof(text)))
			continue;
		printf("%s%s", any ? "; " : dim(true), any ? "" : "      . ");
		fputs(text, stdout);
		any = true;
	}
	if (any)
		printf("%s\n", dim(false));
}

/* One line of the screen between its borders. */
static void
frame_line(const char *s, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)s[i] & 0xc0) != 0x80;
	printf("      │ %.*s%*s │\n", (int)n, s,
	    (int)(columns < PHONE_COLUMNS ? PHONE_COLUMNS - columns : 0), "");
}

/* How many bytes of a line fit the phone, cut at a blank where there is one. */
static size_t
fitting(const char *s, size_t n)
{
	size_t columns = 0, blank = 0, i;

	for (i = 0; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) == 0x80)
			continue;
		if (columns == PHONE_COLUMNS)
			return blank > 0 ? blank : i;
		if (s[i] == ' ')
			blank = i;
		columns++;
	}
	return n;
}

static void
frame_rule(const char *left, const char *right)
{
	printf("      %s", left);
	for (unsigned i = 0; i < PHONE_COLUMNS + 2; i++)
		fputs("─", stdout);
	printf("%s\n", right);
}

static void
phone(const char *screen)
{
	frame_rule("┌", "┐");
	while (*screen != '\0') {
		size_t line = strcspn(screen, "\n"), n = fitting(screen, line);

		frame_line(screen, n);
		screen += n;
		if (n < line)
			screen += strspn(screen, " ");
		else if (*screen == '\n')
			screen++;
	}
	frame_rule("└", "┘");
}

/* In sample mode a draft is used, and said to be one. */
static const char *
draft(const struct flows *f, const struct trial *t, const char *key)
{
	struct text_row row;
	enum text_register r = t->s.plain ? TEXT_PLAIN : TEXT_COVER;

	if (key == NULL || !ctl_text_row(flows_texts(f), key, t->s.lang, r, &row))
		return "";
	return row.is_signed ? "" : ", draft";
}

bool
show_answer(const struct flows *f, const struct trial *t, const char *key)
{
	char screen[SCREEN_MAX], size[64], at[6];
	struct gsm_size z;
	bool more;

	if (t->bearer == BEARER_SMS) {
		trial_clock(at, t->now_ms);
		ctl_size_text(size, t->text);
		printf("%s S> %s\n%s      . %s%s%s%s%s\n", at, t->text, dim(true), size,
		    key != NULL ? ", " : "", key != NULL ? key : "", draft(f, t, key),
		    dim(false));
		return true;
	}
	if (!screen_page(t->text, t->page, screen, &more))
		return false;
	z = gsm_size_of(screen);
	phone(screen);
	printf("%s      . %u of %d%s%s%s%s%s\n", dim(true), z.units,
	    z.alphabet == GSM_7BIT ? GSM_USSD_SEPTETS : GSM_USSD_UCS2,
	    key != NULL ? ", " : "", key != NULL ? key : "", draft(f, t, key),
	    more               ? ", 98 leads on"
		: !t->dialogue ? ", the dialogue ends"
			       : "",
	    dim(false));
	return true;
}

void
show_help(void)
{
	fputs(
	    "What you type is the person's text, or key on a USSD screen. An empty line is an\n"
	    "empty text. Lines that begin with a colon are yours:\n"
	    "  :+16m            the clock goes on (s, m, h, d); what falls due happens\n"
	    "  :until 22:00     the same, to that hour\n"
	    "  :dial            by USSD: the person dials      :cut  the network ends it\n"
	    "  :sms  :ussd      the person goes on by the other way\n"
	    "  :state taken     as `?` sees the case: none sent taken nobody closed\n"
	    "  :night on        who the case waits for sleeps (off)\n"
	    "  :words come 04:00 замер окон   a receiver's words wait (step, time, slot)\n"
	    "  :knock           a safe time begins\n"
	    "  :job WORDS       a person has looked at their offer\n"
	    "  :where           where the conversation stands\n"
	    "  :undo            one input back\n"
	    "  :quit\n",
	    stdout);
}
