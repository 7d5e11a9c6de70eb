/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * States of links, compared with what was told last.
 * It keeps nothing but that and asks no device. Called by shyraqd.c, in the loop.
 */
#include "report.h"

#include <string.h>

#include "str.h"

void
report_newborn(struct report *r)
{
	r->all_at = 0;
}

const char *
report_word(const struct links *v, const struct link *l)
{
	switch (l->state) {
	case LINK_DOWN:
		return l->why == NULL ? "opening" : l->why;
	case LINK_UP:
		if (links_is_drained(v, l))
			return "drained";
		if (!l->registered)
			return "no-network";
		return l->silent ? "silent" : l->failing_until != 0 ? "failing" : "ready";
	case LINK_REFUSED:
		return l->why == NULL ? "shut" : l->why;
	case LINK_ENDED:
		return "ended";
	case LINK_BROKEN:
		return "broken";
	}
	return "unknown";
}

static void
fill(const struct links *v, const struct link *l, int64_t now, struct bus_link_state *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->link, l->name, sizeof(s->link));
	memcpy(s->link_group, l->group, sizeof(s->link_group));
	memcpy(s->number, l->number, sizeof(s->number));
	(void)!str_copy(s->state, sizeof(s->state), report_word(v, l));
	s->usable = l->state == LINK_UP && l->registered && !links_is_drained(v, l);
	s->paused = v->paused != 0 || l->paused != 0;
	s->signal = l->state == LINK_UP ? l->signal : -1;
	s->last_in_ms = l->last_in == 0 ? 0 : (uint64_t)(now - l->last_in) + 1;
	s->received = l->count.texts;
	s->sent = l->count.parts;
	s->slots_used = l->slots_used;
	s->slots_all = l->slots_all;
	s->waiting = l->waiting;
	s->balance = l->balance.value;
	s->balance_ms = l->balance.at == 0 ? 0 : (uint64_t)(now - l->balance.at) + 1;
	s->balance_low = l->balance.low;
}

static bool
is_other(const struct bus_link_state *a, const struct bus_link_state *b)
{
	return strcmp(a->state, b->state) != 0 || a->usable != b->usable ||
	    a->paused != b->paused || strcmp(a->link_group, b->link_group) != 0 ||
	    a->signal != b->signal || a->slots_all != b->slots_all;
}

static bool
counts_differ(const struct bus_link_state *a, const struct bus_link_state *b)
{
	return a->received != b->received || a->sent != b->sent ||
	    a->slots_used != b->slots_used || a->waiting != b->waiting;
}

void
report_run(struct report *r, int64_t now)
{
	bool all = now >= r->all_at, counts = now >= r->counts_at;
	struct bus_msg m = { .type = BUS_LINK_STATE };

	for (size_t i = 0; i < r->links->n; i++) {
		struct bus_link_state *s = &m.u.link_state, *last = &r->last[i];
		const struct link *l = r->links->link[i];

		fill(r->links, l, now, s);
		if (!all && !is_other(s, last) && l->balance.at == r->balance_at[i] &&
		    !(counts && counts_differ(s, last)))
			continue;
		*last = *s;
		r->balance_at[i] = l->balance.at;
		r->say(r->arg, &m);
	}
	if (all)
		r->all_at = now + REPORT_ALL_MS;
	if (counts)
		r->counts_at = now + REPORT_COUNTS_MS;
}
