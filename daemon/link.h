/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a driver is: a link to a network that reads texts and sends them.
 * It never decides what a text means. Implemented by modem.c, smpp_link.c and http_ussd.c; used by links.c, outgoing.c, shyraqd.c.
 */
#ifndef SHYRAQ_LINK_H
#define SHYRAQ_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "bus.h"
#include "phone.h"

struct link;

enum link_state {
	LINK_DOWN, /* not open, or being opened */
	LINK_UP,
	LINK_REFUSED, /* stays shut until an operator acts: another SIM, a PIN that failed */
	LINK_ENDED, /* stopped in order; nothing of it runs */
	LINK_BROKEN, /* its thread did not come back: only a restart of the process helps */
};

/* When what is to be submitted must be over, in clock_boot_ms; 0: no limit. */
struct link_limits {
	int64_t submit_by;
	int64_t window_end;
};

/* What the network said in its USSD session with this link: +CUSD's first value. */
enum link_ussd {
	LINK_USSD_NOTE,   /* 0: no answer is wanted */
	LINK_USSD_ASKS,   /* 1: an answer is */
	LINK_USSD_ENDED,  /* 2 */
	LINK_USSD_OTHER,  /* 3: another client answered */
	LINK_USSD_NONE,   /* 4: not supported */
	LINK_USSD_LATE,   /* 5: the network waited too long */
	LINK_USSD_FAILED, /* the modem did not take what we said */
};

struct link_ops {
	/*
	 * Orders a send. RC_OK: taken, `result` follows exactly once. RC_AGAIN: not now.
	 * `s` is borrowed.
	 */
	enum rc (*send)(
	    struct link *l, const struct bus_send *s, struct link_limits limits);
	/* What was ordered may go now; after a round of orders. NULL: it went when it was ordered. */
	void (*run)(struct link *l, int64_t now);
	/* Stop taking texts from the network, or go on. */
	void (*hold)(struct link *l, bool on);
	/*
	 * Dials a code, or answers in the open session: UTF-8. RC_OK: host->ussd tells what comes
	 * of it, if anything does. RC_AGAIN: not now. RC_REFUSED: it cannot be said safely.
	 */
	enum rc (*ussd)(struct link *l, const char *text);
	/* Ends the open session. */
	void (*ussd_end)(struct link *l);
	/* Every 50 ms or so. */
	void (*tick)(struct link *l, int64_t now);
	/* Finish what has begun, then become LINK_ENDED. */
	void (*stop)(struct link *l);
	void (*free)(struct link *l);
};

/* What a driver tells; all called in the loop. */
struct link_host {
	void *arg;
	/*
	 * A text or receipt that the network still keeps. RC_AGAIN: no room; the driver forgets it
	 * and reads it again when `hold` is lifted. RC_OK: `settled` is called once, with DONE or
	 * ASIDE, unless the driver withdraws first. `token`, `age_ms` are filled in by the host.
	 */
	enum rc (*took)(void *arg, struct link *l, struct bus_msg *m, uint64_t handle,
	    int64_t read_ms);
	/* Forget what was taken from this link: its handles mean nothing any more. */
	void (*withdraw)(void *arg, struct link *l);
	/* From here on, silence means uncertain. */
	void (*submitting)(void *arg, struct link *l, uint64_t row, uint32_t attempt);
	/*
	 * The end of an ordered send. BUS_HELD: not begun, take it back. BUS_ACCEPTED may follow an
	 * uncertain one, for the same attempt: then its references are those not told yet.
	 */
	void (*result)(void *arg, struct link *l, const struct bus_result *r);
	/* UTF-8; "" where nothing was said. */
	void (*ussd)(void *arg, struct link *l, enum link_ussd what, const char *text);
	/* Its state or its room changed. */
	void (*changed)(void *arg, struct link *l);
};

struct link {
	const struct link_ops *ops;
	const struct link_host *host;
	void (*settled)(struct link *l, uint64_t handle, enum bus_outcome outcome);
	char name[BUS_NAME_MAX];
	char number[PHONE_MAX]; /* what people see as the sender */
	char group[BUS_GROUP_MAX];
	const char *
	    prefixes; /* blank-separated, best for these numbers; "" for none; borrowed */
	const char *countries; /* as prefixes: "KZ KG", at home there */
	const char
	    *sender; /* what people see in the number's place; "" or NULL: the number */
	const char *beside; /* the number of a link for who roams; "" or NULL: none */
	unsigned cost;      /* of a part, against other links */
	enum link_state state;
	const char *why; /* LINK_REFUSED: in a word */
	bool registered;
	bool screens_only; /* dialogues, no texts: never chosen for a send */
	bool drained;      /* no new sends, by an operator */
	bool silent;       /* its self-tests fail: selftest.c */
	int64_t
	    failing_until; /* clock_boot_ms: it takes no texts, others first until then; 0: it does */
	uint8_t paused;  /* bits as in links_pause */
	int signal;      /* percent, -1: unknown */
	int64_t last_in; /* clock_boot_ms of the last text, 0: none */
	unsigned slots_used, slots_all, waiting;
	struct {
		int64_t value, at; /* clock_boot_ms; 0: none was heard */
		bool low;
	} balance;
	unsigned part_ms; /* what a part took, measured; 0: nothing was sent yet */
	bool
	    sending; /* it takes no other now: a modem has one at a time, SMPP a window */
	unsigned parts_per_minute;
	int64_t free_at; /* clock_boot_ms from which its rate allows the next part */
	struct {
		uint64_t texts, receipts, broken, deleted, parts, failed, reopened;
	} count;
};

#endif
