/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines in, commands by one table, answers out. A command's meaning is in its handler.
 * Never blocks and never parses a PDU.
 * Called by modem_sim.c, sim_net.c and sim_fault.c.
 */
#include "sim_at.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim.h"

enum {
	KEY_ESCAPE = 0x1B,
	KEY_END = 0x1A,
	CMS_WRONG_PDU = 304,
};

/* what a command needs of the SIM before its handler is asked */
enum needs {
	NEEDS_NOTHING,
	NEEDS_SIM,     /* else +CME ERROR */
	NEEDS_SIM_SMS, /* else +CMS ERROR */
};

struct row {
	const char *name;
	unsigned forms;
	enum needs needs;
	at_handler *on;
	const char *test; /* what =? answers, NULL: only OK */
};

static const struct row rows[] = {
	{ "+CMGS", AT_SET | AT_TEST, NEEDS_SIM_SMS, at_on_cmgs, NULL },
	{ "+CMGL", AT_EXEC | AT_SET | AT_TEST, NEEDS_SIM_SMS, at_on_cmgl,
	    "+CMGL: (0-4)" },
	{ "+CMGR", AT_SET | AT_TEST, NEEDS_SIM_SMS, at_on_cmgr, NULL },
	{ "+CMGD", AT_SET | AT_TEST, NEEDS_SIM_SMS, at_on_cmgd, "+CMGD: (1-255),(0-4)" },
	{ "+CMGF", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cmgf, "+CMGF: (0)" },
	{ "+CNMI", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cnmi,
	    "+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)" },
	{ "+CPMS", AT_SET | AT_READ | AT_TEST, NEEDS_SIM_SMS, at_on_cpms,
	    "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")" },
	{ "+CSCA", AT_SET | AT_READ | AT_TEST, NEEDS_SIM_SMS, at_on_csca, NULL },
	{ "+CMMS", AT_SET | AT_TEST, NEEDS_NOTHING, at_on_accept, "+CMMS: (0-2)" },
	{ "+CREG", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_creg,
	    "+CREG: (0-2)" },
	{ "+CGREG", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cgreg,
	    "+CGREG: (0-2)" },
	{ "+CGATT", AT_READ | AT_TEST, NEEDS_SIM, at_on_cgatt, "+CGATT: (0,1)" },
	{ "+COPS", AT_SET | AT_READ, NEEDS_SIM, at_on_cops, NULL },
	{ "+CSQ", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_csq,
	    "+CSQ: (0-31,99),(0-7,99)" },
	{ "+CUSD", AT_SET | AT_READ | AT_TEST, NEEDS_SIM, at_on_cusd, "+CUSD: (0-2)" },
	{ "+CLIP", AT_SET | AT_READ | AT_TEST, NEEDS_SIM, at_on_clip, "+CLIP: (0,1)" },
	{ "+CCWA", AT_SET | AT_TEST, NEEDS_SIM, at_on_accept, "+CCWA: (0,1)" },
	{ "+CRC", AT_SET | AT_TEST, NEEDS_NOTHING, at_on_accept, "+CRC: (0,1)" },
	{ "+CHUP", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_hang_up, NULL },
	{ "+CCLK", AT_READ, NEEDS_NOTHING, at_on_cclk, NULL },
	{ "+CBC", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_cbc, "+CBC: (0-2),(1-100)" },
	{ "+CMEE", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cmee,
	    "+CMEE: (0-2)" },
	{ "+CSCS", AT_SET | AT_READ | AT_TEST | AT_OWN, NEEDS_NOTHING, at_on_cscs, NULL },
	{ "+CFUN", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cfun,
	    "+CFUN: (0,1,4),(0,1)" },
	{ "+CPIN", AT_SET | AT_READ | AT_TEST, NEEDS_NOTHING, at_on_cpin, NULL },
	{ "+CGMI", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_cgmi, NULL },
	{ "+CGMM", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_cgmm, NULL },
	{ "+CGMR", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_cgmr, NULL },
	{ "+CGSN", AT_EXEC | AT_TEST, NEEDS_NOTHING, at_on_cgsn, NULL },
	{ "+CIMI", AT_EXEC | AT_TEST, NEEDS_SIM, at_on_cimi, NULL },
	{ "+CNUM", AT_EXEC | AT_TEST, NEEDS_SIM, at_on_cnum, NULL },
	{ "+CPBS", AT_SET | AT_READ | AT_TEST, NEEDS_SIM, at_on_cpbs, "+CPBS: (\"SM\")" },
	{ "+CPBR", AT_SET | AT_TEST, NEEDS_SIM, at_on_cpbr, "+CPBR: (1-250),40,14" },
	{ "&F", AT_EXEC, NEEDS_NOTHING, at_on_reset, NULL },
	{ "E", AT_EXEC, NEEDS_NOTHING, at_on_echo, NULL },
	{ "H", AT_EXEC, NEEDS_NOTHING, at_on_hang_up, NULL },
	{ "I", AT_EXEC, NEEDS_NOTHING, at_on_cgmm, NULL },
	{ "Z", AT_EXEC, NEEDS_NOTHING, at_on_reset, NULL },
};

