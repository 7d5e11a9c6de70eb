/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows on their way out: parts in order, within window and rate; what each came to.
 * It never submits past the limits it was given and never twice: silence is reported as uncertain.
 * Called by smpp.c and smpp_link.c, in the loop.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "smpp_link.h"
#include "str.h"
#include "variant.h"

#define ON_ITS_WAY_MS 2000 /* from our last look at the clock until the network counts */
#define NO_LIMIT_MS (INT64_C(72) * 3600 * 1000)
#define NO_REF 0xffffffffu /* the network named none */
#define BURST_US \
	100000 /* a link that was idle for so long has so much of its rate at once */
#define PAUSE_MOST_MS 30000
#define THROTTLES_MAX 3 /* of one row in a row */

static uint64_t
all_parts(const struct smpp_row *r)
{
	return (UINT64_C(1) << r->parts) - 1;
}

static void
row_free(struct smpp_row *r)
{
	explicit_bzero(r->send, offsetof(struct bus_send, text) + strlen(r->send->text));
	free(r->send);
	free(r);
}

static void
add_row(struct smpp_rows *rows, struct smpp_row *r)
{
	r->next = NULL;
	*(rows->last == NULL ? &rows->first : &rows->last->next) = r;
	rows->last = r;
	rows->n++;
}

static void
unlink_row(struct smpp_rows *rows, struct smpp_row *r)
{
	struct smpp_row **at = &rows->first, *before = NULL;

	for (; *at != r; at = &(*at)->next)
		before = *at;
	*at = r->next;
	if (rows->last == r)
		rows->last = before;
	rows->n--;
}

static struct smpp_row *
find_row(const struct smpp_rows *rows, uint64_t serial)
{
	struct smpp_row *r = rows->first;

	while (r != NULL && r->serial != serial)
		r = r->next;
	return r;
}

static void
clear(struct smpp_rows *rows)
{
	while (rows->first != NULL) {
		struct smpp_row *r = rows->first;

		unlink_row(rows, r);
		row_free(r);
	}
}

void
smpp_out_clear(struct smpp *l)
{
	clear(&l->out.rows);
	clear(&l->out.late);
}

bool
smpp_out_is_empty(const struct smpp *l)
{
	return l->out.rows.first == NULL;
}

/* Taking --------------------------------------------------------------------------------------- */

/* Which parts are there and which went before: a payload is one, and cannot go in pieces again. */
static void
plan(struct smpp *l, struct smpp_row *r)
{
	const struct bus_send *s = r->send;

	r->writing = l->writing;
	if (s->parts_done != 0 && s->concat_ref != 0 &&
	    r->writing.how == SMPP_LONG_PAYLOAD)
		r->writing.how = SMPP_LONG_UDH;
	r->parts = smpp_parts(s->text, &r->writing);
	if (r->parts > 1 && (s->parts_done == 0 || s->concat_ref == 0)) {
		l->out.concat_ref = (uint16_t)(l->out.concat_ref % 255 + 1);
		r->concat_ref = l->out.concat_ref;
	} else if (r->parts > 1) {
		r->concat_ref = s->concat_ref;
		r->done = s->parts_done & all_parts(r);
	}
	if (r->parts == 0) {
		r->over = true;
		r->state = BUS_STATE_REFUSED;
	}
}

static void
look_at_room(struct smpp *l, int64_t now)
{
	struct smpp_out *o = &l->out;
	bool sending = now < o->pause_until || o->flying >= (unsigned)l->conf->window;

	for (const struct smpp_row *r = o->rows.first; r != NULL && !sending; r = r->next)
		sending = !r->over && (r->done | r->flying) != all_parts(r);
	l->change = l->change || (l->link.sending && !sending);
	l->link.sending = sending;
	l->link.free_at = (o->next_us + 999) / 1000;
}

/* Nothing is submitted from within: who ordered it is not ready for what comes of it. */
void
smpp_out_take(struct smpp *l, const struct bus_send *send, struct link_limits limits)
{
	size_t n = offsetof(struct bus_send, text) + strlen(send->text) + 1;
	struct smpp_row *r = xcalloc(1, sizeof(*r));

	r->send = xmalloc(n);
	memcpy(r->send, send, n);
	r->serial = ++l->out.serial;
	r->whom = smpp_id_ref(r->send->to);
	r->limits = limits;
	r->state = BUS_ACCEPTED;
	plan(l, r);
	add_row(&l->out.rows, r);
	l->link.sending = true; /* until its parts are out */
}

/* Ends ------------------------------------------------------------------------------------------ */

