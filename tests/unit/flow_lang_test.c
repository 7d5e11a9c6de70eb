/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language of flow files: what a load refuses, with line and name, in small flows of the test's
 * own with one thing changed. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"

/* Another flow file beside them. */
static void
expect_beside(const char *flow, const char *want)
{
	char path[600];
	struct flows *f = NULL;
	struct flow_err err = { "" };
	enum rc rc;

	fixture_write("flows/beside.conf", flow, "we");
	rc = flows_load(fixture_dir, &f, &err);
	flows_free(f);
	assert_true(snprintf(path, sizeof path, "%s/flows/beside.conf", fixture_dir) > 0);
	(void)unlink(path);
	if (want == NULL && rc != RC_OK)
		fail_msg("%s", err.s);
	if (want != NULL && (rc != RC_REFUSED || strstr(err.s, want) == NULL))
		fail_msg("%s: %s\nlacks %s", flow, err.s, want);
}

static const char help[] = "flows/help.conf", topics[] = "flows/topics.conf";

static void
the_flows_load(void **state)
{
	struct flows *f;
	struct flow_err err;

	(void)state;
	if (flows_load(fixture_dir, &f, &err) != RC_OK)
		fail_msg("%s", err.s);
	assert_true(flows_has(f, "topics", 1));
	flows_free(f);
}

static void
names_of_a_flow(void **state)
{
	(void)state;
	expect(topics, "case = \"none\"", "case = \"maybe\"",
	    "topics.conf:1: case: unknown; allowed: open none");
	expect(topics, "opening = \"answers\"", "opening = \"asks\"", "opening: unknown");
	expect(
	    help, "dial = \"yes\"", "dial = \"no\"", "dial: unknown; allowed: \"yes\"");
	expect(help, "again = \"again\"", "again = \"anew\"", "no step is named anew");
	expect(topics, "opening = \"answers\";", "dial = \"yes\";",
	    "a dial opens another flow already");
	expect(topics, "\"info\", \"job\"", "\"info\", \"help\"",
	    "another flow has one of them");
	expect(topics, "\"info\", \"job\"", "\"info\", \"woman\"",
	    "topics.conf:1: intents: woman has no words in ru");
	expect(topics, "start = \"topic\"", "start = \"company\"",
	    "company: the opening text answers it; allowed: a choice");
}

static void
a_file(void **state)
{
	(void)state;
	expect(help, "version = 1;", "version = 1; speed = 2;",
	    "help.conf:1: speed: unknown name");
	expect(help, "version = 1;", "version = \"1\";",
	    "help.conf:1: version: not a number");
	expect(help, "version = 1;", "", "version is missing");
	expect(help, "version = 1;", "@include \"x\"",
	    "help.conf:1: file: @include is not taken");
	expect(help, "version = 1;", "version = ;", "help.conf:1: file: syntax error");
	expect(help, "next = \"where\"", "next = \"were\"", "no step is named were");
	expect(help, "{ name = \"far\"",
	    "{ name = \"taken\"; end = \"t.far\"; },\n{ name = \"far\"",
	    "the step taken is there twice");
	expect(help, "end = \"t.far\"", "next = \"taken\"", "does nothing");
	expect_beside("name = \"help\"; version = 1; start = \"a\"; steps = (\n"
		      "{ name = \"a\"; end = \"-\"; } );\n",
	    "flow help has version 1 in another file too");
}

static void
names_of_a_question(void **state)
{
	(void)state;
	expect(help, "ask = \"several\"", "ask = \"quiz\"", "ask: unknown kind");
	expect(help, "class = \"held\"", "class = \"red\"", "unknown class");
	expect(help, "words = [\"yes\"]", "words = [\"yep\"]", "is no class of words");
	expect(help, "digit = 2; code = \"no\"", "digit = 1; code = \"no\"",
	    "digit 1 is given twice");
	expect(help, "slot = \"calm\"", "slot = \"_calm\"", "names with _");
	expect(help, "slot = \"what\";", "slot = \"what\"; next_step = \"x\";",
	    "unknown name");
	expect(help, "text = \"t.notice\";", "text = \"t.notice\"; slot = \"x\";",
	    "slot: unknown name");
	expect(help, "ask = \"notice\"", "ask = \"notices\"", "place notice hour");
	expect(help, "borrowed = \"borrowed\";", "borrowed = \"lent\";",
	    "no step is named lent");
	expect(help, "place = \"yes\"; skip = \"open\"",
	    "place = \"no\"; skip = \"open\"",
	    "place: unknown; allowed: \"yes\", or nothing");
	expect(help, "skip = \"open\"", "skip = \"opened\"", "no step is named opened");
	expect(help, "digit = 12", "digit = 100", "digit: not a number in range");
	expect(help, "digit = 3; code = \"papers\"", "digit = 12; code = \"papers\"",
	    "digit: not a number in range; allowed: 0 to 9");
	expect(help, "{ digit = 3; code = \"papers\"; }", "{ digit = 3; }",
	    "code is missing");
	expect(help, "{ digit = 1; code = \"unpaid\"; }",
	    "{ digit = 1; code = \"unpaid\"; place = \"KZ\"; }", "place: unknown name");
	expect(topics, "place = \"KZ\"", "place = \"XX\"",
	    "land: option 1: conf/places has no XX");
	expect(help, "after_s = 60; next = \"alarm\"", "after_s = 0; next = \"alarm\"",
	    "after_s: not a number in range");
	expect(help, "after_s = 60; next = \"alarm\"", "after_s = 60",
	    "silence: next is missing");
}

