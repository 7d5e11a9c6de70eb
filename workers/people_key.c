/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which text is a repeat: rows of inbox_key, by the rules of docs/adr/0004; repeats are answered here.
 * It runs no conversation and opens no transaction. Called by people.c and turn.c.
 */
#include "people.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "str.h"

#define LIST_MAX (BUS_LAPSED_MAX * 20 + 3) /* "{1,2,...}" */

struct seal_hash
people_identity(const struct turn *t, const struct bus_sms_in *m)
{
	/* no message has an id: sender, SMSC, its time, header, text; over SMPP its place in a long one, too */
	const uint32_t place[] = { m->part, m->total, m->ref, m->ref_bits,
		(uint32_t)m->body };
	struct seal_piece piece[] = {
		{ m->from, strlen(m->from) },
		{ m->smsc, strlen(m->smsc) },
		{ m->stamp, m->stamp_n },
		{ m->udh, m->udh_n },
		{ m->text, m->text_n },
		{ place, sizeof(place) },
	};

	return seal_hash_pieces(&t->keys->sub[SEAL_INBOX], piece,
	    m->reading == 0 ? ARRAY_LEN(piece) - 1 : ARRAY_LEN(piece));
}

static struct person *
by_inbox(struct person *v, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].inbox_id == id)
			return &v[i];
	}
	return NULL;
}

/* Hands out again what is still claimed by the instance that offers it. */
static enum rc
sends_again(struct turn *t, const struct person *p, int64_t inbox_id)
{
	struct db_col first = { .kind = DB_INT8 };
	struct db_rows *sends = NULL;
	enum rc rc;

	db_col_i64(&first, inbox_id);
	rc = db_run(t->db, ST_REPEAT_SENDS, &sends, db_array(&first),
	    db_i64((int64_t)p->in->instance));
	for (int k = 0; rc == RC_OK && k < db_count(sends); k++)
		rc = turn_sends_add(t, sends, k, 1, p->in->daemon, p->in->instance);
	db_rows_free(sends);
	db_col_free(&first);
	return rc;
}

/* Rows (inbox id, that of the first): answered as done. A USSD step's screen is rendered again. */
static enum rc
repeats(struct turn *t, struct person *v, size_t n, const struct db_rows *seen)
{
	enum rc rc = RC_OK;

	for (int i = 0; i < db_count(seen) && rc == RC_OK; i++) {
		struct person *p = by_inbox(v, n, db_get_i64(seen, i, 0));
		int64_t first = db_get_i64(seen, i, 1);

		if (p == NULL)
			continue;
		p->in->decided = true;
		p->in->outcome = BUS_DONE;
		p->repeat = p->ussd;
		p->done = !p->ussd;
		if (p->ussd)
			continue;
		rc = sends_again(t, p, first);
		log_info("turn.repeat", "link=%s inbox=%lld", p->link, (long long)first);
	}
	return rc;
}

static uint64_t
reading_of(const struct person *p)
{
	return p->ussd ? 0 : p->in->u.sms.reading;
}

/* A SIM's message, a USSD step: the key alone says it, for as long as its row is kept. */
static enum rc
put_once(struct turn *t, struct person *v, size_t n)
{
	struct db_col group = { .kind = DB_TEXT }, key = { .kind = DB_BYTEA },
		      id = { .kind = DB_INT8 };
	struct db_rows *r = NULL, *seen = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		const struct person *p = &v[i];

		if (p->done || reading_of(p) != 0)
			continue;
		db_col_text(&group, p->group);
		db_col_bytes(&key, p->key.b, SEAL_HASH_LEN);
		db_col_i64(&id, p->inbox_id);
	}
	if (id.rows > 0)
		rc = db_run(t->db, ST_INBOX_KEY_PUT, &r, db_array(&group), db_array(&key),
		    db_array(&id));
	if (rc == RC_OK && r != NULL && db_count(r) < id.rows)
		rc = db_run(t->db, ST_INBOX_KEY_SEEN, &seen, db_array(&group),
		    db_array(&key), db_array(&id));
	if (rc == RC_OK && seen != NULL)
		rc = repeats(t, v, n, seen);
	db_rows_free(seen);
	db_rows_free(r);
	db_col_free(&group);
	db_col_free(&key);
	db_col_free(&id);
	return rc;
}

