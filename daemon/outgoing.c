/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of rows on their way out: what was taken, what is remembered, what is answered to Ask.
 * It never waits and never touches a device. Called in the loop.
 */
#include "outgoing_table.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "row_memory.h"
#include "variant.h"

struct outgoing *
outgoing_new(const struct outgoing_options *options)
{
	struct outgoing *o = xcalloc(1, sizeof(*o));

	o->o = *options;
	o->memory = row_memory_new(OUTGOING_MEMORY_MS);
	return o;
}

static struct row **
bucket_of(struct outgoing *o, uint64_t id)
{
	return &o->bucket[(id ^ id >> 17) % BUCKETS];
}

static struct row *
row_find(struct outgoing *o, uint64_t id)
{
	struct row *r = *bucket_of(o, id);

	while (r != NULL && r->id != id)
		r = r->next_hash;
	return r;
}

static struct list *
list_of(struct outgoing *o, const struct row *r)
{
	if (r->stage == STAGE_HELD)
		return &o->held[r->send->priority < PRIORITIES ? r->send->priority
							       : PRIORITIES - 1];
	return NULL;
}

static void
list_add(struct list *l, struct row *r, bool in_front)
{
	r->prev = in_front ? NULL : l->last;
	r->next = in_front ? l->first : NULL;
	*(r->prev == NULL ? &l->first : &r->prev->next) = r;
	*(r->next == NULL ? &l->last : &r->next->prev) = r;
}

static void
list_remove(struct list *l, struct row *r)
{
	*(r->prev == NULL ? &l->first : &r->prev->next) = r->next;
	*(r->next == NULL ? &l->last : &r->next->prev) = r->prev;
	r->prev = r->next = NULL;
}

/* Every change of stage goes through here: lists and counters follow. */
static void
row_stage(struct outgoing *o, struct row *r, enum stage to, bool in_front)
{
	struct list *l = list_of(o, r);

	if (l != NULL)
		list_remove(l, r);
	o->count.held -= r->stage == STAGE_HELD;
	r->stage = to;
	o->count.held += to == STAGE_HELD;
	l = list_of(o, r);
	if (l != NULL)
		list_add(l, r, in_front);
}

/* More than this is not promised: safer to know nothing of a row than to forget another. */
static bool
memory_is_full(const struct outgoing *o)
{
	return o->count.active + row_memory_count(o->memory) >= o->o.memory_max;
}

/* NULL: neither in the table nor to be remembered later. What memory has of it goes along. */
static struct row *
row_new(struct outgoing *o, uint64_t id)
{
	struct row **head = bucket_of(o, id), *r;

	if (memory_is_full(o))
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->id = id;
	r->next_hash = *head;
	*head = r;
	(void)row_memory_find(o->memory, id, &r->high, &r->accepted);
	o->count.active++;
	return r;
}

static void
row_free(struct outgoing *o, struct row *r)
{
	struct row **at = bucket_of(o, r->id);

	row_stage(o, r, STAGE_NEW, false);
	o->count.active--;
	while (*at != r)
		at = &(*at)->next_hash;
	*at = r->next_hash;
	free(r->send);
	free(r->result);
	free(r->late);
	free(r);
}

static void
row_remember(struct outgoing *o, struct row *r)
{
	row_memory_put(o->memory, r->id, r->high, r->accepted, clock_boot_ms());
	row_free(o, r);
}

void
outgoing_free(struct outgoing *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (o->bucket[i] != NULL)
			row_free(o, o->bucket[i]);
	}
	row_memory_free(o->memory);
	free(o);
}

static void row_result(
    struct outgoing *o, struct row *r, const struct bus_result *result);

static void
on_committed(void *arg, uint64_t id, enum bus_outcome outcome)
{
	struct outgoing *o = arg;
	struct row *r = row_find(o, id);
	struct bus_result *late = r == NULL ? NULL : r->late;

	(void)outcome; /* put aside is kept by the database too */
	if (r == NULL || r->stage != STAGE_RESULT)
		return;
	kill_point("out.settled");
	if (late == NULL) {
		row_remember(o, r);
		return;
	}
	r->late = NULL;
	row_result(o, r, late);
	free(late);
}

