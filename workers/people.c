/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of a batch: peers put and locked, repeats found, sessions read, then one by one in memory.
 * It answers nobody itself: step.c does for persons, receivers.c for receivers. Called by turn.c.
 */
#include "people.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
#include "parts.h"
#include "receivers.h"
#include "str.h"
#include "variant.h"

struct people {
	struct person *v;
	size_t n;
};

static void
people_free(struct people *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].text != NULL) {
			seal_wipe(p->v[i].text, strlen(p->v[i].text));
			free(p->v[i].text);
		}
	}
	if (p->v != NULL)
		seal_wipe(p->v, p->n * sizeof(*p->v));
	free(p->v);
}

static void
take_number(const struct turn *t, struct person *p, const char *from)
{
	p->known = from[0] != '\0' && str_copy(p->phone.s, sizeof(p->phone.s), from);
	if (!p->known)
		return;
	p->hash = keys_hash_number(t->keys, SEAL_PERSON_LOOKUP, &p->phone);
	p->rhash = keys_hash_number(t->keys, SEAL_RECEIVER_LOOKUP, &p->phone);
}

static void
take_sms(const struct turn *t, struct person *p)
{
	const struct bus_sms_in *m = &p->in->u.sms;

	p->link = m->link;
	p->group = m->link_group;
	p->unreadable = m->body != BUS_BODY_TEXT;
	p->key = people_identity(t, m);
	take_number(t, p, m->from);
}

/* Without a number the dialogue itself is who they are: it makes a case, nothing can be sent later. */
static void
take_ussd(const struct turn *t, struct person *p)
{
	const struct bus_ussd_in *m = &p->in->u.ussd;
	struct seal_piece piece[] = { { &p->in->instance, sizeof(p->in->instance) },
		{ &m->dialogue, sizeof(m->dialogue) }, { &m->step, sizeof(m->step) } };

	p->ussd = true;
	p->link = m->link;
	p->group = "ussd"; /* (instance, dialogue, step) is unique whatever the link */
	p->key = seal_hash_pieces(&t->keys->sub[SEAL_INBOX], piece, ARRAY_LEN(piece));
	take_number(t, p, m->from);
	if (p->known)
		return;
	p->known = true;
	p->hash = seal_hash_pieces(&t->keys->sub[SEAL_PERSON_LOOKUP], piece, 2);
	p->rhash = p->hash;
}

static enum rc
make(struct turn *t, struct turn_in *const *v, size_t n, struct people *out)
{
	out->v = xcalloc(n, sizeof(*out->v));
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct person *p = &out->v[out->n];
		enum rc rc;

		if (v[i]->kind != TURN_SMS && v[i]->kind != TURN_USSD)
			continue;
		out->n++;
		p->in = v[i];
		p->inbox = "done";
		p->lag_ms = OUT_NULL;
		if (v[i]->kind == TURN_SMS)
			take_sms(t, p);
		else
			take_ussd(t, p);
		rc = turn_id(t, &p->inbox_id);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static struct person *
by_hash(const struct people *all, const uint8_t *hash, size_t n)
{
	for (size_t i = 0; i < all->n; i++) {
		struct person *p = &all->v[i];

		if (n == SEAL_HASH_LEN && p->known && !p->done &&
		    memcmp(p->hash.b, hash, n) == 0)
			return p;
	}
	return NULL;
}

/* A second text of the same peer in one batch would see a stale session: it is offered again. */
static void
one_each(const struct people *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct person *p = &all->v[i];

		if (!p->known || by_hash(all, p->hash.b, SEAL_HASH_LEN) == p)
			continue;
		p->done = true;
		p->in->decided = true;
		p->in->outcome = BUS_AGAIN;
	}
}

static enum rc
lock_peers(struct turn *t, const struct people *all)
{
	struct db_col hash = { .kind = DB_BYTEA }, number = { .kind = DB_BYTEA };
	struct db_rows *r = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < all->n; i++) {
		const struct person *p = &all->v[i];
		uint8_t sealed[SEALED_NUMBER];

		if (p->done || !p->known)
			continue;
		keys_seal_number(t->keys, SEAL_PERSON_SEAL, &p->phone, sealed);
		db_col_bytes(&hash, p->hash.b, SEAL_HASH_LEN);
		db_col_bytes(&number, sealed, sizeof(sealed));
	}
	if (hash.rows > 0)
		rc = db_run(t->db, ST_PEER_PUT, NULL, db_array(&hash), db_array(&number));
	if (rc == RC_OK && hash.rows > 0)
		rc = db_run(t->db, ST_PEER_LOCK, &r, db_array(&hash));
	for (int i = 0; rc == RC_OK && r != NULL && i < db_count(r); i++) {
		size_t n;
		const uint8_t *h = db_get_bytes(r, i, 1, &n);
		struct person *p = by_hash(all, h, n);

		if (p != NULL)
			p->peer_id = db_get_i64(r, i, 0);
	}
	/* it went between the two: there is one again at the next try */
	for (size_t i = 0; rc == RC_OK && i < all->n; i++) {
		const struct person *p = &all->v[i];

		if (p->known && !p->done && p->peer_id == 0)
			rc = RC_AGAIN;
	}
	db_rows_free(r);
	db_col_free(&hash);
	db_col_free(&number);
	return rc;
}

