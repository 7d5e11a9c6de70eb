/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the outbox that this daemon was given: held, at a link, submitted, result; a bounded table.
 * It never sends a row twice for one attempt, never one claimed for another instance, and keeps
 * nothing durable. Called by shyraqd.c and, through the link host, by the drivers.
 *
 * For each row it remembers the highest attempt it had or was asked about, until 10 minutes after the
 * result is committed, and refuses that attempt and lower ones. A row has one entry: a higher attempt
 * takes it over, and what the network once accepted is never sent again.
 */
#ifndef SHYRAQ_OUTGOING_H
#define SHYRAQ_OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "bus.h"
#include "inflight.h"
#include "links.h"

#define OUTGOING_MEMORY_MS (10 * 60 * 1000)
#define OUTGOING_MEMORY_ROWS \
	(16 * 1024 * 1024) /* 32 MB a million; 22,000 a second reach it */
#define OUTGOING_LEAST_WINDOW_MS (5 * 60 * 1000) /* TP-VP cannot say less */

struct outgoing_options {
	uint64_t instance;
	size_t rows_max;   /* with text or result */
	size_t memory_max; /* all, with those that are only remembered */
	struct links *links;
	struct inflight *inflight;
	void *arg;
	/* answers to Ask, and room; RC_BROKEN: the peer is gone */
	enum rc (*say)(void *arg, struct bus_peer *to, const struct bus_msg *m);
};

struct outgoing_counts {
	uint64_t taken, refused, full, asked, submitted;
	uint64_t result[BUS_EXPIRED + 1];
	size_t held, active, remembered; /* now */
};

struct outgoing;

struct outgoing *outgoing_new(const struct outgoing_options *o);
void outgoing_free(struct outgoing *o);

/*
 * RC_OK: taken; exactly one result follows. RC_REFUSED: another instance's, or an attempt not above
 * what is remembered. RC_AGAIN: no room; as if it had never come.
 */
MUST_CHECK enum rc outgoing_take(struct outgoing *o, const struct bus_send *s);
/* Answers, or stays silent when it cannot answer truly. */
void outgoing_ask(struct outgoing *o, struct bus_peer *from, const struct bus_ask *ask);

/* From the drivers. "Accepted" may follow another result of an attempt: what was late. */
void outgoing_submitting(struct outgoing *o, uint64_t id, uint32_t attempt);
void outgoing_result(struct outgoing *o, const struct bus_result *result);

/* A dispatch came up or went; one of its Sends came. For the room it is given. */
void outgoing_dispatch(struct outgoing *o, struct bus_peer *p, bool up);
void outgoing_dispatch_sent(struct outgoing *o, const struct bus_peer *p);

/* Hands rows to links, ends those whose time is out, forgets, gives room. */
void outgoing_run(struct outgoing *o, int64_t now);
/* Sets `waiting` of each link: rows held whose way it is. */
void outgoing_count_waiting(const struct outgoing *o);
/* While on, nothing is submitted to persons: the wall clock jumped. */
void outgoing_hold_persons(struct outgoing *o, bool on);
/* Hands back what is not at a link, and from now on whatever is taken. */
void outgoing_stop(struct outgoing *o);
/* No row without a committed result. */
bool outgoing_empty(const struct outgoing *o);

struct outgoing_counts outgoing_counts(const struct outgoing *o);

#endif