static const struct {
	int code;
	const char *text;
} words[] = {
	{ 11, "SIM PIN required" },
	{ 12, "SIM PUK required" },
	{ 16, "incorrect password" },
	{ 38, "network out of order" },
	{ 302, "operation not allowed" },
	{ 303, "operation not supported" },
	{ 304, "invalid PDU mode parameter" },
	{ 311, "SIM PIN necessary" },
	{ 316, "SIM PUK necessary" },
	{ 321, "invalid memory index" },
	{ 322, "memory full" },
	{ 331, "no network service" },
	{ 500, "unknown error" },
};

static void
reset(struct at *a)
{
	a->echo = true;
	a->clip = a->ussd = false;
	a->cmee = a->creg = a->cgreg = a->cops_format = 0;
	memset(a->cnmi, 0, sizeof a->cnmi);
	memcpy(a->charset, "GSM", sizeof "GSM");
	a->prompt = a->overrun = false;
	a->len = a->unasked_len = 0;
	a->late_at_ms = 0;
}

void
at_init(struct sim *s)
{
	reset(&s->at);
	s->at.powered = true;
	s->at.pin = s->opt.pin == NULL ? AT_PIN_READY : AT_PIN_WANTED;
	s->at.pin_tries = AT_PIN_TRIES;
	snprintf(s->at.smsc, sizeof s->at.smsc, "%s", s->opt.smsc);
}

void
at_line_lost(struct sim *s)
{
	s->at.prompt = s->at.overrun = false;
	s->at.len = s->at.unasked_len = 0;
	s->at.late_at_ms = 0;
}

void
at_power_off(struct sim *s)
{
	reset(&s->at);
	s->at.powered = false;
	s->tty.out_len = 0;
	if (s->at.pin == AT_PIN_READY && s->opt.pin != NULL)
		s->at.pin = AT_PIN_WANTED;
}

void
at_power_on(struct sim *s)
{
	s->at.powered = true;
	at_unasked(s, "RDY");
	at_unasked(s, "+CFUN: 1");
	if (s->at.pin == AT_PIN_READY)
		at_unasked(s, "+CPIN: READY");
	else
		at_unasked(
		    s, "+CPIN: %s", s->at.pin == AT_PIN_WANTED ? "SIM PIN" : "SIM PUK");
	at_unasked(s, "Call Ready");
}

static void
put(struct sim *s, const char *text, size_t n)
{
	size_t half = n / 2;

	if (fault_is_mute(&s->fault, sim_now_ms()))
		return;
	if (s->fault.junk_where == FAULT_INSIDE && n > 8 &&
	    fault_use(&s->fault.junk_left)) {
		tty_put(&s->tty, text, half);
		tty_put(&s->tty, s->fault.junk, s->fault.junk_len);
		text += half;
		n -= half;
	}
	tty_put(&s->tty, text, n);
}

void
at_answer(struct sim *s, const char *fmt, ...)
{
	char text[AT_ANSWER_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof text)
		return;
	put(s, "\r\n", 2);
	put(s, text, (size_t)n);
	put(s, "\r\n", 2);
}

