/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only way between processes: packs, unpacks and checks every message of shyraq.proto, and who
 * may say what to whom. It never decides what a message means. Called by daemon, worker, dispatch.
 *
 * A daemon binds one endpoint a role (struct bus); worker and dispatch connect one each a daemon.
 * What does not unpack, breaks a bound, or comes the wrong way is counted and dropped.
 */
#ifndef SHYRAQ_BUS_H
#define SHYRAQ_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "loop.h"
#include "phone.h"

#define BUS_VERSION 1
#define BUS_NAME_MAX 32
#define BUS_GROUP_MAX 64
#define BUS_TEXT_MAX 8193 /* with NUL */
#define BUS_SEND_TEXT_MAX 4097
#define BUS_SCREEN_MAX 729 /* 182 characters of up to 4 bytes, and NUL */
#define BUS_USSD_TEXT_MAX 1025
#define BUS_CODE_MAX 65
#define BUS_CLASSES 6 /* priorities of the outbox */
#define BUS_UDH_MAX 140
#define BUS_STAMP_MAX 32
#define BUS_PARTS_MAX 50
#define BUS_LAPSED_MAX 16
#define BUS_LIVE_MAX 8
#define BUS_CONFIRM_MAX 64
#define BUS_VERDICTS_MAX 256
#define BUS_CREDIT_MAX 4096
#define BUS_PING_MS 2000 /* between pings */
#define BUS_STALE_MS \
	60000 /* a text, receipt or send that was on its way for longer is dropped */
#define BUS_GONE_MS 7000 /* silence after which the other side counts as gone */

enum bus_role {
	BUS_DAEMON,
	BUS_WORKER,
	BUS_DISPATCH,
	BUS_ROLES,
};

enum bus_type {
	BUS_HELLO,
	BUS_READY,
	BUS_PING,
	BUS_PONG,
	BUS_SMS_IN,
	BUS_RESULT,
	BUS_RECEIPT,
	BUS_VERDICTS,
	BUS_SEND,
	BUS_ASK,
	BUS_SEND_ROOM,
	BUS_USSD_IN,
	BUS_LINK_STATE,
	BUS_ORDER,
	BUS_ORDER_DONE,
	BUS_CONFIRM,
	BUS_TYPES,
};

enum bus_body {
	BUS_BODY_TEXT,
	BUS_BODY_DATA,
	BUS_BODY_BROKEN
};
enum bus_state {
	BUS_NEVER_HAD,
	BUS_HELD,
	BUS_SUBMITTED,
	BUS_ACCEPTED,
	BUS_FAILED,
	BUS_STATE_REFUSED,
	BUS_UNCERTAIN,
	BUS_DROPPED,
	BUS_EXPIRED,
};
enum bus_outcome {
	BUS_DONE,
	BUS_AGAIN,
	BUS_ASIDE
};

