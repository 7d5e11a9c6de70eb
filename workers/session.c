/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller's place: rows to struct session and back. Codes only, never words.
 * It locks nothing and decides nothing. Called by the turn.
 */
#include "session.h"

#include <string.h>

#include "log.h"
#include "str.h"

#define FLAG_LANG_CHOSEN 1
#define FLAG_PLAIN 2
#define FLAG_PAGE_SHIFT 8 /* the page of a USSD screen: eight bits */

void
session_slots_pack(const struct slot *v, size_t n, char out[SESSION_SLOTS_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		char code[FLOW_CODE_MAX];

		memcpy(code, v[i].code, sizeof(code));
		for (char *p = code; *p != '\0'; p++) {
			if (*p == ' ')
				*p = ',';
		}
		if (!str_add(out, SESSION_SLOTS_MAX, &len, "%s%s=%s", i > 0 ? " " : "",
			v[i].name, code))
			log_error("session.slots", "slot=%s does not fit", v[i].name);
	}
}

static bool
slot_unpack(const char *p, size_t n, struct slot *out)
{
	const char *eq = memchr(p, '=', n);
	size_t name_n;

	if (eq == NULL)
		return false;
	name_n = (size_t)(eq - p);
	if (!str_copy_bytes(out->name, sizeof(out->name), p, name_n) ||
	    !str_copy_bytes(out->code, sizeof(out->code), eq + 1, n - name_n - 1))
		return false;
	for (char *c = out->code; *c != '\0'; c++) {
		if (*c == ',')
			*c = ' ';
	}
	return out->name[0] != '\0';
}

size_t
session_slots_unpack(const char *packed, struct slot v[FLOW_SLOTS])
{
	size_t n = 0;

	while (*packed != '\0' && n < FLOW_SLOTS) {
		size_t len = strcspn(packed, " ");

		if (slot_unpack(packed, len, &v[n]))
			n++;
		packed += len;
		packed += *packed == ' ';
	}
	return n;
}

void
session_read(struct session *s, const struct db_rows *r, int row, int first)
{
	int64_t flags;

	memset(s, 0, sizeof(*s));
	s->lang = LANG_NONE;
	if (db_is_null(r, row, first))
		return;
	flags = db_get_i64(r, row, first + 4);
	if (!str_copy(s->flow, sizeof(s->flow), db_get_text(r, row, first)) ||
	    !str_copy(s->step, sizeof(s->step), db_get_text(r, row, first + 2)))
		log_error("session.read", "a flow's or step's name does not fit");
	s->version = (uint16_t)db_get_i64(r, row, first + 1);
	s->lang = lang_parse(db_get_text(r, row, first + 3));
	s->lang_chosen = (flags & FLAG_LANG_CHOSEN) != 0;
	s->plain = (flags & FLAG_PLAIN) != 0;
	s->page = (uint8_t)(flags >> FLAG_PAGE_SHIFT);
	s->misses = (uint8_t)db_get_i64(r, row, first + 5);
	s->slots = (uint8_t)session_slots_unpack(db_get_text(r, row, first + 6), s->slot);
	s->case_id = db_get_i64(r, row, first + 7);
	s->expires_ms = db_get_i64(r, row, first + 8);
}

void
session_write(const struct session *s, int64_t peer_id, struct out *o)
{
	char slots[SESSION_SLOTS_MAX];
	int64_t flags = (s->lang_chosen ? FLAG_LANG_CHOSEN : 0) |
	    (s->plain ? FLAG_PLAIN : 0) | (int64_t)s->page << FLAG_PAGE_SHIFT;

	session_slots_pack(s->slot, s->slots, slots);
	out_row(o, OUT_SESSION, peer_id, s->flow, (int64_t)s->version, s->step,
	    lang_code(s->lang), flags, (int64_t)s->misses, slots,
	    s->case_id == 0 ? OUT_NULL : s->case_id, s->expires_ms);
}