void
at_unasked(struct sim *s, const char *fmt, ...)
{
	struct at *a = &s->at;
	char text[AT_ANSWER_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof text ||
	    (size_t)n + 4 > sizeof a->unasked - a->unasked_len)
		return;
	memcpy(a->unasked + a->unasked_len, "\r\n", 2);
	memcpy(a->unasked + a->unasked_len + 2, text, (size_t)n);
	memcpy(a->unasked + a->unasked_len + 2 + n, "\r\n", 2);
	a->unasked_len += (size_t)n + 4;
}

struct at_result
at_cms(int code)
{
	return (struct at_result){ AT_CMS, code };
}

struct at_result
at_cme(int code)
{
	return (struct at_result){ AT_CME, code };
}

static void
result_text(const struct sim *s, struct at_result r, char *out, size_t size)
{
	const char *kind = r.kind == AT_CMS ? "CMS" : "CME";
	size_t i;

	if (r.kind == AT_OK || r.kind == AT_ERROR ||
	    (r.kind == AT_CME && s->at.cmee == 0)) {
		snprintf(out, size, "%s", r.kind == AT_OK ? "OK" : "ERROR");
		return;
	}
	for (i = 0; i < ARRAY_LEN(words) && s->at.cmee == 2; i++) {
		if (words[i].code == r.code) {
			snprintf(out, size, "+%s ERROR: %s", kind, words[i].text);
			return;
		}
	}
	snprintf(out, size, "+%s ERROR: %d", kind, r.code);
}

static void
finish(struct sim *s, struct at_result r)
{
	char text[64];

	if (r.kind == AT_NOTHING)
		return;
	result_text(s, r, text, sizeof text);
	at_answer(s, "%s", text);
}

/* the place'th of the arguments, quotes and all; NULL: there are fewer */
static const char *
argument(const struct at_command *c, unsigned place, size_t *len)
{
	const char *at = c->args, *p;
	bool quoted = false;

	for (p = at;; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p != '\0' && (*p != ',' || quoted))
			continue;
		if (place-- == 0) {
			*len = (size_t)(p - at);
			return at;
		}
		if (*p == '\0')
			return NULL;
		at = p + 1;
	}
}

int
at_int(const struct at_command *c, unsigned place, int unset)
{
	size_t len = 0;
	const char *at = argument(c, place, &len);
	char *end;
	long v;

	if (at == NULL || len == 0)
		return unset;
	v = strtol(at, &end, 10);
	if (end != at + len || v < 0 || v > 1000000)
		return -1;
	return (int)v;
}

bool
at_text(const struct at_command *c, unsigned place, char *out, size_t size)
{
	size_t len = 0;
	const char *at = argument(c, place, &len);

	if (at == NULL)
		return false;
	if (len >= 2 && at[0] == '"' && at[len - 1] == '"') {
		at++;
		len -= 2;
	}
	if (len >= size)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

static const struct row *
find_row(const char *text, struct at_command *c)
{
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		n = strlen(rows[i].name);
		if (strncasecmp(text, rows[i].name, n) != 0)
			continue;
		c->args = text + n;
		if (rows[i].name[0] != '+')
			return &rows[i];
		if (*c->args != '\0' && *c->args != '=' && *c->args != '?')
			continue;
		c->form = AT_EXEC;
		if (*c->args == '?')
			c->form = AT_READ;
		else if (strcmp(c->args, "=?") == 0)
			c->form = AT_TEST;
		else if (*c->args == '=')
			c->form = AT_SET;
		c->args += *c->args != '\0';
		return &rows[i];
	}
	return NULL;
}

