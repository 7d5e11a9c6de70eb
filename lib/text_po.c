/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One PO file through libgettextpo, in a child with bounds on time and memory. The parent believes
 * nothing the child sends before it has checked it. It never reads a text's meaning.
 * Called by lib/text.c, and by shyraqctl when a translator's sheet comes back.
 */
#include "text_po.h"

#include <errno.h>
#include <gettext-po.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_MAX_BYTES (1024L * 1024)
#define STREAM_MAX (4UL * 1024 * 1024)
#define CHILD_SECONDS 5U
#define CHILD_MEMORY (256UL * 1024 * 1024)
#define STATUS_FAILED 3
#define WRITTEN_MAX_BYTES (2UL * 1024 * 1024)

/* The child's records: tag, then for 'M' two bytes and four strings, for 'E' one; each NUL-ended. */
#define TAG_MESSAGE 'M'
#define TAG_ERROR 'E'
#define TAG_END 'Z'

static int child_fd = -1; /* in the child only */
static bool child_failed;

static void
child_send(const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		ssize_t w = write(child_fd, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			_exit(STATUS_FAILED);
		s += w;
		n -= (size_t)w;
	}
}

static void
child_send_string(const char *s)
{
	child_send(s, strlen(s) + 1);
}

static void
child_error(const char *file, size_t line, const char *text)
{
	char s[TEXT_ERR_MAX - 64];
	size_t n;

	if (line == (size_t)-1)
		line = 1;
	if (snprintf(s, sizeof s, "%s:%zu: file: %s", file != NULL ? file : "?", line,
		text) < 0)
		s[0] = '\0';
	n = strcspn(s, "\n");
	s[n] = '\0';
	child_failed = true;
	child_send("E", 1);
	child_send_string(s);
}

static void
on_xerror(int severity, po_message_t message, const char *file, size_t line,
    size_t column, int multiline, const char *text)
{
	(void)message;
	(void)column;
	(void)multiline;
	if (severity >= PO_SEVERITY_ERROR)
		child_error(file, line, text);
	if (severity == PO_SEVERITY_FATAL_ERROR)
		_exit(STATUS_FAILED);
}

static void
on_xerror2(int severity, po_message_t message1, const char *file1, size_t line1,
    size_t column1, int multiline1, const char *text1, po_message_t message2,
    const char *file2, size_t line2, size_t column2, int multiline2, const char *text2)
{
	(void)message2;
	(void)file2;
	(void)line2;
	(void)column2;
	(void)multiline2;
	(void)text2;
	on_xerror(severity, message1, file1, line1, column1, multiline1, text1);
}

static const struct po_xerror_handler handler = {
	.xerror = on_xerror,
	.xerror2 = on_xerror2,
};

/* "parts: 2" on a line of its own among the extracted comments. */
static unsigned
parts_of(const char *comments)
{
	const char *s = comments;

	while (s != NULL && *s != '\0') {
		s += strspn(s, " \n");
		if (strncmp(s, "parts: ", 7) == 0 && s[7] >= '1' && s[7] <= '9' &&
		    (s[8] == '\n' || s[8] == '\0'))
			return (unsigned)(s[7] - '0');
		s = strchr(s, '\n');
	}
	return 0;
}

static void
child_message(po_message_t m, const char *path)
{
	const char *context = po_message_msgctxt(m);
	const char *key = po_message_msgid(m);
	const char *text = po_message_msgstr(m);
	unsigned char head[3] = { TAG_MESSAGE, 0, 0 };

	if (po_message_is_obsolete(m) || (key[0] == '\0' && context == NULL))
		return;
	if (po_message_msgid_plural(m) != NULL) {
		child_error(path, 1, "a plural entry; texts have none");
		return;
	}
	head[1] = (unsigned char)parts_of(po_message_extracted_comments(m));
	head[2] = po_message_is_fuzzy(m) ? 1 : 0;
	child_send(head, sizeof head);
	child_send_string(context != NULL ? context : "");
	child_send_string(key);
	child_send_string(text != NULL ? text : "");
	child_send_string(po_message_extracted_comments(m));
}

