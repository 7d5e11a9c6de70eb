/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cards: whom a person may call, by home country and by where they are, with the day of review.
 * It holds no number of a person. Made from conf/cards; called by the flow engine and flow check.
 */
#ifndef SHYRAQ_CARD_H
#define SHYRAQ_CARD_H

#include "flow.h"

#define CARD_NAME_CHARS 30
#define CARD_NAME_BYTES 88
#define CARD_STALE_DAYS 365

/* Name in the files. What `home` means: country of citizenship, "" any; of a topic: the topic. */
#define CARD_KIND_LIST(X)       \
	X(EMBASSY, "embassy")   \
	X(HOTLINE, "hotline")   \
	X(HOME_NGO, "home_ngo") \
	X(TOPIC, "topic")

#define CARD_KIND_ENUM(id, name) CARD_##id,
enum card_kind {
	CARD_KIND_LIST(CARD_KIND_ENUM) CARD_KINDS
};
const char *card_kind_name(enum card_kind k);

struct card {
	enum card_kind kind;
	char home[16];                     /* "KZ", a topic ("pay"), or "" */
	char country[8];                   /* where the person is; "" anywhere */
	char name[LANGS][CARD_NAME_BYTES]; /* never "" */
	char phone[24];
	char reviewed[11];   /* "2026-09-15" */
	int64_t reviewed_ms; /* that day's midnight, UTC */
	const char *file;    /* borrowed from the cards */
	unsigned line;
};

struct cards;
/*
 * Reads DIR/cards/ *.csv; a folder that is not there holds none. RC_REFUSED: what is wrong stands in
 * err with file and line. *out: cards_free.
 */
MUST_CHECK enum rc cards_load(const char *dir, struct cards **out, struct flow_err *err);
void cards_free(struct cards *c);

/*
 * The card that says most about both: a row with an empty home or country counts for all, but an
 * embassy only for its own. NULL when there is none. Borrowed; lives as long as `c`.
 */
const struct card *card_find(
    const struct cards *c, enum card_kind kind, const char *home, const char *country);

size_t cards_count(const struct cards *c);
const struct card *cards_at(const struct cards *c, size_t i);

const char *card_name(const struct card *c, enum lang l);
/* Reviewed over a year ago, or on a day to come: an alarm for an operator, and shown with its date. */
bool card_stale(const struct card *c, int64_t now_ms);

#endif
