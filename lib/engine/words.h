/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyword lists of all languages, looked up in a folded text; and the guess of its language.
 * It decides no conversation. Made by words_conf.c; called by the flow engine and receivers' words.
 */
#ifndef SHYRAQ_WORDS_H
#define SHYRAQ_WORDS_H

#include "match.h"

/*
 * How far from its list a word of a class still counts: as it stands there, and opens a flow as the whole
 * text only; the same anywhere; with an ending of a language on it; one letter off.
 */
enum word_reach {
	REACH_WHOLE,
	REACH_EXACT,
	REACH_ENDING,
	REACH_NEAR,
};

/* Name in conf/words, and its reach. */
#define WORD_CLASS_LIST(X)                    \
	X(DANGER, "danger", NEAR)             \
	X(HELP, "help", NEAR)                 \
	X(REPORT, "report", NEAR)             \
	X(JOB, "job", ENDING)                 \
	X(INFO, "info", NEAR)                 \
	X(URGENT, "urgent", NEAR)             \
	X(STOP, "stop", WHOLE)                \
	X(YES, "yes", WHOLE)                  \
	X(NO, "no", WHOLE)                    \
	X(LANGUAGE, "language", WHOLE)        \
	X(NAME, "name", WHOLE)                \
	X(MAN, "man", WHOLE)                  \
	X(WOMAN, "woman", WHOLE)              \
	X(CHILD, "child", WHOLE)              \
	X(YEARS, "years", WHOLE)              \
	X(SELF, "self", WHOLE)                \
	X(WHOM, "whom", WHOLE)                \
	X(TAKE, "take", WHOLE)                \
	X(STRANGER, "stranger", WHOLE)        \
	X(ABUSE, "abuse", WHOLE)              \
	X(GREETING, "greeting", WHOLE)        \
	X(COMMON, "common", WHOLE)            \
	X(EMBASSY, "embassy", NEAR)           \
	X(COMPLAINT, "complaint", NEAR)       \
	X(ERASE, "erase", WHOLE)              \
	X(WITHDRAW, "withdraw", WHOLE)        \
	X(PLAIN, "plain", WHOLE)              \
	X(MENU, "menu", WHOLE)                \
	X(AFTER, "after", EXACT)              \
	X(RELATIVE, "relative", NEAR)         \
	X(BORROWED, "borrowed", NEAR)         \
	X(PAY, "pay", NEAR)                   \
	X(PAPERS, "papers", NEAR)             \
	X(REGISTRATION, "registration", NEAR) \
	X(CONTRACT, "contract", NEAR)         \
	X(LEAVING, "leaving", NEAR)           \
	X(VIOLENCE, "violence", NEAR)         \
	X(CHILDINFO, "childinfo", NEAR)       \
	X(ABROAD, "abroad", NEAR)

#define WORD_CLASS_ENUM(id, name, reach) WORD_##id,
enum word_class {
	WORD_CLASS_LIST(WORD_CLASS_ENUM) WORD_CLASSES
};
const char *word_class_name(enum word_class c);
enum word_reach word_class_reach(enum word_class c);
bool word_class_is_loose(enum word_class c);        /* it counts wherever it stands */
enum word_class word_class_parse(const char *name); /* WORD_CLASSES when unknown */
#define CLASS_BIT(c) (UINT64_C(1) << (c))

struct words;
MUST_CHECK enum rc words_load(const char *dir, struct words **out, struct flow_err *err);
void words_free(struct words *w);

/* Whether a class has any word in a language. */
bool words_has(const struct words *w, enum word_class c, enum lang l);

/* What a text holds. Languages are bits. */
struct words_found {
	uint8_t any
	    [WORD_CLASSES]; /* languages of the words of a class, wherever they stand; 0: none */
	uint8_t whole
	    [WORD_CLASSES]; /* the whole text is words of the class in these languages */
	uint8_t votes[LANGS]; /* words of each language, the common ones too */
};
/* `near`: languages in which one letter off still counts. */
void words_find(const struct words *w, const struct folded *f, unsigned near,
    struct words_found *out);

/* Whether every word of a text, whatever its numbers, is one of these classes (CLASS_BIT) as its list has it. */
bool words_only(const struct words *w, const struct folded *f, uint64_t classes);

/* The classes that open a flow, the first to be obeyed first. */
const enum word_class *words_open_order(size_t *n);
/* The languages in which a text says one of them: anywhere, but those that are no loose class whole. */
unsigned words_opens(const struct words_found *v, enum word_class c);

/* The endings of all languages, folded, that may follow a name or a keyword ("да", "dan"). */
bool words_is_ending(const struct words *w, const char *s, size_t n);

/* A number said in a word ("bir"), 0 to 10, of any of these languages (bits); -1 for none. */
#define WORDS_NUMBER_MAX 10
int words_number(const struct words *w, const char *s, size_t n, unsigned langs);

/*
 * The language of a text: keywords of `best` (WORD_CLASSES: none was found), then letters, words,
 * script, the number's country. LANG_NONE when that leaves more than one.
 */
enum lang words_guess_lang(const struct words_found *v, const struct folded *f,
    enum word_class best, const char *country);

#endif
