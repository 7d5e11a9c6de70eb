/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of handsets by number; long texts joined, repeats noticed.
 * It never forgets that a text was there, only the text. Called by smsc_*.c.
 */
#include "smsc_phone.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim_json.h"

enum {
	KEPT = 100,
	OPEN_MAX = 8,
	PIECES = 256,
};

struct phone_parts {
	struct phone_parts *next;
	struct gsm_concat concat;
	unsigned have;
	char *piece[PIECES]; /* owned */
};

uint64_t
phone_hash(const char *s, bool digits)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s != '\0'; s++) {
		if (digits && !isalnum((unsigned char)*s))
			continue;
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	}
	return h;
}

struct handset *
phone_of(struct phones *p, const char *number)
{
	struct handset **at = &p->bucket[phone_hash(number, true) % PHONE_BUCKETS], *h;
	char digits[SMSC_NUMBER_SIZE];
	size_t n = 0;

	for (; *number != '\0' && n + 1 < sizeof(digits); number++) {
		if (isalnum((unsigned char)*number))
			digits[n++] = *number;
	}
	digits[n] = '\0';
	for (; *at != NULL; at = &(*at)->next) {
		if (strcmp((*at)->digits, digits) == 0)
			return *at;
	}
	h = xcalloc(1, sizeof(*h));
	memcpy(h->digits, digits, n + 1);
	h->texts = json_array();
	h->screens = json_array();
	*at = h;
	return h;
}

static void
keep(json_t *list, json_t *entry)
{
	if (json_array_size(list) >= KEPT)
		json_array_remove(list, 0);
	json_array_append_new(list, entry);
}

static bool
note(struct handset *h, uint64_t hash)
{
	bool before = false;

	for (size_t i = 0; i < h->seen_n && !before; i++)
		before = h->seen[i] == hash;
	if (before)
		return true;
	if (h->seen_n == h->seen_room) {
		h->seen_room = h->seen_room == 0 ? 8 : 2 * h->seen_room;
		h->seen = xreallocarray(h->seen, h->seen_room, sizeof(*h->seen));
	}
	h->seen[h->seen_n++] = hash;
	return false;
}

static bool
take_whole(struct handset *h, int64_t at_ms, const char *utf8, unsigned parts)
{
	bool before = note(h, phone_hash(utf8, false));

	h->received++;
	h->repeats += before;
	keep(h->texts,
	    json_pack("{s:I, s:s, s:i}", "at_ms", (json_int_t)at_ms, "text", utf8,
		"parts", (int)parts));
	return before;
}

static void
free_parts(struct phone_parts *p)
{
	for (size_t i = 0; i < PIECES; i++)
		free(p->piece[i]);
	free(p);
}

static struct phone_parts *
parts_of(struct handset *h, const struct gsm_concat *concat)
{
	struct phone_parts **at = &h->open, *p;
	unsigned n = 0;

	for (; *at != NULL; at = &(*at)->next, n++) {
		if ((*at)->concat.ref == concat->ref &&
		    (*at)->concat.total == concat->total)
			return *at;
		if (n + 1 == OPEN_MAX) {
			free_parts(*at);
			*at = NULL;
			break;
		}
	}
	p = xcalloc(1, sizeof(*p));
	p->concat = *concat;
	p->next = h->open;
	h->open = p;
	return p;
}

static bool
join(struct handset *h, struct phone_parts *p, int64_t at_ms)
{
	struct phone_parts **at = &h->open;
	size_t n = 1, used = 0;
	bool before;
	char *whole;

	for (size_t i = 1; i <= p->concat.total; i++)
		n += strlen(p->piece[i]);
	whole = xmalloc(n);
	for (size_t i = 1; i <= p->concat.total; i++) {
		n = strlen(p->piece[i]);
		memcpy(whole + used, p->piece[i], n);
		used += n;
	}
	whole[used] = '\0';
	before = take_whole(h, at_ms, whole, p->concat.total);
	free(whole);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	free_parts(p);
	return before;
}

bool
phone_text(
    struct handset *h, int64_t at_ms, const char *utf8, const struct gsm_concat *concat)
{
	struct phone_parts *p;

	if (concat->total <= 1)
		return take_whole(h, at_ms, utf8, 1);
	p = parts_of(h, concat);
	if (p->piece[concat->part] != NULL) {
		h->repeats++;
		return true;
	}
	p->piece[concat->part] = xstrdup(utf8);
	return ++p->have == concat->total && join(h, p, at_ms);
}

void
phone_screen(struct handset *h, int64_t at_ms, const char *utf8, bool end)
{
	keep(h->screens,
	    json_pack("{s:I, s:s, s:b}", "at_ms", (json_int_t)at_ms, "text", utf8, "end",
		(int)end));
}

static void
free_handset(struct handset *h)
{
	while (h->open != NULL) {
		struct phone_parts *p = h->open;

		h->open = p->next;
		free_parts(p);
	}
	json_decref(h->texts);
	json_decref(h->screens);
	free(h->seen);
	free(h);
}

void
phone_clear(struct phones *p)
{
	for (size_t i = 0; i < PHONE_BUCKETS; i++) {
		while (p->bucket[i] != NULL) {
			struct handset *h = p->bucket[i];

			p->bucket[i] = h->next;
			free_handset(h);
		}
	}
}
