/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of places and the search in it: exact, with an ending, through the skeleton, then one
 * letter off. It allocates nothing after the load. Called by the flow engine and refer_text.c.
 */
#include "place.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dict.h"
#include "str.h"

#define COLUMNS 7 /* id,region,name_kk,name_ru,name_uz,name_en,variants */
#define SPAN 3
#define STEM_MIN_CHARS 4
#define NEAR_CHARS 5
#define NEAR_TOKENS 128 /* bounds the time of a search */
#define NAME_BYTES 64
#define PLACES_MAX 20000U

enum name_column {
	NAME_KK,
	NAME_RU,
	NAME_UZ,
	NAME_EN,
	NAMES,
};

struct place {
	char id[PLACE_ID_MAX];
	char region[8];
	char name[NAMES][NAME_BYTES];
};

struct places {
	struct place *v;
	unsigned n, room;
	struct dict *exact, *skeleton; /* keys: folded names without blanks */
	struct dict *id;
};

/* Which name a language reads, until every language has its own column. */
static const enum name_column column_of[LANGS] = { [LANG_KK] = NAME_KK,
	[LANG_RU] = NAME_RU,
	[LANG_UZ] = NAME_UZ,
	[LANG_KY] = NAME_RU,
	[LANG_TG] = NAME_RU,
	[LANG_TK] = NAME_UZ,
	[LANG_EN] = NAME_EN };

