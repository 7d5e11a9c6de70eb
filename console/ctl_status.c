/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl status: all that a person on duty must see, on one screen of 24 lines and 80 columns.
 * Ends with 0: all is well, 1: something needs a person, 2: not to be had. Called by ctl.c.
 */
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"

#define STATUS_NOT_HAD 2
#define DUE_LATE_MS 60000 /* a text that is due waits for no more than a moment */
#define INTAKE_LATE_MS 10000
#define MONTHS_LEAST 2  /* of tables made ahead */
#define SILENT_MS 10000 /* workers and dispatch say every 3 s that they go on */
#define NEEDS_MAX 32
#define NEEDS_SHOWN 5
#define LINES_LEFT 10 /* of 24, for links and needs together */
#define TASKS_W 69
#define TASKS_LINES 2
#define TASKS_MORE_W 15

struct status {
	const struct ctl *c;
	struct db_rows *service, *beats, *links, *pauses, *outbox, *inbox, *tasks, *cases,
	    *intake;
	int64_t now;
	int needs_n;
	char needs[NEEDS_MAX][100];
};

static void need(struct status *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
need(struct status *s, const char *fmt, ...)
{
	va_list ap;

	if (s->needs_n == NEEDS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(s->needs[s->needs_n], sizeof(s->needs[0]), fmt, ap);
	va_end(ap);
	s->needs_n++;
}

static long long
num(const struct db_rows *r, int row, int col)
{
	return (long long)db_get_i64(r, row, col);
}

static bool
read_all(struct status *s, struct db *db)
{
	const struct {
		struct db_rows **rows;
		enum db_stmt st;
	} all[] = { { &s->service, ST_STATUS_SERVICE }, { &s->beats, ST_STATUS_BEATS },
		{ &s->links, ST_LINK_LIST }, { &s->pauses, ST_PAUSE_LIST },
		{ &s->outbox, ST_STATUS_OUTBOX }, { &s->inbox, ST_STATUS_INBOX },
		{ &s->tasks, ST_STATUS_TASKS }, { &s->cases, ST_STATUS_CASES },
		{ &s->intake, ST_STATUS_INTAKE } };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		*all[i].rows = ctl_ask(s->c, db, all[i].st, NULL, 0);
		if (*all[i].rows == NULL)
			return false;
	}
	s->now = db_get_i64(s->service, 0, 2);
	return true;
}

static void
free_all(struct status *s)
{
	struct db_rows *all[] = { s->service, s->beats, s->links, s->pauses, s->outbox,
		s->inbox, s->tasks, s->cases, s->intake };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		db_rows_free(all[i]);
}

static bool
is_silent(const struct status *s, int row)
{
	return s->now - db_get_i64(s->beats, row, 2) > SILENT_MS;
}

static long long
silent_workers(const struct status *s)
{
	long long n = 0;

	for (int i = 0; i < db_count(s->beats); i++)
		n += strcmp(db_get_text(s->beats, i, 1), "worker") == 0 &&
		    db_get_bool(s->beats, i, 5) && is_silent(s, i);
	return n;
}

static const char *
what_it_means(const struct status *s, const char *name, bool worker)
{
	if (worker)
		return silent_workers(s) == num(s->service, 0, 6) ? ": nobody is answered"
								  : "";
	return strcmp(db_get_text(s->service, 0, 4), name) == 0
	    ? ": nothing that is due happens"
	    : "";
}

/* A process whose connection stands may hang all the same: it says so by being silent. */
static void
needs_of_beats(struct status *s)
{
	for (int i = 0; i < db_count(s->beats); i++) {
		const char *name = db_get_text(s->beats, i, 0);
		bool worker = strcmp(db_get_text(s->beats, i, 1), "worker") == 0;
		char clean[24], age[CTL_TIME_MAX];

		ctl_clean(clean, sizeof(clean), name);
		ctl_age(age, db_get_i64(s->beats, i, 2), s->now);
		if (is_silent(s, i) && db_get_bool(s->beats, i, 5))
			need(s, "%s hangs, silent for %s%s", clean, age,
			    what_it_means(s, name, worker));
		else if (is_silent(s, i))
			need(s, "%s is gone without a word for %s", clean, age);
		else if (worker && num(s->beats, i, 4) == 0 && num(s->beats, i, 3) > 0)
			need(s, "%s hears no shyraqd: no text comes to it", clean);
	}
}

/* S5: danger has a task at the same moment, but a task may be done and the person still alone. */
static void
needs_of_cases(struct status *s)
{
	char age[CTL_TIME_MAX], numbers[64];

	if (num(s->cases, 0, 4) == 0)
		return;
	ctl_age(age, num(s->cases, 0, 5), s->now);
	ctl_clean(numbers, sizeof(numbers), db_get_text(s->cases, 0, 6));
	need(s, "danger that nobody has taken: %lld, the oldest for %s: %s%s",
	    num(s->cases, 0, 4), age, numbers, num(s->cases, 0, 4) > 4 ? " ..." : "");
}

static void
needs_of_links(struct status *s)
{
	for (int i = 0; i < db_count(s->links); i++) {
		const char *why = ctl_link_trouble(s->links, i, s->now);
		char name[40], balance[CTL_BALANCE_MAX];

		ctl_clean(name, sizeof(name), db_get_text(s->links, i, 0));
		if (why != NULL)
			need(s, "link %s: %.60s", name, why);
		if (ctl_link_balance(balance, s->links, i, s->now) &&
		    ctl_link_is_low(s->links, i))
			need(s, "link %s: the SIM's money is low: %s", name, balance);
	}
	if (db_count(s->links) == 0)
		need(s, "no daemon has told of a link");
	for (int i = 0; i < db_count(s->pauses); i++) {
		/* holding campaigns and information back needs nobody */
		if (db_get_i64(s->pauses, i, 1) >= 5)
			continue;
		need(s, "texts are held back: see \"Held\", `shyraqctl resume`");
		break;
	}
}

static void
needs_of_queues(struct status *s)
{
	long long due = num(s->outbox, 0, 0), oldest = num(s->outbox, 0, 3);
	char age[CTL_TIME_MAX];

	ctl_age(age, oldest, s->now);
	if (due > 0 && s->now - oldest > DUE_LATE_MS)
		need(s, "texts due: %lld, the oldest for %s", due, age);
	if (num(s->outbox, 0, 6) > 0)
		need(s,
		    "texts to receivers that failed since yesterday: %lld (queue --failed)",
		    num(s->outbox, 0, 6));
	if (num(s->outbox, 0, 5) > 0)
		need(s, "texts that did not reach receivers: %lld (queue --failed)",
		    num(s->outbox, 0, 5));
	if (num(s->outbox, 0, 8) > 0)
		need(s, "answers to persons that died of age in the last hour: %lld",
		    num(s->outbox, 0, 8));
	if (num(s->inbox, 0, 4) > 0)
		need(s, "read too late to be answered in the last 6 h: %lld (case list)",
		    num(s->inbox, 0, 4));
	if (num(s->inbox, 0, 2) > 0)
		need(s,
		    "messages refused or put aside since yesterday: %lld (queue --aside)",
		    num(s->inbox, 0, 2));
	if (num(s->intake, 0, 0) > 0 && s->now - num(s->intake, 0, 1) > INTAKE_LATE_MS)
		need(s, "what people asked for waits for dispatch: %lld",
		    num(s->intake, 0, 0));
}

static void
find_needs(struct status *s)
{
	long long tasks = 0;

	needs_of_cases(s);
	if (db_is_null(s->service, 0, 4))
		need(s, "no shyraq-dispatch leads: nothing that is due happens");
	if (num(s->service, 0, 6) == 0)
		need(s, "no shyraq-worker is connected: nobody is answered");
	needs_of_beats(s);
	if (num(s->service, 0, 8) < MONTHS_LEAST)
		need(s, "tables are there for %lld months ahead only: dispatch's log",
		    num(s->service, 0, 8));
	needs_of_links(s);
	needs_of_queues(s);
	for (int i = 0; i < db_count(s->tasks); i++)
		tasks += num(s->tasks, i, 1);
	if (tasks > 0)
		need(s, "open tasks: %lld (task list)", tasks);
}

static void
show_service(const struct status *s)
{
	char at[CTL_TIME_MAX], leader[64], workers[128], silent[32] = "";
	long long dispatchers = num(s->service, 0, 5);

	ctl_time(at, s->now);
	ctl_clean(leader, 48, db_get_text(s->service, 0, 4));
	ctl_clean(workers, 60, db_get_text(s->service, 0, 7));
	printf("%-56s%24s\n",
	    s->needs_n == 0 ? "Shyraq: all is well" : "Shyraq: something needs a person",
	    at);
	printf("Database  %s, schema %s, login %s\n", db_get_text(s->service, 0, 0),
	    db_get_text(s->service, 0, 3), db_get_text(s->service, 0, 1));
	if (leader[0] == '\0')
		printf("Dispatch  none leads, %lld connected\n", dispatchers);
	else
		printf("Dispatch  %s leads, %lld stand by\n", leader, dispatchers - 1);
	if (silent_workers(s) > 0)
		snprintf(silent, sizeof(silent), " (%lld silent)", silent_workers(s));
	printf("Workers   %lld%s%s%s\n", num(s->service, 0, 6), silent,
	    workers[0] == '\0' ? "" : ": ", workers);
}

static void
show_pauses(const struct status *s)
{
	size_t room = 68;

	printf("Held      %s", db_count(s->pauses) == 0 ? "nothing" : "");
	for (int i = 0; i < db_count(s->pauses); i++) {
		const char *link = db_get_text(s->pauses, i, 0);
		int64_t class = db_get_i64(s->pauses, i, 1);
		char one[96];
		int n = snprintf(one, sizeof(one), "%s%s%s%s%s", i == 0 ? "" : ", ",
		    link[0] != '\0'  ? link
			: class == 0 ? "all"
				     : "",
		    link[0] != '\0' && class > 0 ? " " : "",
		    class > 0 && class < CTL_CLASSES ? ctl_classes[class] : "",
		    db_get_bool(s->pauses, i, 2) ? " drained" : "");

		if (n < 0 || (size_t)n > room) {
			printf(" ...");
			break;
		}
		fputs(one, stdout);
		room -= (size_t)n;
	}
	putchar('\n');
}

static void
show_counts(const struct status *s)
{
	char age[CTL_TIME_MAX] = "";

	if (num(s->outbox, 0, 0) > 0)
		ctl_age(age, num(s->outbox, 0, 3), s->now);
	printf("To send   %lld due%s%s%s, %lld later, %lld with the daemons\n",
	    num(s->outbox, 0, 0), age[0] == '\0' ? "" : " (oldest ", age,
	    age[0] == '\0' ? "" : ")", num(s->outbox, 0, 1), num(s->outbox, 0, 2));
	printf("Last day  %lld sent, %lld to receivers failed, %lld died of age, "
	       "%lld uncertain\n",
	    num(s->outbox, 0, 4), num(s->outbox, 0, 6), num(s->outbox, 0, 7),
	    num(s->outbox, 0, 9));
	printf("Messages  %lld put aside, %lld refused (%lld since yesterday), "
	       "%lld too late\n",
	    num(s->inbox, 0, 0), num(s->inbox, 0, 1), num(s->inbox, 0, 2),
	    num(s->inbox, 0, 3));
	printf("Cases     %lld open, %lld referred, %lld with nobody, %lld taken; "
	       "danger not taken: %lld\n",
	    num(s->cases, 0, 0), num(s->cases, 0, 1), num(s->cases, 0, 2),
	    num(s->cases, 0, 3), num(s->cases, 0, 4));
}

/* Those that cannot wait first; how old their oldest is, where two lines have room. How many lines. */
static int
show_tasks(const struct status *s, bool print)
{
	int lines = 1, all = db_count(s->tasks), i;
	size_t room = TASKS_W;

	if (print)
		printf("Tasks     %s", all == 0 ? "none" : "");
	for (i = 0; i < all; i++) {
		char age[CTL_TIME_MAX], kind[24], one[96];
		size_t n, more = lines == TASKS_LINES && i + 1 < all ? TASKS_MORE_W : 0;

		ctl_age(age, num(s->tasks, i, 2), s->now);
		ctl_clean(kind, sizeof(kind), db_get_text(s->tasks, i, 0));
		n = (size_t)snprintf(one, sizeof(one), "%lld %s (%s)%s",
		    num(s->tasks, i, 1), kind, age, i + 1 < all ? ", " : "");
		if (n + more > room && lines == TASKS_LINES)
			break;
		if (n > room) {
			lines++;
			room = TASKS_W;
			if (print)
				printf("\n%10s", "");
		}
		if (print)
			fputs(one, stdout);
		room -= n;
	}
	if (print)
		i < all ? printf("%d more kinds\n", all - i) : putchar('\n');
	return lines;
}

static bool
has_balance(const struct status *s)
{
	char balance[CTL_BALANCE_MAX];

	for (int i = 0; i < db_count(s->links); i++) {
		if (ctl_link_balance(balance, s->links, i, s->now))
			return true;
	}
	return false;
}

/* The low ones first; nothing when no SIM's balance was ever heard. */
static void
show_balances(const struct status *s)
{
	size_t room = 64;
	int shown = 0;

	if (!has_balance(s))
		return;
	printf("Balance   ");
	for (int k = 0; k < 2 * db_count(s->links); k++) {
		int i = k % db_count(s->links);
		bool low = ctl_link_is_low(s->links, i);
		char balance[CTL_BALANCE_MAX], name[24], one[120];
		int n;

		if (low != (k == i) || !ctl_link_balance(balance, s->links, i, s->now))
			continue;
		ctl_clean(name, sizeof(name), db_get_text(s->links, i, 0));
		n = snprintf(one, sizeof(one), "%s%s %s%s", shown == 0 ? "" : "; ", name,
		    balance, low ? " LOW" : "");
		if (n < 0 || (size_t)n > room) {
			printf(" ...");
			break;
		}
		fputs(one, stdout);
		room -= (size_t)n;
		shown++;
	}
	putchar('\n');
}

/* Those in trouble first; the rest as far as the screen goes. */
static void
show_links(const struct status *s)
{
	int needs = s->needs_n > NEEDS_SHOWN ? NEEDS_SHOWN : s->needs_n;
	int all = db_count(s->links), shown = 0, bad = 0,
	    room = LINES_LEFT + 1 - needs - (has_balance(s) ? 1 : 0) -
	    show_tasks(s, false);

	putchar('\n');
	if (all == 0) {
		puts("(no links)");
		return;
	}
	room = all > room ? room - 1 : room;
	ctl_link_head();
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < all; i++) {
			bool trouble = ctl_link_trouble(s->links, i, s->now) != NULL;

			bad += pass == 0 && trouble;
			if (trouble != (pass == 0) || shown == room)
				continue;
			ctl_link_line(s->links, i, s->pauses, s->now);
			shown++;
		}
	}
	if (all > shown)
		printf("and %d more (%d of all %d in trouble): shyraqctl modem list\n",
		    all - shown, bad, all);
}

