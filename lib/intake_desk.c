/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks and the desk's acts as lines of text, for a sealed box. Bounded and checked both ways.
 * Called by shyraqctl (pack) and dispatch (unpack).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "str.h"

/* A whole number from 1 and nothing else. */
static bool
number(const char *s, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(s, &end, 10);
	return errno == 0 && end != s && *end == '\0' && *out > 0;
}

/* A login or a code: no blank, no line end, nothing that a terminal would obey. */
static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	}
	return true;
}

size_t
intake_pack_task(const struct intake_task *t, char out[INTAKE_MAX])
{
	size_t len = 0;

	return str_add(out, INTAKE_MAX, &len, "row=%lld\nact=%s\noutcome=%s\nfrom=%s\n",
		   (long long)t->id, t->act, t->outcome, t->from)
	    ? len
	    : 0;
}

static bool
take_task(void *into, const char *name, const char *value)
{
	struct intake_task *t = into;

	if (strcmp(name, "row") == 0)
		return number(value, &t->id);
	if (!is_word(value))
		return false;
	if (strcmp(name, "act") == 0)
		return str_copy(t->act, sizeof(t->act), value);
	if (strcmp(name, "from") == 0)
		return str_copy(t->from, sizeof(t->from), value);
	return strcmp(name, "outcome") == 0 &&
	    str_copy(t->outcome, sizeof(t->outcome), value);
}

enum rc
intake_unpack_task(const char *p, size_t n, struct intake_task *t)
{
	memset(t, 0, sizeof(*t));
	return intake_lines(p, n, take_task, t) && t->id > 0 && t->act[0] != '\0'
	    ? RC_OK
	    : RC_REFUSED;
}

bool
intake_desk_words(char out[INTAKE_DESK_BYTES], const char *text)
{
	size_t n = strlen(text), left, step;
	unsigned chars = 0;
	uint32_t cp;

	while (n > 0 && text[n - 1] == ' ')
		n--;
	while (n > 0 && *text == ' ') {
		text++;
		n--;
	}
	if (!str_is_utf8(text, n))
		return false;
	left = n;
	for (const char *s = text; (step = str_next(s, left, &cp)) > 0;
	     s += step, left -= step) {
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || ++chars > INTAKE_DESK_CHARS)
			return false;
	}
	return str_copy_bytes(out, INTAKE_DESK_BYTES, text, n);
}

size_t
intake_pack_desk(const struct intake_desk *d, char out[INTAKE_MAX])
{
	size_t len = 0;

	return str_add(out, INTAKE_MAX, &len,
		   "case=%lld\nact=%s\nphrase=%d\nat=%s\nto=%s\nwords=%s\n",
		   (long long)d->number, d->act, d->phrase, d->at, d->to, d->words)
	    ? len
	    : 0;
}

static bool
take_desk(void *into, const char *name, const char *value)
{
	struct intake_desk *d = into;
	int64_t n;

	if (strcmp(name, "case") == 0)
		return number(value, &d->number);
	if (strcmp(name, "words") == 0)
		return intake_desk_words(d->words, value);
	if (!is_word(value))
		return false;
	if (strcmp(name, "act") == 0)
		return str_copy(d->act, sizeof(d->act), value);
	if (strcmp(name, "at") == 0)
		return str_copy(d->at, sizeof(d->at), value);
	if (strcmp(name, "to") == 0)
		return str_copy(d->to, sizeof(d->to), value);
	if (strcmp(name, "phrase") != 0)
		return false;
	if (strcmp(value, "0") == 0)
		return true;
	if (!number(value, &n) || n > 99)
		return false;
	d->phrase = (int)n;
	return true;
}

enum rc
intake_unpack_desk(const char *p, size_t n, struct intake_desk *d)
{
	memset(d, 0, sizeof(*d));
	return intake_lines(p, n, take_desk, d) && d->number > 0 && d->act[0] != '\0'
	    ? RC_OK
	    : RC_REFUSED;
}
