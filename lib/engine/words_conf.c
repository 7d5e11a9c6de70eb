/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads conf/words/<language>.conf and clashes.conf, folds every word, and refuses a word that means
 * two things nobody decided between. It looks nothing up. Called by flow_conf.c.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree_conf.h"
#include "words_priv.h"

#define WORDS_MAX 20000U

#define CLASS_LIST_NAME(id, name, reach) name " "
static const char list_names[] = WORD_CLASS_LIST(
    CLASS_LIST_NAME) "victim endings numbers";

/* Classes of which a word may be one only. */
static const enum word_class intents[] = { WORD_DANGER, WORD_HELP, WORD_REPORT, WORD_JOB,
	WORD_INFO, WORD_URGENT, WORD_STOP, WORD_EMBASSY, WORD_COMPLAINT, WORD_ERASE,
	WORD_WITHDRAW, WORD_PLAIN, WORD_MENU, WORD_AFTER, WORD_RELATIVE, WORD_PAY,
	WORD_PAPERS, WORD_REGISTRATION, WORD_CONTRACT, WORD_LEAVING, WORD_VIOLENCE,
	WORD_CHILDINFO, WORD_ABROAD };

static struct word *
record(struct words *w, struct dict *d, const char *key, size_t len)
{
	uint32_t i = dict_find(d, key, len);

	if (i != DICT_NONE)
		return &w->word[dict_value(d, i)];
	if (w->n == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 256;
		w->word = xreallocarray(w->word, w->room, sizeof *w->word);
	}
	w->word[w->n] = (struct word){ .from = LANGS };
	dict_add(d, key, len, w->n);
	return &w->word[w->n++];
}

struct reading {
	struct words *w;
	struct tree *tree;
	enum lang lang;
	struct folded f; /* large; one a load */
};

static void
add_skeleton(struct reading *r, enum word_class c, const char *s, size_t n)
{
	char bones[MATCH_WORD_MAX];

	if (!match_skeleton(bones, s, n, match_reading_of(r->lang)) &&
	    !match_skeleton(bones, s, n, MATCH_READ_COMMON))
		return;
	record(r->w, r->w->skeleton, bones, strlen(bones))->lang[c] |= (uint8_t)(1U
	    << r->lang);
}

static void
add_word(struct reading *r, const struct config_setting_t *list, enum word_class c,
    const char *text)
{
	struct word *k;
	const char *s;
	size_t n;

	match_fold(&r->f, text);
	if (r->f.tokens == 0 || r->f.tokens > WORD_SPAN || r->w->n >= WORDS_MAX) {
		tree_fail(r->tree, list, "\"%s\" is no keyword; allowed: 1 to %d words",
		    text, WORD_SPAN);
		return;
	}
	if (r->f.tokens > 1) {
		s = match_token(&r->f, 0, &n);
		k = record(r->w, r->w->exact, s, n);
		k->bare = k->bare || k->from == LANGS;
		k->spans = true;
	}
	s = match_span(&r->f, 0, r->f.tokens, &n);
	if (n >= MATCH_WORD_MAX) {
		tree_fail(r->tree, list, "\"%s\" is too long", text);
		return;
	}
	k = record(r->w, r->w->exact, s, n);
	if (k->from == LANGS) {
		k->from = (uint8_t)r->lang;
		k->line = tree_line(list);
	}
	k->bare = false;
	k->lang[c] |= (uint8_t)(1U << r->lang);
	if (r->f.tokens == 1 && word_class_is_loose(c))
		add_skeleton(r, c, s, n);
}

static void
read_list(struct reading *r, const char *name, enum word_class c)
{
	const struct config_setting_t *list = tree_list(
	    r->tree, tree_root(r->tree), name, false);
	char other[MATCH_WORD_MAX];

	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *text = tree_item_string(r->tree, list, i);

		add_word(r, tree_item(list, i), c, text);
		if (match_other_spelling(other, sizeof other, text))
			add_word(r, tree_item(list, i), c, other);
	}
}

static void
read_endings(struct reading *r)
{
	const struct config_setting_t *list = tree_list(
	    r->tree, tree_root(r->tree), "endings", false);
	const char *s;
	size_t n;

	for (unsigned i = 0; i < tree_len(list); i++) {
		match_fold(&r->f, tree_item_string(r->tree, list, i));
		if (r->f.tokens != 1) {
			tree_fail(
			    r->tree, tree_item(list, i), "no ending; allowed: letters");
			return;
		}
		s = match_token(&r->f, 0, &n);
		dict_add(r->w->ending, s, n, 0);
	}
}

