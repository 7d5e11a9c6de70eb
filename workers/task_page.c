/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A supervisor's task pages who is on duty as supervisor: one page for all that wait, and no case in it.
 * It tells no operator: the task may be about one. Called by due.c.
 */
#include "clock.h"
#include "due.h"
#include "duty.h"
#include "log.h"
#include "refer_text.h"
#include "referral.h"

struct page {
	int64_t due, last; /* last: when any was paged; 0: never */
	bool over;         /* taken or done */
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
		p->last = db_get_i64(r, 0, 2);
	}
	db_rows_free(r);
	return RC_OK;
}

static enum rc
page(struct turn *t, const struct duty_contact *to)
{
	char text[REFER_TEXT_MAX];
	enum rc rc = refer_say(
	    t->flows, referral_lang(t, to->lang), "ref.supervisor", NULL, 0, text);

	return rc == RC_OK ? referral_tell(t, to->contact_id, 0, "ref.supervisor", text)
			   : rc;
}

static enum rc
page_all(struct turn *t, int64_t id, int64_t later_ms)
{
	struct duty on = { 0 };
	enum rc rc = duty_contacts(t, DUTY_SUPERVISOR, &on);

	/* with nobody the phones of operators stand there: past them it goes, and waits for who comes */
	if (rc == RC_OK && (on.nobody || on.n == 0))
		return db_run(
		    t->db, ST_TASK_PAGE_LATER, NULL, db_i64(id), db_i64(later_ms));
	for (int i = 0; rc == RC_OK && i < on.n; i++)
		rc = page(t, &on.v[i]);
	if (rc == RC_OK)
		rc = db_run0(t->db, ST_TASK_PAGED, NULL);
	if (rc != RC_OK)
		return rc;
	out_row(t->out, OUT_AUDIT, "task.paged", OUT_NULL, OUT_NULL, on.v[0].contact_id,
	    (const char *)NULL);
	log_info("task.paged", "task=%lld phones=%d", (long long)id, on.n);
	return RC_OK;
}

enum rc
due_task(struct turn *t, int64_t id, int64_t due_ms)
{
	int64_t again = t->limits.desk_again_ms;
	struct page p;
	enum rc rc = lock(t, id, &p);

	if (rc != RC_OK || p.due != due_ms)
		return rc;
	if (p.over)
		return db_run(t->db, ST_TASK_PAGE_OFF, NULL, db_i64(id));
	if (p.last != 0 && clock_wall_ms() - p.last < again)
		return db_run(
		    t->db, ST_TASK_PAGE_LATER, NULL, db_i64(id), db_i64(p.last + again));
	return page_all(t, id, clock_wall_ms() + again);
}
