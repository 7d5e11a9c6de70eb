/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a month of cases on a clock that is moved: what happens next, in order, until nothing is left.
 * It starts no daemon and keeps nothing. Called by scripts/simulate.
 */
#include "simulate.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "str.h"

#define WRONGS_SHOWN 40
#define DRAIN_DAYS 40 /* what has not ended so long after the last person never does */

struct options options = {
	.cases = 300, .days = 30, .seed = 1, .kill = 0.02, .two = 0.3
};
struct person *persons;
unsigned wrongs;

static struct {
	struct event *v;
	size_t n, cap;
	uint64_t order;
} heap;

unsigned
draw(struct rng *r, unsigned n)
{
	uint64_t z = r->s += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % n);
}

bool
chance(struct rng *r, unsigned percent)
{
	return draw(r, 100) < percent;
}

double
draw_part(struct rng *r)
{
	return (double)draw(r, 1u << 30) / (double)(1u << 30);
}

void
told(struct person *p, const char *fmt, ...)
{
	char line[512], at[6];
	va_list ap;
	size_t n;

	turn_hhmm(clock_wall_ms(), p == NULL ? "KZ" : p->town->country, at);
	n = (size_t)snprintf(
	    line, sizeof(line), "day %d %s ", (int)(clock_wall_ms() / DAY % 1000), at);

	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	if (options.show)
		puts(line);
	if (p == NULL)
		return;
	if (p->told_cap < p->told_len + sizeof(line)) {
		p->told_cap = 2 * p->told_cap + sizeof(line);
		p->told = xreallocarray(p->told, p->told_cap, 1);
	}
	p->told_len += (size_t)snprintf(
	    p->told + p->told_len, p->told_cap - p->told_len, "    %s\n", line);
}

void
wrong(const struct person *p, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (wrongs++ < WRONGS_SHOWN)
		printf("WRONG case %lld (person %ld): %s\n",
		    p == NULL ? 0LL : (long long)p->case_number,
		    p == NULL ? 0L : (long)(p - persons), why);
	if (p == NULL || options.show || p->told_len == 0)
		return;
	fputs(p->told, stdout);
	persons[p - persons].told_len = 0; /* what follows, if more goes wrong */
}

