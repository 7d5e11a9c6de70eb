/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S4: a stop word of the person's own, "STOP=word" in any language: said once, it stops like any other from
 * then on. It keeps no word: the turn does, as a keyed hash. Called by flow.c and by the turn.
 */
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define OWN_MIN 4
#define OWN_MAX 20
#define LEFT_MAX 64 /* bytes before the sign */

bool
flow_own_word(const char *text, char out[FLOW_CODE_MAX])
{
	struct folded f;
	const char *s;
	unsigned chars;
	size_t n;

	match_fold(&f, text);
	out[0] = '\0';
	if (f.tokens != 1 || f.token[0].digits)
		return false;
	s = match_token(&f, 0, &n);
	chars = match_chars(s, n);
	return chars >= OWN_MIN && chars <= OWN_MAX &&
	    str_copy_bytes(out, FLOW_CODE_MAX, s, n);
}

/* A word of ours, or a place: as an answer it must go on meaning what it means. */
static bool
is_taken(const struct turn *t, const char *text)
{
	struct folded f;
	struct words_found found;
	unsigned place[PLACE_FOUND_MAX];

	match_fold(&f, text);
	words_find(t->f->words, &f, MATCH_ALL_LANGS, &found);
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if (found.any[c] != 0 || found.whole[c] != 0)
			return true;
	}
	return place_find(t->f->places, t->f->words, &f, place) > 0;
}

/* What stands behind "STOP="; NULL when the text is no such thing. */
static const char *
behind_sign(const struct turn *t)
{
	const char *text = t->in->text, *sign = strpbrk(text, "=:");
	struct words_found found;
	struct folded f;
	char left[LEFT_MAX];

	if (sign == NULL ||
	    !str_copy_bytes(left, sizeof left, text, (size_t)(sign - text)))
		return NULL;
	match_fold(&f, left);
	words_find(t->f->words, &f, 0, &found);
	return found.whole[WORD_STOP] != 0 ? sign + 1 : NULL;
}

/* Also after a stop, in silence: these words are nobody's to read. */
bool
on_own_word(struct turn *t)
{
	const char *word = t->in->kind == INPUT_TEXT ? behind_sign(t) : NULL;
	char code[FLOW_CODE_MAX];
	bool fits;

	if (word == NULL)
		return false;
	t->answered = true;
	fits = flow_own_word(word, code) && !is_taken(t, word);
	if (fits)
		(void)effect_add(t, EFFECT_OWN_STOP, "", code);
	if (t->s->stopped)
		return true;
	turn_stop_lang(t);
	if (session_lang_ok(t->f, t->s))
		turn_say(t, fits ? KEY_OWN_SET : KEY_OWN_UNFIT, NULL, 0);
	return true;
}

/* The language of a stop word, where none is known. */
void
turn_stop_lang(struct turn *t)
{
	enum lang l;

	if (session_lang_ok(t->f, t->s))
		return;
	l = words_guess_lang(&t->words, &t->folded, WORD_STOP, t->in->country);
	t->s->lang = l < LANGS && (t->f->langs & 1U << l) != 0 ? l : LANG_NONE;
}

/* A stop word beside digits alone: "stop 1" answers nothing. */
bool
turn_stops_with_digits(const struct turn *t)
{
	static _Thread_local struct folded rest; /* too large for the stack of a turn */
	struct words_found found;
	char text[MATCH_WORD_MAX] = "";
	bool digits = false;
	size_t len = 0;

	if (t->words.any[WORD_STOP] == 0 || strchr(t->in->text, '=') != NULL)
		return false; /* "stop=12345": a word of their own, badly chosen */
	for (unsigned i = 0; i < t->folded.tokens; i++) {
		size_t n;
		const char *s = match_token(&t->folded, i, &n);

		digits = digits || t->folded.token[i].digits;
		if (!t->folded.token[i].digits &&
		    !str_add(text, sizeof text, &len, "%.*s ", (int)n, s))
			return false;
	}
	match_fold(&rest, text);
	words_find(t->f->words, &rest, 0, &found);
	return digits && found.whole[WORD_STOP] != 0;
}
