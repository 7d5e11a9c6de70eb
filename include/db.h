/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libpq: one connection, prepared statements by name, transactions, arrays, rows.
 * No SQL passes through it: every statement stands in sql/statements.sql.
 * Called by worker, dispatch and console; blocking, bounded by lock_timeout, tcp_user_timeout and keepalives.
 */
#ifndef SHYRAQ_DB_H
#define SHYRAQ_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

/* Who may run a statement; a process prepares its own at start and dies if one does not fit the schema. */
#define DB_WORKER 1u
#define DB_DISPATCH 2u
#define DB_CTL 4u
#define DB_MIGRATE 8u /* before there is a schema */
#define DB_SCHEMA 16u /* of any version */
#define DB_OWNER 32u  /* maintenance, over a connection of its own */

enum db_stmt {
#define STMT(name, roles, text) ST_##name,
#include "statements.def"
#undef STMT
	DB_STMTS,
};

struct db;
struct db_rows; /* freed by db_rows_free; takes NULL */

/*
 * A connection that is not open yet. `conninfo` is a libpq string (several hosts allowed), copied.
 * `process` shows in pg_stat_activity.
 */
struct db *db_new(const char *conninfo, const char *process, unsigned roles);
void db_free(struct db *db);

/*
 * Opens or reopens and prepares. RC_AGAIN: not to be had now (logged once a spell). RC_REFUSED: the
 * schema does not fit the program; the caller should end.
 */
MUST_CHECK enum rc db_open(struct db *db);
bool db_is_open(const struct db *db);
/* Why it was not to be had, in the words of libpq or the server: for a person at a console, which logs nothing. */
const char *db_said(const struct db *db);
/* The socket, for watching; -1 when closed. */
int db_fd(const struct db *db);

/* A parameter; made by the functions below. Borrowed until the call returns. */
struct db_param {
	const void *p; /* NULL: SQL NULL */
	int n;
	int64_t net; /* an integer's bytes, big-endian */
	bool is_net;
};
struct db_param db_i64(int64_t v);
struct db_param db_bool(bool v);
struct db_param db_text(const char *s); /* NULL: SQL NULL */
struct db_param db_bytes(const void *p, size_t n);
struct db_param db_null(void);

/*
 * A column of values, sent as a binary array for unnest(). Zero-initialised with its kind; grows as
 * needed; db_col_clear keeps the memory, db_col_free wipes and frees it.
 */
enum db_kind {
	DB_INT8,
	DB_BOOL,
	DB_TEXT,
	DB_BYTEA,
};
struct db_col {
	enum db_kind kind;
	int32_t rows;
	bool nulls;
	size_t len, cap;
	uint8_t *buf;
};
void db_col_i64(struct db_col *c, int64_t v);
void db_col_bool(struct db_col *c, bool v);
void db_col_text(struct db_col *c, const char *s);            /* NULL: SQL NULL */
void db_col_bytes(struct db_col *c, const void *p, size_t n); /* p NULL: SQL NULL */
void db_col_null(struct db_col *c);
void db_col_clear(struct db_col *c);
void db_col_free(struct db_col *c);
struct db_param db_array(struct db_col *c);

/*
 * RC_OK; RC_REFUSED: classes 21 22 23 54 P0: this input never will (db_error tells the SQLSTATE). RC_AGAIN:
 * 08 25 40 53 55 57 58 XX, and whatever else failed: not now. RC_BROKEN: the connection is gone. After any
 * of the last three the transaction must be rolled back (db_rollback). `rows` may be NULL.
 */
MUST_CHECK enum rc db_run_v(struct db *db, enum db_stmt st, struct db_rows **rows,
    const struct db_param *v, size_t n);
#define db_run(db, st, rows, ...)                                        \
	db_run_v(db, st, rows, (const struct db_param[]){ __VA_ARGS__ }, \
	    sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param))
/* Without parameters. */
MUST_CHECK enum rc db_run0(struct db *db, enum db_stmt st, struct db_rows **rows);
/* SQLSTATE of the last failure, "" when none. */
const char *db_error(const struct db *db);

MUST_CHECK enum rc db_begin(struct db *db);
/*
 * RC_OK: durable. RC_AGAIN: certainly not committed. RC_BROKEN: unknown (the connection broke during
 * COMMIT, or it warned): give no verdict, the repeat decides.
 */
MUST_CHECK enum rc db_commit(struct db *db);
void db_rollback(struct db *db);

/* A whole file of SQL, in one transaction, for schema steps. Errors are logged with file and line. */
MUST_CHECK enum rc db_run_file(struct db *db, const char *path);

/*
 * One command that the database itself made of its own names (a partition to detach): never of values.
 * Outside any transaction, as DETACH ... CONCURRENTLY wants.
 */
MUST_CHECK enum rc db_run_made(struct db *db, const char *command);

int db_count(const struct db_rows *r);
void db_rows_free(struct db_rows *r);
bool db_is_null(const struct db_rows *r, int row, int col);
int64_t db_get_i64(
    const struct db_rows *r, int row, int col); /* int2, int4, int8; 0 when NULL */
bool db_get_bool(const struct db_rows *r, int row, int col);
/* Borrowed until db_rows_free; "" when NULL. NUL-terminated. */
const char *db_get_text(const struct db_rows *r, int row, int col);
const uint8_t *db_get_bytes(const struct db_rows *r, int row, int col, size_t *n);

#endif
