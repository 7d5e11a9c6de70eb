/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts of one number: texts alike, texts a minute, pauses alike.
 * It holds no text and no number. Called by step.c and receivers.c.
 */
#include "guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

#define MINUTE_MS 60000
#define NEAR_MS 1000             /* pauses that differ by no more are alike */
#define SHORT_MS 10000           /* shorter pauses are counted by the minute alone */
#define LONG_MS 3600000LL        /* who is silent so long has begun anew */
#define RHYTHM_MS (36 * LONG_MS) /* but a pause may be one of many alike */

void
guard_read(struct guard *g, const char *line)
{
	int told = 0;

	memset(g, 0, sizeof(*g));
	if (sscanf(line,
		"%16[0-9a-f] %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		" %" SCNd64 " %d",
		g->same, &g->same_n, &g->minute_ms, &g->minute_n, &g->last_ms, &g->gap_ms,
		&g->gap_n, &told) != 8)
		memset(g, 0, sizeof(*g));
	g->told = told == 1;
}

void
guard_write(const struct guard *g, char out[GUARD_LINE_MAX])
{
	size_t len = 0;

	(void)!str_add(out, GUARD_LINE_MAX, &len,
	    "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
	    " %d",
	    g->same[0] != '\0' ? g->same : "0", g->same_n, g->minute_ms, g->minute_n,
	    g->last_ms, g->gap_ms, g->gap_n, g->told ? 1 : 0);
}

bool
guard_seen(struct guard *g, const struct guard_limits *l, const char hash[17],
    int64_t now, bool counts)
{
	int64_t gap = now - g->last_ms;

	if (g->last_ms == 0 || gap > RHYTHM_MS || gap < 0)
		memset(g, 0, sizeof(*g));
	if (gap > LONG_MS)
		g->same_n = 0;
	if (g->last_ms != 0) {
		bool alike = gap >= SHORT_MS && gap - g->gap_ms <= NEAR_MS &&
		    g->gap_ms - gap <= NEAR_MS;

		g->gap_n = alike ? g->gap_n + 1 : 1;
		g->gap_ms = gap;
	}
	g->last_ms = now;
	if (now - g->minute_ms >= MINUTE_MS) {
		g->minute_ms = now;
		g->minute_n = 0;
	}
	g->minute_n++;
	if (!counts || strcmp(g->same, hash) != 0)
		g->same_n = 0;
	g->same_n += counts;
	memcpy(g->same, hash, sizeof(g->same));
	return g->same_n >= l->same || g->minute_n > l->minute || g->gap_n >= l->gaps;
}
