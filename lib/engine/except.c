/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which exceptions hold for a person: never one that the first reply did not state to them, nor one
 * that the country of the place does not have. It reads no file. Called as except.h says.
 */
#include "except.h"

#include <stdbool.h>
#include <string.h>

unsigned
exceptions_in(const struct exceptions *e, const char *country)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (strcmp(e->v[i].country, country) == 0)
			return e->v[i].held;
	}
	return e->base;
}

static unsigned
in_all(const struct exceptions *e)
{
	unsigned held = e->base;

	for (unsigned i = 0; i < e->n; i++)
		held &= e->v[i].held;
	return held;
}

unsigned
exceptions_stated(const struct exceptions *e, const char *number, const char *place)
{
	bool known = number != NULL && number[0] != '\0';
	unsigned held = known ? exceptions_in(e, number) : in_all(e);

	return place != NULL && place[0] != '\0' ? held & exceptions_in(e, place) : held;
}

unsigned
exception_parse(const char *name)
{
	if (strcmp(name, "child") == 0)
		return EXCEPT_CHILD;
	return strcmp(name, "danger") == 0 ? EXCEPT_DANGER : 0;
}

size_t
exceptions_told(const struct exceptions *e, unsigned out[EXCEPT_TABLES])
{
	bool there[EXCEPT_TABLES] = { false };
	size_t n = 0;

	/* number and place in two countries: what both have */
	for (unsigned i = 0; i <= e->n; i++) {
		unsigned held = i == e->n ? e->base : e->v[i].held;

		there[held] = true;
		there[held & e->base] = true;
		for (unsigned k = 0; k < i; k++)
			there[held & e->v[k].held] = true;
	}
	there[in_all(e)] = true;
	for (unsigned held = EXCEPT_TABLES; held-- > 0;) {
		if (there[held])
			out[n++] = held;
	}
	return n;
}
