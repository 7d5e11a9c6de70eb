/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S10: two supervisors let police know, of danger or a child, where the first reply stated that to the person. Each
 * word has its maker and its reason, and the ladder does the asking. Called by intake_case.c.
 */
#include "intake_police.h"

#include <string.h>

#include "clock.h"
#include "except.h"
#include "intake_do.h"
#include "ladder.h"
#include "log.h"
#include "outcome.h"
#include "str.h"

#define WORDS 2

static enum rc
is_supervisor(struct intake_job *j, bool *yes)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_TASK_MAY, &r, db_text(j->by));

	if (rc != RC_OK)
		return rc;
	*yes = db_get_bool(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static enum rc
words_of(struct intake_job *j, int64_t id, int64_t *words, bool *asked)
{
	struct db_rows *r;
	enum rc rc = db_run(j->t->db, ST_POLICE_WORDS, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	*words = db_get_i64(r, 0, 0);
	*asked = db_get_bool(r, 0, 1);
	db_rows_free(r);
	return RC_OK;
}

static bool
is_child(const struct case_row *c)
{
	for (uint8_t i = 0; i < c->facts.slots; i++) {
		const struct slot *s = &c->facts.slot[i];

		if ((strcmp(s->name, "who") == 0 && strcmp(s->code, "child") == 0) ||
		    (strcmp(s->name, "child") == 0 && strcmp(s->code, "yes") == 0))
			return true;
	}
	return false;
}

/* What the first reply stated to the person, of that what the country of the place has. */
static enum rc
stated(struct turn *t, const struct case_row *c, unsigned *held)
{
	struct case_row same = *c;
	struct ladder l;
	enum rc rc = ladder_open(t, &same, &l);

	*held = 0;
	if (rc != RC_OK)
		return rc;
	*held = exceptions_stated(
	    policy_exceptions(policy_all(t->policy)), l.home, l.plan.country);
	ladder_close(&l);
	return RC_OK;
}

/* Why not, or NULL. */
static const char *
why_not(const struct intake_case *in, const struct case_row *c, unsigned held,
    bool supervisor)
{
	if (!supervisor)
		return "two supervisors let police know, each by their own login";
	if (!intake_note_fits(in->note))
		return "it needs a reason";
	if (strcmp(c->state, "closed") == 0)
		return "it is closed";
	if (in->act == INTAKE_CASE_NO_POLICE)
		return NULL;
	if (c->facts.class != CASE_DANGER && !is_child(c))
		return "only where life is in danger, or of a child";
	return (c->facts.class == CASE_DANGER && (held & EXCEPT_DANGER) != 0) ||
		(is_child(c) && (held & EXCEPT_CHILD) != 0)
	    ? NULL
	    : "the first reply did not say so: its country has no such exception";
}

/* The ladder looks again; it asks police once an organisation has the case. */
static enum rc
allowed(struct intake_job *j, const struct case_row *c)
{
	out_row(j->t->out, OUT_AUDIT, "police.allowed", c->id, OUT_NULL, OUT_NULL,
	    (const char *)j->by);
	log_warn("police.allowed", "case=%lld", (long long)c->id);
	if (c->with_operator || c->begun_ms == 0)
		return RC_OK;
	return db_run(
	    j->t->db, ST_CASE_LADDER, NULL, db_i64(c->id), db_i64(clock_wall_ms()));
}

enum rc
intake_police(
    struct intake_job *j, const struct intake_case *in, const struct case_row *c)
{
	bool supervisor, asked, yes = in->act == INTAKE_CASE_POLICE;
	unsigned held = 0;
	const char *why;
	int64_t words;
	enum rc rc = is_supervisor(j, &supervisor);

	if (rc == RC_OK)
		rc = words_of(j, c->id, &words, &asked);
	if (rc == RC_OK)
		rc = stated(j->t, c, &held);
	if (rc != RC_OK)
		return rc;
	why = why_not(in, c, held, supervisor);
	if (why != NULL)
		return intake_refuse(j, why);
	rc = outcome_assert(
	    j->t, c->id, yes ? "police" : "no_police", "", 0, j->by, in->note);
	if (rc == RC_OK)
		rc = words_of(j, c->id, &words, &asked);
	if (rc != RC_OK)
		return rc;
	(void)!str_copy(j->answer, sizeof(j->answer),
	    !yes && asked
		? "taken back: no other unit is asked; who was asked knows of it"
		: !yes          ? "taken back"
		: words < WORDS ? "one word of two: another supervisor's is needed"
				: "police are asked once an organisation has it");
	return yes && words >= WORDS ? allowed(j, c) : RC_OK;
}