static void
add_list(struct db_col *c, const uint64_t *v, uint32_t n)
{
	char s[LIST_MAX] = "{";
	size_t len = 1;

	for (uint32_t i = 0; i < n; i++)
		(void)!str_add(s, sizeof(s), &len, "%s%llu", i == 0 ? "" : ",",
		    (unsigned long long)v[i]);
	(void)!str_add(s, sizeof(s), &len, "}");
	db_col_text(c, s);
}

/* SMPP: the rows of the hash say which bind and which reading they answer for. */
static enum rc
put_read(struct turn *t, struct person *v, size_t n)
{
	enum {
		GROUP,
		KEY,
		ID,
		BIND,
		READING,
		LAPSED,
		LIVE,
		COLS
	};
	struct db_col c[COLS] = { [GROUP] = { .kind = DB_TEXT },
		[KEY] = { .kind = DB_BYTEA },
		[ID] = { .kind = DB_INT8 },
		[BIND] = { .kind = DB_INT8 },
		[READING] = { .kind = DB_INT8 },
		[LAPSED] = { .kind = DB_TEXT },
		[LIVE] = { .kind = DB_TEXT } };
	struct db_rows *seen = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		const struct bus_sms_in *m = &v[i].in->u.sms;

		if (v[i].done || reading_of(&v[i]) == 0)
			continue;
		db_col_text(&c[GROUP], v[i].group);
		db_col_bytes(&c[KEY], v[i].key.b, SEAL_HASH_LEN);
		db_col_i64(&c[ID], v[i].inbox_id);
		db_col_i64(&c[BIND], (int64_t)m->bind);
		db_col_i64(&c[READING], (int64_t)m->reading);
		add_list(&c[LAPSED], m->lapsed, m->lapsed_n);
		add_list(&c[LIVE], m->live, m->live_n);
	}
	if (c[ID].rows > 0)
		rc = db_run(t->db, ST_INBOX_KEY_READ, &seen, db_array(&c[GROUP]),
		    db_array(&c[KEY]), db_array(&c[ID]), db_array(&c[BIND]),
		    db_array(&c[READING]), db_array(&c[LAPSED]), db_array(&c[LIVE]));
	if (rc == RC_OK && seen != NULL)
		rc = repeats(t, v, n, seen);
	db_rows_free(seen);
	for (size_t i = 0; i < COLS; i++)
		db_col_free(&c[i]);
	return rc;
}

enum rc
people_keys(struct turn *t, struct person *v, size_t n)
{
	enum rc rc = put_once(t, v, n);

	return rc == RC_OK ? put_read(t, v, n) : rc;
}

enum rc
people_confirm(struct turn *t, struct turn_in *const *v, size_t n)
{
	struct db_col group = { .kind = DB_TEXT }, reading = { .kind = DB_INT8 };
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		const struct bus_confirm *m = &v[i]->u.confirm;

		if (v[i]->kind != TURN_CONFIRM)
			continue;
		for (uint32_t k = 0; k < m->n; k++) {
			db_col_text(&group, m->link_group);
			db_col_i64(&reading, (int64_t)m->readings[k]);
		}
		v[i]->decided = true;
		v[i]->outcome = BUS_DONE;
	}
	if (reading.rows > 0)
		rc = db_run(t->db, ST_INBOX_KEY_CONFIRM, NULL, db_array(&group),
		    db_array(&reading));
	db_col_free(&group);
	db_col_free(&reading);
	return rc;
}
