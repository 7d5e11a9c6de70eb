/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A link over SMPP 3.4 to an operator's SMSC: SMS, and the door for USSD.
 * It acknowledges nothing before its verdict and waits for nobody. Made by shyraqd.c from the config.
 */
#ifndef SHYRAQ_SMPP_H
#define SHYRAQ_SMPP_H

#include <stdbool.h>

#include "conf.h"
#include "link.h"
#include "loop.h"
#include "smpp_count.h"
#include "smpp_pdu.h"
#include "smpp_ussd_conf.h"
#include "ussd_conf.h"

#define SMPP_NO_ANSWER 0xffffffffu /* in place of a status */

/* One group of `links` in the config; smpp_conf.c has the table. */
struct smpp_conf {
	char *name, *daemon, *type, *number, *host, *system_id, *password_file,
	    *system_type, *smsc, *bind, *use, *sender, *prefixes, *countries, *beside,
	    *how_long, *receipt_id, *coding_zero, *address_range;
	char *tls_ca, *tls_name, *tls_cert, *tls_key;
	int64_t cost, port, source_ton, source_npi, dest_ton, dest_npi, window,
	    parts_per_minute, gsm_coding, ucs2_coding;
	int64_t reconnect_ms, reconnect_most_ms, bind_ms, enquire_ms, response_ms,
	    deliver_ms, throttle_ms, validity_step_ms, validity_least_ms,
	    validity_most_ms;
	bool tls, receipts, packed;
	struct ussd_conf
	    ussd; /* for smpp_dialogue.c, with what follows; nothing to the session */
	struct smpp_ussd_conf gateway;
};

extern const struct conf_option smpp_options[];
extern const size_t smpp_options_n;

/*
 * `conf`, `numbers` and `host` are borrowed for the link's life. RC_REFUSED, logged: a value is wrong. It
 * begins to bind with its first tick.
 */
MUST_CHECK enum rc smpp_new(struct loop *loop, const struct smpp_conf *conf,
    struct smpp_numbers *numbers, const struct link_host *host, struct link **out);

/*
 * A deliver_sm or data_sm that is a step of a dialogue: it has ussd_service_op or the service_type "USSD",
 * or the link's use is "ussd". It is answered by what comes first: smpp_step_answer with its number, from
 * within or later, or ESME_RX_T_APPN when `deliver_timeout` is over. The PDU is borrowed.
 */
typedef void smpp_ussd_heard(
    void *arg, struct link *l, const struct smpp_pdu *pdu, uint64_t number);
/*
 * RC_OK: as done; RC_AGAIN: as temporary; else as permanent. False: it has had its answer, or the bind
 * that it came by is gone: the gateway may send it again.
 */
bool smpp_step_answer(struct link *l, uint64_t number, enum rc rc);
/* The answer to what smpp_say said: its status, or SMPP_NO_ANSWER. */
typedef void smpp_ussd_said(void *arg, struct link *l, uint64_t handle, uint32_t status);
/* Once, after smpp_new. Without it steps are answered as permanent. */
void smpp_on_ussd(
    struct link *l, smpp_ussd_heard *heard, smpp_ussd_said *said, void *arg);
/*
 * Says a screen: a submit_sm or data_sm, filled but for its sequence, beside the outbox's window and rate.
 * RC_OK: `said` follows once. RC_AGAIN: not bound, or too many are out. RC_REFUSED: it does not encode.
 */
MUST_CHECK enum rc smpp_say(struct link *l, const struct smpp_pdu *pdu, uint64_t handle);
/* The config of a link that smpp_new made. */
const struct smpp_conf *smpp_conf_of(const struct link *l);

#endif
