/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a file of the configuration, the first byte says which: a keyword list, a flow, a
 * policy, a list of places. It is taken or refused with its name. Called by make fuzz, from the top.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow.h"
#include "place.h"
#include "policy.h"
#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 leaks the text in hand at a syntax error. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

/* In a folder of this process alone; left behind in memory is one small file. */
static char dir[] = "/dev/shm/words_fuzz.XXXXXX";
static const char *const files[] = { "words/ru.conf", "policies/a.conf", "places/a.csv" };

static void
insist(bool so)
{
	if (!so)
		abort();
}

static void
write_file(const char *name, const void *data, size_t n)
{
	char path[128];
	FILE *out;

	insist(snprintf(path, sizeof path, "%s/%s", dir, name) > 0);
	out = fopen(path, "we");
	insist(out != NULL);
	insist(n == 0 || fwrite(data, 1, n, out) == n);
	insist(fclose(out) == 0);
}

static void
drop(void)
{
	static const char *const names[] = { "words/ru.conf", "words/clashes.conf",
		"policies/a.conf", "places/a.csv", "words", "policies", "places", "" };
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) > 0)
			(void)remove(path);
	}
}

static void
make(void)
{
	static const char *const folders[] = { "words", "policies", "places" };
	char path[128];

	insist(mkdtemp(dir) != NULL);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		insist(snprintf(path, sizeof path, "%s/%s", dir, folders[i]) > 0);
		insist(mkdir(path, 0700) == 0);
	}
	write_file("words/clashes.conf", "clashes = ();", 13);
	insist(atexit(drop) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool made;
	struct flow_err err = { "" };
	struct words *w = NULL;
	struct policy *p = NULL;
	struct places *l = NULL;
	char path[128];
	enum rc rc = RC_OK;

	if (!made)
		make();
	made = true;
	if (n < 1)
		return 0;
	write_file(files[data[0] % 3], data + 1, n - 1);
	switch (data[0] % 3) {
	case 0:
		rc = words_load(dir, &w, &err);
		words_free(w);
		break;
	case 1:
		insist(snprintf(path, sizeof path, "%s/policies", dir) > 0);
		rc = policy_load(path, &p, &err);
		policy_free(p);
		break;
	case 2:
		rc = places_load(dir, &l, &err);
		places_free(l);
		break;
	}
	insist(rc == RC_OK || strncmp(err.s, dir, strlen(dir)) == 0);
	return 0;
}
