/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of a link over SMPP, shared by smpp.c, smpp_link.c, smpp_in.c, smpp_out.c, smpp_known.c and smpp_session.c.
 * Nothing else may look in here.
 */
#ifndef SHYRAQ_SMPP_LINK_H
#define SHYRAQ_SMPP_LINK_H

#include "fsm.h"
#include "smpp.h"
#include "smpp_frame.h"
#include "smpp_parts.h"
#include "smpp_receipt.h"
#include "smpp_wire.h"

#define SMPP_REQUESTS 2048 /* of ours without an answer, a session; a power of two */
#define SMPP_OUT_MAX \
	(1u << 20)          /* octets that the SMSC does not read; beyond, it is gone */
#define SMPP_FAULTS_MAX 16  /* PDUs that nobody could send in earnest; then we hang up */
#define SMPP_LAPSED_MAX 256 /* readings remembered that were not answered in time */
#define SMPP_KNOWN_MAX 4096 /* ids of the last submits; a power of two */
#define SMPP_LATE_MAX 1024  /* rows whose answer may still come, late */
#define SMPP_PARKED_MAX 64  /* receipts that may be before the answer to their submit */
#define SMPP_USSD_REQUESTS \
	1024 /* screens out at once; the window is less than the rest */

enum smpp_state_of_session {
	SESSION_IDLE, /* waits for its next try */
	SESSION_OPENING,
	SESSION_BINDING,
	SESSION_BOUND,
	SESSION_LEAVING, /* our unbind is out */
	SESSION_ENDED,
	SESSION_STATES,
};

enum smpp_request_kind {
	REQUEST_NONE,
	REQUEST_BIND,
	REQUEST_ENQUIRE,
	REQUEST_UNBIND,
	REQUEST_PART, /* handle: row << 8 | part, of smpp_out.c */
	REQUEST_SCREEN,
	REQUEST_KINDS,
};

struct smpp_request {
	enum smpp_request_kind kind;
	uint32_t sequence;
	enum smpp_command answer; /* that fits it */
	int64_t since, by;        /* clock_boot_ms */
	uint64_t begins;          /* where it stands in the stream of octets */
	uint64_t handle;
	bool late; /* its time is over; kept until its slot is needed or the bind ends */
};

/* A text or receipt that we read, until its answer was heard for sure; a step, until it is answered. */
struct smpp_reading {
	struct smpp_reading *next;
	uint64_t number;
	uint64_t print; /* of what it says: alike or not */
	uint32_t sequence;
	enum smpp_command answer;
	int64_t due;   /* clock_boot_ms: answered by then, or lapsed */
	uint64_t ends; /* its answer, in the stream of octets; 0: not answered yet */
	bool receipt, step, written, lapsed,
	    told; /* told: its confirmation is on its way */
};

struct smpp_session {
	struct smpp *l;
	const char *role; /* for the log */
	enum smpp_command bind;
	struct fsm fsm;
	struct smpp_wire *wire;
	struct smpp_frames frames;
	uint8_t *out;
	size_t out_n, out_size;
	uint64_t queued, written; /* octets of this connection */
	uint32_t sequence;
	unsigned requests, screens;   /* without an answer */
	struct smpp_request *request; /* SMPP_REQUESTS */
	int64_t late_at;              /* no answer is late before */
	uint64_t number;              /* of this bind */
	int64_t due; /* IDLE: next try; OPENING, BINDING, LEAVING: the end */
	int64_t heard_at, enquire_at, bound_at;
	unsigned tries;     /* without success */
	unsigned faults;    /* in a row */
	uint32_t left_by;   /* sequence of the SMSC's own unbind */
	int64_t leave_at;   /* answer it by then; 0: it did not unbind */
	bool refused;       /* the last bind was answered with a no */
	int64_t busy_since; /* the first "not yet" since a bind stood, 0: none */
	bool hang_up;       /* with the next look: not within a handler */
	char cause[64];     /* of hang_up */
	char why[64];       /* it was lost last */
};

