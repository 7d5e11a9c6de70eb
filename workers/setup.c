/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The option tables of worker and dispatch, and their birth from one config file.
 * It opens no connection. Called by both mains.
 */
#include "setup.h"

#include <stddef.h>
#include <stdio.h>

#include "log.h"

static const struct conf_option own[] = {
	{ "name", CONF_STRING, offsetof(struct setup, name), NULL, 0, 0,
	    "1 to 31 letters" },
	{ "database", CONF_STRING, offsetof(struct setup, database), NULL, 0, 0,
	    "a libpq connection string" },
	{ "keys_dir", CONF_STRING, offsetof(struct setup, keys_dir), NULL, 0, 0,
	    "a folder" },
	{ "conf_dir", CONF_STRING, offsetof(struct setup, conf_dir), NULL, 0, 0,
	    "a folder" },
	{ "log_key_file", CONF_STRING, offsetof(struct setup, log_key_file), NULL, 0, 0,
	    "a file" },
	{ "maintenance_database", CONF_STRING, offsetof(struct setup, maintenance), "", 0,
	    0,
	    "a libpq connection string of shyraq_owner; dispatch drops old partitions over it" },
	{ "retention", CONF_TIME, offsetof(struct setup, retention_ms), "90 d", 86400000,
	    INT64_C(315360000000), NULL },
	{ "batch", CONF_INT, offsetof(struct setup, batch), "64", 1, TURN_BATCH_MAX,
	    NULL },
};

#define RULE(field) offsetof(struct turn_limits, field)
static const struct conf_option rules[] = {
	{ "window", CONF_TIME, RULE(window_ms), "15 min", 300000, 86400000, NULL },
	{ "answer", CONF_TIME, RULE(answer_ms), "90 s", 5000, 300000, NULL },
	{ "session", CONF_TIME, RULE(session_ms), "72 h", 3600000, 2592000000, NULL },
	{ "lease", CONF_TIME, RULE(lease_ms), "10 s", 1000, 60000, NULL },
	{ "parts", CONF_TIME, RULE(parts_ms), "10 min", 10000, 86400000, NULL },
	{ "rest", CONF_TIME, RULE(rest_ms), "5 min", 60000, 3600000, NULL },
	{ "lease_answer", CONF_TIME, RULE(grace_ms), "15 min", 60000, 14400000, NULL },
	{ "safe_width", CONF_TIME, RULE(safe_wide_ms), "2 h", 900000, 21600000, NULL },
	{ "safe_days", CONF_TIME, RULE(safe_ms), "7 d", 86400000, 2592000000, NULL },
	{ "witness", CONF_TIME, RULE(witness_ms), "24 h", 3600000, 259200000, NULL },
	{ "code_life", CONF_TIME, RULE(code_ms), "90 d", 86400000, INT64_C(31536000000),
	    NULL },
	{ "code_tries", CONF_INT, RULE(code_tries), "5", 1, 100, NULL },
	{ "code_tries_all", CONF_INT, RULE(code_tries_all), "200", 1, 100000, NULL },
	{ "redial", CONF_TIME, RULE(redial_ms), "24 h", 600000, 259200000, NULL },
	{ "answer_tries", CONF_INT, RULE(answer_tries), "3", 1, 100, NULL },
	{ "answer_tries_in", CONF_TIME, RULE(answer_tries_ms), "1 h", 60000, 86400000,
	    NULL },
	{ "erase_after", CONF_TIME, RULE(erase_ms), "72 h", 3600000, 2592000000, NULL },
	{ "relay_after_met", CONF_TIME, RULE(relay_ms), "48 h", 3600000, 2592000000,
	    NULL },
	{ "follow_up", CONF_TIME, RULE(follow_ms), "14 d", 86400000, INT64_C(5184000000),
	    NULL },
	{ "same_texts", CONF_INT, RULE(same), "5", 2, 1000, NULL },
	{ "texts_a_minute", CONF_INT, RULE(per_minute), "12", 4, 1000, NULL },
	{ "guard", CONF_TIME, RULE(guard_ms), "1 h", 60000, 604800000, NULL },
	{ "desk_again", CONF_TIME, RULE(desk_again_ms), "15 min", 60000, 86400000, NULL },
	{ "desk_look", CONF_TIME, RULE(desk_look_ms), "3 min", 30000, 3600000, NULL },
	{ "own_numbers", CONF_STRING, RULE(own_numbers), "", 0, 0,
	    "numbers between blanks, as they send" },
};
#undef RULE

