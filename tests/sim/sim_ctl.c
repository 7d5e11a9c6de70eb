/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: clients, lines, answers, events. What an order does is in sim_ctl_ops.c.
 * Never blocks; a client that sends too long a line or does not read is let go.
 * Called by modem_sim.c and by whoever has an event.
 */
#include "sim_ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "sim.h"
#include "sim_ctl_ops.h"

struct client {
	int fd; /* -1: free */
	bool follows;
	size_t in_len, out_len, out_size;
	char *in;  /* owned, CTL_LINE_MAX */
	char *out; /* owned */
};

struct ctl {
	int listener;
	struct client client[CTL_CLIENTS_MAX];
};

static void
client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	free(c->out);
	*c = (struct client){ .fd = -1 };
}

static MUST_CHECK enum rc
bind_socket(int fd, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int probe;

	if (strlen(path) >= sizeof a.sun_path) {
		errno = ENAMETOOLONG;
		return RC_BROKEN;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return RC_BROKEN;
	if (connect(probe, (const struct sockaddr *)&a, sizeof a) == 0) {
		close(probe);
		errno = EADDRINUSE;
		return RC_BROKEN;
	}
	close(probe);
	unlink(path);
	if (bind(fd, (const struct sockaddr *)&a, sizeof a) != 0)
		return RC_BROKEN;
	return listen(fd, CTL_CLIENTS_MAX) == 0 ? RC_OK : RC_BROKEN;
}

enum rc
ctl_open(struct sim *s)
{
	struct ctl *ctl = xcalloc(1, sizeof *ctl);
	size_t i;

	for (i = 0; i < ARRAY_LEN(ctl->client); i++)
		ctl->client[i].fd = -1;
	ctl->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ctl->listener < 0 || bind_socket(ctl->listener, s->opt.control) != RC_OK) {
		log_error("sim.ctl.open", "path=%s error=\"%s\"", s->opt.control,
		    strerror(errno));
		if (ctl->listener >= 0)
			close(ctl->listener);
		free(ctl);
		return RC_BROKEN;
	}
	s->ctl = ctl;
	return RC_OK;
}

void
ctl_close(struct sim *s)
{
	size_t i;

	if (s->ctl == NULL)
		return;
	for (i = 0; i < ARRAY_LEN(s->ctl->client); i++)
		client_close(&s->ctl->client[i]);
	close(s->ctl->listener);
	unlink(s->opt.control);
	free(s->ctl);
	s->ctl = NULL;
}

size_t
ctl_polls(const struct sim *s, struct pollfd fds[CTL_POLLS_MAX])
{
	const struct client *c;
	size_t i;

	fds[0] = (struct pollfd){ .fd = s->ctl->listener, .events = POLLIN };
	for (i = 0; i < CTL_CLIENTS_MAX; i++) {
		c = &s->ctl->client[i];
		fds[i + 1] = (struct pollfd){ .fd = c->fd, .events = POLLIN };
		if (c->out_len > 0)
			fds[i + 1].events |= POLLOUT;
	}
	return CTL_POLLS_MAX;
}

static void
client_flush(struct client *c)
{
	ssize_t n;

	if (c->fd < 0 || c->out_len == 0)
		return;
	n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_close(c);
		return;
	}
	if (n <= 0)
		return;
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
}

/* takes the reference */
static void
client_put(struct client *c, json_t *what)
{
	char *text = what == NULL ? NULL : json_dumps(what, JSON_COMPACT);
	size_t n;

	json_decref(what);
	if (text == NULL)
		return;
	n = strlen(text) + 1;
	if (c->out_len + n > CTL_OUT_MAX) {
		log_warn("sim.ctl.deaf", "waiting=%zu", c->out_len);
		free(text);
		client_close(c);
		return;
	}
	if (c->out_len + n > c->out_size) {
		c->out_size = 2 * (c->out_len + n);
		c->out = xreallocarray(c->out, c->out_size, 1);
	}
	text[n - 1] = '\n';
	memcpy(c->out + c->out_len, text, n);
	c->out_len += n;
	free(text);
	client_flush(c);
}

