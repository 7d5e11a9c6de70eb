/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The message commands: list, read, delete, submit, and how arrivals are told.
 * PDU mode only. Never keeps a text: sim_store.c and sim_net.c do.
 * Called by the table in sim_at.c and by sim_net.c.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "sim_ctl.h"

enum {
	CMS_NOT_SUPPORTED = 303,
	CMS_WRONG_PDU = 304,
	CMS_WRONG_INDEX = 321,
	CMS_NO_NETWORK = 331,
	TPDU_MAX = 164,
	STATE_UNREAD = 0,
	STATE_READ = 1,
	STATE_ALL = 4,
};

static const struct at_result ok = { AT_OK, 0 };
static const struct at_result error = { AT_ERROR, 0 };

struct at_result
at_on_accept(struct sim *s, const struct at_command *c)
{
	(void)s;
	(void)c;
	return ok;
}

struct at_result
at_on_cmgf(struct sim *s, const struct at_command *c)
{
	if (c->form == AT_READ)
		at_answer(s, "+CMGF: 0");
	else if (at_int(c, 0, 0) != 0)
		return at_cms(CMS_NOT_SUPPORTED);
	return ok;
}

struct at_result
at_on_cnmi(struct sim *s, const struct at_command *c)
{
	static const int most[AT_CNMI_VALUES] = { 2, 3, 3, 2, 1 };
	int *now = s->at.cnmi, v[AT_CNMI_VALUES];
	unsigned i;

	if (c->form == AT_READ) {
		at_answer(
		    s, "+CNMI: %d,%d,%d,%d,%d", now[0], now[1], now[2], now[3], now[4]);
		return ok;
	}
	for (i = 0; i < AT_CNMI_VALUES; i++) {
		v[i] = at_int(c, i, now[i]);
		if (v[i] < 0 || v[i] > most[i])
			return error;
	}
	memcpy(now, v, sizeof v);
	return ok;
}

struct at_result
at_on_cpms(struct sim *s, const struct at_command *c)
{
	unsigned used = store_used(&s->store), size = s->store.total, i;
	char memory[8] = "";

	if (c->form == AT_READ) {
		at_answer(s, "+CPMS: \"SM\",%u,%u,\"SM\",%u,%u,\"SM\",%u,%u", used, size,
		    used, size, used, size);
		return ok;
	}
	for (i = 0; i < 3 && at_text(c, i, memory, sizeof memory); i++) {
		if (strcmp(memory, "SM") != 0)
			return at_cms(302);
	}
	if (i == 0)
		return error;
	at_answer(s, "+CPMS: %u,%u,%u,%u,%u,%u", used, size, used, size, used, size);
	return ok;
}

struct at_result
at_on_csca(struct sim *s, const struct at_command *c)
{
	char number[sizeof s->at.smsc];

	if (c->form == AT_READ) {
		at_answer(
		    s, "+CSCA: \"%s\",%d", s->at.smsc, s->at.smsc[0] == '+' ? 145 : 129);
		return ok;
	}
	if (!at_text(c, 0, number, sizeof number))
		return error;
	memcpy(s->at.smsc, number, sizeof number);
	return ok;
}

static void
show(struct sim *s, const char *head, struct slot *slot)
{
	at_answer(s, "%s%d,,%zu\r\n%s", head, slot->unread ? STATE_UNREAD : STATE_READ,
	    pdu_hex_tpdu_len(slot->hex), slot->hex);
	slot->unread = false;
}

struct at_result
at_on_cmgl(struct sim *s, const struct at_command *c)
{
	int state = at_int(c, 0, STATE_UNREAD);
	struct slot *slot;
	char head[32];
	unsigned i;

	if (state < STATE_UNREAD || state > STATE_ALL)
		return error;
	s->count.lists++;
	for (i = 1; i <= s->store.total; i++) {
		slot = store_slot(&s->store, i);
		if (slot == NULL || (state != STATE_ALL && state != !slot->unread))
			continue;
		snprintf(head, sizeof head, "+CMGL: %u,", i);
		show(s, head, slot);
	}
	return ok;
}

