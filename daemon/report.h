/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each link is, told to dispatch: at each change and every 10 s.
 * It changes no link. Called by shyraqd.c.
 */
#ifndef SHYRAQ_REPORT_H
#define SHYRAQ_REPORT_H

#include "links.h"

#define REPORT_ALL_MS 10000
#define REPORT_COUNTS_MS 1000 /* counters alone are told so often at most */

struct report {
	struct links *links;
	void *arg;
	void (*say)(
	    void *arg, const struct bus_msg *m); /* to every dispatch that is up */
	int64_t all_at, counts_at;
	struct bus_link_state last[LINKS_MAX];
	int64_t balance_at[LINKS_MAX]; /* of the answer that was told last */
};

/* All of them with the next run: somebody came who knows none. */
void report_newborn(struct report *r);
/* Every 50 ms or so; now is clock_boot_ms. */
void report_run(struct report *r, int64_t now);
/* The word that stands for a link's state. */
const char *report_word(const struct links *v, const struct link *l);

#endif
