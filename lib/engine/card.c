/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads and checks conf/cards/ *.csv, and finds a card. It never changes one and knows no case.
 * Called by the flow engine (what the person is told) and by shyraqctl flow check (stale ones).
 */
#include "card.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

#define CARDS_MAX 4000U
#define FILES_MAX 64U
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define HEAD                                                                               \
	"kind,home,country,name_kk,name_ru,name_uz,name_ky,name_tg,name_tk,name_en,phone," \
	"reviewed"

enum column {
	COL_KIND,
	COL_HOME,
	COL_COUNTRY,
	COL_NAME, /* LANGS of them */
	COL_PHONE = COL_NAME + LANGS,
	COL_REVIEWED,
	COLUMNS,
};

struct cards {
	struct card *v;
	size_t n, room;
	char *file[FILES_MAX];
	unsigned files;
};

#define CARD_KIND_NAME(id, name) [CARD_##id] = name,
static const char *const names[CARD_KINDS] = { CARD_KIND_LIST(CARD_KIND_NAME) };

const char *
card_kind_name(enum card_kind k)
{
	return k < CARD_KINDS ? names[k] : "";
}

static enum rc
fail(struct flow_err *err, const char *path, unsigned line, const char *name,
    const char *what)
{
	if (snprintf(err->s, sizeof err->s, "%s:%u: %.24s: %s", path, line, name, what) <
	    0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* "2026-09-15" to its midnight, UTC; false on a day that is none. */
static bool
read_day(const char *s, int64_t *ms)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day, era;
	bool leap;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' ||
	    strspn(s, "0123456789-") != 10 || strcspn(s + 5, "-") != 2 ||
	    strcspn(s, "-") != 4 || strchr(s + 8, '-') != NULL)
		return false;
	year = strtol(s, NULL, 10);
	month = strtol(s + 5, NULL, 10);
	day = strtol(s + 8, NULL, 10);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 2020 || year > 2199 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1] + (month == 2 && leap))
		return false;
	/* days from 1970, the year begun in March */
	year -= month <= 2;
	era = year / 400;
	day += (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 - 1;
	day += (year - era * 400) * 365 + (year - era * 400) / 4 -
	    (year - era * 400) / 100 + era * 146097 - 719468;
	*ms = day * DAY_MS;
	return true;
}

/* "112", or "+7 000 000 00 01". */
static bool
phone_ok(const char *s)
{
	const char *digits = s + (s[0] == '+');
	size_t n = strlen(digits), count = 0;

	for (const char *d = digits; *d != '\0'; d++)
		count += *d >= '0' && *d <= '9';
	return strspn(digits, "0123456789 ") == n && n > 0 && digits[0] != ' ' &&
	    digits[n - 1] != ' ' &&
	    (s[0] == '+' ? count >= 8 && count <= 15 : count >= 3 && count <= 6);
}

static bool
is_country(const char *s)
{
	size_t n = strlen(s);

	return (n == 2 || n == 3) && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool
is_topic(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && strspn(s, "abcdefghijklmnopqrstuvwxyz_") == n;
}

static const char *
read_names(struct card *v, char *const column[COLUMNS])
{
	for (unsigned l = 0; l < LANGS; l++) {
		const char *s = column[COL_NAME + l];
		size_t n = strlen(s), chars = 0;

		for (size_t i = 0; i < n; i++)
			chars += ((unsigned char)s[i] & 0xc0) != 0x80;
		if ((n == 0 && lang_names((enum lang)l) == (enum lang)l) ||
		    chars > CARD_NAME_CHARS || !str_is_utf8(s, n) ||
		    strpbrk(s, "{}\t\"") != NULL ||
		    !str_copy(v->name[l], CARD_NAME_BYTES, s))
			return "a name is empty, ill-formed or over 30 characters; only ky, tg and tk "
			       "may be empty";
	}
	return NULL;
}

static const char *
read_card(struct card *v, char *const column[COLUMNS])
{
	unsigned k;

	for (k = 0; k < CARD_KINDS && strcmp(names[k], column[COL_KIND]) != 0; k++)
		;
	if (k == CARD_KINDS)
		return "kind: unknown; allowed: embassy, hotline, home_ngo, topic";
	v->kind = (enum card_kind)k;
	if (!str_copy(v->home, sizeof v->home, column[COL_HOME]) ||
	    (v->home[0] != '\0' && !is_country(v->home) && !is_topic(v->home)) ||
	    (v->kind == CARD_TOPIC) != is_topic(v->home) ||
	    (v->home[0] == '\0' && v->kind != CARD_HOTLINE))
		return "home: not a code; allowed: a country (KZ), of a topic its name, of a "
		       "hotline nothing";
	if (!str_copy(v->country, sizeof v->country, column[COL_COUNTRY]) ||
	    (v->country[0] != '\0' && !is_country(v->country)) ||
	    (v->country[0] == '\0' &&
		(v->kind == CARD_EMBASSY || v->kind == CARD_HOTLINE)))
		return "country: not a code; allowed: a country (TR, SEA), nothing where the "
		       "kind is home_ngo or topic";
	if (!phone_ok(column[COL_PHONE]) ||
	    !str_copy(v->phone, sizeof v->phone, column[COL_PHONE]))
		return "phone: not a number; allowed: +7 000 000 00 01, or a short one";
	if (!read_day(column[COL_REVIEWED], &v->reviewed_ms) ||
	    !str_copy(v->reviewed, sizeof v->reviewed, column[COL_REVIEWED]))
		return "reviewed: not a day; allowed: YYYY-MM-DD";
	return read_names(v, column);
}

static bool
is_twice(const struct cards *c, const struct card *v)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].kind == v->kind && strcmp(c->v[i].home, v->home) == 0 &&
		    strcmp(c->v[i].country, v->country) == 0)
			return true;
	}
	return false;
}

