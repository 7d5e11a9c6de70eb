/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of a modem's slots: small, searched from end to end.
 * It never talks to the thread and never logs. Called by modem.c alone.
 */
#include "modem_slots.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

void
slots_clear(struct slots *v)
{
	free(v->kept);
	memset(v, 0, sizeof(*v));
}

struct kept *
slots_at(struct slots *v, const struct modem_slot *s)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct modem_slot *k = &v->kept[i].slot;

		if (k->memory == s->memory && k->location == s->location &&
		    (s->memory != MODEM_NOWHERE || k->print == s->print))
			return &v->kept[i];
	}
	return NULL;
}

struct kept *
slots_id(struct slots *v, uint64_t id)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->kept[i].id == id)
			return &v->kept[i];
	}
	return NULL;
}

struct kept *
slots_new(struct slots *v, const struct modem_slot *s)
{
	struct kept *k;

	if (v->n == v->max) {
		v->max = v->max == 0 ? 32 : v->max * 2;
		v->kept = xreallocarray(v->kept, v->max, sizeof(*v->kept));
	}
	k = &v->kept[v->n++];
	*k = (struct kept){ .id = ++v->last_id, .slot = *s, .first_ms = clock_boot_ms() };
	return k;
}

void
slots_drop(struct slots *v, struct kept *k)
{
	*k = v->kept[--v->n];
}

void
slots_looked(struct slots *v)
{
	for (size_t i = v->n; i-- > 0;) {
		struct kept *k = &v->kept[i];

		/* the memory for reports is not in the list */
		if (!k->seen && !k->in_flight && k->slot.memory == 0)
			slots_drop(v, k);
		else
			k->seen = false;
	}
}

void
slots_reopened(struct slots *v)
{
	for (size_t i = v->n; i-- > 0;) {
		struct kept *k = &v->kept[i];

		if (k->slot.memory == MODEM_NOWHERE) {
			slots_drop(v, k);
			continue;
		}
		k->id = ++v->last_id;
		k->in_flight = k->committed = k->ordered = k->seen = false;
	}
}
