/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hundred thousand random steps over the shipped flow, from a fixed seed: what must hold whatever a
 * person sends. It names no text and no step. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow.h"
#include "gsm.h"

#define STEPS 100000
#define HOUR 3600000LL

static const char *const texts[] = { "0", "1", "2", "3", "4", "5", "7", "9", "23", "2 3",
	"1 2 3", "12", "1.", " 1)", "999", "1000", "yordam", "помогите", "КӨМЕК", "help",
	"komek", "xavf", "опасно", "қауіп", "срочно", "tez", "STOP", "тоқта", "to'xta",
	"стоп пожалуйста", "?", "??", "", " ", "👍", "да", "нет", "иә", "yo'q", "ha",
	"kimsan", "кто это", "jetiboy", "Шымкент", "Алматы", "Петропавловск",
	"Усть-Каменогорск", "Солтүстік Қазақстан облысы", "Алматы Орал Семей",
	"қарамұрт ауылы", "русский", "qazaqsha", "ТІЛ", "english", "112", "erkak",
	"женщина", "они забрали мой паспорт и не дают денег", "хабар", "работа", "{town}",
	"_echo", "%s%n", "-1" };
static const char *const countries[] = { "KZ", "KZ", "KZ", "UZ", "RU", "KG", "" };

static struct flows *flows;
static uint64_t seed = 42;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % n;
}

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (flows_load("conf", &flows, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	flows_free(flows);
	return 0;
}

/* What is known about one person from outside. */
struct walk {
	struct session s;
	struct session before;
	struct flow_input in;
	struct effects e;
	bool yes;         /* said yes to an organisation in this case */
	bool referred;    /* a referral is due or gone */
	unsigned answers; /* before that */
	unsigned said, silent, refers, stops, tasks;
};

static bool
has(const struct walk *w, enum effect_kind kind)
{
	for (unsigned i = 0; i < w->e.n; i++) {
		if (w->e.v[i].kind == kind)
			return true;
	}
	return false;
}

static void
sizes_hold(const struct walk *w)
{
	struct gsm_size size = gsm_size_of(w->e.text);

	assert_true(size.parts <= (size.alphabet == GSM_7BIT ? 1U : 2U));
	assert_null(strchr(w->e.text, '{'));
	assert_null(strchr(w->e.text, '}'));
}

/* Silence only for a reason; one text at most. */
static void
speech_holds(const struct walk *w)
{
	unsigned says = 0;

	for (unsigned i = 0; i < w->e.n; i++) {
		if (w->e.v[i].kind != EFFECT_SAY)
			continue;
		says++;
		assert_non_null(w->e.v[i].key);
		assert_true(i == w->e.n - 1U);
	}
	assert_int_equal(says, w->e.text[0] != '\0');
	if (says == 0)
		assert_true(w->in.late || w->in.kind == INPUT_EXPIRED || w->s.stopped);
	if (w->in.late || w->in.kind == INPUT_EXPIRED)
		assert_int_equal(says, 0);
	if (w->before.stopped && w->s.stopped)
		assert_int_equal(says, 0);
}

/* Nobody is referred without a yes, but in danger or as a child. */
static void
referral_holds(struct walk *w)
{
	for (unsigned i = 0; i < w->e.n; i++) {
		const struct effect *v = &w->e.v[i];

		if (v->kind == EFFECT_CASE_OPEN) {
			w->yes = w->referred = false;
			w->answers = 0;
		}
		if (v->kind == EFFECT_CONSENT)
			w->yes = strcmp(v->code, "yes") == 0;
		if (v->kind == EFFECT_ANSWER && strcmp(v->name, "region") != 0 &&
		    !w->referred)
			w->answers++;
		if (v->kind != EFFECT_REFER)
			continue;
		w->referred = true;
		w->refers++;
		assert_true(w->yes || w->s.class == CASE_DANGER ||
		    strcmp(session_slot(&w->s, "who"), "child") == 0);
	}
}

static void
state_holds(const struct walk *w)
{
	char screen[FLOW_TEXT_MAX];

	assert_true(w->e.n < FLOW_EFFECTS);
	assert_true(w->s.slots < FLOW_SLOTS);
	for (unsigned i = 0; i < w->s.slots; i++) {
		assert_true(w->s.slot[i].name[0] != '\0' && w->s.slot[i].code[0] != '\0');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(w->s.slot[i].name, w->s.slot[k].name);
	}
	if (!has(w, EFFECT_CASE_OPEN) && w->s.flow[0] != '\0')
		assert_true(w->s.class >= w->before.class);
	assert_int_equal(flow_screen(flows, &w->s, BEARER_SMS, screen), RC_OK);
	assert_true(screen[0] != '\0');
}

/* A whole-message stop always works, and one help word always ends it. */
static void
stop_holds(const struct walk *w)
{
	struct session s = w->s;
	struct flow_input in = { .text = "STOP",
		.country = "KZ",
		.now_ms = w->in.now_ms + 1,
		.state = w->in.state };
	struct effects e;

	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	assert_true(s.stopped);
	in.text = "1";
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	assert_true(s.stopped && e.text[0] == '\0');
	in.text = "yordam";
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
	assert_true(!s.stopped && e.text[0] != '\0');
}

static void
one_step(struct walk *w)
{
	w->before = w->s;
	w->in = (struct flow_input){
		.kind = pick(50) == 0 ? INPUT_UNREADABLE
				      : (pick(200) == 0 ? INPUT_EXPIRED : INPUT_TEXT),
		.text = pick(3) == 0 ? texts[pick(8)] : texts[pick(ARRAY_LEN(texts))],
		.country = countries[pick(ARRAY_LEN(countries))],
		.now_ms = w->in.now_ms +
		    (pick(100) == 0 ? 80 * HOUR : pick(60) * 60000LL),
		.late = pick(20) == 0,
		.state = (enum case_state)(pick(4) == 0 ? pick(5) : 0),
		.taken_at = "23:59",
	};
	if (w->s.expires_ms != 0 && w->in.now_ms >= w->s.expires_ms)
		w->before.class = CASE_NONE;
	assert_int_equal(flow_step(flows, &w->s, &w->in, &w->e), RC_OK);
	if (has(w, EFFECT_CASE_OPEN))
		w->s.case_id = 1 + pick(1000);
	speech_holds(w);
	sizes_hold(w);
	referral_holds(w);
	state_holds(w);
	w->said += w->e.text[0] != '\0';
	w->silent += w->e.text[0] == '\0';
	w->stops += has(w, EFFECT_STOP);
	w->tasks += has(w, EFFECT_TASK);
}

static void
random_walks(void **state)
{
	struct walk w = { .s = { .lang = LANG_NONE } };

	(void)state;
	for (unsigned i = 0; i < STEPS; i++) {
		if (pick(60) == 0)
			w.s = (struct session){ .lang = LANG_NONE };
		one_step(&w);
		if (i % 50 == 0)
			stop_holds(&w);
	}
	/* the walk must have been somewhere */
	assert_true(w.said > STEPS / 2 && w.silent > STEPS / 20 &&
	    w.refers > STEPS / 1000 && w.stops > STEPS / 100 && w.tasks > STEPS / 200);
}

/* Whoever answers only with digits that the question offers is referred after five answers at most. */
static void
five_answers(void **state)
{
	static const char *const digits[] = { "1", "2", "3", "4", "0", "jetiboy",
		"Шымкент" };

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		struct walk w = { .s = { .lang = LANG_NONE }, .in = { .now_ms = 1 } };

		w.in.country = "KZ";
		w.in.text = "yordam";
		assert_int_equal(flow_step(flows, &w.s, &w.in, &w.e), RC_OK);
		w.s.case_id = 1;
		referral_holds(&w);
		for (unsigned k = 0; k < 40 && !w.referred && w.s.step[0] != '\0'; k++) {
			w.in.text = digits[pick(ARRAY_LEN(digits))];
			assert_int_equal(flow_step(flows, &w.s, &w.in, &w.e), RC_OK);
			referral_holds(&w);
		}
		assert_true(w.answers <= 5);
		assert_true(w.referred || strcmp(session_slot(&w.s, "ngo"), "no") == 0 ||
		    w.s.step[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_walks),
		cmocka_unit_test(five_answers),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
