/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text by key, language and register from the PO files, read at load by libgettextpo in a
 * short-lived child. It never invents a text: a missing one is an error at load.
 * Called by worker, dispatch and shyraqctl flow check.
 */
#ifndef SHYRAQ_TEXT_H
#define SHYRAQ_TEXT_H

#include <stdbool.h>

#include "base.h"

enum lang {
	LANG_KK,
	LANG_RU,
	LANG_UZ,
	LANG_KY,
	LANG_TG,
	LANG_TK,
	LANG_EN,
	LANGS,
	LANG_NONE = LANGS,
};
const char *lang_code(enum lang l); /* "kk" ...; "--" for LANG_NONE */
enum lang lang_parse(const char *code);
/* Whose names of places and cards a language reads where it has none of its own. */
enum lang lang_names(enum lang l);

enum text_register {
	TEXT_COVER,
	TEXT_PLAIN,
};

struct texts;

#define TEXT_ERR_MAX 512
struct text_err {
	char s[TEXT_ERR_MAX]; /* "FILE:LINE: key: what is wrong" */
};

/*
 * Reads DIR/<lang>.po for each language in `langs` (bit LANG_x). RC_REFUSED: any error of the PO
 * reader, a charset that is not UTF-8, an ill-formed string, placeholders that differ between
 * languages, a missing key. *out is the caller's: texts_free.
 */
MUST_CHECK enum rc texts_load(
    const char *dir, unsigned langs, struct texts **out, struct text_err *err);
void texts_free(struct texts *t);
bool texts_has_lang(const struct texts *t, enum lang l);

/*
 * The template of a key: the register asked for, else the other one (texts to receivers have no
 * cover). NULL when the key is unknown. Borrowed; lives as long as `t`.
 */
const char *text_get(
    const struct texts *t, enum lang l, enum text_register r, const char *key);

/*
 * Fills placeholders "{name}" from name/value pairs into out; always one part of memory, never cut:
 * RC_REFUSED when it does not fit or a placeholder has no value. Placeholders hold [a-z_] only.
 */
struct text_arg {
	const char *name;
	const char *value;
};
MUST_CHECK enum rc text_fill(
    char *out, size_t size, const char *tmpl, const struct text_arg *args, size_t n);

/*
 * Placeholders: whether all in a text are whole; and the first of `a` that `b` lacks: its length with
 * braces, *at where it stands; 0 when there is none.
 */
bool text_holes_whole(const char *text);
int text_missing_hole(const char *a, const char *b, const char **at);

/* For checks: walks all keys in file order; `parts` is the bound in "#. parts: N", 0 when none. */
struct text_row {
	const char *key;
	const char *text;
	const char *comment; /* the "#." lines, parted by line ends */
	enum lang lang;
	enum text_register reg;
	unsigned parts;
	unsigned wording; /* number of the signed wording; 0: unsigned */
	bool fuzzy;
	bool
	    is_signed; /* by a native speaker, this very text (text_sign.h), and not fuzzy */
};
size_t texts_count(const struct texts *t);
struct text_row texts_row(const struct texts *t, size_t i);

/*
 * For the mode "production": RC_REFUSED, with file, line and key, when a text that asks for a consent,
 * that answers a danger or a stop, or that begins a conversation is not signed, in whatever language or
 * register. The row form asks for one more key (a flow's own consent question).
 */
MUST_CHECK enum rc texts_check_signed(const struct texts *t, struct text_err *err);
MUST_CHECK enum rc texts_check_signed_key(
    const struct texts *t, const char *key, struct text_err *err);
/* Whether texts_check_signed wants this key signed. */
bool text_must_be_signed(const char *key);

/* "ask.calm@ussd" is the screen of "ask.calm": the bytes of a key before its "@", and whether it has one. */
#define TEXT_KEY_USSD "@ussd"
size_t text_key_stem(const char *key, bool *ussd);

#endif