static const struct conf_option daemons[] = {
	{ "worker", CONF_STRING, offsetof(struct setup_daemon, worker), NULL, 0, 0,
	    "an endpoint" },
	{ "dispatch", CONF_STRING, offsetof(struct setup_daemon, dispatch), NULL, 0, 0,
	    "an endpoint" },
	{ "cert_file", CONF_STRING, offsetof(struct setup_daemon, cert_file), "", 0, 0,
	    "a file" },
	{ "daemon_cert_file", CONF_STRING,
	    offsetof(struct setup_daemon, daemon_cert_file), "", 0, 0, "a file" },
};

static const char *const sections[] = { "daemon", "modems", "links", "aggregators",
	"selftests", "daemons", "worker", "dispatch", "rules", "ctl", NULL };

static void
must(enum rc rc, const char *what)
{
	if (rc != RC_OK)
		fatalx("conf.refused", "%s", what);
}

static void
read_conf(struct setup *s, const char *file, const char *section)
{
	struct conf *c;
	struct conf_err err;

	must(conf_open(file, &c, &err), err.s);
	must(conf_only(c, sections, &err), err.s);
	must(conf_section(c, section, own, ARRAY_LEN(own), s, &err), err.s);
	must(conf_section(c, "rules", rules, ARRAY_LEN(rules), &s->limits, &err), err.s);
	s->daemons = conf_list_len(c, "daemons");
	if (s->daemons == 0 || s->daemons > SETUP_DAEMONS)
		fatalx("conf.daemons",
		    "%s: daemons: 1 to %d groups { worker; dispatch; }", file,
		    SETUP_DAEMONS);
	for (size_t i = 0; i < s->daemons; i++)
		must(conf_list_item(c, "daemons", i, daemons, ARRAY_LEN(daemons),
			 &s->daemon[i], &err),
		    err.s);
	conf_free(c);
}

void
setup_read(struct setup *s, const char *file, const char *section, bool intake)
{
	struct seal_key log_key;
	struct flow_err err;
	char path[4096];

	read_conf(s, file, section);
	if (seal_key_read(s->log_key_file, &log_key) != RC_OK)
		fatalx("keys.log", "file=%s is missing, malformed, or open to others",
		    s->log_key_file);
	phone_set_log_key(log_key.b);
	seal_wipe(&log_key, sizeof(log_key));
	keys_read(&s->keys, s->keys_dir, intake);
	must(flowset_load(&s->flows, s->conf_dir, &err), err.s);
	if (snprintf(path, sizeof(path), "%s/policies", s->conf_dir) >= (int)sizeof(path))
		fatalx("conf.path", "conf_dir is too long");
	must(policy_load(path, &s->policy, &err), err.s);
}

void
setup_reload(void *setup)
{
	struct setup *s = setup;
	struct policy *policy = NULL;
	struct flow_err err;
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/policies", s->conf_dir) >=
		(int)sizeof(path) ||
	    policy_load(path, &policy, &err) != RC_OK ||
	    flowset_reload(&s->flows, s->conf_dir, &err) != RC_OK) {
		log_error("conf.reload_refused", "%s", err.s);
		policy_free(policy);
		return;
	}
	/* the turn holds the policy: it gets the new one's inside, and the old goes */
	policy_swap(s->policy, policy);
	policy_free(policy);
	log_info("conf.reloaded", "sets=%zu", s->flows.n);
}

void
setup_clear(struct setup *s)
{
	conf_clear(own, ARRAY_LEN(own), s);
	conf_clear(rules, ARRAY_LEN(rules), &s->limits);
	for (size_t i = 0; i < s->daemons; i++)
		conf_clear(daemons, ARRAY_LEN(daemons), &s->daemon[i]);
	keys_wipe(&s->keys);
	policy_free(s->policy);
	flowset_free(&s->flows);
}
