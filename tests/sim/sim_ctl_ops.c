/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of the control socket, a table with a handler each.
 * Never trusts a field: each is read with its type, its bound and its default.
 * Called by sim_ctl.c; texts to the SIM are cut in sim_ctl_text.c, faults set in sim_ctl_fault.c.
 */
#include "sim_ctl_ops.h"

#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "sim_ctl_text.h"
#include "sim_ussd.h"

typedef json_t *ctl_handler(struct sim *s, const json_t *req, struct ctl_follow *follow);

json_t *
ctl_sent_entry(const struct sent *e)
{
	static const char *const alphabet[] = {
		[PDU_GSM7] = "gsm7", [PDU_8BIT] = "8bit", [PDU_UCS2] = "ucs2"
	};
	const struct pdu_submit *p = &e->submit;
	char udh[2 * PDU_UDH_MAX + 1] = "";
	json_t *j = json_object();
	size_t i;

	for (i = 0; i < p->udh_len; i++)
		snprintf(udh + 2 * i, 3, "%02X", p->udh[i]);
	ctl_set(j, "seq", json_integer((json_int_t)e->seq));
	ctl_set(j, "at_ms", json_integer(e->at_ms));
	ctl_set(j, "ref", json_integer(e->ref));
	ctl_set(j, "to", json_string(p->to));
	ctl_set(j, "smsc", json_string(p->smsc));
	ctl_set(j, "text", json_string(p->text));
	ctl_set(j, "alphabet", json_string(alphabet[p->alphabet]));
	ctl_set(j, "dcs", json_integer(p->dcs));
	ctl_set(j, "pid", json_integer(p->pid));
	ctl_set(j, "udh", json_string(udh));
	if (p->concat) {
		ctl_set(j, "concat_ref", json_integer(p->concat_ref));
		ctl_set(j, "part", json_integer(p->part));
		ctl_set(j, "total", json_integer(p->total));
	}
	ctl_set(
	    j, "vp_minutes", p->vp_relative ? json_integer(p->vp_minutes) : json_null());
	ctl_set(j, "vp_other", json_boolean(p->has_vp && !p->vp_relative));
	ctl_set(j, "wants_receipt", json_boolean(p->wants_receipt));
	ctl_set(j, "pdu", json_string(e->hex));
	return j;
}

static json_t *
on_sent(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	int64_t after = ctl_int(req, "after", 0);
	json_t *list = json_array();
	size_t i;

	(void)follow;
	for (i = 0; i < s->store.sents; i++) {
		if ((int64_t)s->store.sent[i].seq <= after)
			continue;
		if (json_array_append_new(list, ctl_sent_entry(&s->store.sent[i])) != 0)
			break;
	}
	return json_pack("{s:b, s:I, s:o}", "ok", 1, "last",
	    (json_int_t)s->store.last_seq, "sent", list);
}

static json_t *
on_follow(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	int64_t after = ctl_int(req, "after", (int64_t)s->store.last_seq);

	follow->on = true;
	follow->after = after < 0 ? 0 : (uint64_t)after;
	return json_pack("{s:b, s:I}", "ok", 1, "last", (json_int_t)s->store.last_seq);
}

static json_t *
on_text(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	(void)follow;
	return ctl_text_order(s, req);
}

static json_t *
on_pdu(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	const char *hex = ctl_string(req, "pdu", NULL);
	size_t i;

	(void)follow;
	if (hex == NULL || *hex == '\0' || strlen(hex) > SLOT_HEX_MAX)
		return ctl_error("pdu: 1 to 1024 characters");
	for (i = 0; hex[i] != '\0'; i++) {
		if (hex[i] <= ' ' || hex[i] > '~')
			return ctl_error("pdu: printable ASCII only");
	}
	if (net_arrive(s, hex, ctl_bool(req, "report", false)) != RC_OK)
		return ctl_error("the network's queue is full");
	net_run(s, sim_now_ms());
	return json_pack("{s:b, s:I}", "ok", 1, "queued", (json_int_t)s->net.waiting);
}

