/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit of descriptors, and accept4 as libzmq calls it: libzmq ends the process when a local socket
 * has no descriptor left for who knocks, so a thousand idle connections would stop every modem.
 * It never waits. Called by shyraqd.c, and by libzmq in its own thread.
 */
#include "descriptors.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

void
descriptors_limit(void)
{
	struct rlimit l = { DESCRIPTORS, DESCRIPTORS };

	if (setrlimit(RLIMIT_NOFILE, &l) != 0)
		fatal("daemon.limit", "RLIMIT_NOFILE");
}

/* In the place of the C library's: who is one too many is hung up on. */
int /* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
accept4(int fd, struct sockaddr *from, socklen_t *from_n, int flags)
{
	int got = (int)syscall(SYS_accept4, fd, from, from_n, flags);

	if (got < 0 && errno == EMFILE)
		errno = EAGAIN;
	if (got < DESCRIPTORS_BUS)
		return got;
	close(got);
	errno = ECONNABORTED;
	return -1;
}
