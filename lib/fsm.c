/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines whose states are rows of a table.
 * It never acts on an event: the owner does, after asking here.
 * Called by who owns the machine, from that thread alone.
 */
#include "fsm.h"

#include "log.h"

#define BITS 32

static bool
has(uint32_t set, unsigned bit)
{
	return bit < BITS && (set & FSM_BIT(bit)) != 0;
}

void
fsm_init(struct fsm *f, const struct fsm_kind *kind)
{
	f->kind = kind;
	f->state = 0;
}

const char *
fsm_name(const struct fsm *f)
{
	return f->kind->states[f->state].name;
}

enum rc
fsm_hear(const struct fsm *f, unsigned event)
{
	if (has(f->kind->states[f->state].hears, event))
		return RC_OK;
	log_warn("fsm.not_heard", "machine=%s state=%s event=%s", f->kind->name,
	    fsm_name(f), event < f->kind->events_n ? f->kind->events[event] : "?");
	return RC_REFUSED;
}

enum rc
fsm_go(struct fsm *f, unsigned state)
{
	if (state < f->kind->states_n && has(f->kind->states[f->state].next, state)) {
		f->state = state;
		return RC_OK;
	}
	log_error("fsm.not_reachable", "machine=%s state=%s to=%s", f->kind->name,
	    fsm_name(f), state < f->kind->states_n ? f->kind->states[state].name : "?");
	return RC_REFUSED;
}

/* The first n bits. */
static uint32_t
all(unsigned n)
{
	return n >= BITS ? UINT32_MAX : FSM_BIT(n) - 1;
}

static uint32_t
reachable(const struct fsm_kind *kind)
{
	uint32_t seen = FSM_BIT(0);
	uint32_t before;

	do {
		before = seen;
		for (unsigned i = 0; i < kind->states_n; i++) {
			if (has(seen, i))
				seen |= kind->states[i].next;
		}
	} while (seen != before);
	return seen;
}

bool
fsm_kind_is_sound(const struct fsm_kind *kind)
{
	uint32_t heard = 0;

	if (kind->states_n == 0 || kind->states_n > BITS || kind->events_n > BITS)
		return false;
	for (unsigned i = 0; i < kind->states_n; i++) {
		const struct fsm_state *s = &kind->states[i];

		if (s->name == NULL)
			return false;
		heard |= s->hears;
	}
	for (unsigned i = 0; i < kind->events_n; i++) {
		if (kind->events[i] == NULL)
			return false;
	}
	return heard == all(kind->events_n) && reachable(kind) == all(kind->states_n);
}
