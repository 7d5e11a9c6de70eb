/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage for tests of the workers' side of conversations: a worker and a dispatcher on a database of
 * their own, a clock that moves, and a test that plays the engine's part. Called by the tests of tests/db.
 */
#ifndef SHYRAQ_PLAY_H
#define SHYRAQ_PLAY_H

#include "base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "turn.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* What the engine does with one input; NULL: nothing at all. */
typedef void play_script(
    struct session *s, const struct flow_input *in, struct effects *e);
extern play_script *play_script_now;
/* The last input the engine was given; strings copied. */
extern struct flow_input play_seen;
extern int play_steps; /* how often it was asked */

extern struct turn play_worker, play_dispatch;

int play_setup(void **unused);
int play_teardown(void **unused);

void play_forward(int64_t ms);
/* To the next "hh:mm" of UTC+5. */
void play_until(int hour, int minute);
int64_t play_now(void);

/* A text of the phone +7701xxxxxxx; returns how many texts ride back. */
size_t play_sms(unsigned phone, play_script *script, const char *words);
/* The same words of two phones, in one batch. */
void play_both(const unsigned phone[2], play_script *script, const char *words);
/* A step of a dialogue; the screen stands in play_screen. */
extern char play_screen[BUS_SCREEN_MAX];
void play_dial(unsigned phone, unsigned dialogue, unsigned step, play_script *script,
    const char *words);
/* All that is due, until nothing is; `script` plays the engine. */
void play_due(play_script *script);

/* The first column of the first row, "" when there is none. */
const char *play_sql(const char *fmt, ...) PRINTF_LIKE(1, 2);
int64_t play_number(const char *fmt, ...) PRINTF_LIKE(1, 2);
void play_run(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Roles are the cluster's: made by its superuser. */
void play_super(const char *command);
/* A login in a group of those who use the console, where there is none yet. */
void play_login(const char *name, const char *group);
/*
 * What a console of `login` (NULL: the owner's) hands in, n packed bytes, and all that is then due; `script` plays
 * the engine. Returns dispatch's answer, or why it was refused.
 */
const char *play_hand_in(const char *login, const char *kind, const char *packed,
    size_t n, play_script *script);

/* A receiver with one phone; its contact's id. */
int64_t play_receiver(const char *name, const char *kind, unsigned phone);
/* Texts to it since the last call, "key|text key|text"; "" when there are none. */
const char *play_heard(int64_t contact);
/* The same for a person's phone. */
const char *play_told(unsigned phone);
int64_t play_peer(unsigned phone);
int64_t play_case(unsigned phone);
/* The open answer code of this contact, "482". */
const char *play_code(int64_t contact);

/* For scripts */
struct effect *play_effect(
    struct effects *e, enum effect_kind kind, const char *name, const char *code);
void play_say(struct effects *e, const char *key, const char *text);
void play_slot(struct session *s, const char *name, const char *code);
/* A case at a building site in KZ-47 whose referral is due at once, with the question "count" open. */
void play_help(struct session *s, const struct flow_input *in, struct effects *e);
/* Takes note of the input and says nothing. */
void play_silent(struct session *s, const struct flow_input *in, struct effects *e);
/* Help from `phone`, taken by `contact` (writing from `with`); the case's id. */
int64_t play_taken(unsigned phone, int64_t contact, unsigned with);

#endif
