/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl flow try: the pure engine in a terminal, with no modem, no database and a clock that is set
 * by hand. It carries out of an effect only what the next answer depends on. Called by ctl.c.
 */
#include "ctl_flow_try.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "screen.h"
#include "str.h"

#define DAY_MS (24LL * 60 * 60 * 1000)
#define CODE "4821773100" /* of every case tried */
#define DUE_MAX 64        /* things that fall due while the clock moves */

struct trying {
	struct ctl *c;
	struct flows *f;
	struct flows *opening; /* for the first step, NULL after it */
	const char *country;
	struct trial t, before;
	bool echo; /* stdin is a script */
	bool failed;
};

static struct trial_case *
case_of(struct trial *t)
{
	int64_t id = t->s.case_id;

	return &t->v[id > 0 && id < TRIAL_CASES ? id : 0];
}

/* A text of ten digits is a code; here there is one right one. */
static enum resume
resume_of(const char *text)
{
	char digits[16];
	size_t n = 0;

	for (; *text != '\0' && n < sizeof(digits) - 1; text++) {
		if (*text >= '0' && *text <= '9')
			digits[n++] = *text;
		else if (*text != ' ')
			return RESUME_NONE;
	}
	digits[n] = '\0';
	if (n != strlen(CODE))
		return RESUME_NONE;
	return strcmp(digits, CODE) == 0 ? RESUME_OK : RESUME_WRONG;
}

static void
carry_out(struct trial *t, const struct effects *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		const struct effect *v = &e->v[i];

		if (v->kind == EFFECT_CASE_OPEN) {
			t->cases += t->cases + 1 < TRIAL_CASES;
			t->s.case_id = t->cases;
			*case_of(t) = (struct trial_case){ .state = CASE_STATE_NONE };
		} else if (v->kind == EFFECT_REFER &&
		    case_of(t)->state == CASE_STATE_NONE) {
			case_of(t)->state = CASE_STATE_SENT;
		} else if (v->kind == EFFECT_READ) {
			if (strcmp(v->name, "job") == 0)
				case_of(t)->job[0] = '\0';
			else
				case_of(t)->step[0] = '\0';
		}
	}
}

static const char *
key_said(const struct effects *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		if (e->v[i].kind == EFFECT_SAY)
			return e->v[i].key;
	}
	return NULL;
}

/* By USSD the dialogue ends with the last page of a text that asks nothing. */
static void
settle_dialogue(struct trial *t)
{
	char screen[SCREEN_MAX];
	bool more = false;

	if (screen_page(t->text, t->page, screen, &more))
		t->dialogue = t->s.step[0] != '\0' || more;
}

static void
step(struct trying *y, enum input_kind kind, const char *text)
{
	struct trial *t = &y->t;
	struct trial_case v = *case_of(t);
	char day[CTL_TIME_MAX];
	struct flow_input in = { .kind = kind,
		.bearer = t->bearer,
		.text = text,
		.country = y->country,
		.now_ms = t->now_ms,
		.state = v.state,
		.night = v.night,
		.code = t->s.case_id > 0 ? CODE : "",
		.resume = kind == INPUT_TEXT ? resume_of(text) : RESUME_NONE,
		.resumed = 1,
		.resumed_class = CASE_OTHER,
		.resumed_state = t->v[1].state,
		.job_answer = v.job[0] != '\0' ? v.job : NULL,
		.hidden = t->bearer == BEARER_USSD ? &t->hidden : NULL };
	struct effects *e = xcalloc(1, sizeof(*e));
	struct flows *f = y->opening != NULL ? y->opening : y->f;

	memcpy(in.taken_at, v.taken_at, sizeof(in.taken_at));
	ctl_time(day, t->now_ms); /* "2026-11-22 ..." */
	snprintf(in.job_at, sizeof(in.job_at), "%.2s.%.2s", day + 8, day + 5);
	if (v.step[0] != '\0')
		in.waiting = (struct flow_waiting){ v.step, v.at, v.words };
	if (flow_step(f, &t->s, &in, e) != RC_OK) {
		show_note("the engine refused this: the session names what is not there");
		y->failed = true;
	} else {
		carry_out(t, e);
		show_effects(e);
		if (e->text[0] != '\0') {
			memcpy(t->text, e->text, sizeof(t->text));
			t->page = 0;
			settle_dialogue(t);
			(void)show_answer(y->f, t, key_said(e));
		} else if (kind == INPUT_TEXT) {
			show_note("no answer");
		}
	}
	free(y->opening);
	y->opening = NULL;
	free(e);
}

