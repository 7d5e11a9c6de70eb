/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn's frame: one transaction a batch, what is refused singled out, ids, sends in hand.
 * It knows no conversation: people.c, receivers.c, outbox.c and referral.c do.
 */
#include "turn.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "log.h"
#include "outbox.h"
#include "people.h"
#include "str.h"
#include "variant.h"

#define ID_BLOCK 1000 /* ids one value of block_seq stands for */

#define HOUR_MS INT64_C(3600000)
#define SINGLY_MS 1000 /* the bus is not heard meanwhile */

static void
limits_fill(struct turn_limits *l)
{
	const struct {
		int64_t *at, value;
	} v[] = {
		{ &l->safe_wide_ms, 2 * HOUR_MS },
		{ &l->safe_ms, 168 * HOUR_MS },
		{ &l->witness_ms, 24 * HOUR_MS },
		{ &l->code_ms, 90 * 24 * HOUR_MS },
		{ &l->code_tries, 5 },
		{ &l->code_tries_all, 200 },
		{ &l->redial_ms, 24 * HOUR_MS },
		{ &l->answer_tries, 3 },
		{ &l->answer_tries_ms, HOUR_MS },
		{ &l->erase_ms, 72 * HOUR_MS },
		{ &l->relay_ms, 48 * HOUR_MS },
		{ &l->follow_ms, 336 * HOUR_MS },
		{ &l->same, 5 },
		{ &l->per_minute, 12 },
		{ &l->guard_ms, HOUR_MS },
		{ &l->desk_again_ms, HOUR_MS / 4 },
		{ &l->desk_look_ms, HOUR_MS / 20 },
	};

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (*v[i].at == 0)
			*v[i].at = v[i].value;
	}
}

void
turn_init(struct turn *t, struct db *db, const struct keys *keys,
    const struct flowset *sets, const struct policy *policy,
    const struct turn_limits *limits)
{
	*t = (struct turn){
		.db = db,
		.keys = keys,
		.sets = sets,
		.flows = flowset_newest(sets),
		.policy = policy,
		.limits = *limits,
		.out = out_new(),
	};
	limits_fill(&t->limits);
}

void
turn_clear(struct turn *t)
{
	turn_sends_clear(t);
	free(t->sends.v);
	out_free(t->out);
	epoch_drop(&t->epoch);
}

enum rc
turn_id(struct turn *t, int64_t *id)
{
	if (t->id_next == t->id_end) {
		struct db_rows *r;
		enum rc rc = db_run0(t->db, ST_BLOCK_NEXT, &r);

		if (rc != RC_OK)
			return rc;
		t->id_next = db_get_i64(r, 0, 0) * ID_BLOCK;
		t->id_end = t->id_next + ID_BLOCK;
		db_rows_free(r);
	}
	*id = t->id_next++;
	return RC_OK;
}

void
turn_sends_clear(struct turn *t)
{
	if (t->sends.v != NULL)
		seal_wipe(t->sends.v, t->sends.n * sizeof(*t->sends.v));
	t->sends.n = 0;
}

static struct turn_send *
send_new(struct turn_sends *s)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->v = xreallocarray(s->v, s->cap, sizeof(*s->v));
	}
	memset(&s->v[s->n], 0, sizeof(*s->v));
	return &s->v[s->n++];
}

void
turn_clock(struct turn *t)
{
	t->flows = flowset_newest(t->sets);
	t->wall_ms = clock_wall_ms();
	t->boot_ms = clock_boot_ms();
}

/* A point of the wall clock as one of the boot clock: what remains is counted on that alone. */
static int64_t
on_boot(const struct turn *t, int64_t wall_ms)
{
	return wall_ms == 0 ? 0 : t->boot_ms + (wall_ms - t->wall_ms);
}

/* 0 means no limit on the bus: what is over has 1 ms left, and the daemon lets it die. */
static uint64_t
left(int64_t boot_ms, int64_t now)
{
	if (boot_ms == 0)
		return 0;
	return boot_ms > now ? (uint64_t)(boot_ms - now) : 1;
}

void
turn_send_now(struct turn_send *s)
{
	int64_t now = clock_boot_ms();

	s->send.submit_ms = left(s->submit_boot, now);
	s->send.window_ms = left(s->window_boot, now);
}