static void
names_of_a_step(void **state)
{
	(void)state;
	expect(help, "bearer = \"ussd\"", "bearer = \"fax\"",
	    "bearer: unknown; allowed: sms ussd");
	expect(help, "state = \"taken\"", "state = \"lost\"",
	    "state: unknown; allowed: none");
	expect(help, "abroad = \"yes\"; ", "", "a rule without a test");
	expect(help, "register = \"plain\"", "register = \"loud\"",
	    "register: unknown; allowed: cover plain");
	expect(topics, "register = \"plain\"", "register = \"any\"",
	    "register: unknown; allowed: cover plain");
	expect(help, "do = \"safe_time\"", "do = \"magic\"",
	    "do: unknown deed; allowed: safe_time");
	expect(help, "{ name = \"safe\"; do", "{ name = \"safe\"; code_of = \"hour\"; do",
	    "code_of goes with withdraw and told");
	expect(help, "code_of = \"what\"; ", "", "code_of goes with withdraw and told");
	expect(help, "code_of = \"what\"", "code_of = \"whom\"",
	    "told: no question has the slot whom");
	expect(help, "slot = \"hour\"", "slot = \"time\"",
	    "safe: no question has the slot hour");
	expect(help, "flow = \"topics\"", "flow = \"topic\"",
	    "topics: no flow is named topic");
	expect(topics, "at = \"notice\"", "at = \"quietly\"",
	    "person: the flow help has no step quietly");
	expect(help, "flow = \"topics\";", "flow = \"topics\"; next = \"calm\";",
	    "next: unknown name");
}

static void
consents(void **state)
{
	(void)state;
	expect(help, " plain = \"yes\";", "",
	    "police: police is asked in plain words alone");
	expect(help, "slot = \"open\"", "slot = \"opened\"",
	    "police: no leave for plain words before it");
	expect(help, "text = \"t.count\"", "plain = \"yes\"; text = \"t.count\"",
	    "count: without leave a plain question is answered no");
	expect(help, "text = \"t.calm\"", "plain = \"yes\"; text = \"t.calm\"",
	    "calm: no leave for plain words before it");
	expect(help, "  consent = \"ngo\";\n", "",
	    "ngo: the slot ngo is a consent's; allowed: consent = \"ngo\"");
	expect("policies/ngo_first.conf", "[\"child\", \"danger\"]", "[\"child\"]",
	    "no country has the exception danger");
	expect(help, "under = \"ngo\"", "under = \"witness\"",
	    "refer: no question has the slot about with the code others");
	expect(help, "under = \"ngo\"", "under = \"embassy\"",
	    "no question asks for the consent embassy");
}

static void
flows_without_a_case(void **state)
{
	(void)state;
	expect(topics, "{ register = \"plain\"; }", "{ class = \"held\"; }",
	    "open: a flow without a case has a class");
	expect(topics, "set = { register = \"plain\"; }",
	    "refer = { after_s = 0; under = \"danger\"; }",
	    "open: a flow without a case has refer");
	expect(topics, "slot = \"now\";", "slot = \"now\"; consent = \"now\";",
	    "now: a flow without a case has a consent");
	expect(topics, "code = \"no\"; words", "code = \"no\"; class = \"held\"; words",
	    "now: a flow without a case has a class");
}

