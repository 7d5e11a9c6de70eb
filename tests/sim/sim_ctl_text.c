/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order "text": alphabet, time, cutting, order of arrival.
 * Never stores: it hands PDUs to sim_net.c.
 * Called by sim_ctl_ops.c.
 */
#include "sim_ctl_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim.h"
#include "sim_ctl_ops.h"

enum {
	ARRIVALS_MAX = 2 * PDU_PARTS_MAX,
};

struct texting {
	const char *error; /* what to answer, NULL: fine */
	struct pdu_units units;
	struct pdu_deliver pdu;
	unsigned parts;
	size_t start[PDU_PARTS_MAX + 1];
	unsigned arrivals;
	unsigned arrival[ARRIVALS_MAX]; /* part numbers, from 1 */
};

/* 2026-11-21T21:04:00+05:00, or Z */
static bool
read_time(const char *iso, struct pdu_time *out)
{
	struct tm tm = { 0 };
	int hours = 0, minutes = 0, used = 0;
	char sign = 'Z';

	if (sscanf(iso, "%4d-%2d-%2dT%2d:%2d:%2d%c%n", &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &sign, &used) != 7)
		return false;
	if (sign != 'Z' && sscanf(iso + used, "%2d:%2d", &hours, &minutes) != 2)
		return false;
	if ((sign != 'Z' && sign != '+' && sign != '-') || hours > 14 ||
	    minutes % 15 != 0)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	out->zone = (hours * 60 + minutes) / 15 * (sign == '-' ? -1 : 1);
	out->unix_s = (int64_t)timegm(&tm) - (int64_t)out->zone * 900;
	return true;
}

static void
read_when(struct texting *t, const json_t *req)
{
	const char *at = ctl_string(req, "at", NULL);

	t->pdu.at = (struct pdu_time){ clock_wall_ms() / 1000, NET_ZONE };
	if (at != NULL && !read_time(at, &t->pdu.at))
		t->error = "at: not a time like 2026-11-21T21:04:00+05:00";
}

/* raw UTF-16 units, for what no well-formed text can say */
static void
read_raw_units(struct texting *t, const json_t *list)
{
	size_t i, n = json_array_size(list);
	const json_t *v;

	if (n > PDU_TEXT_MAX) {
		t->error = "units: too many";
		return;
	}
	t->units = (struct pdu_units){ .alphabet = PDU_UCS2 };
	t->units.unit = xcalloc(n + 1, sizeof *t->units.unit);
	for (i = 0; i < n; i++) {
		v = json_array_get(list, i);
		if (!json_is_integer(v) || json_integer_value(v) < 0 ||
		    json_integer_value(v) > 0xFFFF)
			t->error = "units: integers from 0 to 65535";
		else
			t->units.unit[t->units.len++] = (uint16_t)json_integer_value(v);
	}
}

static void
read_units(struct texting *t, const json_t *req)
{
	const char *name = ctl_string(req, "alphabet", "auto");
	const json_t *text = json_object_get(req, "text");
	const json_t *raw = json_object_get(req, "units");
	enum pdu_alphabet alphabet = PDU_UCS2;

	if (json_is_array(raw)) {
		read_raw_units(t, raw);
		return;
	}
	if (!json_is_string(text)) {
		t->error = "text: missing";
		return;
	}
	if (strcmp(name, "gsm7") == 0)
		alphabet = PDU_GSM7;
	else if (strcmp(name, "8bit") == 0)
		alphabet = PDU_8BIT;
	else if (strcmp(name, "auto") == 0)
		alphabet = pdu_fits_gsm7(
			       json_string_value(text), json_string_length(text))
		    ? PDU_GSM7
		    : PDU_UCS2;
	else if (strcmp(name, "ucs2") != 0)
		t->error = "alphabet: auto, gsm7, ucs2 or 8bit";
	if (t->error == NULL &&
	    pdu_units_from_utf8(&t->units, json_string_value(text),
		json_string_length(text), alphabet) != RC_OK)
		t->error = "text: too long, or not in that alphabet";
}

