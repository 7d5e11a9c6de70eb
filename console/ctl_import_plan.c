/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file of receivers would change: who is new, which values move, and groups that lack a member.
 * It writes nothing and never sees a number. Called by ctl_import.c.
 */
#include <jansson.h>
#include <string.h>

#include "ctl_receiver.h"
#include "str.h"

#define WHAT_MAX 512
#define NAME_WIDTH 28

/* The first row of a name; those behind it are more phones of the same. */
static bool
is_first(const struct import_plan *p, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(p->row[k].name, p->row[i].name) == 0)
			return false;
	}
	return true;
}

static unsigned
phones_of(const struct import_plan *p, const char *name)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->rows; i++)
		n += strcmp(p->row[i].name, name) == 0;
	return n;
}

/* The fields of a known receiver that would move: as JSON, and as words. */
static json_t *
moved(const struct import_plan *p, const struct intake_receiver *r, int known,
    char what[WHAT_MAX])
{
	json_t *all = json_object();
	size_t len = 0;

	for (int i = 0; i < INTAKE_FIELDS; i++) {
		enum intake_field f = (enum intake_field)i;
		const char *to = intake_given(r, f);
		char from[INTAKE_VALUE_MAX];

		if (to == NULL || f == INTAKE_ROLE || f == INTAKE_SHIFT)
			continue;
		ctl_receiver_value(p->known, known, f, from);
		if (strcmp(from, to) == 0)
			continue;
		json_object_set_new(all, intake_fields[f],
		    json_pack(
			"[s,s]", ctl_receiver_word(f, from), ctl_receiver_word(f, to)));
		(void)!str_add(what, WHAT_MAX, &len, "%s%s %s -> %s", len > 0 ? ", " : "",
		    intake_fields[f], ctl_receiver_word(f, from),
		    ctl_receiver_word(f, to));
	}
	if (len == 0)
		(void)!str_add(what, WHAT_MAX, &len, "as it is");
	return all;
}

static void
tell_receiver(struct import_plan *p, const struct intake_receiver *r, bool quiet)
{
	int known = ctl_receiver_row(p->known, r->name);
	unsigned phones = phones_of(p, r->name);
	char what[WHAT_MAX] = "", name[64], clean[WHAT_MAX];
	size_t len = 0, wide;
	json_t *fields = known < 0 ? json_object() : moved(p, r, known, what);

	if (known < 0)
		(void)!str_add(what, sizeof(what), &len, "new: %s, %s, %s",
		    r->value[INTAKE_KIND], r->value[INTAKE_REGIONS],
		    r->value[INTAKE_LANG]);
	p->known_rows += known < 0 ? 0 : phones;
	json_array_append_new(p->changes,
	    json_pack("{s:s,s:b,s:i,s:o}", "name", r->name, "new", (int)(known < 0),
		"phones", (int)phones, "fields", fields));
	if (quiet)
		return;
	ctl_clean(name, sizeof(name), r->name);
	ctl_clean(clean, sizeof(clean), what);
	wide = ctl_width(name);
	printf("%s%*s  %s; %u %s\n", name,
	    wide < NAME_WIDTH ? (int)(NAME_WIDTH - wide) : 0, "", clean, phones,
	    phones == 1 ? "phone" : "phones");
}

struct group {
	bool ngo, social, police, vetted;
};

static void
count_in(struct group *g, const char *kind, bool vetted)
{
	g->ngo = g->ngo || strcmp(kind, "ngo") == 0;
	g->social = g->social || strcmp(kind, "social") == 0;
	g->police = g->police || strcmp(kind, "police") == 0;
	g->vetted = g->vetted || (vetted && strcmp(kind, "police") == 0);
}

/* What a field will be when the file is in: the file's, else what is known. */
static const char *
after(const struct import_plan *p, const struct intake_receiver *r, enum intake_field f,
    char out[INTAKE_VALUE_MAX])
{
	int known = ctl_receiver_row(p->known, r->name);

	out[0] = '\0';
	if (intake_given(r, f) != NULL)
		return r->value[f];
	if (known >= 0)
		ctl_receiver_value(p->known, known, f, out);
	return out;
}

static void
look_at_group(const struct import_plan *p, const char *name, struct group *g)
{
	char a[INTAKE_VALUE_MAX], b[INTAKE_VALUE_MAX];

	memset(g, 0, sizeof(*g));
	for (size_t i = 0; i < p->rows; i++) {
		const struct intake_receiver *r = &p->row[i];

		if (strcmp(after(p, r, INTAKE_GROUP, a), name) == 0)
			count_in(g, r->value[INTAKE_KIND],
			    after(p, r, INTAKE_VETTED, b)[0] == '1');
	}
	for (int i = 0; i < db_count(p->known); i++) {
		bool given = false;

		for (size_t k = 0; k < p->rows; k++)
			given = given ||
			    strcmp(p->row[k].name,
				db_get_text(p->known, i, CTL_RECEIVER_NAME)) == 0;
		ctl_receiver_value(p->known, i, INTAKE_GROUP, a);
		if (given || strcmp(a, name) != 0)
			continue;
		ctl_receiver_value(p->known, i, INTAKE_KIND, a);
		ctl_receiver_value(p->known, i, INTAKE_VETTED, b);
		count_in(g, a, b[0] == '1');
	}
}

static void
warn_group(struct import_plan *p, const char *name)
{
	char line[256], clean[256];
	struct group g;
	size_t len = 0;

	look_at_group(p, name, &g);
	if (g.ngo && g.social && g.police && g.vetted)
		return;
	(void)!str_add(line, sizeof(line), &len, "group %s lacks:%s%s%s", name,
	    g.ngo ? "" : " an ngo,", g.social ? "" : " a social worker,",
	    !g.police      ? " police,"
		: g.vetted ? ""
			   : " police that are vetted,");
	if (len > 0 && len < sizeof(line) && line[len - 1] == ',')
		line[len - 1] = '\0';
	ctl_clean(clean, sizeof(clean), line);
	fprintf(stderr, "warning: %s\n", clean);
	json_array_append_new(p->warnings, json_string(line));
}

void
import_plan_tell(struct import_plan *p, bool quiet)
{
	for (size_t i = 0; i < p->rows; i++) {
		if (is_first(p, i))
			tell_receiver(p, &p->row[i], quiet);
	}
	for (size_t i = 0; i < p->rows; i++) {
		const char *group = intake_given(&p->row[i], INTAKE_GROUP);
		bool told = group == NULL || group[0] == '\0';

		for (size_t k = 0; k < i && !told; k++)
			told = strcmp(p->row[k].value[INTAKE_GROUP], group) == 0;
		if (!told)
			warn_group(p, group);
	}
}
