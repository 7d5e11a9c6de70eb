/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the desk looks: the list, the open case, what is being written, counted as it will be sent.
 * It changes nothing. Called by ctl_desk.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_desk.h"
#include "ctl_desk_screen.h"
#include "gsm.h"
#include "str.h"

#define SOON_MS 180000
#define LEAST_MS 300000 /* S1: with less left in the window nothing is sent */
#define LINE 512

static int rows, cols;

static void
clock_text(char out[16], const struct desk *d)
{
	char whole[CTL_TIME_MAX];
	int64_t now = desk_now(d);

	ctl_time(whole, now);
	snprintf(out, 16, "%.5s:%02u UTC", whole + 11, (unsigned)(now / 1000 % 60));
}

static void
day_time(char out[8], int64_t ms)
{
	char whole[CTL_TIME_MAX];

	ctl_time(whole, ms);
	(void)!str_copy_bytes(out, 8, whole + 11, 5);
}

/* "12:31", "-" when it is over. */
static void
left_text(char out[16], const struct desk *d, const struct desk_case *c)
{
	int64_t left = (c->window_ms - desk_now(d)) / 1000;

	if (c->window_ms == 0 || left <= 0)
		snprintf(out, 16, "-");
	else
		snprintf(out, 16, "%u:%02u", (unsigned)(left / 60) % 10000,
		    (unsigned)(left % 60));
}

static bool
case_is_live(const struct desk *d, const struct desk_case *c)
{
	return !c->dialled && !c->cut && c->here &&
	    c->window_ms - desk_now(d) >= LEAST_MS;
}

bool
desk_is_live(const struct desk *d)
{
	return case_is_live(d, &d->open);
}

static bool
is_unseen(const struct desk_case *c)
{
	return c->looked_ms < c->asked_ms;
}

static void
title(const struct desk *d)
{
	char at[16], line[LINE];

	clock_text(at, d);
	snprintf(line, sizeof(line), " Shyraq desk  %s, key %s    %d waiting", d->me,
	    d->holder, d->n);
	desk_put(0, 0, INK_BAR, cols, line);
	desk_put(0, cols - 14, INK_BAR, 14, at);
}

static void
foot(const struct desk *d, const char *keys)
{
	if (d->note[0] != '\0')
		desk_put(rows - 2, 0, d->note_bad ? INK_ALARM : INK_BOLD, cols, d->note);
	desk_put(rows - 1, 0, INK_BAR, cols, keys);
}

static void
list_row(const struct desk *d, int row, int i)
{
	const struct desk_case *c = &d->list[i];
	char left[16], since[CTL_TIME_MAX], line[LINE];
	bool at = i == d->cursor;

	left_text(left, d, c);
	ctl_age(since, c->asked_ms, desk_now(d));
	snprintf(line, sizeof(line),
	    "%c№%-6lld %-7s %-8s %-4s %-5s %7s  %-8s %-12.12s %s", at ? '>' : ' ',
	    (long long)c->number, c->class, c->state, c->lang,
	    c->dialled ? "dial" : "SMS", left, since, c->by[0] == '\0' ? "-" : c->by,
	    is_unseen(c) ? "NEW" : "");
	desk_put(row, 0,
	    at                                       ? INK_BAR
		: is_unseen(c) && c->class[0] == 'd' ? INK_BOLD
						     : INK_PLAIN,
	    cols, line);
}

static void
draw_list(const struct desk *d)
{
	int room = rows - 5, first = d->cursor >= room ? d->cursor - room + 1 : 0;

	title(d);
	desk_put(2, 0, INK_DIM, cols,
	    " case    class   state    lang by     window  since    who answers");
	for (int i = first; i < d->n && i - first < room; i++)
		list_row(d, 3 + i - first, i);
	if (d->n == 0)
		desk_put(4, 2, INK_PLAIN, cols - 2, "nothing waits at the desk");
	foot(d, " Enter open   arrows move   q quit");
	desk_screen_show(-1, 0);
}

