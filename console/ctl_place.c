/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl place try: what a person's words about a place are taken for, how, and what is said next.
 * It keeps no words. It reads the lists as the engine does. Called by ctl.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_flow.h"
#include "place.h"
#include "str.h"

#define SPAN 3       /* words that one name may have */
#define NEAR_CHARS 5 /* as in place.c */

/* How a place was found, the surest first. */
enum how {
	HOW_NAME,
	HOW_ENDING,
	HOW_SCRIPT,
	HOW_NEAR,
	HOW_VARIANT,
};
static const struct {
	const char *code, *text;
} hows[] = {
	[HOW_NAME] = { "exact", "its name" },
	[HOW_ENDING] = { "ending", "its name with an ending" },
	[HOW_SCRIPT] = { "translit", "its name in other letters" },
	[HOW_NEAR] = { "near", "one letter off" },
	[HOW_VARIANT] = { "variant", "a spelling that the list has" },
};

struct trial {
	struct words *words;
	struct places *places;
	struct texts *texts;
	struct folded *folded, *name;
	enum lang lang;
	const char *country; /* of the number, or NULL */
};

static bool
begins(const struct trial *t, const char *key, size_t n, const char *name, size_t len)
{
	return n > len && memcmp(key, name, len) == 0 &&
	    words_is_ending(t->words, key + len, n - len);
}

static enum how
compare(const struct trial *t, const char *key, size_t n, const char *name, size_t len)
{
	char a[MATCH_WORD_MAX], b[MATCH_WORD_MAX];

	if (n == len && memcmp(key, name, n) == 0)
		return HOW_NAME;
	if (begins(t, key, n, name, len))
		return HOW_ENDING;
	if (!match_skeleton(a, key, n, MATCH_READ_COMMON) ||
	    !match_skeleton(b, name, len, MATCH_READ_COMMON))
		return HOW_VARIANT;
	if (strcmp(a, b) == 0 || begins(t, a, strlen(a), b, strlen(b)))
		return HOW_SCRIPT;
	return match_near(a, strlen(a), b, strlen(b)) ? HOW_NEAR : HOW_VARIANT;
}

/*
 * Whether the list has this spelling, or is it a slip of one letter? Another letter behind it tells them
 * apart: what the list has is then found one letter off, a slip is not found any more.
 */
static bool
is_spelling(struct trial *t, const char *key, size_t n)
{
	char longer[MATCH_WORD_MAX + 4];
	unsigned found[PLACE_FOUND_MAX];
	const char *more = (unsigned char)key[0] < 0x80 ? "w" : "ж";

	/* shorter words are never taken one letter off */
	if (match_chars(key, n) < NEAR_CHARS)
		more = "";
	snprintf(longer, sizeof(longer), "%.*s%s", (int)n, key, more);
	match_fold(t->name, longer);
	return place_find(t->places, t->words, t->name, found) > 0;
}

/* A slip is looked for only when nothing else is found: one spelling, with an ending or not, rules it out. */
static bool
has_spelling(struct trial *t)
{
	char key[MATCH_WORD_MAX];

	for (unsigned i = 0; i < t->folded->tokens; i++) {
		for (unsigned k = 1; k <= SPAN && i + k <= t->folded->tokens; k++) {
			size_t n = match_joined(key, t->folded, i, k);

			if (n > 0 && is_spelling(t, key, n))
				return true;
			for (size_t cut = n; cut > 1; cut--) {
				if (((unsigned char)key[cut - 1] & 0xc0) != 0x80 &&
				    words_is_ending(
					t->words, key + cut - 1, n - cut + 1) &&
				    is_spelling(t, key, cut - 1))
					return true;
			}
		}
	}
	return false;
}

/* The best of all runs of words against all names; `by` is the language of the name. */
static enum how
how_found(struct trial *t, unsigned place, enum lang *by)
{
	enum how best = HOW_VARIANT;

	*by = LANG_NONE;
	for (unsigned l = 0; l < LANGS; l++) {
		char name[MATCH_WORD_MAX], key[MATCH_WORD_MAX];
		size_t len, n;

		match_fold(t->name, place_name(t->places, place, (enum lang)l));
		len = t->name->tokens <= SPAN
		    ? match_joined(name, t->name, 0, t->name->tokens)
		    : 0;
		for (unsigned i = 0; len > 0 && i < t->folded->tokens; i++) {
			for (unsigned k = 1; k <= SPAN && i + k <= t->folded->tokens;
			     k++) {
				enum how how;

				n = match_joined(key, t->folded, i, k);
				how = n > 0 ? compare(t, key, n, name, len) : HOW_VARIANT;
				if (how >= best)
					continue;
				best = how;
				*by = (enum lang)l;
			}
		}
	}
	if (best < HOW_NEAR)
		return best;
	*by = LANG_NONE;
	return has_spelling(t) ? HOW_VARIANT : HOW_NEAR;
}

static const char *
region_name(const struct trial *t, unsigned place, enum lang l)
{
	unsigned region = place_by_id(t->places, place_region(t->places, place));

	return region < places_count(t->places) ? place_name(t->places, region, l) : "?";
}

