/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl case figures, case law: two counters that are never one, what became of cases with the law and who
 * was helped or identified. No figure under five comes from the database. Called by ctl.c.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "outcome_codes.h"

#define BAR_WIDE 22
#define COLUMN_LEAST 5 /* of a figure and its bar */
#define NAME_MAX_BYTES 48

enum figure_col {
	COL_MONTH,
	COL_WHAT,
	COL_CODE,
	COL_CASES,
	COL_PERSONS
};

/* What makes the columns of a table: codes of one thing, several things, or the two counts of a row. */
enum figure_by {
	BY_CODE,
	BY_WHAT,
	BY_COUNT
};

struct table {
	const char *title, *key; /* key NULL: a line a month */
	const char *what, *columns;
	enum figure_by by;
};

static bool
has_word(const char *list, const char *word)
{
	char in[256], one[64];

	snprintf(in, sizeof(in), " %s ", list);
	snprintf(one, sizeof(one), " %s ", word);
	return strstr(in, one) != NULL;
}

/* The next of a list's words into `out`; where the rest begins. */
static const char *
next_word(const char *list, char out[NAME_MAX_BYTES])
{
	size_t n = strcspn(list, " ");

	snprintf(out, NAME_MAX_BYTES, "%.*s", (int)n, list);
	return list + n + (list[n] == ' ');
}

static bool
is_at(const struct db_rows *r, int row, enum figure_col col, const char *text)
{
	return strcmp(db_get_text(r, row, (int)col), text) == 0;
}

static int
find(const struct db_rows *r, const char *month, const char *what, const char *code)
{
	for (int i = 0; i < db_count(r); i++) {
		if (is_at(r, i, COL_MONTH, month) && is_at(r, i, COL_WHAT, what) &&
		    is_at(r, i, COL_CODE, code))
			return i;
	}
	return -1;
}

/* The figure of a line's column: 0 none, -1 fewer than five. */
static int64_t
figure(const struct table *t, const struct db_rows *r, int line, const char *column)
{
	const char *month = db_get_text(r, line, COL_MONTH);
	const char *code = db_get_text(r, line, COL_CODE);
	int row = t->by == BY_CODE ? find(r, month, t->what, column)
	    : t->by == BY_WHAT     ? find(r, month, column, code)
				   : line;
	int col = t->by == BY_COUNT && strcmp(column, "persons") == 0 ? COL_PERSONS
								      : COL_CASES;

	if (row < 0)
		return 0;
	return db_is_null(r, row, col) ? -1 : db_get_i64(r, row, col);
}

/* Whether a line begins with this row: it is the table's, and the first of its month and key. */
static bool
is_line(const struct table *t, const struct db_rows *r, int row)
{
	if (!has_word(t->what, db_get_text(r, row, COL_WHAT)))
		return false;
	for (int i = 0; t->by != BY_COUNT && i < row; i++) {
		if (has_word(t->what, db_get_text(r, i, COL_WHAT)) &&
		    is_at(r, i, COL_MONTH, db_get_text(r, row, COL_MONTH)) &&
		    (t->key == NULL ||
			is_at(r, i, COL_CODE, db_get_text(r, row, COL_CODE))))
			return false;
	}
	return true;
}

static int64_t
most_of(const struct table *t, const struct db_rows *r)
{
	char column[NAME_MAX_BYTES];
	int64_t most = 0;

	for (int i = 0; i < db_count(r); i++) {
		if (!is_line(t, r, i))
			continue;
		for (const char *s = t->columns; *s != '\0';) {
			int64_t n;

			s = next_word(s, column);
			n = figure(t, r, i, column);
			most = n > most ? n : most;
		}
	}
	return most;
}

