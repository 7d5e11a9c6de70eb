/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A million random steps over the shipped flows, from a fixed seed: every flow, every language, both
 * bearers; what must hold whatever a person sends. It names no text and no step. Called by make test;
 * SHYRAQ_WALK is another number of steps, SHYRAQ_SEED another seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow_view.h"
#include "flows_loaded.h"
#include "gsm.h"
#include "say_limits.h"
#include "screen.h"

#define STEPS 1000000
#define PAGES 8
#define HOUR 3600000LL
#define ANSWER_MS 90000LL /* S1 */
#define WINDOW_MS 900000LL

static const char *const texts[] = { "0", "1", "2", "3", "4", "5", "7", "9", "23", "2 3",
	"1 2 3", "12", "1.", " 1)", "999", "1000", "yordam", "помогите", "КӨМЕК", "help",
	"komek", "xavf", "опасно", "қауіп", "срочно", "tez", "STOP", "тоқта", "to'xta",
	"стоп пожалуйста", "?", "??", "", " ", "👍", "да", "нет", "иә", "yo'q", "ha",
	"kimsan", "кто это", "jetiboy", "Шымкент", "Алматы", "Петропавловск",
	"Усть-Каменогорск", "Солтүстік Қазақстан облысы", "Алматы Орал Семей",
	"қарамұрт ауылы", "русский", "qazaqsha", "ТІЛ", "english", "112", "erkak",
	"женщина", "они забрали мой паспорт и не дают денег", "{town}", "_echo", "%s%n",
	"-1", "22-23", "21:30-22", "7", "98", "00", "77", "не мой телефон", "Корея",
	"Бишкек" };
/* Words that open a flow each, in some language. */
static const char *const openers[] = { "yordam", "помогите", "КӨМЕК", "жардам", "кӯмак",
	"kömek", "help", "хабар", "сообщить", "report", "работа", "job", "ish", "инфо",
	"info", "посольство", "embassy", "жалоба", "complaint", "удалить", "erase",
	"отозвать", "пишите прямо", "пропал сын", "меню", "зарплата", "паспорт", "сбежал",
	"насилие", "за границу", "пособие", "регистрация", "договор" };
static const char *const names[] = { "русский", "қазақша", "o'zbekcha", "кыргызча",
	"тоҷикӣ", "türkmençe", "english" };
static const char *const phrases[] = { "come", "meet", "safe", "wait", "call112",
	"free" };
static const char *const countries[] = { "KZ", "KZ", "KZ", "UZ", "RU", "KG", "" };

static uint64_t seed = 42;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % n;
}

/* What is known about one person from outside. */
struct walk {
	struct session s;
	struct session before;
	struct session hidden;
	struct flow_input in;
	struct effects e;
	enum bearer bearer;
	bool yes;         /* said yes to an organisation in this case */
	bool referred;    /* a referral is due or gone */
	unsigned answers; /* before that */
	unsigned said, silent, refers, stops, tasks, dials, hides, restores, sent;
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
	char screen[SCREEN_MAX];
	bool more = w->e.text[0] != '\0';

	assert_null(strchr(w->e.text, '{'));
	assert_null(strchr(w->e.text, '}'));
	if (w->in.bearer == BEARER_SMS && size.parts > 2)
		fail_msg("%s %s to \"%s\", %u parts: %s", w->s.flow, w->s.step,
		    w->in.text, size.parts, w->e.text);
	for (unsigned page = 0; more && w->in.bearer == BEARER_USSD; page++) {
		assert_true(page < PAGES);
		assert_true(screen_page(w->e.text, page, screen, &more));
		assert_true(gsm_fits_screen(screen));
	}
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
	if (w->in.late || w->in.kind == INPUT_EXPIRED || w->in.kind == INPUT_TIMER)
		assert_int_equal(says, 0);
	else if (says == 0 &&
	    w->in.kind != INPUT_KNOCK) /* an end may be silent, a dialogue's not */
		assert_true(
		    w->s.stopped || (has(w, EFFECT_END) && w->in.bearer == BEARER_SMS));
	if (w->before.stopped && w->s.stopped)
		assert_int_equal(says, 0);
}

