/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an aggregator's request means, how its form is read, who may knock.
 * It opens no socket.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "http_form.h"
#include "http_ussd.h"
#include "net.h"

#define OPENS HTTP_USSD_OPENS
#define REPEATS HTTP_USSD_REPEATS
#define KEYS HTTP_USSD_KEYS

/* What a gateway sends, after what it sent before, and what is made of it. */
static const struct {
	bool accumulated;
	struct http_ussd_before before; /* text, first, asked, ended */
	const char *text;
	enum http_ussd_move move;
	const char *keyed; /* NULL: a repeat keys nothing */
} moves[] = {
	/* inputs joined: what was added counts */
	{ true, { NULL, false, false, false }, "", OPENS, "" },
	{ true, { NULL, false, false, false }, "3", OPENS, "" },
	{ true, { NULL, false, false, false }, "1*2*3", OPENS, "" },
	{ true, { NULL, false, false, false }, "1*SOS", OPENS, "SOS" },
	{ true, { NULL, false, false, false }, "SOS", OPENS, "SOS" },
	{ true, { NULL, false, false, false }, "SOS*1", OPENS, "1" },
	{ true, { "", true, true, false }, "", REPEATS, NULL },
	{ true, { "", true, false, false }, "", REPEATS, NULL },
	{ true, { "", true, false, true }, "", REPEATS, NULL },
	{ true, { "", true, false, false }, "1", KEYS, "1" },
	{ true, { "3", true, false, false }, "3*1", KEYS, "1" },
	{ true, { "1", false, false, false }, "1*1", KEYS, "1" },
	{ true, { "1", false, true, false }, "1", REPEATS, NULL },
	{ true, { "1", false, false, false }, "1", REPEATS, NULL },
	{ true, { "1", false, false, true }, "1", REPEATS, NULL },
	{ true, { "1", false, false, false }, "1*a*b", KEYS, "a*b" },
	{ true, { "1*a*b", false, false, false }, "1*a*b*2", KEYS, "2" },
	{ true, { "1", false, false, false }, "1*", KEYS, "" },
	{ true, { "1*", false, false, false }, "1**2", KEYS, "2" },
	{ true, { "1*2", false, false, false }, "", OPENS, "" },
	{ true, { "1*2", false, false, false }, "7*9", KEYS, "9" },
	{ true, { "1*2", false, false, false }, "1*23", KEYS, "23" },
	{ true, { "1", false, false, true }, "1*4", KEYS, "4" },
	/* the last input alone */
	{ false, { NULL, false, false, false }, "", OPENS, "" },
	{ false, { NULL, false, false, false }, "*8500#", OPENS, "" },
	{ false, { NULL, false, false, false }, "2", OPENS, "" },
	{ false, { NULL, false, false, false }, "a*b", OPENS, "a*b" },
	{ false, { "*8500#", true, false, false }, "*8500#", REPEATS, NULL },
	{ false, { "", true, false, false }, "", REPEATS, NULL },
	{ false, { "", true, false, false }, "1", KEYS, "1" },
	{ false, { "1", false, true, false }, "1", REPEATS, NULL },
	{ false, { "1", false, true, false }, "2", KEYS, "2" },
	{ false, { "1", false, false, false }, "1", KEYS, "1" },
	{ false, { "1", false, false, false }, "", KEYS, "" },
	{ false, { "1", false, false, true }, "1", REPEATS, NULL },
	{ false, { "1", false, false, true }, "2", KEYS, "2" },
	{ false, { "1", false, false, false }, "*8500#", OPENS, "" },
	{ false, { "1", false, false, false }, "*", KEYS, "*" },
	{ false, { "1", false, false, false }, "*#", KEYS, "*#" },
};

static void
test_moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		const char *keyed = NULL;
		enum http_ussd_move move = http_ussd_move(
		    moves[i].accumulated, &moves[i].before, moves[i].text, &keyed);

		if (move != moves[i].move ||
		    (moves[i].keyed != NULL && strcmp(keyed, moves[i].keyed) != 0))
			fail_msg("row %zu: %d \"%s\"", i, (int)move, keyed);
	}
}

