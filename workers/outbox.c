/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of texts. Every settling is compare-and-set on the attempt; one bad row blocks no other.
 * It never decides to repeat an uncertain send to a person past its own 90 s. Called by turn.c, dispatch.c.
 */
#include "outbox.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"
#include "variant.h"

#define RECEIPT_EARLY_MS 60000

static struct outbox_next
again(
    const struct outbox_row *row, struct outbox_next next, unsigned tries, int64_t now_ms)
{
	int64_t wait = OUTBOX_BACKOFF_MS;

	for (unsigned i = 1; i < tries && wait < OUTBOX_BACKOFF_MAX_MS; i++)
		wait *= 2;
	if (wait > OUTBOX_BACKOFF_MAX_MS)
		wait = OUTBOX_BACKOFF_MAX_MS;
	next.state = tries >= OUTBOX_TRIES ? "failed" : "due";
	next.due_ms = now_ms + wait;
	if (row->submit_by != 0 && next.due_ms >= row->submit_by)
		next.state = "expired";
	return next;
}

static struct outbox_next
after_uncertain(const struct outbox_row *row, struct outbox_next next, int64_t now_ms)
{
	next.uncertain++;
	if (row->person && (row->uncertain > 0 || now_ms >= row->submit_by)) {
		next.state = "uncertain";
		return next;
	}
	if (!row->person)
		return again(row, next, next.failures + next.uncertain, now_ms);
	next.state = "due";
	next.due_ms = now_ms;
	return next;
}

struct outbox_next
outbox_next_try(const struct outbox_row *row, enum bus_state result, int64_t now_ms)
{
	struct outbox_next next = { "due", now_ms, row->failures, row->uncertain };

	switch (result) {
	case BUS_ACCEPTED:
		next.state = "sent";
		break;
	case BUS_STATE_REFUSED:
		next.state = "refused";
		break;
	case BUS_EXPIRED:
		next.state = "expired";
		break;
	case BUS_FAILED:
		next.failures++;
		return again(row, next, next.failures + next.uncertain, now_ms);
	case BUS_UNCERTAIN:
		return after_uncertain(row, next, now_ms);
	case BUS_NEVER_HAD:
	case BUS_DROPPED:
	case BUS_HELD:
	case BUS_SUBMITTED:
		if (row->submit_by != 0 && now_ms >= row->submit_by)
			next.state = "expired";
		break;
	}
	return next;
}

struct settling {
	struct db_col id, attempt, state, due, failures, uncertain, error, parts, ref;
	struct db_col p_row, p_part, p_link, p_ref;
};

static void
settling_init(struct settling *s)
{
	memset(s, 0, sizeof(*s));
	s->state.kind = DB_TEXT;
	s->p_link.kind = DB_TEXT;
}

static void
settling_clear(struct settling *s)
{
	struct db_col *c[] = { &s->id, &s->attempt, &s->state, &s->due, &s->failures,
		&s->uncertain, &s->error, &s->parts, &s->ref, &s->p_row, &s->p_part,
		&s->p_link, &s->p_ref };

	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		db_col_free(c[i]);
}

/* Which part each reference belongs to: the bits that this attempt added, in order. */
static void
add_parts(struct settling *s, const struct bus_result *m, uint64_t before)
{
	uint64_t added = m->parts_done & ~before;
	uint32_t k = 0;

	for (unsigned bit = 0; bit < BUS_PARTS_MAX && k < m->refs_n; bit++) {
		if (added != 0 && (added & (UINT64_C(1) << bit)) == 0)
			continue;
		db_col_i64(&s->p_row, (int64_t)m->row);
		db_col_i64(&s->p_part, bit + 1);
		db_col_text(&s->p_link, m->link);
		db_col_i64(&s->p_ref, m->refs[k++]);
	}
}

/*
 * Columns of RESULT_ROWS. "Accepted" settles a row from whatever attempt it comes (docs/adr/0003): what went
 * must not go again. All else is compare-and-set on the attempt and on "claimed".
 */
static bool
settles(const struct db_rows *r, int row, const struct bus_result *m)
{
	const char *state = db_get_text(r, row, 2);
	int64_t attempt = db_get_i64(r, row, 1);

	if (m->state == BUS_ACCEPTED)
		return m->attempt <= attempt && strcmp(state, "sent") != 0 &&
		    strcmp(state, "delivered") != 0 && strcmp(state, "undelivered") != 0;
	return m->attempt == attempt && strcmp(state, "claimed") == 0;
}

