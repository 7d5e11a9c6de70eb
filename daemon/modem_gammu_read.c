/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies in the modem's slots: read all, report in order of SMSC time, delete when told.
 * It never joins parts, never deletes on its own, and lets no slot that libgammu cannot decode hide
 * the others. Called by modem_gammu.c, in the modem's thread.
 */
#include "modem_gammu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "modem_text.h"
#include "str.h"
#include "variant.h"

#define CUT_MOST 3
#define SLOTS_MOST 4096
#define BROKEN_MOST 64

/* Never libgammu from here: it waits for an answer of its own. */
void
machine_on_sms(GSM_StateMachine *s, GSM_SMSMessage *sms, void *arg)
{
	struct machine *m = arg;
	struct machine_hint *h;

	(void)s;
	m->told = m->told_since_poll = true;
	if (sms->PDU != SMS_Status_Report || m->hints_n == MACHINE_HINTS)
		return;
	/* the list of slots does not show the memory for reports; a report may come whole, too */
	h = &m->hints[m->hints_n];
	memset(h, 0, sizeof(*h));
	if (sms->Memory == MEM_SR) {
		h->memory = MEM_SR;
		h->location = sms->Location;
		m->hints_n++;
	} else if (sms->Memory == 0 && sms->Location == 0) {
		h->memory = MODEM_NOWHERE;
		h->text.slot.memory = MODEM_NOWHERE;
		h->text.is_receipt = true;
		h->text.ref = sms->MessageReference;
		h->text.delivered = sms->DeliveryStatus == 0;
		h->text.final = sms->DeliveryStatus == 0 || sms->DeliveryStatus >= 0x40;
		modem_text_utf8(h->text.from, sizeof(h->text.from), sms->Number,
		    modem_text_units(sms->Number, PHONE_MAX - 1), false);
		m->hints_n++;
	}
}

static struct modem_text *
found_new(struct machine *m)
{
	if (m->found_n == m->found_max) {
		m->found_max = m->found_max == 0 ? 32 : m->found_max * 2;
		m->found = xreallocarray(m->found, m->found_max, sizeof(*m->found));
	}
	memset(&m->found[m->found_n], 0, sizeof(*m->found));
	return &m->found[m->found_n++];
}

/* "" for what is no number. */
static void
number_of(char out[PHONE_MAX], const unsigned char *utf16)
{
	char raw[4 * PHONE_MAX];
	struct phone phone;

	modem_text_utf8(raw, sizeof(raw), utf16,
	    modem_text_units(utf16, GSM_MAX_NUMBER_LENGTH), false);
	memset(out, 0, PHONE_MAX);
	if (phone_parse(raw, &phone) == RC_OK)
		memcpy(out, phone.s, PHONE_MAX);
}

static void
set_time(struct modem_text *t, const GSM_DateTime *d)
{
	struct modem_time when = { d->Year, d->Month, d->Day, d->Hour, d->Minute,
		d->Second, d->Timezone };
	size_t n = 0;

	t->smsc_ms = modem_time_ms(&when, &t->smsc_zone);
	if (!str_add(t->stamp, sizeof(t->stamp), &n, "%04d%02d%02d%02d%02d%02d%+04d",
		d->Year % 10000, d->Month, d->Day, d->Hour, d->Minute, d->Second,
		d->Timezone / 900))
		n = 0;
	t->stamp_n = (uint32_t)n;
}

static uint64_t
print_of(const struct modem_text *t)
{
	uint64_t p = modem_print(MODEM_PRINT, t->from, strlen(t->from));

	p = modem_print(p, t->smsc, strlen(t->smsc));
	p = modem_print(p, t->stamp, t->stamp_n);
	p = modem_print(p, t->udh, t->udh_n);
	p = modem_print(p, &t->ref, sizeof(t->ref));
	return modem_print(p, t->text, t->text_n);
}

/* libgammu copies a header of any claimed length; one longer than its room is not to be believed. */
static bool
has_sound_header(const GSM_SMSMessage *s)
{
	return s->UDH.Length >= 0 && s->UDH.Length <= BUS_UDH_MAX &&
	    (s->UDH.Length == 0 || s->UDH.Text[0] + 1 == s->UDH.Length) &&
	    s->Length >= 0 && s->Length <= 160;
}

static void
set_text(struct modem_text *t, const GSM_SMSMessage *s)
{
	size_t n = (size_t)s->Length;

	t->udh_n = (uint32_t)s->UDH.Length;
	memcpy(t->udh, s->UDH.Text, t->udh_n);
	if (s->Coding == SMS_Coding_8bit) {
		t->body = BUS_BODY_DATA;
		memcpy(t->text, s->Text, n);
		t->text_n = (uint32_t)n;
		return;
	}
	t->body = BUS_BODY_TEXT;
	if (s->Coding == SMS_Coding_Unicode_No_Compression)
		n = modem_text_utf8(t->text, sizeof(t->text), s->Text, n, true);
	else
		n = modem_text_utf8(t->text, sizeof(t->text), s->Text,
		    modem_text_units(s->Text, n), false);
	t->text_n = (uint32_t)n;
}

