/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link as links.c and outgoing.c see it: its one or two sessions, its state, its doors.
 * It reads no PDU. Made by shyraqd.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "smpp_link.h"
#include "str.h"

void
smpp_number_of(const struct smpp_address *a, char out[PHONE_MAX])
{
	struct phone p;
	char digits[sizeof(a->digits) + 1] = "+";
	bool plus = a->ton == 1 && a->digits[0] != '+';

	out[0] = '\0';
	/* 5: alphanumeric */
	if (a->ton == 5 || !str_copy(digits + plus, sizeof(digits) - plus, a->digits) ||
	    phone_parse(digits, &p) != RC_OK)
		return;
	memcpy(out, p.s, PHONE_MAX);
}

static bool
all_ended(const struct smpp *l)
{
	for (size_t i = 0; i < l->sessions; i++) {
		if (l->session[i].fsm.state != SESSION_ENDED)
			return false;
	}
	return true;
}

void
smpp_look(struct smpp *l)
{
	enum link_state state = all_ended(l) ? LINK_ENDED : LINK_DOWN;
	bool registered = smpp_session_is_bound(l->tx) && l->tx->leave_at == 0;
	const char *why = NULL;

	for (size_t i = 0; i < l->sessions; i++) {
		if (smpp_session_is_bound(&l->session[i]))
			state = LINK_UP;
		if (l->session[i].refused)
			why = "refused";
	}
	l->change = l->change || state != l->link.state ||
	    registered != l->link.registered || why != l->link.why;
	l->link.state = state;
	l->link.registered = registered;
	l->link.why = why;
}

void
smpp_tell(struct smpp *l)
{
	if (!l->change)
		return;
	l->change = false;
	l->link.host->changed(l->link.host->arg, &l->link);
}

static enum rc
op_send(struct link *link, const struct bus_send *s, struct link_limits limits)
{
	struct smpp *l = (struct smpp *)link;

	if (!link->registered || link->sending || l->stopping)
		return RC_AGAIN;
	smpp_health_tries(l, clock_boot_ms());
	smpp_out_take(l, s, limits);
	return RC_OK;
}

static void
op_run(struct link *link, int64_t now)
{
	smpp_out_run((struct smpp *)link, now);
}

static void
op_hold(struct link *link, bool on)
{
	((struct smpp *)link)->held = on;
}

static enum rc
op_ussd(struct link *link, const char *text)
{
	(void)link;
	(void)text;
	return RC_REFUSED; /* nobody dials through an SMSC */
}

static void
op_ussd_end(struct link *link)
{
	(void)link;
}

static void
op_tick(struct link *link, int64_t now)
{
	struct smpp *l = (struct smpp *)link;

	if (link->state == LINK_ENDED)
		return;
	smpp_numbers_tick(l->numbers, now);
	smpp_in_tick(l, now);
	smpp_out_run(l, now);
	for (size_t i = 0; i < l->sessions; i++)
		smpp_session_tick(&l->session[i], now);
	smpp_look(l);
	smpp_tell(l);
}

static void
op_stop(struct link *link)
{
	((struct smpp *)link)->stopping = true;
}

static void
op_free(struct link *link)
{
	struct smpp *l = (struct smpp *)link;

	for (size_t i = 0; i < l->sessions; i++)
		smpp_session_clear(&l->session[i]);
	smpp_out_clear(l);
	while (l->in.first != NULL) {
		struct smpp_reading *next = l->in.first->next;

		free(l->in.first);
		l->in.first = next;
	}
	free(l);
}

static const struct link_ops smpp_ops = {
	.send = op_send,
	.run = op_run,
	.ussd = op_ussd,
	.ussd_end = op_ussd_end,
	.hold = op_hold,
	.tick = op_tick,
	.stop = op_stop,
	.free = op_free,
};

static void
add_session(struct smpp *l, enum smpp_command bind)
{
	struct smpp_session *s = &l->session[l->sessions++];

	smpp_session_init(s, l, bind);
	if (bind != SMPP_BIND_RECEIVER)
		l->tx = s;
	if (bind != SMPP_BIND_TRANSMITTER)
		l->rx = s;
}

static void
add_sessions(struct smpp *l)
{
	const char *bind = l->conf->bind;
	bool both = strcmp(bind, "both") == 0;

	if (strcmp(bind, "transceiver") == 0)
		add_session(l, SMPP_BIND_TRANSCEIVER);
	if (both || strcmp(bind, "transmitter") == 0)
		add_session(l, SMPP_BIND_TRANSMITTER);
	if (both || strcmp(bind, "receiver") == 0)
		add_session(l, SMPP_BIND_RECEIVER);
}

enum rc
smpp_new(struct loop *loop, const struct smpp_conf *conf, struct smpp_numbers *numbers,
    const struct link_host *host, struct link **out)
{
	struct smpp *l = xcalloc(1, sizeof(*l));

	l->link.ops = &smpp_ops;
	l->link.host = host;
	l->link.settled = smpp_in_settled;
	l->link.signal = -1;
	l->link.prefixes = conf->prefixes;
	l->link.countries = conf->countries;
	l->link.beside = conf->beside;
	l->link.sender = conf->sender;
	l->link.cost = (unsigned)conf->cost;
	l->link.parts_per_minute = (unsigned)conf->parts_per_minute;
	l->loop = loop;
	l->conf = conf;
	l->numbers = numbers;
	if (smpp_conf_read(l) != RC_OK) {
		free(l);
		return RC_REFUSED;
	}
	add_sessions(l);
	*out = &l->link;
	return RC_OK;
}

const struct smpp_conf *
smpp_conf_of(const struct link *link)
{
	return ((const struct smpp *)link)->conf;
}

void
smpp_on_ussd(struct link *link, smpp_ussd_heard *heard, smpp_ussd_said *said, void *arg)
{
	struct smpp *l = (struct smpp *)link;

	l->ussd_heard = heard;
	l->ussd_said = said;
	l->ussd_arg = arg;
}

enum rc
smpp_say(struct link *link, const struct smpp_pdu *pdu, uint64_t handle)
{
	struct smpp *l = (struct smpp *)link;
	struct smpp_pdu copy = *pdu;
	enum rc rc;

	if (!link->registered || l->tx->screens >= SMPP_USSD_REQUESTS / 2)
		return RC_AGAIN;
	rc = smpp_request(l->tx, &copy, REQUEST_SCREEN, handle, l->conf->response_ms);
	if (rc == RC_OK)
		smpp_flush(l->tx);
	return rc;
}
