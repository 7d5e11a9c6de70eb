/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers and orders of people as lines of text, for a sealed box. Bounded and checked both ways.
 * Called by shyraqctl (pack) and dispatch (unpack).
 */
#include "intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"
#include "str.h"

size_t
intake_pack(const struct intake_receiver *r, char out[INTAKE_MAX])
{
	size_t len = 0;

	if (!str_add(out, INTAKE_MAX, &len,
		"name=%s\nkind=%s\nlang=%s\nregions=%s\nnumber=%s\norder=%d\nvetted=%d\nsample=%d\n",
		r->name, r->kind, r->lang, r->regions, r->number.s, r->order, r->vetted,
		r->sample))
		return 0;
	return len;
}

bool
intake_pack_add(const struct intake_receiver *r, char *out, size_t *len, size_t *rows)
{
	char one[INTAKE_MAX];
	size_t n = intake_pack(r, one);
	bool fits = n > 0 && *rows < INTAKE_ROWS_MAX && *len + n + 1 <= INTAKE_FILE_MAX;

	if (fits) {
		memcpy(out + *len, one, n);
		out[*len + n] = '\n';
		*len += n + 1;
		(*rows)++;
	}
	seal_wipe(one, sizeof(one));
	return fits;
}

/* A whole number within int64_t and nothing else. */
static bool
number(const char *s, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(s, &end, 10);
	return errno == 0 && end != s && *end == '\0';
}

static bool
take_receiver(void *into, const char *name, const char *value)
{
	struct intake_receiver *r = into;
	int64_t n;

	if (strcmp(name, "name") == 0)
		return str_copy(r->name, sizeof(r->name), value) && r->name[0] != '\0';
	if (strcmp(name, "kind") == 0)
		return str_copy(r->kind, sizeof(r->kind), value);
	if (strcmp(name, "lang") == 0)
		return str_copy(r->lang, sizeof(r->lang), value);
	if (strcmp(name, "regions") == 0)
		return str_copy(r->regions, sizeof(r->regions), value);
	if (strcmp(name, "number") == 0)
		return phone_parse(value, &r->number) == RC_OK;
	if (strcmp(name, "order") == 0) {
		if (!number(value, &n) || n < INT32_MIN || n > INT32_MAX)
			return false;
		r->order = (int)n;
	} else if (strcmp(name, "vetted") == 0) {
		r->vetted = value[0] == '1';
	} else if (strcmp(name, "sample") == 0) {
		r->sample = value[0] == '1';
	} else {
		return false;
	}
	return true;
}

/* Every line of a record to `take`; false: no line "name=value", or one that it does not want. */
static bool
lines(
    const char *p, size_t n, bool (*take)(void *, const char *, const char *), void *into)
{
	char text[INTAKE_MAX], *line, *rest = NULL;
	bool fine = str_copy_bytes(text, sizeof(text), p, n) && str_is_utf8(text, n);

	for (line = fine ? strtok_r(text, "\n", &rest) : NULL; fine && line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *eq = strchr(line, '=');

		fine = eq != NULL;
		if (fine) {
			*eq = '\0';
			fine = take(into, line, eq + 1);
		}
	}
	seal_wipe(text, sizeof(text));
	return fine;
}

enum rc
intake_unpack(const char *p, size_t n, struct intake_receiver *r)
{
	memset(r, 0, sizeof(*r));
	if (!lines(p, n, take_receiver, r))
		return RC_REFUSED;
	return r->name[0] != '\0' && r->number.s[0] != '\0' ? RC_OK : RC_REFUSED;
}

enum rc
intake_unpack_next(const char *p, size_t n, size_t *at, struct intake_receiver *r)
{
	const char *end;
	size_t len;
	enum rc rc;

	if (*at >= n)
		return RC_AGAIN;
	end = memmem(p + *at, n - *at, "\n\n", 2);
	if (end == NULL)
		return RC_REFUSED;
	len = (size_t)(end - (p + *at)) + 1;
	rc = intake_unpack(p + *at, len, r);
	*at += len + 1;
	return rc;
}

size_t
intake_pack_active(const struct intake_active *a, char out[INTAKE_MAX])
{
	size_t len = 0;

	if (!str_add(out, INTAKE_MAX, &len, "name=%s\nactive=%d\n", a->name, a->active))
		return 0;
	if (a->contact != 0 &&
	    !str_add(out, INTAKE_MAX, &len, "contact=%lld\n", (long long)a->contact))
		return 0;
	if (a->number.s[0] != '\0' &&
	    !str_add(out, INTAKE_MAX, &len, "number=%s\n", a->number.s))
		return 0;
	return len;
}

static bool
take_active(void *into, const char *name, const char *value)
{
	struct intake_active *a = into;

	if (strcmp(name, "name") == 0)
		return str_copy(a->name, sizeof(a->name), value);
	if (strcmp(name, "contact") == 0)
		return number(value, &a->contact) && a->contact > 0;
	if (strcmp(name, "number") == 0)
		return phone_parse(value, &a->number) == RC_OK;
	a->active = value[0] == '1';
	return strcmp(name, "active") == 0;
}

enum rc
intake_unpack_active(const char *p, size_t n, struct intake_active *a)
{
	memset(a, 0, sizeof(*a));
	return lines(p, n, take_active, a) && a->name[0] != '\0' ? RC_OK : RC_REFUSED;
}

bool
intake_answer_text(struct intake_answer *a, const char *text)
{
	size_t n = strlen(text), left, step;
	unsigned chars = 0;
	uint32_t cp;

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(" \t\r\n", *text) != NULL) {
		text++;
		n--;
	}
	if (n == 0 || !str_is_utf8(text, n))
		return false;
	left = n;
	for (const char *s = text; (step = str_next(s, left, &cp)) > 0;
	     s += step, left -= step) {
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
		    ++chars > INTAKE_ANSWER_CHARS)
			return false;
	}
	return str_copy_bytes(a->text, sizeof(a->text), text, n);
}

size_t
intake_pack_answer(const struct intake_answer *a, char out[INTAKE_MAX])
{
	size_t len = 0;

	return str_add(out, INTAKE_MAX, &len, "job=%lld\ntext=%s\n", (long long)a->id,
		   a->text)
	    ? len
	    : 0;
}

static bool
take_answer(void *into, const char *name, const char *value)
{
	struct intake_answer *a = into;

	if (strcmp(name, "job") == 0)
		return number(value, &a->id) && a->id > 0;
	return strcmp(name, "text") == 0 && intake_answer_text(a, value);
}

enum rc
intake_unpack_answer(const char *p, size_t n, struct intake_answer *a)
{
	memset(a, 0, sizeof(*a));
	if (!lines(p, n, take_answer, a))
		return RC_REFUSED;
	return a->id > 0 && a->text[0] != '\0' ? RC_OK : RC_REFUSED;
}

size_t
intake_pack_row(int64_t id, char out[INTAKE_MAX])
{
	size_t len = 0;

	return str_add(out, INTAKE_MAX, &len, "row=%lld\n", (long long)id) ? len : 0;
}

static bool
take_row(void *into, const char *name, const char *value)
{
	return strcmp(name, "row") == 0 && number(value, into);
}

enum rc
intake_unpack_row(const char *p, size_t n, int64_t *id)
{
	*id = 0;
	return lines(p, n, take_row, id) && *id > 0 ? RC_OK : RC_REFUSED;
}