static enum rc
read_line(struct cards *c, char *line, unsigned at, struct flow_err *err)
{
	const char *path = c->file[c->files - 1], *wrong;
	struct card v = { .file = path, .line = at };
	char *column[COLUMNS], *s = line;
	unsigned n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0' || line[0] == '#' || strcmp(line, HEAD) == 0)
		return RC_OK;
	while (n < COLUMNS && s != NULL)
		column[n++] = strsep(&s, ",");
	if (n != COLUMNS || s != NULL)
		return fail(err, path, at, "row", "not twelve columns; allowed: " HEAD);
	wrong = read_card(&v, column);
	if (wrong == NULL && is_twice(c, &v))
		wrong = "this kind, home and country are given twice";
	if (wrong == NULL && c->n >= CARDS_MAX)
		wrong = "too many cards";
	if (wrong != NULL)
		return fail(err, path, at, column[COL_KIND], wrong);
	if (c->n == c->room) {
		c->room = c->room > 0 ? c->room * 2 : 64;
		c->v = xreallocarray(c->v, c->room, sizeof *c->v);
	}
	c->v[c->n++] = v;
	return RC_OK;
}

static enum rc
read_file(struct cards *c, const char *path, struct flow_err *err)
{
	char line[2048];
	unsigned at = 0;
	enum rc rc = RC_OK;
	FILE *in = fopen(path, "re");

	if (in == NULL)
		return fail(err, path, 1, "file", "cannot be read");
	c->file[c->files++] = xstrdup(path);
	while (rc == RC_OK && fgets(line, sizeof line, in) != NULL) {
		at++;
		if (strchr(line, '\n') == NULL && !feof(in))
			rc = fail(err, path, at, "row", "the line is too long");
		else
			rc = read_line(c, line, at, err);
	}
	fclose(in);
	return rc;
}

static int
is_csv(const struct dirent *d)
{
	return str_ends(d->d_name, ".csv");
}

enum rc
cards_load(const char *dir, struct cards **out, struct flow_err *err)
{
	struct cards *c = xcalloc(1, sizeof *c);
	char folder[PATH_MAX - 256] = "", path[PATH_MAX];
	struct dirent **files = NULL;
	enum rc rc = RC_OK;
	int n = -1;

	*out = NULL;
	if (snprintf(folder, sizeof folder, "%s/cards", dir) < (int)sizeof folder)
		n = scandir(folder, &files, is_csv, alphasort);
	if (n > (int)FILES_MAX || (n < 0 && errno != ENOENT))
		rc = fail(err, folder, 1, "cards", "cannot be read, or over 64 files");
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK &&
		    snprintf(path, sizeof path, "%s/%s", folder, files[i]->d_name) <
			(int)sizeof path)
			rc = read_file(c, path, err);
		free(files[i]);
	}
	free(files);
	if (rc == RC_OK)
		*out = c;
	else
		cards_free(c);
	return rc;
}

void
cards_free(struct cards *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->files; i++)
		free(c->file[i]);
	free(c->v);
	free(c);
}

const struct card *
card_find(
    const struct cards *c, enum card_kind kind, const char *home, const char *country)
{
	const struct card *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct card *v = &c->v[i];
		bool same_home = strcmp(v->home, home) == 0;
		bool same_country = strcmp(v->country, country) == 0;
		unsigned says = 1 + (unsigned)(v->home[0] != '\0') +
		    (unsigned)(v->country[0] != '\0');

		if (v->kind == kind && (same_home || v->home[0] == '\0') &&
		    (same_country || v->country[0] == '\0') && says > most) {
			most = says;
			best = v;
		}
	}
	return best;
}

size_t
cards_count(const struct cards *c)
{
	return c->n;
}

const struct card *
cards_at(const struct cards *c, size_t i)
{
	return &c->v[i];
}

const char *
card_name(const struct card *c, enum lang l)
{
	if (l >= LANGS)
		l = LANG_EN;
	return c->name[c->name[l][0] != '\0' ? l : lang_names((enum lang)l)];
}

bool
card_stale(const struct card *c, int64_t now_ms)
{
	return now_ms - c->reviewed_ms > CARD_STALE_DAYS * DAY_MS ||
	    c->reviewed_ms - now_ms > DAY_MS;
}
