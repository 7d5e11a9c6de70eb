/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Birth and end of a process: options, log, limits, readiness. No process has its own copy of this.
 * It never reads a section of the config. Called first by every main.
 */
#ifndef SHYRAQ_PROC_H
#define SHYRAQ_PROC_H

#include <stdint.h>

#include "base.h"

struct proc_options {
	const char *config;  /* -c FILE */
	const char *section; /* -n NAME, or the process's own */
};

/* Parses -c FILE, -n NAME, -v (debug), --help, --version; sets locale, umask 077, no core; opens the log. Exits 2 on bad usage. */
struct proc_options proc_start(
    const char *process, const char *help, int argc, char **argv);
/* Says "ready" to systemd (NOTIFY_SOCKET) and as a log line "proc.ready". */
void proc_ready(void);
/* A random number a process start, never 0. */
uint64_t proc_instance(void);

#endif
