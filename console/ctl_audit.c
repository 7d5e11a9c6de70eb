/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl audit verify: walks the whole chain over the audit and names the first row that does not fit.
 * It needs no key, so that an auditor of another house can run it. It writes nothing. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit_row.h"
#include "ctl.h"
#include "str.h"

#define HEX_MAX (2 * SEAL_DIGEST_LEN + 1)
#define FIRST 3 /* of AUDIT_READ: the row's own columns */

struct walk {
	int64_t n; /* links that fit */
	struct seal_digest head;
	int64_t broken; /* id of the audit's row, 0: none; */
	const char *why;
	int64_t want_n; /* --head N:HASH */
	struct seal_digest want;
	bool met;
};

static bool
read_want(const char *word, struct walk *w)
{
	char *end;
	size_t n;

	w->want_n = strtoll(word, &end, 10);
	return w->want_n > 0 && *end == ':' &&
	    str_unhex(w->want.b, sizeof(w->want.b), &n, end + 1) &&
	    n == sizeof(w->want.b);
}

static void
break_at(struct walk *w, int64_t id, const char *why)
{
	w->broken = id;
	w->why = why;
}

/* False: broken here. */
static bool
step(struct walk *w, const struct db_rows *r, int row)
{
	int64_t n = db_get_i64(r, row, 0), id = db_get_i64(r, row, 2);
	size_t len;
	const uint8_t *hash = db_get_bytes(r, row, 1, &len);
	struct seal_digest now;

	if (n != w->n + 1) {
		break_at(w, id, "links before it are missing");
		return false;
	}
	if (db_is_null(r, row, FIRST)) {
		break_at(w, id, "the row is gone");
		return false;
	}
	now = audit_digest(&w->head, n, r, row, FIRST);
	if (len != sizeof(now.b) || memcmp(hash, now.b, len) != 0) {
		break_at(w, id, "the row, or a link, was changed");
		return false;
	}
	w->n = n;
	w->head = now;
	if (n == w->want_n)
		w->met = memcmp(now.b, w->want.b, sizeof(now.b)) == 0;
	return true;
}

static int
walk(const struct ctl *c, struct db *db, struct walk *w)
{
	bool more = true;

	while (more && w->broken == 0) {
		const struct db_param v = db_i64(w->n);
		struct db_rows *r = ctl_ask(c, db, ST_AUDIT_READ, &v, 1);

		if (r == NULL)
			return CTL_NOT_DONE;
		more = db_count(r) > 0;
		for (int i = 0; i < db_count(r) && step(w, r, i); i++)
			continue;
		db_rows_free(r);
		ctl_progress("%lld rows fit", (long long)w->n);
	}
	ctl_progress("%s", "");
	return CTL_DONE;
}

/* Rows that dispatch never chained: nobody leads, or they were put in by another hand. */
static int
loose(const struct ctl *c, struct db *db, struct walk *w, int64_t *count)
{
	struct db_rows *r = ctl_ask(c, db, ST_AUDIT_LOOSE, NULL, 0);

	if (r == NULL)
		return CTL_NOT_DONE;
	*count = db_get_i64(r, 0, 1);
	if (*count > 0 && w->broken == 0)
		break_at(w, db_get_i64(r, 0, 0),
		    "it was not chained within a minute: does a dispatch lead?");
	db_rows_free(r);
	return CTL_DONE;
}

static int
tell(const struct ctl *c, const struct walk *w, int64_t count)
{
	char head[HEX_MAX];
	bool fine = w->broken == 0 && (w->want_n == 0 || w->met);

	str_hex(head, w->head.b, sizeof(w->head.b));
	if (c->json)
		ctl_json_print(json_pack("{s:b,s:I,s:s,s:o,s:s?,s:I,s:o}", "whole",
		    (int)fine, "rows", (json_int_t)w->n, "head", head, "broken",
		    w->broken == 0 ? json_null() : json_integer((json_int_t)w->broken),
		    "why", w->why, "unchained", (json_int_t)count, "head_met",
		    w->want_n == 0 ? json_null() : json_boolean(w->met)));
	if (w->broken != 0)
		return ctl_wrong("the chain breaks at row %lld of the audit: %s. %lld "
				 "rows before it fit",
		    (long long)w->broken, w->why, (long long)w->n);
	if (!fine)
		return ctl_wrong(
		    "the chain has not the head %lld that you gave: it was made "
		    "anew, or cut",
		    (long long)w->want_n);
	if (!c->json)
		printf("whole: %lld rows\nhead %lld:%s\n", (long long)w->n,
		    (long long)w->n, head);
	return CTL_DONE;
}

int
ctl_audit_verify(struct ctl *c)
{
	const char *head = ctl_option(c, "--head");
	struct walk w = { 0 };
	struct db *db;
	int64_t count = 0;
	int status;

	if (head != NULL && !read_want(head, &w))
		return ctl_wrong_usage(
		    c, "--head: N:HASH as an earlier `audit verify` told it");
	db = ctl_db(c, DB_CTL);
	if (db == NULL)
		return CTL_NOT_DONE;
	status = walk(c, db, &w);
	if (status == CTL_DONE)
		status = loose(c, db, &w, &count);
	db_free(db);
	return status == CTL_DONE ? tell(c, &w, count) : status;
}