enum rc
turn_sends_add(struct turn *t, const struct db_rows *r, int row, int first,
    const char *daemon, uint64_t instance)
{
	struct turn_send *s = send_new(&t->sends);
	bool person = !db_is_null(r, row, first + 9);
	size_t n, text_n;
	const uint8_t *p = db_get_bytes(r, row, first + 2, &n);
	struct phone to;
	char *text;
	enum rc rc;

	s->send.row = (uint64_t)db_get_i64(r, row, first);
	s->send.attempt = (uint32_t)db_get_i64(r, row, first + 1);
	s->send.instance = instance;
	s->send.priority = (uint32_t)db_get_i64(r, row, first + 4);
	s->send.person = person;
	s->send.receipt = !person;
	s->submit_boot = on_boot(t, db_get_i64(r, row, first + 5));
	s->window_boot = on_boot(t, db_get_i64(r, row, first + 6));
	s->send.parts_done = (uint64_t)db_get_i64(r, row, first + 7);
	s->send.concat_ref = (uint32_t)db_get_i64(r, row, first + 8);
	(void)!str_copy(s->daemon, sizeof(s->daemon), daemon);
	(void)!str_copy(
	    s->send.link, sizeof(s->send.link), db_get_text(r, row, first + 3));
	rc = keys_open_text(
	    t->keys, SEAL_OUTBOX, (int64_t)s->send.row, p, n, &text, &text_n);
	if (rc != RC_OK)
		goto out;
	if (!str_copy(s->send.text, sizeof(s->send.text), text))
		rc = RC_REFUSED;
	seal_wipe(text, text_n);
	free(text);
	p = db_get_bytes(r, row, first + (person ? 9 : 10), &n);
	if (rc == RC_OK)
		rc = keys_open_number(
		    t->keys, person ? SEAL_PERSON_SEAL : SEAL_RECEIVER_SEAL, p, n, &to);
	if (rc == RC_OK)
		(void)!str_copy(s->send.to, sizeof(s->send.to), to.s);
out:
	if (rc != RC_OK)
		t->sends.n--;
	return rc;
}

static void
text_in_hand(struct turn *t, const struct turn_text *x, int64_t id)
{
	struct turn_send *s = send_new(&t->sends);

	s->submit_boot = on_boot(t, x->submit_by);
	s->window_boot = on_boot(t, x->window_until);
	s->send.row = (uint64_t)id;
	s->send.attempt = 1;
	s->send.instance = x->instance;
	s->send.priority = x->priority;
	s->send.person = x->peer_id != 0;
	s->send.receipt = x->peer_id == 0;
	if (!str_copy(s->daemon, sizeof(s->daemon), x->daemon) ||
	    !str_copy(s->send.link, sizeof(s->send.link), x->link) ||
	    !str_copy(s->send.to, sizeof(s->send.to), x->to->s) ||
	    !str_copy(s->send.text, sizeof(s->send.text), x->text))
		t->sends.n--; /* too long for the bus: left to its lease */
}

enum rc
turn_text_out(struct turn *t, const struct turn_text *x)
{
	bool claimed = x->instance != 0;
	int64_t id, now = clock_wall_ms();
	uint8_t *sealed;
	size_t n;
	enum rc rc = turn_id(t, &id);

	if (rc != RC_OK)
		return rc;
	sealed = keys_seal_text(t->keys, SEAL_OUTBOX, id, x->text, strlen(x->text), &n);
	out_row(t->out, OUT_OUTBOX, id, x->inbox_id == 0 ? OUT_NULL : x->inbox_id,
	    x->peer_id == 0 ? OUT_NULL : x->peer_id,
	    x->contact_id == 0 ? OUT_NULL : x->contact_id,
	    x->case_id == 0 ? OUT_NULL : x->case_id, x->key, (const void *)sealed, n,
	    x->link, x->daemon, (int64_t)x->priority, claimed ? "claimed" : "due",
	    (int64_t)(claimed ? 1 : 0), claimed ? (int64_t)x->instance : OUT_NULL,
	    claimed ? now + t->limits.lease_ms : OUT_NULL, now,
	    x->submit_by == 0 ? OUT_NULL : x->submit_by,
	    x->window_until == 0 ? OUT_NULL : x->window_until);
	free(sealed);
	if (claimed)
		text_in_hand(t, x, id);
	return RC_OK;
}

/* No daylight saving anywhere here; all of Kazakhstan is at +5 since March 2024. */
int
turn_zone_minutes(const char *region)
{
	static const struct {
		char country[3];
		int minutes;
	} zone[] = { { "KZ", 300 }, { "UZ", 300 }, { "TJ", 300 }, { "TM", 300 },
		{ "KG", 360 }, { "RU", 180 }, { "TR", 180 }, { "BH", 180 }, { "AE", 240 },
		{ "KR", 540 } };

	for (size_t i = 0; i < ARRAY_LEN(zone); i++) {
		if (strncmp(region, zone[i].country, 2) == 0)
			return zone[i].minutes;
	}
	return 300;
}

