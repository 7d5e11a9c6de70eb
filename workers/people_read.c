/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where persons stand: session, case, what waits for them; and when they wrote, by whose clock.
 * It writes nothing. Called by people.c and by what falls due.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "people.h"
#include "relay_words.h"
#include "str.h"

#define SMSC_OLD_MS \
	(72LL * 3600 * 1000) /* S1: SMSC time counts when it is at most so old */

enum case_state
people_state(const char *state, bool due)
{
	if (strcmp(state, "taken") == 0 || strcmp(state, "met") == 0)
		return CASE_STATE_TAKEN;
	if (strcmp(state, "nobody") == 0)
		return CASE_STATE_NOBODY;
	if (strcmp(state, "closed") == 0)
		return CASE_STATE_CLOSED;
	if (strcmp(state, "referred") == 0 || (strcmp(state, "open") == 0 && due))
		return CASE_STATE_SENT;
	return CASE_STATE_NONE;
}

/* Words under the outbox key, bound to `id`; "" when they do not open or do not fit. */
static void
open_words(const struct turn *t, int64_t id, const struct db_rows *r, int row, int col,
    char *out, size_t size)
{
	size_t n, len;
	const uint8_t *sealed = db_get_bytes(r, row, col, &n);
	char *words;

	out[0] = '\0';
	if (keys_open_text(t->keys, SEAL_OUTBOX, id, sealed, n, &words, &len) != RC_OK)
		return;
	if (!str_copy(out, size, words))
		log_error("people.words", "row=%lld does not fit", (long long)id);
	seal_wipe(words, len);
	free(words);
}

/* From `first` on: id, phrase, time, sealed words. */
static void
read_words(
    const struct turn *t, struct waiting *w, const struct db_rows *r, int row, int first)
{
	w->relay = db_get_i64(r, row, first);
	(void)!str_copy(w->step, sizeof(w->step), db_get_text(r, row, first + 1));
	(void)!str_copy(w->at, sizeof(w->at), db_get_text(r, row, first + 2));
	open_words(t, w->relay, r, row, first + 3, w->words, sizeof(w->words));
	if (strcmp(w->step, relay_phrase_step(RELAY_FREE)) == 0)
		relay_end(w->words);
}

/* Columns of TURN_READ from 25 on: words of a receiver, the answer to an offer check. */
static void
read_waiting(const struct turn *t, struct waiting *w, const struct db_rows *r, int row)
{
	memset(w, 0, sizeof(*w));
	if (!db_is_null(r, row, 25))
		read_words(t, w, r, row, 25);
	if (!db_is_null(r, row, 29)) {
		w->job = db_get_i64(r, row, 29);
		w->answered_ms = db_get_i64(r, row, 31);
		open_words(t, w->job, r, row, 30, w->answer, sizeof(w->answer));
	}
}

enum rc
people_read_waiting(struct turn *t, struct person *p)
{
	struct waiting *w = &p->waiting;
	struct db_rows *r;
	enum rc rc;

	if (w->relay != 0)
		return RC_OK;
	rc = db_run(t->db, ST_RELAY_NEXT, &r, db_i64(p->session.case_id));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0)
		read_words(t, w, r, 0, 0);
	db_rows_free(r);
	return RC_OK;
}

static void
read_follow(struct person *p, const struct db_rows *r, int row)
{
	const char *follow = db_get_text(r, row, 36);

	p->follow = strcmp(follow, "ask") == 0 ? FOLLOW_ASK
	    : strcmp(follow, "offer") == 0     ? FOLLOW_OFFER
					       : FOLLOW_NONE;
	p->follow_case = p->follow == FOLLOW_ASK ? db_get_i64(r, row, 9) : 0;
}

/* S16: its case was erased from another phone: no question of it is open, their language stands. */
static void
forget_conversation(struct session *s)
{
	*s = (struct session){ .lang = s->lang,
		.lang_chosen = s->lang_chosen,
		.expires_ms = s->expires_ms };
}

