/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Now and then: partitions made ahead with an alarm, old ones detached and dropped, old keys purged.
 * It never deletes rows of a partitioned table one by one. Called by dispatch.c.
 */
#include "housekeep.h"

#include "clock.h"
#include "log.h"

#define MONTHS_LEAST 3 /* this one and two more: under it an operator must look */
#define SECONDS_MS 5000
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define KEYS_AT_ONCE 10000

static bool
is_time(int64_t *at, int64_t every)
{
	int64_t now = clock_boot_ms();

	if (now < *at)
		return false;
	*at = now + every;
	return true;
}

static void
partitions_ahead(struct db *db)
{
	struct db_rows *r;
	int64_t months;

	if (db_run0(db, ST_PARTITIONS, &r) != RC_OK) {
		log_error("housekeep.partitions_failed", "no partitions were made ahead");
		return;
	}
	months = db_get_i64(r, 0, 0);
	db_rows_free(r);
	if (months < MONTHS_LEAST)
		log_error("housekeep.partitions_few", "months=%lld", (long long)months);
}

/* DETACH CONCURRENTLY waits for readers and cannot stand in a transaction: over the owner's connection. */
static void
drop_old(struct housekeep *h)
{
	struct db_rows *r;

	if (h->owner == NULL || db_open(h->owner) != RC_OK ||
	    db_run(h->owner, ST_PARTITIONS_OLD, &r, db_i64(h->retention_ms)) != RC_OK)
		return;
	for (int i = 0; i < db_count(r); i++) {
		if (db_run_made(h->owner, db_get_text(r, i, 0)) != RC_OK ||
		    db_run_made(h->owner, db_get_text(r, i, 1)) != RC_OK)
			log_error("housekeep.drop_failed", "partition=%s",
			    db_get_text(r, i, 2));
		else
			log_info(
			    "housekeep.dropped", "partition=%s", db_get_text(r, i, 2));
	}
	db_rows_free(r);
}

/* Keys of messages that nobody repeats any more, so many at a time that no turn waits for it. */
static enum rc
purge_keys(struct housekeep *h)
{
	struct db_rows *r;
	enum rc rc = db_run(h->db, ST_INBOX_KEY_PURGE, &r, db_i64(KEYS_AT_ONCE));

	if (rc != RC_OK)
		return rc;
	if (db_get_i64(r, 0, 0) == KEYS_AT_ONCE)
		h->minute_at = 0; /* there are more */
	db_rows_free(r);
	return RC_OK;
}

void
housekeep_run(struct housekeep *h)
{
	if (is_time(&h->seconds_at, SECONDS_MS) &&
	    db_run0(h->db, ST_LINK_CLOCK, NULL) != RC_OK)
		log_warn("housekeep.link_clock", "not now");
	if (is_time(&h->minute_at, MINUTE_MS) &&
	    (purge_keys(h) != RC_OK || db_run0(h->db, ST_PART_PURGE, NULL) != RC_OK))
		log_warn("housekeep.purge", "not now");
	if (is_time(&h->hour_at, HOUR_MS)) {
		partitions_ahead(h->db);
		drop_old(h);
	}
}
