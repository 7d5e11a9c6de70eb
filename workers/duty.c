/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rotas read: who is on duty for a part at this minute.
 * It logs no login and no number. Called by desk_page.c, intake_desk.c and by the ladder.
 */
#include "duty.h"

#include <string.h>

#include "log.h"
#include "str.h"

static enum rc
read_rows(
    struct turn *t, enum db_stmt st, const struct db_param *v, size_t n, struct duty *out)
{
	struct db_rows *r;
	enum rc rc = db_run_v(t->db, st, &r, v, n);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < db_count(r) && out->n < DUTY_MAX; i++) {
		struct duty_contact *k = &out->v[out->n++];

		k->contact_id = db_get_i64(r, i, 0);
		k->receiver_id = db_get_i64(r, i, 1);
		(void)!str_copy(k->lang, sizeof(k->lang), db_get_text(r, i, 2));
	}
	db_rows_free(r);
	return RC_OK;
}

enum rc
duty_contacts(struct turn *t, const char *part, struct duty *out)
{
	const struct db_param v = db_text(part);
	enum rc rc = read_rows(t, ST_DUTY_CONTACTS, &v, 1, out);

	if (rc != RC_OK || out->n > 0)
		return rc;
	log_warn("duty.nobody", "part=%s", part);
	rc = read_rows(t, ST_DUTY_ALL, NULL, 0, out);
	out->nobody = true;
	return rc;
}

enum rc
duty_of_login(struct turn *t, const char *login, struct duty *out)
{
	const struct db_param v = db_text(login);

	return read_rows(t, ST_DUTY_OF, &v, 1, out);
}
