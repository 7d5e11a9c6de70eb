/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lets the person on duty see that this process goes on, and who wrote too late to be answered.
 * It mends nothing and answers nobody. Called by worker.c and dispatch.c out of their loops.
 */
#include "watch.h"

#include "clock.h"

#define BEAT_MS 3000
#define AWAY_MS 15000 /* a connection is not tried more often: it may hold the loop up */

enum rc
watch_beat_run(struct watch_beat *b, struct db *db, size_t daemons, size_t heard)
{
	int64_t now = clock_boot_ms();
	enum rc rc;

	if (now < b->next_ms)
		return RC_OK;
	rc = db_open(db);
	b->next_ms = now + (rc == RC_OK ? BEAT_MS : AWAY_MS);
	if (rc != RC_OK)
		return rc;
	return db_run(db, ST_BEAT, NULL, db_text(b->name), db_text(b->part),
	    db_i64((int64_t)daemons), db_i64((int64_t)heard));
}

void
watch_beat_end(const struct watch_beat *b, struct db *db)
{
	if (db_is_open(db))
		(void)!db_run(db, ST_BEAT_END, NULL, db_text(b->name));
}

enum rc
watch_late(struct turn *t)
{
	enum rc rc = db_run(t->db, ST_LATE_MARK, NULL, db_i64(t->limits.answer_ms));

	if (rc == RC_OK)
		rc = db_run(t->db, ST_LATE_OVER, NULL, db_i64(t->limits.window_ms));
	return rc == RC_OK ? db_run0(t->db, ST_LATE_TASKS, NULL) : rc;
}
