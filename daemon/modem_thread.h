/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What passes between the loop side of a modem (modem.c) and its thread (modem_gammu*.c): plain values.
 * No type of libgammu stands here. The one thing both touch is struct modem_abort, under its lock.
 */
#ifndef SHYRAQ_MODEM_THREAD_H
#define SHYRAQ_MODEM_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "bus.h"
#include "link.h"
#include "loop.h"
#include "phone.h"

#define MODEM_TEXT_MAX \
	1024 /* one part: UTF-8, octets, or a raw PDU; a USSD text; with NUL */
#define MODEM_IMSI_MAX 20
#define MODEM_WHY_MAX 64

/* Set and cleared by the thread; the loop aborts through it. */
struct modem_abort {
	pthread_mutex_t lock;
	void *machine; /* NULL: nothing to abort */
	bool
	    abandoned; /* the loop gave the thread up: it opens and sends nothing any more */
};

/* What a thread is given at birth; never changed after; outlives the thread. */
struct modem_setup {
	const char *name, *device, *pin_file, *pin_state, *imsi; /* "" where not given */
	unsigned poll_ms, submit_ms;
	unsigned ask_ms, read_ms, send_ms, open_ms; /* a call of each kind */
	bool receipts;
	struct modem_abort *abort;
	void *owner; /* of the loop; nothing to the thread */
};

#define MODEM_NOWHERE (-1)
/* Where a text lies. `memory` is libgammu's, 0 for its flat list of SIM and phone, or nowhere. */
struct modem_slot {
	int memory;
	int location;
	uint64_t print; /* of what was read there */
};

enum modem_order_kind {
	MODEM_SEND = 1,
	MODEM_DELETE,
	MODEM_READ, /* look at all slots now */
	MODEM_HOLD, /* do not look at them */
	MODEM_GO_ON,
	MODEM_SAY,     /* send.text by USSD */
	MODEM_SAY_END, /* ends the USSD session */
	MODEM_STOP,
};

struct modem_order {
	enum modem_order_kind kind;
	uint32_t generation; /* MODEM_DELETE: of the machine that read the slot */
	struct modem_slot slot;
	bool broken; /* MODEM_DELETE: libgammu cannot read it */
	struct link_limits limits;
	struct bus_send send; /* last: cut behind its text */
};

enum modem_report_kind {
	MODEM_CALL = 1, /* a call into libgammu begins, at most limit_ms */
	MODEM_BACK,
	MODEM_OPEN,    /* generation, imsi */
	MODEM_LOST,    /* why; the thread opens it again after a while */
	MODEM_SHUT,    /* why; not opened again: an operator must act */
	MODEM_NETWORK, /* registered, signal, slots */
	MODEM_TEXT,
	MODEM_RECEIPT,
	MODEM_LOOKED,  /* all slots were read and reported */
	MODEM_DELETED, /* slot, ok */
	MODEM_SUBMITTING,
	MODEM_SENT,
	MODEM_RANG, /* a call was refused */
	MODEM_USSD, /* ussd, u.text.text */
};

struct modem_text {
	struct modem_slot slot;
	enum bus_body body;
	char from[PHONE_MAX];
	char smsc[PHONE_MAX];
	int64_t smsc_ms; /* 0: none */
	bool smsc_zone;
	uint32_t udh_n, stamp_n, text_n;
	uint8_t udh[BUS_UDH_MAX];
	char stamp[BUS_STAMP_MAX];
	/* a receipt */
	bool is_receipt, delivered, final;
	uint32_t ref;
	char text[MODEM_TEXT_MAX];
};

struct modem_report {
	enum modem_report_kind kind;
	uint32_t generation;
	unsigned limit_ms;
	bool ok; /* registered; deleted */
	bool
	    asked_again; /* MODEM_LOST: without a fault, the machine is only opened anew */
	char why[MODEM_WHY_MAX];
	const char *word; /* MODEM_SHUT: why, in a word; static */
	char imsi[MODEM_IMSI_MAX];
	int signal;                     /* percent, -1: unknown */
	unsigned slots_used, slots_all; /* 0: the modem does not say */
	enum link_ussd ussd;
	union {
		struct modem_slot slot;
		struct bus_result sent;
		struct modem_text text; /* last: cut behind its text */
	} u;
};

/* The thread's body for actor_new; arg is a struct modem_setup. */
actor_body modem_body;
/* Once, before the first thread. RC_REFUSED: no UTF-8 locale. */
MUST_CHECK enum rc modem_library_init(void);
void modem_abort(struct modem_abort *a);

#endif
