/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the desk reads: the list, facts, who was asked, and words that this key alone opens here.
 * It writes no file and logs nothing. Called by console/ctl_desk*.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ctl_desk.h"
#include "ctl_words.h"
#include "str.h"

int64_t
desk_now(const struct desk *d)
{
	return d->server_ms + (clock_mono_us() - d->read_us) / 1000;
}

static struct db_rows *
ask(struct desk *d, enum db_stmt st, const struct db_param *v, size_t n)
{
	char why[DESK_NOTE] = "";
	struct db_rows *r;

	if (!db_is_open(d->db) && db_open(d->db) != RC_OK) {
		desk_note(d, true, "the database is not to be had; trying again");
		return NULL;
	}
	ctl_wrong_to(why, sizeof(why));
	r = ctl_ask(d->c, d->db, st, v, n);
	ctl_wrong_to(NULL, 0);
	if (r == NULL)
		desk_note(d, true, "%s", why);
	return r;
}

static void
set_clock(struct desk *d, int64_t server_ms)
{
	d->server_ms = server_ms;
	d->read_us = clock_mono_us();
}

bool
desk_read_me(struct desk *d)
{
	const struct db_param v = db_bytes(d->pub.b, sizeof(d->pub.b));
	struct db_rows *r = ctl_ask(d->c, d->db, ST_DESK_ME, &v, 1);
	bool fine = r != NULL && !db_is_null(r, 0, 2);

	if (r != NULL) {
		(void)!str_copy(d->me, sizeof(d->me), db_get_text(r, 0, 0));
		set_clock(d, db_get_i64(r, 0, 1));
		(void)!str_copy(d->holder, sizeof(d->holder), db_get_text(r, 0, 2));
	}
	db_rows_free(r);
	return fine;
}

/* Row of DESK_LIST. */
static void
read_row(struct desk_case *c, const struct db_rows *r, int i)
{
	memset(c, 0, sizeof(*c));
	c->id = db_get_i64(r, i, 0);
	c->number = db_get_i64(r, i, 1);
	(void)!str_copy(c->class, sizeof(c->class), db_get_text(r, i, 2));
	(void)!str_copy(c->state, sizeof(c->state), db_get_text(r, i, 3));
	(void)!str_copy(c->lang, sizeof(c->lang), db_get_text(r, i, 4));
	c->dialled = db_get_i64(r, i, 5) != 0;
	c->asked_ms = db_get_i64(r, i, 6);
	c->looked_ms = db_get_i64(r, i, 8);
	(void)!str_copy(c->by, sizeof(c->by), db_get_text(r, i, 9));
	c->claimed_ms = db_get_i64(r, i, 10);
	c->window_ms = db_get_i64(r, i, 11);
	c->cut = db_get_bool(r, i, 12);
	c->plain = db_get_bool(r, i, 13);
	c->here = db_get_bool(r, i, 14);
	if (!str_copy(c->answers, sizeof(c->answers), db_get_text(r, i, 15)))
		(void)!str_copy_bytes(c->answers, sizeof(c->answers),
		    db_get_text(r, i, 15), sizeof(c->answers) - 1);
	c->waiting = db_get_i64(r, i, 16);
}

bool
desk_read_list(struct desk *d)
{
	int64_t at = d->cursor < d->n ? d->list[d->cursor].id : 0;
	struct db_rows *r = ask(d, ST_DESK_LIST, NULL, 0);

	if (r == NULL)
		return false;
	d->n = db_count(r) < DESK_CASES ? db_count(r) : DESK_CASES;
	d->off_list = true;
	for (int i = 0; i < d->n; i++) {
		read_row(&d->list[i], r, i);
		if (d->list[i].id == at)
			d->cursor = i;
		if (d->list[i].id == d->open.id) {
			d->open = d->list[i];
			d->off_list = false;
		}
		set_clock(d, db_get_i64(r, i, 17));
	}
	if (d->cursor >= d->n)
		d->cursor = d->n > 0 ? d->n - 1 : 0;
	db_rows_free(r);
	return true;
}

static void
forget(struct desk_line **v, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		seal_wipe((*v)[i].text, strlen((*v)[i].text));
		free((*v)[i].text);
	}
	free(*v);
	*v = NULL;
	*n = 0;
}

