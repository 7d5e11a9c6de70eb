/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A control socket: clients, lines, answers, events. What an order does is its owner's.
 * Never blocks; a client that sends too long a line or does not read is let go.
 * Called by sim_ctl.c and smsc_ctl.c.
 */
#include "sim_sock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "sim_json.h"

struct client {
	int fd; /* -1: free */
	bool follows;
	size_t in_len, out_len, out_size;
	char *in;  /* owned, SOCK_LINE_MAX */
	char *out; /* owned */
};

struct sock {
	const struct sock_owner *owner;
	void *of;
	char *path; /* owned */
	int listener;
	struct client client[SOCK_CLIENTS_MAX];
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
	return listen(fd, SOCK_CLIENTS_MAX) == 0 ? RC_OK : RC_BROKEN;
}

enum rc
sock_open(struct sock **out, const char *path, const struct sock_owner *owner, void *of)
{
	struct sock *k = xcalloc(1, sizeof *k);
	size_t i;

	for (i = 0; i < ARRAY_LEN(k->client); i++)
		k->client[i].fd = -1;
	k->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (k->listener < 0 || bind_socket(k->listener, path) != RC_OK) {
		log_error("sim.ctl.open", "path=%s error=\"%s\"", path, strerror(errno));
		if (k->listener >= 0)
			close(k->listener);
		free(k);
		return RC_BROKEN;
	}
	k->owner = owner;
	k->of = of;
	k->path = xstrdup(path);
	*out = k;
	return RC_OK;
}

void
sock_close(struct sock *k)
{
	size_t i;

	if (k == NULL)
		return;
	for (i = 0; i < ARRAY_LEN(k->client); i++)
		client_close(&k->client[i]);
	close(k->listener);
	unlink(k->path);
	free(k->path);
	free(k);
}

size_t
sock_polls(const struct sock *k, struct pollfd fds[SOCK_POLLS_MAX])
{
	const struct client *c;
	size_t i;

	fds[0] = (struct pollfd){ .fd = k->listener, .events = POLLIN };
	for (i = 0; i < SOCK_CLIENTS_MAX; i++) {
		c = &k->client[i];
		fds[i + 1] = (struct pollfd){ .fd = c->fd, .events = POLLIN };
		if (c->out_len > 0)
			fds[i + 1].events |= POLLOUT;
	}
	return SOCK_POLLS_MAX;
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
	if (c->out_len + n > SOCK_OUT_MAX) {
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

static void
start_following(struct sock *k, struct client *c, uint64_t after)
{
	json_t *missed = k->owner->missed(k->of, after);
	size_t i;

	c->follows = true;
	for (i = 0; i < json_array_size(missed) && c->fd >= 0; i++)
		client_put(c, json_incref(json_array_get(missed, i)));
	json_decref(missed);
}

static void
client_line(struct sock *k, struct client *c, const char *line, size_t n)
{
	struct ctl_follow follow = { 0 };
	json_error_t why;
	json_t *req = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
	json_t *answer, *id;

	if (!json_is_object(req))
		answer = ctl_error(req == NULL ? why.text : "not an object");
	else
		answer = k->owner->order(k->of, req, &follow);
	id = json_object_get(req, "id");
	if (id != NULL && json_object_set(answer, "id", id) != 0)
		log_warn("sim.ctl.id", "it cannot be echoed");
	client_put(c, answer);
	json_decref(req);
	if (follow.on && c->fd >= 0)
		start_following(k, c, follow.after);
}

static void
client_read(struct sock *k, struct client *c)
{
	ssize_t n = recv(
	    c->fd, c->in + c->in_len, SOCK_LINE_MAX - c->in_len, MSG_DONTWAIT);
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
			client_line(k, c, c->in, len);
		if (c->fd < 0)
			return;
		c->in_len -= len + 1;
		memmove(c->in, end + 1, c->in_len);
	}
	if (c->in_len == SOCK_LINE_MAX) {
		client_put(c, ctl_error("the line is too long"));
		client_close(c);
	}
}

static void
take_client(struct sock *k)
{
	/* cppcheck-suppress nullPointer ; nobody asks where a client is */
	int fd = accept4(k->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < ARRAY_LEN(k->client); i++) {
		if (k->client[i].fd < 0) {
			k->client[i] = (struct client){ .fd = fd,
				.in = xmalloc(SOCK_LINE_MAX) };
			return;
		}
	}
	log_warn("sim.ctl.full", "clients=%d", SOCK_CLIENTS_MAX);
	close(fd);
}

void
sock_run(struct sock *k, const struct pollfd *fds, size_t n)
{
	struct client *c;
	size_t i;

	for (i = 1; i < n; i++) {
		c = &k->client[i - 1];
		if (c->fd < 0 || c->fd != fds[i].fd)
			continue;
		if (fds[i].revents & POLLOUT)
			client_flush(c);
		if (c->fd >= 0 && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			client_read(k, c);
	}
	if (fds[0].revents & POLLIN)
		take_client(k);
}

void
sock_tell(struct sock *k, json_t *event)
{
	size_t i;

	for (i = 0; k != NULL && i < SOCK_CLIENTS_MAX; i++) {
		if (k->client[i].fd >= 0 && k->client[i].follows)
			client_put(&k->client[i], json_incref(event));
	}
	json_decref(event);
}
