/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq-modemsim: a GSM modem on a pty, with faults on request, for tests and training.
 * One process, one modem, one poll() loop; never used with a real network.
 * Started by tests, by scripts/run and by people.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "sim.h"
#include "sim_ctl.h"
#include "sim_state.h"
#include "variant.h"

enum {
	READ_SIZE = 4096,
	WAIT_MAX_MS = 1000,
	POLL_LINE = 0,
	POLL_WATCH,
	POLL_SIGNAL,
	POLL_CTL,
	POLLS = POLL_CTL + SOCK_POLLS_MAX,
};

static const char usage[] =
    "usage: shyraq-modemsim --tty PATH --control PATH [--number MSISDN] [--imsi N]\n"
    "                       [--smsc N] [--slots N] [--pin N] [--baud N] [--clock FILE]\n"
    "                       [--state FILE] [--charsets LIST]\n";

static const struct option options[] = {
	{ "tty", required_argument, NULL, 't' },
	{ "control", required_argument, NULL, 'c' },
	{ "number", required_argument, NULL, 'n' },
	{ "imsi", required_argument, NULL, 'i' },
	{ "smsc", required_argument, NULL, 'm' },
	{ "slots", required_argument, NULL, 's' },
	{ "pin", required_argument, NULL, 'p' },
	{ "baud", required_argument, NULL, 'b' },
	{ "clock", required_argument, NULL, 'k' },
	{ "state", required_argument, NULL, 'S' },
	{ "charsets", required_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void
refuse(const char *option, const char *allowed)
{
	fprintf(stderr, "shyraq-modemsim: --%s: %s\n%s", option, allowed, usage);
	exit(2);
}

static unsigned
read_number(const char *option, const char *text, unsigned least, unsigned most)
{
	char *end, allowed[64];
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < least || v > most) {
		snprintf(allowed, sizeof allowed, "a number from %u to %u", least, most);
		refuse(option, allowed);
	}
	return (unsigned)v;
}

/* digits, with a plus before them when allowed */
static const char *
read_digits(const char *option, const char *text, size_t least, size_t most, bool plus)
{
	const char *digits = text + (plus && *text == '+');
	size_t n = strspn(digits, "0123456789");

	if (n < least || n > most || digits[n] != '\0')
		refuse(option, "that is not so many digits as it needs");
	return text;
}

/* GSM, UCS2, IRA with commas; GSM is always there */
static unsigned
read_charsets(const char *text)
{
	unsigned all = 0, bit = 0;
	size_t n;

	for (;;) {
		n = strcspn(text, ",");
		if (!at_charset_bit(text, n, &bit))
			refuse("charsets", "names from GSM, UCS2 and IRA, with commas");
		all |= bit;
		if (text[n] == '\0')
			break;
		text += n + 1;
	}
	if (!at_charset_bit("GSM", 3, &bit) || (all & bit) == 0)
		refuse("charsets", "GSM must be one of them");
	return all;
}

static void
read_option(struct sim_options *o, int c)
{
	switch (c) {
	case 't':
		o->tty = optarg;
		break;
	case 'c':
		o->control = optarg;
		break;
	case 'n':
		o->number = read_digits("number", optarg, 3, 20, true);
		break;
	case 'i':
		o->imsi = read_digits("imsi", optarg, 15, 15, false);
		break;
	case 'm':
		o->smsc = read_digits("smsc", optarg, 3, 20, true);
		break;
	case 's':
		o->slots = read_number("slots", optarg, 1, SLOTS_MAX);
		break;
	case 'p':
		o->pin = read_digits("pin", optarg, 4, 8, false);
		break;
	case 'b':
		o->bps = read_number("baud", optarg, 10, 100000000) / 10;
		break;
	case 'k':
		o->clock = optarg;
		break;
	case 'C':
		o->charsets = read_charsets(optarg);
		break;
	case 'S':
		o->state = optarg;
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
read_options(struct sim_options *o, int argc, char **argv)
{
	int c;

	*o = (struct sim_options){
		.number = "+77010000000",
		.imsi = "401770000000001",
		.smsc = "+77010000500",
		.slots = 50,
		.charsets = (1u << AT_CHARSETS) - 1,
	};
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		read_option(o, c);
	if (optind < argc)
		refuse("help", "there are only options");
	if (o->tty == NULL || o->control == NULL)
		refuse(o->tty == NULL ? "tty" : "control", "missing");
	if (o->clock != NULL && strcmp(variant_name(), "test") != 0)
		refuse("clock", "only a test build has a clock that can be moved");
	if (o->clock != NULL && setenv("SHYRAQ_CLOCK_FILE", o->clock, 1) != 0)
		fatal("sim.clock", "it cannot be set");
}

static int
take_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		fatal("sim.signals", "they cannot be blocked");
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		fatal("sim.signalfd", "it cannot be opened");
	return fd;
}

static int
wait_ms(const struct sim *s, int64_t now)
{
	const int64_t due[] = { at_due_ms(s), net_due_ms(s), fault_due_ms(s),
		tty_due_ms(&s->tty, now) };
	int64_t wait = WAIT_MAX_MS;
	size_t i;

	for (i = 0; i < ARRAY_LEN(due); i++) {
		if (due[i] != INT64_MAX && due[i] - now < wait)
			wait = due[i] - now;
	}
	return wait < 0 ? 0 : (int)wait;
}

/* one turn of everything that has a clock; then what came over the line */
static void
turn(struct sim *s)
{
	char buf[READ_SIZE];
	int64_t now = sim_now_ms();
	size_t n;

	tty_watch(&s->tty);
	fault_run(s, now);
	n = tty_read(&s->tty, buf, sizeof buf, now);
	at_feed(s, buf, n, now);
	net_run(s, now);
	at_run(s, now);
	tty_run(&s->tty, now);
	state_save(s);
}

static void
loop(struct sim *s, int signals)
{
	struct pollfd fds[POLLS];
	int64_t now;
	size_t n;

	for (;;) {
		turn(s);
		now = sim_now_ms();
		fds[POLL_LINE] = (struct pollfd){ .fd = s->tty.master,
			.events = tty_events(&s->tty, now) };
		fds[POLL_WATCH] = (struct pollfd){ .fd = s->tty.watch, .events = POLLIN };
		fds[POLL_SIGNAL] = (struct pollfd){ .fd = signals, .events = POLLIN };
		n = ctl_polls(s, fds + POLL_CTL);
		if (poll(fds, POLL_CTL + n, wait_ms(s, now)) < 0) {
			if (errno != EINTR)
				fatal("sim.poll", "fds=%zu", POLL_CTL + n);
			continue;
		}
		if (fds[POLL_SIGNAL].revents & POLLIN)
			return;
		ctl_run(s, fds + POLL_CTL, n);
	}
}

int
main(int argc, char **argv)
{
	static struct sim sim;
	int signals, code = 1;

	log_open("shyraq-modemsim", LOG_LEVEL_INFO);
	read_options(&sim.opt, argc, argv);
	umask(077);
	signals = take_signals();
	store_init(&sim.store, sim.opt.slots);
	net_init(&sim.net);
	fault_init(&sim.fault);
	at_init(&sim);
	sim.tty.link = sim.opt.tty;
	sim.tty.bps = sim.opt.bps;
	sim.tty.master = sim.tty.slave = sim.tty.watch = -1;
	if (ctl_open(&sim) == RC_OK && state_load(&sim) == RC_OK &&
	    tty_open(&sim.tty) == RC_OK) {
		loop(&sim, signals);
		code = 0;
		tty_close(&sim.tty);
	}
	state_save(&sim);
	ctl_close(&sim);
	net_clear(&sim.net);
	store_clear(&sim.store);
	close(signals);
	return code;
}
