/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a file so that what stood there is never half gone: beside it, synced, then renamed over it.
 * It knows nothing of what is written. Called by the authoring commands.
 */
#include "ctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

enum rc
ctl_file_open(struct ctl_file *f, const char *path)
{
	int n = snprintf(f->temp, sizeof(f->temp), "%s.XXXXXX", path), fd;

	f->path = path;
	f->to = NULL;
	fd = n > 0 && (size_t)n < sizeof(f->temp) ? mkostemp(f->temp, O_CLOEXEC) : -1;
	if (fd >= 0)
		f->to = fdopen(fd, "w");
	if (f->to != NULL)
		return RC_OK;
	(void)ctl_wrong("%s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0) {
		close(fd);
		unlink(f->temp);
	}
	return RC_REFUSED;
}

/* To the disk: the file, with its last mode. */
static bool
sync_file(const struct ctl_file *f)
{
	struct stat st;
	int fd = open(f->temp, O_RDWR | O_CLOEXEC);
	mode_t mode = stat(f->path, &st) == 0 ? st.st_mode & 0777 : 0644;
	bool done = fd >= 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0;

	if (fd >= 0 && close(fd) != 0)
		done = false;
	return done;
}

enum rc
ctl_file_keep(struct ctl_file *f)
{
	bool bad = false;

	if (f->to != NULL) {
		bad = ferror(f->to) != 0;
		bad = fclose(f->to) != 0 || bad;
	}
	f->to = NULL;
	if (!bad && sync_file(f) && rename(f->temp, f->path) == 0)
		return RC_OK;
	(void)ctl_wrong("%s: cannot be written: %s", f->path, strerror(errno));
	unlink(f->temp);
	return RC_REFUSED;
}

void
ctl_file_drop(struct ctl_file *f)
{
	if (f->to != NULL)
		fclose(f->to);
	f->to = NULL;
	unlink(f->temp);
}