static json_t *
on_receipt(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	static const struct {
		const char *name;
		uint8_t status;
	} states[] = { { "delivered", 0x00 }, { "failed", 0x41 }, { "expired", 0x46 },
		{ "pending", 0x20 } };
	const char *state = ctl_string(req, "state", "delivered");
	int64_t seq = ctl_int(req, "seq", 0), ref = ctl_int(req, "ref", -1);
	int64_t delay = ctl_int(req, "delay_ms", 0), status = ctl_int(req, "status", -1);
	const struct sent *of = NULL;
	size_t i;

	(void)follow;
	if (seq > 0)
		of = store_sent_by_seq(&s->store, (uint64_t)seq);
	else if (ref >= 0 && ref <= 255)
		of = store_sent_by_ref(&s->store, (uint8_t)ref);
	if (of == NULL)
		return ctl_error("seq or ref: nothing was sent with it");
	for (i = 0; i < ARRAY_LEN(states) && status < 0; i++) {
		if (strcmp(states[i].name, state) == 0)
			status = states[i].status;
	}
	if (status < 0 || status > 255 || delay < 0 || delay > 86400000)
		return ctl_error(
		    "state: delivered, failed, expired or pending; delay_ms: to a day");
	if (net_report(s, of, (uint8_t)status, delay) != RC_OK)
		return ctl_error("too many receipts wait");
	return ctl_done();
}

static json_t *
on_receipts(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	static const char *const mode[] = { [NET_RECEIPTS_OFF] = "off",
		[NET_RECEIPTS_AUTO] = "auto",
		[NET_RECEIPTS_MANUAL] = "manual" };
	const char *want = ctl_string(req, "mode", "");
	int64_t delay = ctl_int(req, "delay_ms", 0);
	size_t i;

	(void)follow;
	for (i = 0; i < ARRAY_LEN(mode); i++) {
		if (strcmp(want, mode[i]) == 0 && delay >= 0 && delay <= 86400000) {
			s->net.receipts = (enum net_receipts)i;
			s->net.receipt_delay_ms = delay;
			return ctl_done();
		}
	}
	return ctl_error("mode: off, auto or manual; delay_ms: to a day");
}

static json_t *
on_clear(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	(void)req;
	(void)follow;
	fault_clear(s);
	return ctl_done();
}

static json_t *
faults_in_force(const struct sim *s)
{
	const struct fault *f = &s->fault;
	int64_t now = sim_now_ms();
	const struct {
		const char *name;
		bool on;
	} all[] = {
		{ "silent", now < f->silent_until },
		{ "garbage", f->junk_left != 0 },
		{ "hangup", s->tty.master < 0 || f->hang_up_at_submit >= 0 },
		{ "cms", f->cms_left != 0 },
		{ "no_result", f->no_result_left != 0 },
		{ "late_result", f->late_left != 0 },
		{ "registration", !net_is_registered(&s->net) },
		{ "memory_full", f->full },
		{ "reboot", fault_is_dark(f, now) || f->reboot_at_submit >= 0 },
		{ "slow", s->tty.bps != s->opt.bps },
		{ "delete_fails", f->delete_left != 0 },
		{ "unannounced", f->unannounced_left != 0 },
	};
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i].on &&
		    json_array_append_new(list, json_string(all[i].name)) != 0)
			break;
	}
	return list;
}

