/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operators' orders to links and their answers; what stands is kept in link_pause.
 * It never holds an order longer than one tick. Called by dispatch.c.
 */
#include "orders.h"

#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"

static const char *const kinds[] = {
	[BUS_PAUSE] = "pause",
	[BUS_RESUME] = "resume",
	[BUS_DRAIN] = "drain",
	[BUS_UNDRAIN] = "undrain",
	[BUS_DIAL_USSD] = "ussd",
};

static enum rc
keep(struct db *db, const struct bus_order *o, const char *by)
{
	bool drain = o->kind == BUS_DRAIN || o->kind == BUS_UNDRAIN;

	if (o->kind == BUS_PAUSE || o->kind == BUS_DRAIN)
		return db_run(db, ST_PAUSE_PUT, NULL, db_text(o->link), db_i64(o->class),
		    db_bool(drain), db_text(by));
	if (o->kind == BUS_RESUME || o->kind == BUS_UNDRAIN)
		return db_run(db, ST_PAUSE_OFF, NULL, db_text(o->link), db_i64(o->class),
		    db_bool(drain));
	return RC_OK;
}

static bool
read_order(struct bus_msg *m, const struct db_rows *r, int row)
{
	struct bus_order *o = &m->u.order;

	memset(m, 0, sizeof(*m));
	m->type = BUS_ORDER;
	o->id = (uint64_t)db_get_i64(r, row, 0);
	o->class = (uint32_t)db_get_i64(r, row, 3);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i], db_get_text(r, row, 1)) == 0)
			o->kind = (enum bus_order_kind)i;
	}
	return str_copy(o->link, sizeof(o->link), db_get_text(r, row, 2)) &&
	    str_copy(o->text, sizeof(o->text), db_get_text(r, row, 4));
}

static void
refuse(struct db *db, uint64_t id, const char *why)
{
	struct bus_order_done d = { .id = id };

	(void)!str_copy(d.text, sizeof(d.text), why);
	orders_answer(db, &d);
}

/* What became of an order that stands in row 0; where it is to be said, `m` has it. */
static bool
is_to_say(struct db *db, const struct db_rows *r, struct bus_msg *m)
{
	uint64_t id = (uint64_t)db_get_i64(r, 0, 0);

	if (!db_get_bool(r, 0, 6)) {
		refuse(db, id,
		    "no such link: no daemon has told of it; `shyraqctl modem list` "
		    "names those there are, a new one shows seconds after its "
		    "daemon's start");
		return false;
	}
	if (!read_order(m, r, 0)) {
		refuse(db, id, "the link's name is too long");
		return false;
	}
	return true;
}

/*
 * The oldest order that was not said: marked and kept in one transaction, or neither. *none: there is none.
 * *say: `m` is to be said now. One that cannot be kept at all is answered so.
 */
static enum rc
next(struct db *db, struct bus_msg *m, bool *none, bool *say)
{
	struct db_rows *r = NULL;
	enum rc rc = db_begin(db);

	*say = false;
	if (rc == RC_OK)
		rc = db_run0(db, ST_ORDER_NEXT, &r);
	*none = rc == RC_OK && db_count(r) == 0;
	if (rc == RC_OK && !*none && is_to_say(db, r, m)) {
		*say = true;
		rc = keep(db, &m->u.order, db_get_text(r, 0, 5));
	}
	if (rc == RC_REFUSED && *say) { /* marked alone, that it holds up no other */
		uint64_t id = m->u.order.id;

		*say = false;
		db_rollback(db);
		db_rows_free(r);
		rc = db_run0(db, ST_ORDER_NEXT, &r);
		if (rc == RC_OK)
			refuse(db, id, "the database refused it");
	} else if (rc == RC_OK) {
		rc = db_commit(db);
	}
	if (rc != RC_OK)
		db_rollback(db);
	db_rows_free(r);
	return rc;
}

enum rc
orders_run(struct db *db, orders_say *say, void *arg)
{
	for (;;) {
		struct bus_msg m;
		bool none, is_said;
		enum rc rc = next(db, &m, &none, &is_said);

		if (rc != RC_OK || none)
			return rc;
		if (!is_said)
			continue;
		log_info("orders.said", "order=%llu kind=%s link=%s class=%u",
		    (unsigned long long)m.u.order.id, kinds[m.u.order.kind],
		    m.u.order.link[0] == '\0' ? "all" : m.u.order.link, m.u.order.class);
		if (say(arg, &m) != RC_OK)
			refuse(db, m.u.order.id,
			    "no daemon is up; what stands is said when one comes");
	}
}

/* Nobody waits for the answer. */
static enum rc
say_standing(orders_say *say, void *arg, enum bus_order_kind kind, const char *link,
    uint32_t class)
{
	struct bus_msg m = { .type = BUS_ORDER };

	m.u.order.id = INT64_MAX;
	m.u.order.kind = kind;
	m.u.order.class = class;
	if (!str_copy(m.u.order.link, sizeof(m.u.order.link), link))
		return RC_OK;
	return say(arg, &m);
}

/* All is taken back first: what was resumed while the daemon was away must not stay on it. */
enum rc
orders_stand(struct db *db, orders_say *say, void *arg)
{
	struct db_rows *r;
	enum rc rc = db_run0(db, ST_PAUSES, &r);

	if (rc != RC_OK)
		return rc;
	rc = say_standing(say, arg, BUS_RESUME, "", 0);
	if (rc == RC_OK)
		rc = say_standing(say, arg, BUS_UNDRAIN, "", 0);
	for (int i = 0; rc == RC_OK && i < db_count(r); i++)
		rc = say_standing(say, arg, db_get_bool(r, i, 2) ? BUS_DRAIN : BUS_PAUSE,
		    db_get_text(r, i, 0), (uint32_t)db_get_i64(r, i, 1));
	db_rows_free(r);
	return rc;
}

void
orders_answer(struct db *db, const struct bus_order_done *d)
{
	if (d->id == INT64_MAX)
		return;
	if (db_run(db, ST_ORDER_ANSWER, NULL, db_i64((int64_t)d->id), db_bool(d->done),
		db_text(d->text)) != RC_OK)
		log_warn(
		    "orders.answer", "order=%llu not written", (unsigned long long)d->id);
}

void
orders_link_state(struct db *db, const char *daemon, const struct bus_link_state *l)
{
	int64_t now = clock_wall_ms(), last = now - (int64_t)l->last_in_ms;
	bool heard = l->balance_ms != 0; /* else what was known stays */

	if (db_run(db, ST_LINK_STATE_PUT, NULL, db_text(l->link), db_text(daemon),
		db_text(l->link_group), db_text(l->state), db_bool(l->usable),
		db_i64(l->signal), l->last_in_ms == 0 ? db_null() : db_i64(last),
		db_i64((int64_t)l->received), db_i64((int64_t)l->sent),
		db_i64(l->slots_used), db_i64(l->slots_all), db_i64(l->waiting),
		db_bool(l->paused), db_text(l->number),
		heard ? db_i64(l->balance) : db_null(),
		heard ? db_i64(now - (int64_t)l->balance_ms) : db_null(),
		db_bool(heard && l->balance_low)) != RC_OK)
		log_warn("orders.link_state", "link=%s not written", l->link);
}

void
orders_daemon_gone(struct db *db, const char *daemon)
{
	if (db_run(db, ST_LINKS_SILENT, NULL, db_text(daemon)) != RC_OK)
		log_warn("orders.daemon_gone", "daemon=%s not written", daemon);
}
