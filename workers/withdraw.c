/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S14: consent taken back, per kind. Who was asked hears it; where it may be pressure they decide
 * themselves and an operator gets a task, and the police stand down in any case. Called by deeds.c.
 */
#include <string.h>

#include "log.h"
#include "referral.h"
#include "step.h"
#include "str.h"

/* After danger, "not let out", or held. */
static bool
may_be_pressed(const struct session *s)
{
	/* a bed tonight raises held to urgent */
	return s->class >= CASE_HELD || strstr(session_slot(s, "what"), "held") != NULL;
}

static void
take_back(struct stepping *st, const char *kind)
{
	char wording[128];
	size_t len = 0;
	int64_t id = st->p->session.case_id;

	(void)!str_add(wording, sizeof(wording), &len, "withdrawn %s/%u %s",
	    st->p->session.flow, st->p->session.version, lang_code(st->p->session.lang));
	out_row(st->t->out, OUT_CONSENT, id, kind, 0, wording);
	out_row(st->t->out, OUT_ANSWER, id, kind, "no");
}

static enum rc
tell_all(struct stepping *st, const char *filter, bool pressed)
{
	struct db_rows *r;
	int64_t id = st->p->session.case_id;
	enum rc rc = db_run(
	    st->t->db, ST_WITHDRAW_CONTACTS, &r, db_i64(id), db_text(filter));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; rc == RC_OK && i < db_count(r); i++) {
		bool decide = pressed && !db_get_bool(r, i, 3);

		rc = step_tell(st->t, db_get_i64(r, i, 0), id, db_get_text(r, i, 1),
		    decide ? "ref.withdrawn_pressure" : "ref.withdrawn",
		    db_get_i64(r, i, 2), "at", "");
	}
	db_rows_free(r);
	return rc;
}

enum rc
deed_withdraw(struct stepping *st, const char *kind)
{
	struct session *s = &st->p->session;
	bool pressed = may_be_pressed(s), all = strcmp(kind, "ngo") == 0;
	const char *filter = all ? "" : kind;
	bool police = all || strcmp(kind, "police") == 0;
	enum rc rc;

	if (s->case_id == 0 || (!all && !police && strcmp(kind, "embassy") != 0))
		return RC_OK;
	take_back(st, kind);
	if (all && strcmp(session_slot(s, "police"), "yes") == 0)
		take_back(st, "police");
	if (all && strcmp(session_slot(s, "embassy"), "yes") == 0)
		take_back(st, "embassy");
	out_row(st->t->out, OUT_AUDIT, pressed ? "consent.pressed" : "consent.withdrawn",
	    s->case_id, OUT_NULL, OUT_NULL, kind);
	rc = tell_all(st, filter, pressed);
	if (rc == RC_OK) /* after that they are asked after no more */
		rc = db_run(st->t->db, ST_WITHDRAW_QUIET, NULL, db_i64(s->case_id),
		    db_text(filter));
	if (pressed)
		out_row(st->t->out, OUT_TASK, "withdrawn", s->case_id, st->p->inbox_id,
		    OUT_NULL);
	if (rc == RC_OK && (!pressed || police))
		rc = db_run(st->t->db, ST_WITHDRAW_DOWN, NULL, db_i64(s->case_id),
		    db_text(pressed ? "police" : filter));
	if (rc == RC_OK && (!pressed || police))
		rc = db_run(st->t->db, ST_WITHDRAW_CASE, NULL, db_i64(s->case_id),
		    db_bool(all && !pressed));
	log_info("consent.withdrawn", "case=%lld kind=%s pressed=%d",
	    (long long)s->case_id, kind, pressed);
	return rc;
}
