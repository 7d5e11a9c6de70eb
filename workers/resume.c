/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Codes typed by people: found in a text, looked up, and locked after too many wrong ones.
 * It never logs a code. Called by people_input.c.
 */
#include "resume.h"

#include <string.h>

#include "log.h"
#include "match.h"

#define WORDS_MOST 1
#define TOKENS_MOST 8

bool
resume_digits(const char *text, char code[CASECODE_DIGITS + 1])
{
	struct folded f;
	unsigned words = 0;
	size_t len = 0;

	if (strlen(text) > 64) /* also in full-width digits, and a word */
		return false;
	match_fold(&f, text);
	if (f.tokens == 0 || f.tokens > TOKENS_MOST)
		return false;
	for (unsigned i = 0; i < f.tokens; i++) {
		size_t n;
		const char *s = match_token(&f, i, &n);

		if (!f.token[i].digits) {
			words++;
			continue;
		}
		if (len + n > CASECODE_DIGITS)
			return false;
		memcpy(code + len, s, n);
		len += n;
	}
	code[len] = '\0';
	return len == CASECODE_DIGITS && words <= WORDS_MOST;
}

static enum rc
is_locked(struct turn *t, int64_t peer_id, bool *locked)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_CODE_TRIES, &r, db_i64(peer_id));

	if (rc != RC_OK)
		return rc;
	*locked = db_get_i64(r, 0, 0) >= t->limits.code_tries ||
	    db_get_i64(r, 0, 1) >= t->limits.code_tries_all;
	db_rows_free(r);
	return RC_OK;
}

static enum rc
wrong(struct turn *t, const struct person *p, struct flow_input *in)
{
	enum rc rc = db_run0(t->db, ST_CODE_TRY_PURGE, NULL);

	in->resume = RESUME_WRONG;
	if (rc == RC_OK)
		rc = db_run(t->db, ST_CODE_TRY_PUT, NULL, db_i64(p->peer_id));
	log_warn("resume.wrong", "ref=%s", peer_ref(&p->phone).s);
	return rc;
}

enum rc
resume_look(struct turn *t, const struct person *p, struct flow_input *in)
{
	char code[CASECODE_DIGITS + 1];
	struct db_rows *r = NULL;
	bool locked = false;
	int64_t number;
	enum rc rc;

	if (!resume_digits(in->text, code))
		return RC_OK;
	rc = is_locked(t, p->peer_id, &locked);
	if (rc != RC_OK)
		return rc;
	if (locked) {
		in->resume = RESUME_LOCKED;
		log_warn("resume.locked", "ref=%s", peer_ref(&p->phone).s);
		return RC_OK;
	}
	if (casecode_decode(&t->keys->sub[SEAL_CODE], code, &number) != RC_OK)
		return wrong(t, p, in);
	rc = db_run(
	    t->db, ST_CASE_BY_NUMBER, &r, db_i64(number), db_i64(t->limits.code_ms));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) == 0) {
		db_rows_free(r);
		return wrong(t, p, in);
	}
	in->resume = RESUME_OK;
	in->resumed = db_get_i64(r, 0, 0);
	in->resumed_class = case_class_parse(db_get_text(r, 0, 1));
	if (!db_is_null(r, 0, 4))
		turn_hhmm(db_get_i64(r, 0, 4), db_get_text(r, 0, 5), in->taken_at);
	in->resumed_state = people_state(db_get_text(r, 0, 2), db_get_bool(r, 0, 3));
	db_rows_free(r);
	return RC_OK;
}