static struct number *
number_of(struct words *w, const char *s, size_t n)
{
	uint32_t i = dict_find(w->number, s, n);

	if (i != DICT_NONE)
		return &w->numbers[dict_value(w->number, i)];
	if (w->number_n == w->number_room) {
		w->number_room = w->number_room > 0 ? w->number_room * 2 : 64;
		w->numbers = xreallocarray(
		    w->numbers, w->number_room, sizeof *w->numbers);
	}
	memset(&w->numbers[w->number_n], 0xff, sizeof *w->numbers);
	dict_add(w->number, s, n, w->number_n);
	return &w->numbers[w->number_n++];
}

/* numbers = ( ["ноль"], ["один", "раз"], ... ): the place in the list is the value. */
static void
read_numbers(struct reading *r)
{
	const struct config_setting_t *list = tree_list(
	    r->tree, tree_root(r->tree), "numbers", false);
	const char *s;
	size_t n;

	if (tree_len(list) > WORDS_NUMBER_MAX + 1)
		tree_fail(r->tree, list, "too many; allowed: 0 to %d", WORDS_NUMBER_MAX);
	for (unsigned v = 0; v < tree_len(list) && v <= WORDS_NUMBER_MAX; v++) {
		const struct config_setting_t *names = tree_item(list, v);

		for (unsigned i = 0; i < tree_len(names); i++) {
			int16_t *into;

			match_fold(&r->f, tree_item_string(r->tree, names, i));
			if (r->f.tokens != 1 || r->f.token[0].digits) {
				tree_fail(r->tree, names,
				    "no number word; allowed: one word of letters");
				return;
			}
			s = match_token(&r->f, 0, &n);
			into = &number_of(r->w, s, n)->value[r->lang];
			if (*into >= 0 && *into != (int16_t)v)
				tree_fail(r->tree, names, "\"%.*s\" is %d already",
				    (int)n, s, *into);
			*into = (int16_t)v;
		}
	}
}

static enum rc
read_language(struct reading *r, const char *path, struct flow_err *err)
{
	enum rc rc = tree_open(path, &r->tree, err);

	if (rc != RC_OK)
		return rc;
	tree_only(r->tree, tree_root(r->tree), list_names);
	for (unsigned c = 0; c < WORD_CLASSES; c++)
		read_list(r, word_class_name((enum word_class)c), (enum word_class)c);
	read_list(r, "victim", WORD_HELP);
	read_endings(r);
	read_numbers(r);
	rc = tree_result(r->tree, err);
	tree_free(r->tree);
	return rc;
}

/* One decision: of its classes the word keeps `is` alone. */
static void
decide(struct reading *r, const struct config_setting_t *item)
{
	const char *text = tree_string(r->tree, item, "word", true);
	const char *is = tree_string(r->tree, item, "is", true);
	enum word_class c;
	struct word *k;
	uint32_t at;
	size_t n;

	tree_only(r->tree, item, "word is why");
	if (text == NULL || is == NULL)
		return;
	c = word_class_parse(is);
	match_fold(&r->f, text);
	text = match_span(&r->f, 0, r->f.tokens > 0 ? r->f.tokens : 1, &n);
	at = r->f.tokens > 0 ? dict_find(r->w->exact, text, n) : DICT_NONE;
	if (at == DICT_NONE || c == WORD_CLASSES) {
		tree_fail(r->tree, item,
		    at == DICT_NONE ? "no list has this word"
				    : "unknown class in is; allowed: %s",
		    list_names);
		return;
	}
	k = &r->w->word[dict_value(r->w->exact, at)];
	if (k->lang[c] == 0)
		tree_fail(r->tree, item, "no list has this word as %s", is);
	for (size_t i = 0; i < ARRAY_LEN(intents); i++) {
		if (intents[i] != c)
			k->lang[intents[i]] = 0;
	}
}

/* Words that are no keywords in any language, though one is near: found exactly, they count nothing. */
static void
read_known(struct reading *r)
{
	const struct config_setting_t *list = tree_list(
	    r->tree, tree_root(r->tree), "known", false);

	for (unsigned i = 0; i < tree_len(list); i++) {
		const char *s, *text = tree_item_string(r->tree, list, i);
		size_t n;

		match_fold(&r->f, text);
		if (r->f.tokens != 1 || r->w->n >= WORDS_MAX) {
			tree_fail(r->tree, tree_item(list, i),
			    "\"%s\" is not one word of letters", text);
			return;
		}
		s = match_token(&r->f, 0, &n);
		record(r->w, r->w->exact, s, n)->bare = false;
	}
}