static void
show_needs(const struct status *s)
{
	int shown = s->needs_n > NEEDS_SHOWN ? NEEDS_SHOWN - 1 : s->needs_n;

	if (s->needs_n > 0)
		putchar('\n');
	for (int i = 0; i < shown; i++)
		printf("! %.78s\n", s->needs[i]);
	if (s->needs_n > shown)
		printf("! and %d more: shyraqctl --json status\n", s->needs_n - shown);
}

static json_t *
named(const struct db_rows *r, const char *const *names, const char *kinds)
{
	json_t *rows = ctl_json_rows(r, names, kinds),
	       *one = json_incref(json_array_get(rows, 0));

	json_decref(rows);
	return one;
}

static void
print_json(const struct status *s)
{
	static const char *const service[] = { "database", "login", "at", "schema",
		"dispatch", "dispatchers", "workers", "worker_names", "months_ahead" };
	static const char *const pauses[] = { "link", "class", "drain", "by", "at" };
	static const char *const outbox[] = { "due", "later", "claimed", "oldest_due",
		"sent_day", "undelivered_day", "failed_day", "expired_day",
		"expired_hour", "uncertain_day" };
	static const char *const beats[] = { "name", "part", "at", "daemons", "heard",
		"connected" };
	static const char *const inbox[] = { "aside", "refused", "day", "late_day",
		"late_hours" };
	static const char *const tasks[] = { "kind", "count", "oldest" };
	static const char *const cases[] = { "open", "referred", "nobody", "taken",
		"danger_not_taken", "danger_oldest", "danger_numbers" };
	static const char *const intake[] = { "waiting", "oldest", "refused_day" };
	json_t *all = json_object(), *needs = json_array();

	for (int i = 0; i < s->needs_n; i++)
		json_array_append_new(needs, json_string(s->needs[i]));
	json_object_set_new(all, "well", json_boolean(s->needs_n == 0));
	json_object_set_new(all, "needs", needs);
	json_object_set_new(all, "service", named(s->service, service, "ttmttiiti"));
	json_object_set_new(all, "processes", ctl_json_rows(s->beats, beats, "ttmiib"));
	json_object_set_new(all, "links", ctl_link_json(s->links, s->pauses));
	json_object_set_new(all, "held", ctl_json_rows(s->pauses, pauses, "tibtm"));
	json_object_set_new(all, "outbox", named(s->outbox, outbox, "iiimiiiiii"));
	json_object_set_new(all, "inbox", named(s->inbox, inbox, "iiiii"));
	json_object_set_new(all, "tasks", ctl_json_rows(s->tasks, tasks, "tim"));
	json_object_set_new(all, "cases", named(s->cases, cases, "iiiiimt"));
	json_object_set_new(all, "intake", named(s->intake, intake, "imi"));
	ctl_json_print(all);
}

int
ctl_status(struct ctl *c)
{
	struct status s = { .c = c };
	struct db *db = ctl_db(c, DB_CTL);
	bool had = db != NULL && read_all(&s, db);

	if (had) {
		find_needs(&s);
		if (c->json) {
			print_json(&s);
		} else {
			show_service(&s);
			show_pauses(&s);
			show_counts(&s);
			(void)show_tasks(&s, true);
			show_balances(&s);
			show_links(&s);
			show_needs(&s);
		}
	}
	free_all(&s);
	db_free(db);
	if (!had)
		return STATUS_NOT_HAD;
	return s.needs_n == 0 ? CTL_DONE : CTL_NOT_DONE;
}
