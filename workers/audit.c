/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chains what turns, people and dispatch itself wrote to the audit. Only who leads does so, and two who
 * believe that they lead cannot both: a place in the chain is taken once. Called by dispatch.c.
 */
#include "audit.h"

#include <string.h>

#include "audit_row.h"
#include "clock.h"
#include "log.h"

#define EVERY_MS 1000

struct chain {
	int64_t n, last; /* the newest link, the highest id that is chained */
	struct seal_digest head;
	struct db_col ns, ids, hashes;
};

static enum rc
read_head(struct db *db, struct chain *c)
{
	struct db_rows *r;
	enum rc rc = db_run0(db, ST_AUDIT_HEAD, &r);

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		size_t n;
		const uint8_t *hash = db_get_bytes(r, 0, 1, &n);

		c->n = db_get_i64(r, 0, 0);
		c->last = db_get_i64(r, 0, 2);
		if (n == sizeof(c->head.b))
			memcpy(c->head.b, hash, n);
	}
	db_rows_free(r);
	return RC_OK;
}

/*
 * In order of id. A gap may be a transaction that has not committed yet: what stands behind it waits until
 * it is old enough for the gap to be one for ever.
 */
static void
add_links(struct chain *c, const struct db_rows *r)
{
	for (int i = 0; i < db_count(r); i++) {
		int64_t id = db_get_i64(r, i, 0);

		if (id > c->last + 1 && !db_get_bool(r, i, AUDIT_COLS))
			return;
		c->head = audit_digest(&c->head, ++c->n, r, i, 0);
		db_col_i64(&c->ns, c->n);
		db_col_i64(&c->ids, id);
		db_col_bytes(&c->hashes, c->head.b, sizeof(c->head.b));
		if (id > c->last)
			c->last = id;
	}
}

static enum rc
chain(struct db *db, struct chain *c)
{
	struct db_rows *r;
	enum rc rc = read_head(db, c);

	if (rc == RC_OK)
		rc = db_run(db, ST_AUDIT_NEW, &r, db_i64(c->last));
	if (rc != RC_OK)
		return rc;
	add_links(c, r);
	db_rows_free(r);
	if (c->ns.rows == 0)
		return RC_OK;
	return db_run(db, ST_AUDIT_LINK, NULL, db_array(&c->ns), db_array(&c->ids),
	    db_array(&c->hashes));
}

void
audit_chain_run(struct audit_chain *a)
{
	struct chain c = { .ns = { .kind = DB_INT8 },
		.ids = { .kind = DB_INT8 },
		.hashes = { .kind = DB_BYTEA } };
	int64_t now = clock_boot_ms();
	enum rc rc;

	if (now < a->at)
		return;
	a->at = now + EVERY_MS;
	rc = db_begin(a->db);
	if (rc == RC_OK)
		rc = chain(a->db, &c);
	if (rc == RC_OK)
		rc = db_commit(a->db);
	else
		db_rollback(a->db);
	if (rc != RC_OK)
		log_warn("audit.chain", "not now");
	db_col_free(&c.ns);
	db_col_free(&c.ids);
	db_col_free(&c.hashes);
}
