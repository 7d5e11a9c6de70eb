/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paging: once a case and `desk_again`, without content; nobody with a key looked in `desk_look`: a task.
 * No word of a person and no number is in it. Called as desk_page.h says.
 */
#include "desk_page.h"

#include <string.h>

#include "due.h"
#include "log.h"
#include "refer_text.h"
#include "referral.h"
#include "str.h"

static bool
is_danger(const struct effect *f)
{
	return ((f->kind == EFFECT_CASE_OPEN || f->kind == EFFECT_CASE_CLASS) &&
		   f->class == CASE_DANGER) ||
	    (f->kind == EFFECT_TASK && strcmp(f->name, "danger") == 0);
}

/* Who is paged for that reads of a case that is gone a moment later. */
static bool
asks_to_erase(const struct session *s)
{
	return strcmp(s->flow, "erase") == 0 && s->step[0] != '\0';
}

void
desk_want(struct stepping *st)
{
	const struct session *s = &st->p->session;
	bool words = false, danger = false;

	for (size_t i = 0; i < st->e->n; i++) {
		danger = danger || is_danger(&st->e->v[i]);
		words = words || st->e->v[i].kind == EFFECT_NARRATIVE;
	}
	if (s->case_id == 0 || st->p->gone)
		return;
	words = words && !asks_to_erase(s);
	if (danger || (words && s->class == CASE_DANGER) ||
	    (words && s->class == CASE_HELD && st->stranger))
		out_row(st->t->out, OUT_DESK, s->case_id, st->t->limits.desk_again_ms,
		    st->t->limits.desk_look_ms);
}

enum rc
desk_page(struct turn *t, int64_t case_id, int64_t number, const struct duty_contact *to)
{
	char n[24], text[REFER_TEXT_MAX];
	const struct text_arg arg = { "n", n };
	size_t len = 0;
	enum rc rc;

	(void)!str_add(n, sizeof(n), &len, "%lld", (long long)number);
	rc = refer_say(t->flows, referral_lang(t, to->lang), "ref.desk", &arg, 1, text);
	return rc == RC_OK ? referral_tell(t, to->contact_id, case_id, "ref.desk", text)
			   : rc;
}

struct desk_row {
	int64_t page_due, look_due, number;
	bool gone, looked;
};

static enum rc
lock(struct turn *t, int64_t case_id, struct desk_row *d)
{
	struct db_rows *r;
	enum rc rc = db_run(t->db, ST_DESK_LOCK, &r, db_i64(case_id));

	memset(d, 0, sizeof(*d));
	if (rc != RC_OK)
		return rc;
	if (db_count(r) > 0) {
		d->page_due = db_get_i64(r, 0, 0);
		d->look_due = db_get_i64(r, 0, 1);
		d->number = db_get_i64(r, 0, 2);
		d->gone = db_get_bool(r, 0, 3);
		d->looked = db_get_bool(r, 0, 4);
	}
	db_rows_free(r);
	return RC_OK;
}

enum rc
due_page(struct turn *t, int64_t id, int64_t due_ms)
{
	struct desk_row d;
	struct duty on = { 0 };
	enum rc rc = lock(t, id, &d);

	if (rc != RC_OK || d.page_due != due_ms)
		return rc;
	if (!d.gone)
		rc = duty_contacts(t, DUTY_CASEWORKER, &on);
	if (on.nobody)
		on.n = 0; /* without a key a page is of no use; the task will tell */
	for (int i = 0; rc == RC_OK && i < on.n; i++)
		rc = desk_page(t, id, d.number, &on.v[i]);
	if (rc == RC_OK)
		rc = db_run(t->db, ST_DESK_PAGED, NULL, db_i64(id), db_bool(on.n > 0));
	if (rc == RC_OK && on.n > 0) {
		out_row(t->out, OUT_AUDIT, "desk.paged", id, OUT_NULL, on.v[0].contact_id,
		    (const char *)NULL);
		log_info("desk.paged", "case=%lld phones=%d", (long long)id, on.n);
	}
	return rc;
}

enum rc
due_look(struct turn *t, int64_t id, int64_t due_ms)
{
	struct desk_row d;
	struct db_rows *r;
	bool told;
	enum rc rc = lock(t, id, &d);

	if (rc != RC_OK || d.look_due != due_ms)
		return rc;
	rc = db_run(t->db, ST_DESK_LOOK_OFF, NULL, db_i64(id));
	if (rc != RC_OK || d.gone || d.looked)
		return rc;
	rc = db_run(t->db, ST_DESK_SILENT, &r, db_i64(id));
	if (rc != RC_OK)
		return rc;
	told = db_get_bool(r, 0, 0);
	db_rows_free(r);
	if (told)
		return RC_OK;
	out_row(t->out, OUT_TASK, "desk_silent", id, OUT_NULL, OUT_NULL);
	out_row(
	    t->out, OUT_AUDIT, "desk.silent", id, OUT_NULL, OUT_NULL, (const char *)NULL);
	log_warn("desk.silent", "case=%lld", (long long)id);
	return RC_OK;
}
