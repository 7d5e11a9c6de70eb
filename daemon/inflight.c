/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offers until a verdict: one in flight a sender, credit of the peers, time limits, bound.
 * It never acknowledges anything itself: the owner does, once told. Called in the loop.
 */
#include "inflight_order.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "variant.h"

#define DELAY_FIRST_MS 200
#define DELAY_MOST_MS 10000

struct inflight *
inflight_new(const struct inflight_options *o)
{
	struct inflight *f = xcalloc(1, sizeof(*f));

	f->o = *o;
	f->last_token = o->first_token;
	return f;
}

static struct offer *
offer_find(const struct inflight *f, uint64_t token)
{
	struct offer *o = f->by_token[token % INFLIGHT_BUCKETS];

	while (o != NULL && o->m->u.sms_in.token != token)
		o = o->next_hash;
	return o;
}

static void
tell_hold(struct inflight *f)
{
	bool on = f->held ? f->count.texts > f->o.texts_max / 2
			  : f->count.texts >= f->o.texts_max;

	if (on == f->held)
		return;
	f->held = on;
	if (on)
		log_warn(
		    "inflight.full", "texts=%zu the links stop reading", f->count.texts);
	else
		log_info("inflight.room", "texts=%zu", f->count.texts);
	f->o.hold(f->o.arg, on);
}

/* Out of every list; what waited for it comes forward. */
static void
offer_free(struct inflight *f, struct offer *o)
{
	struct offer **at = &f->by_token[o->m->u.sms_in.token % INFLIGHT_BUCKETS];

	if (o->stage == STAGE_READY)
		order_unready(f, o);
	while (*at != o)
		at = &(*at)->next_hash;
	*at = o->next_hash;
	*(o->prev == NULL ? &f->first : &o->prev->next) = o->next;
	*(o->next == NULL ? &f->last : &o->next->prev) = o->prev;
	order_leave(f, o);
	if (o->stage == STAGE_OUT)
		f->count.out--;
	*(o->m->type == BUS_RESULT ? &f->count.results : &f->count.texts) -= 1;
	free(o->m);
	free(o);
}

void
inflight_free(struct inflight *f)
{
	if (f == NULL)
		return;
	while (f->first != NULL)
		offer_free(f, f->first);
	free(f);
}

/* token leads all five kinds, so that one spelling reads and writes it */
_Static_assert(offsetof(struct bus_sms_in, token) == 0 &&
	offsetof(struct bus_result, token) == 0 &&
	offsetof(struct bus_receipt, token) == 0 &&
	offsetof(struct bus_ussd_in, token) == 0 &&
	offsetof(struct bus_confirm, token) == 0,
    "token first");

/* How much of a message is worth to be kept: without the room that its text does not need. */
static size_t
message_size(const struct bus_msg *m)
{
	if (m->type == BUS_SMS_IN)
		return offsetof(struct bus_msg, u.sms_in.text) + m->u.sms_in.text_n + 1;
	if (m->type == BUS_USSD_IN)
		return offsetof(struct bus_msg, u.ussd_in.text) +
		    strlen(m->u.ussd_in.text) + 1;
	if (m->type == BUS_RECEIPT)
		return offsetof(struct bus_msg, u) + sizeof(m->u.receipt);
	if (m->type == BUS_RESULT)
		return offsetof(struct bus_msg, u) + sizeof(m->u.result);
	if (m->type == BUS_CONFIRM)
		return offsetof(struct bus_msg, u) + sizeof(m->u.confirm);
	return sizeof(*m);
}

static bool
any_worker(const struct inflight *f)
{
	for (size_t i = 0; i < ARRAY_LEN(f->peer); i++) {
		if (f->peer[i].peer != NULL && f->peer[i].role == BUS_WORKER)
			return true;
	}
	return false;
}

/* The peer with most credit; not the one that was silent on it, if there is another. */
static struct peer *
peer_for(struct inflight *f, const struct offer *o)
{
	bool is_result = o->m->type == BUS_RESULT || o->m->type == BUS_RECEIPT ||
	    o->m->type == BUS_CONFIRM;
	bool to_dispatch = is_result && !any_worker(f);
	struct peer *best = NULL, *silent = NULL;

	for (size_t i = 0; i < ARRAY_LEN(f->peer); i++) {
		struct peer *p = &f->peer[i];

		if (p->peer == NULL || p->credit == 0 ||
		    (p->role == BUS_DISPATCH) != to_dispatch)
			continue;
		if (p->peer == o->peer)
			silent = p;
		else if (best == NULL || p->credit > best->credit)
			best = p;
	}
	return best != NULL ? best : silent;
}