/* Keeps the result and offers it until it is committed; an earlier one counts no more. */
static void
row_result(struct outgoing *o, struct row *r, const struct bus_result *result)
{
	struct inflight_owner owner = {
		.settled = on_committed, .arg = o, .handle = r->id
	};
	struct bus_msg m = { .type = BUS_RESULT };

	if (r->stage == STAGE_RESULT)
		inflight_withdraw_one(o->o.inflight, o, r->id);
	row_stage(o, r, STAGE_RESULT, false);
	m.u.result = *result;
	m.u.result.token = 0;
	m.u.result.row = r->id;
	m.u.result.attempt = r->attempt;
	free(r->send);
	free(r->result);
	r->send = NULL;
	r->result = xmalloc(sizeof(*r->result));
	*r->result = m.u.result;
	r->accepted = r->accepted || result->state == BUS_ACCEPTED;
	o->count.result[result->state]++;
	kill_point("out.result");
	log_info("out.result", "row=%llu attempt=%u state=%d link=%s error=%u",
	    (unsigned long long)r->id, r->attempt, (int)result->state, result->link,
	    result->error);
	if (inflight_take(o->o.inflight, &m, clock_boot_ms(), &owner) != RC_OK)
		fatalx("out.result_lost", "row=%llu", (unsigned long long)r->id);
}

static void
row_end(struct outgoing *o, struct row *r, enum bus_state state)
{
	struct bus_result result = {
		.row = r->id, .attempt = r->attempt, .state = state
	};

	result.parts_done = r->send->parts_done;
	result.concat_ref = r->send->concat_ref;
	kill_point(state == BUS_EXPIRED ? "out.expired" : "out.dropped");
	row_result(o, r, &result);
}

static struct bus_send *
send_copy(const struct bus_send *s)
{
	size_t n = offsetof(struct bus_send, text) +
	    strnlen(s->text, sizeof(s->text) - 1) + 1;
	struct bus_send *copy = xmalloc(n);

	memcpy(copy, s, n);
	((char *)copy)[n - 1] = '\0';
	return copy;
}

static enum rc
refuse(struct outgoing *o, const struct bus_send *s, const char *why)
{
	o->count.refused++;
	log_warn("out.refused", "row=%llu attempt=%u why=%s", (unsigned long long)s->row,
	    s->attempt, why);
	return RC_REFUSED;
}

/* The network has it already: said again for this attempt, without sending. */
static void
row_accepted(struct outgoing *o, struct row *r)
{
	struct bus_result result = { .state = BUS_ACCEPTED };

	if (r->late != NULL)
		result = *r->late;
	else if (r->result != NULL && r->result->state == BUS_ACCEPTED)
		result = *r->result;
	free(r->late);
	r->late = NULL;
	row_result(o, r, &result);
}

/* What the entry has becomes this attempt's: held stays held, what is out stays out. */
static void
take_over(struct outgoing *o, struct row *r, const struct bus_send *s)
{
	int64_t now = clock_boot_ms();

	r->attempt = s->attempt;
	r->high = s->attempt;
	if (r->accepted) {
		row_accepted(o, r);
		return;
	}
	if (r->stage == STAGE_RESULT)
		inflight_withdraw_one(o->o.inflight, o, r->id);
	if (r->stage != STAGE_AT_LINK && r->stage != STAGE_SUBMITTED)
		row_stage(o, r, STAGE_NEW, false);
	free(r->send);
	r->send = send_copy(s);
	/* parts that went with an attempt whose end the database has not heard */
	if (r->result != NULL && s->parts_done == 0) {
		r->send->parts_done = r->result->parts_done;
		r->send->concat_ref = r->result->concat_ref;
	}
	free(r->result);
	r->result = NULL;
	r->limits.submit_by = s->submit_ms == 0 ? 0 : now + (int64_t)s->submit_ms;
	r->limits.window_end = s->window_ms == 0 ? 0 : now + (int64_t)s->window_ms;
	if (r->stage == STAGE_NEW)
		row_stage(o, r, STAGE_HELD, false);
	if (o->stopping && r->stage == STAGE_HELD)
		row_end(o, r, BUS_DROPPED);
}

