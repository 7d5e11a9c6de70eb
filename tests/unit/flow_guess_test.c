/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An age as the answer to who they are, and a guessed language that follows words of need, in the
 * shipped flows. It asks no database. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "flows_loaded.h"

#define MINUTE 60000LL

static struct session s;
static struct effects e;
static struct flow_input in;

/* What the slot `who` holds after one text at that question; "" when it is still open. */
static const char *
who_after(enum lang l, const char *flow, const char *text)
{
	static const char *const open = "who";

	memset(&s, 0, sizeof s);
	s = (struct session){ .lang = l, .lang_chosen = true, .case_id = 7 };
	s.class = CASE_OTHER;
	strcpy(s.flow, flow);
	strcpy(s.step, open);
	s.version = strcmp(flow, "help") == 0 ? 2 : 1;
	in = (struct flow_input){ .country = "KZ", .now_ms = MINUTE, .text = text };
	in.kind = INPUT_TEXT;
	in.state = CASE_STATE_NONE;
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	for (unsigned i = 0; i < s.slots; i++) {
		if (strcmp(s.slot[i].name, "who") == 0)
			return s.slot[i].code;
	}
	return "";
}

static void
ages(void **state)
{
	static const struct {
		enum lang lang;
		const char *text, *who;
	} rows[] = {
		{ LANG_RU, "мне 17", "child" },
		{ LANG_RU, "17", "child" },
		{ LANG_RU, "10", "child" },
		{ LANG_RU, "16 лет", "child" },
		{ LANG_RU, "девушка 17 лет", "child" },
		{ LANG_RU, "мне 9", "child" },
		{ LANG_RU, "мне нет 18", "child" },
		{ LANG_RU, "нет 18", "child" },
		{ LANG_RU, "мне 18", "" },
		{ LANG_RU, "18", "" },
		{ LANG_RU, "18 лет", "" },
		{ LANG_RU, "25 лет", "" },
		{ LANG_RU, "мне 17 1", "" },
		{ LANG_RU, "сыну 12 лет", "" },
		{ LANG_RU, "нас 10", "" },
		{ LANG_RU, "9", "" },
		{ LANG_RU, "0", "" },
		{ LANG_RU, "2", "woman" },
		{ LANG_RU, "4", "woman_children" },
		{ LANG_KK, "17 жастамын", "child" },
		{ LANG_KK, "мен 16", "child" },
		{ LANG_KK, "мен 4", "woman_children" },
		{ LANG_KK, "жасым 18-ге толмаған", "child" },
		{ LANG_KY, "15 жаштамын", "child" },
		{ LANG_KY, "жашым 18ге толгон эмес", "child" },
		{ LANG_UZ, "16 yoshdaman", "child" },
		{ LANG_UZ, "14 ёшдаман", "child" },
		{ LANG_UZ, "yoshim 18 dan kichik", "child" },
		{ LANG_UZ, "20 yoshdaman", "" },
		{ LANG_TG, "ман 15 сола", "child" },
		{ LANG_TG, "ба 18 нарасидаам", "child" },
		{ LANG_TK, "16 ýaşymda", "child" },
		{ LANG_TK, "ýaşym 18-den kiçi", "child" },
		{ LANG_EN, "i am 16 years old", "child" },
		{ LANG_EN, "17 years", "child" },
		{ LANG_EN, "under 18", "child" },
		{ LANG_EN, "i am 20", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *who = who_after(rows[i].lang, "help", rows[i].text);

		if (strcmp(who, rows[i].who) != 0)
			fail_msg(
			    "%s: \"%s\", not \"%s\"", rows[i].text, who, rows[i].who);
	}
	assert_string_equal(who_after(LANG_RU, "after", "мне 15"), "child");
}

static enum lang
lang_after(bool chosen, enum lang l, const char *text)
{
	memset(&s, 0, sizeof s);
	s = (struct session){ .lang = l, .lang_chosen = chosen };
	in = (struct flow_input){ .country = "KZ", .now_ms = MINUTE, .text = text };
	in.kind = INPUT_TEXT;
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	return s.lang;
}

static void
a_guess_gives_way(void **state)
{
	(void)state;
	assert_int_equal(lang_after(false, LANG_EN, "көмек керек"), LANG_KK);
	assert_int_equal(lang_after(false, LANG_EN, "помогите"), LANG_RU);
	assert_int_equal(lang_after(true, LANG_EN, "помогите"), LANG_EN);
	assert_int_equal(lang_after(false, LANG_TK, "KOMEK"), LANG_TK);
	assert_int_equal(lang_after(false, LANG_KK, "спасибо"), LANG_KK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages),
		cmocka_unit_test(a_guess_gives_way),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
