/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to ncurses: the alternate screen, raw keys, wide characters. Nothing is left in the scrollback.
 * It knows no case and no word. Called by console/ctl_desk*.c.
 */
#include "ctl_desk_screen.h"

#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define CHARS_MAX 1024
#define ESCAPE_MS 40
#define CONTROL_C 3
#define CONTROL_L 12
#define CONTROL_U 21

static SCREEN *terminal;

bool
desk_screen_open(void)
{
	if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1)
		return false;
	setlocale(LC_ALL, "C.UTF-8");
	terminal = newterm(NULL, stdout, stdin);
	if (terminal == NULL)
		return false;
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	return true;
}

void
desk_screen_wipe(void)
{
	if (terminal == NULL)
		return;
	curs_set(1);
	clear(); /* and redraws all: no line stays as it was */
	refresh();
}

void
desk_screen_close(void)
{
	if (terminal == NULL)
		return;
	desk_screen_wipe();
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void
desk_screen_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

void
desk_screen_begin(void)
{
	erase();
}

void
desk_screen_show(int cursor_row, int cursor_col)
{
	curs_set(cursor_row >= 0 ? 1 : 0);
	if (cursor_row >= 0)
		move(cursor_row, cursor_col);
	refresh();
}

void
desk_screen_bell(void)
{
	beep();
}

static attr_t
attributes(enum desk_ink ink)
{
	switch (ink) {
	case INK_PLAIN:
		return A_NORMAL;
	case INK_DIM:
		return A_DIM;
	case INK_BOLD:
		return A_BOLD;
	case INK_BAR:
		return A_REVERSE;
	case INK_ALARM:
		return A_REVERSE | A_BOLD;
	}
	return A_NORMAL;
}

/* Characters of `text` as wide ones; those without a width are left out. */
static int
widen(const char *text, wchar_t out[CHARS_MAX], int most)
{
	mbstate_t state = { 0 };
	size_t left = strlen(text), n = 0;
	int cols = 0;

	while (left > 0 && n + 1 < CHARS_MAX) {
		size_t step = mbrtowc(&out[n], text, left, &state);
		int w;

		if (step == 0 || step > left)
			break;
		w = wcwidth(out[n]);
		if (cols + (w > 0 ? w : 0) > most)
			break;
		cols += w > 0 ? w : 0;
		n += w >= 0;
		text += step;
		left -= step;
	}
	out[n] = L'\0';
	return cols;
}

int
desk_put(int row, int col, enum desk_ink ink, int width, const char *text)
{
	wchar_t wide[CHARS_MAX];
	int took;

	if (width <= 0)
		return 0;
	took = widen(text, wide, width);
	attrset((int)attributes(ink));
	mvaddwstr(row, col, wide);
	for (int i = took; i < width && ink != INK_PLAIN; i++)
		mvaddch(row, col + i, ' ');
	attrset((int)A_NORMAL);
	wmemset(wide, L' ', CHARS_MAX);
	return took;
}

int
desk_width(const char *text)
{
	wchar_t wide[CHARS_MAX];
	int cols = widen(text, wide, CHARS_MAX);

	wmemset(wide, L' ', CHARS_MAX);
	return cols;
}

size_t
desk_break(const char *text, int width)
{
	mbstate_t state = { 0 };
	size_t left = strlen(text), at = 0, blank = 0;
	int cols = 0;

	while (left > 0) {
		wchar_t c;
		size_t step = mbrtowc(&c, text + at, left, &state);
		int w;

		if (step == 0 || step > left)
			break;
		w = wcwidth(c);
		if (cols + (w > 0 ? w : 0) > width)
			return blank > 0 ? blank : at;
		cols += w > 0 ? w : 0;
		at += step;
		left -= step;
		if (c == L' ')
			blank = at;
	}
	return at;
}

static enum desk_key
function_key(wint_t c)
{
	switch (c) {
	case KEY_UP:
		return DESK_UP;
	case KEY_DOWN:
		return DESK_DOWN;
	case KEY_PPAGE:
		return DESK_PAGE_UP;
	case KEY_NPAGE:
		return DESK_PAGE_DOWN;
	case KEY_BACKSPACE:
		return DESK_BACK;
	case KEY_ENTER:
		return DESK_ENTER;
	case KEY_RESIZE:
		return DESK_RESIZED;
	default:
		return DESK_NONE;
	}
}

static enum desk_key
control_key(wint_t c)
{
	switch (c) {
	case '\r':
	case '\n':
		return DESK_ENTER;
	case '\b':
	case 0x7f:
		return DESK_BACK;
	case 0x1b:
		return DESK_ESCAPE;
	case CONTROL_C:
		return DESK_QUIT;
	case CONTROL_U:
		return DESK_CLEAR;
	case CONTROL_L:
		clearok(stdscr, TRUE);
		return DESK_RESIZED;
	default:
		return DESK_NONE;
	}
}

enum desk_key
desk_screen_key(int wait_ms, char utf8[8])
{
	mbstate_t state = { 0 };
	wint_t c;
	size_t n;
	int kind;

	utf8[0] = '\0';
	timeout(wait_ms);
	kind = get_wch(&c);
	if (kind == ERR)
		return DESK_NONE;
	if (kind == KEY_CODE_YES)
		return function_key(c);
	if (c < 0x20 || c == 0x7f)
		return control_key(c);
	n = wcrtomb(utf8, (wchar_t)c, &state);
	if (n == (size_t)-1 || n > 6)
		n = 0;
	utf8[n] = '\0';
	return n > 0 ? DESK_TEXT : DESK_NONE;
}
