/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl modem, pause and resume: orders to the daemons, said by dispatch, and what links are now.
 * It speaks to no daemon and touches no device. Called by ctl.c.
 */
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"

#define LOOK_MS 20
#define ORDER_WAIT_MS 5000
#define USSD_WAIT_MS \
	90000 /* a network may take long, and the code waits for the modem's turn */

struct order {
	const char *kind, *link, *text;
	int64_t class;
	int64_t wait_ms;
	bool takes_back; /* an order that nobody said in time is taken back */
	bool quiet;      /* the answer alone, no "done" */
};

static int
class_of(const char *word)
{
	for (int i = 1; i < CTL_CLASSES; i++) {
		if (strcmp(ctl_classes[i], word) == 0)
			return i;
	}
	return 0;
}

/* Whether there is a link of this name; else a line that names those there are. */
static int
check_link(const struct ctl *c, struct db *db, const char *name)
{
	struct db_rows *r = ctl_ask(c, db, ST_LINK_LIST, NULL, 0);
	char known[200] = "";
	size_t len = 0;
	bool found = false;

	if (r == NULL)
		return CTL_NOT_DONE;
	for (int i = 0; i < db_count(r); i++) {
		const char *link = db_get_text(r, i, 0);

		found = found || strcmp(link, name) == 0;
		if (len + strlen(link) + 2 < sizeof(known))
			len += (size_t)snprintf(
			    known + len, sizeof(known) - len, " %s", link);
	}
	db_rows_free(r);
	if (found)
		return CTL_DONE;
	return ctl_wrong_usage(c,
	    "no link %.40s; there are:%s. A new modem is one row of `modems` and a restart "
	    "of its shyraqd; within ten seconds it shows in `modem list`",
	    name, known[0] == '\0' ? " none that a daemon has told of" : known);
}

struct answer {
	bool said, done, ok;
	char text[1200];
};

static int
look(const struct ctl *c, struct db *db, int64_t id, struct answer *a)
{
	const struct db_param v = db_i64(id);
	struct db_rows *r = ctl_ask(c, db, ST_ORDER_STATE, &v, 1);

	if (r == NULL)
		return CTL_NOT_DONE;
	if (db_count(r) > 0) {
		a->said = db_get_bool(r, 0, 0);
		a->done = db_get_bool(r, 0, 1);
		a->ok = db_get_bool(r, 0, 2);
		ctl_clean(a->text, sizeof(a->text), db_get_text(r, 0, 3));
	}
	db_rows_free(r);
	return CTL_DONE;
}

static int
wait_answer(const struct ctl *c, struct db *db, const struct order *o, int64_t id,
    struct answer *a)
{
	int64_t begun = clock_mono_us() / 1000, passed = 0;
	int status = CTL_DONE;

	memset(a, 0, sizeof(*a));
	while (status == CTL_DONE && !a->done && passed < o->wait_ms &&
	    (a->said || passed < ORDER_WAIT_MS)) {
		usleep(LOOK_MS * 1000);
		status = look(c, db, id, a);
		passed = clock_mono_us() / 1000 - begun;
		if (passed > 500)
			ctl_progress("%s ... %lld s",
			    a->said ? "the daemon works on it" : "waiting for dispatch",
			    (long long)(passed / 1000));
	}
	ctl_progress("%s", "");
	return status;
}

static int
nobody(const struct ctl *c, struct db *db, const struct order *o, int64_t id,
    const struct answer *a)
{
	if (a->said)
		return ctl_wrong(
		    "dispatch has said it, and no daemon has answered within "
		    "%lld s (order %lld): see `modem list`",
		    (long long)o->wait_ms / 1000, (long long)id);
	if (o->takes_back) {
		const struct db_param v = db_i64(id);

		db_rows_free(ctl_ask(c, db, ST_ORDER_WITHDRAW, &v, 1));
		return ctl_wrong(
		    "no shyraq-dispatch leads (`shyraqctl status`): the order "
		    "was taken back");
	}
	return ctl_wrong(
	    "no shyraq-dispatch leads (`shyraqctl status`): the order is kept "
	    "(%lld) and said when one does",
	    (long long)id);
}

/* What holds texts back now, in one line. */
static void
tell_standing(const struct ctl *c, struct db *db)
{
	struct db_rows *r = ctl_ask(c, db, ST_PAUSE_LIST, NULL, 0);

	if (r == NULL)
		return;
	printf(db_count(r) == 0 ? "done: nothing is paused any more" : "held now:");
	for (int i = 0; i < db_count(r); i++) {
		const char *link = db_get_text(r, i, 0);
		int64_t class = db_get_i64(r, i, 1);

		printf("%s %s%s%s%s", i == 0 ? "" : ",",
		    link[0] == '\0' && class != 0 ? ""
			: link[0] == '\0'         ? "all"
						  : link,
		    link[0] != '\0' && class != 0 ? " " : "",
		    class > 0 && class < CTL_CLASSES ? ctl_classes[class] : "",
		    db_get_bool(r, i, 2) ? " (drained)" : "");
	}
	putchar('\n');
	db_rows_free(r);
}

