/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/refer_text.c: the receivers' lines of the sample journeys word for word in Russian, the
 * bound on parts in every language, what is dropped first. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow_priv.h"
#include "flows_loaded.h"
#include "gsm.h"
#include "refer_text.h"

static char out[REFER_TEXT_MAX];

static const struct refer_detail taken = { REFER_FIRST, "21:49", "", "", true };

static void
add(struct case_facts *c, const char *name, const char *code)
{
	strcpy(c->slot[c->slots].name, name);
	strcpy(c->slot[c->slots++].code, code);
}

static struct case_facts
man_of_journey_one(void)
{
	struct case_facts c = {
		.number = 317, .class = CASE_HELD, .person_lang = LANG_UZ, .place = ""
	};

	add(&c, "where", "jetibay");
	add(&c, "region", "KZ-47");
	add(&c, "what", "papers held");
	add(&c, "who", "man");
	add(&c, "count", "7");
	add(&c, "need", "papers way");
	return c;
}

static void
first_texts(void **state)
{
	struct case_facts c = man_of_journey_one();

	(void)state;
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 482, out), RC_OK);
	assert_string_equal(
	    out, "№317 Жетыбай: муж+7, паспорт, не выпускают. 1 482 беру 2 482 нет");
	assert_int_equal(gsm_size_of(out).units, 64);
	c = (struct case_facts){
		.number = 402, .class = CASE_DANGER, .person_lang = LANG_RU, .place = ""
	};
	add(&c, "where", "KZ-79");
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 615, out), RC_OK);
	assert_string_equal(out, "№402 СРОЧНО Шымкент: опасность. 1 615 беру 2 615 нет");
	add(&c, "who", "woman");
	add(&c, "count", "2");
	add(&c, "need", "bed");
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 64, out), RC_OK);
	assert_string_equal(
	    out, "№402 СРОЧНО Шымкент: жен+2, ночлег. 1 064 беру 2 064 нет");
	c.slots = 0;
	c.class = CASE_OTHER;
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 7, out), RC_OK);
	assert_string_equal(
	    out, "№402 место не названо: обращение. 1 007 беру 2 007 нет");
	add(&c, "region", "KZ");
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 7, out), RC_OK);
	assert_non_null(strstr(out, "№402 Казахстан: "));
}

/* Who is asked beside hears who and what for; not what happened, nor where, nor how to write. */
static void
beside(void **state)
{
	static const struct {
		enum refer_role role;
		const char *want, *other;
	} roles[] = { { REFER_LEGAL, "паспорт", "врач" },
		{ REFER_HEALTH, "врач", "паспорт" },
		{ REFER_LABOUR, "зарплата", "врач" } };
	struct case_facts c = man_of_journey_one();

	(void)state;
	(void)strcpy(c.slot[5].code, "doctor papers wages");
	c.place = "красный забор";
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const struct refer_detail d = { roles[i].role, "21:49", "", "", true };

		for (int detail = 0; detail < 2; detail++) {
			assert_int_equal(detail != 0
				? refer_detail(flows, LANG_RU, &c, &d, out)
				: refer_first(flows, LANG_RU, &c, roles[i].role,
				      REFER_LED_NGO, 482, out),
			    RC_OK);
			assert_true(gsm_size_of(out).parts <= (detail != 0 ? 2U : 1U));
			assert_non_null(strstr(out, roles[i].want));
			assert_null(strstr(out, roles[i].other));
			assert_null(strstr(out, "не выпускают"));
			assert_null(strstr(out, "забор"));
			assert_null(strstr(out, "Пишет"));
			/* nor digits that do not hold for them */
			assert_null(strstr(out, "51"));
			assert_null(strstr(out, "в пути"));
			assert_true(detail == 0 || strstr(out, "7 отдать") != NULL);
		}
	}
}

static void
what_weighs_least_goes_first(void **state)
{
	struct case_facts c = {
		.number = 99999, .class = CASE_DANGER, .person_lang = LANG_RU, .place = ""
	};

	(void)state;
	add(&c, "where", "oskemen");
	add(&c, "who", "woman");
	add(&c, "count", "999");
	add(&c, "what", "unpaid papers held other");
	add(&c, "need", "bed doctor advice papers way");
	for (unsigned l = 0; l < LANGS; l++) {
		if (!texts_has_lang(flows_texts(flows), (enum lang)l))
			continue;
		assert_int_equal(
		    refer_first(flows, (enum lang)l, &c, REFER_FIRST, false, 999, out),
		    RC_OK);
		assert_int_equal(gsm_size_of(out).parts, 1);
		assert_non_null(strstr(out, "+999"));
		assert_non_null(strstr(out, "99999"));
	}
	assert_int_equal(
	    refer_first(flows, LANG_RU, &c, REFER_FIRST, false, 999, out), RC_OK);
	assert_null(strstr(out, "другое"));
}