static enum rc
fail(struct flow_err *err, const char *path, unsigned line, const char *name,
    const char *what)
{
	if (snprintf(err->s, sizeof err->s, "%s:%u: %s: %s", path, line, name, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* Tokens i to i + n - 1 without blanks; 0 when it does not fit. */
static size_t
joined(char out[MATCH_WORD_MAX], const struct folded *f, unsigned i, unsigned n)
{
	size_t len = 0;

	for (unsigned k = i; k < i + n; k++) {
		size_t add;
		const char *s = match_token(f, k, &add);

		if (len + add >= MATCH_WORD_MAX)
			return 0;
		memcpy(out + len, s, add);
		len += add;
	}
	out[len] = '\0';
	return len;
}

static void
add_name(struct places *p, struct folded *f, const char *name)
{
	char key[MATCH_WORD_MAX], bones[MATCH_WORD_MAX];
	size_t n;

	match_fold(f, name);
	n = f->tokens > 0 && f->tokens <= SPAN ? joined(key, f, 0, f->tokens) : 0;
	if (n == 0)
		return;
	dict_add(p->exact, key, n, p->n);
	if (match_skeleton(bones, key, n, MATCH_READ_COMMON))
		dict_add(p->skeleton, bones, strlen(bones), p->n);
}

static bool
name_ok(const char *s)
{
	return s[0] != '\0' && strlen(s) < NAME_BYTES && str_is_utf8(s, strlen(s)) &&
	    strpbrk(s, "{}\t\"") == NULL;
}

/* One row, its columns cut apart in place. */
static const char *
add_row(struct places *p, struct folded *f, char *column[COLUMNS])
{
	struct place *v;
	char *rest, *variant;

	if (p->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		p->v = xreallocarray(p->v, p->room, sizeof *p->v);
	}
	v = &p->v[p->n];
	*v = (struct place){ 0 };
	if (strspn(column[0],
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
		strlen(column[0]) ||
	    column[0][0] == '\0' || !str_copy(v->id, sizeof v->id, column[0]))
		return "id: not an id; allowed: letters, digits, - and _, under 24";
	if (dict_find(p->id, v->id, strlen(v->id)) != DICT_NONE)
		return "id: given twice";
	if (strlen(column[1]) < 2 || !str_copy(v->region, sizeof v->region, column[1]))
		return "region: not a code; allowed: ISO 3166, as KZ-47";
	for (unsigned i = 0; i < NAMES; i++) {
		if (!name_ok(column[2 + i]) ||
		    !str_copy(v->name[i], NAME_BYTES, column[2 + i]))
			return "a name is empty, too long or ill-formed";
		add_name(p, f, v->name[i]);
	}
	if (!str_is_utf8(column[6], strlen(column[6])))
		return "variants: not well-formed UTF-8";
	for (variant = strtok_r(column[6], ";", &rest); variant != NULL;
	     variant = strtok_r(NULL, ";", &rest))
		add_name(p, f, variant);
	dict_add(p->id, v->id, strlen(v->id), p->n);
	p->n++;
	return NULL;
}

static enum rc
read_line(struct places *p, struct folded *f, char *line, const char *path, unsigned at,
    struct flow_err *err)
{
	char *column[COLUMNS], *s = line;
	const char *wrong;
	unsigned n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0' || line[0] == '#' || strncmp(line, "id,region,", 10) == 0)
		return RC_OK;
	while (n < COLUMNS && s != NULL)
		column[n++] = strsep(&s, ",");
	if (n != COLUMNS || s != NULL)
		return fail(err, path, at, "row",
		    "not seven columns; allowed: "
		    "id,region,name_kk,name_ru,name_uz,name_en,variants");
	if (p->n >= PLACES_MAX)
		return fail(err, path, at, "row", "too many places");
	wrong = add_row(p, f, column);
	return wrong != NULL ? fail(err, path, at, column[0], wrong) : RC_OK;
}

static enum rc
read_file(struct places *p, struct folded *f, const char *path, struct flow_err *err)
{
	char line[2048];
	unsigned at = 0;
	enum rc rc = RC_OK;
	FILE *in = fopen(path, "re");

	if (in == NULL)
		return fail(err, path, 1, "file", "cannot be read");
	while (rc == RC_OK && fgets(line, sizeof line, in) != NULL) {
		at++;
		if (strchr(line, '\n') == NULL && !feof(in))
			rc = fail(err, path, at, "row", "the line is too long");
		else
			rc = read_line(p, f, line, path, at, err);
	}
	fclose(in);
	return rc;
}

/* Every town lies in a region that has a row of its own. */
static enum rc
check(const struct places *p, const char *dir, struct flow_err *err)
{
	if (p->n == 0)
		return fail(err, dir, 1, "places", "no places");
	for (unsigned i = 0; i < p->n; i++) {
		if (place_by_id(p, p->v[i].region) == p->n)
			return fail(err, dir, 1, p->v[i].id, "its region has no row");
	}
	return RC_OK;
}

static int
is_csv(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".csv") == 0;
}

enum rc
places_load(const char *dir, struct places **out, struct flow_err *err)
{
	struct places *p = xcalloc(1, sizeof *p);
	struct folded *f = xmalloc(sizeof *f);
	char folder[PATH_MAX - 256] = "", path[PATH_MAX];
	struct dirent **names = NULL;
	enum rc rc = RC_OK;
	int n;

	*out = NULL;
	p->exact = dict_new();
	p->skeleton = dict_new();
	p->id = dict_new();
	n = snprintf(folder, sizeof folder, "%s/places", dir) < (int)sizeof folder
	    ? scandir(folder, &names, is_csv, alphasort)
	    : -1;
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK &&
		    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name) <
			(int)sizeof path)
			rc = read_file(p, f, path, err);
		free(names[i]);
	}
	free(names);
	free(f);
	if (rc == RC_OK)
		rc = check(p, folder, err);
	if (rc == RC_OK)
		*out = p;
	else
		places_free(p);
	return rc;
}

void
places_free(struct places *p)
{
	if (p == NULL)
		return;
	dict_free(p->exact);
	dict_free(p->skeleton);
	dict_free(p->id);
	free(p->v);
	free(p);
}

/* What has been found so far in a text. */
struct hits {
	unsigned v[PLACE_FOUND_MAX];
	unsigned n;
};

static unsigned
take(struct hits *h, const struct dict *d, uint32_t entry)
{
	unsigned took = 0;

	for (; entry != DICT_NONE; entry = dict_more(d, entry)) {
		unsigned i, v = dict_value(d, entry);

		took++;
		for (i = 0; i < h->n && h->v[i] != v; i++)
			;
		if (i == h->n && h->n < PLACE_FOUND_MAX)
			h->v[h->n++] = v;
	}
	return took;
}

static bool
find_key(const struct places *p, const struct words *w, const char *key, size_t n,
    struct hits *h)
{
	char bones[MATCH_WORD_MAX];

