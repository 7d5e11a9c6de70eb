/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of a daemon's options, and their reading.
 * It never opens what is named there. Called by shyraqd.c, once.
 */
#include "setup.h"

#include <stddef.h>
#include <string.h>

#include "conf.h"
#include "log.h"

static const struct conf_option daemon_options[] = {
	{ "name", CONF_STRING, offsetof(struct daemon_conf, name), NULL, 0, 0, NULL },
	{ "worker_endpoint", CONF_STRING, offsetof(struct daemon_conf, worker_endpoint),
	    NULL, 0, 0, "ipc://PATH or tcp://HOST:PORT" },
	{ "dispatch_endpoint", CONF_STRING,
	    offsetof(struct daemon_conf, dispatch_endpoint), NULL, 0, 0,
	    "ipc://PATH or tcp://HOST:PORT" },
	{ "log_key_file", CONF_STRING, offsetof(struct daemon_conf, log_key_file), NULL,
	    0, 0, NULL },
	{ "cert_file", CONF_STRING, offsetof(struct daemon_conf, cert_file), "", 0, 0,
	    NULL },
	{ "worker_certs", CONF_STRING, offsetof(struct daemon_conf, worker_certs), "", 0,
	    0, NULL },
	{ "dispatch_certs", CONF_STRING, offsetof(struct daemon_conf, dispatch_certs), "",
	    0, 0, NULL },
	{ "state_dir", CONF_STRING, offsetof(struct daemon_conf, state_dir), NULL, 0, 0,
	    NULL },
	{ "texts_max", CONF_INT, offsetof(struct daemon_conf, texts_max), "1024", 1,
	    65536, NULL },
	{ "rows_max", CONF_INT, offsetof(struct daemon_conf, rows_max), "4096", 1, 65536,
	    NULL },
	{ "stop_wait", CONF_TIME, offsetof(struct daemon_conf, stop_wait_ms), "10 s", 0,
	    120000, NULL },
	{ "clock_hold", CONF_TIME, offsetof(struct daemon_conf, clock_hold_ms), "5 min",
	    1000, 86400000, NULL },
};

static const struct conf_option modem_options[] = {
	{ "name", CONF_STRING, offsetof(struct modem_conf, name), NULL, 0, 0, NULL },
	{ "daemon", CONF_STRING, offsetof(struct modem_conf, daemon), "", 0, 0, NULL },
	{ "device", CONF_STRING, offsetof(struct modem_conf, device), NULL, 0, 0, NULL },
	{ "number", CONF_STRING, offsetof(struct modem_conf, number), NULL, 0, 0, NULL },
	{ "pin_file", CONF_STRING, offsetof(struct modem_conf, pin_file), "", 0, 0,
	    NULL },
	{ "imsi", CONF_STRING, offsetof(struct modem_conf, imsi), "", 0, 0, "digits" },
	{ "prefixes", CONF_STRING, offsetof(struct modem_conf, prefixes), "", 0, 0,
	    "+7701 +7702 ..." },
	{ "countries", CONF_STRING, offsetof(struct modem_conf, countries), "", 0, 0,
	    "KZ KG" },
	{ "cost", CONF_INT, offsetof(struct modem_conf, cost), "0", 0, 1000000, NULL },
	{ "beside", CONF_STRING, offsetof(struct modem_conf, beside), "", 0, 0,
	    "the number of another link" },
	{ "poll", CONF_TIME, offsetof(struct modem_conf, poll_ms), "20 s", 500, 3600000,
	    NULL },
	{ "submit_timeout", CONF_TIME, offsetof(struct modem_conf, submit_ms), "40 s",
	    1000, 300000, NULL },
	{ "ask_timeout", CONF_TIME, offsetof(struct modem_conf, ask_ms), "10 s", 1000,
	    600000, NULL },
	{ "read_timeout", CONF_TIME, offsetof(struct modem_conf, read_ms), "20 s", 1000,
	    600000, NULL },
	{ "send_timeout", CONF_TIME, offsetof(struct modem_conf, send_ms), "15 s", 1000,
	    600000, NULL },
	{ "open_timeout", CONF_TIME, offsetof(struct modem_conf, open_ms), "20 s", 1000,
	    600000, NULL },
	{ "parts_per_minute", CONF_INT, offsetof(struct modem_conf, parts_per_minute),
	    "80", 1, 6000, NULL },
	{ "ussd_peer_pattern", CONF_STRING,
	    offsetof(struct modem_conf, ussd.peer_pattern), "", 0, 0,
	    "an extended regular expression with two groups" },
	{ "ussd_answer", CONF_TIME, offsetof(struct modem_conf, ussd.answer_ms), "20 s",
	    1000, 120000, NULL },
	{ "ussd_stock", CONF_STRING, offsetof(struct modem_conf, ussd.stock), USSD_STOCK,
	    0, 0, NULL },
	{ "balance_code", CONF_STRING, offsetof(struct modem_conf, ussd.balance.code), "",
	    0, 0, "*100#" },
	{ "balance_pattern", CONF_STRING,
	    offsetof(struct modem_conf, ussd.balance.pattern), "", 0, 0,
	    "an extended regular expression with one group" },
	{ "balance_low", CONF_INT, offsetof(struct modem_conf, ussd.balance.low), "0", 0,
	    INT32_MAX, NULL },
	{ "balance_every", CONF_TIME, offsetof(struct modem_conf, ussd.balance.every_ms),
	    "24 h", 1000, 2592000000, NULL },
	{ "receipts", CONF_BOOL, offsetof(struct modem_conf, receipts), "true", 0, 0,
	    NULL },
};