/*
 * libgammu loses the error of a command when an unasked line comes in the same read; but it names the
 * folder last of all, so that a message without one was not decoded.
 */
static bool
is_decoded(const GSM_SMSMessage *s)
{
	return s->Folder != 0 && s->PDU != 0;
}

/* RC_REFUSED: not what libgammu took it for. RC_AGAIN: a text of ours, kept by the modem: left alone. */
static enum rc
take(struct machine *m, const GSM_SMSMessage *s, int memory)
{
	struct modem_text *t;

	if (!is_decoded(s))
		return RC_REFUSED;
	if (s->PDU == SMS_Submit)
		return RC_AGAIN;
	if (s->PDU == SMS_Deliver && !has_sound_header(s))
		return RC_REFUSED;
	t = found_new(m);
	t->slot.memory = memory;
	t->slot.location = s->Location;
	number_of(t->from, s->Number);
	number_of(t->smsc, s->SMSC.Number);
	set_time(t, &s->DateTime);
	if (s->PDU == SMS_Status_Report) {
		t->is_receipt = true;
		t->ref = s->MessageReference;
		/* 3GPP TS 23.040 9.2.3.15: 1 is "handed on, not confirmed", 0x20.. "still trying" */
		t->delivered = s->DeliveryStatus == 0;
		t->final = s->DeliveryStatus == 0 || s->DeliveryStatus >= 0x40;
	} else {
		set_text(t, s);
	}
	t->slot.print = print_of(t);
	return RC_OK;
}

/* Asks libgammu for one slot; it also sets the memory that plain AT then sees. */
static GSM_Error
get(struct machine *m, int memory, int location)
{
	memset(&m->sms->SMS[0], 0, sizeof(m->sms->SMS[0]));
	m->sms->Number = 1;
	m->sms->SMS[0].Location = location;
	m->sms->SMS[0].Memory = (GSM_MemoryType)memory;
	machine_call(m, m->setup->ask_ms);
	return machine_back(m, "get", GSM_GetSMS(m->s, m->sms));
}

/* The PDU as the modem shows it, as octets, or as letters when it is not hex. RC_AGAIN: no such slot. */
static enum rc
read_raw(struct machine *m, int location, struct modem_text *t)
{
	char command[32];
	const char *pdu = NULL;
	size_t n = 0;

	if (!str_add(command, sizeof(command), &n, "AT+CMGR=%d",
		location % GSM_PHONE_MAXSMSINFOLDER) ||
	    machine_at(m, command, machine_at_ms(m)) != RC_OK)
		return RC_BROKEN;
	for (unsigned i = 0; i + 1 < m->at->n; i++) {
		if (strncmp(m->at->line[i], "+CMGR:", 6) == 0)
			pdu = m->at->line[i + 1];
	}
	if (!m->at->ok || pdu == NULL)
		return RC_AGAIN;
	t->body = BUS_BODY_BROKEN;
	if (!str_unhex(t->text, sizeof(t->text) - 1, &n, pdu)) {
		n = strnlen(pdu, sizeof(t->text) - 1);
		memcpy(t->text, pdu, n);
	}
	t->text_n = (uint32_t)n;
	t->slot.print = print_of(t);
	return RC_OK;
}

/*
 * A slot that libgammu could not decode in the list: perhaps the line was disturbed. What it cannot
 * decode now either, and reads the same twice, is reported as it is.
 */
static void
take_broken(struct machine *m, int location)
{
	GSM_Error e = get(m, 0, location);
	struct modem_text first = { 0 }, second = { 0 };
	enum rc rc;

	if (m->failed || (e == ERR_NONE && take(m, &m->sms->SMS[0], 0) != RC_REFUSED))
		return;
	rc = read_raw(m, location, &first);
	if (rc == RC_OK)
		rc = read_raw(m, location, &second);
	if (rc != RC_OK)
		return;
	if (first.slot.print != second.slot.print) {
		machine_fail(m, "slot", "the line is disturbed");
		return;
	}
	first.slot.location = location;
	*found_new(m) = first;
}

/*
 * The list of all slots, from libgammu's cache after the first call. A slot `00` is ERR_EMPTY like the
 * end of the list; what tells them apart is that the place moved on.
 */