/* A row's state is the worst of its parts': what may have gone counts most. */
static void
worsen(struct smpp_row *r, enum bus_state state, uint32_t error)
{
	static const uint8_t rank[] = { [BUS_ACCEPTED] = 0,
		[BUS_HELD] = 1,
		[BUS_EXPIRED] = 2,
		[BUS_FAILED] = 3,
		[BUS_STATE_REFUSED] = 4,
		[BUS_UNCERTAIN] = 5 };

	r->over = true;
	if (rank[state] <= rank[r->state])
		return;
	r->state = state;
	r->error = error;
}

static void
tell_result(struct smpp *l, const struct smpp_row *r)
{
	struct bus_result result = { .row = r->send->row,
		.attempt = r->send->attempt,
		.error = r->error,
		.parts_done = r->done,
		.concat_ref = r->concat_ref };
	bool some = r->fresh != 0;

	result.state = r->parts != 0 && r->done == all_parts(r) ? BUS_ACCEPTED : r->state;
	/* with some parts gone it is no longer "never submitted" */
	if (some && (result.state == BUS_EXPIRED || result.state == BUS_HELD))
		result.state = BUS_FAILED;
	for (unsigned i = 0; i < r->parts; i++) {
		if ((r->fresh >> i & 1) != 0)
			result.refs[result.refs_n++] = r->refs[i];
	}
	memcpy(result.link, l->link.name, sizeof(result.link));
	l->link.count.failed += result.state == BUS_FAILED ||
	    result.state == BUS_UNCERTAIN;
	l->change = true;
	l->link.host->result(l->link.host->arg, &l->link, &result);
}

/* Without what it says and to whom: which row it was, and what is missing of it. */
static void
keep_for_late(struct smpp_out *o, struct smpp_row *r)
{
	struct bus_send *s = xcalloc(1, offsetof(struct bus_send, text) + 1);

	s->row = r->send->row;
	s->attempt = r->send->attempt;
	explicit_bzero(r->send, offsetof(struct bus_send, text) + strlen(r->send->text));
	free(r->send);
	r->send = s;
	r->fresh = 0; /* told */
	add_row(&o->late, r);
	if (o->late.n > SMPP_LATE_MAX) {
		r = o->late.first;
		unlink_row(&o->late, r);
		row_free(r);
	}
}

static void
end_row(struct smpp *l, struct smpp_row *r)
{
	bool unsure = r->state == BUS_UNCERTAIN && r->done != all_parts(r);

	unlink_row(&l->out.rows, r);
	tell_result(l, r);
	if (unsure)
		keep_for_late(&l->out, r);
	else
		row_free(r);
}

/* One that has nothing out and nothing to come. */
static bool
is_at_end(const struct smpp_row *r)
{
	return r->flying == 0 && (r->over || r->done == all_parts(r));
}

/* Submitting ------------------------------------------------------------------------------------ */

/* The limits, a last time; the validity that fits what is left. */
static bool
in_time(const struct smpp *l, const struct smpp_row *r, int64_t now,
    char validity[SMPP_TIME_SIZE])
{
	int64_t left = r->limits.window_end == 0
	    ? NO_LIMIT_MS
	    : r->limits.window_end - now - ON_ITS_WAY_MS;
	struct smpp_validity least = l->validity;
	uint32_t seconds;

	/* an answer that was begun in time is ended, within its window */
	if (!r->begun && r->limits.submit_by != 0 && now >= r->limits.submit_by)
		return false;
	if (smpp_validity(validity, &seconds, left, &l->validity) == RC_OK)
		return true;
	if (r->send->person || left <= 0)
		return false;
	left = ((int64_t)least.least_s + least.step_s) * 1000;
	return smpp_validity(validity, &seconds, left, &least) == RC_OK;
}

/* What the config does not say follows from the sender: a long number, a name, a short code. */
static void
fill_sender(const struct smpp_conf *c, const char *from, struct smpp_address *a)
{
	bool plus = from[0] == '+';
	bool name = from[plus + strspn(from + plus, "0123456789")] != '\0';

	a->ton = c->source_ton >= 0 ? (uint8_t)c->source_ton : name ? 5 : plus;
	a->npi = c->source_npi >= 0 ? (uint8_t)c->source_npi : plus && !name;
}

static bool
fill(const struct smpp *l, const struct smpp_row *r, struct smpp_pdu *pdu)
{
	const struct smpp_conf *c = l->conf;
	const char *from = c->sender[0] == '\0' ? l->link.number : c->sender;
	const char *to = r->send->to;

	fill_sender(c, from, &pdu->source);
	pdu->dest.ton = (uint8_t)c->dest_ton;
	pdu->dest.npi = (uint8_t)c->dest_npi;
	pdu->registered = r->send->receipt && c->receipts ? 1 : 0;
	/* the plus is the type of number's to say */
	return str_copy(pdu->source.digits, sizeof(pdu->source.digits),
		   from[0] == '+' && pdu->source.ton != 5 ? from + 1 : from) &&
	    str_copy(
		pdu->dest.digits, sizeof(pdu->dest.digits), to[0] == '+' ? to + 1 : to);
}