static void
set_age(struct offer *o, int64_t now)
{
	uint64_t age = now > o->read_ms ? (uint64_t)(now - o->read_ms) : 0;

	if (o->m->type == BUS_SMS_IN) {
		o->m->u.sms_in.age_ms = age;
		o->m->u.sms_in.again = o->m->u.sms_in.again || o->was_out;
	} else if (o->m->type == BUS_USSD_IN) {
		o->m->u.ussd_in.age_ms = age;
		o->m->u.ussd_in.again = o->was_out;
	} else if (o->m->type == BUS_RECEIPT) {
		o->m->u.receipt.age_ms = age;
	}
}

static enum rc
offer_one(struct inflight *f, struct queue *q, int64_t now)
{
	struct offer *o = q->first;
	struct peer *p = o == NULL ? NULL : peer_for(f, o);

	if (p == NULL)
		return RC_AGAIN;
	set_age(o, now);
	memcpy(&f->whole, o->m, o->size);
	if (f->o.say(f->o.arg, p->role, p->peer, &f->whole) != RC_OK) {
		p->credit =
		    0; /* its queue is full or it is gone; the bus will say which */
		return RC_OK;
	}
	p->credit--;
	order_unready(f, o);
	o->stage = STAGE_OUT;
	o->peer = p->peer;
	o->due_ms = now +
	    (o->m->type == BUS_USSD_IN ? INFLIGHT_STEP_MS : INFLIGHT_VERDICT_MS);
	f->count.out++;
	f->count.offered++;
	if (o->was_out)
		f->count.reoffered++;
	o->was_out = true;
	kill_point(o->m->type == BUS_SMS_IN ? "in.offered"
		: o->m->type == BUS_USSD_IN ? "in.step_offered"
		: o->m->type == BUS_RECEIPT ? "in.receipt_offered"
					    : "out.result_offered");
	return RC_OK;
}

static void
pump(struct inflight *f, int64_t now)
{
	if (f->pumping)
		return;
	f->pumping = true;
	while (offer_one(f, &f->steps, now) == RC_OK)
		continue;
	while (offer_one(f, &f->results, now) == RC_OK)
		continue;
	while (offer_one(f, &f->texts, now) == RC_OK)
		continue;
	f->pumping = false;
}

enum rc
inflight_take(struct inflight *f, const struct bus_msg *m, int64_t read_ms,
    const struct inflight_owner *owner)
{
	struct offer *o;

	if (m->type != BUS_RESULT && f->count.texts >= f->o.texts_max)
		return RC_AGAIN;
	o = xcalloc(1, sizeof(*o));
	o->size = message_size(m);
	o->m = xmalloc(o->size);
	memcpy(o->m, m, o->size);
	o->m->u.sms_in.token = ++f->last_token;
	o->owner = *owner;
	o->read_ms = read_ms;
	o->next_hash = f->by_token[f->last_token % INFLIGHT_BUCKETS];
	f->by_token[f->last_token % INFLIGHT_BUCKETS] = o;
	o->prev = f->last;
	*(f->last == NULL ? &f->first : &f->last->next) = o;
	f->last = o;
	*(m->type == BUS_RESULT ? &f->count.results : &f->count.texts) += 1;
	f->count.taken++;
	order_join(f, o);
	kill_point(m->type == BUS_RESULT ? "out.result_kept" : "in.taken");
	tell_hold(f);
	pump(f, clock_boot_ms());
	return RC_OK;
}

static void
withdraw(struct inflight *f, struct offer *o)
{
	if (o->stage == STAGE_OUT)
		o->withdrawn = true;
	else
		offer_free(f, o);
}

void
inflight_withdraw(struct inflight *f, const void *owner_arg)
{
	struct offer *next;

	for (struct offer *o = f->first; o != NULL; o = next) {
		next = o->next;
		if (o->owner.arg == owner_arg)
			withdraw(f, o);
	}
	tell_hold(f);
}

void
inflight_withdraw_one(struct inflight *f, const void *owner_arg, uint64_t handle)
{
	struct offer *next;

	for (struct offer *o = f->first; o != NULL; o = next) {
		next = o->next;
		if (o->owner.arg == owner_arg && o->owner.handle == handle)
			withdraw(f, o);
	}
}

