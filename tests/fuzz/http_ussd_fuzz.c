/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any octets as the form of an aggregator's request, and as two texts that follow each other.
 * It never gives a buffer one byte more than was asked for, so that one more is caught.
 * Called by make fuzz.
 */
#include "fuzz.h"
#include "http_form.h"
#include "http_ussd.h"
#include "net.h"
#include "str.h"

static char *
exact(size_t n)
{
	char *p = malloc(n > 0 ? n : 1);

	insist(p != NULL);
	return p;
}

/* A field is clean text that fits, or empty. */
static void
field(const uint8_t *data, size_t n, const char *name, size_t size)
{
	char *form = exact(n), *out = exact(size);
	enum rc rc;

	if (n > 0)
		memcpy(form, data, n);
	rc = http_form_get(form, n, name, out, size);
	insist(rc == RC_OK || rc == RC_AGAIN || rc == RC_REFUSED);
	insist(strnlen(out, size) < size);
	insist(rc == RC_OK || out[0] == '\0');
	insist(str_is_utf8(out, strlen(out)));
	for (const char *c = out; *c != '\0'; c++)
		insist((unsigned char)*c >= ' ' || strchr("\t\n\r", *c) != NULL);
	free(form);
	free(out);
}

/* What is keyed stands in the text; the same twice, asked or ended, is a repeat. */
static void
move(const uint8_t *data, size_t n)
{
	size_t half = n / 2;
	char *one = exact(half + 1), *two = exact(n - half + 1);
	bool fine = str_copy_bytes(one, half + 1, data, half) &&
	    str_copy_bytes(two, n - half + 1, data + half, n - half);

	for (unsigned bits = 0; fine && bits < 32; bits++) {
		struct http_ussd_before before = { .text = bits & 1 ? one : NULL,
			.first = (bits & 2) != 0,
			.asked = (bits & 4) != 0,
			.ended = (bits & 8) != 0 };
		const char *keyed = NULL;
		enum http_ussd_move what = http_ussd_move(
		    (bits & 16) != 0, &before, two, &keyed);

		insist(keyed >= two && keyed <= two + strlen(two));
		insist(what == HTTP_USSD_OPENS || before.text != NULL);
		before.text = two;
		if (before.asked || before.ended)
			insist(http_ussd_move((bits & 16) != 0, &before, two, &keyed) ==
			    HTTP_USSD_REPEATS);
	}
	free(one);
	free(two);
}

static void
addresses(const uint8_t *data, size_t n)
{
	char *text = exact(n + 1);
	struct sockaddr_storage a;
	struct net_list l;

	if (str_copy_bytes(text, n + 1, data, n)) {
		if (net_parse(text, &a) == RC_OK)
			(void)net_is_loopback(&a);
		insist(net_list_parse(text, &l) != RC_OK || l.n <= NET_LIST_MAX);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	field(data, n, "text", 2049);
	field(data, n, "sessionId", 129);
	field(data, n, "t", 3);
	field(data, n, "text", 1);
	move(data, n);
	addresses(data, n);
	return 0;
}
