/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker or dispatch for tests: prints what a daemon says as JSON lines, says what stdin tells.
 * It decides nothing but an automatic verdict, if asked to. Started by the system tests.
 *
 * busprobe worker|dispatch ENDPOINT NAME; then lines on stdin:
 *   {"op":"ready","credit":64}            {"op":"auto","outcome":"done|again|aside|none"}
 *   {"op":"verdict","token":1,"outcome":"done","credit":1,"screen":"1 yes","end":false}
 *   {"op":"send","row":1,"attempt":1,"to":"+7…","text":"…", instance link priority person receipt
 *        submit_ms window_ms parts_done concat_ref}   (a worker sends it inside Verdicts)
 *   {"op":"ask","row":1,"attempt":1}      `instance` is the daemon's when not given
 *   {"op":"order","id":1,"kind":"pause|resume|drain|undrain|ussd","link":"m1","class":0,"text":"*100#"}
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "log.h"
#include "loop.h"
#include "seal.h"
#include "str.h"

#define LINE_MAX_BYTES 65536

struct probe {
	struct loop *loop;
	struct bus *bus;
	bool worker;
	int automatic; /* enum bus_outcome, or -1 */
	size_t line_n;
	char line[LINE_MAX_BYTES];
};

static const char *const outcomes[] = { "done", "again", "aside" };
static const char *const bodies[] = { "text", "data", "broken" };
static const char *const states[] = { "never_had", "held", "submitted", "accepted",
	"failed", "refused", "uncertain", "dropped", "expired" };

static void
print(json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT);

	printf("%s\n", s);
	fflush(stdout);
	free(s);
	json_decref(j);
}

static json_t *
hex(const void *p, size_t n)
{
	char *s = xmalloc(2 * n + 1);
	json_t *j;

	str_hex(s, p, n);
	j = json_string(s);
	free(s);
	return j;
}

static void
say(struct probe *p, const struct bus_msg *m)
{
	if (bus_send(p->bus, bus_only(p->bus), m) != RC_OK)
		print(json_pack("{s:s}", "type", "lost"));
}

static void
say_verdict(struct probe *p, uint64_t token, int outcome, uint32_t credit,
    const char *screen, bool end)
{
	struct bus_verdict v = {
		.token = token, .outcome = (enum bus_outcome)outcome, .end = end
	};
	struct bus_msg m = { .type = BUS_VERDICTS };

	if (!str_copy(v.screen, sizeof(v.screen), screen))
		v.screen[0] = '\0';
	m.u.verdicts = (struct bus_verdicts){
		.verdicts_n = 1, .credit = credit, .verdicts = &v
	};
	say(p, &m);
}

static json_t *
numbers(const uint64_t *v, uint32_t n)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(j, json_integer((json_int_t)v[i]));
	return j;
}

/* What a text over SMPP has besides. */
static json_t *
with_bind(json_t *j, const struct bus_sms_in *in)
{
	if (in->reading == 0)
		return j;
	json_object_set_new(j, "bind", json_integer((json_int_t)in->bind));
	json_object_set_new(j, "reading", json_integer((json_int_t)in->reading));
	json_object_set_new(j, "lapsed", numbers(in->lapsed, in->lapsed_n));
	json_object_set_new(j, "live", numbers(in->live, in->live_n));
	return j;
}

static void
on_confirm(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct probe *p = arg;
	const struct bus_confirm *c = &m->u.confirm;

	(void)from;
	print(json_pack("{s:s s:I s:s s:o}", "type", "confirm", "token",
	    (json_int_t)c->token, "group", c->link_group, "readings",
	    numbers(c->readings, c->n)));
	if (p->automatic >= 0)
		say_verdict(p, c->token, p->automatic, 1, "", false);
}

static void
on_sms(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct probe *p = arg;
	const struct bus_sms_in *in = &m->u.sms_in;

	(void)from;
	print(with_bind(
	    json_pack(
		"{s:s s:I s:s s:s s:s s:s s:I s:b s:I s:s s:o s:o s:i s:i s:i s:i s:s# s:b}",
		"type", "sms", "token", (json_int_t)in->token, "link", in->link, "group",
		in->link_group, "from", in->from, "smsc", in->smsc, "smsc_ms",
		(json_int_t)in->smsc_ms, "smsc_zone", in->smsc_zone, "age_ms",
		(json_int_t)in->age_ms, "body", bodies[in->body], "text",
		hex(in->text, in->text_n), "udh", hex(in->udh, in->udh_n), "part",
		(int)in->part, "total", (int)in->total, "ref", (int)in->ref, "ref_bits",
		(int)in->ref_bits, "stamp", (const char *)in->stamp, (size_t)in->stamp_n,
		"again", in->again),
	    in));
	if (p->automatic >= 0)
		say_verdict(p, in->token, p->automatic, 1, "", false);
}