static void
test_form(void **state)
{
	static const struct {
		const char *form;
		enum rc rc;
		const char *value;
	} rows[] = {
		{ "text=1*2", RC_OK, "1*2" },
		{ "a=1&text=2&b=3", RC_OK, "2" },
		{ "text=", RC_OK, "" },
		{ "text", RC_OK, "" },
		{ "a=1&text=x=y", RC_OK, "x=y" },
		{ "text=a+b%20c%2B", RC_OK, "a b c+" },
		{ "text=%D0%96%d0%b0", RC_OK, "Жа" },
		{ "te%78t=1", RC_OK, "1" },
		{ "text=a%0Ab%09", RC_OK, "a\nb\t" },
		{ "&&text=1&&", RC_OK, "1" },
		{ "", RC_AGAIN, "" },
		{ "tex=1&textt=2&Text=3&=4", RC_AGAIN, "" },
		{ "%zz=1&text%=2", RC_AGAIN, "" },
		{ "text=1&text=1", RC_REFUSED, "" },
		{ "text=%", RC_REFUSED, "" },
		{ "text=%4", RC_REFUSED, "" },
		{ "text=%4g", RC_REFUSED, "" },
		{ "text=%00", RC_REFUSED, "" },
		{ "text=%1b", RC_REFUSED, "" },
		{ "text=%7f", RC_REFUSED, "" },
		{ "text=%d0", RC_REFUSED, "" },
		{ "text=%ed%a0%80", RC_REFUSED, "" },
		{ "text=0123456789", RC_OK, "0123456789" },
		{ "text=01234567890", RC_REFUSED, "" },
	};
	char out[11];
	char many[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc = http_form_get(
		    rows[i].form, strlen(rows[i].form), "text", out, sizeof(out));

		if (rc != rows[i].rc || strcmp(out, rows[i].value) != 0)
			fail_msg("%s: %d \"%s\"", rows[i].form, (int)rc, out);
	}
	memset(many, '&', sizeof(many));
	assert_int_equal(
	    http_form_get(many, HTTP_FIELDS_MAX, "text", out, sizeof(out)), RC_AGAIN);
	assert_int_equal(
	    http_form_get(many, HTTP_FIELDS_MAX + 1, "text", out, sizeof(out)),
	    RC_REFUSED);
	/* not an octet behind its end */
	assert_int_equal(
	    http_form_get("text=1%41", 7, "text", out, sizeof(out)), RC_REFUSED);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *text;
		bool fine, loopback;
	} rows[] = {
		{ "127.0.0.1:80", true, true },
		{ "127.9.9.9:0", true, true },
		{ "[::1]:65535", true, true },
		{ "[::ffff:127.0.0.1]:1", true, true },
		{ "0.0.0.0:80", true, false },
		{ "[::]:80", true, false },
		{ "10.0.0.1:80", true, false },
		{ "127.0.0.1", false, false },
		{ "127.0.0.1:65536", false, false },
		{ "127.0.0.1:", false, false },
		{ "127.0.0.1:8x", false, false },
		{ "localhost:80", false, false },
		{ "::1:80", false, false },
		{ "[::1:80", false, false },
		{ "", false, false },
		{ ":80", false, false },
	};
	struct sockaddr_storage a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool fine = net_parse(rows[i].text, &a) == RC_OK;

		if (fine != rows[i].fine ||
		    (fine && net_is_loopback(&a) != rows[i].loopback))
			fail_msg("%s", rows[i].text);
	}
}

static void
test_networks(void **state)
{
	static const struct {
		const char *list, *from;
		bool has;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.0.1:1", true },
		{ "10.0.0.0/8", "11.0.0.1:1", false },
		{ "192.0.2.1", "192.0.2.1:1", true },
		{ "192.0.2.1", "192.0.2.2:1", false },
		{ "192.0.2.128/25", "192.0.2.127:1", false },
		{ "192.0.2.128/25", "192.0.2.129:1", true },
		{ "0.0.0.0/0", "8.8.8.8:1", true },
		{ "0.0.0.0/0", "[2001:db8::1]:1", false },
		{ "2001:db8::/33", "[2001:db8:7fff::1]:1", true },
		{ "2001:db8::/33", "[2001:db8:8000::1]:1", false },
		{ "10.0.0.0/8", "[::ffff:10.1.1.1]:1", true },
		{ " ::1   10.1.1.1 ", "10.1.1.1:1", true },
		{ "", "127.0.0.1:1", false },
	};
	static const char *const bad[] = { "x", "10.0.0.0/33", "10.0.0.0/", "::/129",
		"10.0.0/8", "10.0.0.1,10.0.0.2", "10.0.0.0/-1" };
	char many[NET_LIST_MAX * 3 + 10] = "";
	struct net_list l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sockaddr_storage a;

		assert_int_equal(net_list_parse(rows[i].list, &l), RC_OK);
		assert_int_equal(net_parse(rows[i].from, &a), RC_OK);
		if (net_list_has(&l, (const struct sockaddr *)&a) != rows[i].has)
			fail_msg("%s %s", rows[i].list, rows[i].from);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(net_list_parse(bad[i], &l), RC_REFUSED);
	for (size_t i = 0; i < NET_LIST_MAX; i++)
		strcat(many, ":: ");
	assert_int_equal(net_list_parse(many, &l), RC_OK);
	strcat(many, "::");
	assert_int_equal(net_list_parse(many, &l), RC_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
