/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of the control socket, a table with a handler each, and the events.
 * Never trusts a field: each is read with its type, its bound and its default.
 * Called by smsc_sim.c and by whoever has an event.
 */
#include "smsc_ctl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "smsc.h"
#include "str.h"

static json_t *
event_of(const struct sent *e)
{
	json_t *j = json_copy(e->entry);

	ctl_set(j, "event", json_string("sent"));
	return j;
}

void
ctl_tell_sent(struct smsc *s, const struct sent *e)
{
	sock_tell(s->ctl, event_of(e));
}

void
ctl_tell_screen(
    struct smsc *s, const char *to, uint64_t session, const char *text, bool end)
{
	sock_tell(s->ctl,
	    json_pack("{s:s, s:s, s:I, s:s, s:b, s:I}", "event", "screen", "to", to,
		"session", (json_int_t)session, "text", text, "end", (int)end, "at_ms",
		(json_int_t)clock_wall_ms()));
}

void
ctl_tell_gone(struct smsc *s, const char *to, uint64_t session, const char *why)
{
	sock_tell(s->ctl,
	    json_pack("{s:s, s:s, s:I, s:s}", "event", "gone", "to", to, "session",
		(json_int_t)session, "why", why));
}

void
ctl_tell_bind(const struct smsc_conn *c)
{
	sock_tell(c->s->ctl,
	    json_pack("{s:s, s:I, s:s, s:s}", "event", "bind", "bind",
		(json_int_t)c->serial, "system_id", c->account->id, "how",
		smpp_command_name(c->bound)));
}

void
ctl_tell_unbound(const struct smsc_conn *c)
{
	sock_tell(c->s->ctl,
	    json_pack("{s:s, s:I}", "event", "unbound", "bind", (json_int_t)c->serial));
}

void
ctl_tell_answered(struct smsc *s, uint64_t id, uint32_t status)
{
	sock_tell(s->ctl,
	    json_pack("{s:s, s:I, s:I}", "event", "answered", "delivery", (json_int_t)id,
		"status", (json_int_t)status));
}

/* Of those that are kept the next `most`. */
static json_t *
list_after(const struct smsc *s, uint64_t after, uint64_t most,
    json_t *entry_of(const struct sent *))
{
	uint64_t last = s->submits.last_seq, at = after + 1;
	json_t *list = json_array();

	if (last >= s->submits.keep && at + s->submits.keep <= last)
		at = last - s->submits.keep + 1;
	for (; at <= last && json_array_size(list) < most; at++) {
		const struct sent *e = submit_by_seq(s, at);

		if (e != NULL && json_array_append_new(list, entry_of(e)) != 0)
			break;
	}
	return list;
}

static json_t *
entry_of(const struct sent *e)
{
	return json_incref(e->entry);
}

static json_t *
on_sent(struct smsc *s, const json_t *req)
{
	int64_t after = ctl_int(req, "after", 0), most = ctl_int(req, "most", INT64_MAX);

	return json_pack("{s:b, s:I, s:o}", "ok", 1, "last",
	    (json_int_t)s->submits.last_seq, "sent",
	    list_after(s, after < 0 ? 0 : (uint64_t)after, most < 0 ? 0 : (uint64_t)most,
		entry_of));
}

static json_t *
missed(void *of, uint64_t after)
{
	const struct smsc *s = of;

	return list_after(s, after, UINT64_MAX, event_of);
}

static json_t *
on_phone(struct smsc *s, const json_t *req)
{
	const char *number = ctl_string(req, "number", "");
	const struct handset *h;

	if (*number == '\0' || strlen(number) >= SMSC_NUMBER_SIZE)
		return ctl_error("number: a number");
	h = phone_of(&s->phones, number);
	return json_pack("{s:b, s:O, s:O, s:I, s:I, s:o}", "ok", 1, "texts", h->texts,
	    "screens", h->screens, "received", (json_int_t)h->received, "repeats",
	    (json_int_t)h->repeats, "session", ussd_entry(s, number));
}

static json_t *
on_receipt(struct smsc *s, const json_t *req)
{
	const char *state = ctl_string(req, "state", "DELIVRD");
	const char *id = ctl_string(req, "message_id", NULL);
	int64_t seq = ctl_int(req, "seq", 0), delay = ctl_int(req, "delay_ms", 0);
	const struct sent *of = id != NULL ? submit_by_id(s, id)
	    : seq > 0                      ? submit_by_seq(s, (uint64_t)seq)
					   : NULL;

	if (of == NULL)
		return ctl_error("seq or message_id: nothing was accepted with it");
	if (!receipt_is_state(state))
		return ctl_error("state: DELIVRD, UNDELIV, EXPIRED, REJECTD, DELETED, "
				 "ACCEPTD, ENROUTE or UNKNOWN");
	if (delay < 0 || delay > 86400000)
		return ctl_error("delay_ms: to a day");
	receipt_later(s, of, state, delay);
	return ctl_done();
}

/* What was dialled names the short code, unless `to` does. */
static struct smsc_account *
dialled(struct smsc *s, const json_t *req, const char *code)
{
	const char *to = ctl_string(req, "to", NULL);
	char digits[22] = "";
	size_t n = 0;

	while (to == NULL && *code != '\0' && !isdigit((unsigned char)*code))
		code++;
	for (; to == NULL && isdigit((unsigned char)*code) && n + 1 < sizeof(digits);
	     code++)
		digits[n++] = *code;
	return smsc_account_of(s, to != NULL ? to : digits);
}

