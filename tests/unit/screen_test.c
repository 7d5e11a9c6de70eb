/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts as USSD screens: every page fits, nothing but blanks at the cuts is lost, "98" stands on all but
 * the last. It never asks which flow. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gsm.h"
#include "screen.h"

/* Puts the pages together again, without their last lines and all blanks. */
static void
check(const char *text, unsigned least_pages)
{
	char out[SCREEN_MAX], whole[4096] = "", bare[4096] = "";
	unsigned page = 0;
	bool more = true;

	while (more) {
		char *end;

		assert_true(screen_page(text, page, out, &more));
		assert_true(gsm_fits_screen(out));
		end = strstr(out, "\n" SCREEN_MORE " >");
		assert_int_equal(end != NULL, more);
		if (more)
			*end = '\0';
		strcat(whole, out);
		page++;
		assert_true(page < 100);
	}
	assert_true(page >= least_pages);
	assert_false(screen_page(text, page, out, &more));
	for (const char *p = text; *p != '\0'; p++) {
		if (*p != ' ' && *p != '\n')
			strncat(bare, p, 1);
	}
	for (char *p = whole, *to = whole;; p++) {
		if (*p != ' ' && *p != '\n')
			*to++ = *p;
		if (*p == '\0')
			break;
	}
	assert_string_equal(whole, bare);
}

static void
test_pages(void **unused)
{
	char longest[3001];

	(void)unused;
	check("", 1);
	check("1 ha 2 yo'q", 1);
	check(
	    "Жұмыс анықтама 24 сағ. Жауап құпия. Бала не өмірге қауіп болса, айтамыз. SMS өшіріңіз. "
	    "Бұл өзіңіз туралы ма? 1 иә 2 басқа 3 туысым",
	    2);
	memset(longest, 'a', 3000); /* no blank to cut at */
	longest[3000] = '\0';
	check(longest, 17);
	memset(longest, ' ', 200);
	check(longest, 17);
	check("\xf0\x9f\x98\x80\xf0\x9f\x98\x80 \xf0\x9f\x98\x80", 1);
}

static void
test_latin_gets_more_room(void **unused)
{
	char text[183], out[SCREEN_MAX];
	bool more;

	(void)unused;
	memset(text, 'a', 182);
	text[182] = '\0';
	assert_true(screen_page(text, 0, out, &more));
	assert_false(more);
	memcpy(text, "\xd0\xb4", 2); /* one Cyrillic letter: 80 */
	assert_true(screen_page(text, 0, out, &more));
	assert_true(more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_latin_gets_more_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
