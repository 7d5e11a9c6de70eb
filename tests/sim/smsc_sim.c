/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq-smscsim: an SMSC on loopback that binds and answers, for tests and training.
 * One process, one poll() loop; never used with a real network.
 * Started by tests, by scripts/run and by people.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "smsc_conn.h"

enum {
	CONNS_MAX = 32,
	POLL_SIGNAL = 0,
	POLL_LISTEN,
	POLL_CONN,
	POLLS = POLL_CONN + CONNS_MAX,
};

static const char usage[] =
    "usage: shyraq-smscsim --port N [--system-id ID] [--password WORD]\n"
    "       --port 0: a free one, named in the first line of the log\n";

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "system-id", required_argument, NULL, 's' },
	{ "password", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct smsc {
	struct smsc_options opt;
	uint16_t port;
	int signals, listener;
	struct smsc_conn conns[CONNS_MAX];
};

static void
refuse(const char *why)
{
	fprintf(stderr, "shyraq-smscsim: %s\n%s", why, usage);
	exit(2);
}

static uint16_t
read_port(const char *text)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v > UINT16_MAX)
		refuse("--port: a number from 0 to 65535");
	return (uint16_t)v;
}

static void
read_options(struct smsc *s, int argc, char **argv)
{
	bool port = false;
	int c;

	s->opt = (struct smsc_options){ .system_id = "shyraq", .password = "secret" };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			s->port = read_port(optarg);
			port = true;
			break;
		case 's':
			s->opt.system_id = optarg;
			break;
		case 'w':
			s->opt.password = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc)
		refuse("there are only options");
	if (!port)
		refuse("--port: missing");
}

static int
take_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		fatal("smscsim.signals", "they cannot be blocked");
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		fatal("smscsim.signalfd", "it cannot be opened");
	return fd;
}

static int
take_port(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		fatal("smscsim.listen", "port=%u", port);
	log_info("smscsim.listening", "port=%u", ntohs(at.sin_port));
	return fd;
}

/* One over the limit is closed at once. */
static void
take_conn(struct smsc *s)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	int fd = accept4(
	    s->listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
		if (s->conns[i].fd < 0) {
			smsc_conn_open(&s->conns[i], fd, &s->opt);
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

static void
run_conn(struct smsc_conn *c, short events)
{
	enum rc rc = RC_OK;

	if (!c->ending && (events & (POLLIN | POLLHUP | POLLERR)) != 0)
		rc = smsc_conn_read(c);
	/* what it has to say goes out with the same turn */
	if (rc == RC_OK)
		rc = smsc_conn_write(c);
	if (rc != RC_OK)
		smsc_conn_close(c);
}

static void
loop(struct smsc *s)
{
	struct pollfd fds[POLLS];

	for (;;) {
		fds[POLL_SIGNAL] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
		fds[POLL_LISTEN] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
		for (size_t i = 0; i < CONNS_MAX; i++)
			fds[POLL_CONN + i] = (struct pollfd){ .fd = s->conns[i].fd,
				.events = smsc_conn_events(&s->conns[i]) };
		if (poll(fds, POLLS, -1) < 0) {
			if (errno != EINTR)
				fatal("smscsim.poll", "fds=%d", POLLS);
			continue;
		}
		if (fds[POLL_SIGNAL].revents != 0)
			return;
		for (size_t i = 0; i < CONNS_MAX; i++) {
			if (fds[POLL_CONN + i].revents != 0)
				run_conn(&s->conns[i], fds[POLL_CONN + i].revents);
		}
		if (fds[POLL_LISTEN].revents != 0)
			take_conn(s);
	}
}

int
main(int argc, char **argv)
{
	static struct smsc s;

	log_open("shyraq-smscsim", LOG_LEVEL_INFO);
	read_options(&s, argc, argv);
	for (size_t i = 0; i < CONNS_MAX; i++)
		s.conns[i].fd = -1;
	s.signals = take_signals();
	s.listener = take_port(s.port);
	loop(&s);
	for (size_t i = 0; i < CONNS_MAX; i++)
		smsc_conn_close(&s.conns[i]);
	close(s.listener);
	close(s.signals);
	return 0;
}