static bool
before(const struct event *a, const struct event *b)
{
	return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

void
event_at(int64_t at_ms, enum event_kind kind, struct person *p, const struct asked *a,
    unsigned number, const char *words)
{
	size_t i = heap.n++;
	struct event e = { .at_ms = at_ms,
		.order = ++heap.order,
		.kind = kind,
		.person = (uint32_t)(p - persons),
		.ask = a == NULL ? 0 : (uint32_t)(a - p->ask),
		.number = number };

	(void)!str_copy(e.words, sizeof(e.words), words);
	if (heap.n > heap.cap) {
		heap.cap = heap.cap == 0 ? 1024 : heap.cap * 2;
		heap.v = xreallocarray(heap.v, heap.cap, sizeof(*heap.v));
	}
	for (; i > 0 && before(&e, &heap.v[(i - 1) / 2]); i = (i - 1) / 2)
		heap.v[i] = heap.v[(i - 1) / 2];
	heap.v[i] = e;
}

static struct event
event_next(void)
{
	struct event top = heap.v[0], last = heap.v[--heap.n];
	size_t i = 0, k;

	while ((k = 2 * i + 1) < heap.n) {
		if (k + 1 < heap.n && before(&heap.v[k + 1], &heap.v[k]))
			k++;
		if (!before(&heap.v[k], &last))
			break;
		heap.v[i] = heap.v[k];
		i = k;
	}
	heap.v[i] = last;
	return top;
}

static void
show(struct person *p, const char *who, const char *words)
{
	told(p, "%ld %s > %s", (long)(p - persons), who, words);
}

static void
person_says(struct person *p, const struct event *e)
{
	int64_t late = chance(&p->rng, 2) ? 2 * MINUTE + draw(&p->rng, 30) * MINUTE : 0;

	if (e->number != 0 && (p->silent || e->number != p->answer_no))
		return;
	show(p, late != 0 ? "late person" : "person", e->words);
	p->t0 = clock_wall_ms() - late;
	person_decides(p, e);
	world_say(&p->number, e->words, late);
	/* read too late, it was not answered: they ask how it stands */
	if (late != 0 && !p->silent)
		event_at(clock_wall_ms() + 20 * MINUTE, EVENT_PERSON, p, NULL,
		    p->answer_no, "?");
}

static void
task_take(const struct person *p)
{
	if (db_run(world.db, SIM(SIM_TASK_TAKE), NULL, db_i64(p->case_id)) != RC_OK)
		fatalx("simulate.task", "sqlstate=%s", db_error(world.db));
}

static void
happen(const struct event *e)
{
	struct person *p = &persons[e->person];
	struct asked *a = e->ask < p->asks ? &p->ask[e->ask] : NULL;

	switch (e->kind) {
	case EVENT_PERSON:
		person_says(p, e);
		break;
	case EVENT_RECEIVER:
		show(p, a->k->r->name, e->words);
		check_said(a, e->words);
		world_say(&a->k->number, e->words, 0);
		break;
	case EVENT_DEADLINE:
		if (p->deadline_ms + MINUTE <= clock_wall_ms())
			check_deadline(p);
		break;
	case EVENT_OPERATOR:
		task_take(p);
		break;
	case EVENT_TAKEN:
		check_taken(p, a);
		break;
	}
}

static void
progress(int64_t begin, int64_t now)
{
	static int last = -1;
	int percent = (int)((now - begin) * 100 / ((int64_t)options.days * DAY));

	percent = percent > 100 ? 100 : percent;
	if (percent != last)
		printf("progress %d\n", percent);
	last = percent;
}

/* Everything at its own moment: what falls due beside who writes in that very moment. */
static void
live(int64_t begin)
{
	int64_t due = world_next_due();

	for (;;) {
		int64_t at = due < 0 ? -1 : due + 1;
		bool is_due, says;

		if (heap.n > 0 && (at < 0 || heap.v[0].at_ms < at))
			at = heap.v[0].at_ms;
		if (at < 0)
			return;
		if (at > begin + (options.days + DRAIN_DAYS) * DAY) {
			wrong(NULL, "something falls due for ever");
			return;
		}
		world_clock(at);
		progress(begin, at);
		is_due = due >= 0 && due <= clock_wall_ms();
		says = heap.n > 0 && heap.v[0].at_ms <= clock_wall_ms();
		if (is_due)
			dispatch_begin();
		if (says) {
			struct event e = event_next();

			happen(&e);
		}
		due = is_due ? dispatch_wait() : world_next_due();
		world_take();
	}
}

/* A Monday, 6:00 in most of these places. */
static int64_t
first_monday(void)
{
	int64_t day = clock_wall_ms() / DAY + 1;

	while ((day + 3) % 7 != 0)
		day++;
	return day * DAY + HOUR;
}

static bool
read_options(int argc, char **argv)
{
	static const struct option names[] = { { "config", required_argument, NULL, 'c' },
		{ "cases", required_argument, NULL, 'n' },
		{ "days", required_argument, NULL, 'd' },
		{ "seed", required_argument, NULL, 's' },
		{ "kill", required_argument, NULL, 'k' },
		{ "two", required_argument, NULL, 't' },
		{ "show", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'c')
			options.config = optarg;
		else if (c == 'n')
			options.cases = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'd')
			options.days = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 's')
			options.seed = strtoull(optarg, NULL, 10);
		else if (c == 'k')
			options.kill = strtod(optarg, NULL);
		else if (c == 't')
			options.two = strtod(optarg, NULL);
		else if (c == 'v')
			options.show = true;
		else
			return false;
	}
	return options.config != NULL && optind == argc && options.cases > 0 &&
	    options.days > 0 && options.cases <= 1000000;
}

int
main(int argc, char **argv)
{
	int64_t began, begin;

	if (!read_options(argc, argv)) {
		fputs("usage: simulate --config FILE [--cases N] [--days D] [--seed S] "
		      "[--kill P] [--two P] [--show]\n",
		    stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("simulate", LOG_LEVEL_ERROR);
	seal_init();
	world_open(options.config);
	persons = xcalloc(options.cases, sizeof(*persons));
	begin = first_monday();
	world_clock(begin);
	registry_open();
	for (unsigned i = 0; i < options.cases; i++)
		person_new(&persons[i], i, begin);
	began = clock_mono_us();
	dispatch_open();
	live(begin);
	dispatch_close();
	ends_report(clock_mono_us() - began);
	for (unsigned i = 0; i < options.cases; i++)
		free(persons[i].ask);
	free(persons);
	free(heap.v);
	world_close();
	return wrongs > 0;
}
