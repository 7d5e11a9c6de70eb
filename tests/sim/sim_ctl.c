/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The modem's control socket and its events. What an order does is in sim_ctl_ops.c.
 * It never reads a line itself: sim_sock.c does.
 * Called by modem_sim.c and by whoever has an event.
 */
#include "sim_ctl.h"

#include "log.h"
#include "sim.h"
#include "sim_ctl_ops.h"

static json_t *
event_of(const struct sent *e)
{
	json_t *j = ctl_sent_entry(e);

	ctl_set(j, "event", json_string("sent"));
	return j;
}

static json_t *
on_order(void *of, const json_t *req, struct ctl_follow *follow)
{
	struct sim *s = of;

	return ctl_order(s, req, follow);
}

static json_t *
missed(void *of, uint64_t after)
{
	const struct sim *s = of;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->store.sents; i++) {
		if (s->store.sent[i].seq > after &&
		    json_array_append_new(list, event_of(&s->store.sent[i])) != 0)
			log_warn("sim.ctl.event", "seq=%llu",
			    (unsigned long long)s->store.sent[i].seq);
	}
	return list;
}

enum rc
ctl_open(struct sim *s)
{
	static const struct sock_owner owner = { .order = on_order, .missed = missed };

	return sock_open(&s->ctl, s->opt.control, &owner, s);
}

void
ctl_close(struct sim *s)
{
	sock_close(s->ctl);
	s->ctl = NULL;
}

size_t
ctl_polls(const struct sim *s, struct pollfd fds[SOCK_POLLS_MAX])
{
	return sock_polls(s->ctl, fds);
}

void
ctl_run(struct sim *s, const struct pollfd *fds, size_t n)
{
	sock_run(s->ctl, fds, n);
}

void
ctl_tell_sent(struct sim *s, const struct sent *e)
{
	sock_tell(s->ctl, event_of(e));
}

void
ctl_tell_deleted(struct sim *s, unsigned slot)
{
	sock_tell(s->ctl, json_pack("{s:s, s:i}", "event", "deleted", "slot", (int)slot));
}

void
ctl_tell_call(struct sim *s, const char *what)
{
	sock_tell(s->ctl, json_pack("{s:s, s:s}", "event", "call", "what", what));
}

void
ctl_tell_ussd(struct sim *s, const char *what, const char *text)
{
	sock_tell(s->ctl,
	    json_pack("{s:s, s:s, s:s}", "event", "ussd", "what", what, "text", text));
}
