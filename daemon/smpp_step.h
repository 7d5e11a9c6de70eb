/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps of dialogues that a gateway waits to have acknowledged: answered when they are committed.
 * It never answers a step before and keeps no word of it. Called by smpp_dialogue.c, in the loop.
 */
#ifndef SHYRAQ_SMPP_STEP_H
#define SHYRAQ_SMPP_STEP_H

#include "smpp.h"

#define SMPP_STEP_WAITS_MAX 8 /* of one step: what is repeated more often is put off */

/* The step that a dialogue was keyed last. */
struct smpp_step {
	uint64_t handle; /* dialogue_key's; 0: none */
	uint64_t print;  /* of its words */
	bool committed;
	bool taken; /* the gateway was told so: what is alike is another step */
};

struct smpp_steps;

struct smpp_steps *smpp_steps_new(void);
void smpp_steps_free(struct smpp_steps *v);

uint64_t smpp_step_print(const char *words);
/* A step like the last, of which the gateway does not know that it was taken. */
bool smpp_step_is_again(const struct smpp_step *s, uint64_t print);
/*
 * The PDU with this number is the step `s`: it is answered with ESME_ROK at once if it is committed, else
 * when it will be. `s` is borrowed until smpp_steps_forget.
 */
void smpp_steps_wait(
    struct smpp_steps *v, struct link *l, uint64_t number, struct smpp_step *s);
/* `s` ends, its PDUs do not: they are answered all the same. */
void smpp_steps_forget(struct smpp_steps *v, const struct smpp_step *s);
/* As dialogues_committed; `arg` is the smpp_steps. */
void smpp_steps_committed(void *arg, uint64_t handle);

#endif
