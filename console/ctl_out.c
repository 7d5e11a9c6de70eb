/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How shyraqctl answers: tables for people, one JSON value for programs, a line on stderr for what is
 * wrong. No control character of a network or a file reaches the terminal. Called by console/ctl*.c.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "str.h"

#define CELL_MAX 256
#define COLUMNS_MAX 16
#define CELL_LEAST 8 /* a column is not made narrower than this */

/* What main needs at the end: whether stdout has its one value, and the first thing that was wrong. */
static bool printed;
static char first_wrong[512];
/* Where the next wrong thing is told instead of stderr; NULL: there. */
static char *instead;
static size_t instead_size;

static void say(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

static void
say(const char *fmt, va_list ap)
{
	char line[512], clean[sizeof(line)];

	ctl_progress("%s", "");
	vsnprintf(line, sizeof(line), fmt, ap);
	ctl_clean(clean, sizeof(clean), line);
	if (instead != NULL) {
		snprintf(instead, instead_size, "%s", clean);
		return;
	}
	fprintf(stderr, "shyraqctl: %s\n", clean);
	if (first_wrong[0] == '\0')
		memcpy(first_wrong, clean, sizeof(clean));
}

void
ctl_wrong_to(char *out, size_t size)
{
	instead = out;
	instead_size = size;
}

int
ctl_wrong(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return CTL_NOT_DONE;
}

int
ctl_wrong_usage(const struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	if (c->row != NULL)
		fprintf(stderr, "shyraqctl %s%s%s --help says more\n", c->row->group,
		    c->row->name[0] == '\0' ? "" : " ", c->row->name);
	return CTL_WRONG_USAGE;
}

void
ctl_progress(const char *fmt, ...)
{
	static bool shown;
	char line[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (isatty(STDERR_FILENO) != 1 || (line[0] == '\0' && !shown))
		return;
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
	shown = line[0] != '\0';
}

/* Controls, and what turns the direction of writing: neither belongs on a terminal. */
static bool
is_unfit(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200e && cp <= 0x200f) ||
	    (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

void
ctl_clean(char *out, size_t size, const char *text)
{
	char whole[1024];
	size_t n = str_clean_utf8(whole, sizeof(whole), text, strlen(text)), at = 0,
	       len = 0, step;
	uint32_t cp;

	while ((step = str_next(whole + at, n - at, &cp)) > 0 && len + step < size) {
		if (is_unfit(cp)) {
			out[len++] = cp == '\n' || cp == '\t' ? ' ' : '?';
		} else {
			memcpy(out + len, whole + at, step);
			len += step;
		}
		at += step;
	}
	out[len] = '\0';
}

void
ctl_time(char out[CTL_TIME_MAX], int64_t ms)
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, CTL_TIME_MAX, "%Y-%m-%d %H:%MZ", &tm);
}

void
ctl_age(char out[CTL_TIME_MAX], int64_t ms, int64_t now_ms)
{
	int64_t s = (now_ms - ms) / 1000;

	if (s < 1)
		snprintf(out, CTL_TIME_MAX, "now");
	else if (s < 120)
		snprintf(out, CTL_TIME_MAX, "%lld s", (long long)s);
	else if (s < 7200)
		snprintf(out, CTL_TIME_MAX, "%lld min", (long long)s / 60);
	else if (s < 172800)
		snprintf(out, CTL_TIME_MAX, "%lld h", (long long)s / 3600);
	else
		snprintf(out, CTL_TIME_MAX, "%lld d", (long long)s / 86400);
}

static void
cell(char out[CELL_MAX], const struct db_rows *r, int row, int col, char kind)
{
	long long n = kind == 't' || kind == 'b' ? 0 : db_get_i64(r, row, col);

	if (db_is_null(r, row, col) || (kind == 'p' && n < 0))
		snprintf(out, CELL_MAX, "-");
	else if (kind == 'i')
		snprintf(out, CELL_MAX, "%lld", n);
	else if (kind == 'p')
		snprintf(out, CELL_MAX, "%lld%%", n);
	else if (kind == 'b')
		snprintf(out, CELL_MAX, "%s", db_get_bool(r, row, col) ? "yes" : "no");
	else if (kind == 'm')
		ctl_time(out, n);
	else if (kind == 'a')
		ctl_age(out, n, clock_wall_ms());
	else
		ctl_clean(out, CELL_MAX, db_get_text(r, row, col));
	if (out[0] == '\0')
		snprintf(out, CELL_MAX, "-");
}

size_t
ctl_width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void
ctl_cell(FILE *to, const char *s, size_t w)
{
	size_t have = ctl_width(s), shown = 0;

	for (; *s != '\0'; s++) {
		bool begins = ((unsigned char)*s & 0xc0) != 0x80;

		if (begins && have > w && shown + 1 >= w) {
			fputc('~', to);
			shown++;
			break;
		}
		shown += begins;
		fputc(*s, to);
	}
	fprintf(to, "%*s", (int)(shown < w ? w - shown : 0), "");
}

/* A cell of a table; nothing hangs on after the last of a row. */
static void
put(const char *s, size_t w, bool last)
{
	size_t have = ctl_width(s);

	ctl_cell(stdout, s, last && have < w ? have : w);
	fputs(last ? "\n" : "  ", stdout);
}

static size_t
terminal(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= 40)
		return size.ws_col;
	return SIZE_MAX;
}

