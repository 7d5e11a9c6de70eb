/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of PDUs that wait for the commit of their step.
 * It never answers a step before and keeps no word of it. Called by smpp_dialogue.c, in the loop.
 */
#include "smpp_step.h"

#include <stdlib.h>

/* As many as steps are in flight, which is bounded, times SMPP_STEP_WAITS_MAX at most. */
struct wait {
	struct wait *next;
	struct link *link;
	uint64_t number, handle;
	struct smpp_step *step; /* NULL: its dialogue is over */
};

struct smpp_steps {
	struct wait *first;
};

struct smpp_steps *
smpp_steps_new(void)
{
	return xcalloc(1, sizeof(struct smpp_steps));
}

void
smpp_steps_free(struct smpp_steps *v)
{
	struct wait *next;

	if (v == NULL)
		return;
	for (struct wait *w = v->first; w != NULL; w = next) {
		next = w->next;
		free(w);
	}
	free(v);
}

uint64_t
smpp_step_print(const char *words)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *words != '\0'; words++)
		h = (h ^ (uint8_t)*words) * UINT64_C(1099511628211);
	return h;
}

bool
smpp_step_is_again(const struct smpp_step *s, uint64_t print)
{
	return s->handle != 0 && !s->taken && s->print == print;
}

static size_t
count(const struct smpp_steps *v, uint64_t handle)
{
	size_t n = 0;

	for (const struct wait *w = v->first; w != NULL; w = w->next)
		n += w->handle == handle;
	return n;
}

void
smpp_steps_wait(
    struct smpp_steps *v, struct link *l, uint64_t number, struct smpp_step *s)
{
	struct wait *w;

	if (s->committed) {
		s->taken = smpp_step_answer(l, number, RC_OK) || s->taken;
		return;
	}
	if (count(v, s->handle) >= SMPP_STEP_WAITS_MAX) {
		(void)smpp_step_answer(l, number, RC_AGAIN);
		return;
	}
	w = xcalloc(1, sizeof(*w));
	*w = (struct wait){ v->first, l, number, s->handle, s };
	v->first = w;
}

void
smpp_steps_forget(struct smpp_steps *v, const struct smpp_step *s)
{
	for (struct wait *w = v->first; w != NULL; w = w->next) {
		if (w->step == s)
			w->step = NULL;
	}
}

void
smpp_steps_committed(void *arg, uint64_t handle)
{
	struct smpp_steps *v = arg;
	struct wait **at = &v->first, *w;

	while ((w = *at) != NULL) {
		bool taken;

		if (w->handle != handle) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		taken = smpp_step_answer(w->link, w->number, RC_OK);
		if (w->step != NULL && w->step->handle == handle) {
			w->step->committed = true;
			w->step->taken = w->step->taken || taken;
		}
		free(w);
	}
}
