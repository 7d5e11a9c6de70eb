/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packing and unpacking of what is decided about a case: lines "name=value", each once.
 * It decides nothing itself. Called by shyraqctl and by dispatch.
 */
#include "intake_case.h"

#include <string.h>

#include "str.h"

static const char *const acts[INTAKE_CASE_ACTS] = { "close", "reopen", "link", "unlink",
	"assert", "confirm", "refuse", "forget", "police", "no_police" };

#define LINE_MAX_BYTES (INTAKE_NOTE_CHARS + 16)

bool
intake_note_fits(const char *note)
{
	size_t n = strlen(note);

	if (n < 3 || n > INTAKE_NOTE_CHARS || !str_is_utf8(note, n))
		return false;
	for (; *note != '\0'; note++) {
		if ((unsigned char)*note < 0x20 || *note == 0x7f)
			return false;
	}
	return true;
}

size_t
intake_pack_case(const struct intake_case *c, char out[INTAKE_MAX])
{
	size_t len = 0;

	if (c->act >= INTAKE_CASE_ACTS ||
	    !str_add(out, INTAKE_MAX, &len,
		"act=%s\nnumber=%lld\nother=%lld\nwhat=%s\ncode=%s\nnote=%s\n",
		acts[c->act], (long long)c->number, (long long)c->other, c->what, c->code,
		c->note))
		return 0;
	return len;
}

static bool
number(const char *s, int64_t *v)
{
	size_t n = strlen(s);

	if (n == 0 || n > 18 || strspn(s, "0123456789") != n)
		return false;
	for (*v = 0; *s != '\0'; s++)
		*v = *v * 10 + (*s - '0');
	return true;
}

static bool
is_word(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") ==
	    strlen(s);
}

static bool
take_act(struct intake_case *c, const char *value)
{
	for (int i = 0; i < INTAKE_CASE_ACTS; i++) {
		if (strcmp(acts[i], value) == 0) {
			c->act = (enum intake_act)i;
			return true;
		}
	}
	return false;
}

static bool
take_line(struct intake_case *c, const char *name, const char *value)
{
	if (strcmp(name, "act") == 0)
		return take_act(c, value);
	if (strcmp(name, "number") == 0)
		return number(value, &c->number) && c->number > 0;
	if (strcmp(name, "other") == 0)
		return number(value, &c->other);
	if (strcmp(name, "what") == 0)
		return is_word(value) && str_copy(c->what, sizeof(c->what), value);
	if (strcmp(name, "code") == 0)
		return is_word(value) && str_copy(c->code, sizeof(c->code), value);
	return strcmp(name, "note") == 0 &&
	    (value[0] == '\0' || intake_note_fits(value)) &&
	    str_copy(c->note, sizeof(c->note), value);
}

enum rc
intake_unpack_case(const char *p, size_t n, struct intake_case *c)
{
	unsigned lines = 0;

	memset(c, 0, sizeof(*c));
	while (n > 0) {
		char line[LINE_MAX_BYTES];
		const char *end = memchr(p, '\n', n);
		char *is;

		if (end == NULL || memchr(p, '\0', n) != NULL ||
		    !str_copy_bytes(line, sizeof(line), p, (size_t)(end - p)))
			return RC_REFUSED;
		is = strchr(line, '=');
		if (is == NULL)
			return RC_REFUSED;
		*is = '\0';
		if (!take_line(c, line, is + 1) || lines++ > 6)
			return RC_REFUSED;
		n -= (size_t)(end - p) + 1;
		p = end + 1;
	}
	return lines == 6 && c->number > 0 ? RC_OK : RC_REFUSED;
}
