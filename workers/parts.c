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
drop(struct turn *t, const struct parts_key *k)
{
	return db_run(t->db, ST_PART_DROP, NULL, db_i64(k->peer_id), db_i64(k->ref),
	    db_i64(k->ref_bits), db_i64(k->total));
}

enum rc
parts_take(struct turn *t, struct person *p)
{
	const struct bus_sms_in *m = &p->in->u.sms;
	const struct parts_key k = { p->peer_id, m->ref, m->ref_bits, m->total };
	struct db_rows *r;
	size_t n;
	uint8_t *sealed = keys_seal_text(
	    t->keys, SEAL_INBOX, p->peer_id, m->text, m->text_n, &n);
	enum rc rc = db_run(t->db, ST_PART_PUT, NULL, db_i64(k.peer_id), db_i64(k.ref),
	    db_i64(k.ref_bits), db_i64(k.total), db_i64(m->part), db_bytes(sealed, n),
	    db_i64(p->t0), db_i64(t->limits.parts_ms));

	free(sealed);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_PART_SET, &r, db_i64(k.peer_id), db_i64(k.ref),
		    db_i64(k.ref_bits), db_i64(k.total));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) < k.total) {
		p->inbox = "part";
	} else {
		rc = join(t, &k, r, &p->text, &p->t0);
		if (rc == RC_OK)
			rc = drop(t, &k);
	}
	db_rows_free(r);
	return rc;
}

enum rc
parts_give_up(struct turn *t, const struct parts_key *k, char **text, int64_t *t0)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_PART_SET, &r, db_i64(k->peer_id), db_i64(k->ref),
	    db_i64(k->ref_bits), db_i64(k->total));

	if (rc != RC_OK)
		return rc;
	rc = db_count(r) == 0 ? RC_AGAIN : join(t, k, r, text, t0);
	db_rows_free(r);
	if (rc == RC_OK)
		rc = drop(t, k);
	return rc;
}
