/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a batch leaves behind, as columns: one row call here, one statement a table at the end.
 * It decides nothing. Called by the turn and its helpers.
 */
#ifndef SHYRAQ_OUT_H
#define SHYRAQ_OUT_H

#include "db.h"

enum out_table {
	OUT_CASE_OPEN,
	OUT_CASE_REPORTER,
	OUT_CASE_CHANGE,
	OUT_CASE_CLOCK,
	OUT_INBOX,
	OUT_PEER,
	OUT_SESSION,
	OUT_ANSWER,
	OUT_CONSENT,
	OUT_LOOK,
	OUT_PLACE,
	OUT_NARRATIVE,
	OUT_DESK,
	OUT_WITHDRAW,
	OUT_OUTBOX,
	OUT_TASK,
	OUT_AUDIT,
	OUT_TABLES,
};

#define OUT_NULL INT64_MIN /* SQL NULL in an integer column */

struct out;
struct out *out_new(void);
void out_free(struct out *o);
/* Forgets all rows, keeps the memory. */
void out_clear(struct out *o);

/*
 * One row, values in the order of the statement's arrays: integers as int64_t (OUT_NULL: NULL), texts as
 * const char * (NULL: NULL), bytes as const void *, size_t (NULL: NULL), booleans as int.
 */
void out_row(struct out *o, enum out_table t, ...);
int out_rows(const struct out *o, enum out_table t);

/* Runs the statement of each table that has rows. */
MUST_CHECK enum rc out_write(struct out *o, struct db *db);

#endif
