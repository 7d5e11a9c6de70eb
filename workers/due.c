/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What falls due is an input of the same turn: its key is put into inbox_key, so that two dispatchers,
 * or one that was killed after its commit, have one effect. Called through turn_due.
 */
#include "due.h"

#include <stdlib.h>
#include <string.h>

#include "case_link.h"
#include "clock.h"
#include "log.h"
#include "outcome.h"
#include "parts.h"
#include "people.h"

#define GROUP "due"

/* `off`: what makes a refused one due no more; an intake wants its reason too. */
static const struct {
	const char *kind;
	enum rc (*run)(struct turn *t, int64_t id, int64_t due_ms);
	enum db_stmt off;
	bool of_case; /* `id` is a case's */
	bool
	    again; /* may fall due at one moment twice: its own lock and time say whether it still does */
} kinds[] = {
	{ "refer", due_refer, ST_CASE_NOT_DUE, true, false },
	{ "ladder", due_ladder, ST_CASE_NOT_DUE, true, true },
	{ "remind", due_remind, ST_REMIND_OFF, false, false },
	{ "lease", due_lease, ST_LEASE_OFF, false, false },
	{ "session", due_session, ST_SESSION_SHUT, false, false },
	{ "timer", due_timer, ST_SESSION_TIMER_OFF, false, false },
	{ "knock", due_knock, ST_KNOCK_OFF, true, false },
	{ "unread", due_unread, ST_UNREAD_OFF, true, false },
	{ "forget", due_forget, ST_FORGET_OFF, false, false },
	{ "erase", due_erase, ST_ERASE_LATER, true, false },
	{ "parts", due_parts, ST_PART_WAIT, false, true },
	{ "outcome", due_outcome, ST_OUTCOME_OFF, false, false },
	{ "offer", due_offer, ST_OFFER_OFF, true, false },
	{ "followup", due_followup, ST_FOLLOW_OFF, true, false },
	{ "page", due_page, ST_DESK_PAGE_OFF, true, false },
	{ "look", due_look, ST_DESK_LOOK_OFF, true, false },
	{ "task", due_task, ST_TASK_PAGE_OFF, false, false },
	{ "intake", due_intake, ST_INTAKE_DONE, false, false },
};

/* *fresh: nobody did it before. */
static enum rc
put_key(struct turn *t, const char *kind, int64_t id, int64_t due_ms, bool *fresh)
{
	struct db_col group = { .kind = DB_TEXT }, key = { .kind = DB_BYTEA },
		      inbox = { .kind = DB_INT8 };
	struct seal_piece piece[] = { { kind, strlen(kind) }, { &id, sizeof(id) },
		{ &due_ms, sizeof(due_ms) } };
	struct seal_hash h = seal_hash_pieces(
	    &t->keys->sub[SEAL_INBOX], piece, ARRAY_LEN(piece));
	struct db_rows *r = NULL;
	int64_t inbox_id;
	enum rc rc = turn_id(t, &inbox_id);

	if (rc != RC_OK)
		return rc;
	db_col_text(&group, GROUP);
	db_col_bytes(&key, h.b, sizeof(h.b));
	db_col_i64(&inbox, inbox_id);
	rc = db_run(t->db, ST_INBOX_KEY_PUT, &r, db_array(&group), db_array(&key),
	    db_array(&inbox));
	*fresh = rc == RC_OK && db_count(r) > 0;
	db_rows_free(r);
	db_col_free(&group);
	db_col_free(&key);
	db_col_free(&inbox);
	return rc;
}

enum rc
due_run(struct turn *t, const char *kind, int64_t id, int64_t due_ms)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		bool fresh;
		enum rc rc;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		rc = put_key(t, kind, id, due_ms, &fresh);
		return rc == RC_OK && (fresh || kinds[i].again)
		    ? kinds[i].run(t, id, due_ms)
		    : rc;
	}
	fatalx("due.kind", "kind=%s is none of ours", kind);
}

enum rc
due_refuse(struct turn *t, const char *kind, int64_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		enum rc rc;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		if (kinds[i].off == ST_INTAKE_DONE)
			rc = db_run(t->db, kinds[i].off, NULL, db_i64(id),
			    db_text("refused"), db_null());
		else
			rc = db_run(t->db, kinds[i].off, NULL, db_i64(id));
		out_row(t->out, OUT_TASK, "due_refused", kinds[i].of_case ? id : OUT_NULL,
		    OUT_NULL, OUT_NULL);
		return rc;
	}
	return RC_OK;
}

/* Of a sealed number, which is wiped again: nothing can be sent to it from here. "" when there is none. */
static const char *
country_of(const struct turn *t, const struct db_rows *r)
{
	const char *country = "";
	struct phone number;
	size_t n;
	const uint8_t *sealed = db_get_bytes(r, 0, 1, &n);

	if (keys_open_number(t->keys, SEAL_PERSON_SEAL, sealed, n, &number) == RC_OK)
		country = phone_country(&number);
	seal_wipe(&number, sizeof(number));
	return country;
}

enum rc
due_person(struct turn *t, int64_t peer_id, struct turn_in *in, struct person *p)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_PEER_LOCK_ID, &r, db_i64(peer_id));

	memset(p, 0, sizeof(*p));
	memset(in, 0, sizeof(*in));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == 0) {
		db_rows_free(r);
		return RC_AGAIN;
	}
	p->country = country_of(t, r);
	db_rows_free(r);
	p->in = in;
	p->peer_id = peer_id;
	p->late = p->due = true;
	p->t0 = clock_wall_ms();
	p->inbox = "done";
	return people_read(t, p);
}

enum rc
due_session(struct turn *t, int64_t id, int64_t due_ms)
{
	static struct turn_in in;
	struct person p;
	enum rc rc = due_person(t, id, &in, &p);

	if (rc != RC_OK || p.session.expires_ms != due_ms || p.session.step[0] == '\0')
		return rc;
	p.text = xstrdup("");
	p.say = SAY_NOTHING;
	rc = people_step(t, &p, INPUT_EXPIRED);
	free(p.text);
	return rc;
}

/* `id` is the peer; the oldest set of theirs whose deadline has passed: the next one is found due again. */
enum rc
due_parts(struct turn *t, int64_t id, int64_t due_ms)
{
	static struct turn_in in;
	struct parts_key k = { .peer_id = id };
	struct person p;
	struct db_rows *r = NULL;
	enum rc rc = due_person(t, id, &in, &p);

	(void)due_ms;
	if (rc == RC_OK)
		rc = db_run(t->db, ST_PART_DUE_OF, &r, db_i64(id));
	if (rc == RC_OK && db_count(r) > 0) {
		k.ref = db_get_i64(r, 0, 0);
		k.ref_bits = db_get_i64(r, 0, 1);
		k.total = db_get_i64(r, 0, 2);
		k.set = db_get_i64(r, 0, 3);
		p.due = false; /* their own words, late */
		rc = parts_give_up(t, &k, &p.text, &p.t0);
		if (rc == RC_OK)
			rc = people_step(t, &p, INPUT_TEXT);
		if (rc == RC_OK && p.error != NULL)
			rc = RC_AGAIN; /* the parts are kept until their words can be */
		if (rc == RC_OK)
			out_row(
			    t->out, OUT_TASK, "incomplete", OUT_NULL, OUT_NULL, OUT_NULL);
		if (p.text != NULL) {
			seal_wipe(p.text, strlen(p.text));
			free(p.text);
		}
	}
	db_rows_free(r);
	return rc;
}
