/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One simulated SMSC with its USSD gateway: the state that its files share.
 * Never holds a type of a foreign library but the lists that orders answer with.
 * Made by smsc_sim.c, used by every smsc_*.c.
 */
#ifndef SHYRAQ_SMSC_H
#define SHYRAQ_SMSC_H

#include "clock.h"
#include "smsc_conn.h"
#include "smsc_deliver.h"
#include "smsc_fault.h"
#include "smsc_later.h"
#include "smsc_phone.h"
#include "smsc_receipt.h"
#include "smsc_submit.h"
#include "smsc_ussd.h"

enum {
	SMSC_ACCOUNTS_MAX = 16,
	SMSC_CONNS_MAX = 32,
	SMSC_WINDOW_MAX = 100,
};

/* Who may bind, and the short code that it serves. */
struct smsc_account {
	char id[66], password[66];
	char number[21];
	struct deliveries waiting; /* to be sent, in order */
	struct deliveries resting; /* to be sent again when their time has come */
	struct deliveries held;    /* answered, yet to come again on the next bind */
	size_t turn;               /* whose of its receivers was last */
};

enum smsc_count {
	COUNT_CONNECTIONS,
	COUNT_BINDS,
	COUNT_BINDS_REFUSED,
	COUNT_SUBMITS,
	COUNT_REFUSED,
	COUNT_THROTTLED,
	COUNT_SILENT,
	COUNT_PARTS,
	COUNT_REPEATS,
	COUNT_DELIVERS,
	COUNT_REDELIVERED,
	COUNT_DELIVERED,
	COUNT_REJECTED,
	COUNT_RECEIPTS,
	COUNT_EARLY_RECEIPTS,
	COUNT_ENQUIRES,
	COUNT_NACKS,
	COUNT_MALFORMED_IN,
	COUNT_STRAYS,
	COUNT_DIALS,
	COUNT_SCREENS,
	COUNT_ENDS,
	COUNT_ABORTS,
	COUNT_TIMEOUTS,
	COUNT_USSD_STRAYS,
	COUNT_USSD_LONG,
	COUNT_DROPPED,
	COUNTS,
};

/* What `set` changes while it runs. */
struct smsc_settings {
	bool data_sm; /* towards the service: data_sm in place of deliver_sm */
	int64_t window;
	int64_t response_ms; /* a deliver_sm without response comes again after it */
	int64_t retry_ms;    /* one that was put off, too */
	uint8_t gsm_coding, ucs2_coding, ussd_coding;
	bool packed; /* gsm_coding means 8 septets in 7 octets */
};

struct sock;

struct smsc {
	const char *control;
	uint16_t port;
	int signals, listener;
	int64_t closed_until; /* no connection is taken before */
	struct smsc_account account[SMSC_ACCOUNTS_MAX];
	size_t accounts;
	struct smsc_conn conns[SMSC_CONNS_MAX];
	uint64_t serial; /* of the newest connection */
	struct smsc_settings set;
	struct laters later;
	struct deliver deliver;
	struct submits submits;
	struct receipts receipts;
	struct phones phones;
	struct ussd ussd;
	struct faults fault;
	uint64_t count[COUNTS];
	struct sock *ctl;
};

/* For timers: real time, whatever a test does to the clock. */
static inline int64_t
smsc_now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* By its serial number; NULL: it is gone. */
struct smsc_conn *smsc_conn_by_serial(struct smsc *s, uint64_t serial);
/* Whose number that is; the first account when it is nobody's. */
struct smsc_account *smsc_account_of(struct smsc *s, const char *number);

#endif
