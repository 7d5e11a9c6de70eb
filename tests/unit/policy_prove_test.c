/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy_prove.c: the shipped policies and one more, whose fault shows in one answer alone:
 * the proof must find it. It asks nobody. Called by make test, from the top folder.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "place.h"
#include "policy.h"

static char dir[] = "/tmp/policy_prove.XXXXXX";
static struct places *places;

#define WAITS \
	"steps = ({ name = \"a\"; after = 300; ask = ({ role = \"x\"; kinds = [\"ngo\"]; }); });"
#define AT_ONCE \
	"steps = ({ name = \"a\"; ask = ({ role = \"x\"; kinds = [\"ngo\"]; }); });"
#define NOT_A_CHILD "child = \"no\"; "
#define LATE "danger waits too long"

/* Conditions, steps, and what is said of them; NULL: proved. */
static const struct {
	const char *when, *steps, *want;
} rows[] = {
	{ NOT_A_CHILD "need = [\"doctor\"];", AT_ONCE, NULL },
	{ NOT_A_CHILD "need = [\"doctor\"];", WAITS, LATE },
	{ NOT_A_CHILD "what = [\"sex\"];", WAITS, LATE },
	{ NOT_A_CHILD "langs = [\"tk\"];", WAITS, LATE },
	{ NOT_A_CHILD "homes = [\"TJ\"];", WAITS, LATE },
	/* only all of them at once */
	{ NOT_A_CHILD
	    "need = [\"papers\"]; what = [\"held\"]; langs = [\"uz\"]; homes = [\"KG\"];",
	    WAITS, LATE },
	{ NOT_A_CHILD "need = [\"papers\"]; regions = [\"KZ-75\"];", WAITS, LATE },
	/* the answer is a role's alone */
	{ "place = \"yes\"; " NOT_A_CHILD,
	    "steps = ({ name = \"a\"; ask = ({ role = \"x\"; kinds = [\"ngo\"]; },"
	    "{ role = \"y\"; kinds = [\"ngo\"]; after = 9; when = { need = [\"wages\"]; }; }); });",
	    LATE },
	{ "what = [\"papers\"];", AT_ONCE, "child receivers are not first" },
	{ "need = [\"way\"];", "steps = ();", "and none is asked" },
};

static void
put(const char *name, const char *text)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void
copy(const char *name)
{
	char path[400], text[8192];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "conf/policies/%s", name);
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	put(name, text);
}

static int
load(void **state)
{
	struct dirent **found = NULL;
	struct flow_err err;
	int n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	n = scandir("conf/policies", &found, is_file, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		copy(found[i]->d_name);
		free(found[i]);
	}
	free(found);
	if (places_load("conf", &places, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_file, alphasort);

	(void)state;
	for (int i = 0; i < n; i++) {
		char path[400];

		snprintf(path, sizeof path, "%s/%s", dir, found[i]->d_name);
		(void)unlink(path);
		free(found[i]);
	}
	free(found);
	places_free(places);
	return rmdir(dir);
}

static void
one_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct policy_proof proof;
		struct flow_err err = { "" };
		struct policy *p;
		char text[800];
		enum rc rc;

		snprintf(text, sizeof text,
		    "name = \"first\"; rank = 20; when = { %s }; %s", rows[i].when,
		    rows[i].steps);
		put("a.conf", text);
		if (policy_load(dir, &p, &err) != RC_OK)
			fail_msg("row %zu: %s", i, err.s);
		rc = policy_prove(policy_all(p), places, "KZ", &proof, &err);
		if ((rc == RC_OK) != (rows[i].want == NULL) ||
		    (rows[i].want != NULL && strstr(err.s, rows[i].want) == NULL))
			fail_msg("row %zu: %s", i, err.s);
		/* a policy that no case reaches has proved nothing */
		if (rc == RC_OK && proof.of[0] == 0)
			fail_msg("row %zu: no case", i);
		policy_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answer),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
