/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Birth of a process: options, locale, limits, log, readiness. Every main begins here.
 * It never forks: systemd or scripts/run keeps the process.
 */
#include "proc.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "seal.h"
#include "variant.h"

#define VERSION "0.1"

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "name", required_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* A core would hold numbers and words of people. */
static void
no_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void
usage(const char *process, FILE *to, const char *help)
{
	fprintf(to,
	    "usage: %s -c FILE [-n SECTION] [-v]\n"
	    "  -c, --config FILE   the configuration (shyraq.conf(5))\n"
	    "  -n, --name SECTION  its section in it, when it is not the usual one\n"
	    "  -v, --verbose       debug lines too\n"
	    "      --version       version and build variant\n%s",
	    process, help);
}

struct proc_options
proc_start(const char *process, const char *help, int argc, char **argv)
{
	struct proc_options o = { NULL, NULL };
	enum log_level level = LOG_LEVEL_INFO;
	int c;

	while ((c = getopt_long(argc, argv, "c:n:vh", options, NULL)) != -1) {
		if (c == 'c') {
			o.config = optarg;
		} else if (c == 'n') {
			o.section = optarg;
		} else if (c == 'v') {
			level = LOG_LEVEL_DEBUG;
		} else if (c == 'V') {
			printf("%s %s (%s build)\n", process, VERSION, variant_name());
			exit(0);
		} else {
			usage(process, c == 'h' ? stdout : stderr, help);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (o.config == NULL || optind < argc) {
		usage(process, stderr, help);
		exit(2);
	}
	setenv("LC_ALL", "C.UTF-8", 1);
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		fprintf(stderr, "%s: the locale C.UTF-8 is missing\n", process);
	umask(077);
	no_core();
	log_open(process, level);
	seal_init();
	return o;
}

/* sd_notify(3)'s protocol: one datagram to NOTIFY_SOCKET. */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = path == NULL ? 0 : strlen(path);
	int fd;

	if (n < 2 || n >= sizeof(a.sun_path))
		return;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("proc.notify", "systemd did not take it");
	close(fd);
}

void
proc_ready(void)
{
	if (!clock_is_synced())
		log_warn("proc.clock_unsynced",
		    "no NTP keeps this machine's clock: windows of people depend on it");
	log_info("proc.ready", "variant=%s", variant_name());
	notify("READY=1");
}

uint64_t
proc_instance(void)
{
	static uint64_t instance;

	while (instance == 0)
		seal_random_bytes(&instance, sizeof(instance));
	return instance >> 1 | 1; /* fits PostgreSQL's bigint, never 0 */
}
