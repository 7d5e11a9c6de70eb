/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl flow check: proves flows, words, places, texts and policies by the code that workers use.
 * It needs no database and changes nothing. Called by ctl.c; the other authoring commands share its loads.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "clock.h"
#include "ctl_flow.h"
#include "policy.h"
#include "screen.h"
#include "str.h"

#define SITE_DIR "/usr/local/share/shyraq/conf"

const char *
ctl_flow_dir(const struct ctl *c, const char *given)
{
	if (given != NULL)
		return given;
	if (c->conf_dir != NULL)
		return c->conf_dir;
	return access("conf/flows", F_OK) == 0 ? "conf" : SITE_DIR;
}

struct flows *
ctl_flow_load(const char *dir)
{
	struct flows *f = NULL;
	struct flow_err err;

	if (flows_load(dir, &f, &err) != RC_OK)
		(void)ctl_wrong("%s", err.s);
	return f;
}

bool
ctl_flow_lang(const struct ctl *c, enum lang fallback, enum lang *out, int *status)
{
	const char *code = ctl_option(c, "--lang");

	*out = code == NULL ? fallback : lang_parse(code);
	if (code == NULL || *out != LANG_NONE)
		return true;
	*status = ctl_wrong_usage(
	    c, "--lang %.10s: no language; allowed: kk ru uz ky tg tk en", code);
	return false;
}

void
ctl_size_text(char out[64], const char *text)
{
	struct gsm_size z = gsm_size_of(text);

	snprintf(out, 64, "%u %s, %u part%s", z.units,
	    z.alphabet == GSM_7BIT ? "septets" : "UCS-2", z.parts,
	    z.parts == 1 ? "" : "s");
}

unsigned
ctl_screens(const char *text)
{
	char screen[SCREEN_MAX];
	bool more = true;
	unsigned n = 0;

	while (more && n < GSM_PARTS_MAX && screen_page(text, n, screen, &more))
		n++;
	return n;
}

bool
ctl_text_row(const struct texts *t, const char *key, enum lang l, enum text_register r,
    struct text_row *out)
{
	for (size_t i = 0; i < texts_count(t); i++) {
		*out = texts_row(t, i);
		if (out->lang == l && out->reg == r && strcmp(out->key, key) == 0)
			return true;
	}
	return false;
}

static void
say_sum(const struct check_sum *sum)
{
	printf("0 errors, %u texts, no banned word in a cover text\n", sum->texts);
	if (sum->unsigned_texts > 0)
		printf(
		    "%u texts are drafts that no native speaker has signed (* in the table);\n"
		    "%u of them must be signed before production\n",
		    sum->unsigned_texts, sum->must_sign);
}

/* An old number is worse than none: each is told, by its line. */
static unsigned
say_stale(const struct ctl *c, const struct cards *cards)
{
	unsigned n = 0;

	for (size_t i = 0; i < cards_count(cards); i++) {
		const struct card *card = cards_at(cards, i);

		if (!card_stale(card, clock_wall_ms()))
			continue;
		n++;
		if (!c->json)
			printf("%s:%u: %s: last reviewed %s, over a year ago\n",
			    card->file, card->line, card_name(card, LANG_EN),
			    card->reviewed);
	}
	return n;
}

static int
report(const struct ctl *c, const struct flows *f, const struct cards *cards)
{
	const char *name = ctl_option(c, "--flow");
	unsigned flow = name != NULL ? flow_view_find(f, name) : VIEW_NONE;
	struct check_sum sum = { .texts = (unsigned)texts_count(flows_texts(f)) };
	enum lang only;
	int status = CTL_DONE;
	json_t *rows;

	if (!ctl_flow_lang(c, LANG_NONE, &only, &status))
		return status;
	if (only != LANG_NONE && !flow_view_has_lang(f, only))
		return ctl_wrong("%s: no texts in this language", lang_code(only));
	if (name != NULL && flow == flow_views(f))
		return ctl_wrong("no flow is named %.40s", name);
	if (!c->json) {
		ctl_screens_table(c, f, only, flow, &sum);
		(void)say_stale(c, cards);
		say_sum(&sum);
		return CTL_DONE;
	}
	rows = ctl_screens_json(c, f, only, flow, &sum);
	ctl_json_print(
	    json_pack("{s:i,s:i,s:i,s:i,s:i,s:o}", "errors", 0, "texts", (int)sum.texts,
		"unsigned", (int)sum.unsigned_texts, "must_be_signed", (int)sum.must_sign,
		"stale_cards", (int)say_stale(c, cards), "screens", rows));
	return CTL_DONE;
}

/* What keeps a set that is proved from people: drafts and old numbers. */
static enum rc
check_production(const struct ctl *c, const struct flows *f, const struct cards *cards,
    struct flow_err *err)
{
	if (!ctl_flag(c, "--production"))
		return RC_OK;
	if (say_stale(c, cards) == 0)
		return flows_check_signed(f, err);
	(void)!str_copy(err->s, sizeof(err->s), "a card was not reviewed for a year");
	return RC_REFUSED;
}

int
ctl_flow_check(struct ctl *c)
{
	const char *dir = ctl_flow_dir(c, c->words_n > 0 ? c->words[0] : NULL);
	char path[4096];
	struct flows *f;
	struct policy *p = NULL;
	struct cards *cards = NULL;
	struct flow_err err;
	int status;

	if (snprintf(path, sizeof(path), "%s/policies", dir) >= (int)sizeof(path))
		return ctl_wrong("the folder's name is too long");
	f = ctl_flow_load(dir);
	if (f == NULL)
		return CTL_NOT_DONE;
	if (policy_load(path, &p, &err) != RC_OK ||
	    cards_load(dir, &cards, &err) != RC_OK ||
	    check_production(c, f, cards, &err) != RC_OK)
		status = ctl_wrong("%s", err.s);
	else
		status = report(c, f, cards);
	cards_free(cards);
	policy_free(p);
	flows_free(f);
	return status;
}
