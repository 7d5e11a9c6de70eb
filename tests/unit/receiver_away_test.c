/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Until when a receiver is away, in the forms people write.
 * It opens no database. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "receiver_away.h"

/* Sunday 22 November 2026, 21:30 at UTC+5. */
#define NOW INT64_C(1795365000000)
#define ZONE 300

static const struct {
	const char *text, *until; /* NULL: it cannot be told */
} cases[] = {
	{ "AWAY", "23.11 21:30" },
	{ "AWAY 25.11", "25.11 09:00" },
	{ "заняты до 25.11", "25.11 09:00" },
	{ "away 25.11 18:00", "25.11 18:00" },
	{ "away 25/11 8:05", "25.11 08:05" },
	{ "away 25.11.2026", "25.11 09:00" },
	{ "away 25.11.26 10:00", "25.11 10:00" },
	{ "away 05.01", "05.01 09:00" },
	{ "away 18:00", "23.11 18:00" },
	{ "away 23.45", "22.11 23:45" },
	{ "нас нет до завтра", "23.11 09:00" },
	{ "жоқпыз ертең 14:00", "23.11 14:00" },
	{ "away 2 days", "24.11 21:30" },
	{ "отпуск 7 дней", "29.11 21:30" },
	{ "yo'qmiz 3 kun", "25.11 21:30" },
	{ "нестем 1 рӯз", "23.11 21:30" },
	{ "ýokdurys 2 gün", "24.11 21:30" },
	{ "жокпуз 2 күн", "24.11 21:30" },
	{ "away 5 h", "23.11 02:30" },
	{ "заняты 2 часа", "22.11 23:30" },
	{ "band 4 soat", "23.11 01:30" },
	{ "away 18", NULL },
	{ "away 25.11 26.11", NULL },
	{ "away 99.99", NULL },
	{ "away 25:70", NULL },
	{ "away 100 days", NULL },
	{ "away 0 days", NULL },
	{ "away 22.11 08:00", NULL },
	{ "away 482 731", NULL },
};

static void
test_table(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[AWAY_TEXT_MAX] = "";
		int64_t until;
		bool told = away_until(cases[i].text, NOW, ZONE, &until);

		if (told)
			away_text(until, ZONE, out);
		if (told != (cases[i].until != NULL) ||
		    (told && strcmp(out, cases[i].until) != 0))
			fail_msg("\"%s\": %d %s", cases[i].text, (int)told, out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