void
turn_hhmm(int64_t wall_ms, const char *region, char out[6])
{
	int64_t minutes = wall_ms / 60000 + turn_zone_minutes(region);
	size_t len = 0;

	(void)!str_add(
	    out, 6, &len, "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
}

static enum rc
begin(struct turn *t)
{
	enum rc rc;

	out_clear(t->out);
	turn_sends_clear(t);
	turn_clock(t);
	log_hold();
	rc = db_begin(t->db);
	if (rc != RC_OK)
		log_held(false);
	return rc;
}

/* Writes and commits what `rc` says went well so far; else nothing of it was. `rc` comes back. */
static enum rc
finish(struct turn *t, enum rc rc, const char *written, const char *committed)
{
	if (rc == RC_OK)
		rc = out_write(t->out, t->db);
	if (rc == RC_OK) {
		kill_point(written);
		rc = db_commit(t->db);
	}
	log_held(rc == RC_OK);
	if (rc == RC_OK) {
		kill_point(committed);
		return rc;
	}
	db_rollback(t->db);
	out_clear(t->out);
	turn_sends_clear(t);
	epoch_drop(&t->epoch); /* its boxes may have been rolled back */
	return rc;
}

/* One transaction over the batch; decides nothing unless it is durable. */
static enum rc
run_once(struct turn *t, struct turn_in *const *v, size_t n, bool refuse)
{
	enum rc rc = begin(t);

	if (rc != RC_OK)
		return rc;
	kill_point("turn.begun");
	rc = refuse ? people_refuse(t, v[0]) : people_run(t, v, n);
	if (rc == RC_OK)
		rc = outbox_results(t, v, n);
	if (rc == RC_OK)
		rc = outbox_receipts(t, v, n);
	if (rc == RC_OK)
		rc = people_confirm(t, v, n);
	rc = finish(t, rc, "turn.written", "turn.committed");
	for (size_t i = 0; rc != RC_OK && i < n; i++)
		v[i]->decided = false; /* what was decided on the way was not done */
	return rc;
}

static void
decide_again(struct turn_in *in)
{
	in->decided = true;
	in->outcome = BUS_AGAIN;
}

/* One message that the batch refused: on its own, then as refused. */
static enum rc
run_single(struct turn *t, struct turn_in *in)
{
	struct turn_in *const one[1] = { in };
	enum rc rc = run_once(t, one, 1, false);

	if (rc != RC_REFUSED)
		return rc;
	(void)!str_copy(t->refused, sizeof(t->refused), db_error(t->db));
	log_error("turn.refused", "kind=%d sqlstate=%s", (int)in->kind, t->refused);
	if (in->kind != TURN_SMS && in->kind != TURN_USSD) {
		in->decided = true;
		in->outcome = BUS_ASIDE;
		return RC_OK;
	}
	return run_once(t, one, 1, true);
}

/*
 * The batch holds something refused, or something that waits. Each message gets its own transaction, and none
 * waits for another, but for those that are left when SINGLY_MS have passed: again. The sends of all are kept.
 * RC_BROKEN: the rest was not tried, and nothing is known of the one that broke.
 */
static enum rc
run_singly(struct turn *t, struct turn_in *const *v, size_t n)
{
	struct turn_sends all = { 0 };
	int64_t until = clock_boot_ms() + SINGLY_MS;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		v[i]->decided = false;
		if (rc != RC_BROKEN)
			rc = clock_boot_ms() < until ? run_single(t, v[i]) : RC_AGAIN;
		if (rc == RC_AGAIN || rc == RC_REFUSED)
			decide_again(v[i]);
		for (size_t k = 0; rc == RC_OK && k < t->sends.n; k++)
			*send_new(&all) = t->sends.v[k];
	}
	turn_sends_clear(t);
	free(t->sends.v);
	t->sends = all;
	return RC_OK; /* what is not decided gets no verdict */
}

enum rc
turn_run(struct turn *t, struct turn_in *const *v, size_t n)
{
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		v[i]->decided = false;
	rc = run_once(t, v, n, false);
	if (rc == RC_REFUSED || (rc == RC_AGAIN && n > 1 && db_is_open(t->db)))
		rc = run_singly(t, v, n);
	return rc;
}

/* One transaction; `refuse`: not the thing itself, but what puts it before an operator. */
static enum rc
due_once(struct turn *t, const char *kind, int64_t id, int64_t due_ms, bool refuse)
{
	enum rc rc = begin(t);

	if (rc != RC_OK)
		return rc;
	kill_point("due.begun");
	rc = refuse ? due_refuse(t, kind, id) : due_run(t, kind, id, due_ms);
	return finish(t, rc, "due.written", "due.committed");
}

enum rc
turn_due(struct turn *t, const char *kind, int64_t id, int64_t due_ms)
{
	enum rc rc = due_once(t, kind, id, due_ms, false);

	if (rc != RC_REFUSED)
		return rc;
	log_error("turn.due_refused", "kind=%s id=%lld sqlstate=%s", kind, (long long)id,
	    db_error(t->db));
	return due_once(t, kind, id, due_ms, true);
}