/* The clock goes on to `to`; what falls due on the way happens in order. */
static void
move_clock(struct trying *y, int64_t to)
{
	struct trial *t = &y->t;
	char at[6];

	for (unsigned n = 0; n < DUE_MAX; n++) {
		int64_t timer = t->s.timer_ms, end = t->s.expires_ms;
		bool silence = timer != 0 && timer <= to && (end == 0 || timer <= end);

		if (!silence && (end == 0 || end > to))
			break;
		t->now_ms = silence ? timer : end;
		if (silence)
			t->s.timer_ms = 0;
		trial_clock(at, t->now_ms);
		show_note("%s: %s", at, silence ? "silence" : "the session ends");
		step(y, silence ? INPUT_TIMER : INPUT_EXPIRED, "");
		if (!silence)
			t->s.expires_ms = 0;
	}
	t->now_ms = to;
	trial_clock(at, to);
	show_note("it is %s", at);
}

static bool
read_hour(const char *s, int64_t *ms)
{
	if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
	    strspn(s + 3, "0123456789") != 2)
		return false;
	*ms = (atoi(s) * 60LL + atoi(s + 3)) * 60000;
	return *ms < DAY_MS && s[3] < '6';
}

static void
command_clock(struct trying *y, const char *arg)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS } };
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	end += strspn(end, " ");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (errno == 0 && n > 0 && n < 100000 && *end == units[i].unit) {
			move_clock(y, y->t.now_ms + n * units[i].ms);
			return;
		}
	}
	show_note(":+16m, :+2h, :+30s, :+1d");
}

static void
command_until(struct trying *y, const char *arg)
{
	int64_t at;

	if (!read_hour(arg, &at)) {
		show_note(":until 22:00");
		return;
	}
	at += y->t.now_ms / DAY_MS * DAY_MS;
	move_clock(y, at > y->t.now_ms ? at : at + DAY_MS);
}

static void
command_state(struct trying *y, const char *arg)
{
	static const char *const names[] = { [CASE_STATE_NONE] = "none",
		[CASE_STATE_SENT] = "sent",
		[CASE_STATE_TAKEN] = "taken",
		[CASE_STATE_NOBODY] = "nobody",
		[CASE_STATE_CLOSED] = "closed" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], arg) != 0)
			continue;
		case_of(&y->t)->state = (enum case_state)i;
		if (i == CASE_STATE_TAKEN)
			trial_clock(case_of(&y->t)->taken_at, y->t.now_ms);
		show_note("the case is: %s", arg);
		return;
	}
	show_note(":state none, sent, taken, nobody or closed");
}

static void
command_night(struct trying *y, const char *arg)
{
	case_of(&y->t)->night = strcmp(arg, "off") != 0;
	show_note("night: %s", case_of(&y->t)->night ? "on" : "off");
}

/* "come 04:00 замер окон": step, perhaps a time, perhaps words. */
static void
command_words(struct trying *y, const char *arg)
{
	struct trial_case *v = case_of(&y->t);
	size_t n = strcspn(arg, " ");
	int64_t ms;

	v->at[0] = '\0';
	if (n == 0 || !str_copy_bytes(v->step, sizeof(v->step), arg, n)) {
		show_note(":words come 04:00 window measuring");
		return;
	}
	arg += n + strspn(arg + n, " ");
	n = strcspn(arg, " ");
	if (str_copy_bytes(v->at, sizeof(v->at), arg, n) && read_hour(v->at, &ms))
		arg += n + strspn(arg + n, " ");
	else
		v->at[0] = '\0';
	if (!str_copy(v->words, sizeof(v->words), arg))
		show_note("too long");
	show_note("words wait: %s", v->step);
}

static void
command_job(struct trying *y, const char *arg)
{
	if (!str_copy(case_of(&y->t)->job, TRIAL_WORDS_MAX, arg))
		show_note("too long");
	else
		show_note("an answer about the offer waits");
}

static void
command_knock(struct trying *y, const char *arg)
{
	(void)arg;
	step(y, INPUT_KNOCK, "");
}

static void
command_dial(struct trying *y, const char *arg)
{
	y->t.bearer = BEARER_USSD;
	y->t.dialogue = true;
	step(y, INPUT_DIAL, arg);
}

static void
command_cut(struct trying *y, const char *arg)
{
	(void)arg;
	y->t.dialogue = false;
	show_note("the dialogue is cut");
}

static void
command_sms(struct trying *y, const char *arg)
{
	(void)arg;
	y->t.bearer = BEARER_SMS;
	y->t.dialogue = false;
	show_note("by SMS from now on");
}

static void
command_ussd(struct trying *y, const char *arg)
{
	(void)arg;
	y->t.bearer = BEARER_USSD;
	show_note("by USSD from now on: :dial");
}

static void
command_where(struct trying *y, const char *arg)
{
	const struct session *s = &y->t.s;

	(void)arg;
	show_note("flow %s, step %s, %s, class %s, case %lld%s%s%s",
	    s->flow[0] != '\0' ? s->flow : "-", s->step[0] != '\0' ? s->step : "-",
	    lang_code(s->lang), case_class_name(s->class), (long long)s->case_id,
	    s->plain ? ", plain words" : "", s->stopped ? ", stopped" : "",
	    y->t.hidden.flow[0] != '\0' ? ", one hidden behind 77" : "");
	for (unsigned i = 0; i < s->slots && i < FLOW_SLOTS; i++)
		show_note("%s = %s", s->slot[i].name, s->slot[i].code);
}

