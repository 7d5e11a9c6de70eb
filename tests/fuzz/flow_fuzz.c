/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a conversation of up to eight inputs, over both bearers, with all that the turn may tell
 * the engine beside a text. It never checks which text is said. Called by make fuzz, from the top folder.
 *
 * A line is an input: five characters of six bits each, counted from '0' (head_of says which bit is what),
 * then the text, in which the byte 0xfe is a line end. "00000yordam" is an SMS from Kazakhstan.
 */
#include "flow.h"
#include "fuzz.h"
#include "gsm.h"
#include "screen.h"
#include "str.h"

#define INPUTS 8
#define HEAD 5
#define LINE_END 0xfe
#define TEXT_BYTES 16384
#define PAGES 8
#define SESSION_MS (72LL * 60 * 60 * 1000)

static struct flows *flows;

static void
load(void)
{
	struct flow_err err;

	if (flows_load("conf", &flows, &err) != RC_OK) {
		fputs(err.s, stderr);
		abort();
	}
}

/* A person as the turn keeps them between inputs. */
struct caller {
	struct session now, hidden;
	enum bearer bearer;
	int64_t clock_ms, cases;
	char text[3 * TEXT_BYTES + 1];
};

static unsigned
bits(uint8_t c, unsigned from, unsigned n)
{
	return ((unsigned)(uint8_t)(c - '0') >> from) & ((1U << n) - 1);
}

/* Words as a receiver's slot holds them: at most 40 characters, in the letters of the language. */
static const char *
waiting_words(enum lang l)
{
	if (l == LANG_NONE)
		return "";
	return l == LANG_UZ || l == LANG_TK || l == LANG_EN
	    ? "Ko'k darvoza yonida oq Damas turgan joyi"
	    : "У синих ворот стоит белая машина Дамас 4";
}

static void
head_of(struct caller *c, const uint8_t h[HEAD], bool first, struct flow_input *in)
{
	static const enum input_kind kinds[] = { INPUT_TEXT, INPUT_TEXT, INPUT_TEXT,
		INPUT_TEXT, INPUT_TEXT, INPUT_DIAL, INPUT_TIMER, INPUT_KNOCK };
	static const char *const countries[] = { "KZ", "UZ", "KG", "TJ", "TM", "RU", "TR",
		"" };
	static const char *const steps[] = { NULL, NULL, "come", "meet", "safe", "wait",
		"call112", "free" };
	static const int64_t later_ms[] = { 60000, 20 * 60000, 25 * 3600000LL,
		80 * 3600000LL };
	enum lang l = c->now.lang;

	if (first || bits(h[4], 2, 2) == 3)
		c->bearer = bits(h[0], 3, 1) != 0 ? BEARER_USSD : BEARER_SMS;
	in->kind = kinds[bits(h[0], 0, 3)];
	if (bits(h[4], 4, 2) == 3 && in->kind == INPUT_KNOCK)
		in->kind = bits(h[0], 4, 1) != 0 ? INPUT_UNREADABLE : INPUT_EXPIRED;
	if (in->kind == INPUT_DIAL)
		c->bearer = BEARER_USSD;
	in->bearer = in->kind == INPUT_TIMER || in->kind == INPUT_KNOCK ? BEARER_SMS
									: c->bearer;
	in->night = bits(h[0], 4, 1) != 0;
	in->job_answer = bits(h[0], 5, 1) != 0 ? "2 Firma topilmadi, pasport bermang"
					       : NULL;
	in->state = (enum case_state)(bits(h[1], 0, 3) % (CASE_STATE_CLOSED + 1));
	in->country = countries[bits(h[1], 3, 3)];
	in->helped = in->state == CASE_STATE_CLOSED && bits(h[3], 5, 1) != 0;
	if (in->state == CASE_STATE_TAKEN)
		memcpy(in->taken_at, "21:49", sizeof "21:49");
	if (bits(h[2], 0, 3) >= 5 && bits(h[4], 4, 2) == 2 && in->kind == INPUT_TEXT) {
		in->resume = (enum resume)(RESUME_OK + (int)bits(h[2], 0, 3) - 5);
		in->resumed = ++c->cases;
		in->resumed_class = (enum case_class)(CASE_OTHER + (int)bits(h[1], 0, 2));
		in->resumed_state = in->state;
	}
	in->late = bits(h[2], 3, 3) == 7;
	in->waiting.step = steps[bits(h[3], 0, 3)];
	in->waiting.at = bits(h[3], 3, 1) != 0 ? "04:00" : "";
	in->waiting.words = bits(h[3], 4, 1) != 0 ? waiting_words(l) : "";
	in->code = c->now.case_id != 0 ? "4821773100" : "";
	in->hidden = in->bearer == BEARER_USSD ? &c->hidden : NULL;
	in->now_ms = c->clock_ms += later_ms[bits(h[4], 0, 2)];
}

