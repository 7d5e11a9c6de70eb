/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl receiver import: every row of a CSV file checked, all mistakes told by line, then all rows
 * sealed as one intake row, or none. It never prints a number. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_csv.h"
#include "ctl_receiver.h"
#include "seal.h"
#include "str.h"

#define ERRORS_SHOWN 50
#define NOT_THERE (-1)

/* Columns: the name, the number, then fields in the order of ctl_receiver_columns. */
enum column {
	COL_NAME,
	COL_NUMBER,
	COL_FIELDS,
	COLUMNS = COL_FIELDS + CTL_RECEIVER_COLUMNS,
};

struct import {
	struct ctl *c;
	struct ctl_registry registry;
	int at[COLUMNS]; /* which field of a line, NOT_THERE */
	size_t fields;
	bool header;
	struct intake_receiver row[INTAKE_ROWS_MAX];
	unsigned line[INTAKE_ROWS_MAX];
	size_t rows, errors;
	json_t *told; /* {"line", "error"} each */
};

static const char *
column_name(int k)
{
	return k == COL_NAME  ? "name"
	    : k == COL_NUMBER ? "number"
			      : intake_fields[ctl_receiver_columns[k - COL_FIELDS]];
}

static void
row_error(struct import *m, unsigned line, const char *what)
{
	m->errors++;
	if (m->errors <= ERRORS_SHOWN) {
		if (line > 0)
			fprintf(stderr, "line %u: %s\n", line, what);
		else
			fprintf(stderr, "the file: %s\n", what);
		json_array_append_new(
		    m->told, json_pack("{s:i,s:s}", "line", (int)line, "error", what));
	}
}

static bool
is_needed(int k)
{
	return k < COL_FIELDS + 3; /* kind, regions, lang */
}

static enum rc
header_wrong(struct import *m, size_t column, const char *name, bool twice)
{
	char known[384], clean[48] = "";
	size_t len = 0;

	/* a file whose first line is a row already has a number there */
	if (name[strcspn(name, "0123456789")] == '\0')
		ctl_clean(clean, sizeof(clean), name);
	(void)!str_add(known, sizeof(known), &len, "column %zu is %s%s%s%s; allowed are",
	    column, twice ? "there twice" : "unknown", clean[0] == '\0' ? "" : ": \"",
	    clean, clean[0] == '\0' ? "" : "\"");
	for (int k = 0; k < COLUMNS; k++)
		(void)!str_add(known, sizeof(known), &len, " %s", column_name(k));
	row_error(m, 1, known);
	return RC_REFUSED;
}

static enum rc
header(struct import *m, const char *const *field, size_t n)
{
	char missing[64];

	m->header = true;
	m->fields = n;
	for (int k = 0; k < COLUMNS; k++)
		m->at[k] = NOT_THERE;
	for (size_t i = 0; i < n; i++) {
		bool found = false, twice = false;

		for (int k = 0; k < COLUMNS; k++) {
			if (strcmp(field[i], column_name(k)) != 0)
				continue;
			twice = m->at[k] != NOT_THERE;
			found = !twice;
			m->at[k] = (int)i;
		}
		if (!found)
			return header_wrong(m, i + 1, field[i], twice);
	}
	for (int k = 0; k < COLUMNS; k++) {
		if (!is_needed(k) || m->at[k] != NOT_THERE)
			continue;
		snprintf(
		    missing, sizeof(missing), "the column %s is missing", column_name(k));
		row_error(m, 1, missing);
		return RC_REFUSED;
	}
	return RC_OK;
}

/* All but what is of one phone. */
static bool
is_same(const struct intake_receiver *a, const struct intake_receiver *b)
{
	for (int f = 0; f < INTAKE_FIELDS; f++) {
		if (f != INTAKE_ROLE && f != INTAKE_SHIFT &&
		    strcmp(a->value[f], b->value[f]) != 0)
			return false;
	}
	return true;
}

/* Against the rows before it: a number once; a name's other values the same. */
static bool
fits_others(struct import *m, const struct intake_receiver *r, char why[REGISTRY_WHY_MAX])
{
	for (size_t i = 0; i < m->rows; i++) {
		const struct intake_receiver *o = &m->row[i];

		if (strcmp(o->number.s, r->number.s) == 0) {
			snprintf(why, REGISTRY_WHY_MAX, "number: the same as in line %u",
			    m->line[i]);
			return false;
		}
		if (strcmp(o->name, r->name) == 0 && !is_same(o, r)) {
			snprintf(why, REGISTRY_WHY_MAX,
			    "name: the same as in line %u, with other values",
			    m->line[i]);
			return false;
		}
	}
	return true;
}

static bool
read_field(const struct import *m, int k, const char *v, struct intake_receiver *r,
    char why[REGISTRY_WHY_MAX])
{
	if (strpbrk(v, "\r\n") != NULL) {
		snprintf(why, REGISTRY_WHY_MAX, "%s: the field goes over several lines",
		    column_name(k));
		return false;
	}
	if (k == COL_NAME)
		return ctl_receiver_name(r, v, why);
	if (k == COL_NUMBER)
		return ctl_receiver_number(r, v, why);
	return ctl_receiver_give(
	    &m->registry, r, ctl_receiver_columns[k - COL_FIELDS], v, why);
}

