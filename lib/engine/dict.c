/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing over FNV-1a; entries of one key are chained in the order they were added.
 * It folds nothing and is never changed after the load. Called by words.c and place.c.
 */
#include "dict.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	char *key;
	size_t len;
	uint32_t hash;
	uint32_t value;
	uint32_t more; /* the next entry of the same key */
};

struct dict {
	struct entry *entry;
	uint32_t n, room;
	uint32_t *slot; /* the first entry of a key, or DICT_NONE */
	uint32_t slots; /* a power of two */
};

static uint32_t
hash_of(const char *s, size_t n)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619U;
	return h;
}

struct dict *
dict_new(void)
{
	return xcalloc(1, sizeof(struct dict));
}

void
dict_free(struct dict *d)
{
	if (d == NULL)
		return;
	for (uint32_t i = 0; i < d->n; i++)
		free(d->entry[i].key);
	free(d->entry);
	free(d->slot);
	free(d);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t
slot_of(const struct dict *d, const char *key, size_t len, uint32_t hash)
{
	uint32_t at = hash & (d->slots - 1);

	for (;;) {
		uint32_t i = d->slot[at];

		if (i == DICT_NONE ||
		    (d->entry[i].hash == hash && d->entry[i].len == len &&
			memcmp(d->entry[i].key, key, len) == 0))
			return at;
		at = (at + 1) & (d->slots - 1);
	}
}

static void
grow(struct dict *d)
{
	struct dict old = *d;

	d->slots = old.slots > 0 ? old.slots * 2 : 64;
	d->slot = xreallocarray(NULL, d->slots, sizeof *d->slot);
	for (uint32_t i = 0; i < d->slots; i++)
		d->slot[i] = DICT_NONE;
	for (uint32_t i = 0; i < old.slots; i++) {
		const struct entry *e;

		if (old.slot[i] == DICT_NONE)
			continue;
		e = &d->entry[old.slot[i]];
		d->slot[slot_of(d, e->key, e->len, e->hash)] = old.slot[i];
	}
	free(old.slot);
}

void
dict_add(struct dict *d, const char *key, size_t len, uint32_t value)
{
	uint32_t hash = hash_of(key, len), at, i, last = DICT_NONE;

	if (d->n * 2 >= d->slots)
		grow(d);
	at = slot_of(d, key, len, hash);
	for (i = d->slot[at]; i != DICT_NONE; i = d->entry[i].more) {
		if (d->entry[i].value == value)
			return;
		last = i;
	}
	if (d->n == d->room) {
		d->room = d->room > 0 ? d->room * 2 : 64;
		d->entry = xreallocarray(d->entry, d->room, sizeof *d->entry);
	}
	d->entry[d->n] = (struct entry){ .key = xmalloc(len + 1),
		.len = len,
		.hash = hash,
		.value = value,
		.more = DICT_NONE };
	memcpy(d->entry[d->n].key, key, len);
	d->entry[d->n].key[len] = '\0';
	if (last == DICT_NONE)
		d->slot[at] = d->n;
	else
		d->entry[last].more = d->n;
	d->n++;
}

uint32_t
dict_find(const struct dict *d, const char *key, size_t len)
{
	if (d->slots == 0)
		return DICT_NONE;
	return d->slot[slot_of(d, key, len, hash_of(key, len))];
}

uint32_t
dict_more(const struct dict *d, uint32_t entry)
{
	return d->entry[entry].more;
}

uint32_t
dict_value(const struct dict *d, uint32_t entry)
{
	return d->entry[entry].value;
}

uint32_t
dict_count(const struct dict *d)
{
	return d->n;
}

const char *
dict_key(const struct dict *d, uint32_t entry, size_t *len)
{
	*len = d->entry[entry].len;
	return d->entry[entry].key;
}
