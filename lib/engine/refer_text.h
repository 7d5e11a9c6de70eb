/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What receivers read: the first text (one part), the reminder, the detail after acceptance (two parts).
 * Never a number of anybody, never a promise, "possible victim" at most. Pure; called by the turn.
 */
#ifndef SHYRAQ_REFER_TEXT_H
#define SHYRAQ_REFER_TEXT_H

#include "flow.h"

struct case_facts {
	int64_t number; /* №317, what receivers and operators see */
	enum case_class class;
	enum lang person_lang;
	uint8_t slots;
	struct slot slot
	    [FLOW_SLOTS]; /* the coded answers: where (town), region, what, who, count, need, police ... */
	bool dialled;      /* came by USSD: nothing is ever sent to them */
	bool cut;          /* no phone of theirs may be written to: no way is told */
	const char *place; /* the person's own words, opened; "" when there are none */
};

#define REFER_TEXT_MAX 512

/* For which role of the plan a first text is: what it says beside who, what and where. */
enum refer_role {
	REFER_FIRST, /* an organisation, or a social worker */
	REFER_CHILD, /* a child service: the children come first */
	REFER_POLICE, /* who, and that an organisation leads: never what happened, nor a status */
	REFER_EMBASSY,
	REFER_OPERATOR,
	REFER_LEGAL, /* beside who leads: who, and what of their need is for this role; no place */
	REFER_HEALTH,
	REFER_LABOUR,
};
enum refer_role refer_role_parse(const char *text);
/* Is told what its role needs, and by asking again no more. */
bool refer_is_brief(enum refer_role role);
/* The needs that a role beside who leads is asked for, "advice papers"; NULL: it is no such role. */
const char *refer_needs_of(enum refer_role role);

/* Who has accepted and leads, as a first text to police and embassies says it. */
enum refer_led {
	REFER_LED_NOT,
	REFER_LED_NGO,
	REFER_LED_CHILD,    /* a child service, and no organisation beside it */
	REFER_LED_OPERATOR, /* nobody but an operator */
};
/* Of the kinds of receivers that have accepted and lead, "child ngo". */
enum refer_led refer_led_parse(const char *kinds);

/*
 * "№317 Жетыбай: муж+7, паспорт, не выпускают. 1 482 беру 2 482 нет". Drops the least needed words until
 * it is one part.
 */
MUST_CHECK enum rc refer_first(const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role, enum refer_led led, unsigned code,
    char out[REFER_TEXT_MAX]);
/* "№317 ждёт 30 мин. 1 482 беру 2 482 нет", with what the other roles did ("" none) if it fits: one part. */
MUST_CHECK enum rc refer_reminder(const struct flows *f, enum lang l,
    const struct case_facts *c, unsigned code, unsigned minutes, const char *others,
    char out[REFER_TEXT_MAX]);
/* What somebody is told who accepted. */
struct refer_detail {
	enum refer_role role;
	const char *hhmm; /* when */
	const char *took; /* the other roles that somebody has taken, or "" */
	const char *wait; /* those nobody has answered for yet, one a line, or "" */
	bool place;       /* may have it */
};
/*
 * After acceptance: at most two parts; never without the place and the digits 4 and 5, of the rest what
 * there is room for: roles that wait go first, needs are shortened.
 */
MUST_CHECK enum rc refer_detail(const struct flows *f, enum lang l,
    const struct case_facts *c, const struct refer_detail *d, char out[REFER_TEXT_MAX]);
/* "Полиция: ждём." of a kind of receiver; false when there is no such text. */
bool refer_other(const struct flows *f, enum lang l, const char *kind, bool took,
    char out[REFER_TEXT_MAX]);
/* "№319 Шымкент: приюты не взяли. 1 590 беру": to the operator on duty, one part. */
MUST_CHECK enum rc refer_operator(const struct flows *f, enum lang l,
    const struct case_facts *c, unsigned code, char out[REFER_TEXT_MAX]);
/* "№317 место: Жетыбай": the town was corrected, to who has taken it already. */
MUST_CHECK enum rc refer_town(const struct flows *f, enum lang l,
    const struct case_facts *c, char out[REFER_TEXT_MAX]);
/* "№317 СРОЧНО Жетыбай: опасность": to who has taken it already, one part. */
MUST_CHECK enum rc refer_danger(const struct flows *f, enum lang l,
    const struct case_facts *c, char out[REFER_TEXT_MAX]);
/* The person's own words for the place as receivers read them: one line of 70 characters, numbers masked. */
#define REFER_PLACE_MAX (70 * 4 + 1)
void refer_place(const char *words, char out[REFER_PLACE_MAX]);
/* "№518: "words of the person"": cut where two parts end. */
MUST_CHECK enum rc refer_words(const struct flows *f, enum lang l, int64_t number,
    const char *words, char out[REFER_TEXT_MAX]);
/*
 * Any other text to a receiver by key: ref.taken_else and ref.taken_at {n} {at}, ref.which {n} {code},
 * ref.relay_safe {n} {hour} ...; one part each, but for those named in refer_prove.c. RC_REFUSED: unknown
 * key or argument.
 */
MUST_CHECK enum rc refer_say(const struct flows *f, enum lang l, const char *key,
    const struct text_arg *args, size_t n, char out[REFER_TEXT_MAX]);

#endif
