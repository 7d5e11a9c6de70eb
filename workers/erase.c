/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S16: ERASE hides at once and destroys later; a phone that is not theirs is forgotten with its window.
 * What a supervisor holds stays. Called by deeds.c; due.c runs what falls due.
 */
#include <string.h>

#include "due.h"
#include "log.h"
#include "own_stop.h"
#include "referral.h"
#include "step.h"

/*
 * Hidden for everybody; receivers who were asked hear that contact is cut. Their referral goes on until it is
 * destroyed, and so does one of danger, urgent or held that leaves in this minute: who erases may not be who
 * asked for help. A calm one does not leave (ERASE_HIDE).
 */
static enum rc
hide(struct stepping *st, int64_t id, bool referred)
{
	struct turn *t = st->t;
	enum rc rc = referral_cut(t, id, 0);

	if (rc == RC_OK)
		rc = db_run(t->db, ST_RELAY_WIPE, NULL, db_i64(id));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_ERASE_PLACE, NULL, db_i64(id));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_ERASE_HIDE, NULL, db_i64(id),
		    db_i64(referred ? t->limits.erase_ms : 0));
	out_row(t->out, OUT_AUDIT, "case.hidden", id, OUT_NULL, OUT_NULL,
	    referred ? "referred" : "now");
	log_info("case.hidden", "case=%lld referred=%d", (long long)id, referred);
	return rc;
}

/* The number remembers nothing from now on, and is forgotten when its answer has gone. */
static void
forget_number(struct stepping *st)
{
	struct person *p = st->p;

	p->gone = true;
	out_row(st->t->out, OUT_WITHDRAW, p->peer_id);
	out_row(st->t->out, OUT_PEER, p->peer_id, OUT_NULL, (int)p->session.stopped,
	    (const char *)NULL, (const char *)NULL, OUT_NULL,
	    p->t0 + st->t->limits.window_ms);
}

static void
leave_to_people(struct stepping *st, int64_t id, const char *why)
{
	out_row(st->t->out, OUT_TASK, "erase", id, st->p->inbox_id, OUT_NULL);
	out_row(st->t->out, OUT_AUDIT, "erase.refused", id, OUT_NULL, OUT_NULL, why);
}

/* S18: a dial shows a stranger's screens over it, and who holds the phone may be the one who chose this. */
static bool
is_hidden(const struct person *p)
{
	return p->hidden.case_id != 0 && p->hidden.class >= CASE_HELD &&
	    p->hidden.case_id != p->session.case_id;
}

/*
 * All cases that are this number's own. A conversation that a code opened from another phone is not: then
 * people decide, and what else is that phone's stays as well. While a conversation is hidden from a dial
 * the visible one alone goes; people decide about the others.
 */
enum rc
deed_erase(struct stepping *st)
{
	int64_t current = st->p->session.case_id;
	bool stays = current != 0 && !st->p->own_case;
	bool hidden = is_hidden(st->p);
	struct db_rows *r;
	enum rc rc;

	if (stays) {
		leave_to_people(st, current, "another number");
		return RC_OK;
	}
	rc = db_run(st->t->db, ST_ERASE_ASK, &r, db_i64(st->p->peer_id));
	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		int64_t id = db_get_i64(r, i, 0);
		bool held = db_get_bool(r, i, 1);
		bool other = hidden && id != current;

		stays = stays || held || other;
		if (held || other)
			leave_to_people(st, id, held ? "held" : "hidden");
		else
			rc = hide(st, id, db_get_bool(r, i, 2));
	}
	db_rows_free(r);
	if (rc != RC_OK || stays || hidden)
		return rc;
	forget_number(st);
	rc = own_stop_set(st->t, st->p, "");
	if (rc == RC_OK) /* nor knocked at for a case of another phone */
		rc = db_run(st->t->db, ST_SAFE_OFF, NULL, db_i64(st->p->peer_id));
	if (rc != RC_OK)
		return rc;
	return db_run(st->t->db, ST_ERASE_JOBS, NULL, db_i64(st->p->peer_id));
}

/*
 * Whoever was asked and has not met the person stands down: their codes mean nothing from now on. Of danger,
 * held or urgent it may have been pressed, and they decide themselves, but police (S14).
 */
static enum rc
stand_down(struct turn *t, int64_t id)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_ERASE_CONTACTS, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++)
		rc = step_tell(t, db_get_i64(r, i, 0), id, db_get_text(r, i, 1),
		    db_get_bool(r, i, 3) ? "ref.withdrawn_pressure" : "ref.withdrawn",
		    db_get_i64(r, i, 2), "at", "");
	db_rows_free(r);
	return rc;
}

/* With its answers, words, place and referrals; a coded row stays, linked to nobody. */
static enum rc
destroy(struct turn *t, int64_t id)
{
	static const enum db_stmt steps[] = { ST_RETENTION_STAT, ST_RETENTION_FIGURES,
		ST_RETENTION_SESSIONS, ST_RETENTION_TASKS, ST_RETENTION_CASES };
	struct db_col one = { .kind = DB_INT8 };
	enum rc rc = stand_down(t, id);

	db_col_i64(&one, id);
	for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(steps); i++)
		rc = db_run(t->db, steps[i], NULL, db_array(&one));
	db_col_free(&one);
	out_row(
	    t->out, OUT_AUDIT, "case.erased", id, OUT_NULL, OUT_NULL, (const char *)NULL);
	log_info("case.erased", "case=%lld", (long long)id);
	return rc;
}

enum rc
due_erase(struct turn *t, int64_t id, int64_t due_ms)
{
	struct db_rows *r;
	bool mine, held;
	enum rc rc = db_run(t->db, ST_ERASE_LOCK, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	mine = db_count(r) > 0 && db_get_i64(r, 0, 0) == due_ms;
	held = mine && db_get_bool(r, 0, 1);
	db_rows_free(r);
	if (!mine)
		return RC_OK;
	return held ? db_run(t->db, ST_ERASE_LATER, NULL, db_i64(id)) : destroy(t, id);
}

enum rc
due_forget(struct turn *t, int64_t id, int64_t due_ms)
{
	static const enum db_stmt steps[] = { ST_FORGET_CASE, ST_SESSION_DROP,
		ST_FORGET_PEER, ST_FORGET_OFF };
	struct db_rows *r;
	bool mine;
	enum rc rc = db_run(t->db, ST_FORGET_LOCK, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	mine = db_count(r) > 0 && db_get_i64(r, 0, 0) == due_ms;
	db_rows_free(r);
	for (size_t i = 0; mine && rc == RC_OK && i < ARRAY_LEN(steps); i++)
		rc = db_run(t->db, steps[i], NULL, db_i64(id));
	return rc;
}