static void
cut(struct texting *t, struct sim *s, const json_t *req)
{
	size_t at = 0, n = pdu_part_units(&t->units, 0, false, false);
	int64_t bits = ctl_int(req, "refbits", 8), part = ctl_int(req, "part", -1);
	bool concat = n < t->units.len || part >= 0;

	t->pdu.wide_ref = bits == 16;
	t->pdu.alphabet = t->units.alphabet;
	t->pdu.total = 1;
	t->parts = 1;
	if (bits != 8 && bits != 16)
		t->error = "refbits: 8 or 16";
	if (!concat || t->error != NULL)
		return;
	t->pdu.ref = (unsigned)ctl_int(req, "ref", (int64_t)++s->net.last_concat) &
	    0xFFFF;
	for (t->parts = 0; at < t->units.len || t->parts == 0; at += n) {
		if (t->parts == PDU_PARTS_MAX) {
			t->error = "text: over 255 parts";
			return;
		}
		n = pdu_part_units(&t->units, at, true, t->pdu.wide_ref);
		t->start[t->parts++] = at;
	}
	t->pdu.total = t->parts;
	if (part >= 0) { /* one piece, whatever its header says */
		t->pdu.total = (unsigned)ctl_int(req, "total", 2) & 0xFF;
		t->pdu.part = (unsigned)part & 0xFF;
		if (t->parts != 1)
			t->error = "part: the text does not fit one piece";
	}
}

static bool
is_dropped(const json_t *drop, unsigned part)
{
	size_t i;

	for (i = 0; i < json_array_size(drop); i++) {
		if (json_integer_value(json_array_get(drop, i)) == (json_int_t)part)
			return true;
	}
	return false;
}

static void
read_order(struct texting *t, const json_t *req)
{
	const json_t *order = json_object_get(req, "order");
	const json_t *drop = json_object_get(req, "drop");
	size_t n = json_is_array(order) ? json_array_size(order) : t->parts, i;
	json_int_t part;

	for (i = 0; i < n && t->error == NULL; i++) {
		part = (json_int_t)i + 1;
		if (json_is_array(order))
			part = json_integer_value(json_array_get(order, i));
		if (part < 1 || part > (json_int_t)t->parts ||
		    t->arrivals == ARRIVALS_MAX)
			t->error = "order: part numbers from 1";
		else if (!is_dropped(drop, (unsigned)part))
			t->arrival[t->arrivals++] = (unsigned)part;
	}
}

static void
send_part(struct texting *t, struct sim *s, unsigned part, bool forced)
{
	struct pdu_deliver d = t->pdu;
	char hex[PDU_HEX_MAX];
	struct pdu pdu;
	size_t start = t->start[part - 1];

	d.unit = t->units.unit + start;
	d.units = pdu_part_units(
	    &t->units, start, t->pdu.total != 1 || forced, d.wide_ref);
	if (!forced)
		d.part = part;
	d.header = d.total != 1 || forced;
	if (pdu_write_deliver(&pdu, &d) != RC_OK) {
		t->error = "from or smsc: not an address";
		return;
	}
	pdu_to_hex(hex, &pdu);
	if (net_arrive(s, hex, false) != RC_OK)
		t->error = "the network's queue is full";
}

json_t *
ctl_text_order(struct sim *s, const json_t *req)
{
	bool forced = ctl_int(req, "part", -1) >= 0;
	struct texting t = { 0 };
	json_t *answer;
	unsigned i;

	t.pdu.from = ctl_string(req, "from", NULL);
	t.pdu.smsc = ctl_string(req, "smsc", s->at.smsc);
	if (t.pdu.from == NULL || strlen(t.pdu.from) > 64)
		t.error = "from: missing or too long";
	if (t.error == NULL)
		read_when(&t, req);
	if (t.error == NULL)
		read_units(&t, req);
	if (t.error == NULL)
		cut(&t, s, req);
	if (t.error == NULL)
		read_order(&t, req);
	for (i = 0; i < t.arrivals && t.error == NULL; i++)
		send_part(&t, s, t.arrival[i], forced);
	net_run(s, sim_now_ms());
	answer = t.error != NULL
	    ? ctl_error(t.error)
	    : json_pack("{s:b, s:i, s:i, s:I}", "ok", 1, "parts", (int)t.parts, "ref",
		  (int)t.pdu.ref, "queued", (json_int_t)s->net.waiting);
	pdu_units_clear(&t.units);
	return answer;
}
