/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All links of a daemon and the choice between them.
 * It never talks to a device and never waits. Called by shyraqd.c and outgoing.c.
 */
#include "links.h"

#include <string.h>

#include "log.h"
#include "phone.h"
#include "str.h"

#define ROOM_SECONDS 6
#define ROOM_LEAST 2
#define ALL_CLASSES 1u

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
links_run(struct links *v, int64_t now)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->link[i]->ops->run != NULL)
			v->link[i]->ops->run(v->link[i], now);
	}
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
	return l->state == LINK_UP && l->registered && !l->screens_only;
}

/* `scope` is what stands for one link, or for all. */
static void
pause_bits(uint8_t *scope, uint32_t class, bool on)
{
	uint8_t bit = (uint8_t)(1u << class);

	if (on)
		*scope |= bit;
	else
		*scope = class == 0 ? 0 : (uint8_t)(*scope & ~bit);
}

void
links_pause(struct links *v, struct link *l, uint32_t class, bool on)
{
	if (class > BUS_CLASSES)
		return;
	pause_bits(l == NULL ? &v->paused : &l->paused, class, on);
	for (size_t i = 0; l == NULL && !on && i < v->n; i++)
		pause_bits(&v->link[i]->paused, class, false);
}

void
links_drain(struct links *v, struct link *l, bool on)
{
	*(l == NULL ? &v->drained : &l->drained) = on;
	for (size_t i = 0; l == NULL && !on && i < v->n; i++)
		v->link[i]->drained = false;
}

bool
links_is_drained(const struct links *v, const struct link *l)
{
	return v->drained || l->drained;
}

bool
links_may(const struct links *v, const struct link *l, uint32_t priority)
{
	uint32_t class = priority < BUS_CLASSES ? priority + 1 : BUS_CLASSES;
	unsigned paused = (unsigned)v->paused | l->paused;

	return !links_is_drained(v, l) && (paused & (ALL_CLASSES | 1u << class)) == 0;
}

bool
links_is_held(const struct links *v, const struct bus_send *s)
{
	const struct link *way = s->link[0] == '\0' ? NULL : links_find(v, s->link);

	if (way != NULL && s->person)
		return !links_may(v, way, s->priority);
	for (size_t i = 0; i < v->n; i++) {
		if (!v->link[i]->screens_only && links_may(v, v->link[i], s->priority))
			return false;
	}
	return v->n > 0;
}

/* It is known to do no good: others first. */
static bool
is_poor(const struct link *l, int64_t now)
{
	return l->silent || now < l->failing_until;
}

static bool
is_free(const struct link *l, int64_t now)
{
	return !l->sending && l->free_at <= now;
}

bool
links_may_send(const struct links *v, int64_t now)
{
	for (size_t i = 0; i < v->n; i++) {
		if (healthy(v->link[i]) && is_free(v->link[i], now))
			return true;
	}
	return false;
}

/* Parts a minute as configured, or as measured if that is less. */
static unsigned
speed(const struct link *l)
{
	unsigned measured = l->part_ms == 0 ? l->parts_per_minute : 60000 / l->part_ms;

	return measured < l->parts_per_minute ? measured : l->parts_per_minute;
}

uint32_t
links_room(const struct links *v)
{
	uint32_t room = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct link *l = v->link[i];

		if (healthy(l) && !links_is_drained(v, l) &&
		    ((v->paused | l->paused) & ALL_CLASSES) == 0)
			room += ROOM_LEAST + speed(l) * ROOM_SECONDS / 60;
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

static uint64_t
print_of(const char *to)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *to != '\0'; to++)
		h = (h ^ (uint8_t)*to) * UINT64_C(1099511628211);
	return h;
}

void
links_remember(struct links *v, const char *to, struct link *l)
{
	uint64_t print = print_of(to);

	v->sender[print % LINKS_SENDERS] = (struct links_sender){ print, l };
}

static struct link *
remembered(const struct links_sender known[LINKS_SENDERS], const char *to)
{
	uint64_t print = print_of(to);
	const struct links_sender *s = &known[print % LINKS_SENDERS];

	return s->print == print ? s->link : NULL;
}