/*
 * Every column that is there: an empty field is what the value is by default. Each mistake of the row is told;
 * false when there is one.
 */
static bool
read_row(
    struct import *m, unsigned line, const char *const *field, struct intake_receiver *r)
{
	char why[REGISTRY_WHY_MAX];
	size_t before = m->errors;

	memset(r, 0, sizeof(*r));
	for (int k = 0; k < COLUMNS; k++) {
		if (m->at[k] != NOT_THERE && !read_field(m, k, field[m->at[k]], r, why))
			row_error(m, line, why);
	}
	/* how values go together is asked of a row whose values are right */
	if (m->errors == before && (!registry_fits(r, why) || !fits_others(m, r, why)))
		row_error(m, line, why);
	return m->errors == before;
}

static enum rc
on_row(void *arg, unsigned line, const char *const *field, size_t n)
{
	struct import *m = arg;
	struct intake_receiver *r = &m->row[m->rows];
	char why[REGISTRY_WHY_MAX];

	if (!m->header)
		return header(m, field, n);
	if (n != m->fields) {
		snprintf(why, sizeof(why), "%zu fields, %zu expected", n, m->fields);
		row_error(m, line, why);
		return RC_OK;
	}
	if (m->rows == INTAKE_ROWS_MAX) {
		row_error(m, line, "more than 500 rows: split the file");
		return RC_REFUSED;
	}
	if (read_row(m, line, field, r))
		m->line[m->rows++] = line;
	return RC_OK;
}

static int
store(struct import *m)
{
	char *text = xmalloc(INTAKE_FILE_MAX), note[64];
	size_t len = 0, rows = 0;
	int status = CTL_DONE;

	for (size_t i = 0; status == CTL_DONE && i < m->rows; i++) {
		if (!intake_pack_add(&m->row[i], text, &len, &rows))
			status = ctl_wrong("line %u does not fit", m->line[i]);
	}
	snprintf(note, sizeof(note), "%zu rows, stored by dispatch", rows);
	if (status == CTL_DONE)
		status = ctl_intake(m->c, INTAKE_RECEIVERS, text, len, note);
	seal_wipe(text, len);
	free(text);
	return status;
}

static void
tell(const struct import *m, const struct import_plan *p)
{
	if (m->c->json)
		ctl_json_print(json_pack("{s:I,s:I,s:[],s:O,s:O,s:b}", "rows",
		    (json_int_t)m->rows, "known", (json_int_t)p->known_rows, "errors",
		    "changes", p->changes, "warnings", p->warnings, "written", 0));
	else
		printf("%zu rows are right, %zu of them for receivers that are known; "
		       "nothing was written: --yes stores them\n",
		    m->rows, p->known_rows);
}

/* What is about to change, told; with --yes then stored. */
static int
finish(struct import *m)
{
	struct import_plan p = { .row = m->row, .rows = m->rows };
	struct db *db = ctl_db(m->c, DB_CTL);
	bool yes = ctl_flag(m->c, "--yes");
	int status = CTL_NOT_DONE;

	if (db != NULL)
		p.known = ctl_ask(m->c, db, ST_RECEIVER_LIST, NULL, 0);
	db_free(db);
	if (p.known == NULL)
		return CTL_NOT_DONE;
	p.changes = json_array();
	p.warnings = json_array();
	import_plan_tell(&p, m->c->json || yes);
	if (yes) {
		status = store(m);
	} else {
		tell(m, &p);
		status = CTL_DONE;
	}
	json_decref(p.changes);
	json_decref(p.warnings);
	db_rows_free(p.known);
	return status;
}

static int
errors(struct import *m, const struct csv_fault *fault)
{
	if (fault->why[0] != '\0')
		row_error(m, fault->line, fault->why);
	if (m->errors > ERRORS_SHOWN)
		fprintf(stderr, "and %zu more\n", m->errors - ERRORS_SHOWN);
	if (m->c->json)
		ctl_json_print(json_pack("{s:I,s:I,s:O,s:b}", "rows", (json_int_t)m->rows,
		    "mistakes", (json_int_t)m->errors, "errors", m->told, "written", 0));
	return ctl_wrong("%zu mistakes; nothing was written", m->errors);
}

int
ctl_receiver_import(struct ctl *c)
{
	struct import *m = xcalloc(1, sizeof(*m));
	struct csv_fault fault = { 0 };
	int status;
	enum rc rc;

	m->c = c;
	m->told = json_array();
	status = ctl_registry_open(c, &m->registry);
	rc = status == CTL_DONE ? csv_read(c->words[0], on_row, m, &fault) : RC_BROKEN;
	if (rc == RC_OK && m->rows == 0 && m->errors == 0)
		row_error(
		    m, 1, "no rows: the first line names the columns, then one a phone");
	if (status == CTL_DONE)
		status = rc != RC_OK || m->errors > 0 ? errors(m, &fault) : finish(m);
	ctl_registry_close(&m->registry);
	json_decref(m->told);
	seal_wipe(m, sizeof(*m));
	free(m);
	return status;
}
