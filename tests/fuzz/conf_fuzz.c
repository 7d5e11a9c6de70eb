/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a configuration: filled, or refused with a line that names the file.
 * It never leaves its file behind: it lives in memory.
 * Called by make fuzz.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"
#include "fuzz.h"

const char *__lsan_default_suppressions(void);

struct options {
	char *name;
	char *mode;
	int64_t parts;
	int64_t wait_ms;
	bool loud;
};

#define AT(f) offsetof(struct options, f)
static const struct conf_option table[] = {
	{ "n", CONF_STRING, AT(name), "a", 0, 0, NULL },
	{ "m", CONF_WORDS, AT(mode), "slow", 0, 0, "slow fast" },
	{ "p", CONF_INT, AT(parts), "3", 1, 50, NULL },
	{ "w", CONF_TIME, AT(wait_ms), "90 s", 250, 604800000, NULL },
	{ "l", CONF_BOOL, AT(loud), "false", 0, 0, NULL },
};
static const char *const names[] = { "a", "b", NULL };

/* libconfig 1.5 leaks the text in hand at a syntax error; the process ends there. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void
check(enum rc rc, struct options *o, const struct conf_err *err, const char *path)
{
	if (rc == RC_OK) {
		insist(o->name != NULL && o->mode != NULL);
		insist(o->parts >= 1 && o->parts <= 50);
		insist(o->wait_ms >= 250 && o->wait_ms <= 604800000);
	} else {
		insist(rc == RC_REFUSED && o->name == NULL && o->mode == NULL);
		insist(strncmp(err->s, path, strlen(path)) == 0);
		insist(strlen(err->s) < sizeof(err->s));
	}
	conf_clear(table, ARRAY_LEN(table), o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct conf_err err = { "" };
	struct conf *c;
	char path[64];
	int fd = memfd_create("conf", MFD_CLOEXEC);

	insist(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (conf_open(path, &c, &err) == RC_OK) {
		struct options o = { 0 };
		enum rc rc = conf_only(c, names, &err);

		insist(
		    rc == RC_OK || strstr(err.s, "unknown name; allowed: a, b") != NULL);
		rc = conf_section(c, "a", table, ARRAY_LEN(table), &o, &err);
		check(rc, &o, &err, path);
		for (size_t i = 0; i < conf_list_len(c, "b"); i++) {
			memset(&o, 0, sizeof(o));
			rc = conf_list_item(c, "b", i, table, ARRAY_LEN(table), &o, &err);
			check(rc, &o, &err, path);
		}
		conf_free(c);
	} else {
		insist(strncmp(err.s, path, strlen(path)) == 0);
	}
	close(fd);
	return 0;
}
