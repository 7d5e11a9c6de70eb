/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks that page somebody. A supervisor's: who is on duty as supervisor, one page for all that wait, no case in it.
 * What cannot wait: operators on duty, with the case's number alone. It rings no phone twice. Called by due.c.
 */
#include <stdio.h>

#include "clock.h"
#include "due.h"
#include "duty.h"
#include "log.h"
#include "refer_text.h"
#include "referral.h"

#define PAGE_MOST_MS (2 * 24 * 3600000LL) /* so long a task is looked at again */

struct page {
	int64_t due, at, case_id, number;
	int64_t last; /* when a supervisor was paged for any; 0: never */
	int64_t same; /* when somebody was paged for such news of this case; 0: never */
	bool over;    /* taken, done, or it came right by itself */
	bool supervisors, danger;
	bool
	    news; /* a receiver says so, who stands there or was told that an operator calls */
};

static enum rc
lock(struct turn *t, int64_t id, struct page *p)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_TASK_PAGE_LOCK, &r, db_i64(id));

	*p = (struct page){ .over = true };
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		p->due = db_get_i64(r, 0, 0);
		p->over = db_get_bool(r, 0, 1);
		p->supervisors = db_get_bool(r, 0, 2);
		p->danger = db_get_bool(r, 0, 3);
		p->at = db_get_i64(r, 0, 4);
		p->case_id = db_get_i64(r, 0, 5);
		p->number = db_get_i64(r, 0, 6);
		p->last = db_get_i64(r, 0, 7);
		p->news = db_get_bool(r, 0, 8);
		p->same = db_get_i64(r, 0, 9);
	}
	db_rows_free(r);
	return RC_OK;
}

static enum rc
page(struct turn *t, const struct duty_contact *to, const char *key, const struct page *p)
{
	char n[24], text[REFER_TEXT_MAX];
	const struct text_arg arg = { "n", n };
	enum rc rc;

	snprintf(n, sizeof(n), "%lld", (long long)p->number);
	rc = refer_say(t->flows, referral_lang(t, to->lang), key, &arg,
	    p->number == 0 ? 0 : 1, text);
	return rc == RC_OK ? referral_tell(t, to->contact_id, p->case_id, key, text) : rc;
}

static void
note(struct turn *t, int64_t id, const struct page *p, int64_t contact, int phones)
{
	out_row(t->out, OUT_AUDIT, "task.paged", p->case_id == 0 ? OUT_NULL : p->case_id,
	    OUT_NULL, contact, (const char *)NULL);
	log_info("task.paged", "task=%lld phones=%d", (long long)id, phones);
}

static enum rc
later(struct turn *t, int64_t id, int64_t at)
{
	return db_run(t->db, ST_TASK_PAGE_LATER, NULL, db_i64(id), db_i64(at));
}

static enum rc
page_supervisors(struct turn *t, int64_t id, struct page *p)
{
	int64_t now = clock_wall_ms(), again = t->limits.desk_again_ms;
	struct duty on = { 0 };
	enum rc rc;

	if (p->last != 0 && now - p->last < again)
		return later(t, id, p->last + again);
	p->case_id = p->number = 0;
	rc = duty_contacts(t, DUTY_SUPERVISOR, &on);
	/* with nobody the phones of operators stand there: past them it goes, and waits for who comes */
	if (rc == RC_OK && (on.nobody || on.n == 0))
		return later(t, id, now + again);
	for (int i = 0; rc == RC_OK && i < on.n; i++)
		rc = page(t, &on.v[i], "ref.supervisor", p);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_TASK_PAGED, NULL, db_i64(id));
	if (rc == RC_OK)
		note(t, id, p, on.v[0].contact_id, on.n);
	return rc;
}

/*
 * When this phone may be rung: now, later, or 0, as it has heard since the task came up. What an operator was
 * asked before somebody was in danger holds no page of it back; of a receiver's news nothing else tells, and it
 * waits for none but the same.
 */
static int64_t
rings_at(const struct db_rows *r, int64_t contact, const struct page *p, int64_t now,
    int64_t again)
{
	int64_t last;
	int i = 0;

	while (i < db_count(r) && db_get_i64(r, i, 0) != contact)
		i++;
	if (i == db_count(r))
		return now + again; /* the case passes them by */
	if (db_get_i64(r, i, p->news ? 2 : 1) >= p->at)
		return 0;
	last = p->news ? p->same : db_get_i64(r, i, p->danger ? 2 : 1);
	return last != 0 && now - last < again ? last + again : now;
}

/*
 * Nobody is on duty. Phones of operators were rung all the same: who comes on duty next hears too. There is none:
 * look again. *next: earlier, when one of them is to be rung later; 0 never.
 */
static enum rc
next_duty(struct turn *t, bool rung, int64_t again_at, int64_t *next)
{
	struct db_rows *r;
	int64_t at;
	enum rc rc = db_run(t->db, ST_DUTY_NEXT, &r, db_text(DUTY_OPERATOR));

	if (rc != RC_OK)
		return rc;
	at = db_get_i64(r, 0, 0);
	db_rows_free(r);
	if (at == 0 && !rung)
		at = again_at;
	if (at != 0 && (*next == 0 || at < *next))
		*next = at;
	return RC_OK;
}

static enum rc
page_operators(struct turn *t, int64_t id, const struct page *p)
{
	const char *key = p->case_id == 0 ? "ref.task_none" : "ref.task";
	int64_t now = clock_wall_ms(), again = t->limits.desk_again_ms, next = 0,
		first = 0;
	struct duty on = { 0 };
	struct db_rows *r = NULL;
	int phones = 0;
	enum rc rc = duty_contacts(t, DUTY_OPERATOR, &on);

	if (rc == RC_OK)
		rc = db_run(t->db, ST_TASK_RUNG, &r,
		    p->case_id == 0 ? db_null() : db_i64(p->case_id));
	for (int i = 0; rc == RC_OK && i < on.n; i++) {
		int64_t when = rings_at(r, on.v[i].contact_id, p, now, again);

		if (when > now && (next == 0 || when < next))
			next = when;
		if (when == 0 || when > now)
			continue;
		rc = page(t, &on.v[i], key, p);
		first = phones++ == 0 ? on.v[i].contact_id : first;
	}
	db_rows_free(r);
	if (rc != RC_OK)
		return rc;
	if (on.nobody)
		rc = next_duty(t, on.n > 0, now + again, &next);
	if (rc != RC_OK)
		return rc;
	if (next > p->at + PAGE_MOST_MS) /* the list keeps it */
		next = 0;
	if (phones == 0)
		return next == 0 ? db_run(t->db, ST_TASK_PAGE_OFF, NULL, db_i64(id))
				 : later(t, id, next);
	note(t, id, p, first, phones);
	return db_run(t->db, ST_TASK_RANG, NULL, db_i64(id),
	    on.nobody && next != 0 ? db_i64(next) : db_null());
}

enum rc
due_task(struct turn *t, int64_t id, int64_t due_ms)
{
	struct page p;
	enum rc rc = lock(t, id, &p);

	if (rc != RC_OK || p.due != due_ms)
		return rc;
	if (p.over)
		return db_run(t->db, ST_TASK_PAGE_OFF, NULL, db_i64(id));
	return p.supervisors ? page_supervisors(t, id, &p) : page_operators(t, id, &p);
}