static struct peer *
peer_find(struct inflight *f, const struct bus_peer *p)
{
	for (size_t i = 0; i < ARRAY_LEN(f->peer); i++) {
		if (f->peer[i].peer == p)
			return &f->peer[i];
	}
	return NULL;
}

static void
take_back(struct inflight *f, struct offer *o, int64_t now)
{
	f->count.out--;
	o->stage = STAGE_DELAYED;
	o->due_ms = now;
	if (o->withdrawn)
		offer_free(f, o);
	else if (o->due_ms <= now)
		order_ready(f, o);
}

static void
peer_gone(struct inflight *f, const struct bus_peer *p)
{
	struct offer *next;
	int64_t now = clock_boot_ms();

	for (struct offer *o = f->first; o != NULL; o = next) {
		next = o->next;
		if (o->peer != p)
			continue;
		if (o->stage == STAGE_OUT)
			take_back(f, o, now);
		else
			o->peer = NULL;
	}
}

void
inflight_peer(struct inflight *f, enum bus_role role, struct bus_peer *p, bool up)
{
	struct peer *mine = peer_find(f, p);

	if (mine != NULL) {
		memset(mine, 0, sizeof(*mine));
		peer_gone(f, p);
	}
	if (up) {
		mine = peer_find(f, NULL);
		if (mine == NULL)
			fatalx("inflight.peers", "more peers than the bus holds");
		*mine = (struct peer){ .peer = p, .role = role };
	}
	pump(f, clock_boot_ms());
}

void
inflight_credit(struct inflight *f, const struct bus_peer *p, uint32_t credit)
{
	struct peer *mine = peer_find(f, p);

	if (mine == NULL)
		return;
	mine->credit = credit > BUS_CREDIT_MAX - mine->credit ? BUS_CREDIT_MAX
							      : mine->credit + credit;
	pump(f, clock_boot_ms());
}

static void
say_again(struct inflight *f, struct offer *o)
{
	int64_t delay = (int64_t)DELAY_FIRST_MS << (o->delays < 6 ? o->delays : 6);

	f->count.out--;
	o->stage = STAGE_DELAYED;
	o->delays++;
	o->peer = NULL;
	o->due_ms = clock_boot_ms() + (delay < DELAY_MOST_MS ? delay : DELAY_MOST_MS);
	if (o->withdrawn)
		offer_free(f, o);
}

void
inflight_verdict(
    struct inflight *f, const struct bus_peer *p, const struct bus_verdict *v)
{
	struct offer *o = offer_find(f, v->token);
	struct inflight_owner owner;
	bool withdrawn;

	/* "again" counts only from who has it; a late "done" is done, whoever says it */
	if (o == NULL || !o->was_out ||
	    (v->outcome == BUS_AGAIN && (o->stage != STAGE_OUT || o->peer != p))) {
		f->count.stray++;
		return;
	}
	if (v->outcome == BUS_AGAIN) {
		f->count.again++;
		say_again(f, o);
		return;
	}
	kill_point(o->m->type == BUS_RESULT ? "out.committed"
		: o->m->type == BUS_USSD_IN ? "in.step_verdict"
					    : "in.verdict");
	*(v->outcome == BUS_ASIDE ? &f->count.aside : &f->count.done) += 1;
	owner = o->owner;
	withdrawn = o->withdrawn;
	offer_free(f, o);
	if (!withdrawn && owner.answered != NULL)
		owner.answered(owner.arg, owner.handle, v);
	else if (!withdrawn)
		owner.settled(owner.arg, owner.handle, v->outcome);
	tell_hold(f);
	pump(f, clock_boot_ms());
}

void
inflight_tick(struct inflight *f, int64_t now)
{
	struct offer *next;

	for (struct offer *o = f->first; o != NULL; o = next) {
		next = o->next;
		if (o->stage != STAGE_DELAYED && o->stage != STAGE_OUT)
			continue;
		if (o->due_ms > now)
			continue;
		if (o->stage == STAGE_OUT) {
			log_warn("inflight.silent", "token=%llu peer=%s",
			    (unsigned long long)o->m->u.sms_in.token, o->peer->name);
			take_back(f, o, now);
		} else {
			order_ready(f, o);
		}
	}
	pump(f, now);
}

bool
inflight_empty(const struct inflight *f)
{
	return f->first == NULL;
}

struct inflight_counts
inflight_counts(const struct inflight *f)
{
	return f->count;
}
