/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text cut into USSD screens, each as full as fits, at a blank where there is one.
 * It knows no language: "98" means more in all. Pure; called by the turn.
 */
#include "screen.h"

#include <string.h>

#include "gsm.h"
#include "str.h"

#define MORE_LINE "\n" SCREEN_MORE " >"

/* n bytes of text and a tail, if they make a screen. */
static bool
fits(const char *text, size_t n, const char *tail, char out[SCREEN_MAX])
{
	size_t len = 0;

	return n < SCREEN_MAX && str_copy_bytes(out, SCREEN_MAX, text, n) &&
	    (len = n, true) && str_add(out, SCREEN_MAX, &len, "%s", tail) &&
	    gsm_fits_screen(out);
}

/* Bytes of the first page of a text that does not fit whole; after a blank where there is one. */
static size_t
cut(const char *text, char out[SCREEN_MAX])
{
	size_t n = strlen(text), at = 0, blank = 0, line = 0, step;
	uint32_t cp;

	while ((step = str_next(text + at, n - at, &cp)) > 0 &&
	    fits(text, at + step, MORE_LINE, out)) {
		at += step;
		if (cp == ' ' || cp == '\n')
			blank = at;
		if (cp == '\n')
			line = at;
	}
	/* the next character may be the blank itself */
	if (text[at] == ' ' || text[at] == '\n')
		blank = at;
	if (text[at] == '\n')
		line = at;
	if (line > at / 2) /* a list of choices breaks between them */
		return line;
	return blank > 0 ? blank : at;
}

bool
screen_page(const char *text, unsigned page, char out[SCREEN_MAX], bool *more)
{
	for (;; page--) {
		size_t n, shown;

		*more = false;
		if (fits(text, strlen(text), "", out)) {
			if (page == 0)
				return true;
			break;
		}
		n = cut(text, out);
		if (n == 0)
			break;
		shown = n;
		while (shown > 0 && (text[shown - 1] == ' ' || text[shown - 1] == '\n'))
			shown--;
		if (page == 0) {
			*more = true;
			return fits(text, shown, MORE_LINE, out);
		}
		text += n;
		while (*text == ' ' || *text == '\n')
			text++;
	}
	out[0] = '\0';
	return false;
}