static void
reminders(void **state)
{
	struct case_facts c = man_of_journey_one();

	(void)state;
	assert_int_equal(refer_reminder(flows, LANG_RU, &c, 482, 30, "", out), RC_OK);
	assert_string_equal(out, "№317 ждёт 30 мин. 1 482 беру 2 482 нет");
	assert_int_equal(refer_operator(flows, LANG_RU, &c, 590, out), RC_OK);
	assert_string_equal(out, "№317 Жетыбай: приюты не взяли. 1 590 беру");
}

static void
details(void **state)
{
	static const char place[] =
	    "Сарыағаш, трасса бойындағы жылыжай, көк қақпа, үшінші үй, екінші қабат";
	struct case_facts c = man_of_journey_one();

	(void)state;
	assert_int_equal(refer_detail(flows, LANG_RU, &c, &taken, out), RC_OK);
	assert_int_equal(strncmp(out, "№317 ваше с 21:49. Узб. яз. ",
			     strlen("№317 ваше с 21:49. Узб. яз. ")),
	    0);
	assert_non_null(strstr(out, "Место: Жетыбай."));
	assert_non_null(strstr(out, "Нужно: паспорт, дорога домой."));
	assert_non_null(strstr(out, "Без полиции."));
	assert_true(gsm_size_of(out).parts <= 2);
	c.place = place;
	for (unsigned l = 0; l < LANGS; l++) {
		if (!texts_has_lang(flows_texts(flows), (enum lang)l))
			continue;
		assert_int_equal(
		    refer_detail(flows, (enum lang)l, &c, &taken, out), RC_OK);
		assert_non_null(strstr(out, place));
		assert_true(gsm_size_of(out).parts <= 2);
	}
}

/* What there is no room for is what they need least: waiting roles, the rest of the needs; never the digits. */
static void
details_keep_the_digits(void **state)
{
	static const struct refer_detail waits = { REFER_FIRST, "21:49", "",
		"Соцработник: ждём.", true };
	struct case_facts c = man_of_journey_one();

	(void)state;
	c.place = "jetiboy";
	add(&c, "police", "no");
	add(&c, "hour", "2200-2300");
	assert_int_equal(refer_detail(flows, LANG_RU, &c, &waits, out), RC_OK);
	assert_string_equal(out,
	    "№317 ваше с 21:49. Узб. яз. Место: jetiboy. Нужно: паспорт, дорога домой. "
	    "Без полиции. Связь 22-23. 51 едем 4 в пути 5 встретили");
	(void)strcpy(c.slot[5].code, "bed doctor advice papers way");
	assert_int_equal(refer_detail(flows, LANG_RU, &c, &waits, out), RC_OK);
	assert_non_null(
	    strstr(out, "Нужно: ночлег, врач, совет, паспорт. Без полиции. "));
	assert_non_null(strstr(out, "4 в пути 5 встретили"));
	assert_int_equal(gsm_size_of(out).parts, 2);
	for (unsigned l = 0; l < LANGS; l++) {
		const char *acts = text_get(
		    flows_texts(flows), (enum lang)l, TEXT_PLAIN, "ref.acts");

		assert_int_equal(
		    refer_detail(flows, (enum lang)l, &c, &waits, out), RC_OK);
		assert_non_null(strstr(out, acts));
		assert_true(gsm_size_of(out).parts <= 2);
	}
}

static void
places_are_tidied(void **state)
{
	struct case_facts c = man_of_journey_one();
	char place[800];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof place; i += 2)
		memcpy(place + i, "ю", 3);
	c.place = place;
	assert_int_equal(refer_detail(flows, LANG_RU, &c, &taken, out), RC_OK);
	assert_true(gsm_size_of(out).parts <= 2);
	c.place = "дом\r\n{n} %s 4";
	assert_int_equal(refer_detail(flows, LANG_RU, &c, &taken, out), RC_OK);
	assert_non_null(strstr(out, "дом  {n} %s 4"));
}

