/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each case ended: met, closed, with an operator, or by the person's own no; anything else is a fault.
 * It prints the numbers as one line of JSON and changes nothing. Called by simulate.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "simulate.h"

enum end {
	END_MET,
	END_CLOSED,
	END_OPERATOR,
	END_WITHDRAWN,
	END_OWN_NO,
	END_UNSAID,
	END_NONE,
	ENDS,
};
static const char *const names[] = {
	[END_MET] = "met",
	[END_CLOSED] = "closed with a reason",
	[END_OPERATOR] = "with an operator",
	[END_WITHDRAWN] = "consent taken back",
	[END_OWN_NO] = "the person said no",
	[END_UNSAID] = "fell silent before a place",
	[END_NONE] = "NO END",
};
static const char *const classes[] = { "danger", "urgent", "held", "other" };

static enum end
end_of(const struct db_rows *r, int i)
{
	const char *state = db_get_text(r, i, 3), *ngo = db_get_text(r, i, 11);
	bool told = db_get_bool(r, i, 8) || db_get_i64(r, i, 9) > 0;

	if (strcmp(state, "closed") == 0)
		return db_get_text(r, i, 6)[0] != '\0' ? END_CLOSED : END_NONE;
	if (strcmp(state, "met") == 0)
		return END_MET;
	if (strcmp(ngo, "no") == 0 && strcmp(db_get_text(r, i, 4), "danger") != 0)
		return db_get_bool(r, i, 12) ? END_WITHDRAWN : END_OWN_NO;
	if (strcmp(db_get_text(r, i, 7), "operator") == 0 || told)
		return END_OPERATOR;
	if (strcmp(ngo, "no") == 0)
		return db_get_bool(r, i, 12) ? END_WITHDRAWN : END_OWN_NO;
	if (!db_get_bool(r, i, 5) && ngo[0] == '\0' && !db_get_bool(r, i, 19))
		return END_UNSAID;
	return END_NONE;
}

/* What the database must not hold of any case when nothing is due any more. */
static void
check_rest(const struct person *p, const struct db_rows *r, int i)
{
	if (db_get_i64(r, i, 10) > 0)
		wrong(p, "what fell due was refused");
	if (db_get_bool(r, i, 14) || db_get_i64(r, i, 16) > 0)
		wrong(p, "something of it is due for ever");
	if (db_get_i64(r, i, 17) > 0)
		wrong(p, "somebody is still asked for what another has taken");
	if (db_get_i64(r, i, 18) > 0)
		wrong(p, "police were asked, and no yes is stored");
}

static void
print_accepted(void)
{
	printf("\"accepted\": {");
	for (size_t c = 0; c < ARRAY_LEN(classes); c++) {
		bool first = true;

		printf("%s\"%s\": [", c > 0 ? ", " : "", classes[c]);
		for (unsigned i = 0; i < options.cases; i++) {
			const struct person *p = &persons[i];

			if (p->taken_ms == 0 || strcmp(p->taken_class, classes[c]) != 0)
				continue;
			printf("%s%.2f", first ? "" : ",",
			    (double)(p->taken_ms - p->begun_ms) / (double)MINUTE);
			first = false;
		}
		printf("]");
	}
	printf("}");
}

static unsigned
count_operators(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < options.cases; i++)
		n += persons[i].by_operator;
	return n;
}

static void
print_rest(int64_t took_us)
{
	const struct dispatch_counts *d = &dispatch_counts;
	struct db_rows *r;

	if (db_run0(world.db, SIM(SIM_REFUSED), &r) != RC_OK)
		fatalx("simulate.ends", "sqlstate=%s", db_error(world.db));
	if (db_get_i64(r, 0, 0) > 0)
		wrong(NULL, "%d things that fell due were refused",
		    (int)db_get_i64(r, 0, 0));
	if (db_get_i64(r, 0, 1) > 0)
		wrong(NULL, "%d texts were refused", (int)db_get_i64(r, 0, 1));
	printf(
	    "\"referrals\": %lld, \"texts_out\": %lld, \"audit\": %lld, \"tasks\": %lld, "
	    "\"texts_in\": %llu, \"accepted_by_operator\": %u, ",
	    (long long)db_get_i64(r, 0, 3), (long long)db_get_i64(r, 0, 4),
	    (long long)db_get_i64(r, 0, 5), (long long)db_get_i64(r, 0, 6),
	    (unsigned long long)world.token, count_operators());
	db_rows_free(r);
	printf("\"due\": %lu, \"looks\": %lu, \"twins\": %lu, \"kills\": %lu, "
	       "\"wrong\": %u, \"seconds\": %.1f}\n",
	    d->done, d->looks, d->twins, d->kills, wrongs, (double)took_us / 1e6);
}

void
ends_report(int64_t took_us)
{
	unsigned count[ENDS] = { 0 };
	struct db_rows *r;

	if (db_run0(world.db, SIM(SIM_ENDS), &r) != RC_OK)
		fatalx("simulate.ends", "sqlstate=%s", db_error(world.db));
	for (int i = 0; i < db_count(r); i++) {
		struct person *p = person_of_peer(db_get_i64(r, i, 2));
		enum end end = end_of(r, i);

		count[end]++;
		if (p != NULL)
			p->case_number = db_get_i64(r, i, 1);
		if (end == END_NONE)
			wrong(p, "no end: state %s, class %s, %s", db_get_text(r, i, 3),
			    db_get_text(r, i, 4), db_get_text(r, i, 20));
		check_rest(p, r, i);
	}
	printf(
	    "{\"cases\": %d, \"persons\": %u, \"ends\": {", db_count(r), options.cases);
	db_rows_free(r);
	for (int i = 0; i < ENDS; i++)
		printf("%s\"%s\": %u", i > 0 ? ", " : "", names[i], count[i]);
	printf("}, ");
	print_accepted();
	printf(", ");
	print_rest(took_us);
}