/* One text over several rows; how many it took. `draw` false: counts alone. */
static int
wrap(int row, int most, enum desk_ink ink, const char *head, const char *text, bool draw)
{
	int indent = desk_width(head), took = 0;

	do {
		size_t n = desk_break(text, cols - indent - 1);
		char line[LINE];

		if (n == 0)
			n = strlen(text) > 0 ? 1 : 0;
		if (draw && took < most) {
			(void)!str_copy_bytes(
			    line, sizeof(line), text, n < LINE ? n : LINE - 1);
			if (took == 0)
				desk_put(row, 0, INK_DIM, indent, head);
			desk_put(row + took, indent, ink, cols - indent, line);
			seal_wipe(line, sizeof(line));
		}
		text += n;
		took++;
	} while (*text != '\0');
	return took;
}

/* Words and what was said, by time; both stand in order already. */
static const struct desk_line *
next_line(const struct desk *d, size_t *w, size_t *s)
{
	const struct desk_line *a = *w < d->words_n ? &d->words[*w] : NULL,
			       *b = *s < d->said_n ? &d->said[*s] : NULL;

	if (a != NULL && (b == NULL || a->at_ms <= b->at_ms)) {
		(*w)++;
		return a;
	}
	if (b != NULL)
		(*s)++;
	return b;
}

/* From `row` down; the last stand at the bottom, `scroll` rows further up where that was asked for. */
static void
conversation(const struct desk *d, int row, int room)
{
	const struct desk_line *l;
	size_t w = 0, s = 0;
	int all = 0, at;

	while ((l = next_line(d, &w, &s)) != NULL)
		all += wrap(0, 0, INK_PLAIN, "00:00  ", l->text, false);
	at = all > room ? room - all + d->scroll : 0;
	if (all > room && at > 0)
		at = 0;
	w = s = 0;
	while ((l = next_line(d, &w, &s)) != NULL) {
		int n = wrap(0, 0, INK_PLAIN, "00:00  ", l->text, false);
		char head[16], time[8];

		day_time(time, l->at_ms);
		snprintf(head, sizeof(head), "%s%s", time,
		    l->whose == WORDS_OURS ? "> " : "  ");
		if (at >= 0 && at < room)
			wrap(row + at, room - at,
			    l->whose == WORDS_THEIRS ? INK_BOLD : INK_PLAIN, head,
			    l->text, true);
		at += n;
	}
	if (all == 0)
		desk_put(row, 2, INK_DIM, cols - 2,
		    "no words of their own yet: answers by digits stand above");
}

static void
case_head(const struct desk *d)
{
	const struct desk_case *c = &d->open;
	char left[16], at[16], line[LINE], since[8];
	int64_t ms = c->window_ms - desk_now(d);

	left_text(left, d, c);
	clock_text(at, d);
	snprintf(line, sizeof(line), " №%lld  %s  %s  %s  %s  %s", (long long)c->number,
	    c->class, c->state, c->lang, c->dialled ? "dialled" : "SMS",
	    c->plain ? "writes openly" : "in cover");
	desk_put(0, 0, INK_BAR, cols, line);
	desk_put(0, cols - 14, INK_BAR, 14, at);
	snprintf(line, sizeof(line), " window %s ", left[0] == '-' ? "is over" : left);
	desk_put(1, 0, ms > 0 && ms < SOON_MS + LEAST_MS ? INK_ALARM : INK_BOLD,
	    desk_width(line), line);
	day_time(since, c->claimed_ms);
	if (c->by[0] == '\0')
		snprintf(line, sizeof(line), "nobody answers yet: c claims it");
	else
		snprintf(line, sizeof(line), "%s since %s",
		    strcmp(c->by, d->me) == 0 ? "yours" : c->by, since);
	desk_put(1, 18, INK_PLAIN, cols - 18, line);
	wrap(2, 2, INK_PLAIN, " known ", c->answers[0] != '\0' ? c->answers : "nothing",
	    true);
	desk_put(4, 0, INK_DIM, 7, " asked");
	desk_put(
	    4, 7, INK_PLAIN, cols - 7, d->asked[0] != '\0' ? d->asked : "nobody yet");
}

