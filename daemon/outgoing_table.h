/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of outgoing.c's table, shared with outgoing_room.c.
 * Nothing else may look in here.
 */
#ifndef SHYRAQ_OUTGOING_TABLE_H
#define SHYRAQ_OUTGOING_TABLE_H

#include "outgoing.h"

#define BUCKETS 16384
#define PRIORITIES 6
#define DISPATCHES 8

enum stage {
	STAGE_NEW,     /* without a text, while it is taken in or let go */
	STAGE_HELD,    /* waits for a link */
	STAGE_AT_LINK, /* ordered, not yet submitted */
	STAGE_SUBMITTED,
	STAGE_RESULT, /* until it is committed */
};

struct row {
	struct row *next_hash;
	struct row *prev, *next; /* HELD: its priority */
	uint64_t id;
	uint32_t high; /* highest attempt it had or was asked about; then memory has it */
	uint32_t attempt;      /* of this text or result */
	uint32_t link_attempt; /* the one that the link was ordered to send */
	bool accepted;         /* the network took an attempt of it */
	enum stage stage;
	struct link_limits limits;
	struct bus_send *send;     /* HELD, AT_LINK, SUBMITTED: of the present attempt */
	struct bus_result *result; /* RESULT */
	struct bus_result *late;   /* "accepted" behind it: parts that it does not tell */
};

struct list {
	struct row *first, *last;
};

struct dispatch {
	struct bus_peer *peer;
	uint32_t given; /* room not used yet */
};

struct outgoing {
	struct outgoing_options o;
	struct outgoing_counts count;
	bool stopping, no_persons;
	size_t operators; /* of the held rows: those that wait for an operator's word */
	struct list held[PRIORITIES];
	struct row_memory *memory; /* of rows that are not in the table any more */
	struct dispatch dispatch[DISPATCHES];
	struct row *bucket[BUCKETS];
};

/* Tells dispatches what room there is beyond what they were told. */
void outgoing_room(struct outgoing *o);

#endif