static void
on_result(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct probe *p = arg;
	const struct bus_result *r = &m->u.result;
	json_t *refs = json_array();

	(void)from;
	for (uint32_t i = 0; i < r->refs_n; i++)
		json_array_append_new(refs, json_integer(r->refs[i]));
	print(json_pack("{s:s s:I s:I s:i s:s s:s s:i s:o s:I s:i}", "type", "result",
	    "token", (json_int_t)r->token, "row", (json_int_t)r->row, "attempt",
	    (int)r->attempt, "state", states[r->state], "link", r->link, "error",
	    (int)r->error, "refs", refs, "parts_done", (json_int_t)r->parts_done,
	    "concat_ref", (int)r->concat_ref));
	if (p->automatic >= 0 && r->token != 0)
		say_verdict(p, r->token, p->automatic, 1, "", false);
}

static void
on_receipt(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct probe *p = arg;
	const struct bus_receipt *r = &m->u.receipt;

	(void)from;
	print(json_pack("{s:s s:I s:s s:s s:I s:b s:b s:I}", "type", "receipt", "token",
	    (json_int_t)r->token, "link", r->link, "to", r->to, "ref", (json_int_t)r->ref,
	    "delivered", r->delivered, "final", r->final, "age_ms",
	    (json_int_t)r->age_ms));
	if (p->automatic >= 0)
		say_verdict(p, r->token, p->automatic, 1, "", false);
}

static void
on_room(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	(void)arg;
	(void)from;
	print(json_pack("{s:s s:i}", "type", "room", "room", (int)m->u.room));
}

static void
on_ussd(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct probe *p = arg;
	const struct bus_ussd_in *in = &m->u.ussd_in;

	(void)from;
	print(json_pack("{s:s s:I s:s s:s s:s s:I s:i s:s s:I s:b s:b}", "type", "ussd",
	    "token", (json_int_t)in->token, "link", in->link, "group", in->link_group,
	    "from", in->from, "dialogue", (json_int_t)in->dialogue, "step", (int)in->step,
	    "text", in->text, "age_ms", (json_int_t)in->age_ms, "again", in->again,
	    "gone", in->gone));
	if (p->automatic >= 0)
		say_verdict(p, in->token, p->automatic, 1, "", false);
}

static void
on_link_state(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	const struct bus_link_state *s = &m->u.link_state;

	(void)arg;
	(void)from;
	print(json_pack(
	    "{s:s s:s s:s s:s s:b s:b s:i s:I s:I s:I s:i s:i s:i s:s s:I s:I s:b}",
	    "type", "link", "link", s->link, "group", s->link_group, "state", s->state,
	    "usable", s->usable, "paused", s->paused, "signal", (int)s->signal,
	    "last_in_ms", (json_int_t)s->last_in_ms, "received", (json_int_t)s->received,
	    "sent", (json_int_t)s->sent, "slots_used", (int)s->slots_used, "slots_all",
	    (int)s->slots_all, "waiting", (int)s->waiting, "number", s->number, "balance",
	    (json_int_t)s->balance, "balance_ms", (json_int_t)s->balance_ms,
	    "balance_low", s->balance_low));
}

static void
on_order_done(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	const struct bus_order_done *d = &m->u.order_done;

	(void)arg;
	(void)from;
	print(json_pack("{s:s s:I s:b s:s}", "type", "order_done", "id",
	    (json_int_t)d->id, "done", d->done, "text", d->text));
}

static void
on_change(void *arg, struct bus_peer *p, bool up)
{
	(void)arg;
	print(json_pack("{s:s s:I}", "type", up ? "up" : "down", "instance",
	    (json_int_t)p->instance));
}

static bus_handler *const on[BUS_TYPES] = {
	[BUS_SMS_IN] = on_sms,
	[BUS_CONFIRM] = on_confirm,
	[BUS_RESULT] = on_result,
	[BUS_RECEIPT] = on_receipt,
	[BUS_SEND_ROOM] = on_room,
	[BUS_USSD_IN] = on_ussd,
	[BUS_LINK_STATE] = on_link_state,
	[BUS_ORDER_DONE] = on_order_done,
};

static json_int_t
number(const json_t *j, const char *name, json_int_t unset)
{
	const json_t *v = json_object_get(j, name);

	return json_is_integer(v) ? json_integer_value(v) : unset;
}

static const char *
string(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s == NULL ? "" : s;
}

static int
outcome_of(const json_t *j)
{
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		if (strcmp(string(j, "outcome"), outcomes[i]) == 0)
			return (int)i;
	}
	return -1;
}