struct smpp_row {
	struct smpp_row *next;
	uint64_t serial; /* ours, for handles */
	uint32_t whom;   /* a print of the number it goes to */
	struct link_limits limits;
	struct smpp_writing writing;
	unsigned parts;
	uint64_t done, flying; /* bits by part */
	uint64_t fresh;        /* of `done`: went with this attempt */
	bool begun, over;      /* over: nothing more of it is submitted */
	enum bus_state state;  /* the worst so far */
	uint32_t error;
	uint32_t concat_ref;
	uint32_t refs[BUS_PARTS_MAX];
	unsigned throttles, wave; /* times in a row that it was; in which wave last */
	struct bus_send *send;
};

struct smpp_rows {
	struct smpp_row *first, *last;
	size_t n;
};

/* The id of a submit: what its receipt is found by. */
struct smpp_known {
	uint32_t ref, to; /* prints of the id and of whom it went to */
	uint32_t next;    /* of the same bucket, counted from 1 */
};

struct smpp_out {
	struct smpp_rows rows;
	struct smpp_rows
	    late; /* ended as uncertain on this bind: without a text, for a late answer */
	uint64_t serial;
	unsigned flying;
	int64_t pause_until, pause_ms; /* throttled */
	unsigned wave;                 /* counts the pauses */
	int64_t next_us; /* its rate allows the next part; clock_boot_ms * 1000 */
	uint16_t concat_ref;
	struct smpp_known known[SMPP_KNOWN_MAX]; /* newest overwrite oldest */
	uint32_t bucket[SMPP_KNOWN_MAX];         /* by ref; counted from 1 */
	size_t known_n;
	bool hex; /* an answer's id had a letter, so receipts' ids are no hex of it */
};

struct smpp_parked {
	struct smpp_reading *reading; /* its receipt waits; NULL: free */
	struct smpp_receipt receipt;
	char to[PHONE_MAX];
	int64_t until;
};

struct smpp_in {
	struct smpp_reading *first, *last;
	size_t lapsed;
	int64_t
	    confirm_at; /* ask for a sign that our answers were heard; 0: nothing to confirm */
	bool form_known; /* the config says it */
	enum smpp_id_form form;
	unsigned
	    misses; /* receipts in a row that another form than the learned one fits */
	size_t parked_n;
	struct smpp_parked parked[SMPP_PARKED_MAX];
};

/* Since a text was accepted; smpp_health.c. */
struct smpp_health {
	unsigned bad;         /* texts in a row that came to nothing */
	unsigned unanswered;  /* parts in a row */
	int64_t silent_since; /* clock_boot_ms, of those */
	uint64_t row, lost;   /* serial and bind that are counted already */
	int64_t aside_ms;
};

struct smpp {
	struct link link; /* first: the host has only this */
	struct loop *loop;
	const struct smpp_conf *conf;
	struct smpp_numbers *numbers;
	struct smpp_session session[2];
	size_t sessions;
	struct smpp_session *tx, *rx; /* NULL: it has none; the same for a transceiver */
	struct smpp_writing writing;
	struct smpp_codings codings;
	struct smpp_validity validity;
	bool ussd_only;
	bool held, stopping;
	bool change; /* tell the host before we return to the loop */
	smpp_ussd_heard *ussd_heard;
	smpp_ussd_said *ussd_said;
	void *ussd_arg;
	struct smpp_out out;
	struct smpp_in in;
	struct smpp_health health;
};

/* smpp_conf.c: what the words of the config mean. RC_REFUSED, logged. */
MUST_CHECK enum rc smpp_conf_read(struct smpp *l);
/* The password into a bind; RC_BROKEN, logged: its file cannot be read. */
MUST_CHECK enum rc smpp_conf_password(
    const struct smpp_conf *conf, char *to, size_t size);

/* smpp.c: the session */
void smpp_session_init(struct smpp_session *s, struct smpp *l, enum smpp_command bind);
void smpp_session_clear(struct smpp_session *s);
void smpp_session_tick(struct smpp_session *s, int64_t now);
bool smpp_session_is_bound(const struct smpp_session *s);
/* Closes it, settles what was under way and sets the next try; `why` for the log. */
void smpp_session_lost(struct smpp_session *s, const char *why);

/* smpp_session.c: what a session says */
/* Encodes behind what is queued; RC_REFUSED, logged: it does not encode. RC_AGAIN: no room. */
MUST_CHECK enum rc smpp_queue(struct smpp_session *s, const struct smpp_pdu *pdu);
/* The same for a request: sequence is given, its answer comes by `within` or never. */
MUST_CHECK enum rc smpp_request(struct smpp_session *s, struct smpp_pdu *pdu,
    enum smpp_request_kind kind, uint64_t handle, int64_t within);
