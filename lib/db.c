/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that sees libpq. Statements are prepared from sql/statements.sql; values go binary.
 * It never builds SQL from values. Called by worker, dispatch and shyraqctl.
 */
#include "db.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define PARAMS_MAX 24
#define FILE_SQL_MAX (1 << 20)

struct db {
	char *conninfo;
	char process[64];
	unsigned roles;
	PGconn *conn;
	bool complained;
	bool
	    warned; /* a warning arrived since it was cleared: COMMIT may not be what it says */
	char error[6];
	char said[512];
};

static const struct {
	const char *name;
	unsigned roles;
	const char *text;
} stmt[DB_STMTS] = {
#define STMT(name, roles, text) [ST_##name] = { #name, roles, text },
#include "statements.def"
#undef STMT
};

/* What every connection is set to: short waits, no statement timeout around COMMIT. */
static const char *const session_options =
    "-c lock_timeout=500 -c idle_in_transaction_session_timeout=2000 -c client_min_messages=warning"
    " -c bytea_output=hex -c timezone=UTC -c search_path=public -c synchronous_commit=on";

struct db *
db_new(const char *conninfo, const char *process, unsigned roles)
{
	struct db *db = xcalloc(1, sizeof(*db));

	db->conninfo = xstrdup(conninfo);
	snprintf(db->process, sizeof(db->process), "%s", process);
	db->roles = roles;
	return db;
}

static void
drop(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	drop(db);
	free(db->conninfo);
	free(db);
}

bool
db_is_open(const struct db *db)
{
	return db->conn != NULL;
}

const char *
db_said(const struct db *db)
{
	return db->said;
}

int
db_fd(const struct db *db)
{
	return db->conn == NULL ? -1 : PQsocket(db->conn);
}

const char *
db_error(const struct db *db)
{
	return db->error;
}

static void
on_notice(void *arg, const PGresult *res)
{
	struct db *db = arg;
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity != NULL && strcmp(severity, "WARNING") == 0)
		db->warned = true;
}

static void
note_error(struct db *db, const PGresult *res)
{
	const char *state = res == NULL ? NULL
					: PQresultErrorField(res, PG_DIAG_SQLSTATE);

	snprintf(db->error, sizeof(db->error), "%s", state == NULL ? "08006" : state);
}

/* What the same input always meets: its values, how many rows they find, limits, what a trigger refuses. */
static bool
is_of_input(const char *state)
{
	static const char *const classes[] = { "21", "22", "23", "54", "P0" };

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	}
	return false;
}

/* Messages of the server can hold values of a row: only the state, the place and our names are logged. */
static enum rc
failed(struct db *db, const PGresult *res, const char *what)
{
	const char *table = res == NULL ? NULL
					: PQresultErrorField(res, PG_DIAG_TABLE_NAME);
	const char *constraint = res == NULL
	    ? NULL
	    : PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);

	note_error(db, res);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		log_warn("db.lost", "during=%s", what);
		drop(db);
		return RC_BROKEN;
	}
	log_warn("db.failed", "statement=%s sqlstate=%s table=%s constraint=%s", what,
	    db->error, table == NULL ? "-" : table,
	    constraint == NULL ? "-" : constraint);
	return is_of_input(db->error) ? RC_REFUSED : RC_AGAIN;
}

static enum rc
prepare(struct db *db)
{
	for (int i = 0; i < DB_STMTS; i++) {
		PGresult *res;
		bool ok;

		if ((stmt[i].roles & db->roles) == 0)
			continue;
		res = PQprepare(db->conn, stmt[i].name, stmt[i].text, 0, NULL);
		ok = PQresultStatus(res) == PGRES_COMMAND_OK;
		if (!ok) {
			const char *said = PQresultErrorField(
			    res, PG_DIAG_MESSAGE_PRIMARY);

			note_error(db, res);
			log_error("db.prepare", "statement=%s sqlstate=%s said=%s",
			    stmt[i].name, db->error, said == NULL ? "-" : said);
		}
		PQclear(res);
		if (!ok) {
			bool lost = PQstatus(db->conn) != CONNECTION_OK;

			drop(db);
			return lost ? RC_AGAIN : RC_REFUSED;
		}
	}
	return RC_OK;
}

