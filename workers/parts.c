/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of long messages, sealed while they wait, joined in the database.
 * It never trusts an order or a count beyond what gsm_concat_parse let through. Called by people.c, referral.c.
 */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

#define GAP "\xe2\x80\xa6"

static enum rc
join(struct turn *t, const struct parts_key *k, const struct db_rows *r, char **text,
    int64_t *t0)
{
	size_t size = 1, len = 0;
	int64_t next = 1;
	char *out;

	for (int i = 0; i < db_count(r); i++) {
		size_t n;

		(void)db_get_bytes(r, i, 1, &n);
		size += n;
	}
	size += (size_t)k->total * (sizeof(GAP) - 1);
	out = xmalloc(size);
	out[0] = '\0';
	for (int i = 0; i < db_count(r); i++) {
		size_t n, one_n;
		const uint8_t *p = db_get_bytes(r, i, 1, &n);
		char *one;
		enum rc rc = keys_open_text(
		    t->keys, SEAL_INBOX, k->peer_id, p, n, &one, &one_n);

		if (rc != RC_OK) {
			free(out);
			return rc;
		}
		if (db_get_i64(r, i, 0) != next)
			(void)!str_add(out, size, &len, "%s", GAP);
		next = db_get_i64(r, i, 0) + 1;
		(void)!str_add(out, size, &len, "%s", one);
		if (db_get_i64(r, i, 2) > *t0)
			*t0 = db_get_i64(r, i, 2);
		seal_wipe(one, one_n);
		free(one);
	}
	if (next != k->total + 1)
		(void)!str_add(out, size, &len, "%s", GAP);
	*text = out;
	return RC_OK;
}

static enum rc
run_on_set(struct turn *t, enum db_stmt st, const struct parts_key *k, struct db_rows **r)
{
	return db_run(t->db, st, r, db_i64(k->peer_id), db_i64(k->ref),
	    db_i64(k->ref_bits), db_i64(k->total), db_i64(k->set));
}

/*
 * Rows of PART_SETS. The set this part belongs to: one that has it already (true: a copy), else the
 * youngest open one that lacks it, else a new one.
 */
static bool
choose_set(
    struct parts_key *k, const struct db_rows *r, int64_t part, const struct seal_hash *h)
{
	int64_t newest = 0;
	bool newest_open = false, newest_has = false;

	for (int i = 0; i < db_count(r); i++) {
		int64_t set = db_get_i64(r, i, 0);
		size_t n;
		const uint8_t *p = db_get_bytes(r, i, 2, &n);

		if (set != newest)
			newest_has = false;
		newest = set;
		newest_open = !db_get_bool(r, i, 3);
		if (db_get_i64(r, i, 1) != part)
			continue;
		newest_has = true;
		if (n == sizeof(h->b) && memcmp(p, h->b, n) == 0) {
			k->set = set;
			return true;
		}
	}
	k->set = newest_open && !newest_has ? newest : newest + 1;
	return false;
}

/* *copy: this very part was had before. */
static enum rc
put(struct turn *t, struct person *p, struct parts_key *k, bool *copy)
{
	const struct bus_sms_in *m = &p->in->u.sms;
	struct seal_hash h = seal_hash(&t->keys->sub[SEAL_INBOX], m->text, m->text_n);
	struct db_rows *r;
	size_t n;
	uint8_t *sealed;
	enum rc rc = db_run(t->db, ST_PART_SETS, &r, db_i64(k->peer_id), db_i64(k->ref),
	    db_i64(k->ref_bits), db_i64(k->total));

	if (rc != RC_OK)
		return rc;
	*copy = choose_set(k, r, m->part, &h);
	db_rows_free(r);
	if (*copy)
		return RC_OK;
	sealed = keys_seal_text(t->keys, SEAL_INBOX, k->peer_id, m->text, m->text_n, &n);
	rc = db_run(t->db, ST_PART_PUT, NULL, db_i64(k->peer_id), db_i64(k->ref),
	    db_i64(k->ref_bits), db_i64(k->total), db_i64(k->set), db_i64(m->part),
	    db_bytes(h.b, sizeof(h.b)), db_bytes(sealed, n), db_i64(p->t0),
	    db_i64(t->limits.parts_ms));
	free(sealed);
	return rc;
}

enum rc
parts_take(struct turn *t, struct person *p)
{
	const struct bus_sms_in *m = &p->in->u.sms;
	struct parts_key k = { p->peer_id, m->ref, m->ref_bits, m->total, 0 };
	struct db_rows *r;
	bool copy = false;
	enum rc rc = put(t, p, &k, &copy);

	p->inbox = "part";
	if (rc != RC_OK || copy)
		return rc;
	rc = run_on_set(t, ST_PART_TEXTS, &k, &r);
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == k.total) {
		p->inbox = "done";
		rc = join(t, &k, r, &p->text, &p->t0);
		if (rc == RC_OK)
			rc = run_on_set(t, ST_PART_JOINED, &k, NULL);
	}
	db_rows_free(r);
	return rc;
}

enum rc
parts_give_up(struct turn *t, const struct parts_key *k, char **text, int64_t *t0)
{
	struct db_rows *r;
	enum rc rc = run_on_set(t, ST_PART_TEXTS, k, &r);

	if (rc != RC_OK)
		return rc;
	rc = db_count(r) == 0 ? RC_AGAIN : join(t, k, r, text, t0);
	db_rows_free(r);
	return rc == RC_OK ? run_on_set(t, ST_PART_JOINED, k, NULL) : rc;
}
