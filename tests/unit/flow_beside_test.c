/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers in words of the question, or beside a few others, in the shipped flows and every language; and
 * what is no answer. It asks no database. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_stage.h"

static void
at(const char *step, enum lang l)
{
	s = (struct session){ .lang = l,
		.lang_chosen = true,
		.flow = "help",
		.version = 2,
		.class = CASE_OTHER,
		.case_id = 7 };
	strcpy(s.step, step);
	in = (struct flow_input){
		.bearer = BEARER_SMS, .country = "KZ", .now_ms = MINUTE
	};
}

static void
says(const char *slot, const char *code)
{
	assert_string_equal(session_slot(&s, slot), code);
}

static void
not_calm(void **state)
{
	static const struct {
		enum lang lang;
		const char *text;
	} rows[] = {
		{ LANG_RU, "не спокойно" },
		{ LANG_RU, "нет не спокойно" },
		{ LANG_RU, "сейчас не спокойно" },
		{ LANG_KK, "тыныш емес" },
		{ LANG_KY, "тынч эмес" },
		{ LANG_UZ, "tinch emas" },
		{ LANG_TG, "ором нест" },
		{ LANG_TK, "asuda däl" },
		{ LANG_EN, "not calm now" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		at("calm", rows[i].lang);
		put(INPUT_TEXT, rows[i].text, "ask.where");
		says("calm", "no");
		assert_int_equal(s.class, CASE_DANGER);
	}
}

/* Nothing is guessed of a yes beside a no, of the question's words alone, of a yes with what was not asked. */
static void
neither(void **state)
{
	static const char *const texts[] = { "да не спокойно", "спокойно", "да потом",
		"да нет", "1 не спокойно" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		at("calm", LANG_RU);
		put(INPUT_TEXT, texts[i], "first.screen");
		says("calm", "");
	}
	at("ngo", LANG_RU);
	put(INPUT_TEXT, "да не передавайте", "first.screen");
	assert_null(effect_of(EFFECT_CONSENT, NULL));
	put(INPUT_TEXT, "да потом", "first.screen");
	assert_null(effect_of(EFFECT_CONSENT, NULL));
}

static void
a_yes(void **state)
{
	(void)state;
	at("calm", LANG_RU);
	put(INPUT_TEXT, "да спокойно", "ask.where");
	at("ngo", LANG_RU);
	put(INPUT_TEXT, "да, передайте", "ask.count");
	assert_string_equal(there(EFFECT_CONSENT, "ngo")->code, "yes");
	at("come", LANG_UZ); /* nothing but their answer hangs on it */
	strcpy(s.flow, "phrase");
	s.version = 1;
	assert_int_equal(
	    flow_step(flows, &s,
		&(struct flow_input){
		    .text = "ha boraman", .country = "UZ", .now_ms = 2 * MINUTE },
		&e),
	    RC_OK);
	assert_string_equal(there(EFFECT_DO, "told")->code, "waits");
}

static void
a_number(void **state)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{ "10 человек", "10" },
		{ "нас было 10 человек", "10" },
		{ "человек семь", "7" },
		{ "нас тут семь", "7" },
		{ "нет", "0" },
	};
	static const char *const none[] = { "15-20", "два или три", "человек", "много",
		"нас было там раньше точно 10" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		at("count", LANG_RU);
		put(INPUT_TEXT, rows[i].text, "ask.need");
		says("count", rows[i].code);
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		at("count", LANG_RU);
		put(INPUT_TEXT, none[i], "first.screen");
	}
}

static void
a_refusal(void **state)
{
	(void)state;
	at("ngo", LANG_RU);
	put(INPUT_TEXT, "не согласна", "end.kept");
	assert_string_equal(there(EFFECT_CONSENT, "ngo")->code, "no");
	/* where there is a yes to take back, that is what it may mean */
	at("embassy", LANG_RU);
	strcpy(s.slot[0].name, "ngo");
	strcpy(s.slot[0].code, "yes");
	s.slots = 1;
	put(INPUT_TEXT, "не согласна", "ask.withdraw");
}

/* S4: beside digits alone it is a stop; in a sentence, and as a word of their own, it is none. */
static void
a_stop_with_digits(void **state)
{
	(void)state;
	at("calm", LANG_RU);
	put(INPUT_TEXT, "стоп 1", "stop.decoy");
	says("calm", "");
	at("calm", LANG_RU);
	put(INPUT_TEXT, "1 стоп", "stop.decoy");
	at("calm", LANG_RU);
	put(INPUT_TEXT, "они не стоп 1", "first.screen");
	assert_false(s.stopped);
	put(INPUT_TEXT, "стоп=12345", "own.unfit");
	assert_false(s.stopped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_calm),
		cmocka_unit_test(neither),
		cmocka_unit_test(a_yes),
		cmocka_unit_test(a_number),
		cmocka_unit_test(a_refusal),
		cmocka_unit_test(a_stop_with_digits),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
