/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash from folded words to small numbers, made at load and only read afterwards.
 * It folds nothing itself and allocates nothing after the load. Called by words.c and place.c.
 */
#ifndef SHYRAQ_DICT_H
#define SHYRAQ_DICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define DICT_NONE UINT32_MAX

struct dict;
struct dict *dict_new(void);
void dict_free(struct dict *d);

/* A key may have several values; the same pair twice is kept once. The key is copied. */
void dict_add(struct dict *d, const char *key, size_t len, uint32_t value);

/*
 * The first entry of a key, then dict_more for the next; DICT_NONE when there is none. An entry is
 * not the value: dict_value gives that.
 */
uint32_t dict_find(const struct dict *d, const char *key, size_t len);
uint32_t dict_more(const struct dict *d, uint32_t entry);
uint32_t dict_value(const struct dict *d, uint32_t entry);

/* All entries by index, for linear looks: the key's bytes. */
uint32_t dict_count(const struct dict *d);
const char *dict_key(const struct dict *d, uint32_t entry, size_t *len);

#endif
