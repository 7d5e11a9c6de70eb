/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the database says of a talk's cases, read with the statements of talk.sql.
 * It writes nothing. Called by talk_lines.c and talk_rules.c.
 */
#include <string.h>

#include "log.h"
#include "str.h"
#include "talk.h"

static struct db_rows *
must(enum rc rc, struct db_rows *r)
{
	if (rc != RC_OK)
		fatalx("talk.facts", "sqlstate=%s", db_error(world.db));
	return r;
}

static void
take(char *out, size_t size, const struct db_rows *r, int col)
{
	if (!str_copy(out, size, db_get_text(r, 0, col)))
		out[0] = '\0';
}

bool
facts_case(struct mobile *m, struct facts *out)
{
	struct db_rows *r = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (m->case_id == 0)
		m->case_id = m->session.case_id;
	rc = db_run(
	    world.db, TALK(TALK_CASE), &r, db_i64(m->peer_id), db_i64(m->case_id));
	r = must(rc, r);
	if (db_count(r) == 0) {
		db_rows_free(r);
		return false;
	}
	out->id = db_get_i64(r, 0, 0);
	out->number = db_get_i64(r, 0, 1);
	take(out->state, sizeof(out->state), r, 2);
	take(out->class, sizeof(out->class), r, 3);
	take(out->region, sizeof(out->region), r, 4);
	out->safe_from = db_get_i64(r, 0, 5);
	out->safe_to = db_get_i64(r, 0, 6);
	out->safe_until = db_get_i64(r, 0, 7);
	out->follow_until = db_get_i64(r, 0, 8);
	take(out->answers, sizeof(out->answers), r, 9);
	m->case_id = out->id;
	db_rows_free(r);
	return true;
}

bool
facts_slot(struct mobile *m, const char *slot, char code[FLOW_CODE_MAX])
{
	struct db_rows *r = NULL;
	struct facts c;
	bool there = false;
	enum rc rc;

	code[0] = '\0';
	if (facts_case(m, &c)) {
		rc = db_run(world.db, TALK(TALK_SLOT), &r, db_i64(c.id), db_text(slot));
		r = must(rc, r);
		there = db_count(r) > 0 &&
		    str_copy(code, FLOW_CODE_MAX, db_get_text(r, 0, 0));
		db_rows_free(r);
	}
	if (!there)
		there = str_copy(code, FLOW_CODE_MAX, session_slot(&m->session, slot)) &&
		    code[0] != '\0';
	return there;
}

bool
facts_consent(struct mobile *m, const char *kind, bool *yes)
{
	struct db_rows *r = NULL;
	struct facts c;
	bool there;
	enum rc rc;

	if (!facts_case(m, &c))
		return false;
	rc = db_run(world.db, TALK(TALK_CONSENT), &r, db_i64(c.id), db_text(kind));
	r = must(rc, r);
	there = db_count(r) > 0;
	*yes = there && db_get_bool(r, 0, 0);
	db_rows_free(r);
	return there;
}

void
facts_wording(struct mobile *m, const char *kind, char out[TALK_WORDING])
{
	struct db_rows *r = NULL;
	struct facts c;
	enum rc rc;

	out[0] = '\0';
	if (!facts_case(m, &c))
		return;
	rc = db_run(world.db, TALK(TALK_CONSENT), &r, db_i64(c.id), db_text(kind));
	r = must(rc, r);
	if (db_count(r) > 0)
		(void)!str_copy(out, TALK_WORDING, db_get_text(r, 0, 1));
	db_rows_free(r);
}

bool
facts_task(struct mobile *m, const char *kind)
{
	struct db_rows *r = NULL;
	struct facts c;
	bool there;
	enum rc rc;

	rc = db_run(world.db, TALK(TALK_TASK), &r, db_text(kind),
	    db_i64(facts_case(m, &c) ? c.id : 0));
	r = must(rc, r);
	there = db_get_i64(r, 0, 0) > 0;
	db_rows_free(r);
	return there;
}

bool
facts_task_open(struct mobile *m, const char *kind)
{
	struct db_rows *r = NULL;
	struct facts c;
	bool there;
	enum rc rc;

	rc = db_run(world.db, TALK(TALK_TASK_OPEN), &r, db_text(kind),
	    db_i64(facts_case(m, &c) ? c.id : 0));
	r = must(rc, r);
	there = db_get_i64(r, 0, 0) > 0;
	db_rows_free(r);
	return there;
}

int64_t
facts_job(const struct mobile *m)
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(world.db, TALK(TALK_JOB), &r, db_i64(m->peer_id));
	int64_t id;

	r = must(rc, r);
	id = db_count(r) > 0 ? db_get_i64(r, 0, 0) : 0;
	db_rows_free(r);
	return id;
}

bool
facts_asked(int64_t case_id, int64_t receiver)
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(
	    world.db, TALK(TALK_ASKED), &r, db_i64(case_id), db_i64(receiver));
	bool asked;

	r = must(rc, r);
	asked = db_get_i64(r, 0, 0) > 0;
	db_rows_free(r);
	return asked;
}

bool
facts_code(const struct receiver *who, char code[4])
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(world.db, TALK(TALK_CODE), &r, db_i64(who->contact_id));
	bool there;

	r = must(rc, r);
	there = db_count(r) > 0 && str_copy(code, 4, db_get_text(r, 0, 0));
	db_rows_free(r);
	return there;
}

bool
facts_code_of(const struct receiver *who, int64_t case_id, char code[4])
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(
	    world.db, TALK(TALK_CODE_OF), &r, db_i64(who->contact_id), db_i64(case_id));
	bool there;

	r = must(rc, r);
	there = db_count(r) > 0 && str_copy(code, 4, db_get_text(r, 0, 0));
	db_rows_free(r);
	return there;
}

void
facts_wrong(const struct receiver *who, char code[4])
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(world.db, TALK(TALK_WRONG), &r, db_i64(who->contact_id));

	r = must(rc, r);
	(void)!str_copy(code, 4, db_get_text(r, 0, 0));
	db_rows_free(r);
}

/* S10: the person's last word about police in this case is a yes. */
bool
facts_police_may(int64_t case_id)
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(
	    world.db, TALK(TALK_CONSENT), &r, db_i64(case_id), db_text("police"));
	bool may;

	r = must(rc, r);
	may = db_count(r) > 0 && db_get_bool(r, 0, 0);
	db_rows_free(r);
	return may;
}

/* When questions with content end; when the person's window ends. 0: never was. */
static void
peer_times(const struct mobile *m, int64_t *witness, int64_t *window)
{
	struct db_rows *r = NULL;
	enum rc rc = db_run(
	    world.db, TALK(TALK_PEER), &r, db_bytes(m->hash.b, sizeof(m->hash.b)));

	r = must(rc, r);
	*witness = db_count(r) > 0 ? db_get_i64(r, 0, 1) : 0;
	*window = db_count(r) > 0 ? db_get_i64(r, 0, 2) : 0;
	db_rows_free(r);
}

int64_t
facts_witness_until(const struct mobile *m)
{
	int64_t witness, window;

	peer_times(m, &witness, &window);
	return witness;
}

int64_t
facts_window_until(const struct mobile *m)
{
	int64_t witness, window;

	peer_times(m, &witness, &window);
	return window;
}