static void
do_send(struct probe *p, const json_t *j)
{
	static struct bus_send s;
	struct bus_msg m = { .type = BUS_VERDICTS };

	memset(&s, 0, sizeof(s));
	s.row = (uint64_t)number(j, "row", 0);
	s.attempt = (uint32_t)number(j, "attempt", 1);
	s.instance = (uint64_t)number(
	    j, "instance", (json_int_t)bus_only(p->bus)->instance);
	if (!str_copy(s.to, sizeof(s.to), string(j, "to")) ||
	    !str_copy(s.link, sizeof(s.link), string(j, "link")) ||
	    !str_copy(s.text, sizeof(s.text), string(j, "text")))
		return;
	s.priority = (uint32_t)number(j, "priority", 3);
	s.person = json_is_true(json_object_get(j, "person"));
	s.receipt = json_is_true(json_object_get(j, "receipt"));
	s.submit_ms = (uint64_t)number(j, "submit_ms", 0);
	s.window_ms = (uint64_t)number(j, "window_ms", 0);
	s.parts_done = (uint64_t)number(j, "parts_done", 0);
	s.concat_ref = (uint32_t)number(j, "concat_ref", 0);
	m.u.verdicts = (struct bus_verdicts){ .sends_n = 1, .sends = &s };
	if (!p->worker) {
		m.type = BUS_SEND;
		m.u.send = s;
	}
	say(p, &m);
}

static void
do_order(struct probe *p, const json_t *j)
{
	static const char *const kinds[] = { "pause", "resume", "drain", "undrain",
		"ussd" };
	struct bus_msg m = { .type = BUS_ORDER };
	struct bus_order *o = &m.u.order;

	o->id = (uint64_t)number(j, "id", 1);
	o->class = (uint32_t)number(j, "class", 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(string(j, "kind"), kinds[i]) == 0)
			o->kind = (enum bus_order_kind)i;
	}
	if (str_copy(o->link, sizeof(o->link), string(j, "link")) &&
	    str_copy(o->text, sizeof(o->text), string(j, "text")))
		say(p, &m);
}

static void
obey(struct probe *p, const json_t *j)
{
	const char *op = string(j, "op");
	struct bus_msg m = { .type = BUS_READY };

	if (strcmp(op, "ready") == 0) {
		m.u.credit = (uint32_t)number(j, "credit", 64);
		say(p, &m);
	} else if (strcmp(op, "auto") == 0) {
		p->automatic = outcome_of(j);
	} else if (strcmp(op, "verdict") == 0) {
		say_verdict(p, (uint64_t)number(j, "token", 0), outcome_of(j),
		    (uint32_t)number(j, "credit", 1), string(j, "screen"),
		    json_is_true(json_object_get(j, "end")));
	} else if (strcmp(op, "send") == 0) {
		do_send(p, j);
	} else if (strcmp(op, "order") == 0) {
		do_order(p, j);
	} else if (strcmp(op, "ask") == 0) {
		m.type = BUS_ASK;
		m.u.ask.row = (uint64_t)number(j, "row", 0);
		m.u.ask.attempt = (uint32_t)number(j, "attempt", 1);
		m.u.ask.instance = (uint64_t)number(
		    j, "instance", (json_int_t)bus_only(p->bus)->instance);
		say(p, &m);
	}
}

static void
on_stdin(void *arg, int fd)
{
	struct probe *p = arg;
	ssize_t n = read(fd, p->line + p->line_n, sizeof(p->line) - p->line_n);
	char *end;

	if (n <= 0) {
		loop_end(p->loop);
		return;
	}
	p->line_n += (size_t)n;
	while ((end = memchr(p->line, '\n', p->line_n)) != NULL) {
		json_t *j = json_loadb(p->line, (size_t)(end - p->line), 0, NULL);

		if (j != NULL)
			obey(p, j);
		json_decref(j);
		p->line_n -= (size_t)(end + 1 - p->line);
		memmove(p->line, end + 1, p->line_n);
	}
	if (p->line_n == sizeof(p->line))
		p->line_n = 0;
}

int
main(int argc, char **argv)
{
	static struct probe p = { .automatic = -1 };
	struct bus_options o = { .self = BUS_WORKER,
		.other = BUS_DAEMON,
		.on = on,
		.change = on_change,
		.arg = &p };

	if (argc != 4)
		return 2;
	log_open("busprobe", LOG_LEVEL_WARN);
	seal_init();
	p.worker = strcmp(argv[1], "worker") == 0;
	o.self = p.worker ? BUS_WORKER : BUS_DISPATCH;
	o.endpoint = argv[2];
	o.name = argv[3];
	seal_random_bytes(&o.instance, sizeof(o.instance));
	o.instance |= 1;
	p.loop = loop_new();
	if (bus_open(p.loop, &o, &p.bus) != RC_OK)
		return 1;
	loop_read(p.loop, STDIN_FILENO, on_stdin, &p);
	loop_run(p.loop);
	bus_close(p.bus);
	loop_free(p.loop);
	return 0;
}
