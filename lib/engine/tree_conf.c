/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A libconfig file as a tree, with errors that say file, line and name. It knows no flow and no
 * word. Called by flow_conf.c, words_conf.c and policy.c.
 */
#include "tree_conf.h"

#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)

struct tree {
	config_t cfg;
	char *path;
	bool failed;
	struct flow_err first;
};

static void
fail_at(struct tree *t, unsigned line, const char *name, const char *what)
{
	if (t->failed)
		return;
	t->failed = true;
	if (snprintf(t->first.s, sizeof t->first.s, "%s:%u: %s: %s", t->path, line, name,
		what) < 0)
		t->first.s[0] = '\0';
}

/* The whole file with a NUL; NULL when it cannot be read or is too long. */
static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t n;

	if (f == NULL)
		return NULL;
	text = xmalloc(FILE_MAX + 1);
	n = fread(text, 1, FILE_MAX + 1, f);
	if (ferror(f) || n > FILE_MAX || memchr(text, '\0', n) != NULL) {
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
	}
	fclose(f);
	return text;
}

static void
parse(struct tree *t, const char *text)
{
	const char *at = strstr(text, "@include");
	unsigned line = 1;

	if (at != NULL) {
		for (const char *s = text; s < at; s++)
			line += *s == '\n';
		fail_at(t, line, "file", "@include is not taken; allowed: one file");
	} else if (config_read_string(&t->cfg, text) != CONFIG_TRUE) {
		fail_at(t, (unsigned)config_error_line(&t->cfg), "file",
		    config_error_text(&t->cfg));
	}
}

enum rc
tree_open(const char *path, struct tree **out, struct flow_err *err)
{
	struct tree *t = xcalloc(1, sizeof *t);
	char *text = read_file(path);

	*out = NULL;
	config_init(&t->cfg);
	t->path = xstrdup(path);
	if (text == NULL)
		fail_at(t, 1, "file", "cannot be read, or is over 1 MiB");
	else
		parse(t, text);
	free(text);
	if (t->failed) {
		*err = t->first;
		tree_free(t);
		return RC_REFUSED;
	}
	*out = t;
	return RC_OK;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	config_destroy(&t->cfg);
	free(t->path);
	free(t);
}

enum rc
tree_result(const struct tree *t, struct flow_err *err)
{
	if (!t->failed)
		return RC_OK;
	*err = t->first;
	return RC_REFUSED;
}

const struct config_setting_t *
tree_root(const struct tree *t)
{
	return config_root_setting(&t->cfg);
}

unsigned
tree_line(const struct config_setting_t *at)
{
	return at != NULL ? config_setting_source_line(at) : 1;
}

const char *
tree_name(const struct config_setting_t *at)
{
	return config_setting_name(at) != NULL ? config_setting_name(at) : "";
}

void
tree_fail(struct tree *t, const struct config_setting_t *at, const char *fmt, ...)
{
	const struct config_setting_t *named = at;
	char what[FLOW_ERR_MAX - 128];
	va_list ap;

	if (t->failed)
		return;
	while (named != NULL && config_setting_name(named) == NULL)
		named = config_setting_parent(named);
	va_start(ap, fmt);
	if (vsnprintf(what, sizeof what, fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	fail_at(
	    t, tree_line(at), named != NULL ? config_setting_name(named) : "file", what);
}

static bool
is_one_of(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = names; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, name, n) == 0)
			return true;
		at += len;
	}
	return false;
}

void
tree_only(struct tree *t, const struct config_setting_t *group, const char *names)
{
	for (unsigned i = 0; group != NULL && i < tree_len(group); i++) {
		const struct config_setting_t *at = config_setting_get_elem(group, i);
		const char *name = config_setting_name(at);

		if (name == NULL || !is_one_of(names, name))
			tree_fail(t, at, "unknown name; allowed: %s", names);
	}
}

static const struct config_setting_t *
member(struct tree *t, const struct config_setting_t *group, const char *name, bool need)
{
	const struct config_setting_t *at;

	if (group == NULL || t->failed)
		return NULL;
	at = config_setting_get_member(group, name);
	if (at == NULL && need)
		tree_fail(t, group, "%s is missing", name);
	return at;
}

const char *
tree_string(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need)
{
	const struct config_setting_t *at = member(t, group, name, need);

	if (at == NULL)
		return NULL;
	if (config_setting_type(at) != CONFIG_TYPE_STRING) {
		tree_fail(t, at, "not a string; allowed: \"...\"");
		return NULL;
	}
	return config_setting_get_string(at);
}

int
tree_int(struct tree *t, const struct config_setting_t *group, const char *name, int min,
    int max, int fallback)
{
	const struct config_setting_t *at = member(t, group, name, fallback < min);
	int v;

	if (at == NULL)
		return fallback;
	v = config_setting_type(at) == CONFIG_TYPE_INT ? config_setting_get_int(at)
						       : INT_MIN;
	if (v < min || v > max) {
		tree_fail(t, at, "not a number in range; allowed: %d to %d", min, max);
		return fallback;
	}
	return v;
}

const struct config_setting_t *
tree_group(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need)
{
	const struct config_setting_t *at = member(t, group, name, need);

	if (at != NULL && config_setting_type(at) != CONFIG_TYPE_GROUP) {
		tree_fail(t, at, "not a group; allowed: { ... }");
		return NULL;
	}
	return at;
}

const struct config_setting_t *
tree_list(
    struct tree *t, const struct config_setting_t *group, const char *name, bool need)
{
	const struct config_setting_t *at = member(t, group, name, need);

	if (at != NULL && config_setting_type(at) != CONFIG_TYPE_LIST &&
	    config_setting_type(at) != CONFIG_TYPE_ARRAY) {
		tree_fail(t, at, "not a list; allowed: ( ... ) or [ ... ]");
		return NULL;
	}
	return at;
}

unsigned
tree_len(const struct config_setting_t *list)
{
	int n = list != NULL ? config_setting_length(list) : 0;

	return n > 0 ? (unsigned)n : 0;
}

const struct config_setting_t *
tree_item(const struct config_setting_t *list, unsigned i)
{
	return config_setting_get_elem(list, i);
}

const char *
tree_item_string(struct tree *t, const struct config_setting_t *list, unsigned i)
{
	const struct config_setting_t *at = config_setting_get_elem(list, i);

	if (at == NULL || config_setting_type(at) != CONFIG_TYPE_STRING) {
		tree_fail(t, at != NULL ? at : list, "item %u is not a string", i + 1);
		return "";
	}
	return config_setting_get_string(at);
}
