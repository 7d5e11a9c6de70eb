/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binary heap of what is due when.
 * It never looks into what it keeps. Called by the smsc_*.c that answer late, and by the loop.
 */
#include "smsc_later.h"

#include <stdbool.h>
#include <stdlib.h>

#include "smsc.h"

static bool
is_before(const struct later *a, const struct later *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->turn < b->turn;
}

static void
swap(struct later *a, struct later *b)
{
	struct later t = *a;

	*a = *b;
	*b = t;
}

void
later_add(struct laters *l, int64_t due_ms, later_fn *fn, void *arg)
{
	size_t i = l->n;

	if (l->n == l->room) {
		l->room = l->room == 0 ? 64 : 2 * l->room;
		l->heap = xreallocarray(l->heap, l->room, sizeof(*l->heap));
	}
	l->heap[l->n++] = (struct later){ due_ms, ++l->turn, fn, arg };
	for (; i > 0 && is_before(&l->heap[i], &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&l->heap[i], &l->heap[(i - 1) / 2]);
}

static struct later
take_first(struct laters *l)
{
	struct later first = l->heap[0];
	size_t i = 0, least;

	l->heap[0] = l->heap[--l->n];
	for (;;) {
		least = i;
		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < l->n; c++) {
			if (is_before(&l->heap[c], &l->heap[least]))
				least = c;
		}
		if (least == i)
			return first;
		swap(&l->heap[i], &l->heap[least]);
		i = least;
	}
}

void
later_run(struct smsc *s, int64_t now_ms)
{
	while (s->later.n > 0 && s->later.heap[0].due_ms <= now_ms) {
		struct later first = take_first(&s->later);

		first.fn(s, first.arg);
		free(first.arg);
	}
}

int64_t
later_due_ms(const struct laters *l)
{
	return l->n == 0 ? INT64_MAX : l->heap[0].due_ms;
}

void
later_clear(struct laters *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->heap[i].arg);
	free(l->heap);
	*l = (struct laters){ 0 };
}
