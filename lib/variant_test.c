/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The test build's half of variant.h: a clock moved by a mapped file, and kill points.
 * It never writes the clock's file, nor goes on when a file it was told of is unusable.
 * Linked into build/test/NAME; called by clock.c and both roads' steps, from any thread.
 */
#include "variant.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "log.h"

#define POINTS_MAX 256

enum {
	OFFSET_ALL,
	OFFSET_WALL,
	OFFSETS,
};

static struct {
	const uint64_t *map; /* NULL: the clock is not moved */
	char *kill_name;     /* NULL: nobody is killed */
	unsigned long kill_nth;
	unsigned long passed;
	int list_fd;
	const char *seen[POINTS_MAX];
	size_t seen_n;
} variant = { .list_fd = -1 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
map_clock(const char *path)
{
	struct stat st;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fatal("variant.clock_file", "SHYRAQ_CLOCK_FILE cannot be opened");
	if (fstat(fd, &st) != 0)
		fatal("variant.clock_stat", "SHYRAQ_CLOCK_FILE");
	if (st.st_size < (off_t)(OFFSETS * sizeof(uint64_t)))
		fatalx("variant.clock_short", "SHYRAQ_CLOCK_FILE bytes=%lld",
		    (long long)st.st_size);
	map = mmap(NULL, OFFSETS * sizeof(uint64_t), PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		fatal("variant.clock_map", "SHYRAQ_CLOCK_FILE");
	close(fd);
	variant.map = map;
}

static void
aim(const char *where)
{
	const char *colon = strrchr(where, ':');
	char *end;

	if (colon == NULL || colon == where)
		fatalx("variant.kill_at", "SHYRAQ_KILL_AT is not name:n");
	errno = 0;
	variant.kill_nth = strtoul(colon + 1, &end, 10);
	if (errno != 0 || *end != '\0' || end == colon + 1 || variant.kill_nth == 0)
		fatalx("variant.kill_nth", "SHYRAQ_KILL_AT is not name:n with n from 1");
	variant.kill_name = xstrdup(where);
	variant.kill_name[colon - where] = '\0';
}

static void
read_environment(void)
{
	const char *clock_file = getenv("SHYRAQ_CLOCK_FILE");
	const char *kill_at = getenv("SHYRAQ_KILL_AT");
	const char *kill_list = getenv("SHYRAQ_KILL_LIST");

	if (clock_file != NULL && *clock_file != '\0')
		map_clock(clock_file);
	if (kill_at != NULL && *kill_at != '\0')
		aim(kill_at);
	if (kill_list == NULL || *kill_list == '\0')
		return;
	variant.list_fd = open(
	    kill_list, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (variant.list_fd < 0)
		fatal("variant.kill_list", "SHYRAQ_KILL_LIST cannot be opened");
}

static int64_t
offset(size_t which)
{
	pthread_once(&once, read_environment);
	if (variant.map == NULL)
		return 0;
	return (int64_t)le64toh(__atomic_load_n(&variant.map[which], __ATOMIC_RELAXED));
}

int64_t
variant_offset_ms(void)
{
	return offset(OFFSET_ALL);
}

int64_t
variant_wall_offset_ms(void)
{
	return offset(OFFSET_WALL);
}

/* under the lock */
static void
list_point(const char *name)
{
	char line[128];
	size_t n = strlen(name);

	for (size_t i = 0; i < variant.seen_n; i++) {
		if (strcmp(variant.seen[i], name) == 0)
			return;
	}
	if (variant.seen_n == POINTS_MAX || n + 1 > sizeof(line))
		fatalx("variant.kill_points", "too many, or too long a name");
	variant.seen[variant.seen_n++] = name;
	memcpy(line, name, n);
	line[n] = '\n';
	if (write(variant.list_fd, line, n + 1) != (ssize_t)(n + 1))
		fatal("variant.kill_list_write", "SHYRAQ_KILL_LIST");
}

void
kill_point(const char *name)
{
	bool now = false;

	pthread_once(&once, read_environment);
	if (variant.kill_name == NULL && variant.list_fd < 0)
		return;
	pthread_mutex_lock(&lock);
	if (variant.list_fd >= 0)
		list_point(name);
	if (variant.kill_name != NULL && strcmp(variant.kill_name, name) == 0)
		now = ++variant.passed == variant.kill_nth;
	if (now)
		kill(getpid(), SIGKILL);
	pthread_mutex_unlock(&lock);
}

const char *
variant_name(void)
{
	return "test";
}