/* It tells the person who started it. */
static bool
is_console(const struct db *db)
{
	return (db->roles & (DB_WORKER | DB_DISPATCH | DB_OWNER)) == 0;
}

enum rc
db_open(struct db *db)
{
	/* a host that is gone is known in 5 s, whether it had taken what we said or not */
	const char *keys[] = { "dbname", "connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "keepalives_interval", "keepalives_count", "options",
		"application_name", "client_encoding", NULL };
	const char *values[] = { db->conninfo, "3", "5000", "2", "1", "3",
		session_options, db->process, "UTF8", NULL };
	enum rc rc;

	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
		return RC_OK;
	drop(db);
	db->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		snprintf(db->said, sizeof(db->said), "%s", PQerrorMessage(db->conn));
		if (!db->complained && !is_console(db))
			log_error("db.away", "said=%s", db->said);
		db->complained = true;
		drop(db);
		return RC_AGAIN;
	}
	PQsetNoticeReceiver(db->conn, on_notice, db);
	rc = prepare(db);
	if (rc == RC_OK) {
		log_info("db.open", "again=%d", db->complained);
		db->complained = false;
	}
	return rc;
}

struct db_param
db_i64(int64_t v)
{
	struct db_param p = { .n = 8, .is_net = true };

	p.net = (int64_t)htobe64((uint64_t)v);
	return p;
}

struct db_param
db_bool(bool v)
{
	static const char yes = 1, no = 0;

	return (struct db_param){ .p = v ? &yes : &no, .n = 1 };
}

struct db_param
db_text(const char *s)
{
	return (struct db_param){ .p = s, .n = s == NULL ? 0 : (int)strlen(s) };
}

struct db_param
db_bytes(const void *p, size_t n)
{
	return (struct db_param){ .p = p, .n = (int)n };
}

struct db_param
db_null(void)
{
	return (struct db_param){ .p = NULL };
}

enum rc
db_run_v(struct db *db, enum db_stmt st, struct db_rows **rows, const struct db_param *v,
    size_t n)
{
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	PGresult *res;
	enum rc rc = RC_OK;

	if (rows != NULL)
		*rows = NULL;
	if (db->conn == NULL)
		return RC_BROKEN;
	if (n > PARAMS_MAX)
		fatalx("db.params", "statement=%s has more than %d", stmt[st].name,
		    PARAMS_MAX);
	for (size_t i = 0; i < n; i++) {
		values[i] = v[i].is_net ? (const char *)&v[i].net : v[i].p;
		lengths[i] = v[i].n;
		formats[i] = 1;
	}
	res = PQexecPrepared(
	    db->conn, stmt[st].name, (int)n, values, lengths, formats, 1);
	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK)
		rc = failed(db, res, stmt[st].name);
	if (rc == RC_OK && rows != NULL)
		*rows = (struct db_rows *)res;
	else
		PQclear(res);
	return rc;
}

enum rc
db_run0(struct db *db, enum db_stmt st, struct db_rows **rows)
{
	return db_run_v(db, st, rows, NULL, 0);
}

static enum rc
simple(struct db *db, const char *sql, ExecStatusType want)
{
	PGresult *res;
	enum rc rc = RC_OK;

	if (db->conn == NULL)
		return RC_BROKEN;
	res = PQexec(db->conn, sql);
	if (PQresultStatus(res) != want)
		rc = failed(db, res, sql);
	PQclear(res);
	return rc;
}

enum rc
db_begin(struct db *db)
{
	db->error[0] = '\0';
	return simple(db, "BEGIN", PGRES_COMMAND_OK);
}

