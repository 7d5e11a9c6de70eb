/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a talk that ask the database: the case, its slots, consents and tasks, and who was asked.
 * It changes nothing. Called by talk_lines.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "talk.h"

static const char *
key_or_silence(const char *key)
{
	return key[0] == '\0' ? "nothing" : key;
}

struct receiver *
talk_receiver_by(char letter)
{
	for (size_t i = 0; i < talk_receivers_n; i++) {
		if (talk_receivers[i].letter == letter)
			return &talk_receivers[i];
	}
	return NULL;
}

static bool
on_case(struct talk *k, struct mobile *m, const char *arg)
{
	struct facts c;
	char now[64];

	history(k, "case %s", arg);
	if (!facts_case(m, &c))
		return strcmp(arg, "none") == 0 || fail(k, "there is no case");
	snprintf(now, sizeof(now), "%s %s", c.state, c.class);
	return strcmp(now, arg) == 0 || fail(k, "the case is: %s", now);
}

static bool
on_task(struct talk *k, struct mobile *m, const char *arg)
{
	struct db_rows *r = NULL;
	char kinds[256] = "";

	if (facts_task(m, arg))
		return true;
	if (db_run0(world.db, TALK(TALK_TASKS), &r) == RC_OK)
		(void)!str_copy(kinds, sizeof(kinds), db_get_text(r, 0, 0));
	db_rows_free(r);
	return fail(k, "no task %s; there are: %s", arg, key_or_silence(kinds));
}

static bool
on_no_task(struct talk *k, struct mobile *m, const char *arg)
{
	return !facts_task(m, arg) || fail(k, "there is a task %s", arg);
}

static bool
on_task_open(struct talk *k, struct mobile *m, const char *arg)
{
	return facts_task_open(m, arg) || fail(k, "no task %s is open", arg);
}

static bool
on_task_done(struct talk *k, struct mobile *m, const char *arg)
{
	return (facts_task(m, arg) && !facts_task_open(m, arg)) ||
	    fail(k, "the task %s is open, or there is none", arg);
}

static bool
on_slot(struct talk *k, struct mobile *m, const char *arg)
{
	char name[FLOW_NAME_MAX], code[FLOW_CODE_MAX];
	size_t n = strcspn(arg, " ");
	const char *want = arg + n + (arg[n] == ' ');

	if (!str_copy_bytes(name, sizeof(name), arg, n))
		return fail(k, "slot NAME CODE");
	if (!facts_slot(m, name, code))
		return strcmp(want, "-") == 0 ||
		    fail(k, "slot %s was not answered", name);
	return strcmp(code, want) == 0 || fail(k, "slot %s is %s", name, code);
}

static bool
on_consent(struct talk *k, struct mobile *m, const char *arg)
{
	char kind[FLOW_NAME_MAX];
	size_t n = strcspn(arg, " ");
	const char *want = arg + n + (arg[n] == ' ');
	bool yes = false;

	if (!str_copy_bytes(kind, sizeof(kind), arg, n))
		return fail(k, "consent KIND yes|no|-");
	if (!facts_consent(m, kind, &yes))
		return strcmp(want, "-") == 0 || fail(k, "no consent for %s", kind);
	return strcmp(yes ? "yes" : "no", want) == 0 ||
	    fail(k, "the consent for %s is %s", kind, yes ? "yes" : "no");
}

/* S10: the text, the flow and its version, and the language that were said yes or no to. */
static bool
on_wording(struct talk *k, struct mobile *m, const char *arg)
{
	char kind[FLOW_NAME_MAX], got[TALK_WORDING];
	size_t n = strcspn(arg, " "), want;
	char *end = NULL;

	if (!str_copy_bytes(kind, sizeof(kind), arg, n) || arg[n] == '\0')
		return fail(k, "wording KIND KEY FLOW");
	arg += n + 1;
	want = strlen(arg);
	facts_wording(m, kind, got);
	return (strncmp(got, arg, want) == 0 && got[want] == '/' &&
		   strtoul(got + want + 1, &end, 10) > 0 && *end == ' ' &&
		   lang_parse(end + 1) == m->session.lang) ||
	    fail(k, "the wording of %s is %s", kind, got);
}

/* Nothing of the outbox ever went to this phone. */
static bool
on_no_sms(struct talk *k, struct mobile *m, const char *arg)
{
	(void)arg;
	for (size_t i = 0; i < m->said_n; i++) {
		if (!m->said[i].ussd)
			return fail(k, "%s went out as a text", m->said[i].key);
	}
	return true;
}

static bool
on_speaks(struct talk *k, struct mobile *m, const char *arg)
{
	enum lang want = lang_parse(arg);

	if (heard_forced != LANG_NONE)
		return true;
	if (m->said_n == 0)
		return fail(k, "nothing was said yet");
	return m->session.lang == want ||
	    fail(k, "it speaks %s", lang_code(m->session.lang));
}

static bool
on_flow(struct talk *k, struct mobile *m, const char *arg)
{
	const char *now = m->session.step[0] == '\0' ? "none" : m->session.flow;

	return strcmp(now, arg) == 0 ||
	    fail(k, "the open question is of: %s (%s)", now, m->session.step);
}

static bool
asked(struct talk *k, struct mobile *m, const char *arg, bool want)
{
	struct facts c = { 0 };

	(void)!facts_case(m, &c);
	for (; *arg != '\0'; arg++) {
		const struct receiver *r = talk_receiver_by(*arg);

		if (r != NULL && facts_asked(c.id, r->id) != want)
			return fail(k, "%c was %sasked", r->letter, want ? "not " : "");
	}
	return true;
}

static bool
on_asked(struct talk *k, struct mobile *m, const char *arg)
{
	return asked(k, m, arg, true);
}

static bool
on_not_asked(struct talk *k, struct mobile *m, const char *arg)
{
	return asked(k, m, arg, false);
}

const struct command talk_checks[] = {
	{ "asked", on_asked },
	{ "not asked", on_not_asked },
	{ "case", on_case },
	{ "consent", on_consent },
	{ "wording", on_wording },
	{ "flow", on_flow },
	{ "no sms", on_no_sms },
	{ "no task", on_no_task },
	{ "slot", on_slot },
	{ "speaks", on_speaks },
	{ "task done", on_task_done },
	{ "task open", on_task_open },
	{ "task", on_task },
};
const size_t talk_checks_n = ARRAY_LEN(talk_checks);