static bool
charset_is_utf8(po_file_t file)
{
	const char *header = po_file_domain_header(file, NULL);
	const char *at = header != NULL ? strstr(header, "charset=") : NULL;

	return at != NULL && strncasecmp(at + 8, "UTF-8", 5) == 0 &&
	    strchr(" \n;", at[13]) != NULL;
}

static void
child_limits(rlim_t file_size)
{
	struct rlimit none = { 0, 0 };
	struct rlimit size = { file_size, file_size };
	struct rlimit cpu = { CHILD_SECONDS, CHILD_SECONDS };
	struct rlimit memory;
	unsigned long pages = 0;
	sigset_t alarm_only;
	FILE *f;

	/* what is mapped at birth (a sanitizer maps terabytes) does not count */
	f = fopen("/proc/self/statm", "re");
	if (f == NULL || fscanf(f, "%lu", &pages) != 1)
		_exit(STATUS_FAILED);
	memory.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + CHILD_MEMORY;
	memory.rlim_max = memory.rlim_cur;
	if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &size) != 0 ||
	    setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_AS, &memory) != 0)
		_exit(STATUS_FAILED);
	if (signal(SIGALRM, SIG_DFL) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		_exit(STATUS_FAILED);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	alarm(CHILD_SECONDS);
}

/* What the child is to do. `to` NULL: send the entries. */
struct job {
	const char *path;
	const char *to;
	const struct po_edit *edit;
	size_t edits;
};

static po_file_t
child_open(const char *path)
{
	po_file_t file = po_file_read(path, &handler);

	if (file == NULL) {
		child_error(path, 1, "cannot be read");
		_exit(STATUS_FAILED);
	}
	if (!charset_is_utf8(file))
		child_error(path, 1, "Content-Type: the charset is not UTF-8");
	return file;
}

static bool
is_entry(po_message_t m, const struct po_edit *e)
{
	const char *context = po_message_msgctxt(m);

	return !po_message_is_obsolete(m) && strcmp(po_message_msgid(m), e->key) == 0 &&
	    strcmp(context != NULL ? context : "", e->context) == 0;
}

static void
child_edit(po_file_t file, const struct po_edit *e)
{
	po_message_iterator_t it = po_message_iterator(file, NULL);
	po_message_t m;

	do
		m = po_next_message(it);
	while (m != NULL && !is_entry(m, e));
	if (m == NULL) {
		m = po_message_create();
		if (e->context[0] != '\0')
			po_message_set_msgctxt(m, e->context);
		po_message_set_msgid(m, e->key);
		po_message_insert(it, m);
	}
	po_message_set_msgstr(m, e->text);
	po_message_set_extracted_comments(m, e->comment);
	po_message_set_fuzzy(m, e->fuzzy ? 1 : 0);
	po_message_iterator_free(it);
}

static void
child_write(const struct job *j)
{
	po_file_t file = child_open(j->path);

	for (size_t i = 0; i < j->edits && !child_failed; i++)
		child_edit(file, &j->edit[i]);
	if (!child_failed && po_file_write(file, j->to, &handler) == NULL)
		child_error(j->path, 1, "cannot be written anew");
}

static void
child_list(const struct job *j)
{
	po_message_iterator_t it = po_message_iterator(child_open(j->path), NULL);
	po_message_t m;

	while (!child_failed && (m = po_next_message(it)) != NULL)
		child_message(m, j->path);
}

static __attribute__((noreturn)) void
child(const struct job *j)
{
	child_limits(j->to != NULL ? WRITTEN_MAX_BYTES : 0);
	if (j->to != NULL)
		child_write(j);
	else
		child_list(j);
	if (child_failed)
		_exit(STATUS_FAILED);
	child_send("Z", 1);
	_exit(0);
}

