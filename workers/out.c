/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns of a batch, table-driven: which statement, which kinds of columns, in writing order.
 * It decides nothing and reads nothing. Called by the turn and its helpers.
 */
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COLS_MAX 17

/* i integer, t text, b bytes, o boolean; tables stand in the order in which they are written */
static const struct {
	enum db_stmt st;
	const char *cols;
} table[OUT_TABLES] = {
	[OUT_CASE_OPEN] = { ST_CASE_OPEN, "iitti" },
	[OUT_CASE_REPORTER] = { ST_CASE_REPORTER, "ii" },
	[OUT_CASE_CHANGE] = { ST_CASE_CHANGE, "itti" },
	[OUT_CASE_CLOCK] = { ST_CASE_CLOCK, "ii" },
	[OUT_INBOX] = { ST_INBOX_WRITE, "itiiiittb" },
	[OUT_PEER] = { ST_PEER_WRITE, "iiottii" },
	[OUT_SESSION] = { ST_SESSION_WRITE, "itittiitiiit" },
	[OUT_ANSWER] = { ST_ANSWER_WRITE, "itt" },
	[OUT_CONSENT] = { ST_CONSENT_WRITE, "itot" },
	[OUT_LOOK] = { ST_CASE_LOOK, "i" },
	[OUT_PLACE] = { ST_PLACE_WRITE, "ib" },
	[OUT_NARRATIVE] = { ST_NARRATIVE_WRITE, "iib" },
	[OUT_DESK] = { ST_DESK_WANT, "iii" },
	[OUT_WITHDRAW] = { ST_OUTBOX_WITHDRAW, "i" },
	[OUT_OUTBOX] = { ST_OUTBOX_WRITE, "iiiiitbttitiiiiii" },
	[OUT_TASK] = { ST_TASK_WRITE, "tiii" },
	[OUT_AUDIT] = { ST_AUDIT_WRITE, "tiiit" },
};

struct out {
	struct db_col col[OUT_TABLES][COLS_MAX];
};

static enum db_kind
kind_of(char c)
{
	return c == 'i' ? DB_INT8 : c == 't' ? DB_TEXT : c == 'b' ? DB_BYTEA : DB_BOOL;
}

struct out *
out_new(void)
{
	struct out *o = xcalloc(1, sizeof(*o));

	for (int t = 0; t < OUT_TABLES; t++) {
		for (size_t i = 0; table[t].cols[i] != '\0'; i++)
			o->col[t][i].kind = kind_of(table[t].cols[i]);
	}
	return o;
}

void
out_free(struct out *o)
{
	if (o == NULL)
		return;
	for (int t = 0; t < OUT_TABLES; t++) {
		for (size_t i = 0; table[t].cols[i] != '\0'; i++)
			db_col_free(&o->col[t][i]);
	}
	free(o);
}

void
out_clear(struct out *o)
{
	for (int t = 0; t < OUT_TABLES; t++) {
		for (size_t i = 0; table[t].cols[i] != '\0'; i++)
			db_col_clear(&o->col[t][i]);
	}
}

static void
integer(struct db_col *c, int64_t v)
{
	if (v == OUT_NULL)
		db_col_null(c);
	else
		db_col_i64(c, v);
}

void
out_row(struct out *o, enum out_table t, ...)
{
	va_list ap;

	va_start(ap, t);
	for (size_t i = 0; table[t].cols[i] != '\0'; i++) {
		struct db_col *c = &o->col[t][i];

		if (c->kind == DB_INT8) {
			integer(c, va_arg(ap, int64_t));
		} else if (c->kind == DB_TEXT) {
			db_col_text(c, va_arg(ap, const char *));
		} else if (c->kind == DB_BOOL) {
			db_col_bool(c, va_arg(ap, int) != 0);
		} else {
			const void *p = va_arg(ap, const void *);

			db_col_bytes(c, p, va_arg(ap, size_t));
		}
	}
	va_end(ap);
}

int
out_rows(const struct out *o, enum out_table t)
{
	return o->col[t][0].rows;
}

enum rc
out_write(struct out *o, struct db *db)
{
	struct db_param v[COLS_MAX];

	for (int t = 0; t < OUT_TABLES; t++) {
		size_t n = strlen(table[t].cols);
		enum rc rc;

		if (out_rows(o, (enum out_table)t) == 0)
			continue;
		for (size_t i = 0; i < n; i++)
			v[i] = db_array(&o->col[t][i]);
		rc = db_run_v(db, table[t].st, NULL, v, n);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