/* RC_AGAIN: no room in the session; RC_REFUSED: this part cannot be said in this link's way. */
static enum rc
submit(struct smpp *l, struct smpp_row *r, unsigned part, const char *validity)
{
	static struct smpp_part_room room; /* large; one loop */
	struct smpp_pdu pdu = { .command = SMPP_SUBMIT_SM };
	enum rc rc;

	memcpy(pdu.validity, validity, SMPP_TIME_SIZE);
	if (!fill(l, r, &pdu) ||
	    smpp_part(r->send->text, &r->writing, part, (uint16_t)r->concat_ref, &room,
		&pdu) != RC_OK)
		return RC_REFUSED;
	kill_point("out.before_submit");
	rc = smpp_request(
	    l->tx, &pdu, REQUEST_PART, r->serial << 8 | part, l->conf->response_ms);
	if (rc == RC_OK) {
		if (!r->begun)
			l->link.host->submitting(
			    l->link.host->arg, &l->link, r->send->row, r->send->attempt);
		r->begun = true;
		r->flying |= UINT64_C(1) << part;
		l->out.flying++;
		smpp_flush(l->tx);
		kill_point("out.after_submit");
	}
	explicit_bzero(room.text, sizeof(room.text));
	return rc;
}

static bool
may_go(const struct smpp *l, int64_t now)
{
	return smpp_session_is_bound(l->tx) && !l->tx->hang_up && l->tx->leave_at == 0 &&
	    now >= l->out.pause_until && l->out.flying < (unsigned)l->conf->window &&
	    l->out.next_us <= now * 1000;
}

static void
count_rate(struct smpp *l, int64_t now)
{
	int64_t us = now * 1000, from = us - BURST_US;

	if (l->out.next_us < from)
		l->out.next_us = from;
	l->out.next_us += INT64_C(60000000) / l->conf->parts_per_minute;
}

/* False: nothing more may go now. */
static bool
run_row(struct smpp *l, struct smpp_row *r, int64_t now)
{
	char validity[SMPP_TIME_SIZE];

	for (unsigned i = 0; i < r->parts && !r->over; i++) {
		enum rc rc;

		if (((r->done | r->flying) >> i & 1) != 0)
			continue;
		if (!in_time(l, r, now, validity)) {
			worsen(r, BUS_EXPIRED, 0);
			return true;
		}
		if (!may_go(l, now))
			return false;
		rc = submit(l, r, i, validity);
		if (rc == RC_AGAIN)
			return false;
		if (rc == RC_REFUSED)
			worsen(r, BUS_STATE_REFUSED, 0);
		else
			count_rate(l, now);
	}
	return true;
}

/* At a stop nothing waits for room: what never went is held, and of a row begun the rest is another attempt's. */
static void
hand_back(const struct smpp *l, struct smpp_row *r, int64_t now)
{
	if (l->stopping && r->flying == 0 && !is_at_end(r) &&
	    (r->fresh == 0 || now < l->out.pause_until))
		worsen(r, r->fresh == 0 ? BUS_HELD : BUS_FAILED, 0);
}

void
smpp_out_run(struct smpp *l, int64_t now)
{
	struct smpp_row *next;
	bool go = true;

	for (struct smpp_row *r = l->out.rows.first; r != NULL; r = next) {
		next = r->next;
		if (go)
			go = run_row(l, r, now);
		hand_back(l, r, now);
		if (is_at_end(r))
			end_row(l, r);
	}
	look_at_room(l, now);
}

/* Answers --------------------------------------------------------------------------------------- */

static void
accepted(struct smpp *l, struct smpp_row *r, unsigned part, const char *id)
{
	char normal[SMPP_ID_SIZE];

	r->done |= UINT64_C(1) << part;
	r->fresh |= UINT64_C(1) << part;
	r->throttles = 0;
	r->refs[part] = NO_REF;
	if (smpp_id_normal(normal, id, SMPP_ID_SAME) == RC_OK)
		r->refs[part] = smpp_known_add(l, normal, r->whom);
	l->link.count.parts++;
}

static void
in_good_time(struct smpp *l, int64_t ms)
{
	unsigned each = (unsigned)(ms / l->conf->window);

	/* a quarter new: one slow part does not count for much */
	l->link.part_ms = (3 * l->link.part_ms + each) / 4;
	l->out.pause_ms = 0;
}

