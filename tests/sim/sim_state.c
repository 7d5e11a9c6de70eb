/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SIM's slots and the sent list as JSON in a file, replaced whole by rename.
 * Never keeps faults or what still waits in the network.
 * Called by modem_sim.c.
 */
#include "sim_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sim.h"

static void
load_slots(struct store *store, const json_t *slots)
{
	const char *hex;
	int index, unread;
	struct slot *slot;
	size_t i;
	json_t *j;

	json_array_foreach(slots, i, j)
	{
		if (json_unpack(j, "{s:i, s:b, s:s}", "slot", &index, "unread", &unread,
			"pdu", &hex) != 0 ||
		    index < 1 || (unsigned)index > store->total ||
		    strlen(hex) > SLOT_HEX_MAX)
			continue;
		slot = &store->slot[index];
		*slot = (struct slot){ .used = true, .unread = unread };
		memcpy(slot->hex, hex, strlen(hex) + 1);
	}
}

static void
load_sent(struct store *store, const json_t *sent)
{
	json_int_t seq, at_ms;
	struct pdu pdu;
	struct sent *e;
	const char *hex;
	int ref;
	size_t i;
	json_t *j;

	json_array_foreach(sent, i, j)
	{
		if (json_unpack(j, "{s:I, s:I, s:i, s:s}", "seq", &seq, "at_ms", &at_ms,
			"ref", &ref, "pdu", &hex) != 0 ||
		    pdu_from_hex(&pdu, hex, strlen(hex)) != RC_OK)
			continue;
		e = store_add_sent(store);
		e->seq = (uint64_t)seq;
		e->at_ms = at_ms;
		e->ref = (uint8_t)ref;
		memcpy(e->hex, hex, strlen(hex) + 1);
		if (pdu_read_submit(&e->submit, &pdu, pdu_hex_tpdu_len(hex)) != RC_OK)
			log_warn("sim.state.sent", "seq=%lld", (long long)seq);
		store->last_seq = e->seq;
	}
}

enum rc
state_load(struct sim *s)
{
	json_error_t why;
	json_t *j;
	int ref = 0;

	if (s->opt.state == NULL || (access(s->opt.state, F_OK) != 0 && errno == ENOENT))
		return RC_OK;
	j = json_load_file(s->opt.state, 0, &why);
	if (!json_is_object(j)) {
		log_error("sim.state.load", "file=%s line=%d error=\"%s\"", s->opt.state,
		    why.line, why.text);
		json_decref(j);
		return RC_BROKEN;
	}
	load_slots(&s->store, json_object_get(j, "slots"));
	load_sent(&s->store, json_object_get(j, "sent"));
	if (json_unpack(j, "{s:i}", "ref", &ref) == 0)
		s->net.last_ref = (uint8_t)ref;
	s->store.changed = false;
	json_decref(j);
	return RC_OK;
}

static json_t *
state_of(const struct sim *s)
{
	json_t *slots = json_array(), *sent = json_array();
	const struct slot *slot;
	const struct sent *e;
	int bad = 0;
	size_t i;

	for (i = 1; i <= s->store.total; i++) {
		slot = &s->store.slot[i];
		if (slot->used && !slot->dummy)
			bad |= json_array_append_new(slots,
			    json_pack("{s:i, s:b, s:s}", "slot", (int)i, "unread",
				slot->unread, "pdu", slot->hex));
	}
	for (i = 0; i < s->store.sents; i++) {
		e = &s->store.sent[i];
		bad |= json_array_append_new(sent,
		    json_pack("{s:I, s:I, s:i, s:s}", "seq", (json_int_t)e->seq, "at_ms",
			(json_int_t)e->at_ms, "ref", (int)e->ref, "pdu", e->hex));
	}
	if (bad != 0)
		log_warn("sim.state.pack", "slots=%zu", json_array_size(slots));
	return json_pack(
	    "{s:o, s:o, s:i}", "slots", slots, "sent", sent, "ref", (int)s->net.last_ref);
}

void
state_save(struct sim *s)
{
	char beside[4096];
	json_t *j;
	int n;

	if (s->opt.state == NULL || !s->store.changed)
		return;
	n = snprintf(beside, sizeof beside, "%s.new", s->opt.state);
	if (n < 0 || (size_t)n >= sizeof beside)
		return;
	j = state_of(s);
	if (json_dump_file(j, beside, JSON_COMPACT) != 0 ||
	    rename(beside, s->opt.state) != 0)
		log_error("sim.state.save", "file=%s error=\"%s\"", s->opt.state,
		    strerror(errno));
	json_decref(j);
	s->store.changed = false;
}
