/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal of the live desk: whole lines of UTF-8 at a place, keys one by one.
 * It keeps nothing that was shown: the screen is wiped before it is given back. Included by console/ctl_desk*.c.
 */
#ifndef SHYRAQ_CTL_DESK_SCREEN_H
#define SHYRAQ_CTL_DESK_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum desk_ink {
	INK_PLAIN,
	INK_DIM,
	INK_BOLD,
	INK_BAR,   /* titles, the cursor's row */
	INK_ALARM, /* danger, little time left */
};

/* False: this is no terminal that can be drawn on. */
bool desk_screen_open(void);
void desk_screen_close(void);
/* Wipes what is shown and what the library remembers of it. */
void desk_screen_wipe(void);

void desk_screen_size(int *rows, int *cols);
void desk_screen_begin(void);
void desk_screen_show(int cursor_row, int cursor_col); /* row below 0: no cursor */
void desk_screen_bell(void);
/* At most `width` columns of it; the rest of them blank. Returns the columns that it took. */
int desk_put(int row, int col, enum desk_ink ink, int width, const char *text);

/* Columns of a text, and the bytes of it that fit into so many, broken at a blank where there is one. */
int desk_width(const char *text);
size_t desk_break(const char *text, int width);

enum desk_key {
	DESK_NONE, /* nothing within the time */
	DESK_TEXT, /* a character: `utf8` */
	DESK_ENTER,
	DESK_ESCAPE,
	DESK_BACK,
	DESK_CLEAR, /* the whole line goes */
	DESK_UP,
	DESK_DOWN,
	DESK_PAGE_UP,
	DESK_PAGE_DOWN,
	DESK_RESIZED,
	DESK_QUIT, /* control-C, or the terminal is gone */
};
enum desk_key desk_screen_key(int wait_ms, char utf8[8]);

#endif