enum rc
outgoing_take(struct outgoing *o, const struct bus_send *s)
{
	struct row *r = row_find(o, s->row);
	bool known = r != NULL, accepted;
	uint32_t high = known ? r->high : 0;

	if (s->instance != o->o.instance)
		return refuse(o, s, "instance");
	if (!known)
		known = row_memory_find(o->memory, s->row, &high, &accepted);
	if (known && s->attempt <= high)
		return refuse(o, s, "attempt");
	if (r == NULL && o->count.active < o->o.rows_max)
		r = row_new(o, s->row);
	if (r == NULL) {
		o->count.full++;
		return RC_AGAIN;
	}
	o->count.taken++;
	kill_point("out.taken");
	take_over(o, r, s);
	return RC_OK;
}

static enum bus_state
state_of(const struct row *r)
{
	switch (r->stage) {
	case STAGE_NEW:
		return BUS_NEVER_HAD;
	case STAGE_HELD:
	case STAGE_AT_LINK:
		return BUS_HELD;
	case STAGE_SUBMITTED:
		return BUS_SUBMITTED;
	case STAGE_RESULT:
		return r->result->state;
	}
	return BUS_NEVER_HAD;
}

/* Of a row that is in the table; false: nothing may be said. */
static bool
ask_of_table(struct outgoing *o, struct row *r, uint32_t attempt, struct bus_result *said)
{
	if (attempt < r->high)
		return false;
	r->high = attempt;
	if (r->stage == STAGE_RESULT && (r->attempt == attempt || r->accepted))
		*said = r->late != NULL ? *r->late : *r->result;
	said->state = r->accepted   ? BUS_ACCEPTED
	    : r->attempt == attempt ? state_of(r)
				    : BUS_NEVER_HAD;
	if (r->attempt != attempt && r->stage == STAGE_HELD)
		row_remember(o, r);
	return true;
}

/* Of one that is not. */
static bool
ask_of_memory(struct outgoing *o, uint64_t id, uint32_t attempt, struct bus_result *said)
{
	uint32_t high;
	bool accepted, known = row_memory_find(o->memory, id, &high, &accepted);

	if (attempt < high || (!known && memory_is_full(o)))
		return false;
	row_memory_put(o->memory, id, attempt, accepted, clock_boot_ms());
	said->state = accepted ? BUS_ACCEPTED : BUS_NEVER_HAD;
	return true;
}

/*
 * "Never had" promises that this attempt will not be taken later, and nothing of the row is sent for an
 * earlier one that is still held. Of lower attempts nothing is said: who asks has the wrong one.
 */
void
outgoing_ask(struct outgoing *o, struct bus_peer *from, const struct bus_ask *ask)
{
	struct row *r = row_find(o, ask->row);
	struct bus_msg m = { .type = BUS_RESULT };

	o->count.asked++;
	if (ask->instance != o->o.instance)
		return;
	if (r != NULL ? !ask_of_table(o, r, ask->attempt, &m.u.result)
		      : !ask_of_memory(o, ask->row, ask->attempt, &m.u.result))
		return;
	m.u.result.row = ask->row;
	m.u.result.attempt = ask->attempt;
	kill_point("out.asked");
	(void)!o->o.say(o->o.arg, from, &m);
}

void
outgoing_submitting(struct outgoing *o, uint64_t id, uint32_t attempt)
{
	struct row *r = row_find(o, id);

	if (r == NULL || r->link_attempt != attempt || r->stage != STAGE_AT_LINK)
		return;
	row_stage(o, r, STAGE_SUBMITTED, false);
	o->count.submitted++;
}

/* Nothing of it went, and a link beside the one that refused it may still write to who roams. */
static bool
goes_beside(
    const struct outgoing *o, const struct row *r, const struct bus_result *result)
{
	return (result->state == BUS_STATE_REFUSED || result->state == BUS_FAILED) &&
	    result->parts_done == 0 && !o->stopping &&
	    links_go_beside(o->o.links, r->send, result->link);
}

