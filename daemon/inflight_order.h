/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of inflight.c, shared with inflight_order.c alone: offers, senders, queues.
 * Nothing else may look in here.
 */
#ifndef SHYRAQ_INFLIGHT_ORDER_H
#define SHYRAQ_INFLIGHT_ORDER_H

#include "inflight.h"

#define INFLIGHT_BUCKETS 4096

enum stage {
	STAGE_BEHIND,  /* an earlier one of this sender, or its result, is not settled */
	STAGE_READY,   /* in its queue */
	STAGE_DELAYED, /* a worker said again */
	STAGE_OUT,     /* with a peer */
};

struct sender;

struct offer {
	struct offer *next_hash;
	struct offer *prev, *next; /* all offers, in order of token */
	struct offer *next_ready;  /* its queue */
	struct offer *next_same;   /* the next of this sender */
	struct sender *sender;     /* NULL: no order to keep */
	uint64_t result; /* BEHIND: token of the result that this receipt is of */
	struct inflight_owner owner;
	enum stage stage;
	unsigned delays;
	bool withdrawn;
	bool was_out;
	int64_t read_ms;
	int64_t due_ms; /* DELAYED: ready again; OUT: given to another */
	const struct bus_peer
	    *peer; /* OUT: who has it; READY: who had it and said nothing */
	size_t
	    size; /* of what is kept of the message: its end is cut off behind the text */
	struct bus_msg *m;
};

struct sender {
	struct sender *next;
	struct offer *first, *last;
	enum bus_type type; /* steps of a dialogue do not wait for texts */
	char from[PHONE_MAX];
};

struct queue {
	struct offer *first, *last;
};

struct peer {
	struct bus_peer *peer; /* NULL: free */
	enum bus_role role;
	uint32_t credit;
};

struct inflight {
	struct inflight_options o;
	struct inflight_counts count;
	uint64_t last_token;
	bool held;
	bool pumping;
	struct offer *first, *last;
	size_t behind;                      /* receipts that wait for their result */
	struct queue steps, texts, results; /* ready; receipts stand with the results */
	struct peer peer[2 * BUS_PEERS_MAX];
	struct bus_msg whole; /* what is being said */
	struct offer *by_token[INFLIGHT_BUCKETS];
	struct sender *senders[INFLIGHT_BUCKETS];
};

/* Into its queue, in order of token, so that what comes back stands where it stood. */
void order_ready(struct inflight *f, struct offer *o);
void order_unready(struct inflight *f, struct offer *o);
/* A new offer takes its place behind its sender's others and its result; ready when there are none. */
void order_join(struct inflight *f, struct offer *o);
/* A settled one leaves; what waited for it comes forward. */
void order_leave(struct inflight *f, struct offer *o);

#endif
