/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The USSD gateway: phones that dial, and how its dialect of SMPP says so.
 * It knows no menu. Called by smsc_submit.c, smsc_deliver.c, smsc_ctl*.c and the loop.
 */
#ifndef SHYRAQ_SMSC_USSD_H
#define SHYRAQ_SMSC_USSD_H

#include <jansson.h>

#include "smpp_text.h"

struct smsc;
struct smsc_account;
struct smsc_conn;

enum ussd_where {
	USSD_ITS,       /* its_session_info: session, then dialogue number and end bit */
	USSD_ITS15,     /* its_session_info: session in 15 bits, then the end bit */
	USSD_REFERENCE, /* user_message_reference */
	USSD_NOWHERE,   /* the MSISDN is the session */
};

enum {
	USSD_NO_OP = -1,
	USSD_DIALECTS_MAX = 16,
};

/* A row: what the gateway sends, what it understands. */
struct ussd_dialect {
	char name[24];
	enum ussd_where where;
	int begin, answer,
	    abort;     /* ussd_service_op; abort: USSD_NO_OP, it tells nobody */
	int more, end; /* end: USSD_NO_OP, only the end bit closes */
	bool in_dest; /* destination_addr has the dialled string, short_message nothing */
};

struct ussd_session;

struct ussd {
	struct ussd_dialect dialect[USSD_DIALECTS_MAX];
	size_t dialects;
	const struct ussd_dialect *speaks;
	struct ussd_session *first;
	uint64_t serial;
	int64_t step_ms;    /* the service has so long for a screen */
	int64_t user_ms;    /* a person so long for an answer */
	int64_t session_ms; /* both together */
};

void ussd_init(struct ussd *u);
/* RC_REFUSED: the file; logged. */
MUST_CHECK enum rc ussd_read_conf(struct ussd *u, const char *path);
/* False: there is none of that name. */
bool ussd_speak(struct ussd *u, const char *dialect);

/* Whether it is one of USSD's. */
bool ussd_is(const struct smpp_pdu *pdu);
/* A screen from the service: the status of the response. */
uint32_t ussd_take(struct smsc_conn *c, const struct smpp_pdu *in,
    const struct smpp_body *body, const char *text);
/* Whether the session still wants what was to be brought; 0: nobody's, it does. */
bool ussd_wants(const struct smsc *s, uint64_t session);
/* What a step was answered with. */
void ussd_answered(struct smsc *s, uint64_t session, uint32_t status);

/*
 * What a phone does. NULL: done; else why not. A phone that dials in mid-session leaves that one;
 * `silent`, and the service is not told.
 */
const char *ussd_dial(struct smsc *s, struct smsc_account *a, const char *from,
    const char *code, bool silent, uint64_t *session);
const char *ussd_key(struct smsc *s, const char *from, const char *text);
const char *ussd_hang_up(struct smsc *s, const char *from);
/* From the next PDU on its session has that id. */
const char *ussd_change(struct smsc *s, const char *from, uint16_t id);
/* A new object, or null. */
json_t *ussd_entry(const struct smsc *s, const char *from);

void ussd_run(struct smsc *s, int64_t now_ms);
int64_t ussd_due_ms(const struct smsc *s);
void ussd_clear(struct smsc *s);

#endif
