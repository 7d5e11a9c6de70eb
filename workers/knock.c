/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Knocks planned and run: once in a safe time, none again until the person has written; a witness is
 * asked at once. The person is locked before the case, as everywhere. Called as knock.h says.
 */
#include "knock.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "log.h"
#include "people.h"
#include "step.h"
#include "str.h"

enum rc
knock_reach(struct turn *t, int64_t case_id, struct reach *out)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CASE_REACH, &r, db_i64(case_id));

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == 0) {
		db_rows_free(r);
		return RC_AGAIN;
	}
	out->peer_id = db_get_i64(r, 0, 0);
	out->ussd = db_get_i64(r, 0, 1) == BEARER_USSD;
	out->safe.from = (int)db_get_i64(r, 0, 2);
	out->safe.to = (int)db_get_i64(r, 0, 3);
	out->safe.until_ms = db_get_i64(r, 0, 4);
	out->safe.zone = turn_zone_minutes(db_get_text(r, 0, 10));
	out->knock_due = db_get_i64(r, 0, 5);
	out->knocked = db_get_bool(r, 0, 6);
	out->hidden = db_get_bool(r, 0, 7);
	out->stopped = db_get_bool(r, 0, 8);
	out->witness_until = db_get_i64(r, 0, 9);
	out->words = db_get_bool(r, 0, 11);
	out->news = db_get_bool(r, 0, 12);
	out->plain = db_get_bool(r, 0, 13);
	(void)!str_copy(out->lang, sizeof(out->lang), db_get_text(r, 0, 14));
	out->cut = db_get_bool(r, 0, 15);
	out->met_ms = db_get_i64(r, 0, 16);
	out->left = db_get_bool(r, 0, 17);
	db_rows_free(r);
	return RC_OK;
}

bool
knock_may_reach(const struct reach *c)
{
	return c->peer_id != 0 && !c->hidden && !c->stopped && !c->cut;
}

enum rc
knock_plan(struct turn *t, int64_t case_id, int64_t from)
{
	int64_t now = clock_wall_ms(), start, end, due = 0;
	struct reach c;
	enum rc rc = knock_reach(t, case_id, &c);

	if (rc != RC_OK)
		return rc == RC_AGAIN ? RC_OK : rc;
	if (from < now)
		from = now;
	if (knock_may_reach(&c) && c.words && c.witness_until > now)
		due = now;
	else if (knock_may_reach(&c) && !c.knocked && (c.words || c.news) &&
	    safe_next(&c.safe, from, &start, &end))
		due = start > from ? start : from;
	if (due == c.knock_due)
		return RC_OK;
	return db_run(t->db, ST_KNOCK_SET, NULL, db_i64(case_id),
	    due == 0 ? db_null() : db_i64(due));
}

bool
knock_session(struct person *p, int64_t case_id, const char *lang)
{
	if (p->session.case_id == case_id)
		return true;
	if (p->hidden.case_id == case_id) {
		p->session = p->hidden;
		memset(&p->hidden, 0, sizeof(p->hidden));
		return true;
	}
	if (p->session.case_id != 0 || p->session.step[0] != '\0')
		return false;
	p->session.case_id = case_id;
	if (p->session.lang == LANG_NONE)
		p->session.lang = lang_parse(lang);
	return true;
}

static enum rc
say_now(struct turn *t, struct person *p, enum say_as as, int64_t until)
{
	enum rc rc;

	p->say = as;
	p->until = until;
	p->late = false;
	p->text = xstrdup(as == SAY_WITNESS ? "?" : "");
	rc = people_step(t, p, as == SAY_WITNESS ? INPUT_TEXT : INPUT_KNOCK);
	free(p->text);
	p->text = NULL;
	return rc;
}

enum rc
knock_empty(struct turn *t, struct person *p, int64_t until)
{
	return say_now(t, p, SAY_KNOCK, until);
}

/* The person is locked; the case was read after that. */
static enum rc
knock(struct turn *t, int64_t id, struct person *p, const struct reach *c)
{
	int64_t now = clock_wall_ms(), start, end;
	enum rc rc;

	if (!knock_may_reach(c) || !knock_session(p, id, c->lang))
		return RC_OK;
	rc = people_read_waiting(t, p);
	if (rc != RC_OK)
		return rc;
	if (c->words && c->witness_until > now)
		return say_now(t, p, SAY_WITNESS, c->witness_until);
	if (c->knocked || (!c->words && !c->news) ||
	    !safe_next(&c->safe, now, &start, &end))
		return RC_OK;
	if (start > now)
		return db_run(t->db, ST_KNOCK_SET, NULL, db_i64(id), db_i64(start));
	rc = knock_empty(t, p, end);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_KNOCKED, NULL, db_i64(id), db_i64(end));
	out_row(t->out, OUT_AUDIT, "person.knock", id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_info("person.knock", "case=%lld", (long long)id);
	return rc;
}

enum rc
due_knock(struct turn *t, int64_t id, int64_t due_ms)
{
	static struct turn_in in;
	struct reach c;
	struct person p;
	enum rc rc = knock_reach(t, id, &c);

	if (rc == RC_OK && c.peer_id != 0)
		rc = due_person(t, c.peer_id, &in, &p);
	if (rc != RC_OK)
		return rc;
	if (c.peer_id == 0)
		return db_run(t->db, ST_KNOCK_OFF, NULL, db_i64(id));
	rc = knock_reach(t, id, &c); /* again, under the person's lock */
	if (rc != RC_OK || c.knock_due != due_ms)
		return rc;
	if (c.peer_id != p.peer_id) /* another phone has the hour now */
		return RC_AGAIN;
	rc = db_run(t->db, ST_KNOCK_OFF, NULL, db_i64(id));
	if (rc == RC_OK)
		rc = knock(t, id, &p, &c);
	seal_wipe(&p, sizeof(p));
	return rc;
}

/* The safe time is over and it was not read: who sent it hears so. */
enum rc
due_unread(struct turn *t, int64_t id, int64_t due_ms)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_UNREAD_TAKE, &r, db_i64(id), db_i64(due_ms));
	bool due;

	if (rc != RC_OK)
		return rc;
	due = db_count(r) == 1;
	db_rows_free(r);
	if (!due) /* read, or another time agreed since it was looked for */
		return RC_OK;
	rc = db_run(t->db, ST_RELAY_UNREAD, &r, db_i64(id));
	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		if (db_get_bool(r, i, 1))
			rc = step_tell(t, db_get_i64(r, i, 0), id, db_get_text(r, i, 2),
			    "ref.unread", db_get_i64(r, i, 3), "at", "");
	}
	db_rows_free(r);
	return rc;
}

enum rc
due_timer(struct turn *t, int64_t id, int64_t due_ms)
{
	static struct turn_in in;
	struct person p;
	enum rc rc = due_person(t, id, &in, &p);

	if (rc != RC_OK || p.session.timer_ms != due_ms)
		return rc;
	p.session.timer_ms = 0;
	p.say = SAY_NOTHING;
	p.text = xstrdup("");
	rc = people_step(t, &p, INPUT_TIMER);
	free(p.text);
	return rc;
}