static void
other_texts(void **state)
{
	const struct text_arg args[] = { { "n", "319" }, { "at", "23:59" },
		{ "code", "731" } };
	static const struct {
		const char *key, *text;
	} rows[] = {
		{ "ref.taken_else", "№319 взяли в 23:59. Отбой" },
		{ "ref.taken_at", "№319 взяли в 23:59. Спасибо, не едьте" },
		{ "ref.wrong_code", "Код не тот. Ответьте 1 и код из нашего SMS" },
		{ "ref.which", "Берёте №319? Ответьте 731. Держим 5 мин" },
		{ "ref.declined",
		    "№319 отдали дальше. Почему? 1 мест нет 2 далеко 3 профиль 4 опасно" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    refer_say(flows, LANG_RU, rows[i].key, args, 3, out), RC_OK);
		assert_string_equal(out, rows[i].text);
	}
	assert_int_equal(
	    refer_say(flows, LANG_RU, "ref.nothing", args, 3, out), RC_REFUSED);
	assert_int_equal(
	    refer_say(flows, LANG_RU, "ref.which", args, 1, out), RC_REFUSED);
}

/* As many of the person's words as two parts hold, never half a letter. */
static void
own_words(void **state)
{
	char words[800], *end;

	(void)state;
	assert_int_equal(refer_words(flows, LANG_RU, 518, "синие ворота", out), RC_OK);
	assert_string_equal(out, "№518: \"синие ворота\"");
	for (size_t i = 0; i + 2 < sizeof words; i += 2)
		memcpy(words + i, "ю", 3);
	assert_int_equal(refer_words(flows, LANG_RU, 518, words, out), RC_OK);
	assert_int_equal(gsm_size_of(out).parts, 2);
	assert_int_equal(gsm_size_of(out).units, 134);
	end = strrchr(out, '"');
	assert_non_null(end);
	assert_memory_equal(end - 2, "ю", 2);
	assert_int_equal(refer_words(flows, LANG_RU, 518, "", out), RC_OK);
}

#define ROLES 8

/* One fact of each kind, the longest that the flows can make of it. */
static const char *const lone[][2][2] = {
	{ { "who", "man" }, { "count", "99999" } },
	{ { "who", "woman" }, { "count", "99999" } },
	{ { "who", "woman_children" }, { "count", "99999" } },
	{ { "who", "child" }, { "count", "99999" } },
	{ { "count", "99999" }, { "", "" } },
	{ { "band", "n6_20" }, { "child", "yes" } },
	{ { "band", "unknown" }, { "child", "yes" } },
	{ { "about", "others" }, { "", "" } },
	{ { "about", "relative" }, { "", "" } },
	{ { "what", "unpaid papers held sex other" }, { "", "" } },
	{ { "need", "bed doctor advice papers way wages" }, { "", "" } },
};

static void
one_part(enum lang l, const struct case_facts *c, enum refer_role role)
{
	for (enum refer_led led = REFER_LED_NOT; led <= REFER_LED_OPERATOR; led++) {
		assert_int_equal(refer_first(flows, l, c, role, led, 999, out), RC_OK);
		if (gsm_size_of(out).parts != 1)
			fail_msg("%s: %s", lang_code(l), out);
	}
}

/* A place, a role, who leads, a fact: whatever comes together, it is one part. */
static void
any_first_is_one_part(void **state)
{
	const size_t each = ARRAY_LEN(lone) * ROLES;

	(void)state;
	for (size_t i = 0; i < places_count(flows->places) * each; i++) {
		const char *const(*fact)[2] = lone[i % each / ROLES];
		struct case_facts c = { .number = 99999, .class = CASE_DANGER };

		add(&c, "where", place_id(flows->places, (unsigned)(i / each)));
		for (unsigned k = 0; k < 2 && fact[k][0][0] != '\0'; k++)
			add(&c, fact[k][0], fact[k][1]);
		one_part((enum lang)((i / each + i % each) % LANGS), &c,
		    (enum refer_role)(i % ROLES));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_texts),
		cmocka_unit_test(any_first_is_one_part),
		cmocka_unit_test(beside),
		cmocka_unit_test(what_weighs_least_goes_first),
		cmocka_unit_test(reminders),
		cmocka_unit_test(details),
		cmocka_unit_test(details_keep_the_digits),
		cmocka_unit_test(places_are_tidied),
		cmocka_unit_test(other_texts),
		cmocka_unit_test(own_words),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
