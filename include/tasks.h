/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks for people: what each kind asks of whom takes it, and the closed list of how it may end.
 * It stores nothing. Called by shyraqctl, which shows it, and by dispatch, which holds it.
 */
#ifndef SHYRAQ_TASKS_H
#define SHYRAQ_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#define TASK_KIND_MAX 32
#define TASK_OUTCOME_MAX 32
#define TASK_OUTCOME_PLAIN "done" /* fits every kind */

/* Codes parted by blanks, "done" first; a kind without a row of its own has the general ones. */
const char *task_outcomes(const char *kind);
bool task_outcome_fits(const char *kind, const char *code);
/* One line: what to do. */
const char *task_hint(const char *kind);
/* Whether words that somebody writes are its answer (`task answer`). */
bool task_has_answer(const char *kind);
/* Past the people on duty: supervisors alone see what it is, take it and end it. */
bool task_is_supervisors(const char *kind);
#define TASK_RESTRICTED "restricted" /* what others see in place of its kind */
/* The kinds that have a row, one by one; NULL: the end. */
const char *task_kind(size_t i);

#endif
