/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All links of a daemon and the choice between them.
 * It never talks to a device and never waits. Called by shyraqd.c and outgoing.c.
 */
#include "links.h"

#include <string.h>

#include "log.h"

#define ROOM_SECONDS 6
#define ROOM_LEAST 2

void
links_add(struct links *v, struct link *l)
{
	if (v->n == LINKS_MAX)
		fatalx("links.full", "more than %d links", LINKS_MAX);
	if (links_find(v, l->name) != NULL)
		fatalx("links.twice", "two links have one name: %s", l->name);
	v->link[v->n++] = l;
}

void
links_clear(struct links *v)
{
	for (size_t i = 0; i < v->n; i++)
		v->link[i]->ops->free(v->link[i]);
	v->n = 0;
}

void
links_hold(struct links *v, bool on)
{
	for (size_t i = 0; i < v->n; i++)
		v->link[i]->ops->hold(v->link[i], on);
}

void
links_tick(struct links *v, int64_t now)
{
	for (size_t i = 0; i < v->n; i++)
		v->link[i]->ops->tick(v->link[i], now);
}

void
links_stop(struct links *v)
{
	for (size_t i = 0; i < v->n; i++)
		v->link[i]->ops->stop(v->link[i]);
}

bool
links_ended(const struct links *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->link[i]->state == LINK_DOWN || v->link[i]->state == LINK_UP)
			return false;
	}
	return true;
}

bool
links_any_broken(const struct links *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->link[i]->state == LINK_BROKEN)
			return true;
	}
	return false;
}

static bool
healthy(const struct link *l)
{
	return l->state == LINK_UP && l->registered;
}

static bool
free_now(const struct link *l, int64_t now)
{
	return healthy(l) && !l->sending && l->free_at <= now;
}

bool
links_may_send(const struct links *v, int64_t now)
{
	for (size_t i = 0; i < v->n; i++) {
		if (free_now(v->link[i], now))
			return true;
	}
	return false;
}

uint32_t
links_room(const struct links *v)
{
	uint32_t room = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (healthy(v->link[i]))
			room += ROOM_LEAST +
			    v->link[i]->parts_per_minute * ROOM_SECONDS / 60;
	}
	return room;
}

struct link *
links_find(const struct links *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->link[i]->name, name) == 0)
			return v->link[i];
	}
	return NULL;
}

/* Length of the longest of the link's prefixes that the number begins with; 0: none. */
static size_t
prefix_length(const struct link *l, const char *to)
{
	size_t best = 0;
	const char *p = l->prefixes == NULL ? "" : l->prefixes;

	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		if (n > best && strncmp(p, to, n) == 0)
			best = n;
		p += n;
		p += strspn(p, " ");
	}
	return best;
}

struct link *
links_choose(const struct links *v, const struct bus_send *s, int64_t now)
{
	struct link *way = s->link[0] == '\0' ? NULL : links_find(v, s->link);
	struct link *best = NULL;
	size_t best_prefix = 0;

	if (way != NULL && (healthy(way) || s->person))
		return free_now(way, now) ? way : NULL;
	for (size_t i = 0; i < v->n; i++) {
		struct link *l = v->link[i];
		size_t prefix = prefix_length(l, s->to);

		if (!free_now(l, now))
			continue;
		if (best == NULL || prefix > best_prefix ||
		    (prefix == best_prefix && l->free_at < best->free_at)) {
			best = l;
			best_prefix = prefix;
		}
	}
	return best;
}
