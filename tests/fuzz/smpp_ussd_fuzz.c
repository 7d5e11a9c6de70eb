/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any octets as a PDU of a USSD gateway, in one of the dialects: what is read is clean, and whatever is then said
 * encodes, keeps to the air's 160 octets and is read back. The first octet chooses it, and how screens are written.
 * Called by make fuzz.
 */
#include "fuzz.h"
#include "smpp_make.h"
#include "smpp_ussd.h"
#include "str.h"

static void
check_in(const struct smpp_dialect *d, const struct smpp_ussd_in *in)
{
	insist(strnlen(in->text, sizeof(in->text)) < sizeof(in->text));
	insist(str_is_utf8(in->text, strlen(in->text)));
	insist(strnlen(in->id, sizeof(in->id)) < sizeof(in->id));
	insist(d->id != SMPP_USSD_MSISDN || in->id[0] == '\0');
	insist(in->peer.s[0] == '\0' || in->peer.s[0] == '+');
	insist(in->event <= SMPP_USSD_NOTHING);
}

/* What was keyed, said back as a screen. */
static void
check_screen(const struct smpp_dialect *d, const struct smpp_ussd_writing *w,
    const struct smpp_ussd_in *in, bool last)
{
	struct smpp_ussd_room room;
	struct smpp_pdu pdu, back;
	struct smpp_ussd_in again;
	struct smpp_fault fault;
	uint8_t octets[1024];
	size_t n;
	bool cut = false;

	if (smpp_ussd_screen(d, w, &in->ref, in->text, last, &room, &pdu, &cut) != RC_OK)
		return;
	pdu.sequence = 1;
	insist(pdu.message.n <= w->octets);
	if (smpp_encode(&pdu, octets, sizeof(octets), &n, &fault) != RC_OK)
		return; /* an address or a type of number that is none */
	insist(smpp_decode(octets, n, &back, &fault) == RC_OK);
	smpp_ussd_read(d, w, &back, &again);
	insist(cut
		? strlen(again.text) <= strlen(in->text) + 1
		: strcmp(again.text, in->text) == 0 || strchr(in->text, '\r') != NULL ||
		    strchr(in->text, '@') != NULL || w->gsm == SMPP_GSM_PACKED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct smpp_ussd_writing w = { .service_type = "USSD", .gsm_coding = 15 };
	const struct smpp_dialect *d;
	struct smpp_ussd_in in;
	struct smpp_pdu pdu;
	struct smpp_fault fault;

	if (n < 1 || smpp_decode(data + 1, n - 1, &pdu, &fault) != RC_OK)
		return 0;
	w.data_sm = (data[0] & 1) != 0;
	w.gsm = data[0] & 2 ? SMPP_GSM_PACKED : SMPP_GSM;
	w.gsm_coding = data[0] & 4 ? -1 : 15;
	w.ucs2_coding = data[0] & 8 ? 0x48 : 8;
	w.octets = 40 + data[0] % 200;
	w.codings = (struct smpp_codings){ w.gsm, w.gsm };
	d = &smpp_dialects[(data[0] >> 5) % SMPP_DIALECTS];
	smpp_ussd_read(d, &w, &pdu, &in);
	check_in(d, &in);
	check_screen(d, &w, &in, (data[0] & 16) != 0);
	return 0;
}

size_t
fuzz_make(uint8_t *to, size_t size, fuzz_next *next)
{
	insist(size > SMPP_MAKE_MAX);
	to[0] = (uint8_t)next();
	return 1 +
	    smpp_make_pdu(to + 1,
		smpp_make_below(next, 4) == 0 ? SMPP_DATA_SM : SMPP_DELIVER_SM,
		smpp_make_below(next, 8) != 0, next);
}
