/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens what consoles sealed to intake.pub and stores it under the service's own keys.
 * It never logs what it opens. Called by due.c in dispatch, the one holder of intake.key.
 */
#include "intake.h"

#include <string.h>

#include "due.h"
#include "log.h"

static enum rc
store(struct turn *t, const struct intake_receiver *in)
{
	struct seal_hash h = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &in->number);
	uint8_t sealed[SEALED_NUMBER];
	struct db_rows *r;
	int64_t receiver;
	enum rc rc = db_run(t->db, ST_RECEIVER_PUT, &r, db_text(in->name),
	    db_text(in->kind), db_text(in->lang), db_text(in->regions),
	    db_bool(in->vetted), db_i64(in->order), db_bool(in->sample));

	if (rc != RC_OK)
		return rc;
	receiver = db_get_i64(r, 0, 0);
	db_rows_free(r);
	keys_seal_number(t->keys, SEAL_RECEIVER_SEAL, &in->number, sealed);
	rc = db_run(t->db, ST_CONTACT_PUT, NULL, db_i64(receiver),
	    db_bytes(h.b, sizeof(h.b)), db_bytes(sealed, sizeof(sealed)));
	if (rc == RC_OK)
		log_info("intake.receiver", "receiver=%lld", (long long)receiver);
	return rc;
}

/* What does not open or does not parse is refused in its row, with a reason; it blocks nothing. */
enum rc
due_intake(struct turn *t, int64_t id, int64_t due_ms)
{
	struct intake_receiver in;
	char text[INTAKE_MAX];
	const char *why = NULL;
	struct db_rows *r;
	size_t n;
	const uint8_t *p;
	enum rc rc = db_run(t->db, ST_INTAKE_LOCK, &r, db_i64(id));

	(void)due_ms;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == 0) {
		db_rows_free(r);
		return RC_OK;
	}
	p = db_get_bytes(r, 0, 1, &n);
	if (n < SEAL_BOX_OVERHEAD || n > INTAKE_MAX + SEAL_BOX_OVERHEAD ||
	    seal_box_open(&t->keys->intake_pub, &t->keys->intake_sec, p, n, text) !=
		RC_OK)
		why = "does not open: sealed to another intake.pub?";
	else if (intake_unpack(text, n - SEAL_BOX_OVERHEAD, &in) != RC_OK)
		why = "malformed";
	db_rows_free(r);
	rc = why == NULL ? store(t, &in) : RC_OK;
	if (rc == RC_OK)
		rc = db_run(t->db, ST_INTAKE_DONE, NULL, db_i64(id), db_text(why));
	seal_wipe(text, sizeof(text));
	seal_wipe(&in, sizeof(in));
	return rc;
}
