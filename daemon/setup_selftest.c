/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of a self-test's options, and whether its links are links of the config.
 * It sends nothing. Called by setup.c.
 */
#include <string.h>

#include "conf.h"
#include "log.h"
#include "setup.h"

#define AT(field) offsetof(struct selftest_conf, field)

static const struct conf_option options[] = {
	{ "from", CONF_STRING, AT(source), NULL, 0, 0, NULL },
	{ "to", CONF_STRING, AT(target), NULL, 0, 0, NULL },
	{ "every", CONF_TIME, AT(every_ms), "15 min", 1000, 604800000, NULL },
	{ "within", CONF_TIME, AT(within_ms), "3 min", 1000, 86400000, NULL },
};

void
setup_read_selftests(struct setup *s, struct conf *c)
{
	struct conf_err err;

	for (size_t i = 0; i < conf_list_len(c, "selftests"); i++) {
		struct selftest_conf *t = &s->selftest[s->selftest_n];

		if (s->selftest_n == SELFTESTS_MAX)
			fatalx("daemon.selftests", "more than %d", SELFTESTS_MAX);
		memset(t, 0, sizeof(*t));
		if (conf_list_item(
			c, "selftests", i, options, ARRAY_LEN(options), t, &err) != RC_OK)
			fatalx("daemon.selftest_conf", "%s", err.s);
		s->selftest_n++;
	}
}

void
setup_meet_link(struct setup *s, const char *name, const char *number)
{
	struct phone p;

	for (size_t i = 0; i < s->selftest_n; i++) {
		struct selftest_conf *t = &s->selftest[i];

		t->source_known = t->source_known || strcmp(t->source, name) == 0;
		if (strcmp(t->target, name) != 0 || phone_parse(number, &p) != RC_OK)
			continue;
		t->target_known = true;
		memcpy(t->number, p.s, sizeof(t->number));
	}
}

void
setup_check_selftests(const struct setup *s)
{
	for (size_t i = 0; i < s->selftest_n; i++) {
		const struct selftest_conf *t = &s->selftest[i];

		if (!t->source_known || !t->target_known)
			fatalx("daemon.selftest_link",
			    "selftests: %s is no modem and no link over SMPP",
			    t->source_known ? t->target : t->source);
	}
}

void
setup_clear_selftests(struct setup *s)
{
	for (size_t i = 0; i < s->selftest_n; i++)
		conf_clear(options, ARRAY_LEN(options), &s->selftest[i]);
}