/*
 * "Accepted" of an attempt that has had its result: it settles the row, also one that is held again. Its
 * references are of the parts that the earlier result did not tell, so it waits until that is committed.
 */
static void
accepted_late(struct outgoing *o, struct row *r, const struct bus_result *result)
{
	uint32_t high;
	bool accepted = false;

	if (r == NULL && row_memory_find(o->memory, result->row, &high, &accepted) &&
	    !accepted)
		r = row_new(o, result->row);
	if (r == NULL || r->accepted)
		return; /* forgotten, or said already */
	if (r->stage == STAGE_RESULT && r->result->refs_n > 0) {
		r->accepted = true;
		r->late = xmalloc(sizeof(*r->late));
		*r->late = *result;
		return;
	}
	if (r->attempt == 0)
		r->attempt = result->attempt;
	row_result(o, r, result);
}

void
outgoing_result(struct outgoing *o, const struct bus_result *result)
{
	struct row *r = row_find(o, result->row);

	if (r == NULL || r->link_attempt != result->attempt ||
	    (r->stage != STAGE_AT_LINK && r->stage != STAGE_SUBMITTED)) {
		if (result->state == BUS_ACCEPTED)
			accepted_late(o, r, result);
		return;
	}
	if (result->state != BUS_HELD && !goes_beside(o, r, result))
		row_result(o, r, result);
	else if (o->stopping)
		row_end(o, r, BUS_DROPPED);
	else
		row_stage(o, r, STAGE_HELD, true);
}

/* Its time is out: it is not submitted any more. */
static bool
is_late(const struct row *r, int64_t now)
{
	if (r->limits.submit_by != 0 && now >= r->limits.submit_by)
		return true;
	if (r->limits.window_end == 0)
		return false;
	return r->limits.window_end - now <
	    (r->send->person ? OUTGOING_LEAST_WINDOW_MS : 1);
}

static void
hand_over(struct outgoing *o, struct row *r, int64_t now)
{
	struct link *l;

	if (r->send->person && o->no_persons)
		return;
	l = links_choose(o->o.links, r->send, now);
	if (l == NULL || l->ops->send(l, r->send, r->limits) != RC_OK)
		return;
	links_remember(o->o.links, r->send->to, l);
	r->link_attempt = r->attempt;
	row_stage(o, r, STAGE_AT_LINK, false);
	kill_point("out.ordered");
}

void
outgoing_run(struct outgoing *o, int64_t now)
{
	struct row *next;

	o->operators = 0;
	for (size_t p = 0; p < PRIORITIES; p++) {
		for (struct row *r = o->held[p].first; r != NULL; r = next) {
			next = r->next;
			if (is_late(r, now))
				row_end(o, r, BUS_EXPIRED);
			else if (links_is_held(o->o.links, r->send))
				o->operators++;
			else if (links_may_send(o->o.links, now))
				hand_over(o, r, now);
		}
	}
	row_memory_forget(o->memory, now);
	outgoing_room(o);
}

void
outgoing_count_waiting(const struct outgoing *o)
{
	struct links *v = o->o.links;

	for (size_t i = 0; i < v->n; i++)
		v->link[i]->waiting = 0;
	for (size_t p = 0; p < PRIORITIES; p++) {
		for (struct row *r = o->held[p].first; r != NULL; r = r->next) {
			struct link *l = links_find(v, r->send->link);

			if (l != NULL)
				l->waiting++;
		}
	}
}

void
outgoing_hold_persons(struct outgoing *o, bool on)
{
	o->no_persons = on;
}

void
outgoing_stop(struct outgoing *o)
{
	o->stopping = true;
	for (size_t p = 0; p < PRIORITIES; p++) {
		while (o->held[p].first != NULL)
			row_end(o, o->held[p].first, BUS_DROPPED);
	}
}

bool
outgoing_empty(const struct outgoing *o)
{
	return o->count.active == 0;
}

struct outgoing_counts
outgoing_counts(const struct outgoing *o)
{
	struct outgoing_counts c = o->count;

	c.remembered = row_memory_count(o->memory);
	return c;
}
