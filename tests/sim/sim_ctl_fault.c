/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order "fault": a table of names, each with what it sets in force.
 * Never waits: a fault with a time ends by sim_fault.c's timers.
 * Called by sim_ctl_ops.c.
 */
#include <string.h>

#include "sim.h"
#include "sim_ctl_ops.h"

enum {
	COUNT_MAX = 1000000,
	MS_MAX = 86400000,
	CMS_UNKNOWN = 500,
};

/* what every fault may carry */
struct order {
	int64_t ms;     /* -1: until cleared */
	int count;      /* FAULT_FOREVER: until cleared */
	bool at_submit; /* "when":"submit" */
	const json_t *req;
};

/* NULL: in force; else what was wrong */
typedef const char *fault_setter(struct sim *s, const struct order *o);

static const char *
set_silent(struct sim *s, const struct order *o)
{
	s->fault.silent_until = o->ms < 0 ? INT64_MAX : sim_now_ms() + o->ms;
	return NULL;
}

static const char *
set_garbage(struct sim *s, const struct order *o)
{
	static const char *const where[] = { [FAULT_BEFORE] = "before",
		[FAULT_INSIDE] = "inside",
		[FAULT_LINE] = "line" };
	static const char noise[] = "\x7F\xC3~^#\x02 %RSSI 99\x80\xFE";
	const char *text = ctl_string(o->req, "text", NULL);
	const char *want = ctl_string(o->req, "where", "before");
	size_t i;

	if (text != NULL && (*text == '\0' || strlen(text) > FAULT_JUNK_MAX))
		return "text: 1 to 400 bytes";
	for (i = 0; i < ARRAY_LEN(where) && strcmp(want, where[i]) != 0; i++)
		;
	if (i == ARRAY_LEN(where))
		return "where: before, inside or line";
	s->fault.junk_where = (enum fault_where)i;
	s->fault.junk_len = text != NULL ? strlen(text) : sizeof noise - 1;
	memcpy(s->fault.junk, text != NULL ? text : noise, s->fault.junk_len);
	s->fault.junk_left = o->count;
	s->fault.junk_every_ms = o->ms < 0 ? 500 : o->ms;
	s->fault.junk_at_ms = sim_now_ms();
	return NULL;
}

static const char *
set_hang_up(struct sim *s, const struct order *o)
{
	if (o->at_submit)
		s->fault.hang_up_at_submit = o->ms < 0 ? 0 : (int)o->ms;
	else
		fault_hang_up(s, o->ms);
	return NULL;
}

static const char *
set_reboot(struct sim *s, const struct order *o)
{
	int64_t ms = o->ms < 0 ? 1000 : o->ms;

	if (o->at_submit)
		s->fault.reboot_at_submit = (int)ms;
	else
		fault_reboot(s, ms);
	return NULL;
}

static const char *
set_cms(struct sim *s, const struct order *o)
{
	int64_t code = ctl_int(o->req, "code", CMS_UNKNOWN);

	if (code < 0 || code > 999)
		return "code: 0 to 999";
	s->fault.cms_code = (int)code;
	s->fault.cms_left = o->count;
	return NULL;
}

static const char *
set_delete_fails(struct sim *s, const struct order *o)
{
	int64_t code = ctl_int(o->req, "code", CMS_UNKNOWN);

	if (code < 0 || code > 999)
		return "code: 0 to 999";
	s->fault.delete_code = (int)code;
	s->fault.delete_left = o->count;
	return NULL;
}

static const char *
set_no_result(struct sim *s, const struct order *o)
{
	s->fault.no_result_left = o->count;
	return NULL;
}

static const char *
set_late_result(struct sim *s, const struct order *o)
{
	if (o->ms < 0)
		return "ms: missing";
	s->fault.late_ms = (int)o->ms;
	s->fault.late_left = o->count;
	return NULL;
}

static const char *
set_registration(struct sim *s, const struct order *o)
{
	int64_t state = ctl_int(o->req, "state", NET_IDLE);

	if (state < 0 || state >= NET_STATES)
		return "state: 0 to 5";
	net_register(s, (enum net_registration)state);
	return NULL;
}

static const char *
set_memory_full(struct sim *s, const struct order *o)
{
	int64_t slots = ctl_int(o->req, "slots", store_used(&s->store));

	if (slots < 0 || slots > (int64_t)s->store.total)
		return "slots: to the SIM's size";
	s->fault.full = true;
	if (ctl_bool(o->req, "dummies", false))
		store_fill_dummies(&s->store);
	else
		s->store.bound = (unsigned)slots;
	return NULL;
}

static const char *
set_slow(struct sim *s, const struct order *o)
{
	int64_t bps = ctl_int(o->req, "bps", 960);

	if (bps < 1 || bps > 10000000)
		return "bps: 1 to 10000000";
	s->tty.bps = (unsigned)bps;
	return NULL;
}

static const char *
set_unannounced(struct sim *s, const struct order *o)
{
	s->fault.unannounced_left = o->count;
	return NULL;
}

static const char *
set_cnmi_lost(struct sim *s, const struct order *o)
{
	(void)o;
	memset(s->at.cnmi, 0, sizeof s->at.cnmi);
	return NULL;
}

static const char *
set_charset_lost(struct sim *s, const struct order *o)
{
	(void)o;
	memcpy(s->at.charset, "GSM", sizeof "GSM");
	return NULL;
}

json_t *
ctl_on_fault(struct sim *s, const json_t *req, struct ctl_follow *follow)
{
	static const struct {
		const char *name;
		fault_setter *set;
	} faults[] = {
		{ "silent", set_silent },
		{ "garbage", set_garbage },
		{ "hangup", set_hang_up },
		{ "reboot", set_reboot },
		{ "cms", set_cms },
		{ "delete_fails", set_delete_fails },
		{ "no_result", set_no_result },
		{ "late_result", set_late_result },
		{ "registration", set_registration },
		{ "memory_full", set_memory_full },
		{ "slow", set_slow },
		{ "cnmi_lost", set_cnmi_lost },
		{ "unannounced", set_unannounced },
		{ "charset_lost", set_charset_lost },
	};
	const char *name = ctl_string(req, "name", "");
	const char *when = ctl_string(req, "when", "now"), *wrong;
	int64_t count = ctl_int(req, "count", FAULT_FOREVER), ms = ctl_int(req, "ms", -1);
	struct order o = { .ms = ms, .count = (int)count, .req = req };
	size_t i;

	(void)follow;
	o.at_submit = strcmp(when, "submit") == 0;
	if (count < FAULT_FOREVER || count > COUNT_MAX || ms < -1 || ms > MS_MAX)
		return ctl_error("count: to 1000000; ms: to a day");
	for (i = 0; i < ARRAY_LEN(faults); i++) {
		if (strcmp(name, faults[i].name) != 0)
			continue;
		wrong = faults[i].set(s, &o);
		return wrong == NULL ? json_pack("{s:b}", "ok", 1) : ctl_error(wrong);
	}
	return ctl_error("name: not one of the faults");
}
