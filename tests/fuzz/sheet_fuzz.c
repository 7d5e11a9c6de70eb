/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a translator's CSV that comes back: each row is checked against the texts that there are,
 * what does not fit is told. Nothing is written: po_write is ours. Called by make fuzz, from the top.
 */
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_sheet.h"
#include "fuzz.h"
#include "str.h"

static struct sheet sheet;
static char dir[] = "/dev/shm/sheet_fuzz.XXXXXX";
static char csv[64];

enum rc __wrap_po_write(const char *path, const char *to, const struct po_edit *v,
    size_t n, struct text_err *err);

/* What would have been written: rows of this sheet, each once, well-formed, with all its placeholders. */
enum rc
__wrap_po_write(const char *path, const char *to, const struct po_edit *v, size_t n,
    struct text_err *err)
{
	insist(strncmp(path, dir, strlen(dir)) == 0);
	insist(strncmp(to, dir, strlen(dir)) == 0);
	for (size_t i = 0; i < n; i++) {
		insist(sheet_find(&sheet, v[i].key, v[i].context) != NULL);
		insist(v[i].text[0] != '\0' && str_is_utf8(v[i].text, strlen(v[i].text)));
		insist(text_holes_whole(v[i].text));
		insist(v[i].fuzzy && strchr(v[i].text, '\r') == NULL);
	}
	snprintf(err->s, sizeof err->s, "%s: not written", path);
	return RC_REFUSED;
}

int
ctl_wrong(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	return CTL_NOT_DONE;
}

int
ctl_wrong_usage(const struct ctl *c, const char *fmt, ...)
{
	(void)c;
	(void)fmt;
	return CTL_WRONG_USAGE;
}

/* The command's own options and folders: never asked for by an import. */
const char *
ctl_option(const struct ctl *c, const char *name)
{
	(void)c;
	(void)name;
	abort();
}

const char *
ctl_flow_dir(const struct ctl *c, const char *given)
{
	(void)c;
	(void)given;
	abort();
}

bool
ctl_flow_lang(const struct ctl *c, enum lang fallback, enum lang *out, int *status)
{
	(void)c;
	(void)fallback;
	(void)out;
	(void)status;
	abort();
}

static void
drop(void)
{
	static const char *const names[] = { "/in.csv", "/po/uz.po", "/po/en.po",
		"/po/ru.po", "/po", "" };
	char path[96];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (snprintf(path, sizeof path, "%s%s", dir, names[i]) > 0)
			(void)remove(path);
	}
}

static void
copy(const char *from, const char *name)
{
	static char bytes[1 << 20];
	char path[96];
	FILE *in = fopen(from, "re"), *out;
	size_t n;

	insist(in != NULL && snprintf(path, sizeof path, "%s%s", dir, name) > 0);
	n = fread(bytes, 1, sizeof bytes, in);
	out = fopen(path, "we");
	insist(out != NULL && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
	fclose(in);
}

static void
make(void)
{
	char po[96];

	insist(mkdtemp(dir) != NULL && atexit(drop) == 0);
	insist(snprintf(po, sizeof po, "%s/po", dir) > 0 && mkdir(po, 0700) == 0);
	insist(snprintf(csv, sizeof csv, "%s/in.csv", dir) > 0);
	copy("conf/po/uz.po", "/po/uz.po");
	copy("conf/po/en.po", "/po/en.po");
	copy("conf/po/ru.po", "/po/ru.po");
	insist(sheet_load(&sheet, dir, LANG_UZ) == RC_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct ctl c;
	static FILE *out;
	int status;

	if (out == NULL)
		make();
	out = fopen(csv, "we");
	insist(out != NULL && (n == 0 || fwrite(data, 1, n, out) == n));
	insist(fclose(out) == 0);
	status = sheet_import(&c, &sheet, csv, NULL);
	insist(status == CTL_DONE || status == CTL_NOT_DONE);
	return 0;
}
