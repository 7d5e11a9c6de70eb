/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading libconfig files whose shape is a tree (flows, words, policies), the first error kept with
 * file, line and name. It never guesses a value. Called by flow_conf.c, words_conf.c and policy.c.
 */
#ifndef SHYRAQ_TREE_CONF_H
#define SHYRAQ_TREE_CONF_H

#include <stdbool.h>

#include "flow.h"

struct config_setting_t; /* libconfig's, seen through these calls only */

/* One open file. After the first failure every call gives its empty answer, so callers read on. */
struct tree;

MUST_CHECK enum rc tree_open(const char *path, struct tree **out, struct flow_err *err);
void tree_free(struct tree *t);
/* RC_OK, or RC_REFUSED with the first failure in *err. */
MUST_CHECK enum rc tree_result(const struct tree *t, struct flow_err *err);

const struct config_setting_t *tree_root(const struct tree *t);
unsigned tree_line(const struct config_setting_t *at);
const char *tree_name(const struct config_setting_t *at); /* "" for an item of a list */

/* Keeps "FILE:LINE: name: ..." unless an earlier failure is kept. `at` may be NULL: line 1. */
void tree_fail(struct tree *t, const struct config_setting_t *at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Fails on a member that is not in `names` (words separated by blanks). */
void tree_only(struct tree *t, const struct config_setting_t *group, const char *names);

/* NULL when absent; `need` makes absence a failure. Strings are borrowed until tree_free. */
const char *tree_string(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need);
/* `fallback` when absent, unless it is below min: then absence fails. */
int tree_int(struct tree *t, const struct config_setting_t *group, const char *name,
    int min, int max, int fallback);
const struct config_setting_t *tree_group(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need);
/* A list or an array; its length and items. */
const struct config_setting_t *tree_list(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need);
unsigned tree_len(const struct config_setting_t *list);
const struct config_setting_t *tree_item(const struct config_setting_t *list, unsigned i);
const char *tree_item_string(
    struct tree *t, const struct config_setting_t *list, unsigned i);

#endif