/* Columns of TURN_READ. */
static void
read_row(const struct turn *t, struct person *p, const struct db_rows *r, int row)
{
	const uint8_t *own;
	size_t n;
	bool gone;

	p->stopped = db_get_bool(r, row, 1);
	session_read(&p->session, r, row, 2);
	gone = !p->due && db_get_bool(r, row, 39); /* what falls due ends by itself */
	if (gone)
		forget_conversation(&p->session);
	p->session.stopped = p->stopped;
	p->session.class = case_class_parse(db_get_text(r, row, 11));
	p->session.timer_ms = gone ? 0 : db_get_i64(r, row, 16);
	p->state = people_state(db_get_text(r, row, 12), db_get_bool(r, row, 14));
	if (!db_is_null(r, row, 13))
		turn_hhmm(db_get_i64(r, row, 13), session_slot(&p->session, "region"),
		    p->taken_at);
	p->contact_id = db_get_i64(r, row, 15);
	session_unpack(db_get_text(r, row, 17), &p->hidden);
	if (p->hidden.expires_ms <= t->wall_ms)
		memset(&p->hidden, 0, sizeof(p->hidden));
	if (!db_is_null(r, row, 18) &&
	    casecode_encode(&t->keys->sub[SEAL_CODE], db_get_i64(r, row, 18), p->code) !=
		RC_OK)
		log_warn("people.code", "a case without a code");
	p->taken_by = db_get_i64(r, row, 19);
	p->knocked = db_get_bool(r, row, 20);
	(void)!str_copy(p->last_link, sizeof(p->last_link), db_get_text(r, row, 21));
	(void)!str_copy(p->rhythm, sizeof(p->rhythm), db_get_text(r, row, 22));
	p->guarded_ms = db_get_i64(r, row, 23);
	p->forget = db_get_bool(r, row, 24);
	read_waiting(t, &p->waiting, r, row);
	p->own_case = db_get_bool(r, row, 32);
	p->night = db_get_bool(r, row, 33);
	own = db_get_bytes(r, row, 34, &n);
	p->has_own_stop = !db_is_null(r, row, 34) && n == sizeof(p->own_stop.b);
	if (p->has_own_stop)
		memcpy(p->own_stop.b, own, n);
	p->down = db_get_bool(r, row, 35);
	read_follow(p, r, row);
	p->helped = db_get_bool(r, row, 37);
	p->cut = db_get_bool(r, row, 38);
}

enum rc
people_read_all(struct turn *t, struct person *v, size_t n)
{
	struct db_col peer = { .kind = DB_INT8 }, rhash = { .kind = DB_BYTEA };
	struct db_rows *r = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		if (v[i].done || v[i].peer_id == 0)
			continue;
		db_col_i64(&peer, v[i].peer_id);
		db_col_bytes(&rhash, v[i].rhash.b, SEAL_HASH_LEN);
	}
	if (peer.rows > 0)
		rc = db_run(t->db, ST_TURN_READ, &r, db_array(&peer), db_array(&rhash));
	for (int i = 0; rc == RC_OK && r != NULL && i < db_count(r); i++) {
		for (size_t k = 0; k < n; k++) {
			if (!v[k].done && v[k].peer_id == db_get_i64(r, i, 0))
				read_row(t, &v[k], r, i);
		}
	}
	db_rows_free(r);
	db_col_free(&peer);
	db_col_free(&rhash);
	return rc;
}

enum rc
people_read(struct turn *t, struct person *p)
{
	return people_read_all(t, p, 1);
}

/* S1: t0 = min(our reading, SMSC time), the link's clock error taken off; where SMSC time counts. */
static void
set_t0(const struct turn *t, struct person *p, int64_t clock_error)
{
	const struct bus_sms_in *m = &p->in->u.sms;
	int64_t lag = p->ussd ? 0 : p->in->read_ms - m->smsc_ms;

	p->t0 = p->in->read_ms;
	if (!p->ussd && m->smsc_zone && m->smsc_ms > 0 && lag <= SMSC_OLD_MS &&
	    lag >= -SMSC_OLD_MS) {
		p->lag_ms = lag;
		if (lag - clock_error > 0)
			p->t0 -= lag - clock_error;
	}
	p->late = clock_wall_ms() > p->t0 + t->limits.answer_ms;
}

/* S13: one of the numbers between the blanks of `list`. */
static bool
is_listed(const char *number, const char *list)
{
	size_t n = strlen(number);

	while (n > 0 && list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");

		if (len == n && memcmp(list, number, n) == 0)
			return true;
		list += len + strspn(list + len, " ");
	}
	return false;
}

/* Rows of LINK_READ: the link it came by, and links whose own number it bears. */
static int64_t
read_link(const struct turn *t, struct person *p, const struct db_rows *r)
{
	int64_t error = 0;

	p->own = is_listed(p->phone.s, t->limits.own_numbers);
	for (int k = 0; k < db_count(r); k++) {
		if (strcmp(db_get_text(r, k, 0), p->link) == 0)
			error = db_get_i64(r, k, 1);
		if (p->phone.s[0] != '\0' &&
		    strcmp(db_get_text(r, k, 2), p->phone.s) == 0)
			p->own = true;
	}
	return error;
}

enum rc
people_times(struct turn *t, struct person *v, size_t n)
{
	struct db_col link = { .kind = DB_TEXT }, number = { .kind = DB_TEXT };
	struct db_rows *r = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		db_col_text(&link, v[i].link);
		if (v[i].phone.s[0] != '\0')
			db_col_text(&number, v[i].phone.s);
	}
	if (link.rows > 0)
		rc = db_run(t->db, ST_LINK_READ, &r, db_array(&link), db_array(&number));
	for (size_t i = 0; rc == RC_OK && r != NULL && i < n; i++)
		set_t0(t, &v[i], read_link(t, &v[i], r));
	db_rows_free(r);
	db_col_free(&link);
	db_col_free(&number);
	return rc;
}
