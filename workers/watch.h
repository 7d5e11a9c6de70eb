/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lets the person on duty see that this process goes on, and who wrote too late to be answered.
 * It mends nothing and answers nobody. Called by worker.c and dispatch.c out of their loops.
 */
#ifndef SHYRAQ_WATCH_H
#define SHYRAQ_WATCH_H

#include "turn.h"

struct watch_beat {
	const char *name, *part; /* part: "worker" or "dispatch" */
	int64_t next_ms;         /* clock_boot_ms; 0 at once */
};

/*
 * Every few seconds: this process goes on, and hears so many of its daemons. A connection that is gone is opened
 * anew, now and then. RC_REFUSED: the schema does not fit; all else is tried again by itself.
 */
MUST_CHECK enum rc watch_beat_run(
    struct watch_beat *b, struct db *db, size_t daemons, size_t heard);
/* At an end in order: nobody needs to look for it. */
void watch_beat_end(const struct watch_beat *b, struct db *db);

/* Texts that were read after their answer's time: marked, with their cases, and a task. For the last hour. */
MUST_CHECK enum rc watch_late(struct turn *t);

#endif