/* On a terminal the widest columns give way until the table fits. */
static void
narrow(size_t w[COLUMNS_MAX], size_t n)
{
	size_t room = terminal();

	for (;;) {
		size_t all = 2 * (n - 1), widest = 0;

		for (size_t k = 0; k < n; k++) {
			all += w[k];
			if (w[k] > w[widest])
				widest = k;
		}
		if (all <= room || w[widest] <= CELL_LEAST)
			return;
		w[widest]--;
	}
}

/* An age is no time: programs read "at", people how long ago that was. */
static const char *
head(const char *name, char kind)
{
	return kind == 'a' && strcmp(name, "at") == 0 ? "age" : name;
}

void
ctl_print_table(const struct db_rows *r, const char *const *names, const char *kinds,
    const char *none)
{
	size_t w[COLUMNS_MAX], n = 0;
	int col[COLUMNS_MAX];
	char text[CELL_MAX];

	if (db_count(r) == 0) {
		puts(none);
		return;
	}
	for (int k = 0; kinds[k] != '\0'; k++) {
		if (isupper((unsigned char)kinds[k]) != 0)
			continue;
		col[n] = k;
		w[n] = ctl_width(head(names[k], kinds[k]));
		for (int i = 0; i < db_count(r); i++) {
			cell(text, r, i, k, kinds[k]);
			w[n] = ctl_width(text) > w[n] ? ctl_width(text) : w[n];
		}
		n++;
	}
	narrow(w, n);
	for (size_t k = 0; k < n; k++)
		put(head(names[col[k]], kinds[col[k]]), w[k], k + 1 == n);
	for (int i = 0; i < db_count(r); i++) {
		for (size_t k = 0; k < n; k++) {
			cell(text, r, i, col[k], kinds[col[k]]);
			put(text, w[k], k + 1 == n);
		}
	}
}

static json_t *
value(const struct db_rows *r, int row, int col, char kind)
{
	if (db_is_null(r, row, col))
		return json_null();
	kind = (char)tolower((unsigned char)kind);
	if (kind == 'b')
		return json_boolean(db_get_bool(r, row, col));
	if (kind == 't')
		return json_string(db_get_text(r, row, col));
	return json_integer(db_get_i64(r, row, col));
}

json_t *
ctl_json_rows(const struct db_rows *r, const char *const *names, const char *kinds)
{
	json_t *all = json_array();

	for (int i = 0; i < db_count(r); i++) {
		json_t *one = json_object();

		for (int k = 0; kinds[k] != '\0'; k++)
			json_object_set_new(one, names[k], value(r, i, k, kinds[k]));
		json_array_append_new(all, one);
	}
	return all;
}

void
ctl_json_print(json_t *j)
{
	printed = true;
	json_dumpf(j, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(j);
}

void
ctl_json_end(const struct ctl *c, int status)
{
	if (!c->json || printed)
		return;
	ctl_json_print(status == CTL_DONE
		? json_object()
		: json_pack("{s:s}", "error",
		      first_wrong[0] == '\0' ? "not done" : first_wrong));
}

void
ctl_print(const struct ctl *c, const struct db_rows *r, const char *const *names,
    const char *kinds)
{
	if (c->json)
		ctl_json_print(ctl_json_rows(r, names, kinds));
	else
		ctl_print_table(r, names, kinds, "(none)");
}
