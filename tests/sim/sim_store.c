/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SIM's slots and the list of what the host submitted, in memory.
 * Never looks into a PDU and never tells the host anything.
 * Called by sim_net.c, sim_at_sms.c, sim_ctl_ops.c and sim_state.c.
 */
#include "sim_store.h"

#include <stdlib.h>
#include <string.h>

void
store_init(struct store *s, unsigned slots)
{
	s->total = s->bound = slots;
	s->sent = xcalloc(SENT_MAX, sizeof *s->sent);
}

void
store_clear(struct store *s)
{
	free(s->sent);
	s->sent = NULL;
}

unsigned
store_used(const struct store *s)
{
	unsigned i, n = 0;

	for (i = 1; i <= s->total; i++)
		n += s->slot[i].used;
	return n;
}

enum rc
store_put(struct store *s, const char *hex, unsigned *index)
{
	size_t len = strlen(hex);
	unsigned i;

	if (len > SLOT_HEX_MAX)
		return RC_REFUSED;
	if (store_used(s) >= s->bound)
		return RC_AGAIN;
	for (i = 1; i <= s->total && s->slot[i].used; i++)
		;
	if (i > s->total)
		return RC_AGAIN;
	s->slot[i] = (struct slot){ .used = true, .unread = true };
	memcpy(s->slot[i].hex, hex, len + 1);
	s->changed = true;
	*index = i;
	return RC_OK;
}

static bool
is_index(const struct store *s, unsigned index)
{
	return index >= 1 && index <= s->total && index <= SLOTS_MAX;
}

struct slot *
store_slot(struct store *s, unsigned index)
{
	if (!is_index(s, index) || !s->slot[index].used)
		return NULL;
	return &s->slot[index];
}

enum rc
store_delete(struct store *s, unsigned index)
{
	if (!is_index(s, index))
		return RC_REFUSED;
	s->slot[index].used = false;
	s->changed = true;
	return RC_OK;
}

/* old texts that were read long ago and never deleted */
void
store_fill_dummies(struct store *s)
{
	static const char old[] =
	    "0791779717171700040B917710000000F100006210100000000205C8329BFD06";
	unsigned i;

	for (i = 1; i <= s->total; i++) {
		if (s->slot[i].used)
			continue;
		s->slot[i] = (struct slot){ .used = true, .dummy = true };
		memcpy(s->slot[i].hex, old, sizeof old);
	}
}

void
store_drop_dummies(struct store *s)
{
	unsigned i;

	for (i = 1; i <= s->total; i++) {
		if (s->slot[i].dummy)
			s->slot[i].used = s->slot[i].dummy = false;
	}
}

struct sent *
store_add_sent(struct store *s)
{
	struct sent *e;

	if (s->sents == SENT_MAX) {
		s->sents = SENT_MAX / 2;
		memmove(
		    s->sent, s->sent + SENT_MAX - s->sents, s->sents * sizeof *s->sent);
	}
	e = &s->sent[s->sents++];
	*e = (struct sent){ .seq = ++s->last_seq };
	s->changed = true;
	return e;
}

struct sent *
store_sent_by_seq(struct store *s, uint64_t seq)
{
	size_t i;

	for (i = s->sents; i > 0; i--) {
		if (s->sent[i - 1].seq == seq)
			return &s->sent[i - 1];
	}
	return NULL;
}

struct sent *
store_sent_by_ref(struct store *s, uint8_t ref)
{
	size_t i;

	for (i = s->sents; i > 0; i--) {
		if (s->sent[i - 1].ref == ref)
			return &s->sent[i - 1];
	}
	return NULL;
}