static bool
may_take(const struct links *v, const struct link *l, const struct bus_send *s)
{
	return healthy(l) && links_may(v, l, s->priority);
}

static bool
is_home(const struct link *l, const char *to)
{
	const char *p = l->countries == NULL ? "" : l->countries;
	struct phone number = { "" };
	const char *country;

	(void)!str_copy(number.s, sizeof(number.s), to);
	country = phone_country(&number);
	while (*p != '\0' && *country != '\0') {
		size_t n = strcspn(p, " ");

		if (n == strlen(country) && strncmp(p, country, n) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

static const char *
sender_of(const struct link *l)
{
	return l->sender == NULL || l->sender[0] == '\0' ? l->number : l->sender;
}

/* The link with the number for who roams, NULL: none. */
static struct link *
beside(const struct links *v, const struct link *l)
{
	for (size_t i = 0; l->beside != NULL && l->beside[0] != '\0' && i < v->n; i++) {
		if (v->link[i] != l && strcmp(v->link[i]->number, l->beside) == 0)
			return v->link[i];
	}
	return NULL;
}

bool
links_go_beside(struct links *v, const struct bus_send *s, const char *refused_by)
{
	struct link *l = links_find(v, refused_by);
	uint64_t print = print_of(s->to);

	if (!s->person || l == NULL || beside(v, l) == NULL || is_home(l, s->to) ||
	    remembered(v->refused, s->to) == l)
		return false;
	v->refused[print % LINKS_SENDERS] = (struct links_sender){ print, l };
	log_info("links.beside", "link=%s to=%s", l->name, beside(v, l)->name);
	return true;
}

/* Another link that may take it and shows the same sender, NULL: none. */
static struct link *
like(const struct links *v, const struct link *way, const struct bus_send *s, int64_t now,
    bool failing)
{
	for (size_t i = 0; sender_of(way)[0] != '\0' && i < v->n; i++) {
		struct link *l = v->link[i];

		if (l != way && strcmp(sender_of(l), sender_of(way)) == 0 &&
		    (failing || now >= l->failing_until) && may_take(v, l, s) &&
		    is_free(l, now))
			return l;
	}
	return NULL;
}

/* For a person: the way, or who shows the same sender, or who is beside it. */
static struct link *
choose_for_person(
    const struct links *v, struct link *way, const struct bus_send *s, int64_t now)
{
	struct link *other;
	bool may;

	if (remembered(v->refused, s->to) == way && beside(v, way) != NULL)
		way = beside(v, way);
	may = may_take(v, way, s);
	if (may && now >= way->failing_until)
		return is_free(way, now) ? way : NULL;
	other = like(v, way, s, now, false);
	if (other != NULL)
		return other;
	if (may)
		return is_free(way, now) ? way : NULL;
	return like(v, way, s, now, true);
}

/* The first rule in which they differ. */
static bool
is_better(const struct link *a, const struct link *b, const char *to, int64_t now)
{
	size_t prefix_a = prefix_length(a, to), prefix_b = prefix_length(b, to);

	if (is_poor(a, now) != is_poor(b, now))
		return is_poor(b, now);
	if (prefix_a != prefix_b)
		return prefix_a > prefix_b;
	if (is_home(a, to) != is_home(b, to))
		return is_home(a, to);
	if (a->cost != b->cost)
		return a->cost < b->cost;
	return a->free_at < b->free_at;
}

struct link *
links_choose(const struct links *v, const struct bus_send *s, int64_t now)
{
	struct link *way = s->link[0] == '\0' ? NULL : links_find(v, s->link);
	struct link *best = NULL;

	if (way != NULL && s->person)
		return choose_for_person(v, way, s, now);
	if (way == NULL || is_poor(way, now) || !may_take(v, way, s))
		way = remembered(v->sender, s->to);
	if (way != NULL && !is_poor(way, now) && may_take(v, way, s))
		return is_free(way, now) ? way : NULL;
	for (size_t i = 0; i < v->n; i++) {
		struct link *l = v->link[i];

		if (may_take(v, l, s) && is_free(l, now) &&
		    (best == NULL || is_better(l, best, s->to, now)))
			best = l;
	}
	return best;
}
