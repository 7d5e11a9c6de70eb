/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller's place between the database and the engine: codes only, never words.
 * It locks nothing: the turn holds the peer. Called by the turn.
 */
#ifndef SHYRAQ_SESSION_H
#define SHYRAQ_SESSION_H

#include "db.h"
#include "flow.h"
#include "out.h"

/* Slots as "name=code,code name=code", and back; what does not fit is dropped with a log line. */
#define SESSION_SLOTS_MAX (FLOW_SLOTS * (FLOW_NAME_MAX + FLOW_CODE_MAX + 2))
void session_slots_pack(const struct slot *v, size_t n, char out[SESSION_SLOTS_MAX]);
size_t session_slots_unpack(const char *packed, struct slot v[FLOW_SLOTS]);

/* Columns of TURN_READ from `first` on: flow, version, step, lang, flags, misses, slots, case_id, expires. */
void session_read(struct session *s, const struct db_rows *r, int row, int first);
/* A row for SESSION_WRITE; `hidden` is kept beside it (S18). */
void session_write(const struct session *s, const struct session *hidden, int64_t peer_id,
    struct out *o);

/* A whole session as one line, and back; flow "" is "". What does not parse is no session. */
#define SESSION_PACKED_MAX (SESSION_SLOTS_MAX + 256)
void session_pack(const struct session *s, char out[SESSION_PACKED_MAX]);
void session_unpack(const char *packed, struct session *s);

#endif