static enum say_as
sent_as(const struct walk *w, const struct effect *v)
{
	if (w->in.kind == INPUT_TIMER || w->in.kind == INPUT_EXPIRED)
		return SAY_NOTHING;
	if (w->in.kind == INPUT_KNOCK)
		return SAY_KNOCK;
	return v->stranger ? SAY_STRANGER : SAY_REPLY;
}

/* S1: what goes out as an SMS, as the workers send it, is inside the 90 s, or in the agreed hour. */
static void
window_holds(struct walk *w)
{
	int64_t now = w->in.now_ms;
	int64_t behind = w->in.late ? ANSWER_MS + pick((uint32_t)HOUR)
				    : pick((uint32_t)ANSWER_MS);
	struct say_times at = { .t0 = now - behind,
		.now = now,
		.until = now + pick((uint32_t)HOUR),
		.answer_ms = ANSWER_MS,
		.window_ms = WINDOW_MS,
		.late = w->in.late,
		.stopped = w->s.stopped };
	struct say_limits out;

	for (unsigned i = 0; i < w->e.n && w->bearer == BEARER_SMS; i++) {
		enum say_as as = sent_as(w, &w->e.v[i]);

		if (w->e.v[i].kind != EFFECT_SAY || !say_limits(as, &at, &out))
			continue;
		w->sent++;
		assert_true(now <= out.submit_by && now < out.window_until);
		if (as == SAY_KNOCK)
			assert_true(out.window_until <= at.until && !w->s.stopped);
		else
			assert_true(out.submit_by <= at.t0 + ANSWER_MS &&
			    out.window_until <= at.t0 + WINDOW_MS);
		assert_true(!w->before.stopped || !w->s.stopped);
	}
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
		if (v->kind == EFFECT_CONSENT && strcmp(v->name, "ngo") == 0)
			w->yes = strcmp(v->code, "yes") == 0;
		if (v->kind == EFFECT_ANSWER && strcmp(v->name, "region") != 0 &&
		    !w->referred)
			w->answers++;
		if (v->kind != EFFECT_REFER)
			continue;
		w->referred = true;
		w->refers++;
		assert_true(w->yes || w->s.class == CASE_DANGER ||
		    strcmp(session_slot(&w->s, "who"), "child") == 0 ||
		    strcmp(session_slot(&w->s, "about"), "others") == 0);
	}
}

