/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread side of a modem, shared by modem_gammu*.c alone: the only files that see gammu.h.
 * Nothing here is touched by the loop but struct modem_abort, under its lock.
 */
#ifndef SHYRAQ_MODEM_GAMMU_H
#define SHYRAQ_MODEM_GAMMU_H

#include <gammu.h>

#include "modem_at.h"
#include "modem_thread.h"

#define MACHINE_HINTS 32
#define MACHINE_USSD 4 /* said by the network and not yet told to the loop */

/* A status report that the modem handed over without storing it. */
struct machine_hint {
	int memory; /* a slot to read, or -1: `text` is all there is */
	int location;
	struct modem_text text;
};

struct machine_ussd {
	enum link_ussd what;
	char text[MODEM_TEXT_MAX];
};

struct machine {
	struct actor *actor;
	const struct modem_setup *setup;
	GSM_StateMachine *s; /* NULL: closed */
	int fd;              /* our own descriptor of the tty */
	uint32_t generation;
	bool stop, held, registered;
	bool failed; /* of no use any more: free it, open another */
	bool plain;  /* failed without a fault: the modem wants to be opened anew */
	bool shut;   /* not to be opened again */
	char why[MODEM_WHY_MAX];
	const char *word; /* the same when shut, in a word */
	bool told;        /* set by callbacks: look at the slots */
	bool ringing;
	bool told_since_poll;
	int64_t poll_at, settled_at;      /* clock_mono_us / 1000 */
	int64_t strange_at, strange_next; /* to look whether it is the same; 0: no need */
	unsigned cut; /* readings of all slots that took too long, one after another */
	char imsi[MODEM_IMSI_MAX]; /* of the first SIM seen, or as configured */
	char cnmi[AT_LINE_MAX];    /* how the modem answered AT+CNMI? after opening */
	unsigned char smsc[2 * (GSM_MAX_NUMBER_LENGTH + 1)];
	uint8_t concat_ref;
	struct {
		bool came;
		int status, ref;
	} sent;
	bool ussd_on, ussd_ucs2; /* listened to; its charset is UCS2 */
	bool ussd_was_ucs2;      /* after opening, so that libgammu believes it */
	unsigned ussd_n;
	struct machine_ussd ussd[MACHINE_USSD];
	unsigned hints_n;
	struct machine_hint hints[MACHINE_HINTS];
	/* texts of one look at the slots */
	struct modem_text *found;
	size_t found_n, found_max;
	GSM_MultiSMSMessage *sms;
	struct at_answer *at;
	struct modem_order *order;
	struct modem_report *report;
};

int64_t machine_now(void);

/*
 * Around each call into libgammu that may wait: the watchdog's deadline. Returns what the call did,
 * after marking the machine failed when the call shows that it is.
 */
void machine_call(struct machine *m, unsigned limit_ms);
GSM_Error machine_back(struct machine *m, const char *what, GSM_Error e);
void machine_fail(struct machine *m, const char *what, const char *why);
/* Plain AT, after what lies unread was given to libgammu. */
MUST_CHECK enum rc machine_at(struct machine *m, const char *command, unsigned ms);
/* For a question that any modem answers at once. */
unsigned machine_at_ms(const struct machine *m);
/* Lets libgammu read what the modem said unasked. */
void machine_hear(struct machine *m);
/* An empty report of this kind, to fill. */
struct modem_report *machine_report(struct machine *m, enum modem_report_kind kind);
void machine_say(struct machine *m, const struct modem_report *r, size_t n);
#define machine_tell(m, r, last) \
	machine_say(m, r, offsetof(struct modem_report, last) + sizeof((r)->last))

/* modem_gammu_open.c */
MUST_CHECK enum rc machine_open(struct machine *m);
void machine_close(struct machine *m);
/* It is still as we set it up: after a reboot of its own libgammu would submit in another mode. */
bool machine_is_same(struct machine *m);
/* Is it registered, and is it still as we set it up? */
void machine_check(struct machine *m);

/* modem_gammu_read.c */
void machine_look(struct machine *m);
void machine_delete(struct machine *m, const struct modem_order *o);
void machine_on_sms(GSM_StateMachine *s, GSM_SMSMessage *sms, void *arg);

/* modem_gammu_send.c */
void machine_send(struct machine *m, struct modem_order *o);
void machine_on_sent(GSM_StateMachine *s, int status, int ref, void *arg);

/* modem_gammu_ussd.c */
void machine_ussd_open(struct machine *m);
void machine_ussd_check(struct machine *m);
/* The rest of a +CUSD line that plain AT met. */
void machine_ussd_line(struct machine *m, const char *rest);
void machine_say_ussd(struct machine *m, const char *text);
void machine_end_ussd(struct machine *m);
/* Hands what the network said to the loop. */
void machine_tell_ussd(struct machine *m);

#endif