static json_t *
on_dial(struct smsc *s, const json_t *req)
{
	const char *code = ctl_string(req, "code", "*8500#"), *wrong;
	uint64_t session = 0;

	wrong = ussd_dial(s, dialled(s, req, code), ctl_string(req, "from", ""), code,
	    ctl_bool(req, "silent", false), &session);
	if (wrong != NULL)
		return ctl_error(wrong);
	return json_pack("{s:b, s:I}", "ok", 1, "session", (json_int_t)session);
}

static json_t *
answer(const char *wrong)
{
	return wrong == NULL ? ctl_done() : ctl_error(wrong);
}

static json_t *
on_key(struct smsc *s, const json_t *req)
{
	return answer(
	    ussd_key(s, ctl_string(req, "from", ""), ctl_string(req, "text", "")));
}

static json_t *
on_hangup(struct smsc *s, const json_t *req)
{
	return answer(ussd_hang_up(s, ctl_string(req, "from", "")));
}

static json_t *
on_ussd(struct smsc *s, const json_t *req)
{
	const char *from = ctl_string(req, "from", ""), *wrong;
	int64_t id = ctl_int(req, "id", -1);

	if (id > 0xffff)
		return ctl_error("id: to 65535");
	wrong = id < 0 ? NULL : ussd_change(s, from, (uint16_t)id);
	if (wrong != NULL)
		return ctl_error(wrong);
	return json_pack("{s:b, s:o}", "ok", 1, "session", ussd_entry(s, from));
}

/* A PDU to every bind, or the one of that number. */
static json_t *
to_binds(
    struct smsc *s, const json_t *req, enum smpp_command command, struct smpp_octets raw)
{
	int64_t serial = ctl_int(req, "bind", 0);
	size_t n = 0;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		struct smsc_conn *c = &s->conns[i];
		enum rc rc;

		if (c->fd < 0 || (serial != 0 && (int64_t)c->serial != serial))
			continue;
		rc = raw.p != NULL ? smsc_conn_raw(c, raw.p, raw.n)
				   : smsc_conn_ask(c, command);
		if (rc != RC_OK)
			smsc_conn_close(c);
		n++;
	}
	return n > 0 ? ctl_done() : ctl_error("bind: there is none");
}

static json_t *
on_enquire(struct smsc *s, const json_t *req)
{
	return to_binds(s, req, SMPP_ENQUIRE_LINK, (struct smpp_octets){ 0 });
}

static json_t *
on_unbind(struct smsc *s, const json_t *req)
{
	return to_binds(s, req, SMPP_UNBIND, (struct smpp_octets){ 0 });
}

static json_t *
on_pdu(struct smsc *s, const json_t *req)
{
	static uint8_t octets[SOCK_LINE_MAX / 2];
	size_t n = 0;

	if (!str_unhex(octets, sizeof(octets), &n, ctl_string(req, "pdu", "")) || n == 0)
		return ctl_error("pdu: hex");
	return to_binds(
	    s, req, SMPP_COMMANDS, (struct smpp_octets){ .p = octets, .n = n });
}

static json_t *
on_clear(struct smsc *s, const json_t *req)
{
	(void)req;
	fault_clear(s);
	return ctl_done();
}

static json_t *
on_seed(struct smsc *s, const json_t *req)
{
	s->fault.seed = (uint64_t)ctl_int(req, "value", 1);
	return ctl_done();
}

static json_t *
on_follow(struct smsc *s, const json_t *req)
{
	(void)req;
	return json_pack("{s:b, s:I}", "ok", 1, "last", (json_int_t)s->submits.last_seq);
}

static json_t *
on_order(void *of, const json_t *req, struct ctl_follow *follow)
{
	static const struct {
		const char *op;
		ctl_handler *on;
	} orders[] = {
		{ "text", ctl_on_text },
		{ "sent", on_sent },
		{ "follow", on_follow },
		{ "phone", on_phone },
		{ "receipts", ctl_on_receipts },
		{ "receipt", on_receipt },
		{ "dial", on_dial },
		{ "key", on_key },
		{ "hangup", on_hangup },
		{ "ussd", on_ussd },
		{ "set", ctl_on_set },
		{ "enquire", on_enquire },
		{ "unbind", on_unbind },
		{ "pdu", on_pdu },
		{ "fault", ctl_on_fault },
		{ "clear", on_clear },
		{ "seed", on_seed },
		{ "status", ctl_on_status },
	};
	struct smsc *s = of;
	const char *op = ctl_string(req, "op", "");
	int64_t after = ctl_int(req, "after", (int64_t)s->submits.last_seq);

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (strcmp(op, orders[i].op) != 0)
			continue;
		follow->on = orders[i].on == on_follow;
		follow->after = after < 0 ? 0 : (uint64_t)after;
		return orders[i].on(s, req);
	}
	return ctl_error("op: not one of the orders");
}

enum rc
ctl_open(struct smsc *s, const char *path)
{
	static const struct sock_owner owner = { .order = on_order, .missed = missed };

	return sock_open(&s->ctl, path, &owner, s);
}