static enum rc
fail(struct text_err *err, const char *path, const char *what)
{
	if (snprintf(err->s, sizeof err->s, "%s:1: file: %s", path, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* All the child sends, up to the bound; false when it sends more. */
static bool
collect(int fd, struct po_stream *s)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;

		if (s->len == room) {
			if (room >= STREAM_MAX)
				return false;
			room = room > 0 ? room * 2 : 65536;
			s->bytes = xreallocarray(s->bytes, room, 1);
		}
		n = read(fd, s->bytes + s->len, room - s->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		s->len += (size_t)n;
	}
}

static const char *
take_string(const struct po_stream *s, size_t *at)
{
	const char *from = s->bytes + *at;
	const char *end = *at < s->len ? memchr(from, '\0', s->len - *at) : NULL;

	if (end == NULL)
		return NULL;
	*at += (size_t)(end - from) + 1;
	return from;
}

bool
po_next(const struct po_stream *s, size_t *at, struct po_record *r)
{
	if (*at + 3 > s->len || s->bytes[*at] != TAG_MESSAGE)
		return false;
	r->parts = (unsigned char)s->bytes[*at + 1];
	r->fuzzy = s->bytes[*at + 2] != 0;
	*at += 3;
	r->context = take_string(s, at);
	r->key = r->context != NULL ? take_string(s, at) : NULL;
	r->text = r->key != NULL ? take_string(s, at) : NULL;
	r->comment = r->text != NULL ? take_string(s, at) : NULL;
	return r->comment != NULL;
}

/* The stream is records to its end, and the end was said; else err holds the child's own words. */
static enum rc
check_stream(
    const char *path, const struct po_stream *s, int status, struct text_err *err)
{
	struct po_record r;
	size_t at = 0;
	const char *said;

	while (po_next(s, &at, &r))
		;
	if (at < s->len && s->bytes[at] == TAG_ERROR) {
		at++;
		said = take_string(s, &at);
		if (said != NULL) {
			if (snprintf(err->s, sizeof err->s, "%s", said) < 0)
				err->s[0] = '\0';
			return RC_REFUSED;
		}
	}
	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGXCPU)
			return fail(err, path, "the reader ran out of time");
		return fail(err, path, "the reader crashed");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(err, path, "the reader gave up");
	if (at + 1 != s->len || s->bytes[at] != TAG_END)
		return fail(err, path, "the reader's answer is cut or malformed");
	return RC_OK;
}

/* The file is looked at, the child born, its answer collected. */
static enum rc
run(const struct job *j, struct po_stream *out, struct text_err *err)
{
	const char *path = j->path;
	struct stat st;
	int fd[2], status = 0;
	bool whole;
	pid_t pid;

	*out = (struct po_stream){ 0 };
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return fail(err, path, "not there, or no file");
	if (st.st_size > FILE_MAX_BYTES)
		return fail(err, path, "larger than 1 MiB");
	if (pipe(fd) != 0)
		return fail(err, path, "no pipe to its reader");
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		child_fd = fd[1];
		child(j);
	}
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return fail(err, path, "its reader cannot be started");
	}
	whole = collect(fd[0], out);
	close(fd[0]); /* a child that still writes gets EPIPE and ends */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!whole)
		return fail(err, path, "the reader's answer is too long");
	return check_stream(path, out, status, err);
}

enum rc
po_read(const char *path, struct po_stream *out, struct text_err *err)
{
	return run(&(struct job){ .path = path }, out, err);
}

enum rc
po_write(const char *path, const char *to, const struct po_edit *v, size_t n,
    struct text_err *err)
{
	struct job j = { .path = path, .to = to, .edit = v, .edits = n };
	struct po_stream answer;
	enum rc rc = run(&j, &answer, err);

	free(answer.bytes);
	return rc;
}

bool
po_path(char *out, size_t size, const char *dir, const char *lang)
{
	int n = snprintf(out, size, "%s/%s.po", dir, lang);

	return n > 0 && (size_t)n < size;
}

unsigned
po_line_of(const char *path, const char *context, const char *key)
{
	char line[1024], want[128], cover[64];
	unsigned at = 0, found = 1;
	bool before = false;
	FILE *f;

	if (snprintf(want, sizeof want, "msgid \"%s\"\n", key) < 0 ||
	    snprintf(cover, sizeof cover, "msgctxt \"%s\"\n", context) < 0)
		return 1;
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		at++;
		if (strcmp(line, want) == 0 && before == (context[0] != '\0')) {
			found = at;
			break;
		}
		before = context[0] != '\0' ? strcmp(line, cover) == 0
					    : strncmp(line, "msgctxt", 7) == 0;
	}
	if (f != NULL)
		fclose(f);
	return found;
}