static void
settle_one(
    struct settling *s, const struct db_rows *r, int row, const struct bus_result *m)
{
	struct outbox_row o = {
		.person = db_get_bool(r, row, 3),
		.failures = (unsigned)db_get_i64(r, row, 4),
		.uncertain = (unsigned)db_get_i64(r, row, 5),
		.submit_by = db_get_i64(r, row, 6),
	};
	uint64_t before = (uint64_t)db_get_i64(r, row, 7);
	struct outbox_next next = outbox_next_try(&o, m->state, clock_wall_ms());

	db_col_i64(&s->id, (int64_t)m->row);
	db_col_i64(
	    &s->attempt, db_get_i64(r, row, 1)); /* the row is locked: its present one */
	db_col_text(&s->state, next.state);
	db_col_i64(&s->due, next.due_ms);
	db_col_i64(&s->failures, next.failures);
	db_col_i64(&s->uncertain, next.uncertain);
	db_col_i64(&s->error, m->error);
	db_col_i64(&s->parts, (int64_t)(before | m->parts_done));
	db_col_i64(&s->ref, m->concat_ref);
	add_parts(s, m, before);
	log_info("outbox.result", "row=%llu attempt=%u link=%s state=%s error=%u",
	    (unsigned long long)m->row, m->attempt, m->link[0] == '\0' ? "-" : m->link,
	    next.state, m->error);
}

/* Two results of one row in a batch would be judged by the same reading of it: the second waits. */
static bool
is_second(struct turn_in *const *v, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (v[k]->kind == TURN_RESULT && v[k]->u.result.row == v[i]->u.result.row)
			return true;
	}
	return false;
}

static enum rc
settle_rows(struct turn *t, struct settling *s)
{
	enum rc rc = RC_OK;

	if (s->id.rows > 0)
		rc = db_run(t->db, ST_RESULT_SETTLE, NULL, db_array(&s->id),
		    db_array(&s->attempt), db_array(&s->state), db_array(&s->due),
		    db_array(&s->failures), db_array(&s->uncertain), db_array(&s->error),
		    db_array(&s->parts), db_array(&s->ref));
	if (rc == RC_OK && s->p_row.rows > 0)
		rc = db_run(t->db, ST_RESULT_PARTS, NULL, db_array(&s->p_row),
		    db_array(&s->p_part), db_array(&s->p_link), db_array(&s->p_ref));
	return rc;
}

enum rc
outbox_results(struct turn *t, struct turn_in *const *v, size_t n)
{
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	struct settling s;
	enum rc rc = RC_OK;

	settling_init(&s);
	for (size_t i = 0; i < n; i++) {
		if (v[i]->kind == TURN_RESULT)
			db_col_i64(&id, (int64_t)v[i]->u.result.row);
	}
	if (id.rows > 0)
		rc = db_run(t->db, ST_RESULT_ROWS, &r, db_array(&id));
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		const struct bus_result *m = &v[i]->u.result;

		if (v[i]->kind != TURN_RESULT)
			continue;
		v[i]->decided = true;
		v[i]->outcome = is_second(v, i) ? BUS_AGAIN : BUS_DONE;
		for (int k = 0; k < db_count(r) && v[i]->outcome == BUS_DONE; k++) {
			if ((uint64_t)db_get_i64(r, k, 0) == m->row && settles(r, k, m))
				settle_one(&s, r, k, m);
		}
	}
	if (rc == RC_OK)
		rc = settle_rows(t, &s);
	if (rc == RC_OK && id.rows > 0)
		kill_point("turn.results");
	db_rows_free(r);
	db_col_free(&id);
	settling_clear(&s);
	return rc;
}

/*
 * *early: nothing fits yet. A receipt may be here before the result of its send is written: it is offered
 * again for a while before it counts as nobody's.
 */
static enum rc
receipt(struct turn *t, const struct bus_receipt *m, int64_t read_ms, bool *early)
{
	struct phone to;
	struct seal_hash person, receiver;
	struct db_rows *r;
	const char *state = m->delivered ? "delivered" : m->final ? "undelivered" : NULL;
	enum rc rc;

	if (!str_copy(to.s, sizeof(to.s), m->to) || state == NULL)
		return RC_OK;
	person = keys_hash_number(t->keys, SEAL_PERSON_LOOKUP, &to);
	receiver = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &to);
	rc = db_run(t->db, ST_RECEIPT_PART, &r, db_text(m->link), db_i64(m->ref),
	    db_bytes(person.b, sizeof(person.b)), db_text(state),
	    db_bytes(receiver.b, sizeof(receiver.b)), db_text(m->link_group));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		rc = db_run(t->db, ST_RECEIPT_ROW, NULL, db_i64(db_get_i64(r, 0, 0)));
	else if (clock_wall_ms() - read_ms < RECEIPT_EARLY_MS)
		*early = true;
	else
		log_info("outbox.receipt_unmatched", "link=%s", m->link);
	db_rows_free(r);
	return rc;
}

