/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The follow-up question planned, knocked for and answered: never without a yes, never outside the agreed
 * hour, never a second time. It says nothing of its content. Called as followup.h says.
 */
#include "followup.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "due.h"
#include "knock.h"
#include "log.h"
#include "str.h"

#define ASKED_BY "ask.follow"

/* Row of FOLLOW_LOOK. */
struct follow_row {
	int64_t due_ms, until_ms;
	bool may;
};

enum rc
followup_plan(struct turn *t, int64_t case_id)
{
	return db_run(
	    t->db, ST_FOLLOW_PLAN, NULL, db_i64(case_id), db_i64(t->limits.follow_ms));
}

enum rc
deed_follow_agree(struct stepping *st, const char *code)
{
	const struct session *s = &st->p->session;
	bool yes = strcmp(code, "yes") == 0;
	char wording[128];
	size_t len = 0;
	enum rc rc;

	if (s->case_id == 0)
		return RC_OK;
	(void)!str_add(wording, sizeof(wording), &len, "%s %s/%u %s", ASKED_BY, s->flow,
	    s->version, lang_code(s->lang));
	rc = db_run(st->t->db, ST_FOLLOW_AGREED, NULL, db_i64(s->case_id), db_bool(yes),
	    db_text(wording));
	out_row(st->t->out, OUT_AUDIT, "followup.agreed", s->case_id, OUT_NULL, OUT_NULL,
	    code);
	return rc == RC_OK && yes ? followup_plan(st->t, s->case_id) : rc;
}

enum rc
deed_follow_said(struct stepping *st, const char *code)
{
	struct person *p = st->p;
	int64_t of = p->follow_case, number;
	struct db_rows *r;
	char n[24];
	enum rc rc;

	if (of == 0)
		return RC_OK;
	rc = db_run(st->t->db, ST_FOLLOW_SAID, &r, db_i64(of), db_text(code));
	if (rc != RC_OK)
		return rc;
	number = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	out_row(st->t->out, OUT_AUDIT, "followup.said", of, OUT_NULL, OUT_NULL, code);
	log_info("followup.said", "case=%lld", (long long)of);
	if (strcmp(code, "help") != 0)
		return RC_OK;
	out_row(st->t->out, OUT_TASK, "followup", of, p->inbox_id, OUT_NULL);
	if (p->session.case_id != 0 && p->session.case_id != of && number != 0) {
		snprintf(n, sizeof(n), "%lld", (long long)number);
		out_row(st->t->out, OUT_ANSWER, p->session.case_id, "follow_of", n);
	}
	return RC_OK;
}

static enum rc
look(struct turn *t, int64_t id, struct follow_row *f)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_FOLLOW_LOOK, &r, db_i64(id));

	memset(f, 0, sizeof(*f));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		f->due_ms = db_get_i64(r, 0, 0);
		f->until_ms = db_get_i64(r, 0, 1);
		f->may = db_get_bool(r, 0, 2);
	}
	db_rows_free(r);
	return RC_OK;
}

/* The conversation is over long since: what it left is forgotten, and the question is open for a session. */
static void
wake(const struct turn *t, struct person *p, int64_t now)
{
	const struct session *s = &p->session;

	if (s->expires_ms > now)
		return;
	p->session = (struct session){ .lang = s->lang,
		.lang_chosen = s->lang_chosen,
		.stopped = s->stopped,
		.expires_ms = now + t->limits.session_ms };
}

/* The person is locked; the case was read after that. */
static enum rc
ask(struct turn *t, int64_t id, struct person *p, const struct reach *c,
    const struct follow_row *f)
{
	struct safe_time agreed = c->safe;
	int64_t now = clock_wall_ms(), start, end;
	enum rc rc;

	agreed.until_ms = f->until_ms;
	if (!f->may || p->forget || c->knocked || !knock_may_reach(c) ||
	    !safe_next(&agreed, now, &start, &end))
		return RC_OK;
	if (start > now)
		return db_run(t->db, ST_FOLLOW_SET, NULL, db_i64(id), db_i64(start));
	wake(t, p, now);
	if (!knock_session(p, id, c->lang)) /* they are in a conversation: another day */
		return safe_next(&agreed, end, &start, &end)
		    ? db_run(t->db, ST_FOLLOW_SET, NULL, db_i64(id), db_i64(start))
		    : RC_OK;
	p->follow = FOLLOW_ASK;
	rc = knock_empty(t, p, end);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_FOLLOWED, NULL, db_i64(id));
	out_row(t->out, OUT_AUDIT, "followup.knock", id, OUT_NULL, OUT_NULL,
	    (const char *)NULL);
	log_info("followup.knock", "case=%lld", (long long)id);
	return rc;
}

enum rc
due_followup(struct turn *t, int64_t id, int64_t due_ms)
{
	static struct turn_in in;
	struct follow_row f;
	struct reach c;
	struct person p = { 0 };
	enum rc rc = knock_reach(t, id, &c);

	if (rc == RC_OK && c.peer_id != 0)
		rc = due_person(t, c.peer_id, &in, &p);
	if (rc != RC_OK)
		return rc;
	rc = look(t, id, &f); /* both again, under the person's lock */
	if (rc == RC_OK)
		rc = knock_reach(t, id, &c);
	if (rc == RC_OK && c.peer_id != p.peer_id)
		rc = RC_AGAIN;
	if (rc != RC_OK || f.due_ms != due_ms)
		return rc;
	rc = db_run(t->db, ST_FOLLOW_OFF, NULL, db_i64(id));
	if (rc == RC_OK && p.peer_id != 0)
		rc = ask(t, id, &p, &c, &f);
	seal_wipe(&p, sizeof(p));
	return rc;
}