/* Groups that other processes read from the same file. */
static const char *const sections[] = { "daemon", "modems", "links", "aggregators",
	"selftests", "daemons", "worker", "dispatch", "rules", "ctl", NULL };

static void
read_links(struct setup *s, struct conf *c)
{
	struct conf_err err;

	for (size_t i = 0; i < conf_list_len(c, "links"); i++) {
		struct smpp_conf *l = &s->smpp[s->smpp_n];

		if (s->smpp_n == LINKS_MAX)
			fatalx("daemon.links", "more than %d", LINKS_MAX);
		memset(l, 0, sizeof(*l));
		if (conf_list_item(
			c, "links", i, smpp_options, smpp_options_n, l, &err) != RC_OK)
			fatalx("daemon.link_conf", "%s", err.s);
		setup_meet_link(s, l->name, l->number);
		if (l->daemon[0] == '\0' || strcmp(l->daemon, s->daemon.name) == 0)
			s->smpp_n++;
		else
			conf_clear(smpp_options, smpp_options_n, l);
	}
}

static bool
is_number_of_a_link(const struct setup *s, const char *wanted)
{
	struct phone p;

	for (size_t i = 0; i < s->modem_n; i++) {
		if (phone_parse(s->modem[i].number, &p) == RC_OK &&
		    strcmp(p.s, wanted) == 0)
			return true;
	}
	for (size_t i = 0; i < s->smpp_n; i++) {
		if (phone_parse(s->smpp[i].number, &p) == RC_OK &&
		    strcmp(p.s, wanted) == 0)
			return true;
	}
	return false;
}

static void
check_beside(const struct setup *s, const char *name, const char *beside)
{
	if (beside[0] != '\0' && !is_number_of_a_link(s, beside))
		fatalx("daemon.beside",
		    "link=%s beside: \"+...\", the number of a modem or link of this daemon",
		    name);
}

static void
check_links(const struct setup *s)
{
	for (size_t i = 0; i < s->modem_n; i++)
		check_beside(s, s->modem[i].name, s->modem[i].beside);
	for (size_t i = 0; i < s->smpp_n; i++)
		check_beside(s, s->smpp[i].name, s->smpp[i].beside);
}

void
setup_read(struct setup *s, const char *path, const char *section)
{
	struct conf *c;
	struct conf_err err;

	if (conf_open(path, &c, &err) != RC_OK || conf_only(c, sections, &err) != RC_OK ||
	    conf_section(c, section == NULL ? "daemon" : section, daemon_options,
		ARRAY_LEN(daemon_options), &s->daemon, &err) != RC_OK)
		fatalx("daemon.conf", "%s", err.s);
	setup_read_selftests(s, c);
	for (size_t i = 0; i < conf_list_len(c, "modems"); i++) {
		struct modem_conf *m = &s->modem[s->modem_n];

		if (s->modem_n == LINKS_MAX)
			fatalx("daemon.modems", "more than %d", LINKS_MAX);
		memset(m, 0, sizeof(*m));
		if (conf_list_item(c, "modems", i, modem_options,
			ARRAY_LEN(modem_options), m, &err) != RC_OK)
			fatalx("daemon.modem_conf", "%s", err.s);
		setup_meet_link(s, m->name, m->number);
		if (m->daemon[0] == '\0' || strcmp(m->daemon, s->daemon.name) == 0)
			s->modem_n++;
		else
			conf_clear(modem_options, ARRAY_LEN(modem_options), m);
	}
	read_links(s, c);
	setup_read_http(s, c);
	setup_check_selftests(s);
	check_links(s);
	conf_free(c);
}

void
setup_clear(struct setup *s)
{
	for (size_t i = 0; i < s->modem_n; i++)
		conf_clear(modem_options, ARRAY_LEN(modem_options), &s->modem[i]);
	for (size_t i = 0; i < s->smpp_n; i++)
		conf_clear(smpp_options, smpp_options_n, &s->smpp[i]);
	setup_clear_http(s);
	setup_clear_selftests(s);
	conf_clear(daemon_options, ARRAY_LEN(daemon_options), &s->daemon);
}