static bool
is_string(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

/* Codes and names only: nothing that a person could have typed stands in a session. */
static bool
is_code(const char *s)
{
	return s[strspn(s,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		   "_-:. @")] == '\0';
}

static void
session_holds(const struct session *s)
{
	insist(is_string(s->flow, sizeof s->flow) && is_code(s->flow));
	insist(is_string(s->step, sizeof s->step) && is_code(s->step));
	insist(s->lang <= LANG_NONE && s->class <= CASE_DANGER);
	insist(s->slots <= FLOW_SLOTS);
	for (unsigned i = 0; i < s->slots; i++) {
		const struct slot *v = &s->slot[i];

		insist(is_string(v->name, sizeof v->name) && v->name[0] != '\0');
		insist(is_string(v->code, sizeof v->code));
		insist(is_code(v->name) && is_code(v->code));
		insist(strpbrk(v->name, " ,=") == NULL);
		for (unsigned k = 0; k < i; k++)
			insist(strcmp(s->slot[k].name, v->name) != 0);
	}
}

/* S6, S10: a referral has a yes, or an exception that was told. */
static bool
may_refer(const struct session *s)
{
	return s->class == CASE_DANGER || strcmp(session_slot(s, "ngo"), "yes") == 0 ||
	    strcmp(session_slot(s, "who"), "child") == 0 ||
	    strcmp(session_slot(s, "about"), "others") == 0;
}

static void
effects_hold(
    const struct session *before, const struct session *s, const struct effects *e)
{
	unsigned of[EFFECT_END + 1] = { 0 };

	insist(e->n <= FLOW_EFFECTS);
	for (unsigned i = 0; i < e->n; i++) {
		const struct effect *v = &e->v[i];

		insist(v->kind <= EFFECT_END);
		of[v->kind]++;
		insist(is_string(v->name, sizeof v->name) &&
		    is_string(v->code, sizeof v->code));
		insist(is_code(v->name) && is_code(v->code));
		if (v->kind == EFFECT_REFER)
			insist(v->ms >= 0 && may_refer(s));
		if (v->kind == EFFECT_CASE_CLASS)
			insist(v->class > before->class || of[EFFECT_CASE_OPEN] > 0);
		if (v->kind == EFFECT_CONSENT)
			insist(v->key != NULL &&
			    (strcmp(v->code, "yes") == 0 || strcmp(v->code, "no") == 0));
		if (v->kind == EFFECT_DO)
			insist(v->name[0] != '\0' && strstr(FLOW_DO, v->name) != NULL);
	}
	insist(of[EFFECT_SAY] == (e->text[0] != '\0'));
	insist(of[EFFECT_CASE_OPEN] <= 1 && of[EFFECT_REFER] <= 1);
	insist(of[EFFECT_NARRATIVE] <= 1);
	insist(of[EFFECT_PLACE] <= 1);
}

static const struct effect *
said(const struct effects *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (e->v[i].kind == EFFECT_SAY)
			return &e->v[i];
	}
	return NULL;
}

/* As long as a text may be; what a human wrote about an offer is as long as it is. */
static void
size_holds(const struct flow_input *in, const struct effects *e)
{
	char page[SCREEN_MAX];
	bool more = true;

	insist(is_string(e->text, sizeof e->text));
	insist(str_is_utf8(e->text, strlen(e->text)));
	if (e->text[0] == '\0')
		return;
	insist(said(e)->key != NULL);
	if (in->bearer == BEARER_SMS) {
		insist(gsm_size_of(e->text).parts <= 2);
		return;
	}
	for (unsigned i = 0; more; i++) {
		insist(i < PAGES && screen_page(e->text, i, page, &more));
		insist(gsm_fits_screen(page));
	}
}

