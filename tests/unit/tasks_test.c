/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closed lists of tasks' outcomes, and what people on duty hand in: packed and read back, bounds held.
 * It opens no database. Run by `make test`.
 */
#include "base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "intake.h"
#include "tasks.h"

static void
outcomes(void **unused)
{
	static const struct {
		const char *kind, *code;
		bool fits;
	} v[] = { { "danger", "false_danger", true }, { "danger", "done", true },
		{ "danger", "machine", false }, { "danger", "false", false },
		{ "danger", "", false }, { "danger", "done in_touch", false },
		{ "robot", "machine", true }, { "robot", "false_danger", false },
		{ "of_no_row", "done", true }, { "of_no_row", "passed_on", true },
		{ "of_no_row", "machine", false } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		assert_int_equal(task_outcome_fits(v[i].kind, v[i].code), v[i].fits);
	assert_true(task_has_answer("job_check"));
	assert_false(task_has_answer("danger"));
	assert_false(task_has_answer("of_no_row"));
	assert_true(task_is_supervisors("complaint"));
	assert_true(task_is_supervisors("police_closed"));
	assert_false(task_is_supervisors("danger"));
	assert_false(task_is_supervisors("of_no_row"));
	for (size_t i = 0; task_kind(i) != NULL; i++)
		assert_true(task_outcome_fits(task_kind(i), TASK_OUTCOME_PLAIN) &&
		    strlen(task_kind(i)) < TASK_KIND_MAX);
	assert_true(strlen(task_hint("desk_silent")) > 0);
	assert_true(strlen(task_hint("of_no_row")) > 0);
}

static void
tasks(void **unused)
{
	static const char *const bad[] = { "", "row=0\nact=done\n", "row=5\n",
		"act=done\n", "row=5\nact=take\nfrom=a b\n", "row=5\nact=a b\n",
		"row=5\nact=take\nof=x\n", "row=5\nact=muchtoolong\n", "row=5\nact" };
	const struct intake_task t = { 5, "take", "", "aigul" };
	struct intake_task back;
	char text[INTAKE_MAX];
	size_t n = intake_pack_task(&t, text);

	(void)unused;
	assert_int_equal(intake_unpack_task(text, n, &back), RC_OK);
	assert_int_equal(back.id, 5);
	assert_string_equal(back.act, "take");
	assert_string_equal(back.from, "aigul");
	assert_string_equal(back.outcome, "");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    intake_unpack_task(bad[i], strlen(bad[i]), &back), RC_REFUSED);
}

static void
desk(void **unused)
{
	static const char *const bad[] = { "", "case=0\nact=say\n", "case=4\n",
		"case=4\nact=say\nphrase=100\n", "case=4\nact=say\nphrase=x\n",
		"case=4\nact=say\nat=06:300\n", "case=4\nact=say\nto=a b\n",
		"case=4\nact=say\nwords=\t\n", "case=4\nact=say\nmore=1\n" };
	struct intake_desk d = { .number = 402, .phrase = 52 }, back;
	char text[INTAKE_MAX];
	size_t n;

	(void)unused;
	strcpy(d.act, "say");
	strcpy(d.at, "6:30");
	strcpy(d.words, "базар = белая машина");
	n = intake_pack_desk(&d, text);
	assert_int_equal(intake_unpack_desk(text, n, &back), RC_OK);
	assert_int_equal(back.number, 402);
	assert_int_equal(back.phrase, 52);
	assert_string_equal(back.at, "6:30");
	assert_string_equal(back.words, "базар = белая машина");
	d.phrase = 0;
	d.words[0] = '\0';
	n = intake_pack_desk(&d, text);
	assert_int_equal(intake_unpack_desk(text, n, &back), RC_OK);
	assert_int_equal(back.phrase, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    intake_unpack_desk(bad[i], strlen(bad[i]), &back), RC_REFUSED);
}

static void
words(void **unused)
{
	char out[INTAKE_DESK_BYTES], text[4 * INTAKE_DESK_CHARS + 8] = "";

	(void)unused;
	assert_true(intake_desk_words(out, "  идём  "));
	assert_string_equal(out, "идём");
	assert_true(intake_desk_words(out, ""));
	assert_string_equal(out, "");
	assert_false(intake_desk_words(out, "a\nb"));
	assert_false(intake_desk_words(out, "a\x1b[2J"));
	assert_false(intake_desk_words(out, "\xff"));
	for (int i = 0; i < INTAKE_DESK_CHARS; i++)
		strcat(text, "я");
	assert_true(intake_desk_words(out, text));
	strcat(text, "я");
	assert_false(intake_desk_words(out, text));
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(tasks),
		cmocka_unit_test(desk),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