static enum rc
read_decisions(struct reading *r, const char *path, struct flow_err *err)
{
	const struct config_setting_t *list;
	enum rc rc = tree_open(path, &r->tree, err);

	if (rc != RC_OK)
		return rc;
	tree_only(r->tree, tree_root(r->tree), "clashes known");
	read_known(r);
	list = tree_list(r->tree, tree_root(r->tree), "clashes", true);
	for (unsigned i = 0; i < tree_len(list); i++)
		decide(r, tree_item(list, i));
	rc = tree_result(r->tree, err);
	tree_free(r->tree);
	return rc;
}

static enum rc
clash(const char *dir, const struct words *w, uint32_t entry, enum word_class a,
    enum word_class b, struct flow_err *err)
{
	const struct word *k = &w->word[dict_value(w->exact, entry)];
	const char *key;
	size_t n;

	key = dict_key(w->exact, entry, &n);
	if (snprintf(err->s, sizeof err->s,
		"%s/words/%s.conf:%u: %s: \"%s\" is also %s in a list; allowed: one of them, or "
		"a line in words/clashes.conf",
		dir, lang_code((enum lang)k->from), k->line, word_class_name(a), key,
		word_class_name(b)) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

static enum rc
check_clashes(const char *dir, const struct words *w, struct flow_err *err)
{
	for (uint32_t i = 0; i < dict_count(w->exact); i++) {
		const struct word *k = &w->word[dict_value(w->exact, i)];
		enum word_class seen = WORD_CLASSES;

		for (size_t c = 0; c < ARRAY_LEN(intents); c++) {
			if (k->lang[intents[c]] == 0)
				continue;
			if (seen != WORD_CLASSES)
				return clash(dir, w, i, seen, intents[c], err);
			seen = intents[c];
		}
		if ((k->lang[WORD_YES] & k->lang[WORD_NO]) != 0)
			return clash(dir, w, i, WORD_YES, WORD_NO, err);
		if (k->lang[WORD_STOP] != 0 &&
		    (k->lang[WORD_YES] | k->lang[WORD_NO]) != 0)
			return clash(dir, w, i, WORD_STOP,
			    k->lang[WORD_YES] != 0 ? WORD_YES : WORD_NO, err);
	}
	return RC_OK;
}

static void
index_near(struct words *w)
{
	uint32_t n = dict_count(w->exact);

	w->near = xreallocarray(NULL, n > 0 ? n : 1, sizeof *w->near);
	for (uint32_t i = 0; i < n; i++) {
		const struct word *k = &w->word[dict_value(w->exact, i)];
		bool loose = false;
		const char *key;
		size_t len;

		key = dict_key(w->exact, i, &len);
		for (unsigned c = 0; c < WORD_CLASSES; c++)
			loose = loose ||
			    (k->lang[c] != 0 &&
				word_class_reach((enum word_class)c) == REACH_NEAR);
		if (loose && memchr(key, ' ', len) == NULL &&
		    match_chars(key, len) >= WORD_NEAR_CHARS)
			w->near[w->nears++] = i;
	}
}

static enum rc
load(struct reading *r, const char *dir, struct flow_err *err)
{
	char path[PATH_MAX];
	bool any = false;
	enum rc rc;

	for (unsigned l = 0; l < LANGS; l++) {
		r->lang = (enum lang)l;
		if (snprintf(path, sizeof path, "%s/words/%s.conf", dir,
			lang_code(r->lang)) >= (int)sizeof path)
			break;
		if (access(path, F_OK) != 0)
			continue;
		rc = read_language(r, path, err);
		if (rc != RC_OK)
			return rc;
		any = true;
	}
	if (!any || snprintf(path, sizeof path, "%s/words/clashes.conf", dir) < 0) {
		if (snprintf(err->s, sizeof err->s, "%s/words:1: file: no keyword lists",
			dir) < 0)
			err->s[0] = '\0';
		return RC_REFUSED;
	}
	rc = read_decisions(r, path, err);
	if (rc == RC_OK)
		rc = check_clashes(dir, r->w, err);
	index_near(r->w);
	return rc;
}

enum rc
words_load(const char *dir, struct words **out, struct flow_err *err)
{
	struct reading *r = xcalloc(1, sizeof *r);
	enum rc rc;

	r->w = xcalloc(1, sizeof *r->w);
	r->w->exact = dict_new();
	r->w->skeleton = dict_new();
	r->w->ending = dict_new();
	r->w->number = dict_new();
	rc = load(r, dir, err);
	*out = rc == RC_OK ? r->w : NULL;
	if (rc != RC_OK)
		words_free(r->w);
	free(r);
	return rc;
}
