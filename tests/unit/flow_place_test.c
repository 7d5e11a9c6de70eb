/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where somebody is, in the shipped flows: what is no place, which of several, a town said later, an old
 * one. It asks no database. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_stage.h"

#define HOUR (60 * MINUTE)

static void
says(const char *slot, const char *code)
{
	assert_string_equal(session_slot(&s, slot), code);
}

static void
begin(enum lang l, const char *help)
{
	s = (struct session){ .lang = l, .lang_chosen = true };
	in = (struct flow_input){ .bearer = BEARER_SMS, .country = "KZ", .now_ms = HOUR };
	put(INPUT_TEXT, help, "ask.calm");
}

static void
danger_at_where(void)
{
	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "2", "ask.where");
}

static void
what_is_no_place(void **state)
{
	static const char *const texts[] = { "нет", "да", "привет", "ha", "срочно" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		danger_at_where();
		put(INPUT_TEXT, texts[i], "ask.where");
		assert_null(effect_of(EFFECT_PLACE, NULL));
		says("where", "");
	}
	danger_at_where();
	put(INPUT_TEXT, "нет", "ask.where");
	put(INPUT_TEXT, "нет", "ask.where");
	assert_null(effect_of(EFFECT_TASK, "unanswerable"));
	put(INPUT_TEXT, "нет", "ask.where");
	there(EFFECT_TASK, "unanswerable");
}

static void
a_plea_is_asked_about_once(void **state)
{
	(void)state;
	danger_at_where();
	put(INPUT_TEXT, "помогите быстрее пожалуйста", "ask.where");
	there(EFFECT_NARRATIVE, "");
	says("where", "");
	put(INPUT_TEXT, "помогите быстрее пожалуйста", "ask.who");
	there(EFFECT_PLACE, "");
	says("where", "words");
}

static void
which_in_words(void **state)
{
	static const struct {
		enum lang lang;
		const char *help, *town, *word, *id;
	} rows[] = {
		{ LANG_RU, "помогите", "алматы", "город", "KZ-75" },
		{ LANG_RU, "помогите", "алматы", "в городе", "KZ-75" },
		{ LANG_RU, "помогите", "алматы", "gorod", "KZ-75" },
		{ LANG_RU, "помогите", "алматы", "область", "KZ-19" },
		{ LANG_RU, "помогите", "ташкент", "область", "UZ-TO" },
		{ LANG_KK, "көмек", "алматы", "қаласы", "KZ-75" },
		{ LANG_KK, "көмек", "алматы", "облысы", "KZ-19" },
		{ LANG_UZ, "yordam", "toshkent", "shahar", "UZ-TK" },
		{ LANG_UZ, "yordam", "toshkent", "viloyat", "UZ-TO" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(rows[i].lang, rows[i].help);
		put(INPUT_TEXT, "1", "ask.where");
		put(INPUT_TEXT, rows[i].town, "ask.which");
		there(EFFECT_PLACE, "");
		put(INPUT_TEXT, rows[i].word, "ask.what");
		assert_null(effect_of(EFFECT_PLACE, NULL));
		says("where", rows[i].id);
	}
}

static void
which_of_another(void **state)
{
	(void)state;
	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "алматы", "ask.which");
	put(INPUT_TEXT, "нет, Кокшетау", "ask.what"); /* they had erred */
	says("where", "kokshetau");

	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "алматы", "ask.which");
	put(INPUT_TEXT, "не понимаю", "ask.which");
	put(INPUT_TEXT, "не понимаю", "ask.what");
	says("where", "words");
}

/* A town to another question, in danger alone and while none is known; a street with a town's name never after. */
static void
a_town_said_later(void **state)
{
	(void)state;
	danger_at_where();
	put(INPUT_TEXT, "склад у реки", "ask.who");
	put(INPUT_TEXT, "Кокшетау", "ask.who");
	assert_int_equal(there(EFFECT_REFER, "")->ms, 0);
	assert_null(effect_of(EFFECT_PLACE, NULL)); /* the words of before stay */
	says("where", "kokshetau");
	put(INPUT_TEXT, "Павлодар", "first.screen");
	says("where", "kokshetau");

	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "0", "ask.what");
	put(INPUT_TEXT, "Кокшетау", "first.screen");
	says("where", "none");
}

static void
danger_asks_by_age(void **state)
{
	(void)state;
	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.what");
	in.now_ms += 57 * MINUTE;
	put(INPUT_TEXT, "меня убьют", "ask.who"); /* 58 minutes: as it was said */
	says("where", "kokshetau");

	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.what");
	in.now_ms += HOUR;
	put(INPUT_TEXT, "меня убьют", "ask.where");
	assert_int_equal(there(EFFECT_REFER, "")->ms, 0); /* by the old one, at once */
	put(INPUT_TEXT, "0", "ask.who");
	says("where", "kokshetau");
	says("region", "KZ-11");
}

/* S14: no road asks for a yes that stands, and none takes it back on the way. */
static void
a_yes_stands(void **state)
{
	(void)state;
	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.what");
	put(INPUT_TEXT, "1", "ask.who");
	put(INPUT_TEXT, "1", "ask.ngo");
	put(INPUT_TEXT, "1", "ask.count");
	put(INPUT_TEXT, "помогите", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.need");
	assert_null(effect_of(EFFECT_CONSENT, NULL));
	says("ngo", "yes");
	put(INPUT_TEXT, "отозвать", "ask.withdraw");
	put(INPUT_TEXT, "1", "ask.withdraw_sure");
	put(INPUT_TEXT, "1", "end.withdrawn");
	assert_string_equal(there(EFFECT_DO, "withdraw")->code, "ngo");
	says("ngo", "no");
	put(INPUT_TEXT, "передумал", "ask.ngo");
}

/* S16, S18: nothing of it is left but the case, for the deed; and that not for long. */
static void
an_erased_session(void **state)
{
	(void)state;
	begin(LANG_RU, "помогите");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "удалить", "ask.erase");
	put(INPUT_TEXT, "1", "end.erased");
	assert_true(s.case_id != 0 && s.slots == 0 && s.lang == LANG_NONE);
	put(INPUT_TEXT, "привет", "first.screen");
	assert_true(s.case_id == 0 && s.class == CASE_NONE && s.flow[0] == '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_place),
		cmocka_unit_test(a_plea_is_asked_about_once),
		cmocka_unit_test(which_in_words),
		cmocka_unit_test(which_of_another),
		cmocka_unit_test(a_town_said_later),
		cmocka_unit_test(danger_asks_by_age),
		cmocka_unit_test(a_yes_stands),
		cmocka_unit_test(an_erased_session),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
