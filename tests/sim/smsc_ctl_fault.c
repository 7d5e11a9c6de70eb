/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders that change how the SMSC behaves: faults, settings, receipts; and what it counted.
 * It does no harm itself but what is to happen at once. Called by smsc_ctl.c.
 */
#include <string.h>

#include "smsc.h"
#include "smsc_ctl.h"

enum {
	DAY_MS = 86400000,
	COUNT_MAX = 1000000,
	SLOW_MS = 1000,
};

static uint32_t
code_of(enum fault f)
{
	return f == FAULT_REFUSE_BIND  ? SMPP_BIND_FAILED
	    : f == FAULT_THROTTLE      ? SMPP_THROTTLED
	    : f == FAULT_REFUSE_SUBMIT ? SMPP_SYSTEM_ERROR
				       : SMPP_OK;
}

static json_t *
malformed(struct smsc *s, const json_t *req, int64_t serial)
{
	const char *kind = ctl_string(req, "kind", "");
	size_t n = 0;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		struct smsc_conn *c = &s->conns[i];

		if (c->fd < 0 || (serial != 0 && (int64_t)c->serial != serial))
			continue;
		if (smsc_bad_send(c, kind) != RC_OK)
			return ctl_error("kind: not one of the malformed PDUs");
		n++;
	}
	return n > 0 ? ctl_done() : ctl_error("bind: there is none");
}

static json_t *
set_row(struct smsc *s, const json_t *req, enum fault f, int64_t ms)
{
	int64_t count = ctl_int(req, "count", 0), code = ctl_int(req, "code", -1);
	int64_t wait = ctl_int(req, "wait_ms", SLOW_MS);
	double rate = json_number_value(json_object_get(req, "rate"));

	if (count < 0 || count > COUNT_MAX || ms > DAY_MS || wait < 0 || wait > DAY_MS ||
	    rate < 0 || rate > 1 || code > UINT32_MAX)
		return ctl_error(
		    "count: to 1000000; ms, wait_ms: to a day; rate: 0 to 1");
	if (count == 0 && ms < 0 && json_object_get(req, "rate") == NULL)
		count = FAULT_ALWAYS;
	s->fault.row[f] = (struct fault_row){
		.left = count,
		.until_ms = ms < 0 ? 0 : smsc_now_ms() + ms,
		.rate = rate,
		.code = code < 0 ? code_of(f) : (uint32_t)code,
		.wait_ms = wait,
	};
	return ctl_done();
}

json_t *
ctl_on_fault(struct smsc *s, const json_t *req)
{
	const char *name = ctl_string(req, "name", "");
	int64_t serial = ctl_int(req, "bind", 0), ms = ctl_int(req, "ms", -1);
	enum fault f = fault_of(name);

	if (f != FAULTS)
		return set_row(s, req, f, ms);
	if (strcmp(name, "malformed") == 0)
		return malformed(s, req, serial);
	if (strcmp(name, "drop") == 0)
		fault_drop(s, (uint64_t)serial);
	else if (strcmp(name, "hang") == 0)
		fault_hang(s, (uint64_t)serial, ms);
	else if (strcmp(name, "closed") == 0)
		s->closed_until = ms < 0 ? INT64_MAX : smsc_now_ms() + ms;
	else
		return ctl_error("name: not one of the faults");
	return ctl_done();
}

static bool
take_int(const json_t *req, const char *name, int64_t least, int64_t most, int64_t *to)
{
	const json_t *v = json_object_get(req, name);

	if (v == NULL)
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < least ||
	    json_integer_value(v) > most)
		return false;
	*to = json_integer_value(v);
	return true;
}

static bool
take_coding(const json_t *req, const char *name, uint8_t *to)
{
	int64_t v = *to;
	bool fine = take_int(req, name, 0, 255, &v);

	*to = (uint8_t)v;
	return fine;
}

json_t *
ctl_on_set(struct smsc *s, const json_t *req)
{
	const char *dialect = ctl_string(req, "dialect", s->ussd.speaks->name);
	const char *carrier = ctl_string(
	    req, "carrier", s->set.data_sm ? "data" : "deliver");
	struct smsc_settings set = s->set;
	struct ussd *u = &s->ussd;

	set.data_sm = strcmp(carrier, "data") == 0;
	set.packed = ctl_bool(req, "packed", set.packed);
	if (!take_int(req, "window", 1, SMSC_WINDOW_MAX, &set.window) ||
	    !take_int(req, "response_ms", 1, DAY_MS, &set.response_ms) ||
	    !take_int(req, "retry_ms", 0, DAY_MS, &set.retry_ms) ||
	    !take_int(req, "step_ms", 1, DAY_MS, &u->step_ms) ||
	    !take_int(req, "user_ms", 1, DAY_MS, &u->user_ms) ||
	    !take_int(req, "session_ms", 1, DAY_MS, &u->session_ms) ||
	    !take_coding(req, "gsm_coding", &set.gsm_coding) ||
	    !take_coding(req, "ucs2_coding", &set.ucs2_coding) ||
	    !take_coding(req, "ussd_coding", &set.ussd_coding))
		return ctl_error("window: 1 to 100; *_ms: to a day; *_coding: to 255");
	if (!set.data_sm && strcmp(carrier, "deliver") != 0)
		return ctl_error("carrier: deliver or data");
	if (!ussd_speak(u, dialect))
		return ctl_error("dialect: not one of the dialects");
	s->set = set;
	return ctl_done();
}