	if (take(h, p->exact, dict_find(p->exact, key, n)) > 0)
		return true;
	for (size_t cut = n - 1; cut > 0 && match_chars(key, cut) >= STEM_MIN_CHARS;
	     cut--) {
		if (((unsigned char)key[cut] & 0xc0) != 0x80 &&
		    words_is_ending(w, key + cut, n - cut) &&
		    take(h, p->exact, dict_find(p->exact, key, cut)) > 0)
			return true;
	}
	if (match_chars(key, n) < STEM_MIN_CHARS ||
	    !match_skeleton(bones, key, n, MATCH_READ_COMMON))
		return false;
	if (take(h, p->skeleton, dict_find(p->skeleton, bones, strlen(bones))) > 0)
		return true;
	n = strlen(bones);
	for (size_t cut = n - 1; cut > 0 && match_chars(bones, cut) >= STEM_MIN_CHARS;
	     cut--) {
		if (((unsigned char)bones[cut] & 0xc0) != 0x80 &&
		    words_is_ending(w, bones + cut, n - cut) &&
		    take(h, p->skeleton, dict_find(p->skeleton, bones, cut)) > 0)
			return true;
	}
	return false;
}

static void
find_near(const struct places *p, const struct folded *f, struct hits *h)
{
	for (unsigned i = 0; i < f->tokens && i < NEAR_TOKENS && h->n == 0; i++) {
		char key[MATCH_WORD_MAX], bones[MATCH_WORD_MAX];
		size_t n = joined(key, f, i, 1), len;

		if (n == 0 || match_chars(key, n) < NEAR_CHARS ||
		    !match_skeleton(bones, key, n, MATCH_READ_COMMON))
			continue;
		for (uint32_t e = 0; e < dict_count(p->skeleton) && h->n == 0; e++) {
			const char *name = dict_key(p->skeleton, e, &len);

			if (match_chars(name, len) >= NEAR_CHARS &&
			    match_near(bones, strlen(bones), name, len))
				take(h, p->skeleton, dict_find(p->skeleton, name, len));
		}
	}
}

/* Drops a region row when a town in that region was named too. */
static unsigned
reduce(const struct places *p, const struct hits *h, unsigned out[PLACE_FOUND_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->n; i++) {
		bool covered = false;

		for (unsigned k = 0; k < h->n && place_is_region(p, h->v[i]); k++)
			covered = covered ||
			    (k != i &&
				strncmp(p->v[h->v[k]].region, p->v[h->v[i]].id,
				    strlen(p->v[h->v[i]].id)) == 0);
		if (!covered)
			out[n++] = h->v[i];
	}
	return n;
}

unsigned
place_find(const struct places *p, const struct words *w, const struct folded *f,
    unsigned out[PLACE_FOUND_MAX])
{
	struct hits h = { .n = 0 };

	for (unsigned i = 0; i < f->tokens && h.n < PLACE_FOUND_MAX;) {
		unsigned span = f->tokens - i < SPAN ? f->tokens - i : SPAN;
		char key[MATCH_WORD_MAX];
		bool found = false;

		for (; span > 0; span--) {
			size_t n = joined(key, f, i, span);

			found = n > 0 && !f->token[i].digits &&
			    find_key(p, w, key, n, &h);
			if (found)
				break;
		}
		i += found ? span : 1;
	}
	if (h.n == 0)
		find_near(p, f, &h);
	return reduce(p, &h, out);
}

unsigned
places_count(const struct places *p)
{
	return p->n;
}

unsigned
place_by_id(const struct places *p, const char *id)
{
	uint32_t e = dict_find(p->id, id, strlen(id));

	return e == DICT_NONE ? p->n : dict_value(p->id, e);
}

const char *
place_id(const struct places *p, unsigned i)
{
	return p->v[i].id;
}

const char *
place_region(const struct places *p, unsigned i)
{
	return p->v[i].region;
}

const char *
place_name(const struct places *p, unsigned i, enum lang l)
{
	return p->v[i].name[l < LANGS ? column_of[l] : NAME_EN];
}

bool
place_is_region(const struct places *p, unsigned i)
{
	return strcmp(p->v[i].id, p->v[i].region) == 0;
}
