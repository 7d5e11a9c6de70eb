/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of `flow check`: every text of every step as long as it can be, in SMS parts, in money and
 * on a USSD screen, and whether it is signed. It proves nothing itself. Called by ctl_flow.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_flow.h"
#include "str.h"

#define KEY_BYTES 64
#define STEP_WIDTH 13
#define KEY_WIDTH 18

/* The engine's own texts, that any flow may say. */
static const char *const own[] = { "first.intro", "first.screen", "call.112",
	"stop.decoy", "state.none", "state.sent", "state.night", "state.taken",
	"state.nobody", "state.closed", "state.nocountry", "knock", "resume.ok",
	"resume.wrong", "resume.locked", "go.on", "urgent.back", "card.line", "card.none",
	"service.down", "job.answer" };

/* One text in one language and register. */
struct measured {
	bool there, is_signed;
	struct gsm_size sms;
	struct gsm_size ussd; /* of the whole text that the screen is made of */
	unsigned screens;
	bool has_screen; /* a text of its own, KEY@ussd */
};

struct table {
	const struct ctl *c;
	const struct flows *f;
	enum lang only;
	struct check_sum *sum;
	struct view_args args[LANGS][2];
	json_t *json; /* NULL: print */
};

static struct measured
measure(const struct table *t, const char *key, enum lang l, enum text_register r)
{
	struct measured m = { .is_signed = true };
	char text[FLOW_TEXT_MAX], screen[FLOW_TEXT_MAX], ussd[KEY_BYTES];
	struct text_row row;

	if (snprintf(ussd, sizeof(ussd), "%s" TEXT_KEY_USSD, key) >= (int)sizeof(ussd))
		return m;
	if (flow_view_text(t->f, &t->args[l][r], key, text) == RC_OK) {
		m.there = true;
		m.sms = gsm_size_of(text);
	}
	m.has_screen = flow_view_text(t->f, &t->args[l][r], ussd, screen) == RC_OK;
	if (!m.has_screen && !m.there)
		return m;
	m.there = true;
	m.ussd = gsm_size_of(m.has_screen ? screen : text);
	m.screens = ctl_screens(m.has_screen ? screen : text);
	if (ctl_text_row(flows_texts(t->f), key, l, r, &row))
		m.is_signed = row.is_signed;
	if (ctl_text_row(flows_texts(t->f), ussd, l, r, &row))
		m.is_signed = m.is_signed && row.is_signed;
	return m;
}

static struct measured
larger(const struct table *t, const char *key, enum lang l)
{
	struct measured a = measure(t, key, l, TEXT_COVER),
			b = measure(t, key, l, TEXT_PLAIN);
	bool is_signed = a.is_signed && b.is_signed;
	struct measured *m = b.sms.parts > a.sms.parts ||
		(b.sms.parts == a.sms.parts && b.sms.units > a.sms.units)
	    ? &b
	    : &a;

	if (b.ussd.units > a.ussd.units && m == &a) {
		a.ussd = b.ussd;
		a.screens = b.screens;
	}
	m->is_signed = is_signed;
	return *m;
}

static unsigned
screen_room(const struct gsm_size *z)
{
	return z->alphabet == GSM_7BIT ? GSM_USSD_SEPTETS : GSM_USSD_UCS2;
}

/* "142/1 138" : units and parts of the SMS, units of the screen; "3p" when it has pages. */
static void
narrow_cell(const struct measured *m)
{
	char cell[32];
	size_t len = 0;

	if (!m->there) {
		printf("  %-10s", "-");
		return;
	}
	cell[0] = '\0';
	if (m->sms.units > 0)
		(void)!str_add(
		    cell, sizeof(cell), &len, "%u/%u", m->sms.units, m->sms.parts);
	if (m->screens > 1)
		(void)!str_add(cell, sizeof(cell), &len, " %up", m->screens);
	else
		(void)!str_add(cell, sizeof(cell), &len, " %u", m->ussd.units);
	printf("  %-9s%c", cell, m->is_signed ? ' ' : '*');
}

static void
narrow_line(const struct table *t, const char *step, const char *key)
{
	ctl_cell(stdout, step, STEP_WIDTH);
	putchar(' ');
	ctl_cell(stdout, key, KEY_WIDTH);
	for (unsigned l = 0; l < LANGS; l++) {
		struct measured m;

		if (!flow_view_has_lang(t->f, (enum lang)l))
			continue;
		m = larger(t, key, (enum lang)l);
		narrow_cell(&m);
	}
	putchar('\n');
}

static void
wide_register(const struct measured *m)
{
	char sms[32] = "-", screen[32] = "-";

	if (m->sms.units > 0)
		snprintf(sms, sizeof(sms), "%u%s/%u", m->sms.units,
		    m->sms.alphabet == GSM_7BIT ? "g" : "u", m->sms.parts);
	if (m->there && m->screens > 1)
		snprintf(screen, sizeof(screen), "%u pages", m->screens);
	else if (m->there)
		snprintf(screen, sizeof(screen), "%u/%u%s", m->ussd.units,
		    screen_room(&m->ussd), m->has_screen ? "" : "-");
	printf(" %-7s %-8s", sms, screen);
}

static void
wide_line(const struct table *t, const char *step, const char *key)
{
	struct measured cover = measure(t, key, t->only, TEXT_COVER),
			plain = measure(t, key, t->only, TEXT_PLAIN);
	unsigned parts = cover.sms.parts > plain.sms.parts ? cover.sms.parts
							   : plain.sms.parts;

	ctl_cell(stdout, step, STEP_WIDTH);
	putchar(' ');
	ctl_cell(stdout, key, KEY_WIDTH);
	wide_register(&cover);
	wide_register(&plain);
	printf(" %5lld%s\n", (long long)parts * t->c->cost_part,
	    cover.is_signed && plain.is_signed ? "" : " *");
}

