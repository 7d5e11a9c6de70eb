/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Submits a row part by part and tells what became of it.
 * It never submits past the limits it was given and never twice: silence is reported as uncertain.
 * Called by modem_gammu.c, in the modem's thread.
 */
#include "modem_gammu.h"

#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "modem_text.h"
#include "variant.h"

#define UNITS_MAX 160
#define ON_ITS_WAY_MS 2000 /* from our last look at the clock until the network counts */
#define NO_LIMIT_MS (INT64_C(72) * 3600 * 1000)
#define NO_REF 0xffffffffu /* the network named none */

/* What became of a part. */
enum part {
	PART_TAKEN,
	PART_FAILED,
	PART_REFUSED,
	PART_UNCERTAIN,
	PART_LATE,
};

void
machine_on_sent(GSM_StateMachine *s, int status, int ref, void *arg)
{
	struct machine *m = arg;

	(void)s;
	m->sent.came = true;
	m->sent.status = status;
	m->sent.ref = ref;
}

/*
 * +CMS ERROR and +CME ERROR codes (3GPP TS 27.005 3.2.5, 24.011 annex E). Refused: the network said no
 * to this text or number for good. Uncertain: it may have taken it. All else may pass.
 */
static enum part
part_of_error(int code)
{
	static const struct {
		int first, last;
		enum part part;
	} row[] = {
		{ 1, 1, PART_REFUSED },       /* unassigned number */
		{ 8, 8, PART_REFUSED },       /* operator determined barring */
		{ 10, 10, PART_REFUSED },     /* call barred */
		{ 28, 28, PART_REFUSED },     /* unidentified subscriber */
		{ 30, 30, PART_REFUSED },     /* unknown subscriber */
		{ 50, 50, PART_REFUSED },     /* facility not subscribed */
		{ 69, 69, PART_REFUSED },     /* facility not implemented */
		{ 95, 99, PART_REFUSED },     /* the PDU is wrong */
		{ 144, 146, PART_REFUSED },   /* TP-PID, TP-DCS not supported */
		{ 302, 305, PART_REFUSED },   /* not allowed, not supported, bad PDU */
		{ 332, 332, PART_UNCERTAIN }, /* network timeout */
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		if (code >= row[i].first && code <= row[i].last)
			return row[i].part;
	}
	return PART_FAILED;
}

/* The limits, a last time; the validity octet that fits what is left. */
static bool
in_time(const struct modem_order *o, bool begun, uint8_t *validity)
{
	int64_t now = clock_boot_ms();
	int64_t left = o->limits.window_end == 0
	    ? NO_LIMIT_MS
	    : o->limits.window_end - now - ON_ITS_WAY_MS;
	unsigned minutes;

	/* an answer that was begun in time is ended, within its window */
	if (!begun && o->limits.submit_by != 0 && now >= o->limits.submit_by)
		return false;
	if (gsm_validity(left, validity, &minutes) == RC_OK)
		return true;
	*validity = 0; /* the least there is: 5 minutes */
	return !o->send.person && left > 0;
}

static void
wait_for_answer(struct machine *m)
{
	int64_t end = machine_now() + m->setup->submit_ms;

	while (!m->sent.came && !m->failed) {
		int64_t left = end - machine_now();

		if (left <= 0)
			return;
		if (at_wait(m->fd, (int)left))
			machine_hear(m);
	}
}

static enum part
submit(struct machine *m, GSM_SMSMessage *sms)
{
	GSM_Error e;

	memset(&m->sent, 0, sizeof(m->sent));
	kill_point("out.before_submit");
	machine_call(m, m->setup->send_ms);
	e = machine_back(m, "send", GSM_SendSMS(m->s, sms));
	kill_point("out.after_submit");
	if (e == ERR_NONE)
		wait_for_answer(m);
	if (m->sent.came)
		return m->sent.status == 0 ? PART_TAKEN : part_of_error(m->sent.status);
	/* the modem never asked for the text: nothing of it left us */
	if (e == ERR_TIMEOUT || e == ERR_ABORTED)
		return PART_FAILED;
	if (e == ERR_NONE) {
		machine_fail(m, "send", "no answer");
		return PART_UNCERTAIN;
	}
	return e == ERR_DEVICEWRITEERROR ? PART_UNCERTAIN : PART_FAILED;
}

