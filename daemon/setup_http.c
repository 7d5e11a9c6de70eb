/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of an aggregator's options, and the reading of those that are a daemon's.
 * It never opens what is named there. Called by setup.c.
 */
#include <string.h>

#include "conf.h"
#include "log.h"
#include "setup.h"
#include "ussd_conf.h"

#define AT(field) offsetof(struct http_ussd_conf, field)

static const struct conf_option options[] = {
	{ "name", CONF_STRING, AT(name), NULL, 0, 0, NULL },
	{ "daemon", CONF_STRING, AT(daemon), "", 0, 0, NULL },
	{ "number", CONF_STRING, AT(number), "", 0, 0, NULL },
	{ "listen", CONF_STRING, AT(listen), "127.0.0.1:8085", 0, 0,
	    "ADDRESS:PORT or [ADDRESS]:PORT" },
	{ "path", CONF_STRING, AT(path), "/ussd", 0, 0, NULL },
	{ "allow", CONF_STRING, AT(allow), "127.0.0.0/8 ::1", 0, 0,
	    "addresses and networks" },
	{ "secret_file", CONF_STRING, AT(secret_file), "", 0, 0, NULL },
	{ "secret_header", CONF_STRING, AT(secret_header), "X-Secret", 0, 0, NULL },
	{ "secret_field", CONF_STRING, AT(secret_field), "", 0, 0, NULL },
	{ "cert_file", CONF_STRING, AT(cert_file), "", 0, 0, NULL },
	{ "key_file", CONF_STRING, AT(key_file), "", 0, 0, NULL },
	{ "client_ca_file", CONF_STRING, AT(client_ca_file), "", 0, 0, NULL },
	{ "cleartext", CONF_BOOL, AT(cleartext), "false", 0, 0, NULL },
	{ "input", CONF_WORDS, AT(input), "accumulated", 0, 0, "accumulated last" },
	{ "session_field", CONF_STRING, AT(session_field), "sessionId", 0, 0, NULL },
	{ "phone_field", CONF_STRING, AT(phone_field), "phoneNumber", 0, 0, NULL },
	{ "text_field", CONF_STRING, AT(text_field), "text", 0, 0, NULL },
	{ "connections_max", CONF_INT, AT(connections_max), "256", 1, 384, NULL },
	{ "body_max", CONF_INT, AT(body_max), "8192", 256, 65536, NULL },
	{ "request_timeout", CONF_TIME, AT(request_ms), "10 s", 500, 120000, NULL },
	{ "ussd_answer", CONF_TIME, AT(answer_ms), "20 s", 1000, 120000, NULL },
	{ "ussd_stock", CONF_STRING, AT(stock), USSD_STOCK, 0, 0, NULL },
};

void
setup_read_http(struct setup *s, struct conf *c)
{
	struct conf_err err;

	for (size_t i = 0; i < conf_list_len(c, "aggregators"); i++) {
		struct http_ussd_conf *a = &s->http[s->http_n];

		if (s->http_n == HTTP_USSD_MAX)
			fatalx("daemon.aggregators", "more than %d", HTTP_USSD_MAX);
		memset(a, 0, sizeof(*a));
		if (conf_list_item(c, "aggregators", i, options, ARRAY_LEN(options), a,
			&err) != RC_OK)
			fatalx("daemon.aggregator_conf", "%s", err.s);
		if (a->daemon[0] == '\0' || strcmp(a->daemon, s->daemon.name) == 0)
			s->http_n++;
		else
			conf_clear(options, ARRAY_LEN(options), a);
	}
}

void
setup_clear_http(struct setup *s)
{
	for (size_t i = 0; i < s->http_n; i++)
		conf_clear(options, ARRAY_LEN(options), &s->http[i]);
}
