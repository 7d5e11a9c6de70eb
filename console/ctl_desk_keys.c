/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each key does, by where the desk is. It sends nothing itself and draws nothing.
 * Called by ctl_desk.c.
 */
#include <string.h>

#include "ctl_desk.h"
#include "ctl_desk_screen.h"
#include "str.h"

#define PHRASE_FIRST 51
#define PAGE 5

static void
open_case(struct desk *d)
{
	if (d->n == 0)
		return;
	desk_forget_words(d);
	d->open = d->list[d->cursor];
	d->off_list = false;
	d->mode = DESK_CASE;
	d->note[0] = '\0';
	(void)!desk_read_case(d);
}

static void
close_case(struct desk *d)
{
	desk_forget_words(d);
	memset(&d->open, 0, sizeof(d->open));
	d->mode = DESK_LIST;
	d->note[0] = '\0';
	desk_screen_wipe();
}

static void
on_list(struct desk *d, int key, const char *utf8)
{
	if (key == DESK_UP && d->cursor > 0)
		d->cursor--;
	else if (key == DESK_DOWN && d->cursor + 1 < d->n)
		d->cursor++;
	else if (key == DESK_ENTER)
		open_case(d);
	else if (key == DESK_TEXT && strcmp(utf8, "q") == 0)
		d->end = true;
}

static void
begin_edit(struct desk *d, enum desk_mode mode, int phrase)
{
	seal_wipe(d->edit, sizeof(d->edit));
	d->phrase = phrase;
	d->mode = mode;
	d->note[0] = '\0';
}

static void
on_case(struct desk *d, int key, const char *utf8)
{
	char c = key == DESK_TEXT ? utf8[0] : '\0';

	if (key == DESK_PAGE_UP)
		d->scroll += PAGE;
	else if (key == DESK_PAGE_DOWN)
		d->scroll = d->scroll > PAGE ? d->scroll - PAGE : 0;
	else if (key == DESK_ESCAPE || c == 'q')
		close_case(d);
	else if (c == 'w' || key == DESK_ENTER)
		begin_edit(d, DESK_WRITE, 0);
	else if (c >= '1' && c <= '5')
		begin_edit(d, DESK_WRITE, PHRASE_FIRST + c - '1');
	else if (c == 'h')
		begin_edit(d, DESK_HAND, 0);
	else if (c == 'c')
		desk_act(d, "claim", NULL);
	else if (c == 'l')
		desk_act(d, "leave", NULL);
	else if (c == 'd')
		desk_act(d, "done", NULL);
}

static unsigned
characters(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void
type(struct desk *d, const char *utf8)
{
	size_t len = strlen(d->edit);

	if (characters(d->edit) >= INTAKE_DESK_CHARS ||
	    !str_add(d->edit, sizeof(d->edit), &len, "%s", utf8))
		desk_note(d, true, "at most %d characters", INTAKE_DESK_CHARS);
}

static void
rub_out(struct desk *d)
{
	size_t n = strlen(d->edit);

	while (n > 0 && ((unsigned char)d->edit[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memset(d->edit + n - 1, 0, sizeof(d->edit) - n + 1);
}

static void
on_edit(struct desk *d, int key, const char *utf8)
{
	switch (key) {
	case DESK_TEXT:
		type(d, utf8);
		break;
	case DESK_BACK:
		rub_out(d);
		break;
	case DESK_CLEAR:
		seal_wipe(d->edit, sizeof(d->edit));
		break;
	case DESK_ESCAPE:
		seal_wipe(d->edit, sizeof(d->edit));
		d->mode = DESK_CASE;
		d->note[0] = '\0';
		break;
	case DESK_ENTER:
		if (d->mode == DESK_WRITE) {
			desk_say(d);
		} else {
			desk_act(d, "hand", d->edit);
			d->mode = DESK_CASE;
		}
		break;
	default:
		break;
	}
}

/* Somebody is here again: the case that was open is read anew. */
static void
wake(struct desk *d)
{
	d->mode = d->open.id != 0 ? DESK_CASE : DESK_LIST;
	if (d->open.id != 0)
		(void)!desk_read_case(d);
}

void
desk_on_key(struct desk *d, int key, const char *utf8)
{
	if (key == DESK_QUIT) {
		d->end = true;
		return;
	}
	switch (d->mode) {
	case DESK_LIST:
		on_list(d, key, utf8);
		return;
	case DESK_CASE:
		on_case(d, key, utf8);
		return;
	case DESK_WRITE:
	case DESK_HAND:
		on_edit(d, key, utf8);
		return;
	case DESK_IDLE:
		wake(d);
		return;
	}
}