/* Plain values; fields and bounds as in shyraq.proto. */
struct bus_hello {
	uint32_t version;
	uint32_t session;
	uint64_t instance;
	char name[BUS_NAME_MAX];
};
struct bus_sms_in {
	uint64_t token;
	char link[BUS_NAME_MAX];
	char link_group[BUS_GROUP_MAX];
	char from[PHONE_MAX];
	char smsc[PHONE_MAX];
	int64_t smsc_ms;
	bool smsc_zone;
	bool again;
	uint64_t age_ms;
	enum bus_body body;
	uint32_t text_n;
	uint32_t udh_n;
	uint32_t stamp_n;
	uint32_t part, total, ref, ref_bits;
	uint64_t bind, reading; /* 0: of a SIM */
	uint32_t lapsed_n, live_n;
	uint64_t lapsed[BUS_LAPSED_MAX];
	uint64_t live[BUS_LIVE_MAX];
	uint8_t udh[BUS_UDH_MAX];
	uint8_t stamp[BUS_STAMP_MAX];
	char text[BUS_TEXT_MAX]; /* NUL-terminated after text_n bytes */
};
struct bus_result {
	uint64_t token;
	uint64_t row;
	uint32_t attempt;
	enum bus_state state;
	char link[BUS_NAME_MAX];
	uint32_t error;
	uint32_t refs_n;
	uint32_t refs[BUS_PARTS_MAX];
	uint64_t parts_done;
	uint32_t concat_ref;
};
struct bus_receipt {
	uint64_t token;
	char link[BUS_NAME_MAX];
	char link_group[BUS_GROUP_MAX];
	char to[PHONE_MAX];
	uint32_t ref;
	bool delivered;
	bool final;
	uint64_t age_ms;
};
struct bus_confirm {
	uint64_t token;
	char link_group[BUS_GROUP_MAX];
	uint32_t n;
	uint64_t readings[BUS_CONFIRM_MAX];
};
struct bus_verdict {
	uint64_t token;
	enum bus_outcome outcome;
	bool end;                    /* of a UssdIn: the screen is the last */
	char screen[BUS_SCREEN_MAX]; /* of a UssdIn, else "" */
};
struct bus_ussd_in {
	uint64_t token;
	uint64_t dialogue;
	uint32_t step;
	bool again;
	bool gone;
	uint64_t age_ms;
	char link[BUS_NAME_MAX];
	char link_group[BUS_GROUP_MAX];
	char from[PHONE_MAX];
	char text[BUS_USSD_TEXT_MAX];
};
struct bus_link_state {
	char link[BUS_NAME_MAX];
	char link_group[BUS_GROUP_MAX];
	char state[BUS_NAME_MAX];
	char number[PHONE_MAX];
	bool usable;
	bool paused;
	int32_t signal; /* percent, -1 unknown */
	uint64_t last_in_ms, received, sent;
	uint32_t slots_used, slots_all, waiting;
	int64_t balance;
	uint64_t balance_ms; /* ago; 0: balance and balance_low say nothing */
	bool balance_low;
};
enum bus_order_kind {
	BUS_PAUSE,
	BUS_RESUME,
	BUS_DRAIN,
	BUS_UNDRAIN,
	BUS_DIAL_USSD,
};
struct bus_order {
	uint64_t id;
	enum bus_order_kind kind;
	char link[BUS_NAME_MAX]; /* "" all */
	uint32_t class;          /* priority + 1; 0 all */
	char text[BUS_CODE_MAX];
};
struct bus_order_done {
	uint64_t id;
	bool done;
	char text[BUS_USSD_TEXT_MAX];
};
struct bus_send {
	uint64_t row;
	uint32_t attempt;
	uint64_t instance;
	char to[PHONE_MAX];
	char link[BUS_NAME_MAX];
	uint32_t priority;
	bool person;
	bool receipt;
	uint64_t submit_ms;
	uint64_t window_ms;
	uint64_t parts_done;
	uint32_t concat_ref;
	char text[BUS_SEND_TEXT_MAX];
};
struct bus_verdicts {
	uint32_t verdicts_n, sends_n, credit;
	const struct bus_verdict
	    *verdicts; /* incoming: borrowed until the handler returns */
	struct bus_send *sends;
};
struct bus_ask {
	uint64_t row;
	uint32_t attempt;
	uint64_t instance;
};

/*
 * Time that a frame spends on its way counts as time passed: lib/bus.c adds it to ages and takes it off
 * remaining times before a handler sees them; what has no time left has 1 ms left. Set by bus.c.
 */
struct bus_times {
	uint64_t sent, heard, heard_ago;
};

struct bus_msg {
	enum bus_type type;
	struct bus_times times;
	union {
		struct bus_hello hello;
		struct bus_sms_in sms_in;
		struct bus_result result;
		struct bus_receipt receipt;
		struct bus_confirm confirm;
		struct bus_verdicts verdicts;
		struct bus_send send;
		struct bus_ask ask;
		struct bus_ussd_in ussd_in;
		struct bus_link_state link_state;
		struct bus_order order;
		struct bus_order_done order_done;
		uint32_t credit; /* BUS_READY */
		uint32_t room;   /* BUS_SEND_ROOM */
		uint64_t nonce;  /* BUS_PING, BUS_PONG */
	} u;
};