static void
command_help(struct trying *y, const char *arg)
{
	(void)y;
	(void)arg;
	show_help();
}

static void
command_undo(struct trying *y, const char *arg)
{
	(void)arg;
	y->t = y->before;
	command_where(y, "");
}

static const struct {
	const char *name;
	bool moves; /* a step that :undo takes back */
	void (*run)(struct trying *y, const char *arg);
} commands[] = {
	{ ":+", true, command_clock },
	{ ":until ", true, command_until },
	{ ":state ", true, command_state },
	{ ":night ", true, command_night },
	{ ":words ", true, command_words },
	{ ":job ", true, command_job },
	{ ":knock", true, command_knock },
	{ ":dial", true, command_dial },
	{ ":cut", true, command_cut },
	{ ":sms", true, command_sms },
	{ ":ussd", true, command_ussd },
	{ ":where", false, command_where },
	{ ":undo", false, command_undo },
	{ ":?", false, command_help },
};

static void
command(struct trying *y, const char *line)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		size_t n = strlen(commands[i].name);

		if (strncmp(line, commands[i].name, n) != 0)
			continue;
		if (commands[i].moves)
			y->before = y->t;
		commands[i].run(y, line + n + strspn(line + n, " "));
		return;
	}
	show_note("%.40s: unknown; :? names what there is", line);
	y->failed = y->failed || y->echo;
}

static void
person(struct trying *y, const char *line)
{
	struct trial *t = &y->t;

	if (t->bearer == BEARER_USSD && !t->dialogue) {
		show_note("no dialogue is open: :dial");
		return;
	}
	y->before = *t;
	if (t->bearer == BEARER_USSD && strcmp(line, SCREEN_MORE) == 0) {
		t->page++;
		settle_dialogue(t);
		if (show_answer(y->f, t, NULL))
			return;
		t->page = 0;
	}
	step(y, INPUT_TEXT, line);
}

static void
talk(struct trying *y)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	for (;;) {
		if (!y->echo)
			fputs("> ", stdout);
		fflush(stdout);
		n = getline(&line, &room, stdin);
		if (n < 0)
			break;
		line[strcspn(line, "\r\n")] = '\0';
		if (!str_is_utf8(line, strlen(line)) || n > FLOW_INPUT_MAX) {
			show_note("not UTF-8, or too long");
			continue;
		}
		if (strcmp(line, ":quit") == 0)
			break;
		if (y->echo && line[0] == '#')
			continue;
		if (y->echo)
			show_input(&y->t, line);
		if (line[0] == ':')
			command(y, line);
		else
			person(y, line);
	}
	free(line);
	if (!y->echo)
		putchar('\n');
}

static int
begin(struct trying *y, enum lang l)
{
	const char *at = ctl_option(y->c, "--at"),
		   *country = ctl_option(y->c, "--country");
	const char *flow = y->c->words_n > 0 ? y->c->words[0] : NULL;
	int64_t hour;

	y->country = country != NULL ? country : "KZ";
	y->echo = isatty(STDIN_FILENO) != 1;
	y->t.now_ms = clock_wall_ms();
	if (at != NULL && !read_hour(at, &hour))
		return ctl_wrong_usage(y->c, "--at %.10s: no hour; as 02:11", at);
	if (at != NULL)
		y->t.now_ms = y->t.now_ms / DAY_MS * DAY_MS + hour;
	y->t.s.lang = l;
	y->t.s.lang_chosen = l != LANG_NONE;
	y->t.hidden.lang = LANG_NONE;
	y->t.bearer = ctl_flag(y->c, "--ussd") ? BEARER_USSD : BEARER_SMS;
	if (l != LANG_NONE && !flow_view_has_lang(y->f, l))
		return ctl_wrong("%s: no texts in this language", lang_code(l));
	if (flow != NULL) {
		y->opening = flow_view_opening(y->f, flow);
		if (y->opening == NULL)
			return ctl_wrong("no flow is named %.40s", flow);
	}
	if (!y->echo)
		puts(":? says what you can do, :quit ends.");
	if (y->t.bearer == BEARER_USSD)
		command_dial(y, "");
	else if (flow != NULL)
		step(y, INPUT_TEXT, "SOS");
	talk(y);
	return y->failed ? CTL_NOT_DONE : CTL_DONE;
}

int
ctl_flow_try(struct ctl *c)
{
	struct trying *y;
	enum lang l;
	int status;

	if (!ctl_flow_lang(c, LANG_NONE, &l, &status))
		return status;
	y = xcalloc(1, sizeof(*y));
	y->c = c;
	y->f = ctl_flow_load(ctl_flow_dir(c, ctl_option(c, "--conf")));
	status = y->f != NULL ? begin(y, l) : CTL_NOT_DONE;
	free(y->opening);
	flows_free(y->f);
	free(y);
	return status;
}