struct at_result
at_on_cmgr(struct sim *s, const struct at_command *c)
{
	int index = at_int(c, 0, -1);
	struct slot *slot = index < 0 ? NULL : store_slot(&s->store, (unsigned)index);

	if (slot == NULL)
		return at_cms(CMS_WRONG_INDEX);
	s->count.reads++;
	show(s, "+CMGR: ", slot);
	return ok;
}

/* the second argument of AT+CMGD: 1 read ones, 2 and 3 those and stored ones, 4 all */
static void
delete_many(struct sim *s, int which)
{
	struct slot *slot;
	unsigned i;

	for (i = 1; i <= s->store.total; i++) {
		slot = store_slot(&s->store, i);
		if (slot == NULL || (which != 4 && slot->unread))
			continue;
		if (store_delete(&s->store, i) == RC_OK)
			ctl_tell_deleted(s, i);
	}
}

struct at_result
at_on_cmgd(struct sim *s, const struct at_command *c)
{
	int index = at_int(c, 0, -1), which = at_int(c, 1, 0);
	bool there = index > 0 && store_slot(&s->store, (unsigned)index) != NULL;

	if (which < 0 || which > 4)
		return error;
	if (fault_use(&s->fault.delete_left))
		return at_cms(s->fault.delete_code);
	s->count.deletes++;
	if (which > 0) {
		delete_many(s, which);
		return ok;
	}
	if (index < 0 || store_delete(&s->store, (unsigned)index) != RC_OK)
		return at_cms(CMS_WRONG_INDEX);
	if (there)
		ctl_tell_deleted(s, (unsigned)index);
	return ok;
}

struct at_result
at_on_cmgs(struct sim *s, const struct at_command *c)
{
	int announced = at_int(c, 0, -1);

	if (announced < 1 || announced > TPDU_MAX)
		return at_cms(CMS_WRONG_PDU);
	s->at.announced = (size_t)announced;
	s->at.prompt = true;
	tty_put(&s->tty, "\r\n> ", 4);
	return (struct at_result){ AT_NOTHING, 0 };
}

struct at_result
at_submit(struct sim *s, const char *hex, size_t len)
{
	struct pdu_submit submit;
	const struct sent *sent;
	struct pdu pdu;

	if (pdu_from_hex(&pdu, hex, len) != RC_OK ||
	    pdu_read_submit(&submit, &pdu, s->at.announced) != RC_OK) {
		s->count.refused++;
		return at_cms(CMS_WRONG_PDU);
	}
	if (fault_use(&s->fault.cms_left)) {
		s->count.refused++;
		return at_cms(s->fault.cms_code);
	}
	if (!net_is_registered(&s->net)) {
		s->count.refused++;
		return at_cms(CMS_NO_NETWORK);
	}
	sent = net_accept(s, &pdu, &submit);
	if (fault_at_submit(s))
		return (struct at_result){ AT_NOTHING, 0 };
	return (struct at_result){ AT_OK, sent->ref };
}

bool
at_takes_texts(const struct sim *s)
{
	return s->at.powered && s->at.pin == AT_PIN_READY;
}

bool
at_routes_direct(const struct sim *s, bool report)
{
	if (s->at.cnmi[AT_CNMI_MODE] == 0)
		return false;
	return report ? s->at.cnmi[AT_CNMI_REPORT] == 1 : s->at.cnmi[AT_CNMI_TEXT] == 2;
}

void
at_tell_direct(struct sim *s, const char *hex, bool report)
{
	if (report)
		at_unasked(s, "+CDS: %zu\r\n%s", pdu_hex_tpdu_len(hex), hex);
	else
		at_unasked(s, "+CMT: ,%zu\r\n%s", pdu_hex_tpdu_len(hex), hex);
}

void
at_tell_stored(struct sim *s, unsigned index, bool report)
{
	int asked = s->at.cnmi[report ? AT_CNMI_REPORT : AT_CNMI_TEXT];

	if (s->at.cnmi[AT_CNMI_MODE] == 0 || asked == 0)
		return;
	if (fault_use(&s->fault.unannounced_left))
		return;
	at_unasked(s, "%s: \"SM\",%u", report ? "+CDSI" : "+CMTI", index);
}