/*
 * A peer on a bus: index in the bus's table, stable while it lives. `up` begins at its HELLO and ends
 * when it is silent for BUS_GONE_MS or says HELLO with another instance (a restart).
 */
struct bus_peer {
	bool up;
	uint64_t instance;
	char name[BUS_NAME_MAX];
	int64_t heard_ms; /* clock_boot_ms */
	uint64_t heard;   /* its newest `sent`, come at heard_ms; 0: none */
	uint32_t my_session,
	    their_session; /* a silence that one side alone saw ends both */
	uint8_t id[64];    /* of the socket; private to bus.c */
	uint32_t id_n;
};
#define BUS_PEERS_MAX 64

struct bus;
typedef void bus_handler(void *arg, struct bus_peer *from, const struct bus_msg *m);
/* Told when a peer comes up (its HELLO is checked) and when it is gone. */
typedef void bus_change(void *arg, struct bus_peer *peer, bool up);

struct bus_options {
	enum bus_role self;   /* who we are */
	enum bus_role other;  /* who is at the far end */
	const char *endpoint; /* ipc://PATH or tcp://HOST:PORT; tcp wants `cert` */
	const char *name;     /* ours, for HELLO */
	uint64_t instance;
	const char *cert_file; /* our CURVE certificate (CZMQ's zcert), NULL on ipc */
	const char *
	    peers; /* daemon: folder of certificates allowed in; others: the daemon's public certificate file */
	bus_handler *const
	    *on; /* BUS_TYPES entries; NULL: not wanted, dropped and counted */
	bus_change *change;
	void (*drained)(
	    void *arg); /* after what waited on the socket was handled; may be NULL */
	void *arg;
};

/* Daemon: binds a ROUTER. Others: connects a DEALER. RC_REFUSED with a log line when it cannot. */
MUST_CHECK enum rc bus_open(
    struct loop *loop, const struct bus_options *o, struct bus **out);
void bus_close(struct bus *b);

/* RC_OK: queued to the peer. RC_BROKEN: the peer is gone or its queue is full; not sent. */
MUST_CHECK enum rc bus_send(struct bus *b, struct bus_peer *to, const struct bus_msg *m);

/* The far end of a DEALER (worker, dispatch): its only peer; `up` says whether it answers. */
struct bus_peer *bus_only(struct bus *b);
/* Peers of a ROUTER, for walking: i from 0 until NULL; skips those that are not up. */
struct bus_peer *bus_next(struct bus *b, size_t *i);

/* Handles whatever waits on the socket, at most `max` frames; returns how many. For batching. */
size_t bus_drain(struct bus *b, size_t max);

struct bus_counts {
	uint64_t in, out, bad, wrong_way, lost;
};
struct bus_counts bus_counts(const struct bus *b);

/* For the fuzzer and tests: unpack one frame. Arrays of verdicts live in `room` until the next call. */
struct bus_room;
struct bus_room *bus_room_new(void);
void bus_room_free(struct bus_room *r);
MUST_CHECK enum rc bus_unpack(
    const uint8_t *p, size_t n, struct bus_room *room, struct bus_msg *m);
/* Packs into a malloc'd buffer of *n bytes. */
uint8_t *bus_pack(const struct bus_msg *m, size_t *n);
/*
 * Counts the way of m as passed; now_ms is our clock_boot_ms. False: it is to be dropped, because it carries
 * time although nothing was heard, or because it is older than BUS_STALE_MS.
 */
bool bus_count_way(struct bus_msg *m, int64_t now_ms);
/* Who may say what to whom. */
bool bus_may(enum bus_role from, enum bus_role to, enum bus_type t);

#endif