static json_t *
on_status(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	const struct sim_counts *n = &s->count;
	const int *cnmi = s->at.cnmi;
	json_t *j = ctl_done();

	(void)req;
	(void)follow;
	ctl_set(j, "slots_used", json_integer(store_used(&s->store)));
	ctl_set(j, "slots_total", json_integer(s->store.total));
	ctl_set(j, "slots_bound", json_integer(s->store.bound));
	ctl_set(j, "queued", json_integer((json_int_t)s->net.waiting));
	ctl_set(j, "receipts_due", json_integer((json_int_t)s->net.receipts_due));
	ctl_set(j, "registration", json_integer((int)s->net.registration));
	ctl_set(j, "registered", json_boolean(net_is_registered(&s->net)));
	ctl_set(j, "opened", json_boolean(s->tty.opens > 0));
	ctl_set(j, "cnmi",
	    json_pack("[i,i,i,i,i]", cnmi[0], cnmi[1], cnmi[2], cnmi[3], cnmi[4]));
	ctl_set(j, "charset", json_string(s->at.charset));
	ctl_set(j, "pin",
	    json_string(s->at.pin == AT_PIN_READY ? "ready"
		    : s->at.pin == AT_PIN_WANTED  ? "pin"
						  : "puk"));
	ctl_set(j, "pin_tries", json_integer(s->at.pin_tries));
	ctl_set(j, "lost_bytes", json_integer((json_int_t)s->tty.lost));
	ctl_set(j, "last_seq", json_integer((json_int_t)s->store.last_seq));
	ctl_set(j, "faults", faults_in_force(s));
	ctl_set(j, "counters",
	    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "commands",
		(json_int_t)n->commands, "submits", (json_int_t)n->submits, "refused",
		(json_int_t)n->refused, "deletes", (json_int_t)n->deletes, "reads",
		(json_int_t)n->reads, "lists", (json_int_t)n->lists, "delivered",
		(json_int_t)n->delivered, "reports", (json_int_t)n->reports));
	return j;
}

static json_t *
on_slots(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	json_t *list = json_array();
	const struct slot *slot;
	unsigned i;

	(void)req;
	(void)follow;
	for (i = 1; i <= s->store.total; i++) {
		slot = store_slot(&s->store, i);
		if (slot == NULL)
			continue;
		if (json_array_append_new(list,
			json_pack("{s:i, s:b, s:b, s:s}", "slot", (int)i, "unread",
			    slot->unread, "dummy", slot->dummy, "pdu", slot->hex)) != 0)
			break;
	}
	return json_pack("{s:b, s:o}", "ok", 1, "slots", list);
}

static json_t *
on_ussd(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	int64_t mode = ctl_int(req, "mode", 1);
	const char *text = ctl_string(req, "text", "");

	(void)follow;
	if (mode < 0 || mode > 5)
		return ctl_error("mode: 0 to 5");
	switch (ussd_push(s, (int)mode, text)) {
	case RC_OK:
		return ctl_done();
	case RC_AGAIN:
		return ctl_error("the host has not asked for USSD");
	case RC_REFUSED:
	case RC_BROKEN:
		break;
	}
	return ctl_error("text: to 182 characters");
}

static json_t *
on_ring(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	const char *from = ctl_string(req, "from", "+77010000099");
	int64_t times = ctl_int(req, "times", 3);

	(void)follow;
	if (strlen(from) > PDU_DIGITS_MAX || times < 1 || times > 100)
		return ctl_error("from: a number; times: 1 to 100");
	net_ring(s, from, (unsigned)times);
	return ctl_done();
}

json_t *
ctl_order(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	static const struct {
		const char *op;
		ctl_handler *on;
	} orders[] = {
		{ "text", on_text },
		{ "pdu", on_pdu },
		{ "sent", on_sent },
		{ "follow", on_follow },
		{ "receipt", on_receipt },
		{ "receipts", on_receipts },
		{ "fault", ctl_on_fault },
		{ "clear", on_clear },
		{ "status", on_status },
		{ "slots", on_slots },
		{ "ussd", on_ussd },
		{ "ring", on_ring },
	};
	const char *op = ctl_string(req, "op", "");
	size_t i;

	for (i = 0; i < ARRAY_LEN(orders); i++) {
		if (strcmp(op, orders[i].op) == 0)
			return orders[i].on(s, req, follow);
	}
	return ctl_error("op: not one of the orders");
}