void
desk_forget_words(struct desk *d)
{
	forget(&d->words, &d->words_n);
	forget(&d->said, &d->said_n);
	seal_wipe(d->echo, sizeof(d->echo));
	seal_wipe(d->edit, sizeof(d->edit));
	d->echo_id = 0;
	d->last_word = 0;
	d->scroll = 0;
}

/* Takes `text`. */
static void
add(struct desk_line **v, size_t *n, int64_t at_ms, enum desk_whose whose, char *text)
{
	*v = xreallocarray(*v, *n + 1, sizeof(**v));
	(*v)[(*n)++] = (struct desk_line){ at_ms, whose, text };
}

static bool
read_words(struct desk *d)
{
	const struct db_param v[] = { db_i64(d->open.id),
		db_bytes(d->pub.b, sizeof(d->pub.b)), db_i64(d->last_word) };
	struct db_rows *r = ask(d, ST_DESK_WORDS, v, ARRAY_LEN(v));

	if (r == NULL)
		return false;
	for (int i = 0; i < db_count(r); i++) {
		char *text = ctl_words_open(&d->sec, &d->pub, d->open.id, r, i);

		add(&d->words, &d->words_n, db_get_i64(r, i, 1),
		    text == NULL ? WORDS_SHUT : WORDS_THEIRS,
		    text == NULL ? xstrdup("(sealed before this key was added)") : text);
		d->last_word = db_get_i64(r, i, 0);
		d->scroll = 0;
	}
	db_rows_free(r);
	return true;
}

static void
hhmm(char out[8], int64_t ms)
{
	char whole[CTL_TIME_MAX];

	ctl_time(whole, ms);
	(void)!str_copy_bytes(out, 8, whole + 11, 6);
}

/* Row of DESK_SAID as one line: who, which phrase, whether it was read and answered. */
static char *
said_line(struct desk *d, const struct db_rows *r, int i)
{
	const char *by = db_get_text(r, i, 1);
	bool mine = strcmp(by, d->me) == 0;
	char line[512], at[8];
	size_t len = 0;

	if (mine && d->echo[0] != '\0' && d->echo_id == 0 && i + 1 == db_count(r))
		d->echo_id = db_get_i64(r, i, 0);
	(void)!str_add(line, sizeof(line), &len, "%s: %s %s%s%s",
	    by[0] == '\0' ? "receiver" : by, db_get_text(r, i, 2), db_get_text(r, i, 3),
	    mine && d->echo_id == db_get_i64(r, i, 0) ? " " : "",
	    mine && d->echo_id == db_get_i64(r, i, 0) ? d->echo : "");
	if (db_is_null(r, i, 5)) {
		(void)!str_add(line, sizeof(line), &len, " [waits]");
	} else {
		hhmm(at, db_get_i64(r, i, 5));
		(void)!str_add(line, sizeof(line), &len, " [given %s%s%s]", at,
		    db_is_null(r, i, 6) ? "" : ", answer: ", db_get_text(r, i, 6));
	}
	return xstrdup(line);
}

static bool
read_said(struct desk *d)
{
	const struct db_param v = db_i64(d->open.id);
	struct db_rows *r = ask(d, ST_DESK_SAID, &v, 1);

	if (r == NULL)
		return false;
	forget(&d->said, &d->said_n);
	for (int i = 0; i < db_count(r); i++)
		add(&d->said, &d->said_n, db_get_i64(r, i, 4), WORDS_OURS,
		    said_line(d, r, i));
	db_rows_free(r);
	return true;
}

static bool
read_asked(struct desk *d)
{
	const struct db_param v = db_i64(d->open.id);
	struct db_rows *r = ask(d, ST_CASE_SHOW_REFERRALS, &v, 1);
	size_t len = 0;

	d->asked[0] = '\0';
	if (r == NULL)
		return false;
	for (int i = 0; i < db_count(r); i++) {
		char name[64];

		ctl_clean(name, sizeof(name), db_get_text(r, i, 1));
		if (!str_add(d->asked, sizeof(d->asked), &len, "%s%s %s",
			i > 0 ? "; " : "", name, db_get_text(r, i, 3)))
			break;
	}
	db_rows_free(r);
	return true;
}

bool
desk_read_case(struct desk *d)
{
	return read_words(d) && read_said(d) && read_asked(d);
}