/* All wait, not this part alone: it goes again before whatever stands behind it. */
static void
pause_all(struct smpp *l, uint32_t status, int64_t now)
{
	struct smpp_out *o = &l->out;

	if (now < o->pause_until)
		return; /* of the same wave */
	o->wave++;
	o->pause_ms = o->pause_ms == 0 ? l->conf->throttle_ms : 2 * o->pause_ms;
	if (o->pause_ms > PAUSE_MOST_MS)
		o->pause_ms = PAUSE_MOST_MS;
	o->pause_until = now + o->pause_ms;
	log_warn("smpp.throttled", "link=%s status=%s ms=%lld", l->link.name,
	    smpp_status_name(status), (long long)o->pause_ms);
}

/*
 * The queue of one receiver may be full for good (ESME_RMSGQFUL, SMPP 3.4 section 5.1.3): after some waves such a
 * row has its end here, or it would block the rest; it comes again later. Throttling is of all, and is waited out.
 */
static void
throttled(struct smpp *l, struct smpp_row *r, uint32_t status, int64_t now)
{
	pause_all(l, status, now);
	r->throttles += r->wave != l->out.wave && status == SMPP_QUEUE_FULL;
	r->wave = l->out.wave;
	if (r->throttles >= THROTTLES_MAX)
		worsen(r, BUS_FAILED, status);
}

static void
judge(struct smpp *l, struct smpp_row *r, uint32_t status, int64_t now)
{
	if (status == SMPP_NO_ANSWER) {
		worsen(r, BUS_UNCERTAIN, 0);
		return;
	}
	if (status == SMPP_THROTTLED || status == SMPP_QUEUE_FULL) {
		throttled(l, r, status, now);
		return;
	}
	switch (smpp_status_rc(status)) {
	case RC_OK:
	case RC_AGAIN:
		worsen(r, BUS_FAILED, status);
		break;
	case RC_REFUSED:
		worsen(r, BUS_STATE_REFUSED, status);
		break;
	case RC_BROKEN:
		worsen(r, BUS_FAILED, status);
		smpp_hang_up(l->tx, "the SMSC does not know the bind");
		break;
	}
	log_info("smpp.not_taken", "link=%s row=%llu status=%s", l->link.name,
	    (unsigned long long)r->send->row, smpp_status_name(status));
}

/* Nothing more of another attempt of what went: its text would come twice. */
static void
stop_repeat(struct smpp *l, const struct smpp_row *went)
{
	for (struct smpp_row *r = l->out.rows.first; r != NULL; r = r->next) {
		if (r->send->row == went->send->row)
			worsen(r, BUS_HELD, 0);
	}
}

/*
 * An answer to what was given up. "No" changes nothing: the row was told as uncertain. "Yes" to all of it is
 * told for the same attempt, with the references that were not told yet.
 */
static void
late_answer(struct smpp *l, const struct smpp_request *q, uint32_t status, const char *id)
{
	struct smpp_row *r = find_row(&l->out.rows, q->handle >> 8);
	unsigned part = (unsigned)(q->handle & 0xff);

	if (status != SMPP_OK)
		return;
	if (r != NULL) { /* other parts are out */
		accepted(l, r, part, id);
		if (is_at_end(r))
			end_row(l, r);
		return;
	}
	r = find_row(&l->out.late, q->handle >> 8);
	if (r == NULL)
		return;
	accepted(l, r, part, id);
	if (r->done != all_parts(r))
		return;
	log_info("smpp.accepted_late", "link=%s row=%llu", l->link.name,
	    (unsigned long long)r->send->row);
	unlink_row(&l->out.late, r);
	tell_result(l, r);
	stop_repeat(l, r);
	row_free(r);
}

void
smpp_out_answered(
    struct smpp *l, const struct smpp_request *q, uint32_t status, const char *id)
{
	struct smpp_row *r = find_row(&l->out.rows, q->handle >> 8);
	unsigned part = (unsigned)(q->handle & 0xff);
	int64_t now = clock_boot_ms();

	if (!q->late && r == NULL)
		return;
	kill_point("out.answer");
	smpp_health_heard(l, q, status, now);
	if (q->late) {
		late_answer(l, q, status, id);
	} else {
		l->out.flying--;
		r->flying &= ~(UINT64_C(1) << part);
		if (status == SMPP_OK) {
			accepted(l, r, part, id);
			in_good_time(l, now - q->since);
		} else {
			judge(l, r, status, now);
		}
		if (is_at_end(r))
			end_row(l, r);
	}
	if (status == SMPP_OK)
		smpp_in_unpark(l, now, false);
}

/* What has not begun goes back as it stood, the last first. */
void
smpp_out_lost(struct smpp *l)
{
	while (l->out.rows.last != NULL) {
		struct smpp_row *r = l->out.rows.last;

		worsen(r, r->fresh != 0 ? BUS_FAILED : BUS_HELD, 0);
		end_row(l, r);
	}
	clear(&l->out.late);
	l->out.pause_until = 0;
	look_at_room(l, clock_boot_ms());
}