/* The index of the word, or of what is in force when there is none; -1: it is unknown. */
static int
word_of(const json_t *req, const char *name, const char *const *words, int n, int unset)
{
	const char *word = ctl_string(req, name, NULL);

	for (int i = 0; i < n && word != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return word == NULL ? unset : -1;
}

json_t *
ctl_on_receipts(struct smsc *s, const json_t *req)
{
	static const char *const modes[] = { "auto", "manual", "off" };
	static const char *const ids[] = { "hex", "HEX", "decimal", "same" };
	static const char *const places[] = { "both", "text", "tlv" };
	static const char *const cases[] = { "normal", "upper", "lower" };
	static const char *const zeros[] = { "keep", "strip" };
	static const char *const fields[] = { "all", "few" };
	struct receipts r = s->receipts;
	const char *state = ctl_string(req, "state", r.state);
	int mode = word_of(req, "mode", modes, 3, (int)r.mode);
	int answered = word_of(req, "answer_id", ids, 3, (int)r.answered);
	int receipted = word_of(req, "receipt_id", ids, 4, (int)r.receipted);
	int where = word_of(req, "where", places, 3, (int)r.where);
	int letters = word_of(req, "case", cases, 3, (int)r.letters);
	int strip = word_of(req, "zeros", zeros, 2, r.strip);
	int few = word_of(req, "fields", fields, 2, r.few);

	if (mode < 0 || answered < 0 || receipted < 0 || where < 0 || letters < 0 ||
	    strip < 0 || few < 0 || !receipt_is_state(state) ||
	    !take_int(req, "delay_ms", 0, DAY_MS, &r.delay_ms))
		return ctl_error("mode, delay_ms, state, early, answer_id, receipt_id, "
				 "zeros, where, fields, case: one of them is wrong");
	r.mode = (enum receipt_mode)mode;
	r.answered = (enum receipt_number)answered;
	r.receipted = (enum receipt_number)receipted;
	r.where = (enum receipt_where)where;
	r.letters = (enum receipt_case)letters;
	r.strip = strip != 0;
	r.few = few != 0;
	r.early = ctl_bool(req, "early", r.early);
	memcpy(r.state, state, strlen(state) + 1);
	s->receipts = r;
	return ctl_done();
}

static json_t *
binds(const struct smsc *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		const struct smsc_conn *c = &s->conns[i];

		if (c->fd < 0 || c->bound == SMPP_COMMANDS)
			continue;
		if (json_array_append_new(list,
			json_pack("{s:I, s:s, s:s, s:I, s:b}", "bind",
			    (json_int_t)c->serial, "how", smpp_command_name(c->bound),
			    "system_id", c->account->id, "out", (json_int_t)c->slots_n,
			    "hangs", (int)smsc_conn_hangs(c))) != 0)
			break;
	}
	return list;
}

static json_t *
counters(const struct smsc *s)
{
	static const char *const names[COUNTS] = {
		[COUNT_CONNECTIONS] = "connections",
		[COUNT_BINDS] = "binds",
		[COUNT_BINDS_REFUSED] = "binds_refused",
		[COUNT_SUBMITS] = "submits",
		[COUNT_REFUSED] = "refused",
		[COUNT_THROTTLED] = "throttled",
		[COUNT_SILENT] = "silent",
		[COUNT_PARTS] = "parts",
		[COUNT_REPEATS] = "repeats",
		[COUNT_DELIVERS] = "delivers",
		[COUNT_REDELIVERED] = "redelivered",
		[COUNT_DELIVERED] = "delivered",
		[COUNT_REJECTED] = "rejected",
		[COUNT_RECEIPTS] = "receipts",
		[COUNT_EARLY_RECEIPTS] = "early_receipts",
		[COUNT_ENQUIRES] = "enquires",
		[COUNT_NACKS] = "nacks",
		[COUNT_MALFORMED_IN] = "malformed_in",
		[COUNT_STRAYS] = "strays",
		[COUNT_DIALS] = "dials",
		[COUNT_SCREENS] = "screens",
		[COUNT_ENDS] = "ends",
		[COUNT_ABORTS] = "aborts",
		[COUNT_TIMEOUTS] = "timeouts",
		[COUNT_USSD_STRAYS] = "ussd_strays",
		[COUNT_USSD_LONG] = "ussd_long",
		[COUNT_DROPPED] = "dropped",
	};
	json_t *j = json_object();

	for (size_t i = 0; i < COUNTS; i++)
		ctl_set(j, names[i], json_integer((json_int_t)s->count[i]));
	return j;
}

json_t *
ctl_on_status(struct smsc *s, const json_t *req)
{
	json_t *j = ctl_done(), *faults = json_array();

	(void)req;
	for (enum fault f = 0; f < FAULTS; f++) {
		if (fault_in_force(s, f) &&
		    json_array_append_new(faults, json_string(fault_name(f))) != 0)
			break;
	}
	ctl_set(j, "port", json_integer(s->port));
	ctl_set(j, "queued", json_integer((json_int_t)deliver_queued(s)));
	ctl_set(j, "out", json_integer((json_int_t)deliver_out(s)));
	ctl_set(j, "last_seq", json_integer((json_int_t)s->submits.last_seq));
	ctl_set(j, "dialect", json_string(s->ussd.speaks->name));
	ctl_set(j, "binds", binds(s));
	ctl_set(j, "faults", faults);
	ctl_set(j, "counters", counters(s));
	return j;
}
