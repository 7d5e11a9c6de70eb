/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn: a batch of inputs in, one transaction, their verdicts and answers out.
 * Linked by worker and dispatch; the only place where a message becomes effects in the database.
 *
 * A transaction begins, all peers are put and locked in order of id, then inbox_key tells repeats,
 * sessions are read, flow_step runs in memory, and columns of effects are written by a fixed number of
 * statements. What is refused (class 22, 23, RC_REFUSED of the engine) is run again on its own and then
 * committed as refused, for an operator. Everything else is "not now", or unknown: no verdict.
 */
#ifndef SHYRAQ_TURN_H
#define SHYRAQ_TURN_H

#include "bus.h"
#include "db.h"
#include "epoch.h"
#include "flow.h"
#include "flowset.h"
#include "keys.h"
#include "out.h"
#include "policy.h"

#define TURN_BATCH_MAX 256

/* Milliseconds; safety.md's defaults stand in conf/shyraq.conf. */
struct turn_limits {
	int64_t window_ms;  /* S1: 15 min after a person's last message */
	int64_t answer_ms;  /* S1: an automatic answer is submitted within 90 s */
	int64_t session_ms; /* S1a: 72 h */
	int64_t lease_ms;   /* a claim without news for so long is asked after */
	int64_t parts_ms;   /* a long message waits so long for its parts */
	int64_t rest_ms;    /* a bare yes rests the ladder */
	int64_t
	    grace_ms; /* an acceptance that was asked after waits so long for an answer */
	int64_t safe_wide_ms;    /* S1b: a safe time is at most two hours wide, */
	int64_t safe_ms;         /* and is good for seven days */
	int64_t witness_ms;      /* questions with content to a witness: 24 h */
	int64_t code_ms;         /* S12: a code dies 90 days after the last activity */
	int64_t code_tries;      /* wrong codes an hour from one number, */
	int64_t code_tries_all;  /* and from all */
	int64_t redial_ms;       /* S18: a dial offers to go on for 24 h */
	int64_t answer_tries;    /* wrong answer codes of one phone, then a task, */
	int64_t answer_tries_ms; /* counted within an hour */
	int64_t erase_ms;        /* S16: destroyed after 72 h */
	int64_t relay_ms;        /* words are passed on until 48 h after met */
	int64_t follow_ms;       /* how it is, is asked so long after a case has ended */
	int64_t same;            /* S13: identical texts in a row, */
	int64_t per_minute;      /* and texts in a minute */
	int64_t guard_ms;        /* a machine stays one for so long */
	int64_t desk_again_ms;   /* the desk is paged once a case and so long */
	int64_t desk_look_ms;    /* somebody with a key looks by then, or a task */
	char *own_numbers;       /* never answered, beside those of the links */
};

/* A text to hand out once the transaction is durable. */
struct turn_send {
	char daemon[BUS_NAME_MAX];
	int64_t
	    submit_boot; /* clock_boot_ms, reckoned before the database was asked; 0: none */
	int64_t window_boot;
	struct bus_send send;
};
struct turn_sends {
	struct turn_send *v;
	size_t n, cap;
};

struct turn {
	struct db *db;
	const struct keys *keys;
	const struct flowset *sets;
	const struct flows *flows; /* the newest of sets, taken at each turn */
	const struct policy *policy;
	struct turn_limits limits;
	struct out *out;
	struct epoch epoch;
	struct turn_sends sends;
	int64_t wall_ms, boot_ms; /* both clocks, taken before the database was asked */
	char refused[6];          /* SQLSTATE of what was refused last, "" the engine */
	int64_t id_next, id_end;  /* of the block in hand */
};

/* Limits that are 0 get the defaults of safety.md. */
void turn_init(struct turn *t, struct db *db, const struct keys *keys,
    const struct flowset *sets, const struct policy *policy,
    const struct turn_limits *limits);
void turn_clear(struct turn *t);

enum turn_kind {
	TURN_SMS,
	TURN_RESULT,
	TURN_RECEIPT,
	TURN_USSD,
	TURN_CONFIRM,
};

struct turn_in {
	enum turn_kind kind;
	char daemon[BUS_NAME_MAX]; /* who offers it, */
	uint64_t instance;         /* and which start of it */
	int64_t read_ms;           /* wall clock less its age: our first reading */
	union {
		struct bus_sms_in sms;
		struct bus_result result;
		struct bus_receipt receipt;
		struct bus_ussd_in ussd;
		struct bus_confirm confirm;
	} u;
	/* set by turn_run */
	bool decided;
	enum bus_outcome outcome;
	bool end;                    /* TURN_USSD: the screen is the last */
	char screen[BUS_SCREEN_MAX]; /* TURN_USSD */
};

/*
 * Runs the batch. RC_OK: what is `decided` was committed, or is refused; give no verdict on the rest. t->sends
 * holds what to hand out. RC_AGAIN: nothing was committed; offer again. RC_BROKEN: unknown or no database; give no
 * verdict on any.
 */
MUST_CHECK enum rc turn_run(struct turn *t, struct turn_in *const *v, size_t n);

/* What falls due, run by dispatch as an input of the same turn, once: kind and id as DUE gave them. */
MUST_CHECK enum rc turn_due(struct turn *t, const char *kind, int64_t id, int64_t due_ms);

/* Takes both clocks: before the database is asked for what may be handed out. */
void turn_clock(struct turn *t);
/* Forgets the sends after they were handed out. */
void turn_sends_clear(struct turn *t);
/* The bus message of a send, its remaining times counted from now. */
void turn_send_now(struct turn_send *s);

/* --- for the files of the turn --- */

/* A new id; asks for a block when the last is used up. */
MUST_CHECK enum rc turn_id(struct turn *t, int64_t *id);

/* A text to somebody: a row of the outbox, and, when `instance` is known, a send in hand. */
struct turn_text {
	int64_t inbox_id;   /* 0: none */
	int64_t peer_id;    /* a person, or */
	int64_t contact_id; /* a receiver */
	int64_t case_id;    /* 0: none */
	const char *key;
	const char *text;
	const char *link;   /* "" any */
	const char *daemon; /* "" any */
	uint64_t instance;  /* 0: due, dispatch claims it */
	unsigned priority;
	int64_t submit_by; /* a person's, else 0 */
	int64_t window_until;
	const struct phone *to; /* needed when `instance` is given */
};
enum {
	PRIORITY_USSD,
	PRIORITY_DANGER,
	PRIORITY_REFERRAL,
	PRIORITY_REPLY,
	PRIORITY_INFO,
	PRIORITY_CAMPAIGN,
};
MUST_CHECK enum rc turn_text_out(struct turn *t, const struct turn_text *x);

/* Rows of REPEAT_SENDS or OUTBOX_CLAIM to sends in hand; columns from `first` on as there. */
MUST_CHECK enum rc turn_sends_add(struct turn *t, const struct db_rows *r, int row,
    int first, const char *daemon, uint64_t instance);

/* Minutes east of UTC of a region (ISO 3166-2) or country; Kazakhstan's when unknown. */
int turn_zone_minutes(const char *region);
/* "21:49", local to the region. */
void turn_hhmm(int64_t wall_ms, const char *region, char out[6]);

#endif