/* What may not be said at all: too late, after a stop, to a silence. */
static void
silence_holds(const struct session *before, const struct session *s,
    const struct flow_input *in, const struct effects *e)
{
	bool stopped = before->stopped && s->stopped;

	if (in->late || in->kind == INPUT_TIMER || in->kind == INPUT_EXPIRED || stopped)
		insist(e->text[0] == '\0');
	/* the end of a session leaves the answers of a case that still stands, and no question */
	if (in->kind == INPUT_EXPIRED)
		insist(s->step[0] == '\0' &&
		    (s->case_id != 0 || s->class != CASE_NONE || s->slots == 0));
	if (in->kind == INPUT_TEXT || in->kind == INPUT_DIAL)
		insist(s->expires_ms == in->now_ms + SESSION_MS);
	/* a new time is ahead; one that stands may be due */
	insist(s->timer_ms == 0 || s->timer_ms > in->now_ms ||
	    s->timer_ms == before->timer_ms);
}

/* What is said while a question stays open unsaid. */
static bool
is_aside(const char *key)
{
	static const char *const asides[] = { "call.", "stop.", "state.", "own.",
		"job.answer", "resume.wrong", "resume.locked" };

	for (size_t i = 0; i < ARRAY_LEN(asides); i++) {
		if (strncmp(key, asides[i], strlen(asides[i])) == 0)
			return true;
	}
	return false;
}

/* The question again: it changes nothing, it says the same twice, and what the step itself said. */
static void
screen_holds(
    const struct session *s, const struct flow_input *in, const struct effects *e)
{
	static char once[FLOW_TEXT_MAX], twice[FLOW_TEXT_MAX];
	struct session copy = *s;
	struct flow_input other = *in;
	const struct effect *say = said(e);

	insist(flow_screen(flows, s, in, once) == RC_OK);
	insist(flow_screen(flows, s, in, twice) == RC_OK);
	insist(strcmp(once, twice) == 0 && memcmp(&copy, s, sizeof copy) == 0);
	insist(str_is_utf8(once, strlen(once)));
	if (in->bearer == BEARER_USSD && say != NULL && s->step[0] != '\0' &&
	    session_slot(s, "_unsaid")[0] == '\0' && !is_aside(say->key))
		insist(strcmp(once, e->text) == 0);
	other.bearer = in->bearer == BEARER_SMS ? BEARER_USSD : BEARER_SMS;
	insist(flow_screen(flows, s, &other, twice) == RC_OK);
}

static void
input(struct caller *c, const uint8_t *data, size_t n, bool first)
{
	static const uint8_t none[HEAD] = "00000";
	static struct session before;
	static struct effects e;
	struct flow_input in = { .text = c->text };
	size_t len = 0;

	head_of(c, n >= HEAD ? data : none, first, &in);
	if (n > HEAD && in.kind != INPUT_UNREADABLE)
		len = str_clean_utf8(c->text, sizeof c->text, data + HEAD, n - HEAD);
	c->text[len] = '\0';
	before = c->now;
	insist(flow_step(flows, &c->now, &in, &e) == RC_OK);
	for (unsigned i = 0; i < e.n; i++) {
		if (e.v[i].kind == EFFECT_CASE_OPEN)
			c->now.case_id = ++c->cases;
	}
	if (before.expires_ms != 0 && in.now_ms >= before.expires_ms)
		before = (struct session){ .stopped = before.stopped };
	session_holds(&c->now);
	session_holds(&c->hidden);
	effects_hold(&before, &c->now, &e);
	silence_holds(&before, &c->now, &in, &e);
	size_holds(&in, &e);
	screen_holds(&c->now, &in, &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct caller c;
	static uint8_t line[HEAD + TEXT_BYTES];

	if (flows == NULL)
		load();
	c = (struct caller){ .now.lang = LANG_NONE, .hidden.lang = LANG_NONE };
	c.clock_ms = 1;
	for (unsigned i = 0; i < INPUTS && n > 0; i++) {
		const uint8_t *end = memchr(data, '\n', n);
		size_t len = end != NULL ? (size_t)(end - data) : n;

		if (len > sizeof line)
			return 0;
		for (size_t k = 0; k < len; k++)
			line[k] = data[k] == LINE_END ? '\n' : data[k];
		input(&c, line, len, i == 0);
		data += len + (end != NULL);
		n -= len + (end != NULL);
	}
	return 0;
}