/* What the engine would begin its next text with. */
static void
next_text(
    const struct trial *t, const unsigned *found, unsigned n, char out[FLOW_TEXT_MAX])
{
	char town[320] = "", list[320] = "";
	const struct text_arg args[] = { { "town", town }, { "list", list } };
	const char *tmpl = n == 0 ? NULL
				  : text_get(t->texts, t->lang, TEXT_COVER,
					n == 1 ? "echo.place" : "ask.which");
	size_t len = 0;
	bool fits = true;

	out[0] = '\0';
	if (tmpl == NULL)
		return;
	if (n == 1)
		fits = str_add(town, sizeof(town), &len, "%s%s%s",
		    place_name(t->places, found[0], t->lang),
		    place_is_region(t->places, found[0]) ? "" : ", ",
		    place_is_region(t->places, found[0])
			? ""
			: region_name(t, found[0], t->lang));
	for (unsigned i = 0; n > 1 && i < n; i++) {
		char label[PLACE_LABEL_MAX];

		place_label(t->places, found, n, i, t->lang, label);
		fits = str_add(list, sizeof(list), &len, "%s%u %s", i > 0 ? " " : "",
			   i + 1, label) &&
		    fits;
	}
	if (!fits || text_fill(out, FLOW_TEXT_MAX, tmpl, args, ARRAY_LEN(args)) != RC_OK)
		out[0] = '\0';
}

static bool
is_elsewhere(const struct trial *t, unsigned place)
{
	return t->country != NULL &&
	    strncmp(place_region(t->places, place), t->country, 2) != 0;
}

/* What a screen offers in that country in place of typing. */
static void
print_menu(const struct trial *t)
{
	unsigned town[PLACE_MENU],
	    n = t->country != NULL ? place_menu(t->places, t->country, town) : 0;

	for (unsigned i = 0; i < n; i++)
		printf("%s%u %s", i == 0 ? "a screen offers: " : " ", i + 1,
		    place_short_name(t->places, town[i], t->lang));
	if (n > 0)
		putchar('\n');
}

static void
print_found(struct trial *t, const unsigned *found, unsigned n)
{
	char text[FLOW_TEXT_MAX];

	if (n == 0)
		puts(
		    "no place of the list: the words are kept as they are, for the one who "
		    "takes the case");
	for (unsigned i = 0; i < n; i++) {
		enum lang by;
		enum how how = how_found(t, found[i], &by);

		printf("%-14s ", place_id(t->places, found[i]));
		ctl_cell(stdout, place_name(t->places, found[i], t->lang), 24);
		printf(" %-7s ", place_region(t->places, found[i]));
		ctl_cell(stdout, region_name(t, found[i], t->lang), 20);
		printf(" %s%s%s%s\n", hows[how].text, by != LANG_NONE ? ", " : "",
		    by != LANG_NONE ? lang_code(by) : "",
		    is_elsewhere(t, found[i]) ? ", not in the number's country" : "");
	}
	next_text(t, found, n, text);
	print_menu(t);
	if (text[0] != '\0')
		printf("%s: %s\n", n == 1 ? "then it is said" : "then it is asked", text);
}

static void
print_json(struct trial *t, const unsigned *found, unsigned n)
{
	json_t *all = json_array();
	char text[FLOW_TEXT_MAX];

	for (unsigned i = 0; i < n; i++) {
		enum lang by;
		enum how how = how_found(t, found[i], &by);

		json_array_append_new(all,
		    json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "id",
			place_id(t->places, found[i]), "name",
			place_name(t->places, found[i], t->lang), "region",
			place_region(t->places, found[i]), "region_name",
			region_name(t, found[i], t->lang), "how", hows[how].code,
			"is_region", place_is_region(t->places, found[i]), "elsewhere",
			is_elsewhere(t, found[i])));
	}
	next_text(t, found, n, text);
	ctl_json_print(json_pack("{s:o,s:s}", "found", all, "next", text));
}

static enum rc
load(struct trial *t, const char *dir)
{
	char po[4096], path[4096];
	struct text_err text;
	struct flow_err err;

	if (words_load(dir, &t->words, &err) != RC_OK ||
	    places_load(dir, &t->places, &err) != RC_OK) {
		(void)ctl_wrong("%s", err.s);
		return RC_REFUSED;
	}
	if (snprintf(po, sizeof(po), "%s/po", dir) >= (int)sizeof(po) ||
	    snprintf(path, sizeof(path), "%s/%s.po", po, lang_code(t->lang)) >=
		(int)sizeof(path)) {
		(void)ctl_wrong("the folder's name is too long");
		return RC_REFUSED;
	}
	if (texts_load(po, 1U << t->lang, &t->texts, &text) == RC_OK)
		return RC_OK;
	(void)ctl_wrong("%s", text.s);
	return RC_REFUSED;
}

static int
find(struct ctl *c, struct trial *t)
{
	unsigned found[PLACE_FOUND_MAX], n;

	match_fold(t->folded, c->words[0]);
	n = place_find(t->places, t->words, t->folded, found);
	if (c->json)
		print_json(t, found, n);
	else
		print_found(t, found, n);
	return CTL_DONE;
}

int
ctl_place_try(struct ctl *c)
{
	struct trial t = { .lang = LANG_NONE, .country = ctl_option(c, "--country") };
	int status = CTL_DONE;

	if (!ctl_flow_lang(c, LANG_RU, &t.lang, &status))
		return status;
	if (!str_is_utf8(c->words[0], strlen(c->words[0])))
		return ctl_wrong_usage(c, "the words are not UTF-8");
	t.folded = xmalloc(sizeof(*t.folded));
	t.name = xmalloc(sizeof(*t.name));
	if (load(&t, ctl_flow_dir(c, ctl_option(c, "--conf"))) != RC_OK)
		status = CTL_NOT_DONE;
	else
		status = find(c, &t);
	texts_free(t.texts);
	places_free(t.places);
	words_free(t.words);
	free(t.folded);
	free(t.name);
	return status;
}