/* One part of the text, ready to go, but its validity. */
static void
fill(struct machine *m, GSM_SMSMessage *sms, const struct modem_order *o,
    const size_t *at, unsigned part, unsigned parts)
{
	size_t end = part + 1 == parts ? strlen(o->send.text) : at[part + 1];
	bool ucs2 = gsm_size_of(o->send.text).alphabet == GSM_UCS2;

	memset(sms, 0, sizeof(*sms));
	sms->PDU = o->send.receipt && m->setup->receipts ? SMS_Status_Report : SMS_Submit;
	sms->Class = -1;
	sms->Coding = ucs2 ? SMS_Coding_Unicode_No_Compression
			   : SMS_Coding_Default_No_Compression;
	sms->SMSC.Location = 0;
	memcpy(sms->SMSC.Number, m->smsc, sizeof(sms->SMSC.Number));
	sms->SMSC.Validity.Format = SMS_Validity_RelativeFormat;
	modem_text_utf16(sms->Number, PHONE_MAX, o->send.to, strlen(o->send.to), false);
	sms->Length = (int)modem_text_utf16(
	    sms->Text, UNITS_MAX, o->send.text + at[part], end - at[part], ucs2);
	sms->UDH.Type = UDH_NoUDH;
	if (parts > 1) {
		const unsigned char udh[] = { 5, 0, 3, (unsigned char)o->send.concat_ref,
			(unsigned char)parts, (unsigned char)(part + 1) };

		sms->UDH.Type = UDH_UserUDH;
		sms->UDH.Length = (int)sizeof(udh);
		memcpy(sms->UDH.Text, udh, sizeof(udh));
	}
}

static enum part
send_part(struct machine *m, const struct modem_order *o, const size_t *at, unsigned part,
    unsigned parts, bool *begun)
{
	GSM_SMSMessage *sms = &m->sms->SMS[0];
	uint8_t validity;
	enum part got;

	if (!in_time(o, *begun, &validity))
		return PART_LATE;
	fill(m, sms, o, at, part, parts);
	sms->SMSC.Validity.Relative = (GSM_ValidityPeriod)validity;
	if (!*begun) {
		struct modem_report *r = machine_report(m, MODEM_SUBMITTING);

		r->u.sent.row = o->send.row;
		r->u.sent.attempt = o->send.attempt;
		machine_tell(m, r, u.sent);
	}
	*begun = true;
	got = submit(m, sms);
	explicit_bzero(sms, sizeof(*sms));
	kill_point("out.answer");
	return got;
}

static enum bus_state
state_of(enum part part, uint64_t parts_done)
{
	switch (part) {
	case PART_TAKEN:
		return BUS_ACCEPTED;
	case PART_FAILED:
		return BUS_FAILED;
	case PART_REFUSED:
		return BUS_STATE_REFUSED;
	case PART_UNCERTAIN:
		return BUS_UNCERTAIN;
	case PART_LATE:
		/* with some parts gone it is no longer "never submitted" */
		return parts_done == 0 ? BUS_EXPIRED : BUS_FAILED;
	}
	return BUS_UNCERTAIN;
}

void
machine_send(struct machine *m, struct modem_order *o)
{
	size_t at[GSM_PARTS_MAX];
	unsigned parts = gsm_split(o->send.text, at);
	struct bus_result sent = { .row = o->send.row, .attempt = o->send.attempt };
	struct modem_report *r;
	enum part got = parts == 0 ? PART_REFUSED : PART_TAKEN;
	bool begun = false;

	sent.parts_done = o->send.parts_done;
	if (parts > 1 && (o->send.parts_done == 0 || o->send.concat_ref == 0)) {
		sent.parts_done = 0;
		m->concat_ref = (uint8_t)(m->concat_ref % 255 + 1);
		o->send.concat_ref = m->concat_ref;
	}
	sent.concat_ref = parts > 1 ? o->send.concat_ref : 0;
	for (unsigned i = 0; i < parts && got == PART_TAKEN; i++) {
		if ((sent.parts_done >> i & 1) != 0)
			continue;
		got = send_part(m, o, at, i, parts, &begun);
		if (got != PART_TAKEN)
			break;
		sent.parts_done |= UINT64_C(1) << i;
		sent.refs[sent.refs_n++] = m->sent.ref < 0 ? NO_REF
							   : (uint32_t)m->sent.ref;
	}
	sent.state = state_of(got, sent.parts_done);
	if (got == PART_FAILED || got == PART_REFUSED || got == PART_UNCERTAIN)
		sent.error = m->sent.came && m->sent.status > 0 ? (uint32_t)m->sent.status
								: 0;
	r = machine_report(m, MODEM_SENT);
	r->u.sent = sent;
	machine_tell(m, r, u.sent);
	explicit_bzero(o, sizeof(*o));
}
