/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key of the moment for words of people. Its boxes are written in the transaction of its first text.
 * It never writes the key anywhere in the open. Called by the turn.
 */
#include "epoch.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"

#define BOX_LEN (SEAL_KEY_LEN + SEAL_BOX_OVERHEAD)

static enum rc
write_boxes(struct epoch *e, struct db *db)
{
	struct db_col id = { .kind = DB_INT8 }, box = { .kind = DB_BYTEA };
	struct db_rows *r;
	enum rc rc = db_run0(db, ST_KEYHOLDERS, &r);

	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r); i++) {
		struct seal_key pub;
		uint8_t sealed[BOX_LEN];
		size_t n;
		const uint8_t *p = db_get_bytes(r, i, 1, &n);

		if (n != sizeof(pub.b))
			continue;
		for (size_t k = 0; k < n; k++)
			pub.b[k] = p[k];
		if (seal_box(&pub, e->key.b, sizeof(e->key.b), sealed) != RC_OK) {
			log_error("epoch.key", "keyholder=%lld has no valid public key",
			    (long long)db_get_i64(r, i, 0));
			continue;
		}
		db_col_i64(&id, db_get_i64(r, i, 0));
		db_col_bytes(&box, sealed, sizeof(sealed));
	}
	db_rows_free(r);
	if (id.rows == 0) {
		log_error("epoch.no_keyholder",
		    "no case worker has a key: add one with shyraqctl keyholder add");
		epoch_drop(e);
	} else {
		rc = db_run(db, ST_EPOCH_NEW, NULL, db_i64(e->id));
		if (rc == RC_OK)
			rc = db_run(db, ST_EPOCH_BOX, NULL, db_i64(e->id), db_array(&id),
			    db_array(&box));
	}
	db_col_free(&id);
	db_col_free(&box);
	return rc;
}

enum rc
epoch_open(struct epoch *e, struct db *db, int64_t id)
{
	enum rc rc;

	if (e->id != 0 && e->texts < EPOCH_TEXTS &&
	    clock_boot_ms() - e->born_ms < EPOCH_MS)
		return RC_OK;
	epoch_drop(e);
	seal_key_random(&e->key);
	e->id = id;
	e->born_ms = clock_boot_ms();
	rc = write_boxes(e, db);
	if (rc != RC_OK)
		epoch_drop(e);
	return rc;
}

uint8_t *
epoch_seal(struct epoch *e, int64_t case_id, const char *text, size_t n, size_t *out_n)
{
	uint8_t *out = xmalloc(n + SEAL_OVERHEAD);

	seal(&e->key, &case_id, sizeof(case_id), text, n, out);
	e->texts++;
	*out_n = n + SEAL_OVERHEAD;
	return out;
}

void
epoch_drop(struct epoch *e)
{
	seal_wipe(e, sizeof(*e));
}
