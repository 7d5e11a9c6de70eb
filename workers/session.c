/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller's place: rows to struct session and back. Codes only, never words.
 * It locks nothing and decides nothing. Called by the turn.
 */
#include "session.h"

#include <inttypes.h>
#include <stdio.h>
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

static int64_t
flags_of(const struct session *s)
{
	return (s->lang_chosen ? FLAG_LANG_CHOSEN : 0) | (s->plain ? FLAG_PLAIN : 0) |
	    (int64_t)s->page << FLAG_PAGE_SHIFT;
}

static void
take_flags(struct session *s, int64_t flags)
{
	s->lang_chosen = (flags & FLAG_LANG_CHOSEN) != 0;
	s->plain = (flags & FLAG_PLAIN) != 0;
	s->page = (uint8_t)(flags >> FLAG_PAGE_SHIFT);
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
	take_flags(s, flags);
	s->misses = (uint8_t)db_get_i64(r, row, first + 5);
	s->slots = (uint8_t)session_slots_unpack(db_get_text(r, row, first + 6), s->slot);
	s->case_id = db_get_i64(r, row, first + 7);
	s->expires_ms = db_get_i64(r, row, first + 8);
}

void
session_write(
    const struct session *s, const struct session *hidden, int64_t peer_id, struct out *o)
{
	char slots[SESSION_SLOTS_MAX], packed[SESSION_PACKED_MAX];

	session_slots_pack(s->slot, s->slots, slots);
	session_pack(hidden, packed);
	out_row(o, OUT_SESSION, peer_id, s->flow, (int64_t)s->version, s->step,
	    lang_code(s->lang), flags_of(s), (int64_t)s->misses, slots,
	    s->case_id == 0 ? OUT_NULL : s->case_id, s->expires_ms,
	    s->timer_ms == 0 ? OUT_NULL : s->timer_ms, packed);
}

void
session_pack(const struct session *s, char out[SESSION_PACKED_MAX])
{
	char slots[SESSION_SLOTS_MAX];
	size_t len = 0;

	out[0] = '\0';
	if (s->flow[0] == '\0')
		return;
	session_slots_pack(s->slot, s->slots, slots);
	if (!str_add(out, SESSION_PACKED_MAX, &len,
		"%s %u %s %s %" PRId64 " %u %" PRId64 " %s %" PRId64 "|%s", s->flow,
		s->version, s->step[0] != '\0' ? s->step : "-", lang_code(s->lang),
		flags_of(s), s->misses, s->case_id, case_class_name(s->class),
		s->expires_ms, slots))
		log_error("session.pack", "a hidden conversation does not fit");
}

void
session_unpack(const char *packed, struct session *s)
{
	char flow[FLOW_NAME_MAX], step[FLOW_NAME_MAX], lang[8], class[16];
	const char *slots = strchr(packed, '|');
	unsigned version, misses;
	int64_t flags;

	memset(s, 0, sizeof(*s));
	s->lang = LANG_NONE;
	if (slots == NULL ||
	    sscanf(packed, "%23s %u %23s %7s %" SCNd64 " %u %" SCNd64 " %15s %" SCNd64,
		flow, &version, step, lang, &flags, &misses, &s->case_id, class,
		&s->expires_ms) != 9) {
		s->case_id = s->expires_ms = 0;
		return;
	}
	memcpy(s->flow, flow, sizeof(flow));
	if (strcmp(step, "-") != 0)
		memcpy(s->step, step, sizeof(step));
	s->version = (uint16_t)version;
	s->misses = (uint8_t)misses;
	s->lang = lang_parse(lang);
	s->class = case_class_parse(class);
	take_flags(s, flags);
	s->slots = (uint8_t)session_slots_unpack(slots + 1, s->slot);
}
