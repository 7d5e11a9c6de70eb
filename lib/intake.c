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

const char *const intake_fields[INTAKE_FIELDS] = {
	[INTAKE_KIND] = "kind",
	[INTAKE_REGIONS] = "regions",
	[INTAKE_LANG] = "lang",
	[INTAKE_ORDER] = "order",
	[INTAKE_VETTED] = "vetted",
	[INTAKE_GROUP] = "group",
	[INTAKE_LANGS] = "langs",
	[INTAKE_TAKES] = "takes",
	[INTAKE_SERVICES] = "services",
	[INTAKE_OF] = "of",
	[INTAKE_HOURS] = "hours",
	[INTAKE_BEDS] = "beds",
	[INTAKE_SAMPLE] = "sample",
	[INTAKE_AWAY] = "away",
	[INTAKE_UNTIL] = "until",
	[INTAKE_ROLE] = "role",
	[INTAKE_SHIFT] = "shift",
};
/* Without these a receiver cannot be asked. */
#define NEEDED (1U << INTAKE_KIND | 1U << INTAKE_REGIONS | 1U << INTAKE_LANG)

bool
intake_give(struct intake_receiver *r, enum intake_field f, const char *value)
{
	if (!str_copy(r->value[f], sizeof(r->value[f]), value))
		return false;
	r->given |= 1U << f;
	return true;
}

const char *
intake_given(const struct intake_receiver *r, enum intake_field f)
{
	return (r->given >> f & 1U) != 0 ? r->value[f] : NULL;
}

size_t
intake_pack(const struct intake_receiver *r, char out[INTAKE_MAX])
{
	size_t len = 0;
	bool fits = str_add(out, INTAKE_MAX, &len, "name=%s\n", r->name);

	if (fits && r->change)
		fits = str_add(out, INTAKE_MAX, &len, "change=1\ncontact=%lld\n",
		    (long long)r->contact);
	else if (fits)
		fits = str_add(out, INTAKE_MAX, &len, "number=%s\n", r->number.s);
	for (int f = 0; fits && f < INTAKE_FIELDS; f++) {
		const char *v = intake_given(r, (enum intake_field)f);

		if (v != NULL)
			fits = str_add(
			    out, INTAKE_MAX, &len, "%s=%s\n", intake_fields[f], v);
	}
	return fits ? len : 0;
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

	if (strcmp(name, "name") == 0)
		return str_copy(r->name, sizeof(r->name), value) && r->name[0] != '\0';
	if (strcmp(name, "number") == 0)
		return phone_parse(value, &r->number) == RC_OK;
	if (strcmp(name, "contact") == 0)
		return number(value, &r->contact) && r->contact >= 0;
	r->change = r->change || strcmp(name, "change") == 0;
	if (strcmp(name, "change") == 0)
		return true;
	for (int f = 0; f < INTAKE_FIELDS; f++) {
		if (strcmp(name, intake_fields[f]) == 0)
			return intake_give(r, (enum intake_field)f, value);
	}
	return false;
}

bool
intake_lines(
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
	if (!intake_lines(p, n, take_receiver, r) || r->name[0] == '\0')
		return RC_REFUSED;
	if (r->change)
		return r->number.s[0] == '\0' && r->given != 0 ? RC_OK : RC_REFUSED;
	return r->number.s[0] != '\0' && r->contact == 0 && (r->given & NEEDED) == NEEDED
	    ? RC_OK
	    : RC_REFUSED;
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
	return intake_lines(p, n, take_active, a) && a->name[0] != '\0' ? RC_OK
									: RC_REFUSED;
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
	if (!intake_lines(p, n, take_answer, a))
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
	return intake_lines(p, n, take_row, id) && *id > 0 ? RC_OK : RC_REFUSED;
}
