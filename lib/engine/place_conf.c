/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conf/places/ *.csv and kinds.txt, checks each row and each column, and makes the keys of the search.
 * It finds nothing in a text. Called by flow_conf.c.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place_priv.h"
#include "str.h"

#define PLACES_MAX 20000U
#define KEYS_MAX 400000U
#define HEAD                                                                           \
	"id,region,name_kk,name_ru,name_uz,name_ky,name_tg,name_tk,name_en,menu,zone," \
	"variants"

enum column {
	COL_ID,
	COL_REGION,
	COL_NAME, /* LANGS of them */
	COL_MENU = COL_NAME + LANGS,
	COL_ZONE,
	COL_VARIANTS,
	COLUMNS,
};

struct reading {
	struct places *p;
	struct folded *f; /* large; one a load */
	const char *path;
	unsigned line;
	struct flow_err *err;
};

static enum rc
fail(struct flow_err *err, const char *path, unsigned line, const char *name,
    const char *what)
{
	if (snprintf(err->s, sizeof err->s, "%s:%u: %.*s: %s", path, line, PLACE_ID_MAX,
		name, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* A name as a key of the row that is being read. Names of three letters are shy by themselves. */
static bool
add_name(struct reading *r, const char *name, bool shy)
{
	char key[MATCH_WORD_MAX], bones[MATCH_WORD_MAX];
	struct places *p = r->p;
	uint32_t value;
	size_t n;

	match_fold(r->f, name);
	n = r->f->tokens > 0 && r->f->tokens <= PLACE_SPAN
	    ? match_joined(key, r->f, 0, r->f->tokens)
	    : 0;
	if (n == 0 || dict_count(p->exact) >= KEYS_MAX)
		return false;
	value = PLACE_VALUE(p->n, shy || match_chars(key, n) < PLACE_STEM_CHARS);
	dict_add(p->exact, key, n, value);
	if (match_skeleton(bones, key, n, MATCH_READ_COMMON))
		dict_add(p->skeleton, bones, strlen(bones), value);
	return true;
}

/*
 * "Almaty[ city]" to "Almaty city" and "Almaty". At most one pair of brackets, never the whole; false
 * on anything else.
 */
static bool
cut_name(const char *s, char *name, char *brief)
{
	size_t n = strlen(s), open = strcspn(s, "["), close = strcspn(s, "]");

	if (n >= PLACE_NAME_BYTES || !str_is_utf8(s, n) || strpbrk(s, "{}\t\"") != NULL)
		return false;
	if (open == n && close == n) {
		memcpy(name, s, n + 1);
		memcpy(brief, s, n + 1);
		return match_chars(s, n) <= PLACE_NAME_CHARS;
	}
	if (close < open || close == n || strpbrk(s + close + 1, "[]") != NULL ||
	    strcspn(s + open + 1, "[") < close - open - 1 || n - (close + 1 - open) == 0)
		return false;
	memcpy(brief, s, open);
	memcpy(brief + open, s + close + 1, n - close);
	memcpy(name, s, open);
	memcpy(name + open, s + open + 1, close - open - 1);
	memcpy(name + close - 1, s + close + 1, n - close);
	return match_chars(name, n - 2) <= PLACE_NAME_CHARS;
}

static const char *
read_names(struct reading *r, struct place *v, char *const column[COLUMNS], bool shy)
{
	for (unsigned l = 0; l < LANGS; l++) {
		const char *s = column[COL_NAME + l];
		bool may_lack = l == LANG_KY || l == LANG_TG || l == LANG_TK;

		if (s[0] == '\0' && may_lack)
			continue;
		if (s[0] == '\0' || !cut_name(s, v->name[l], v->brief[l]))
			return "a name is empty, ill-formed or over 22 characters; only ky, tg and tk "
			       "may be empty";
		if (!add_name(r, v->name[l], shy))
			return "a name has no letters, or more than three words";
	}
	return NULL;
}

/* Variants parted by ";": "=Name" is shy, a lone "=" makes the row's names shy; "@CODE" an older id. */
static const char *
read_variants(struct reading *r, char *list)
{
	char *rest, *variant;

	if (!str_is_utf8(list, strlen(list)))
		return "variants: not well-formed UTF-8";
	for (variant = strtok_r(list, ";", &rest); variant != NULL;
	     variant = strtok_r(NULL, ";", &rest)) {
		if (strcmp(variant, "=") == 0)
			continue;
		if (variant[0] == '@') {
			if (place_by_id(r->p, variant + 1) < r->p->n ||
			    strcmp(variant + 1, r->p->v[r->p->n].id) == 0)
				return "variants: a code that is an id already";
			dict_add(r->p->id, variant + 1, strlen(variant + 1), r->p->n);
			continue;
		}
		if (!add_name(r, variant + (variant[0] == '='), variant[0] == '='))
			return "variants: one has no letters, or more than three words";
	}
	return NULL;
}

static bool
has_lone_mark(const char *list)
{
	for (; *list != '\0'; list += list[0] == ';') {
		size_t n = strcspn(list, ";");

		if (n == 1 && list[0] == '=')
			return true;
		list += n;
	}
	return false;
}

/* "+5", "+6:30", "-3", or "". */
static bool
read_zone(struct place *v, const char *s)
{
	unsigned long hours, minutes = 0;
	char *end;

	if (s[0] == '\0')
		return true;
	if ((s[0] != '+' && s[0] != '-') || s[1] < '0' || s[1] > '9')
		return false;
	hours = strtoul(s + 1, &end, 10);
	if (end[0] == ':' && end[1] >= '0' && end[1] <= '5')
		minutes = strtoul(end + 1, &end, 10);
	if (*end != '\0' || hours > 14 || minutes > 59)
		return false;
	v->zone = (int)(hours * 60 + minutes) * (s[0] == '-' ? -1 : 1);
	v->zoned = true;
	return true;
}

static const char *
read_place(struct reading *r, struct place *v, char *const column[COLUMNS])
{
	const struct places *p = r->p;
	const char *wrong, *menu = column[COL_MENU];
	bool shy = has_lone_mark(column[COL_VARIANTS]);

	if (strspn(column[COL_ID],
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
		strlen(column[COL_ID]) ||
	    column[COL_ID][0] == '\0' || !str_copy(v->id, sizeof v->id, column[COL_ID]))
		return "id: not an id; allowed: letters, digits, - and _, under 24";
	if (dict_find(p->id, v->id, strlen(v->id)) != DICT_NONE)
		return "id: given twice";
	if (strspn(column[COL_REGION], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") !=
		strlen(column[COL_REGION]) ||
	    strcspn(column[COL_REGION], "-") < 2 ||
	    !str_copy(v->region, sizeof v->region, column[COL_REGION]) ||
	    !str_copy_bytes(
		v->country, sizeof v->country, v->region, strcspn(v->region, "-")))
		return "region: not a code; allowed: ISO 3166, as KZ-47";
	if (menu[0] != '\0' && (menu[0] < '1' || menu[0] > '3' || menu[1] != '\0'))
		return "menu: not a rank; allowed: 1 to 3, or empty";
	v->menu = (uint8_t)(menu[0] != '\0' ? menu[0] - '0' : 0);
	if (!read_zone(v, column[COL_ZONE]))
		return "zone: not hours from UTC; allowed: +5, +6:30, or empty";
	wrong = read_names(r, v, column, shy);
	return wrong != NULL ? wrong : read_variants(r, column[COL_VARIANTS]);
}

static enum rc
read_line(struct reading *r, char *line)
{
	char *column[COLUMNS], *s = line;
	struct places *p = r->p;
	const char *wrong;
	unsigned n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0' || line[0] == '#' || strcmp(line, HEAD) == 0)
		return RC_OK;
	while (n < COLUMNS && s != NULL)
		column[n++] = strsep(&s, ",");
	if (n != COLUMNS || s != NULL)
		return fail(r->err, r->path, r->line, "row",
		    "not twelve columns; allowed: " HEAD);
	if (p->n >= PLACES_MAX)
		return fail(r->err, r->path, r->line, "row", "too many places");
	if (p->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 256;
		p->v = xreallocarray(p->v, p->room, sizeof *p->v);
	}
	p->v[p->n] = (struct place){ 0 };
	wrong = read_place(r, &p->v[p->n], column);
	if (wrong != NULL)
		return fail(r->err, r->path, r->line, column[COL_ID], wrong);
	dict_add(p->id, p->v[p->n].id, strlen(p->v[p->n].id), p->n);
	p->n++;
	return RC_OK;
}

static enum rc
read_file(struct reading *r)
{
	char line[4096];
	enum rc rc = RC_OK;
	FILE *in = fopen(r->path, "re");

	if (in == NULL)
		return fail(r->err, r->path, 1, "file", "cannot be read");
	for (r->line = 1; rc == RC_OK && fgets(line, sizeof line, in) != NULL;
	     r->line++) {
		if (strchr(line, '\n') == NULL && !feof(in))
			rc = fail(
			    r->err, r->path, r->line, "row", "the line is too long");
		else
			rc = read_line(r, line);
	}
	fclose(in);
	return rc;
}

/* The row's own zone, its region's, its country's. */
static bool
settle_zone(struct places *p, unsigned i)
{
	struct place *v = &p->v[i];
	unsigned from[] = { i, place_by_id(p, v->region), place_by_id(p, v->country) };

	for (size_t k = 0; k < ARRAY_LEN(from); k++) {
		if (from[k] < p->n && p->v[from[k]].zoned) {
			v->zone = p->v[from[k]].zone;
			return true;
		}
	}
	return false;
}

/* Every town lies in a region, every region in a country that have rows; no rank of a menu twice. */
static enum rc
check(struct places *p, const char *dir, struct flow_err *err)
{
	if (p->n == 0)
		return fail(err, dir, 1, "places", "no places");
	for (unsigned i = 0; i < p->n; i++) {
		const struct place *v = &p->v[i];

		if (place_by_id(p, v->region) == p->n)
			return fail(err, dir, 1, v->id, "its region has no row");
		if (place_by_id(p, v->country) == p->n)
			return fail(err, dir, 1, v->id, "its country has no row");
		if (!settle_zone(p, i))
			return fail(err, dir, 1, v->id,
			    "no zone in its row, its region's or its country's");
		for (unsigned k = 0; k < i && v->menu > 0; k++) {
			if (p->v[k].menu == v->menu &&
			    strcmp(p->v[k].country, v->country) == 0)
				return fail(err, dir, 1, v->id,
				    "menu: another place of the country has this rank");
		}
	}
	return RC_OK;
}

/* The words of DIR/kinds.txt, parted by blanks; a folder without it has none. False: ill-formed. */
static bool
read_kinds(struct places *p, struct folded *f, const char *dir)
{
	char line[1024], path[PATH_MAX], bones[MATCH_WORD_MAX], key[MATCH_WORD_MAX];
	bool good = snprintf(path, sizeof path, "%s/kinds.txt", dir) < (int)sizeof path;
	FILE *in = good ? fopen(path, "re") : NULL;

	while (in != NULL && good && fgets(line, sizeof line, in) != NULL) {
		size_t n = strcspn(line, "\n");

		good = line[n] == '\n' && str_is_utf8(line, n);
		if (!good || line[0] == '#')
			continue;
		match_fold(f, line);
		for (unsigned i = 0; i < f->tokens; i++) {
			n = match_joined(key, f, i, 1);
			if (n > 0 && match_skeleton(bones, key, n, MATCH_READ_COMMON))
				dict_add(p->kind, bones, strlen(bones), 0);
		}
	}
	if (in != NULL)
		fclose(in);
	return good;
}

static void
index_near(struct places *p)
{
	uint32_t n = dict_count(p->skeleton);

	p->near = xreallocarray(NULL, n > 0 ? n : 1, sizeof *p->near);
	for (uint32_t i = 0; i < n; i++) {
		const char *key;
		size_t len;

		key = dict_key(p->skeleton, i, &len);
		if (!PLACE_IS_SHY(dict_value(p->skeleton, i)) &&
		    match_chars(key, len) >= PLACE_NEAR_CHARS &&
		    dict_find(p->skeleton, key, len) == i)
			p->near[p->nears++] = i;
	}
}

static int
is_csv(const struct dirent *d)
{
	return str_ends(d->d_name, ".csv");
}

enum rc
places_load(const char *dir, struct places **out, struct flow_err *err)
{
	struct places *p = xcalloc(1, sizeof *p);
	char folder[PATH_MAX - 256] = "", path[PATH_MAX];
	struct reading r = { .p = p, .path = path, .err = err };
	struct dirent **names = NULL;
	enum rc rc = RC_OK;
	int n;

	*out = NULL;
	r.f = xmalloc(sizeof *r.f);
	p->exact = dict_new();
	p->skeleton = dict_new();
	p->id = dict_new();
	p->kind = dict_new();
	n = snprintf(folder, sizeof folder, "%s/places", dir) < (int)sizeof folder
	    ? scandir(folder, &names, is_csv, alphasort)
	    : -1;
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK &&
		    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name) <
			(int)sizeof path)
			rc = read_file(&r);
		free(names[i]);
	}
	free(names);
	if (rc == RC_OK && !read_kinds(p, r.f, folder))
		rc = fail(err, folder, 1, "kinds.txt",
		    "a line is too long or not well-formed UTF-8");
	free(r.f);
	if (rc == RC_OK)
		rc = check(p, folder, err);
	if (rc == RC_OK)
		index_near(p);
	if (rc == RC_OK)
		*out = p;
	else
		places_free(p);
	return rc;
}
