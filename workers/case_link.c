/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links of cases and the offer of one: several witnesses, one place, one day. A link is a person's word;
 * a receiver that was asked about the linked case hears once which case it belongs to. Called as case_link.h says.
 */
#include "case_link.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "referral.h"

#define OTHERS 2 /* with this one three */
#define AGAIN_MS (10 * 60000)

enum rc
case_link_head(struct turn *t, int64_t id, int64_t *head)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_LINK_OF, &r, db_i64(id));

	*head = 0;
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		*head = db_get_i64(r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

enum rc
due_offer(struct turn *t, int64_t id, int64_t due_ms)
{
	struct db_rows *r;
	int64_t others = 0, again = 0;
	bool mine;
	enum rc rc = db_run(t->db, ST_OFFER_LOOK, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	mine = db_count(r) > 0 && db_get_i64(r, 0, 0) == due_ms;
	if (mine && db_get_bool(r, 0, 2))
		others = db_get_i64(r, 0, 1);
	else if (mine && db_get_bool(r, 0, 3))
		again = clock_wall_ms() + AGAIN_MS; /* the place may come yet */
	mine = mine || db_count(r) == 0;
	db_rows_free(r);
	if (!mine)
		return RC_OK;
	if (others >= OTHERS) {
		out_row(t->out, OUT_TASK, "link_offer", id, OUT_NULL, OUT_NULL);
		log_info("case.link_offer", "case=%lld others=%lld", (long long)id,
		    (long long)others);
	}
	return db_run(t->db, ST_OFFER_NEXT, NULL, db_i64(id),
	    again == 0 ? db_null() : db_i64(again));
}

/* Each who was asked and has not answered: which case it is, and that they stand down. */
static enum rc
tell_asked(struct turn *t, const struct case_row *c, int64_t to_number)
{
	struct db_col id = { .kind = DB_INT8 };
	struct db_rows *down = NULL, *r = NULL;
	enum rc rc = db_run(t->db, ST_ASKED_DOWN, &down, db_i64(c->id));

	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(down); i++)
		db_col_i64(&id, db_get_i64(down, i, 0));
	db_rows_free(down);
	if (id.rows > 0)
		rc = db_run(t->db, ST_ASK_CONTACTS, &r, db_array(&id));
	for (int i = 0; rc == RC_OK && r != NULL && i < db_count(r); i++) {
		char n[24], other[24], text[REFER_TEXT_MAX];
		const struct text_arg args[] = { { "n", n }, { "other", other } };

		snprintf(n, sizeof(n), "%lld", (long long)c->facts.number);
		snprintf(other, sizeof(other), "%lld", (long long)to_number);
		rc = refer_say(t->flows, referral_lang(t, db_get_text(r, i, 3)),
		    "ref.linked", args, ARRAY_LEN(args), text);
		if (rc == RC_OK)
			rc = referral_tell(
			    t, db_get_i64(r, i, 0), c->id, "ref.linked", text);
	}
	db_rows_free(r);
	db_col_free(&id);
	return rc;
}

static enum rc
note(struct turn *t, int64_t id, const char *what, int64_t to, const char *by)
{
	char code[24];

	snprintf(code, sizeof(code), "%lld", (long long)to);
	out_row(t->out, OUT_AUDIT,
	    strcmp(what, "linked") == 0 ? "case.linked" : "case.unlinked", id, OUT_NULL,
	    OUT_NULL, by);
	return db_run(t->db, ST_ASSERT_PUT, NULL, db_i64(id), db_text(what),
	    db_text(code), db_null(), db_text(by), db_text(""));
}

enum rc
case_link_put(struct turn *t, int64_t id, int64_t to, int64_t to_number, const char *by)
{
	struct case_row c = { 0 };
	enum rc rc = referral_case_lock(t, id, &c);

	if (rc == RC_OK)
		rc = tell_asked(t, &c, to_number);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_REFERRALS_END, NULL, db_i64(id), db_bool(false));
	if (rc == RC_OK)
		rc = db_run(
		    t->db, ST_LINK_PUT, NULL, db_i64(id), db_i64(to), db_text(by));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_LINK_FOLLOW, NULL, db_i64(id), db_i64(to));
	if (rc == RC_OK)
		rc = note(t, id, "linked", to_number, by);
	referral_case_clear(&c);
	return rc;
}

enum rc
case_link_off(struct turn *t, int64_t id, const char *by, bool *was)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_LINK_OFF, &r, db_i64(id));

	if (rc != RC_OK)
		return rc;
	*was = db_count(r) > 0;
	db_rows_free(r);
	if (!*was)
		return RC_OK;
	rc = db_run(t->db, ST_LINK_FREE, NULL, db_i64(id));
	return rc == RC_OK ? note(t, id, "unlinked", 0, by) : rc;
}
