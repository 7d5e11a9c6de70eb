/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an aggregator's request means in its dialogue. Pure.
 * It keeps nothing. Called by http_ussd.c.
 */
#include <string.h>

#include "http_ussd.h"

#define KEYS "0123456789*#"

static const char *
behind_last_star(const char *text)
{
	const char *star = strrchr(text, '*');

	return star == NULL ? text : star + 1;
}

/* "*8500#": some send what was dialled as the first input. */
static bool
is_code(const char *text)
{
	size_t n = strlen(text);

	return n > 2 && text[0] == '*' && text[n - 1] == '#' && strspn(text, KEYS) == n;
}

static enum http_ussd_move
opens(bool accumulated, const char *text, const char **keyed)
{
	*keyed = text + strlen(text);
	if (text[strspn(text, KEYS)] != '\0')
		*keyed = accumulated ? behind_last_star(text) : text;
	return HTTP_USSD_OPENS;
}

/* Inputs are joined by "*", which may stand in an input, too: what was there before leads. */
static const char *
added(const char *before, const char *text)
{
	size_t n = strlen(before);

	if (n == 0)
		return text;
	if (strncmp(text, before, n) == 0 && text[n] == '*')
		return text + n + 1;
	return behind_last_star(text);
}

enum http_ussd_move
http_ussd_move(bool accumulated, const struct http_ussd_before *before, const char *text,
    const char **keyed)
{
	bool same = before->text != NULL && strcmp(before->text, text) == 0;

	*keyed = text;
	if (before->text == NULL)
		return opens(accumulated, text, keyed);
	if (accumulated) {
		if (same)
			return HTTP_USSD_REPEATS;
		if (text[0] == '\0')
			return opens(accumulated, text, keyed);
		*keyed = added(before->text, text);
		return HTTP_USSD_KEYS;
	}
	/* the same key may be pressed at the next screen, but not before there is one */
	if (same &&
	    (before->asked || before->ended ||
		(before->first && (text[0] == '\0' || is_code(text)))))
		return HTTP_USSD_REPEATS;
	return is_code(text) ? opens(accumulated, text, keyed) : HTTP_USSD_KEYS;
}