/* Answers a request of the SMSC, with nothing in the body. */
void smpp_answer(
    struct smpp_session *s, enum smpp_command answer, uint32_t sequence, uint32_t status);
/* The request that this answers, taken out of the table; not NULL: none, and what is wrong. */
MUST_CHECK const char *smpp_request_take(
    struct smpp_session *s, const struct smpp_pdu *pdu, struct smpp_request *out);
/* Requests whose time is over, one by one. */
bool smpp_request_late(struct smpp_session *s, int64_t now, struct smpp_request *out);
/* Any request, for the end of a session; with the last, late ones are forgotten. */
bool smpp_request_any(struct smpp_session *s, struct smpp_request *out);
/* Writes what goes. */
void smpp_flush(struct smpp_session *s);
/* To be closed when the handler returns; the first cause counts. */
void smpp_hang_up(struct smpp_session *s, const char *cause);

/* smpp_health.c */
/* How long to wait before the next try, which it counts. */
int64_t smpp_back_off(struct smpp_session *s);
/* The bind was answered with a no: to be closed, as refused or as one that comes later. */
void smpp_bind_refused(struct smpp_session *s, uint32_t status, int64_t now);
/* A part was answered, late too, or not: SMPP_NO_ANSWER. It may hang up. */
void smpp_health_heard(
    struct smpp *l, const struct smpp_request *q, uint32_t status, int64_t now);
/* A text goes out by it; to one that fails, the only one for some time. */
void smpp_health_tries(struct smpp *l, int64_t now);

/* smpp_link.c */
/* Its number as the bus has it, "" when it has none. */
void smpp_number_of(const struct smpp_address *a, char out[PHONE_MAX]);
void smpp_look(struct smpp *l); /* what the link is now */
void smpp_tell(struct smpp *l); /* the host, if it changed; never from within a handler */
/* The request was answered with a status, or SMPP_NO_ANSWER; `id` of a submit or "". */
void smpp_answered(struct smpp_session *s, const struct smpp_request *r, uint32_t status,
    const char *id);

/* smpp_out.c */
void smpp_out_take(
    struct smpp *l, const struct bus_send *send, struct link_limits limits);
void smpp_out_run(struct smpp *l, int64_t now);
void smpp_out_answered(
    struct smpp *l, const struct smpp_request *q, uint32_t status, const char *id);
/* The session that sends is gone; its requests were answered with SMPP_NO_ANSWER. */
void smpp_out_lost(struct smpp *l);
bool smpp_out_is_empty(const struct smpp *l);
void smpp_out_clear(struct smpp *l);

/* smpp_known.c: receipts and the submits they are of */
/* Remembers the id of an answer; its reference. */
uint32_t smpp_known_add(struct smpp *l, const char *normal, uint32_t whom);
/*
 * The reference that the submit was told by; false: none of the last submits had this id and went there.
 * `first`: this receipt is asked for the first time.
 */
bool smpp_known_ref(struct smpp *l, const struct smpp_receipt *receipt, const char *to,
    bool first, uint32_t *ref);
/* Of a submit that we do not remember: in the form that the config names, or that was learned. */
bool smpp_known_guess(
    const struct smpp *l, const struct smpp_receipt *receipt, uint32_t *ref);

/* smpp_in.c */
/* A deliver_sm or data_sm; `raw` not NULL: it could not be read, and these are its octets. */
void smpp_in_heard(
    struct smpp_session *s, const struct smpp_pdu *pdu, const struct smpp_octets *raw);
/* As link->settled. */
void smpp_in_settled(struct link *link, uint64_t handle, enum bus_outcome outcome);
/* Answers reached the socket. */
void smpp_in_written(struct smpp *l, int64_t now);
/* The SMSC has answered a request that begins there: all our answers before it were heard. */
void smpp_in_confirmed(struct smpp *l, uint64_t begins);
void smpp_in_tick(struct smpp *l, int64_t now);
/* The receiving session is gone. */
void smpp_in_lost(struct smpp *l);
/* Ids are known that were not: receipts that waited for them go. */
void smpp_in_unpark(struct smpp *l, int64_t now, bool all);

#endif