/* What becomes of words that are said now. */
static void
outlook(const struct desk *d, int row)
{
	const struct desk_case *c = &d->open;
	char line[LINE];

	if (d->off_list)
		snprintf(line, sizeof(line), " off the desk");
	else if (c->cut)
		snprintf(
		    line, sizeof(line), " the person said stop: nothing goes to them");
	else if (desk_is_live(d))
		snprintf(line, sizeof(line), " goes out at once, by SMS");
	else if (c->dialled)
		snprintf(line, sizeof(line), " will be read when they dial again");
	else
		snprintf(line, sizeof(line), " will be read when they write again%s",
		    c->waiting > 0 ? "; words wait already" : "");
	desk_put(row, 0, desk_is_live(d) ? INK_BOLD : INK_DIM, cols, line);
}

static void
draw_case(const struct desk *d)
{
	case_head(d);
	conversation(d, 6, rows - 10);
	outlook(d, rows - 3);
	foot(d,
	    " w write  1-5 phrases 51-55  c claim  l leave  h hand  d done  "
	    "PgUp/PgDn  q back");
	desk_screen_show(-1, 0);
}

static unsigned
characters(const char *text)
{
	size_t n = strlen(text), step;
	unsigned chars = 0;
	uint32_t cp;

	for (; (step = str_next(text, n, &cp)) > 0; text += step, n -= step)
		chars++;
	return chars;
}

static void
count_line(const struct desk *d, char line[LINE])
{
	char whole[DESK_TEXT_MAX];
	struct gsm_size size;

	desk_preview(d, whole);
	size = gsm_size_of(whole);
	snprintf(line, LINE, " %u of %d characters; they get %u %s, %u part%s",
	    characters(d->edit), INTAKE_DESK_CHARS, size.units,
	    size.alphabet == GSM_7BIT ? "septets" : "UCS-2 units", size.parts,
	    size.parts == 1 ? "" : "s");
	seal_wipe(whole, sizeof(whole));
}

/* The line with its end in sight; where the cursor stands. */
static int
edit_line(int row, const char *head, const char *text)
{
	int at = desk_put(row, 0, INK_DIM, cols, head), room = cols - at - 1;

	while (desk_width(text) > room)
		text += (*text & 0xc0) == 0xc0 ? strspn(text + 1, "\x80") + 1 : 1;
	return at + desk_put(row, at, INK_PLAIN, room + 1, text);
}

static void
draw_write(const struct desk *d)
{
	char head[32], line[LINE], whole[DESK_TEXT_MAX];
	int at;

	case_head(d);
	conversation(d, 6, rows - 14);
	desk_preview(d, whole);
	wrap(rows - 7, 3, INK_DIM, " they read: ", whole, true);
	seal_wipe(whole, sizeof(whole));
	outlook(d, rows - 3);
	count_line(d, line);
	desk_put(rows - 4, 0, INK_DIM, cols, line);
	if (d->phrase == 0)
		snprintf(head, sizeof(head), " reply> ");
	else
		snprintf(head, sizeof(head), " %d [time] [words]> ", d->phrase);
	at = edit_line(rows - 8, head, d->edit);
	foot(d, " Enter send   Esc back   ^U empty");
	desk_screen_show(rows - 8, at);
}

static void
draw_hand(const struct desk *d)
{
	int at;

	case_head(d);
	conversation(d, 6, rows - 12);
	at = edit_line(rows - 4, " hand over to the login> ", d->edit);
	foot(d, " Enter hand over   Esc back");
	desk_screen_show(rows - 4, at);
}

static void
draw_idle(void)
{
	desk_put(rows / 2, 2, INK_PLAIN, cols - 2,
	    "Shyraq desk: nothing is shown while nobody is here. Press a key");
	desk_screen_show(-1, 0);
}

void
desk_draw(const struct desk *d)
{
	desk_screen_size(&rows, &cols);
	desk_screen_begin();
	if (rows < DESK_ROWS_LEAST || cols < DESK_COLS_LEAST) {
		desk_put(0, 0, INK_PLAIN, cols, "the desk needs 80 columns, 20 rows");
		desk_screen_show(-1, 0);
		return;
	}
	switch (d->mode) {
	case DESK_LIST:
		draw_list(d);
		return;
	case DESK_CASE:
		draw_case(d);
		return;
	case DESK_WRITE:
		draw_write(d);
		return;
	case DESK_HAND:
		draw_hand(d);
		return;
	case DESK_IDLE:
		draw_idle();
		return;
	}
}
