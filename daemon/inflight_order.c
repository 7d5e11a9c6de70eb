/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which offer comes after which: queues in order of token, one in flight a sender, receipts behind results.
 * It says nothing to anybody. Called by inflight.c alone.
 */
#include "inflight_order.h"

#include <stdlib.h>
#include <string.h>

static size_t
hash_text(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h % INFLIGHT_BUCKETS;
}

static struct sender *
sender_of(struct inflight *f, enum bus_type type, const char *from)
{
	struct sender **head = &f->senders[hash_text(from)];

	for (struct sender *s = *head; s != NULL; s = s->next) {
		if (s->type == type && strcmp(s->from, from) == 0)
			return s;
	}
	struct sender *s = xcalloc(1, sizeof(*s));

	s->type = type;
	memcpy(s->from, from, sizeof(s->from));
	s->next = *head;
	*head = s;
	return s;
}

static void
sender_free(struct inflight *f, struct sender *s)
{
	struct sender **at = &f->senders[hash_text(s->from)];

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

static struct queue *
queue_of(struct inflight *f, const struct offer *o)
{
	return o->m->type == BUS_SMS_IN ? &f->texts
	    : o->m->type == BUS_USSD_IN ? &f->steps
					: &f->results;
}

void
order_ready(struct inflight *f, struct offer *o)
{
	struct queue *q = queue_of(f, o);
	struct offer **at = &q->first;

	o->stage = STAGE_READY;
	if (q->last != NULL && q->last->m->u.sms_in.token < o->m->u.sms_in.token) {
		q->last->next_ready = o;
		q->last = o;
		o->next_ready = NULL;
		return;
	}
	while (*at != NULL && (*at)->m->u.sms_in.token < o->m->u.sms_in.token)
		at = &(*at)->next_ready;
	o->next_ready = *at;
	*at = o;
	if (o->next_ready == NULL)
		q->last = o;
}

void
order_unready(struct inflight *f, struct offer *o)
{
	struct queue *q = queue_of(f, o);
	struct offer *before = NULL;

	for (struct offer *i = q->first; i != o; i = i->next_ready)
		before = i;
	if (before == NULL)
		q->first = o->next_ready;
	else
		before->next_ready = o->next_ready;
	if (q->last == o)
		q->last = before;
	o->next_ready = NULL;
}

/* Out of its sender's list, whose next one comes forward. */
static void
leave_sender(struct inflight *f, struct offer *o)
{
	struct sender *s = o->sender;
	struct offer **same = &s->first, *before = NULL;

	for (; *same != o; same = &(*same)->next_same)
		before = *same;
	*same = o->next_same;
	if (s->last == o)
		s->last = before;
	if (s->first == NULL)
		sender_free(f, s);
	else if (s->first->stage == STAGE_BEHIND)
		order_ready(f, s->first);
}

/* Receipts of a result that is settled come forward. */
static void
free_receipts(struct inflight *f, uint64_t token)
{
	for (struct offer *o = f->first; o != NULL && f->behind > 0; o = o->next) {
		if (o->stage != STAGE_BEHIND || o->result != token)
			continue;
		o->result = 0;
		f->behind--;
		order_ready(f, o);
	}
}

static void
join_sender(struct inflight *f, struct offer *o)
{
	const struct bus_msg *m = o->m;
	const char *from = m->type == BUS_SMS_IN ? m->u.sms_in.from
	    : m->type == BUS_USSD_IN             ? m->u.ussd_in.from
						 : "";
	struct sender *s;

	if (from[0] == '\0')
		return;
	s = sender_of(f, m->type, from);
	o->sender = s;
	*(s->first == NULL ? &s->first : &s->last->next_same) = o;
	s->last = o;
}

/* The token of the unsettled result that a receipt is of; 0: none, it may go. */
static uint64_t
result_of(const struct inflight *f, const struct bus_receipt *receipt)
{
	for (const struct offer *o = f->last; f->count.results > 0 && o != NULL;
	     o = o->prev) {
		const struct bus_result *r = &o->m->u.result;

		if (o->m->type != BUS_RESULT || strcmp(r->link, receipt->link) != 0)
			continue;
		for (uint32_t i = 0; i < r->refs_n; i++) {
			if (r->refs[i] == receipt->ref)
				return r->token;
		}
	}
	return 0;
}

void
order_join(struct inflight *f, struct offer *o)
{
	join_sender(f, o);
	o->stage = STAGE_BEHIND;
	o->result = o->m->type == BUS_RECEIPT ? result_of(f, &o->m->u.receipt) : 0;
	f->behind += o->result != 0;
	if (o->result == 0 && (o->sender == NULL || o->sender->first == o))
		order_ready(f, o);
}

void
order_leave(struct inflight *f, struct offer *o)
{
	if (o->sender != NULL)
		leave_sender(f, o);
	if (o->result != 0)
		f->behind--;
	if (o->m->type == BUS_RESULT)
		free_receipts(f, o->m->u.result.token);
}