static struct at_result
run_line(struct sim *s, const char *line)
{
	struct at_command c = { .form = AT_EXEC };
	const struct row *row;

	s->count.commands++;
	if (line[2] == '\0')
		return (struct at_result){ AT_OK, 0 };
	row = find_row(line + 2, &c);
	if (row == NULL || (row->forms & c.form) == 0)
		return (struct at_result){ AT_ERROR, 0 };
	if (c.form == AT_TEST && (row->forms & AT_OWN) == 0) {
		if (row->test != NULL)
			at_answer(s, "%s", row->test);
		return (struct at_result){ AT_OK, 0 };
	}
	if (row->needs == NEEDS_SIM && s->at.pin != AT_PIN_READY)
		return at_cme(s->at.pin == AT_PIN_WANTED ? 11 : 12);
	if (row->needs == NEEDS_SIM_SMS && s->at.pin != AT_PIN_READY)
		return at_cms(s->at.pin == AT_PIN_WANTED ? 311 : 316);
	/* cppcheck-suppress returnDanglingLifetime ; a result is two numbers */
	return row->on(s, &c);
}

static void
noise_before(struct sim *s)
{
	if (s->fault.junk_where == FAULT_BEFORE && fault_use(&s->fault.junk_left))
		tty_put(&s->tty, s->fault.junk, s->fault.junk_len);
}

static void
line_is_whole(struct sim *s)
{
	struct at *a = &s->at;
	struct at_result r = { AT_ERROR, 0 };
	size_t i;

	a->line[a->len] = '\0';
	i = strspn(a->line, " \n");
	if (a->line[i] != '\0') {
		noise_before(s);
		if (!a->overrun && strncasecmp(a->line + i, "AT", 2) == 0)
			r = run_line(s, a->line + i);
		finish(s, r);
	}
	a->len = 0;
	a->overrun = false;
}

static void
finish_submit(struct sim *s, struct at_result r)
{
	if (r.kind == AT_OK)
		at_answer(s, "+CMGS: %d", r.code);
	finish(s, r);
}

static void
pdu_is_whole(struct sim *s)
{
	struct at *a = &s->at;
	struct at_result r = at_cms(CMS_WRONG_PDU);

	a->prompt = false;
	noise_before(s);
	if (!a->overrun)
		r = at_submit(s, a->line, a->len);
	else
		s->count.refused++;
	if (r.kind != AT_NOTHING && fault_use(&s->fault.late_left)) {
		a->late = r;
		a->late_at_ms = sim_now_ms() + s->fault.late_ms;
	} else {
		finish_submit(s, r);
	}
	a->len = 0;
	a->overrun = false;
}

static void
keep(struct at *a, char c)
{
	if (a->len < sizeof a->line - 1)
		a->line[a->len++] = c;
	else
		a->overrun = true;
}

static void
feed_one(struct sim *s, char c)
{
	struct at *a = &s->at;

	if (a->late_at_ms != 0)
		return; /* busy sending: the modem hears nothing */
	if (c == KEY_ESCAPE) {
		if (a->prompt)
			finish(s, (struct at_result){ AT_OK, 0 });
		a->prompt = a->overrun = false;
		a->len = 0;
		return;
	}
	if (a->echo)
		put(s, &c, 1);
	if (a->prompt && c == KEY_END)
		pdu_is_whole(s);
	else if (a->prompt && isspace((unsigned char)c))
		return;
	else if (!a->prompt && c == '\r')
		line_is_whole(s);
	else
		keep(a, c);
}

void
at_feed(struct sim *s, const char *buf, size_t n, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!fault_is_mute(&s->fault, now_ms) && s->tty.master >= 0)
			feed_one(s, buf[i]);
	}
}

void
at_run(struct sim *s, int64_t now_ms)
{
	struct at *a = &s->at;

	if (a->late_at_ms != 0 && now_ms >= a->late_at_ms) {
		a->late_at_ms = 0;
		finish_submit(s, a->late);
	}
	if (a->unasked_len == 0 || a->prompt || a->len > 0 || a->late_at_ms != 0 ||
	    !a->powered)
		return;
	put(s, a->unasked, a->unasked_len);
	a->unasked_len = 0;
}

int64_t
at_due_ms(const struct sim *s)
{
	return s->at.late_at_ms != 0 ? s->at.late_at_ms : INT64_MAX;
}

void
at_tell_junk(struct sim *s)
{
	put(s, "\r\n", 2);
	put(s, s->fault.junk, s->fault.junk_len);
	put(s, "\r\n", 2);
}