static void
ways_through(void **state)
{
	(void)state;
	expect_beside("name = \"far\"; version = 1; start = \"a\"; steps = (\n"
		      "{ name = \"a\"; flow = \"topics\"; at = \"looked\"; } );\n",
	    NULL);
	expect_beside(
	    "name = \"far\"; version = 1; start = \"a\"; steps = (\n"
	    "{ name = \"a\"; ask = \"notice\"; text = \"t.notice\"; next = \"b\"; },\n"
	    "{ name = \"b\"; flow = \"far\"; } );\n",
	    "a: a dead end");
	expect_beside(
	    "name = \"far\"; version = 1; start = \"a\"; steps = (\n"
	    "{ name = \"a\"; branch = ( { bearer = \"sms\"; next = \"b\"; } );\n"
	    "  else = \"c\"; },\n"
	    "{ name = \"b\"; flow = \"far\"; },\n"
	    "{ name = \"c\"; flow = \"topics\"; at = \"looked\"; } );\n",
	    "circle without a question");
	expect(
	    help, "skip = \"again\"; next = \"told\"", "next = \"words\"", "a dead end");
	/* a notice is passed by on SMS, a plain question without leave */
	expect(help, "text = \"t.notice\"; next = \"calm\"",
	    "text = \"t.notice\"; next = \"hello\"", "circle without a question");
	/* only another flow enters it */
	expect(help, "{ name = \"taken\"",
	    "{ name = \"door\"; end = \"t.far\"; },\n{ name = \"taken\"",
	    "door: nothing leads here");
	expect(help, "next = \"who\"; },",
	    "next = \"order\"; },\n{ name = \"order\"; do = \"told\";\n"
	    "code_of = \"what\"; next = \"who\"; },",
	    NULL);
	expect_beside(
	    "name = \"phrase\"; version = 1; case = \"none\"; start = \"come\"; steps = (\n"
	    "{ name = \"come\"; ask = \"notice\"; text = \"t.notice\"; next = \"e\"; },\n"
	    "{ name = \"e\"; end = \"-\"; } );\n",
	    "phrase: no question is named meet");
}

static void
too_much(void **state)
{
	static char many[20000];
	size_t len = 0;

	(void)state;
	/* each step fills one more slot and asks nothing */
	len += (size_t)snprintf(many, sizeof many,
	    "name = \"many\"; version = 1; start = \"s0\"; steps = (\n");
	for (int i = 0; i < 42; i++)
		len += (size_t)snprintf(many + len, sizeof many - len,
		    "{ name = \"s%d\"; ask = \"number\"; text = \"t.count\"; slot = \"n%d\";"
		    " next = \"s%d\"; },\n",
		    i, i, i + 1);
	(void)snprintf(
	    many + len, sizeof many - len, "{ name = \"s42\"; end = \"-\"; } );\n");
	expect_beside(many, "many: too many slots");
	len = (size_t)snprintf(many, sizeof many,
	    "name = \"many\"; version = 1; start = \"s0\"; steps = (\n");
	for (int i = 0; i < 15; i++)
		len += (size_t)snprintf(many + len, sizeof many - len,
		    "{ name = \"s%d\"; set = { slot = \"n\"; code = \"%d\"; }; next = \"s%d\"; },\n",
		    i, i, i + 1);
	(void)snprintf(
	    many + len, sizeof many - len, "{ name = \"s15\"; end = \"-\"; } );\n");
	expect_beside(many, "more than 14 effects before one");
}

static void
words_and_screens(void **state)
{
	static const char numbers[] = "[\"три\"]";

	(void)state;
	expect("words/ru.conf", numbers, "[\"раз\"]", "\"раз\" is 1 already");
	expect("words/ru.conf", numbers, "[\"три четыре\"]", "no number word");
	expect("words/ru.conf", "\"ЧУЖОЙ\"", "\"ЧУЖОЙ\", \"СПРАВКА\"", NULL);
	expect("words/ru.conf", "\"ПИШИТЕ ОТКРЫТО\"", "\"СПРАВКА\"",
	    "is also plain in a list");
	expect("po/ru.po", "msgid \"t.calm\"", "msgid \"t.calm@ussd\"", "no cover text");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_flows_load),
		cmocka_unit_test(a_file),
		cmocka_unit_test(names_of_a_flow),
		cmocka_unit_test(names_of_a_question),
		cmocka_unit_test(names_of_a_step),
		cmocka_unit_test(consents),
		cmocka_unit_test(flows_without_a_case),
		cmocka_unit_test(ways_through),
		cmocka_unit_test(too_much),
		cmocka_unit_test(words_and_screens),
	};

	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
