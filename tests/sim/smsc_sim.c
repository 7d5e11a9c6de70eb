/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq-smscsim: an SMSC and USSD gateway on loopback, with faults on request, for tests and training.
 * One process, one poll() loop; never used with a real network.
 * Started by tests, by scripts/run and by people.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "smsc.h"
#include "smsc_ctl.h"
#include "str.h"
#include "variant.h"

enum {
	POLL_SIGNAL = 0,
	POLL_LISTEN,
	POLL_CONN,
	POLL_CTL = POLL_CONN + SMSC_CONNS_MAX,
	POLLS = POLL_CTL + SOCK_POLLS_MAX,
	WAIT_MAX_MS = 1000,
	KEEP = 10000,
	KEEP_MAX = 10000000,
	WINDOW = 10,
	RESPONSE_MS = 60000,
	RETRY_MS = 5000,
	UCS2 = 8,
	USSD_GSM = 0x0f,
};

static const char usage[] =
    "usage: shyraq-smscsim --port N [--control PATH] [--account ID:PASSWORD[:NUMBER]]...\n"
    "                      [--dialect NAME] [--conf FILE] [--seed N] [--keep N]\n"
    "                      [--clock FILE] [--system-id ID] [--password WORD]\n"
    "       --port 0: a free one, named in the first line of the log\n";

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ "control", required_argument, NULL, 'c' },
	{ "account", required_argument, NULL, 'a' },
	{ "dialect", required_argument, NULL, 'd' },
	{ "conf", required_argument, NULL, 'C' },
	{ "seed", required_argument, NULL, 'S' },
	{ "keep", required_argument, NULL, 'K' },
	{ "clock", required_argument, NULL, 'k' },
	{ "system-id", required_argument, NULL, 's' },
	{ "password", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* What the options say, before it is looked at. */
struct wishes {
	struct smsc *s;
	const char *dialect, *conf, *clock, *system_id, *password;
	bool port;
};

static void
refuse(const char *why)
{
	fprintf(stderr, "shyraq-smscsim: %s\n%s", why, usage);
	exit(2);
}

static uint64_t
read_number(const char *text, uint64_t most, const char *allowed)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v > most)
		refuse(allowed);
	return v;
}

static void
add_account(struct smsc *s, const char *id, const char *password, const char *number)
{
	struct smsc_account *a = &s->account[s->accounts];

	if (s->accounts == SMSC_ACCOUNTS_MAX)
		refuse("--account: at most 16");
	if (!str_copy(a->id, sizeof(a->id), id) ||
	    !str_copy(a->password, sizeof(a->password), password) ||
	    !str_copy(a->number, sizeof(a->number), number) || *id == '\0')
		refuse("--account: ID:PASSWORD[:NUMBER], to 65, 65 and 20 characters");
	s->accounts++;
}

static void
read_account(struct smsc *s, const char *text)
{
	char *id = xstrdup(text), *password = strchr(id, ':'), *number;

	if (password == NULL)
		refuse("--account: ID:PASSWORD[:NUMBER]");
	*password++ = '\0';
	number = strchr(password, ':');
	if (number != NULL)
		*number++ = '\0';
	add_account(s, id, password, number == NULL ? "8500" : number);
	free(id);
}

static void
read_option(struct wishes *w, int c)
{
	switch (c) {
	case 'p':
		w->s->port = (uint16_t)read_number(
		    optarg, UINT16_MAX, "--port: a number from 0 to 65535");
		w->port = true;
		break;
	case 'c':
		w->s->control = optarg;
		break;
	case 'a':
		read_account(w->s, optarg);
		break;
	case 'd':
		w->dialect = optarg;
		break;
	case 'C':
		w->conf = optarg;
		break;
	case 'S':
		w->s->fault.seed = read_number(optarg, UINT64_MAX, "--seed: a number");
		break;
	case 'K':
		w->s->submits.keep = read_number(
		    optarg, KEEP_MAX, "--keep: a number to 10000000");
		break;
	case 'k':
		w->clock = optarg;
		break;
	case 's':
		w->system_id = optarg;
		break;
	case 'w':
		w->password = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

static void
read_options(struct smsc *s, int argc, char **argv)
{
	struct wishes w = { .s = s, .system_id = "shyraq", .password = "secret" };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		read_option(&w, c);
	if (optind < argc)
		refuse("there are only options");
	if (!w.port)
		refuse("--port: missing");
	if (s->accounts == 0)
		add_account(s, w.system_id, w.password, "8500");
	if (w.clock != NULL && strcmp(variant_name(), "test") != 0)
		refuse("--clock: only a test build has a clock that can be moved");
	if (w.clock != NULL && setenv("SHYRAQ_CLOCK_FILE", w.clock, 1) != 0)
		fatal("smscsim.clock", "it cannot be set");
	if (w.conf != NULL && ussd_read_conf(&s->ussd, w.conf) != RC_OK)
		exit(1);
	if (w.dialect != NULL && !ussd_speak(&s->ussd, w.dialect))
		refuse(
		    "--dialect: standard, tata, sixdee, mica, huawei or one of --conf");
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

static void
take_port(struct smsc *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(s->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		fatal("smscsim.listen", "port=%u", s->port);
	s->port = ntohs(at.sin_port);
	s->listener = fd;
}

/* The fault "closed": who comes is refused, then we listen again at the same port. */
static void
run_listener(struct smsc *s)
{
	bool closed = smsc_now_ms() < s->closed_until;

	if (closed && s->listener >= 0) {
		close(s->listener);
		s->listener = -1;
	} else if (!closed && s->listener < 0) {
		take_port(s);
	}
}

struct smsc_conn *
smsc_conn_by_serial(struct smsc *s, uint64_t serial)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd >= 0 && s->conns[i].serial == serial)
			return &s->conns[i];
	}
	return NULL;
}

struct smsc_account *
smsc_account_of(struct smsc *s, const char *number)
{
	for (size_t i = 0; i < s->accounts; i++) {
		if (phone_hash(s->account[i].number, true) == phone_hash(number, true))
			return &s->account[i];
	}
	return &s->account[0];
}

/* One over the limit is closed at once. */
static void
take_conn(struct smsc *s)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	int yes = 1, fd;

	fd = accept4(
	    s->listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) != 0)
		log_warn("smscsim.nodelay", "fd=%d", fd);
	for (size_t i = 0; fd >= 0 && i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd < 0) {
			smsc_conn_open(&s->conns[i], fd, s);
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

static void
read_conns(struct smsc *s, const struct pollfd *fds)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		struct smsc_conn *c = &s->conns[i];

		if (c->fd < 0 || c->fd != fds[i].fd || c->ending ||
		    (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0)
			continue;
		if (smsc_conn_read(c) != RC_OK)
			smsc_conn_close(c);
	}
}

