/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an operator sends again: a text to a receiver that failed, a message that was refused, words that came
 * before any case worker had a key; and tasks that are done. It never sends a text to a person again (S1). Called by intake.c.
 */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "intake_do.h"
#include "log.h"
#include "people.h"
#include "receivers.h"
#include "str.h"

static void
audit(struct intake_job *j, const char *what, int64_t case_id)
{
	out_row(
	    j->t->out, OUT_AUDIT, what, case_id, OUT_NULL, OUT_NULL, (const char *)j->by);
}

/* Row of RETRY_TEXT: why it cannot go again, or NULL. */
static const char *
text_stays(const struct db_rows *r)
{
	const char *state = db_get_text(r, 0, 0);

	if (!db_get_bool(r, 0, 1))
		return "it is a text to a person: nobody texts them but in answer, and its "
		       "time is over (S1)";
	if (strcmp(state, "due") == 0 || strcmp(state, "claimed") == 0)
		return "it is waiting to be sent already";
	if (strcmp(state, "failed") != 0 && strcmp(state, "refused") != 0)
		return "it has not failed";
	if (!db_get_bool(r, 0, 2))
		return "its words are no longer kept";
	if (!db_get_bool(r, 0, 3))
		return "its receiver is suspended";
	return NULL;
}

static enum rc
retry_text(struct intake_job *j, int64_t id, const struct db_rows *r)
{
	const char *why = text_stays(r);
	enum rc rc;

	if (why != NULL)
		return intake_refuse(j, why);
	rc = db_run(j->t->db, ST_RETRY_TEXT_DUE, NULL, db_i64(id));
	if (rc == RC_OK) {
		audit(j, "outbox.retry", OUT_NULL);
		(void)!str_copy(j->answer, sizeof(j->answer), "due again");
		log_info("intake.retry", "row=%lld", (long long)id);
	}
	return rc;
}

/* Who sent it, as the turn would have them; their peer is locked. *p owns nothing but p->text. */
static enum rc
sender(
    struct intake_job *j, int64_t peer, int64_t t0, struct turn_in *in, struct person *p)
{
	struct turn *t = j->t;
	struct db_rows *r;
	const uint8_t *number;
	size_t n;
	enum rc rc = db_run(t->db, ST_PEER_LOCK_ID, &r, db_i64(peer));

	if (rc != RC_OK)
		return rc;
	p->in = in;
	p->link = in->u.sms.link;
	p->group = "";
	p->known = true;
	p->inbox = "done";
	p->peer_id = peer;
	p->t0 = t0;
	p->late = true; /* nothing is said to a person for it any more */
	number = db_count(r) > 0 ? db_get_bytes(r, 0, 1, &n) : NULL;
	rc = number == NULL
	    ? RC_REFUSED
	    : keys_open_number(t->keys, SEAL_PERSON_SEAL, number, n, &p->phone);
	db_rows_free(r);
	if (rc != RC_OK)
		return rc;
	p->hash = keys_hash_number(t->keys, SEAL_PERSON_LOOKUP, &p->phone);
	p->rhash = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &p->phone);
	return people_read(t, p);
}

/* It was answered when it came; its words alone were left, for want of a key. */
static enum rc
words_again(struct intake_job *j, struct person *p)
{
	enum rc rc;

	if (p->session.case_id == 0)
		return intake_refuse(
		    j, "its sender has no case any more: it is only shown");
	rc = people_narrative(j->t, p);
	if (rc == RC_OK && p->error != NULL)
		return intake_refuse(
		    j, "no case worker has a key yet: shyraqctl keyholder add");
	return rc;
}

static enum rc
run_again(struct intake_job *j, int64_t id, struct person *p, bool words)
{
	struct turn *t = j->t;
	enum rc rc;

	rc = words               ? words_again(j, p)
	    : p->contact_id != 0 ? receivers_text(t, p)
				 : people_step(t, p, INPUT_TEXT);
	if (j->refused)
		return rc;
	if (rc == RC_OK)
		rc = db_run(t->db, ST_RETRY_MESSAGE_DONE, NULL, db_i64(id));
	if (rc == RC_OK)
		rc = db_run(t->db, ST_RETRY_TASK_DONE, NULL, db_i64(id));
	if (rc == RC_OK) {
		audit(j, "inbox.retry",
		    p->session.case_id == 0 ? OUT_NULL : p->session.case_id);
		(void)!str_copy(j->answer, sizeof(j->answer),
		    "taken; nothing is said to its sender, its time is over (S1)");
		log_info("intake.again", "inbox=%lld", (long long)id);
	}
	return rc;
}

/* Row of RETRY_MESSAGE. */
static enum rc
retry_message(struct intake_job *j, int64_t id, const struct db_rows *r)
{
	static struct turn_in in;
	struct person p = { .inbox_id = id, .lag_ms = OUT_NULL };
	size_t n, len;
	const uint8_t *sealed = db_get_bytes(r, 0, 2, &n);
	bool words = strcmp(db_get_text(r, 0, 6), NO_KEY_HOLDER) == 0;
	enum rc rc;

	if (!words && strcmp(db_get_text(r, 0, 0), "aside") == 0)
		return intake_refuse(j,
		    "it has no words that could be read, or no number: it is only shown");
	if (!words && strcmp(db_get_text(r, 0, 0), "refused") != 0)
		return intake_refuse(j, "it was not refused");
	if (db_is_null(r, 0, 1) || db_is_null(r, 0, 2))
		return intake_refuse(j, "its sender is not kept: it is only shown");
	if (!words && db_get_bool(r, 0, 5))
		return intake_refuse(j,
		    "its sender has written since: it could be taken for the answer to "
		    "another question; it is only shown");
	memset(&in, 0, sizeof(in));
	(void)!str_copy(in.u.sms.link, sizeof(in.u.sms.link), db_get_text(r, 0, 4));
	rc = keys_open_text(j->t->keys, SEAL_INBOX, id, sealed, n, &p.text, &len);
	if (rc != RC_OK)
		return intake_refuse(j, "its words do not open");
	rc = sender(j, db_get_i64(r, 0, 1), db_get_i64(r, 0, 3), &in, &p);
	if (rc == RC_OK)
		rc = run_again(j, id, &p, words);
	seal_wipe(p.text, len);
	free(p.text);
	seal_wipe(&p, sizeof(p));
	return rc;
}

/* Ids of texts and of messages come from one sequence: an id is one or the other. */
enum rc
intake_retry(struct intake_job *j)
{
	struct db_rows *r;
	int64_t id;
	bool found;
	enum rc rc;

	if (intake_unpack_row(j->text, j->n, &id) != RC_OK)
		return intake_refuse(j, "malformed");
	rc = db_run(j->t->db, ST_RETRY_TEXT, &r, db_i64(id));
	if (rc != RC_OK)
		return rc;
	found = db_count(r) > 0;
	if (found)
		rc = retry_text(j, id, r);
	db_rows_free(r);
	if (found || rc != RC_OK)
		return rc;
	rc = db_run(j->t->db, ST_RETRY_MESSAGE, &r, db_i64(id));
	if (rc != RC_OK)
		return rc;
	rc = db_count(r) > 0 ? retry_message(j, id, r)
			     : intake_refuse(j, "no text and no message has this id");
	db_rows_free(r);
	return rc;
}
