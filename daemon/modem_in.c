/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a modem's thread read: offered to the host, deleted when a verdict came.
 * It never deletes on its own and never reads a text's meaning. Called by modem.c, in the loop.
 */
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "modem_loop.h"
#include "str.h"

static void
order_delete(struct modem *m, struct kept *k)
{
	struct modem_order *o;

	if (k->slot.memory == MODEM_NOWHERE) {
		slots_drop(&m->slots, k);
		return;
	}
	if (m->link.state != LINK_UP || k->ordered)
		return;
	o = modem_order(m, MODEM_DELETE);
	o->slot = k->slot;
	o->broken = k->broken;
	k->ordered = modem_tell(m, o) == RC_OK;
}

/* Committed: what the network kept for us may go. */
void
modem_in_settled(struct link *l, uint64_t handle, enum bus_outcome outcome)
{
	struct modem *m = (struct modem *)l;
	struct kept *k = slots_id(&m->slots, handle);

	if (k == NULL || !k->in_flight)
		return;
	if (outcome == BUS_ASIDE)
		log_warn("modem.aside", "link=%s slot=%d", l->name, k->slot.location);
	k->in_flight = false;
	k->committed = true;
	order_delete(m, k);
}

static void
fill_sms(const struct modem *m, const struct modem_text *t, struct bus_sms_in *in)
{
	struct gsm_concat c;

	memcpy(in->link, m->link.name, sizeof(in->link));
	memcpy(in->link_group, m->link.group, sizeof(in->link_group));
	memcpy(in->from, t->from, sizeof(in->from));
	memcpy(in->smsc, t->smsc, sizeof(in->smsc));
	in->smsc_ms = t->smsc_ms;
	in->smsc_zone = t->smsc_zone && t->smsc_ms != 0;
	in->body = t->body;
	in->udh_n = t->udh_n;
	memcpy(in->udh, t->udh, t->udh_n);
	in->stamp_n = t->stamp_n;
	memcpy(in->stamp, t->stamp, t->stamp_n);
	in->text_n = t->text_n;
	memcpy(in->text, t->text, t->text_n);
	in->text[t->text_n] = '\0';
	/* a malformed one keeps its header: the worker decides */
	if (t->udh_n > 0 && gsm_concat_parse(t->udh, t->udh_n, &c) == RC_OK) {
		in->part = c.part;
		in->total = c.total;
		in->ref = c.ref;
		in->ref_bits = c.ref_bits;
	}
}

static void
take(struct modem *m, struct kept *k, const struct modem_text *t)
{
	const struct link_host *h = m->link.host;
	static struct bus_msg msg; /* large; one loop */
	struct peer_ref who = { "-" };
	struct phone from = { "" };

	memset(&msg, 0, offsetof(struct bus_msg, u.sms_in.text));
	if (t->is_receipt) {
		msg.type = BUS_RECEIPT;
		memcpy(msg.u.receipt.link, m->link.name, sizeof(msg.u.receipt.link));
		memcpy(msg.u.receipt.link_group, m->link.group,
		    sizeof(msg.u.receipt.link_group));
		memcpy(msg.u.receipt.to, t->from, sizeof(msg.u.receipt.to));
		msg.u.receipt.ref = t->ref;
		msg.u.receipt.delivered = t->delivered;
		msg.u.receipt.final = t->final;
	} else {
		msg.type = BUS_SMS_IN;
		fill_sms(m, t, &msg.u.sms_in);
		msg.u.sms_in.again = k->offered;
	}
	if (h->took(h->arg, &m->link, &msg, k->id, k->first_ms) != RC_OK)
		return;
	k->in_flight = true;
	if (k->offered)
		return;
	k->offered = true;
	m->link.count.texts += !t->is_receipt;
	m->link.last_in = clock_boot_ms();
	m->link.count.receipts += t->is_receipt;
	m->link.count.broken += t->body == BUS_BODY_BROKEN;
	memcpy(from.s, t->from, sizeof(from.s));
	if (t->from[0] != '\0')
		who = peer_ref(&from);
	log_info(t->is_receipt ? "modem.receipt" : "modem.text",
	    "link=%s ref=%s body=%d bytes=%u", m->link.name, who.s, (int)t->body,
	    t->text_n);
}

void
modem_in_text(struct modem *m, const struct modem_text *t)
{
	struct kept *k = slots_at(&m->slots, &t->slot);

	if (k != NULL && k->slot.print != t->slot.print) {
		/* the slot holds something else by now */
		slots_drop(&m->slots, k);
		k = NULL;
	}
	if (k == NULL)
		k = slots_new(&m->slots, &t->slot);
	k->seen = true;
	k->broken = t->body == BUS_BODY_BROKEN;
	if (t->is_receipt && t->from[0] == '\0')
		k->committed = true; /* of no use to anyone */
	if (k->committed)
		order_delete(m, k);
	else if (!k->in_flight)
		take(m, k, t);
}

void
modem_in_deleted(struct modem *m, const struct modem_report *r)
{
	struct kept *k = slots_at(&m->slots, &r->u.slot);

	if (!r->ok)
		log_warn("modem.undeleted", "link=%s slot=%d", m->link.name,
		    r->u.slot.location);
	m->link.count.deleted += r->ok;
	if (r->ok && m->link.slots_used > 0)
		m->link.slots_used--;
	if (k == NULL || k->slot.print != r->u.slot.print)
		return;
	k->ordered = false; /* what did not go is ordered again when it is seen again */
	if (r->ok)
		slots_drop(&m->slots, k);
}

void
modem_in_anew(struct modem *m)
{
	m->link.host->withdraw(m->link.host->arg, &m->link);
	slots_reopened(&m->slots);
}
