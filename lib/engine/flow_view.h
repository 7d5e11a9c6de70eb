/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flows as they were read, for those who draw, list and try them: steps, ways, texts. Read-only.
 * It decides no conversation. Called by shyraqctl's authoring tools alone.
 */
#ifndef SHYRAQ_FLOW_VIEW_H
#define SHYRAQ_FLOW_VIEW_H

#include <stdbool.h>

#include "flow.h"

enum view_kind {
	VIEW_ASK,
	VIEW_SAY,
	VIEW_BRANCH,
	VIEW_SET,
	VIEW_REFER,
	VIEW_DEED,
	VIEW_JUMP, /* to another flow */
	VIEW_END,
};

#define VIEW_NONE 0xffU
#define VIEW_LABEL_MAX 128
#define VIEW_WAYS_MAX 40
#define VIEW_KEYS_MAX 4

/* Strings are borrowed from the flows. */
struct flow_view {
	const char *name;
	unsigned version, steps;
	unsigned start, danger, again; /* steps; the last two may be VIEW_NONE */
	bool newest;
};
struct step_view {
	const char *name;
	enum view_kind kind;
	const char *asks; /* "choice" ...; "" when it asks nothing */
	const char *text; /* "" when it says nothing */
	const char *slot, *consent;
	bool plain;                /* said in plain words alone (S3a) */
	char does[VIEW_LABEL_MAX]; /* "refer after 60 s, under ngo"; "" for a question */
	const char *key[VIEW_KEYS_MAX]; /* every text it can say, its own first */
	unsigned keys;
};
struct way_view {
	unsigned to;                /* a step, VIEW_NONE for another flow */
	const char *flow;           /* the other flow, or NULL */
	enum case_class class;      /* the case becomes at least this */
	bool otherwise;             /* what is left when nothing else holds */
	char label[VIEW_LABEL_MAX]; /* "1 yes"; "" for the only way */
};

unsigned flow_views(const struct flows *f);
struct flow_view flow_view_at(const struct flows *f, unsigned i);
/* The newest version of a flow; flow_views() when there is none of this name. */
unsigned flow_view_find(const struct flows *f, const char *name);
struct step_view flow_view_step(const struct flows *f, unsigned flow, unsigned step);
unsigned flow_view_ways(const struct flows *f, unsigned flow, unsigned step,
    struct way_view out[VIEW_WAYS_MAX]);

bool flow_view_has_lang(const struct flows *f, enum lang l);
/* What people dial. */
const char *flow_view_dial(const struct flows *f);

/* Arguments of a language that make texts as long as they can be; made once, they look at all places. */
struct view_args {
	enum lang lang;
	enum text_register reg;
	char town[320];   /* in an echo */
	char list[320];   /* of places with one name */
	char menu[320];   /* of towns, on a screen */
	char except[320]; /* as routing has them */
};
void flow_view_args(
    const struct flows *f, enum lang l, enum text_register r, struct view_args *out);
/* What {list} is in a text: like names, a menu of towns, or a card's number. */
const char *flow_view_list(
    const struct flows *f, const struct view_args *args, const char *key);
/* A text filled with them. RC_REFUSED: no such key, or it cannot be filled. */
MUST_CHECK enum rc flow_view_text(const struct flows *f, const struct view_args *args,
    const char *key, char out[FLOW_TEXT_MAX]);

/* texts_check_signed, and every text that asks for a consent in whatever flow. */
MUST_CHECK enum rc flows_check_signed(const struct flows *f, struct flow_err *err);

/*
 * The same flows, of which a help word or a dial opens this one and nothing else: for the first step of
 * a trial. Shares everything with `f`, which must outlive it; free() it. NULL: no such flow.
 */
struct flows *flow_view_opening(const struct flows *f, const char *flow);

#endif