/* On a terminal: how much it is of the most, in one character behind a figure or in a bar behind the line. */
static const char *
small_bar(int64_t n, int64_t most)
{
	static const char *const eighths[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

	return n <= 0 || most <= 0 ? " " : eighths[(n * 8 - 1) / most];
}

static void
long_bar(int64_t n, int64_t most)
{
	int64_t wide = n <= 0 || most <= 0 ? 0 : (n * BAR_WIDE + most - 1) / most;

	fputs("  ", stdout);
	while (wide-- > 0)
		fputs("█", stdout);
}

static size_t
width_of(const char *column)
{
	return strlen(column) < COLUMN_LEAST ? COLUMN_LEAST : strlen(column);
}

static void
print_line(const struct table *t, const struct db_rows *r, int row, int64_t most)
{
	bool bars = isatty(STDOUT_FILENO) == 1;
	char column[NAME_MAX_BYTES];

	printf("%-7s", db_get_text(r, row, COL_MONTH));
	if (t->key != NULL)
		printf(" %-33s", db_get_text(r, row, COL_CODE));
	for (const char *s = t->columns; *s != '\0';) {
		bool small = bars && t->by != BY_COUNT;
		char text[24];
		int64_t n;

		s = next_word(s, column);
		n = figure(t, r, row, column);
		if (n > 0)
			snprintf(text, sizeof(text), "%lld", (long long)n);
		else
			snprintf(text, sizeof(text), "%s", n < 0 ? "<5" : "-");
		printf(" %*s%s", (int)width_of(column) - small, text,
		    small ? small_bar(n, most) : "");
	}
	if (bars && t->by == BY_COUNT)
		long_bar(figure(t, r, row, "cases"), most);
	putchar('\n');
}

static void
print_table(const struct table *t, const struct db_rows *r)
{
	int64_t most = most_of(t, r);
	char column[NAME_MAX_BYTES];
	bool any = false;

	printf("%s\n", t->title);
	for (int i = 0; i < db_count(r); i++) {
		if (!is_line(t, r, i))
			continue;
		for (const char *s = any ? "" : t->columns; *s != '\0';) {
			if (s == t->columns && t->key != NULL)
				printf("%-7s %-33s", "month", t->key);
			else if (s == t->columns)
				printf("%-7s", "month");
			s = next_word(s, column);
			printf(" %*s%s", (int)width_of(column), column,
			    *s == '\0' ? "\n" : "");
		}
		any = true;
		print_line(t, r, i, most);
	}
	if (!any)
		puts("(none)");
}

static void
print_all(const struct db_rows *r)
{
	const struct table tables[] = {
		{ "Criminal cases, by the month in which it was said", NULL, "law",
		    outcome_list_of("legal"), BY_CODE },
		{ "Persons helped, by the month in which the outcome was said", "outcome",
		    "helped", "cases persons", BY_COUNT },
		{ "What followed on, weeks or months later", "service", "service",
		    "cases persons", BY_COUNT },
		{ "Who said that somebody is a victim, or is none", "by",
		    "identified not_identified taken_back",
		    "identified not_identified taken_back", BY_WHAT },
	};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (i > 0)
			putchar('\n');
		print_table(&tables[i], r);
	}
}

int
ctl_case_figures(struct ctl *c)
{
	static const char *const names[] = { "month", "what", "code", "cases",
		"persons" };
	const char *from = ctl_option(c, "--from"), *to = ctl_option(c, "--to");
	const struct db_param v[] = { db_text(from), db_text(to) };
	struct db_rows *r = NULL;
	struct db *db;

	if ((from != NULL && !ctl_is_month(from)) || (to != NULL && !ctl_is_month(to)))
		return ctl_wrong_usage(c, "--from and --to are months: 2026-11");
	if (from != NULL && to != NULL && strcmp(from, to) > 0)
		return ctl_wrong_usage(c, "--to is before --from");
	db = ctl_db(c, DB_CTL);
	if (db != NULL)
		r = ctl_ask(c, db, ST_CASE_FIGURES, v, ARRAY_LEN(v));
	if (r != NULL && c->json)
		ctl_print(c, r, names, "tttii");
	else if (r != NULL)
		print_all(r);
	db_free(db);
	if (r == NULL)
		return CTL_NOT_DONE;
	db_rows_free(r);
	return CTL_DONE;
}

int
ctl_case_law(struct ctl *c)
{
	const char *code = c->words[0], *month = ctl_option(c, "--month");
	const struct db_param v[] = { db_text(code), db_text(month) };
	struct db_rows *r = NULL;
	int status = CTL_NOT_DONE;
	struct db *db;

	if (!outcome_may_say("legal", code))
		return ctl_wrong_usage(c, "CODE: %s", outcome_list_of("legal"));
	if (!ctl_flag(c, "--erased"))
		return ctl_wrong_usage(c,
		    "of a case that is there: `shyraqctl case assert NUMBER legal %s`; "
		    "of one that was erased: --erased",
		    code);
	if (month != NULL && !ctl_is_month(month))
		return ctl_wrong_usage(c, "--month: 2026-11");
	db = ctl_db(c, DB_CTL);
	if (db != NULL)
		r = ctl_ask(c, db, ST_CASE_LAW_ERASED, v, ARRAY_LEN(v));
	if (r != NULL && db_get_bool(r, 0, 0))
		status = CTL_DONE;
	else if (r != NULL)
		status = ctl_wrong_usage(
		    c, "--month: 2000-01 at the earliest, and none to come");
	if (status == CTL_DONE && !c->json)
		printf("counted: one %s more%s%s\n", code, month == NULL ? "" : " in ",
		    month == NULL ? "" : month);
	db_rows_free(r);
	db_free(db);
	return status;
}