/* A case that is closed gets nothing more, and nobody hears "sent" of it. */
static void
closed_holds(const struct walk *w)
{
	static const char *const sent[] = { "end.sent", "end.dialled", "end.redial",
		"end.witness", "end.code", "end.child" };
	bool closed = w->in.state == CASE_STATE_CLOSED && w->in.resume == RESUME_NONE &&
	    w->before.case_id != 0 && w->before.class != CASE_NONE;

	if (!closed || has(w, EFFECT_CASE_OPEN))
		return;
	for (unsigned i = 0; i < w->e.n; i++) {
		const struct effect *v = &w->e.v[i];

		assert_true(v->kind != EFFECT_REFER && v->kind != EFFECT_CASE_CLASS &&
		    v->kind != EFFECT_PLACE && v->kind != EFFECT_CONSENT);
		for (size_t k = 0; v->kind == EFFECT_SAY && k < ARRAY_LEN(sent); k++) {
			if (strcmp(v->key, sent[k]) == 0)
				fail_msg("%s to \"%s\" in %s %s", v->key, w->in.text,
				    w->before.flow, w->before.step);
		}
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
	if (!has(w, EFFECT_CASE_OPEN) && w->s.flow[0] != '\0' &&
	    w->s.case_id == w->before.case_id)
		assert_true(w->s.class >= w->before.class);
	for (int b = BEARER_SMS; b <= BEARER_USSD; b++) {
		struct flow_input in = w->in;

		in.bearer = (enum bearer)b;
		assert_int_equal(flow_screen(flows, &w->s, &in, screen), RC_OK);
		if (screen[0] == '\0')
			fail_msg("%s %s to \"%s\" (%d): no screen", w->s.flow, w->s.step,
			    w->in.text, w->in.kind);
	}
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

static enum input_kind
pick_kind(const struct walk *w)
{
	if (w->bearer == BEARER_USSD && (w->s.step[0] == '\0' || pick(15) == 0))
		return INPUT_DIAL;
	if (w->s.timer_ms != 0 && pick(20) == 0)
		return INPUT_TIMER;
	if (pick(200) == 0)
		return pick(2) == 0 ? INPUT_EXPIRED : INPUT_KNOCK;
	return w->bearer == BEARER_SMS && pick(50) == 0 ? INPUT_UNREADABLE : INPUT_TEXT;
}

static const char *
pick_text(const struct walk *w)
{
	if (w->s.step[0] == '\0' && pick(2) == 0)
		return openers[pick(ARRAY_LEN(openers))];
	if (pick(40) == 0)
		return names[pick(ARRAY_LEN(names))];
	return pick(3) != 0 ? texts[pick(8)] : texts[pick(ARRAY_LEN(texts))];
}

static void
pick_input(struct walk *w)
{
	enum input_kind kind = pick_kind(w);

	w->in = (struct flow_input){
		.kind = kind,
		.bearer = w->bearer,
		.text = kind == INPUT_TEXT ? pick_text(w) : "",
		.country = countries[pick(ARRAY_LEN(countries))],
		.now_ms = w->in.now_ms +
		    (pick(100) == 0 ? 80 * HOUR : pick(60) * 60000LL),
		.late = pick(20) == 0 || kind == INPUT_TIMER || kind == INPUT_EXPIRED,
		.state = (enum case_state)(pick(4) == 0 ? pick(5) : 0),
		.taken_at = "23:59",
		.night = pick(3) == 0,
		.follow = (enum follow)(pick(4) == 0 ? pick(3) : 0),
		.code = w->s.case_id != 0 ? "4821773100" : "",
		.resume = pick(100) == 0 ? (enum resume)(1 + pick(3)) : RESUME_NONE,
		.resumed = 2000 + (int64_t)pick(100000),
		.resumed_class = CASE_HELD,
		.job_answer = pick(20) == 0 ? "до 5 дек." : NULL,
		.hidden = w->bearer == BEARER_USSD ? &w->hidden : NULL,
	};
	if (pick(8) == 0)
		w->in.waiting = (struct flow_waiting){ phrases[pick(ARRAY_LEN(phrases))],
			pick(2) == 0 ? "04:00" : "",
			pick(2) == 0 ? "у базара, белая машина" : "" };
}

static void
one_step(struct walk *w)
{
	bool hidden = w->hidden.flow[0] != '\0';

	w->before = w->s;
	pick_input(w);
	if (w->s.expires_ms != 0 && w->in.now_ms >= w->s.expires_ms)
		w->before.class = CASE_NONE;
	assert_int_equal(flow_step(flows, &w->s, &w->in, &w->e), RC_OK);
	if (has(w, EFFECT_CASE_OPEN))
		w->s.case_id = 1 + pick(1000);
	speech_holds(w);
	window_holds(w);
	sizes_hold(w);
	referral_holds(w);
	closed_holds(w);
	state_holds(w);
	w->dials += w->in.kind == INPUT_DIAL;
	w->hides += !hidden && w->hidden.flow[0] != '\0';
	w->restores += hidden && w->hidden.flow[0] == '\0';
	w->said += w->e.text[0] != '\0';
	w->silent += w->e.text[0] == '\0';
	w->stops += has(w, EFFECT_STOP);
	w->tasks += has(w, EFFECT_TASK);
}

/* Which questions were open in which language: a bit a language. */
static uint8_t seen[64][128];

static void
note(const struct session *s)
{
	unsigned f = flow_view_find(flows, s->flow);

	if (f >= flow_views(flows) || f >= ARRAY_LEN(seen) || s->lang >= LANGS)
		return;
	for (unsigned i = 0; i < flow_view_at(flows, f).steps && i < ARRAY_LEN(seen[0]);
	     i++) {
		if (strcmp(flow_view_step(flows, f, i).name, s->step) == 0)
			seen[f][i] |= (uint8_t)(1U << s->lang);
	}
}

/* A walk that missed a question, or a flow in a language, has proved nothing of it. */
static void
was_everywhere(void)
{
	unsigned missed = 0;

	for (unsigned f = 0; f < flow_views(flows); f++) {
		struct flow_view v = flow_view_at(flows, f);
		uint8_t langs = 0;

		for (unsigned i = 0; v.newest && i < v.steps; i++) {
			struct step_view st = flow_view_step(flows, f, i);

			langs |= seen[f][i];
			if (st.kind == VIEW_ASK && seen[f][i] == 0) {
				missed++;
				print_message("never asked: %s %s\n", v.name, st.name);
			}
		}
		for (unsigned l = 0; v.newest && l < LANGS; l++) {
			if (!flow_view_has_lang(flows, (enum lang)l) ||
			    (langs & 1U << l) != 0)
				continue;
			missed++;
			print_message(
			    "never in %s: %s\n", lang_code((enum lang)l), v.name);
		}
	}
	assert_int_equal(missed, 0);
}

static void
random_walks(void **state)
{
	struct walk w = { .s = { .lang = LANG_NONE }, .hidden = { .lang = LANG_NONE } };
	const char *more = getenv("SHYRAQ_WALK"), *other = getenv("SHYRAQ_SEED");
	unsigned long steps = more != NULL ? strtoul(more, NULL, 10) : STEPS;

	(void)state;
	seed = other != NULL ? strtoul(other, NULL, 10) : seed;
	for (unsigned long i = 0; i < steps; i++) {
		if (pick(60) == 0) {
			w.s = (struct session){
				.lang = pick(3) == 0 ? LANG_NONE : (enum lang)pick(LANGS)
			};
			w.hidden = (struct session){ .lang = LANG_NONE };
			w.bearer = pick(2) == 0 ? BEARER_SMS : BEARER_USSD;
		} else if (pick(60) == 0) {
			w.bearer = w.bearer == BEARER_SMS ? BEARER_USSD : BEARER_SMS;
		}
		one_step(&w);
		note(&w.s);
		if (i % 50 == 0)
			stop_holds(&w);
	}
	/* the walk must have been somewhere */
	assert_true(w.said > steps / 2 && w.sent > steps / 4 && w.silent > steps / 40 &&
	    w.refers > steps / 1000 && w.stops > steps / 200 && w.tasks > steps / 400 &&
	    w.dials > steps / 50 && w.hides > steps / 5000 && w.restores > steps / 20000);
	if (steps >= STEPS)
		was_everywhere();
}

/* Whoever answers only with digits that the question offers is referred after five answers at most. */
static void
five_answers(void **state)
{
	static const char *const digits[] = { "1", "2", "3", "4", "0", "jetiboy",
		"Шымкент" };
	unsigned left = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		struct walk w = { .s = { .lang = LANG_NONE }, .in = { .now_ms = 1 } };

		w.in.country = "KZ";
		w.in.text = "yordam";
		assert_int_equal(flow_step(flows, &w.s, &w.in, &w.e), RC_OK);
		w.s.case_id = 1;
		referral_holds(&w);
		/* the menu of topics leads to other flows, which ask in another order */
		for (unsigned k = 0; k < 40 && !w.referred && w.s.step[0] != '\0' &&
		     strcmp(w.s.flow, "help") == 0;
		     k++) {
			w.in.text = digits[pick(ARRAY_LEN(digits))];
			assert_int_equal(flow_step(flows, &w.s, &w.in, &w.e), RC_OK);
			referral_holds(&w);
		}
		if (strcmp(w.s.flow, "help") != 0)
			continue;
		if (w.answers > 5)
			fail_msg(
			    "%u answers, the open question is %s", w.answers, w.s.step);
		assert_true(w.referred || strcmp(session_slot(&w.s, "ngo"), "no") == 0 ||
		    w.s.step[0] != '\0');
		left++;
	}
	assert_true(left > 2000);
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
