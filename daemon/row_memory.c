/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slices of time, each a hash of its own that is dropped whole when its time is over. A slice is cut in parts
 * that grow alone, so that no growth holds the loop up. Nothing is removed before: of a row that stands in
 * several slices the highest attempt counts. Called by outgoing.c.
 */
#include "row_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base.h"

#define SLICES 5 /* four make up the time to keep, one is being filled */
#define PARTS 256
#define LEAST 16
#define ACCEPTED 0x80000000u

/* Open addressing, a power of two; an id of 0 is an empty slot. */
struct part {
	uint64_t *id;
	uint32_t *known; /* attempt, ACCEPTED */
	uint32_t n, size;
};

struct slice {
	int64_t begun_ms;
	size_t n;
	struct part part[PARTS];
};

struct row_memory {
	int64_t slice_ms;
	size_t n;
	unsigned newest;
	struct slice slice[SLICES];
};

struct row_memory *
row_memory_new(int64_t keep_ms)
{
	struct row_memory *m = xcalloc(1, sizeof(*m));

	m->slice_ms = keep_ms / (SLICES - 1);
	return m;
}

static void
slice_clear(struct row_memory *m, struct slice *s)
{
	for (unsigned i = 0; i < PARTS; i++) {
		free(s->part[i].id);
		free(s->part[i].known);
	}
	m->n -= s->n;
	memset(s, 0, sizeof(*s));
}

void
row_memory_free(struct row_memory *m)
{
	if (m == NULL)
		return;
	for (unsigned i = 0; i < SLICES; i++)
		slice_clear(m, &m->slice[i]);
	free(m);
}

/* Ids come in runs: mixed, so that parts and slots fill evenly (the finaliser of MurmurHash3). */
static uint64_t
mix(uint64_t id)
{
	id = (id ^ id >> 33) * UINT64_C(0xff51afd7ed558ccd);
	id = (id ^ id >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return id ^ id >> 33;
}

/* Where the id stands, or would: there is always an empty slot. */
static uint32_t
slot_of(const struct part *p, uint64_t id, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (p->size - 1);

	while (p->id[i] != 0 && p->id[i] != id)
		i = (i + 1) & (p->size - 1);
	return i;
}

/* A quarter stays empty. */
static void
grow(struct part *p)
{
	struct part old = *p;

	if (p->size != 0 && p->n < p->size / 4 * 3)
		return;
	p->size = old.size == 0 ? LEAST : 2 * old.size;
	p->id = xcalloc(p->size, sizeof(*p->id));
	p->known = xcalloc(p->size, sizeof(*p->known));
	for (uint32_t i = 0; i < old.size; i++) {
		uint32_t to;

		if (old.id[i] == 0)
			continue;
		to = slot_of(p, old.id[i], mix(old.id[i]));
		p->id[to] = old.id[i];
		p->known[to] = old.known[i];
	}
	free(old.id);
	free(old.known);
}

static uint32_t
together(uint32_t a, uint32_t b)
{
	uint32_t high = (a & ~ACCEPTED) > (b & ~ACCEPTED) ? a & ~ACCEPTED : b & ~ACCEPTED;

	return high | ((a | b) & ACCEPTED);
}

void
row_memory_put(
    struct row_memory *m, uint64_t id, uint32_t high, bool accepted, int64_t now)
{
	struct slice *s = &m->slice[m->newest];
	uint64_t hash = mix(id);
	struct part *p;
	uint32_t i;

	if (s->n == 0)
		s->begun_ms = now;
	if (now - s->begun_ms >= m->slice_ms) {
		m->newest = (m->newest + 1) % SLICES;
		s = &m->slice[m->newest];
		slice_clear(
		    m, s); /* it has been over: its turn comes after all others' */
		s->begun_ms = now;
	}
	p = &s->part[hash >> 56];
	grow(p);
	i = slot_of(p, id, hash);
	m->n += p->id[i] == 0;
	s->n += p->id[i] == 0;
	p->n += p->id[i] == 0;
	p->id[i] = id;
	p->known[i] = together(p->known[i], high | (accepted ? ACCEPTED : 0));
}

bool
row_memory_find(const struct row_memory *m, uint64_t id, uint32_t *high, bool *accepted)
{
	uint64_t hash = mix(id);
	uint32_t known = 0;
	bool found = false;

	for (unsigned k = 0; k < SLICES; k++) {
		const struct part *p = &m->slice[k].part[hash >> 56];
		uint32_t i = p->n == 0 ? 0 : slot_of(p, id, hash);

		if (p->n == 0 || p->id[i] == 0)
			continue;
		found = true;
		known = together(known, p->known[i]);
	}
	*high = known & ~ACCEPTED;
	*accepted = (known & ACCEPTED) != 0;
	return found;
}

void
row_memory_forget(struct row_memory *m, int64_t now)
{
	for (unsigned k = 0; k < SLICES; k++) {
		struct slice *s = &m->slice[k];

		if (s->n > 0 && now - s->begun_ms >= SLICES * m->slice_ms)
			slice_clear(m, s);
	}
}

size_t
row_memory_count(const struct row_memory *m)
{
	return m->n;
}
