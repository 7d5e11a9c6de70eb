/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of docs/SAFETY.md that no other test looks at: who may be referred in a flow that forgets to
 * ask, what no text may say, which choice is named first. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"
#include "match.h"
#include "text_po.h"

#define MINUTE 60000LL
#define NEVER "tests/rules/never.txt"

static struct flows *shipped;
static struct session s;
static struct effects e;
static struct flow_input in;

static int
open_all(void **state)
{
	struct flow_err err;

	if (flows_load("conf", &shipped, &err) != RC_OK)
		fail_msg("%s", err.s);
	return fixture_open(state);
}

static int
close_all(void **state)
{
	flows_free(shipped);
	return fixture_close(state);
}

static int
anew(void **state)
{
	(void)state;
	s = (struct session){ .lang = LANG_NONE };
	in = (struct flow_input){ .country = "KZ", .now_ms = 1000, .taken_at = "21:49" };
	return 0;
}

static const struct effect *
effect_of(enum effect_kind kind)
{
	for (unsigned i = 0; i < e.n; i++) {
		if (e.v[i].kind == kind)
			return &e.v[i];
	}
	return NULL;
}

static void
put(const struct flows *f, enum input_kind kind, const char *text)
{
	in.kind = kind;
	in.text = text;
	in.now_ms += MINUTE;
	assert_int_equal(flow_step(f, &s, &in, &e), RC_OK);
	if (effect_of(EFFECT_CASE_OPEN) != NULL)
		s.case_id = 317;
}

static void
says(const char *key)
{
	const struct effect *v = effect_of(EFFECT_SAY);

	assert_string_equal(v != NULL ? v->key : "", key);
}

/* S1: what only a clock has begun is said to nobody, whoever runs the clock. */
static void
a_timer_says_nothing(void **state)
{
	(void)state;
	put(shipped, INPUT_TEXT, "работа");
	put(shipped, INPUT_TEXT, "опасно");
	assert_true(s.timer_ms != 0);
	in.late = false;
	put(shipped, INPUT_TIMER, "");
	assert_non_null(effect_of(EFFECT_TASK));
	says("");
	assert_string_equal(e.text, "");
}

/* The small flow of the fixture with one thing changed, up to the question about an organisation. */
static struct flows *
careless(const char *old, const char *new)
{
	static char changed[FIXTURE_BYTES];
	static const char *const texts[] = { "помощь", "1", "0", "1", "1" };
	struct flows *f = NULL;
	struct flow_err err = { "" };
	const char *at = strstr(fixture_help, old);

	assert_non_null(at);
	assert_true(
	    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - fixture_help),
		fixture_help, new, at + strlen(old)) > 0);
	fixture_write("flows/help.conf", changed, "we");
	if (flows_load(fixture_dir, &f, &err) != RC_OK)
		fail_msg("%s", err.s);
	fixture_write("flows/help.conf", fixture_help, "we");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		put(f, INPUT_TEXT, texts[i]);
	assert_string_equal(s.step, "ngo");
	return f;
}

#define NO_LEADS_ON "words = [\"no\"]; next = \"held_for\""

/* S6: a flow that refers after a no by mistake refers nobody. */
static void
a_no_refers_nobody(void **state)
{
	struct flows *f = careless(NO_LEADS_ON, "words = [\"no\"]; next = \"refer\"");

	(void)state;
	put(f, INPUT_TEXT, "2");
	assert_non_null(effect_of(EFFECT_CONSENT));
	assert_null(effect_of(EFFECT_REFER));
	flows_free(f);
	anew(NULL);
	f = careless(NO_LEADS_ON, "words = [\"no\"]; next = \"refer\"");
	put(f, INPUT_TEXT, "1");
	assert_non_null(effect_of(EFFECT_REFER));
	flows_free(f);
}

/* S6: the exception for danger is for danger alone. */
static void
exceptions_are_narrow(void **state)
{
	struct flows *f = careless(
	    NO_LEADS_ON, "words = [\"no\"]; next = \"alarm_refer\"");

	(void)state;
	put(f, INPUT_TEXT, "2");
	assert_int_equal(s.class, CASE_OTHER);
	assert_null(effect_of(EFFECT_REFER));
	flows_free(f);
}

/* One line of the list: "S7 ru word*", held against a text as people's words are. */
static bool
holds(const struct folded *text, const struct folded *word, bool open)
{
	for (unsigned i = 0; i + word->tokens <= text->tokens; i++) {
		size_t n, want;
		const char *has = match_span(text, i, word->tokens, &n);
		const char *no = match_span(word, 0, word->tokens, &want);

		if (n >= want && memcmp(has, no, want) == 0 && (open || n == want))
			return true;
	}
	return false;
}

static unsigned
look_for(const char *rule, enum lang l, const char *line)
{
	static struct folded text, word;
	const struct texts *all = flows_texts(shipped);
	size_t n = strlen(line);
	unsigned looked = 0;

	match_fold(&word, line);
	assert_true(word.tokens > 0);
	for (size_t i = 0; i < texts_count(all); i++) {
		struct text_row r = texts_row(all, i);

		/* a receiver's text is held to the same */
		if (r.lang != l)
			continue;
		match_fold(&text, r.text);
		looked++;
		if (holds(&text, &word, n > 0 && line[n - 1] == '*'))
			fail_msg(
			    "%s: %s.po: %s says \"%s\"", rule, lang_code(l), r.key, line);
	}
	return looked;
}