enum rc
outbox_receipts(struct turn *t, struct turn_in *const *v, size_t n)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		bool early = false;

		if (v[i]->kind != TURN_RECEIPT)
			continue;
		v[i]->decided = true;
		rc = receipt(t, &v[i]->u.receipt, v[i]->read_ms, &early);
		v[i]->outcome = early ? BUS_AGAIN : BUS_DONE;
	}
	return rc;
}

/* Rows whose text or number does not open: a try that failed, as one on a link would have. */
static enum rc
fail_unopened(struct turn *t, struct db_col *id)
{
	struct db_rows *r = NULL;
	struct settling s;
	enum rc rc = db_run(t->db, ST_RESULT_ROWS, &r, db_array(id));

	settling_init(&s);
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		const struct bus_result m = { .row = (uint64_t)db_get_i64(r, i, 0),
			.attempt = (uint32_t)db_get_i64(r, i, 1),
			.state = BUS_FAILED };

		log_error("outbox.unopened", "row=%llu is sealed with other keys",
		    (unsigned long long)m.row);
		settle_one(&s, r, i, &m);
	}
	if (rc == RC_OK)
		rc = settle_rows(t, &s);
	db_rows_free(r);
	settling_clear(&s);
	return rc;
}

enum rc
outbox_claim(struct turn *t, const char *daemon, uint64_t instance, unsigned room)
{
	struct db_col unopened = { .kind = DB_INT8 };
	struct db_rows *r = NULL;
	enum rc rc;

	turn_sends_clear(t);
	turn_clock(t);
	rc = db_begin(t->db);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_OUTBOX_CLAIM, &r, db_i64(room), db_text(daemon),
		    db_i64((int64_t)instance), db_i64(t->limits.lease_ms));
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		if (turn_sends_add(t, r, i, 0, daemon, instance) != RC_OK)
			db_col_i64(&unopened, db_get_i64(r, i, 0));
	}
	if (rc == RC_OK && unopened.rows > 0)
		rc = fail_unopened(t, &unopened);
	db_rows_free(r);
	db_col_free(&unopened);
	kill_point("claim.written");
	if (rc == RC_OK)
		rc = db_commit(t->db);
	else
		db_rollback(t->db);
	if (rc != RC_OK)
		turn_sends_clear(t);
	kill_point("claim.committed");
	return rc;
}

enum rc
outbox_expire(struct turn *t)
{
	struct db_rows *r;
	enum rc rc = db_run0(t->db, ST_OUTBOX_EXPIRE, &r);

	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		log_warn("outbox.expired", "rows=%d", db_count(r));
	db_rows_free(r);
	return RC_OK;
}

enum rc
outbox_died(struct turn *t)
{
	return db_run0(t->db, ST_EXPIRED_TASKS, NULL);
}

enum rc
outbox_leases_ended(struct turn *t, struct outbox_lease v[OUTBOX_LEASES_MAX], size_t *n)
{
	struct db_rows *r;
	enum rc rc = db_run0(t->db, ST_LEASES_ENDED, &r);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r) && *n < OUTBOX_LEASES_MAX; i++) {
		struct outbox_lease *l = &v[(*n)++];

		l->row = db_get_i64(r, i, 0);
		l->attempt = (uint32_t)db_get_i64(r, i, 1);
		l->instance = (uint64_t)db_get_i64(r, i, 2);
		l->asked_ms = db_get_i64(r, i, 4);
		(void)!str_copy(l->daemon, sizeof(l->daemon), db_get_text(r, i, 3));
	}
	db_rows_free(r);
	return RC_OK;
}

enum rc
outbox_lease_asked(struct turn *t, const struct outbox_lease *v, size_t n)
{
	struct db_col id = { .kind = DB_INT8 }, attempt = { .kind = DB_INT8 };
	enum rc rc;

	for (size_t i = 0; i < n; i++) {
		db_col_i64(&id, v[i].row);
		db_col_i64(&attempt, v[i].attempt);
	}
	rc = db_run(t->db, ST_LEASE_ASKED, NULL, db_array(&id), db_array(&attempt),
	    db_i64(t->limits.lease_ms));
	db_col_free(&id);
	db_col_free(&attempt);
	return rc;
}

enum rc
outbox_lease_renew(struct turn *t, int64_t row, uint32_t attempt)
{
	return db_run(t->db, ST_LEASE_RENEW, NULL, db_i64(row), db_i64(attempt),
	    db_i64(t->limits.lease_ms));
}