enum rc
db_commit(struct db *db)
{
	PGresult *res;
	bool done, rolled;

	if (db->conn == NULL)
		return RC_BROKEN;
	db->warned = false;
	res = PQexec(db->conn, "COMMIT");
	done = PQresultStatus(res) == PGRES_COMMAND_OK;
	/* a failed transaction answers COMMIT with ROLLBACK, and no error */
	rolled = done && strcmp(PQcmdStatus(res), "COMMIT") != 0;
	if (!done)
		note_error(db, res);
	PQclear(res);
	if (done && !rolled && !db->warned)
		return RC_OK;
	if (rolled)
		return RC_AGAIN;
	log_warn("db.commit_unknown", "sqlstate=%s warned=%d", db->error, db->warned);
	if (PQstatus(db->conn) == CONNECTION_OK && !done)
		return RC_AGAIN; /* the server said that it did not commit (a deferred constraint) */
	drop(db);
	return RC_BROKEN;
}

void
db_rollback(struct db *db)
{
	if (db->conn == NULL || PQtransactionStatus(db->conn) == PQTRANS_IDLE)
		return;
	if (simple(db, "ROLLBACK", PGRES_COMMAND_OK) != RC_OK)
		drop(db);
}

enum rc
db_run_file(struct db *db, const char *path)
{
	FILE *f = fopen(path, "re");
	char *sql;
	size_t n;
	PGresult *res;
	enum rc rc = RC_OK;

	if (f == NULL) {
		log_error("db.file_missing", "file=%s cannot be read", path);
		return RC_REFUSED;
	}
	sql = xmalloc(FILE_SQL_MAX);
	n = fread(sql, 1, FILE_SQL_MAX, f);
	fclose(f);
	if (n == FILE_SQL_MAX) { /* half a file is not run */
		log_error(
		    "db.file_long", "file=%s has %d bytes or more", path, FILE_SQL_MAX);
		free(sql);
		return RC_REFUSED;
	}
	sql[n] = '\0';
	res = PQexec(db->conn, sql);
	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK &&
	    PQresultStatus(res) != PGRES_EMPTY_QUERY) {
		const char *at = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
		const char *said = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
		long pos = at == NULL ? 0 : strtol(at, NULL, 10);
		int line = 1;

		for (long i = 0; i < pos - 1 && sql[i] != '\0'; i++)
			line += sql[i] == '\n';
		note_error(db, res);
		log_error("db.file", "%s:%d: sqlstate=%s said=%s", path, line, db->error,
		    said == NULL ? "-" : said);
		rc = RC_REFUSED;
	}
	PQclear(res);
	free(sql);
	return rc;
}

enum rc
db_run_made(struct db *db, const char *command)
{
	return simple(db, command, PGRES_COMMAND_OK);
}

static const PGresult *
result(const struct db_rows *r)
{
	return (const PGresult *)r;
}

int
db_count(const struct db_rows *r)
{
	return PQntuples(result(r));
}

void
db_rows_free(struct db_rows *r)
{
	PQclear((PGresult *)r);
}

bool
db_is_null(const struct db_rows *r, int row, int col)
{
	return PQgetisnull(result(r), row, col) != 0;
}

int64_t
db_get_i64(const struct db_rows *r, int row, int col)
{
	const char *p = PQgetvalue(result(r), row, col);
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	if (db_is_null(r, row, col))
		return 0;
	switch (PQgetlength(result(r), row, col)) {
	case 8:
		memcpy(&v8, p, 8);
		return (int64_t)be64toh(v8);
	case 4:
		memcpy(&v4, p, 4);
		return (int32_t)be32toh(v4);
	case 2:
		memcpy(&v2, p, 2);
		return (int16_t)be16toh(v2);
	}
	fatalx("db.type", "column %d is no integer", col);
}

bool
db_get_bool(const struct db_rows *r, int row, int col)
{
	return !db_is_null(r, row, col) && PQgetvalue(result(r), row, col)[0] != 0;
}

const char *
db_get_text(const struct db_rows *r, int row, int col)
{
	return PQgetvalue(result(r), row, col);
}

const uint8_t *
db_get_bytes(const struct db_rows *r, int row, int col, size_t *n)
{
	*n = (size_t)PQgetlength(result(r), row, col);
	return (const uint8_t *)PQgetvalue(result(r), row, col);
}