static void
never(const char *rule)
{
	char line[256];
	unsigned lines = 0;
	FILE *list = fopen(NEVER, "re");

	assert_non_null(list);
	while (fgets(line, sizeof line, list) != NULL) {
		char code[3] = "", of[4] = "";
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%3s %2s %n", of, code, &at) < 2 ||
		    strcmp(of, rule) != 0)
			continue;
		assert_true(lang_parse(code) < LANGS && line[at] != '\0');
		if (look_for(rule, lang_parse(code), line + at) > 0)
			lines++;
	}
	(void)fclose(list);
	assert_true(lines >= 10);
}

/* S7: no text asks for a name, a document or a status, promises, says "illegal" or "missing". */
static void
never_asked_never_promised(void **state)
{
	(void)state;
	never("S7");
}

static void
has_notes(const char *path, const struct po_record *r)
{
	static const char *const notes[] = { "where: ", "limit: ", "tone: " };

	for (unsigned i = 0; i < ARRAY_LEN(notes) && r->key[0] != '\0'; i++) {
		const char *note = strstr(r->comment, notes[i]);

		if (note == NULL || strcspn(note + strlen(notes[i]), "\n") < 3)
			fail_msg("%s: %s has no \"%s\"", path, r->key, notes[i]);
	}
}

/* Whoever translates or signs is told with each text where it stands, how long it may be, and its tone. */
static void
texts_say_where_and_how(void **state)
{
	(void)state;
	for (unsigned l = 0; l < LANGS; l++) {
		struct text_err err;
		struct po_stream po;
		struct po_record r;
		size_t at = 0, seen = 0;
		char path[64];

		assert_true(
		    po_path(path, sizeof(path), "conf/po", lang_code((enum lang)l)));
		assert_int_equal(po_read(path, &po, &err), RC_OK);
		for (; po_next(&po, &at, &r); seen++)
			has_notes(path, &r);
		assert_true(seen > 400);
		free(po.bytes);
	}
}

/* S17: nobody is called a victim. */
static void
nobody_is_called_a_victim(void **state)
{
	(void)state;
	never("S17");
}

/* The question "what" of the flow help, by this bearer and for this person. */
static void
to_what(enum bearer b, const char *who)
{
	static const char *const sms[] = { "помогите", "1", "0" };
	static const char *const dialled[] = { "2", "1", "1", "3" };

	anew(NULL);
	in.bearer = b;
	if (b == BEARER_USSD)
		put(shipped, INPUT_DIAL, "");
	for (size_t i = 0; b == BEARER_USSD && i < ARRAY_LEN(dialled); i++)
		put(shipped, INPUT_TEXT, dialled[i]);
	for (size_t i = 0; b == BEARER_SMS && i < ARRAY_LEN(sms); i++)
		put(shipped, INPUT_TEXT, sms[i]);
	if (b == BEARER_USSD)
		put(shipped, INPUT_TEXT, who);
	assert_memory_equal(s.step, "what", 4);
}

/* S7: work without pay is the first choice, and a text names no sex; a screen does, and to no child. */
static void
work_comes_first(void **state)
{
	static const struct {
		enum bearer bearer;
		const char *who; /* on the screen: 1 a woman, 4 a child */
		bool sex;
	} rows[] = { { BEARER_SMS, "", false }, { BEARER_USSD, "1", true },
		{ BEARER_USSD, "4", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool sex = false;

		for (int digit = '1'; digit <= '9'; digit++) {
			const char text[] = { (char)digit, '\0' };
			const char *what;

			to_what(rows[i].bearer, rows[i].who);
			put(shipped, INPUT_TEXT, text);
			what = session_slot(&s, "what");
			sex = sex || strcmp(what, "sex") == 0;
			if (digit == '1')
				assert_string_equal(what, "unpaid");
		}
		assert_int_equal(sex, rows[i].sex);
	}
}

/* S8: the two languages that a number speaks stand first on the row. */
static void
row_by_number(void **state)
{
	static const struct {
		const char *country, *row;
	} rows[] = { { "KZ", "1 Қаз 2 Рус" }, { "UZ", "1 O'zb 2 Рус" },
		{ "KG", "1 Кыр 2 Рус" }, { "RU", "1 Рус 2 Қаз" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		anew(NULL);
		in.country = rows[i].country;
		put(shipped, INPUT_TEXT, "ТІЛ");
		says("first.row");
		if (strncmp(e.text, rows[i].row, strlen(rows[i].row)) != 0)
			fail_msg("%s: %s", rows[i].country, e.text);
	}
}

/* S19: sent, but everybody sleeps. */
static void
night_has_a_text(void **state)
{
	(void)state;
	s.lang = LANG_RU;
	in.state = CASE_STATE_SENT;
	in.night = true;
	put(shipped, INPUT_TEXT, "?");
	says("state.night");
	in.state = CASE_STATE_TAKEN;
	put(shipped, INPUT_TEXT, "?");
	says("state.taken");
}

#define TEST(f) cmocka_unit_test_setup(f, anew)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_timer_says_nothing),
		TEST(a_no_refers_nobody),
		TEST(exceptions_are_narrow),
		TEST(never_asked_never_promised),
		TEST(texts_say_where_and_how),
		TEST(nobody_is_called_a_victim),
		TEST(work_comes_first),
		TEST(row_by_number),
		TEST(night_has_a_text),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