static void
json_line(const struct table *t, const char *flow, const char *step, const char *key)
{
	for (unsigned l = 0; l < LANGS; l++) {
		if (!flow_view_has_lang(t->f, (enum lang)l) ||
		    (t->only != LANG_NONE && l != t->only))
			continue;
		for (unsigned r = 0; r < 2; r++) {
			struct measured m = measure(
			    t, key, (enum lang)l, (enum text_register)r);

			if (!m.there)
				continue;
			json_array_append_new(t->json,
			    json_pack(
				"{s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:i,s:I,s:i,s:i,s:i,s:b,"
				"s:b}",
				"flow", flow, "step", step, "key", key, "lang",
				lang_code((enum lang)l), "register",
				r == TEXT_COVER ? "cover" : "plain", "units",
				(int)m.sms.units, "alphabet",
				m.sms.alphabet == GSM_7BIT ? "GSM-7" : "UCS-2", "parts",
				(int)m.sms.parts, "cost",
				(json_int_t)m.sms.parts * t->c->cost_part, "screen",
				(int)m.ussd.units, "screen_of", (int)screen_room(&m.ussd),
				"screens", (int)m.screens, "own_screen", m.has_screen,
				"signed", m.is_signed));
		}
	}
}

static void
line(struct table *t, const char *flow, const char *step, const char *key)
{
	t->sum->screens++;
	if (t->json != NULL)
		json_line(t, flow, step, key);
	else if (t->only == LANG_NONE)
		narrow_line(t, step, key);
	else
		wide_line(t, step, key);
}

static void
head(const struct table *t, const char *title)
{
	if (t->json != NULL)
		return;
	ctl_cell(stdout, title, STEP_WIDTH + 1 + KEY_WIDTH);
	if (t->only != LANG_NONE) {
		printf(" %-16s %-16s %5s\n", "cover", "plain", "cost");
		return;
	}
	for (unsigned l = 0; l < LANGS; l++) {
		if (flow_view_has_lang(t->f, (enum lang)l))
			printf("  %-10s", lang_code((enum lang)l));
	}
	putchar('\n');
}

static void
flow_lines(struct table *t, unsigned i)
{
	struct flow_view fl = flow_view_at(t->f, i);
	char title[64];

	snprintf(title, sizeof(title), "%s, version %u", fl.name, fl.version);
	head(t, title);
	for (unsigned s = 0; s < fl.steps; s++) {
		struct step_view st = flow_view_step(t->f, i, s);

		for (unsigned k = 0; k < st.keys; k++)
			line(t, fl.name, k == 0 ? st.name : "", st.key[k]);
	}
	if (t->json == NULL)
		putchar('\n');
}

static void
own_lines(struct table *t)
{
	head(t, "said by the engine itself");
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		struct text_row row;
		char ussd[KEY_BYTES];
		bool there = false;

		snprintf(ussd, sizeof(ussd), "%s" TEXT_KEY_USSD, own[i]);
		for (unsigned l = 0; l < LANGS; l++)
			there = there ||
			    ctl_text_row(flows_texts(t->f), own[i], (enum lang)l,
				TEXT_PLAIN, &row) ||
			    ctl_text_row(
				flows_texts(t->f), ussd, (enum lang)l, TEXT_PLAIN, &row);
		if (there)
			line(t, "", "", own[i]);
	}
	if (t->json == NULL)
		putchar('\n');
}

static void
count(const struct table *t)
{
	const struct texts *all = flows_texts(t->f);

	for (size_t i = 0; i < texts_count(all); i++) {
		struct text_row r = texts_row(all, i);

		if (r.is_signed || (t->only != LANG_NONE && r.lang != t->only))
			continue;
		t->sum->unsigned_texts++;
		t->sum->must_sign += text_must_be_signed(r.key);
	}
}

static void
run(struct table *t, unsigned flow)
{
	for (unsigned l = 0; l < LANGS; l++) {
		for (unsigned r = 0; r < 2; r++) {
			if (flow_view_has_lang(t->f, (enum lang)l))
				flow_view_args(t->f, (enum lang)l, (enum text_register)r,
				    &t->args[l][r]);
		}
	}
	for (unsigned i = 0; i < flow_views(t->f); i++) {
		if (flow == VIEW_NONE ? flow_view_at(t->f, i).newest : i == flow)
			flow_lines(t, i);
	}
	if (flow == VIEW_NONE)
		own_lines(t);
	count(t);
}

void
ctl_screens_table(const struct ctl *c, const struct flows *f, enum lang only,
    unsigned flow, struct check_sum *sum)
{
	struct table *t = xcalloc(1, sizeof(*t));

	*t = (struct table){ .c = c, .f = f, .only = only, .sum = sum };
	run(t, flow);
	if (only == LANG_NONE)
		puts(
		    "units/parts of the SMS, units of the USSD screen (2p: pages); the longer of "
		    "cover and plain.\n--lang shows one language in full; * is not signed.");
	else
		printf(
		    "g: GSM-7, u: UCS-2; units/parts, screen/room; \"-\" behind it: the SMS "
		    "text stands on the\nscreen, too. A part costs %lld; * is not signed.\n",
		    (long long)c->cost_part);
	free(t);
}

struct json_t *
ctl_screens_json(const struct ctl *c, const struct flows *f, enum lang only,
    unsigned flow, struct check_sum *sum)
{
	struct table *t = xcalloc(1, sizeof(*t));
	json_t *rows = json_array();

	*t = (struct table){ .c = c, .f = f, .only = only, .sum = sum, .json = rows };
	run(t, flow);
	free(t);
	return rows;
}
