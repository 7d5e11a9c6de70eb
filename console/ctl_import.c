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

#define ERRORS_SHOWN 50

enum column {
	COL_NAME,
	COL_KIND,
	COL_REGIONS,
	COL_LANG,
	COL_NUMBER,
	COL_ORDER,
	COL_VETTED,
	COLUMNS,
};
static const char *const column_names[COLUMNS] = { "name", "kind", "regions", "lang",
	"number", "order", "vetted" };

struct import {
	struct ctl *c;
	int at[COLUMNS]; /* which field, -1: not there */
	size_t fields;
	bool header;
	struct intake_receiver row[INTAKE_ROWS_MAX];
	unsigned line[INTAKE_ROWS_MAX];
	size_t rows, errors;
	json_t *told; /* {"line", "error"} each */
};

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

static enum rc
header(struct import *m, const char *const *field, size_t n)
{
	char known[128];

	m->header = true;
	m->fields = n;
	for (int k = 0; k < COLUMNS; k++)
		m->at[k] = -1;
	for (size_t i = 0; i < n; i++) {
		bool found = false;

		for (int k = 0; k < COLUMNS; k++) {
			if (strcmp(field[i], column_names[k]) != 0)
				continue;
			found = m->at[k] < 0;
			m->at[k] = (int)i;
		}
		if (!found) {
			snprintf(known, sizeof(known),
			    "column %zu is unknown or there twice; allowed are name kind "
			    "regions lang number order vetted",
			    i + 1);
			row_error(m, 1, known);
			return RC_REFUSED;
		}
	}
	for (int k = 0; k <= COL_NUMBER; k++) {
		if (m->at[k] < 0) {
			snprintf(known, sizeof(known), "the column %s is missing",
			    column_names[k]);
			row_error(m, 1, known);
			return RC_REFUSED;
		}
	}
	return RC_OK;
}

/* Against the rows before it: a number once; a name's other values the same. */
static bool
fits_others(struct import *m, const struct intake_receiver *r, char why[CTL_WHY_MAX])
{
	for (size_t i = 0; i < m->rows; i++) {
		const struct intake_receiver *o = &m->row[i];

		if (strcmp(o->number.s, r->number.s) == 0) {
			snprintf(why, CTL_WHY_MAX, "number: the same as in line %u",
			    m->line[i]);
			return false;
		}
		if (strcmp(o->name, r->name) == 0 &&
		    (strcmp(o->kind, r->kind) != 0 || strcmp(o->lang, r->lang) != 0 ||
			strcmp(o->regions, r->regions) != 0 || o->order != r->order ||
			o->vetted != r->vetted)) {
			snprintf(why, CTL_WHY_MAX,
			    "name: the same as in line %u, with other values",
			    m->line[i]);
			return false;
		}
	}
	return true;
}

static const char *
of(const struct import *m, const char *const *field, enum column k)
{
	return m->at[k] < 0 ? "" : field[m->at[k]];
}

static enum rc
on_row(void *arg, unsigned line, const char *const *field, size_t n)
{
	struct import *m = arg;
	struct ctl_receiver_words w;
	struct intake_receiver *r = &m->row[m->rows];
	char why[CTL_WHY_MAX];

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
	w = (struct ctl_receiver_words){ of(m, field, COL_NAME), of(m, field, COL_KIND),
		of(m, field, COL_REGIONS), of(m, field, COL_LANG),
		of(m, field, COL_NUMBER), of(m, field, COL_ORDER),
		of(m, field, COL_VETTED) };
	if (!ctl_receiver_check(&w, r, why) || !fits_others(m, r, why)) {
		row_error(m, line, why);
		return RC_OK;
	}
	m->line[m->rows++] = line;
	return RC_OK;
}

/* How many of the names are known already: those are changed, not added. */
static int
count_known(struct import *m, size_t *known)
{
	struct db *db = ctl_db(m->c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL
				       : ctl_ask(m->c, db, ST_RECEIVER_LIST, NULL, 0);

	*known = 0;
	for (size_t i = 0; r != NULL && i < m->rows; i++) {
		for (int k = 0; k < db_count(r); k++)
			*known += strcmp(db_get_text(r, k, 1), m->row[i].name) == 0;
	}
	db_free(db);
	if (r == NULL)
		return CTL_NOT_DONE;
	db_rows_free(r);
	return CTL_DONE;
}

static int
only_tell(struct import *m)
{
	size_t known;

	if (count_known(m, &known) != CTL_DONE)
		return CTL_NOT_DONE;
	if (m->c->json)
		ctl_json_print(
		    json_pack("{s:I,s:I,s:[],s:b}", "rows", (json_int_t)m->rows, "known",
			(json_int_t)known, "errors", "written", 0));
	else
		printf("%zu rows are right, %zu of them for receivers that are known; "
		       "nothing was written: --yes stores them\n",
		    m->rows, known);
	return CTL_DONE;
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
	rc = csv_read(c->words[0], on_row, m, &fault);
	if (rc == RC_OK && m->rows == 0 && m->errors == 0)
		row_error(
		    m, 1, "no rows: the first line names the columns, then one a phone");
	if (rc != RC_OK || m->errors > 0)
		status = errors(m, &fault);
	else
		status = ctl_flag(c, "--yes") ? store(m) : only_tell(m);
	json_decref(m->told);
	seal_wipe(m, sizeof(*m));
	free(m);
	return status;
}