/* What there is to say goes out with the same turn. */
static void
write_conns(struct smsc *s)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		struct smsc_conn *c = &s->conns[i];

		if (c->fd >= 0 && !smsc_conn_hangs(c) && smsc_conn_write(c) != RC_OK)
			smsc_conn_close(c);
	}
}

static int
wait_ms(const struct smsc *s, int64_t now)
{
	const int64_t due[] = { later_due_ms(&s->later), deliver_due_ms(s),
		ussd_due_ms(s) };
	int64_t wait = s->listener < 0 ? 20 : WAIT_MAX_MS;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd >= 0 && smsc_conn_hangs(&s->conns[i]))
			wait = 20;
	}
	for (size_t i = 0; i < ARRAY_LEN(due); i++) {
		if (due[i] != INT64_MAX && due[i] - now < wait)
			wait = due[i] - now;
	}
	return wait < 0 ? 0 : (int)wait;
}

/* All that has a clock, then all that it has made ready. */
static void
turn(struct smsc *s)
{
	int64_t now = smsc_now_ms();

	run_listener(s);
	later_run(s, now);
	ussd_run(s, now);
	deliver_run(s, now);
	deliver_pump(s);
	write_conns(s);
}

static void
loop(struct smsc *s)
{
	struct pollfd fds[POLLS];

	for (;;) {
		size_t n = POLL_CTL;

		turn(s);
		fds[POLL_SIGNAL] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
		fds[POLL_LISTEN] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
		for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
			struct smsc_conn *c = &s->conns[i];

			fds[POLL_CONN + i] = (struct pollfd){
				.fd = c->fd >= 0 && smsc_conn_hangs(c) ? -1 : c->fd,
				.events = c->fd < 0 ? (short)0 : smsc_conn_events(c)
			};
		}
		if (s->ctl != NULL)
			n += sock_polls(s->ctl, fds + POLL_CTL);
		if (poll(fds, n, wait_ms(s, smsc_now_ms())) < 0) {
			if (errno != EINTR)
				fatal("smscsim.poll", "fds=%zu", n);
			continue;
		}
		if (fds[POLL_SIGNAL].revents != 0)
			return;
		read_conns(s, fds + POLL_CONN);
		if (s->ctl != NULL)
			sock_run(s->ctl, fds + POLL_CTL, n - POLL_CTL);
		if (fds[POLL_LISTEN].revents != 0 && s->listener >= 0)
			take_conn(s);
	}
}

static void
clear(struct smsc *s)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++)
		smsc_conn_close(&s->conns[i]);
	sock_close(s->ctl);
	deliver_clear(s);
	ussd_clear(s);
	submit_clear(s);
	phone_clear(&s->phones);
	later_clear(&s->later);
	if (s->listener >= 0)
		close(s->listener);
	close(s->signals);
}

int
main(int argc, char **argv)
{
	static struct smsc s;
	int code = 1;

	log_open("shyraq-smscsim", LOG_LEVEL_INFO);
	s.submits.keep = KEEP;
	s.set = (struct smsc_settings){ .window = WINDOW,
		.response_ms = RESPONSE_MS,
		.retry_ms = RETRY_MS,
		.ucs2_coding = UCS2,
		.ussd_coding = USSD_GSM };
	ussd_init(&s.ussd);
	receipt_init(&s.receipts);
	read_options(&s, argc, argv);
	umask(077);
	if (s.submits.keep == 0)
		s.submits.keep = 1;
	s.submits.ring = xcalloc(s.submits.keep, sizeof(*s.submits.ring));
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++)
		s.conns[i] = (struct smsc_conn){ .fd = -1, .bound = SMPP_COMMANDS };
	s.signals = take_signals();
	take_port(&s);
	if (s.control == NULL || ctl_open(&s, s.control) == RC_OK) {
		log_info("smscsim.listening", "port=%u", s.port);
		loop(&s);
		code = 0;
	}
	clear(&s);
	return code;
}