static int
tell(const struct ctl *c, struct db *db, const struct order *o, int64_t id,
    const struct answer *a)
{
	if (c->json) {
		ctl_json_print(json_pack("{s:I,s:b,s:s}", "order", (json_int_t)id, "ok",
		    (int)a->ok, "answer", a->text));
		return a->ok ? CTL_DONE : CTL_NOT_DONE;
	}
	if (!a->ok)
		return ctl_wrong(
		    "not done: %s", a->text[0] == '\0' ? "no reason given" : a->text);
	if (a->text[0] != '\0')
		puts(a->text);
	if (!o->quiet)
		tell_standing(c, db);
	return CTL_DONE;
}

static int
order(const struct ctl *c, struct db *db, const struct order *o)
{
	const struct db_param v[] = { db_text(o->kind), db_text(o->link),
		db_i64(o->class), db_text(o->text) };
	struct db_rows *r = ctl_ask(c, db, ST_ORDER_PUT, v, ARRAY_LEN(v));
	struct answer a;
	int64_t id;

	if (r == NULL)
		return CTL_NOT_DONE;
	id = db_get_i64(r, 0, 0);
	db_rows_free(r);
	if (wait_answer(c, db, o, id, &a) != CTL_DONE)
		return CTL_NOT_DONE;
	return a.done ? tell(c, db, o, id, &a) : nobody(c, db, o, id, &a);
}

/* "all", a class, a link, or a link and a class. */
static int
hold(struct ctl *c, const char *kind)
{
	struct order o = {
		.kind = kind, .link = "", .text = "", .wait_ms = ORDER_WAIT_MS
	};
	bool all = strcmp(c->words[0], "all") == 0;
	struct db *db;
	int status;

	if (all && c->words_n > 1)
		return ctl_wrong_usage(c, "\"all\" stands alone");
	o.class = all ? 0 : class_of(c->words[c->words_n - 1]);
	if (c->words_n > 1 && (o.class == 0 || class_of(c->words[0]) != 0))
		return ctl_wrong_usage(c,
		    "first the link, then a class: ussd danger referral reply info "
		    "campaign");
	db = ctl_db(c, DB_CTL);
	if (db == NULL)
		return CTL_NOT_DONE;
	status = CTL_DONE;
	if (!all && (c->words_n > 1 || o.class == 0)) {
		o.link = c->words[0];
		status = check_link(c, db, o.link);
	}
	if (status == CTL_DONE)
		status = order(c, db, &o);
	db_free(db);
	return status;
}

int
ctl_pause(struct ctl *c)
{
	return hold(c, "pause");
}

int
ctl_resume(struct ctl *c)
{
	return hold(c, "resume");
}

static int
to_link(struct ctl *c, struct order *o)
{
	struct db *db = ctl_db(c, DB_CTL);
	int status = db == NULL ? CTL_NOT_DONE : check_link(c, db, c->words[0]);

	o->link = c->words[0];
	if (status == CTL_DONE)
		status = order(c, db, o);
	db_free(db);
	return status;
}

int
ctl_modem_drain(struct ctl *c)
{
	struct order o = { .kind = ctl_flag(c, "--off") ? "undrain" : "drain",
		.text = "",
		.wait_ms = ORDER_WAIT_MS };

	return to_link(c, &o);
}

int
ctl_modem_ussd(struct ctl *c)
{
	struct order o = { .kind = "ussd",
		.text = c->words[1],
		.wait_ms = USSD_WAIT_MS,
		.takes_back = true,
		.quiet = true };
	size_t n = strlen(o.text);

	if (n == 0 || n > 64 || strspn(o.text, "0123456789*#+") != n)
		return ctl_wrong_usage(
		    c, "CODE: 1 to 64 of digits, * # and +, as '*100#' (in quotes)");
	return to_link(c, &o);
}

int
ctl_modem_list(struct ctl *c)
{
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = db == NULL ? NULL : ctl_ask(c, db, ST_LINK_LIST, NULL, 0);
	struct db_rows *held = r == NULL ? NULL : ctl_ask(c, db, ST_PAUSE_LIST, NULL, 0);
	int status = held == NULL ? CTL_NOT_DONE : CTL_DONE;

	if (held != NULL && c->json)
		ctl_json_print(ctl_link_json(r, held));
	else if (held != NULL)
		ctl_link_table(r, held);
	db_rows_free(held);
	db_rows_free(r);
	db_free(db);
	return status;
}
