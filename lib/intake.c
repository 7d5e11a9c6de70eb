/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver and its phone as lines of text, for a sealed box. Bounded and checked both ways.
 * Called by shyraqctl (pack) and dispatch (unpack).
 */
#include "intake.h"

#include <stdlib.h>
#include <string.h>

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

static bool
take(struct intake_receiver *r, const char *name, const char *value)
{
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
	if (strcmp(name, "order") == 0)
		r->order = atoi(value);
	else if (strcmp(name, "vetted") == 0)
		r->vetted = value[0] == '1';
	else if (strcmp(name, "sample") == 0)
		r->sample = value[0] == '1';
	else
		return false;
	return true;
}

enum rc
intake_unpack(const char *p, size_t n, struct intake_receiver *r)
{
	char text[INTAKE_MAX], *line, *rest = NULL;

	memset(r, 0, sizeof(*r));
	if (!str_copy_bytes(text, sizeof(text), p, n) || !str_is_utf8(text, n))
		return RC_REFUSED;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *eq = strchr(line, '=');

		if (eq == NULL)
			return RC_REFUSED;
		*eq = '\0';
		if (!take(r, line, eq + 1))
			return RC_REFUSED;
	}
	return r->name[0] != '\0' && r->number.s[0] != '\0' ? RC_OK : RC_REFUSED;
}
