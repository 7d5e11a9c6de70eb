/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of an order read with their type and their default; the answers "done" and "no".
 * It never reads a socket. Called by the handlers of both simulators' orders.
 */
#ifndef SHYRAQ_SIM_JSON_H
#define SHYRAQ_SIM_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* New references: {"ok":true}, and {"ok":false,"error":why}. */
json_t *ctl_done(void);
json_t *ctl_error(const char *why);
/* Takes `value`. */
void ctl_set(json_t *j, const char *name, json_t *value);
/* An integer field; unset when it is not there or no integer. */
int64_t ctl_int(const json_t *req, const char *name, int64_t unset);
const char *ctl_string(const json_t *req, const char *name, const char *unset);
bool ctl_bool(const json_t *req, const char *name, bool unset);

#endif