/* The inbox row. What no engine understood is kept whole, sealed, for an operator. */
static void
write_inbox(struct turn *t, const struct person *p)
{
	const char *body = p->ussd ? p->in->u.ussd.text : p->in->u.sms.text;
	size_t body_n = p->ussd ? strlen(body) : p->in->u.sms.text_n;
	bool keep = strcmp(p->inbox, "refused") == 0 || strcmp(p->inbox, "aside") == 0;
	uint8_t *sealed = NULL;
	size_t n = 0;

	if (keep)
		sealed = keys_seal_text(
		    t->keys, SEAL_INBOX, p->inbox_id, body, body_n, &n);
	out_row(t->out, OUT_INBOX, p->inbox_id, p->link,
	    p->peer_id == 0 ? OUT_NULL : p->peer_id,
	    p->contact_id == 0 ? OUT_NULL : p->contact_id, p->t0, p->lag_ms, p->inbox,
	    p->error, (const void *)sealed, n);
	if (keep)
		out_row(t->out, OUT_TASK, p->inbox, OUT_NULL, p->inbox_id, OUT_NULL);
	free(sealed);
}

/* Why a text is put aside, kept whole for eyes, whatever it is answered; NULL: no reason. */
static const char *
aside_for(const struct person *p)
{
	const struct bus_sms_in *m = &p->in->u.sms;

	if (p->ussd)
		return NULL;
	if (m->body == BUS_BODY_DATA)
		return "data";
	if (m->body == BUS_BODY_BROKEN)
		return "undecodable";
	if (p->peer_id == 0)
		return "no number to answer";
	if (gsm_has_shift(m->udh, m->udh_n))
		return "shift table"; /* answered as it reads; its letters may be others */
	return NULL;
}

/* S13: our own words, come back: no answer, no task. */
static enum rc
from_ourselves(struct turn *t, struct person *p)
{
	p->error = "own number";
	p->in->decided = true;
	p->in->outcome = BUS_DONE;
	write_inbox(t, p);
	log_warn(
	    "turn.own_number", "link=%s inbox=%lld", p->link, (long long)p->inbox_id);
	return RC_OK;
}

static enum rc
one(struct turn *t, struct person *p)
{
	const struct bus_sms_in *m = &p->in->u.sms;
	enum rc rc = RC_OK;

	if (p->own)
		return from_ourselves(t, p);
	if (p->repeat)
		return people_screen(t, p, NULL);
	p->error = aside_for(p);
	if (p->ussd)
		rc = people_ussd(t, p);
	else if (p->peer_id != 0 && m->part > 0 && !p->unreadable)
		rc = parts_take(t, p);
	else
		p->text = xstrdup(p->unreadable ? "" : m->text);
	if (rc == RC_OK && !p->ussd && p->peer_id != 0 && p->text != NULL) {
		if (p->contact_id != 0)
			rc = receivers_text(t, p);
		else
			rc = people_step(
			    t, p, p->unreadable ? INPUT_UNREADABLE : INPUT_TEXT);
	}
	if (rc != RC_OK)
		return rc;
	if (p->error != NULL)
		p->inbox = "aside";
	p->in->decided = true;
	p->in->outcome = p->error != NULL ? BUS_ASIDE : BUS_DONE;
	write_inbox(t, p);
	log_info("turn.taken", "link=%s ref=%s inbox=%lld state=%s late=%d", p->link,
	    peer_ref(&p->phone).s, (long long)p->inbox_id, p->inbox, p->late);
	return RC_OK;
}

enum rc
people_run(struct turn *t, struct turn_in *const *v, size_t n)
{
	struct people all = { 0 };
	enum rc rc = make(t, v, n, &all);

	one_each(&all);
	if (rc == RC_OK && all.n > 0)
		rc = lock_peers(t, &all);
	kill_point("turn.locked");
	if (rc == RC_OK && all.n > 0)
		rc = people_keys(t, all.v, all.n);
	if (rc == RC_OK && all.n > 0)
		rc = people_read_all(t, all.v, all.n);
	if (rc == RC_OK && all.n > 0)
		rc = people_times(t, all.v, all.n);
	for (size_t i = 0; rc == RC_OK && i < all.n; i++) {
		if (!all.v[i].done)
			rc = one(t, &all.v[i]);
	}
	people_free(&all);
	return rc;
}

/* Nothing of the message but its sender and its sealed body is used: what was refused cannot be again. */
enum rc
people_refuse(struct turn *t, struct turn_in *in)
{
	struct turn_in *const v[1] = { in };
	struct people all = { 0 };
	enum rc rc = make(t, v, 1, &all);

	if (rc == RC_OK)
		rc = lock_peers(t, &all);
	if (rc == RC_OK)
		rc = people_keys(t, all.v, all.n);
	if (rc == RC_OK && !all.v[0].done && !all.v[0].repeat) {
		all.v[0].t0 = clock_wall_ms();
		all.v[0].inbox = "refused";
		all.v[0].error = t->refused[0] != '\0' ? t->refused : "engine";
		write_inbox(t, &all.v[0]);
		in->decided = true;
		in->outcome = BUS_ASIDE;
	}
	people_free(&all);
	return rc;
}