static json_t *
event_of(const struct sent *e)
{
	json_t *j = ctl_sent_entry(e);

	if (json_object_set_new(j, "event", json_string("sent")) != 0)
		log_warn("sim.ctl.event", "seq=%llu", (unsigned long long)e->seq);
	return j;
}

static void
start_following(struct sim *s, struct client *c, uint64_t after)
{
	size_t i;

	c->follows = true;
	for (i = 0; i < s->store.sents && c->fd >= 0; i++) {
		if (s->store.sent[i].seq > after)
			client_put(c, event_of(&s->store.sent[i]));
	}
}

static void
client_line(struct sim *s, struct client *c, const char *line, size_t n)
{
	struct ctl_follow follow = { 0 };
	json_error_t why;
	json_t *req = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
	json_t *answer, *id;

	if (!json_is_object(req))
		answer = ctl_error(req == NULL ? why.text : "not an object");
	else
		answer = ctl_order(s, req, &follow);
	id = json_object_get(req, "id");
	if (id != NULL && json_object_set(answer, "id", id) != 0)
		log_warn("sim.ctl.id", "it cannot be echoed");
	client_put(c, answer);
	json_decref(req);
	if (follow.on && c->fd >= 0)
		start_following(s, c, follow.after);
}

static void
client_read(struct sim *s, struct client *c)
{
	ssize_t n = recv(
	    c->fd, c->in + c->in_len, CTL_LINE_MAX - c->in_len, MSG_DONTWAIT);
	char *end;
	size_t len;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		client_close(c);
		return;
	}
	if (n < 0)
		return;
	c->in_len += (size_t)n;
	while (c->fd >= 0 && (end = memchr(c->in, '\n', c->in_len)) != NULL) {
		len = (size_t)(end - c->in);
		if (len > 0)
			client_line(s, c, c->in, len);
		if (c->fd < 0)
			return;
		c->in_len -= len + 1;
		memmove(c->in, end + 1, c->in_len);
	}
	if (c->in_len == CTL_LINE_MAX) {
		client_put(c, ctl_error("the line is too long"));
		client_close(c);
	}
}

static void
take_client(struct ctl *ctl)
{
	/* cppcheck-suppress nullPointer ; nobody asks where a client is */
	int fd = accept4(ctl->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < ARRAY_LEN(ctl->client); i++) {
		if (ctl->client[i].fd < 0) {
			ctl->client[i] = (struct client){ .fd = fd,
				.in = xmalloc(CTL_LINE_MAX) };
			return;
		}
	}
	log_warn("sim.ctl.full", "clients=%d", CTL_CLIENTS_MAX);
	close(fd);
}

void
ctl_run(struct sim *s, const struct pollfd *fds, size_t n)
{
	struct client *c;
	size_t i;

	for (i = 1; i < n; i++) {
		c = &s->ctl->client[i - 1];
		if (c->fd < 0 || c->fd != fds[i].fd)
			continue;
		if (fds[i].revents & POLLOUT)
			client_flush(c);
		if (c->fd >= 0 && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			client_read(s, c);
	}
	if (fds[0].revents & POLLIN)
		take_client(s->ctl);
}

/* takes the reference */
static void
tell(struct sim *s, json_t *event)
{
	size_t i;

	for (i = 0; i < CTL_CLIENTS_MAX && s->ctl != NULL; i++) {
		if (s->ctl->client[i].fd >= 0 && s->ctl->client[i].follows)
			client_put(&s->ctl->client[i], json_incref(event));
	}
	json_decref(event);
}

void
ctl_tell_sent(struct sim *s, const struct sent *e)
{
	tell(s, event_of(e));
}

void
ctl_tell_deleted(struct sim *s, unsigned slot)
{
	tell(s, json_pack("{s:s, s:i}", "event", "deleted", "slot", (int)slot));
}

void
ctl_tell_call(struct sim *s, const char *what)
{
	tell(s, json_pack("{s:s, s:s}", "event", "call", "what", what));
}

void
ctl_tell_ussd(struct sim *s, const char *what, const char *text)
{
	tell(
	    s, json_pack("{s:s, s:s, s:s}", "event", "ussd", "what", what, "text", text));
}