static void
list(struct machine *m)
{
	int broken[BROKEN_MOST], broken_n = 0;
	gboolean start = TRUE;

	memset(&m->sms->SMS[0], 0, sizeof(m->sms->SMS[0]));
	for (int i = 0; i < SLOTS_MOST && !m->failed; i++) {
		int before = m->sms->SMS[0].Location;
		GSM_Error e;

		machine_call(m, m->setup->read_ms << m->cut);
		e = machine_back(m, "list", GSM_GetNextSMS(m->s, m->sms, start));
		start = FALSE;
		/* a slow line: once more would end like this, so the next gets more time */
		if (e == ERR_ABORTED && m->cut < CUT_MOST)
			m->cut++;
		else if (!m->failed)
			m->cut = 0;
		if (m->failed || m->sms->SMS[0].Location == before)
			break;
		if (e == ERR_NONE && take(m, &m->sms->SMS[0], 0) != RC_REFUSED)
			continue;
		if (broken_n < BROKEN_MOST)
			broken[broken_n++] = m->sms->SMS[0].Location;
	}
	for (int i = 0; i < broken_n && !m->failed; i++)
		take_broken(m, broken[i]);
}

static void
take_hints(struct machine *m)
{
	unsigned n = m->hints_n;

	for (unsigned i = 0; i < n && !m->failed; i++) {
		struct machine_hint *h = &m->hints[i];

		if (h->memory == MODEM_NOWHERE) {
			struct phone phone;

			if (phone_parse(h->text.from, &phone) != RC_OK)
				continue;
			memcpy(h->text.from, phone.s, sizeof(h->text.from));
			h->text.slot.print = print_of(&h->text);
			*found_new(m) = h->text;
		} else if (get(m, h->memory, h->location) == ERR_NONE) {
			(void)!take(m, &m->sms->SMS[0], h->memory);
		}
	}
	/* what came meanwhile stays */
	m->hints_n -= n;
	memmove(m->hints, m->hints + n, m->hints_n * sizeof(m->hints[0]));
}

static int
by_time(const void *a, const void *b)
{
	const struct modem_text *x = a, *y = b;

	if (x->smsc_ms != y->smsc_ms)
		return x->smsc_ms < y->smsc_ms ? -1 : 1;
	return x->slot.location < y->slot.location ? -1
						   : x->slot.location > y->slot.location;
}

void
machine_look(struct machine *m)
{
	struct modem_report *r;

	m->told = false;
	m->found_n = 0;
	take_hints(m);
	list(m);
	if (m->found_n > 1)
		qsort(m->found, m->found_n, sizeof(m->found[0]), by_time);
	if (m->found_n > 0)
		kill_point("in.read");
	/* what was read is whole even when the machine failed behind it; its slots are not valid then */
	for (size_t i = 0; i < m->found_n && !m->failed; i++) {
		const struct modem_text *t = &m->found[i];

		r = machine_report(m, t->is_receipt ? MODEM_RECEIPT : MODEM_TEXT);
		memcpy(&r->u.text, t, sizeof(*t));
		machine_say(
		    m, r, offsetof(struct modem_report, u.text.text) + t->text_n + 1);
	}
	if (m->found_n > 0)
		explicit_bzero(m->found, m->found_n * sizeof(m->found[0]));
	explicit_bzero(&m->sms->SMS[0], sizeof(m->sms->SMS[0]));
	m->found_n = 0;
	if (!m->failed)
		machine_tell(m, machine_report(m, MODEM_LOOKED), u.slot);
}

/* libgammu reads a slot before it deletes it, and leaves what it cannot read: then plain AT does it. */
static bool
delete_broken(struct machine *m, const struct modem_slot *slot)
{
	struct modem_text now = { 0 };
	char command[32];
	size_t n = 0;

	if ((get(m, 0, slot->location) == ERR_NONE &&
		take(m, &m->sms->SMS[0], 0) != RC_REFUSED) ||
	    m->failed)
		return false;
	if (read_raw(m, slot->location, &now) != RC_OK || now.slot.print != slot->print)
		return false;
	if (!str_add(command, sizeof(command), &n, "AT+CMGD=%d",
		slot->location % GSM_PHONE_MAXSMSINFOLDER))
		return false;
	return machine_at(m, command, machine_at_ms(m)) == RC_OK && m->at->ok;
}

void
machine_delete(struct machine *m, const struct modem_order *o)
{
	struct modem_report *r;
	GSM_SMSMessage sms;
	bool ok;

	kill_point("in.delete");
	if (o->broken) {
		ok = delete_broken(m, &o->slot);
	} else {
		memset(&sms, 0, sizeof(sms));
		sms.Location = o->slot.location;
		sms.Memory = (GSM_MemoryType)o->slot.memory;
		machine_call(m, m->setup->ask_ms);
		ok = machine_back(m, "delete", GSM_DeleteSMS(m->s, &sms)) == ERR_NONE;
	}
	kill_point("in.deleted");
	r = machine_report(m, MODEM_DELETED);
	r->ok = ok;
	r->u.slot = o->slot;
	machine_tell(m, r, u.slot);
}
