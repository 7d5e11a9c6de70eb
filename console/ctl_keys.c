/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl keys: makes the keys of a site once, makes lost subkeys again, and says whether those here fit.
 * It never prints a byte of a key and overwrites none. Called by ctl.c; key holders are in ctl_holder.c.
 */
#include <ctype.h>
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl.h"
#include "seal.h"
#include "str.h"

static bool
key_path(char out[4096], const char *dir, const char *name, const char *suffix)
{
	return snprintf(out, 4096, "%s/%s%s", dir, name, suffix) < 4096;
}

static int
write_key(
    const char *dir, const char *name, const char *suffix, const struct seal_key *key)
{
	char path[4096];

	if (!key_path(path, dir, name, suffix))
		return ctl_wrong("keys_dir is too long");
	if (seal_key_write(path, key) != RC_OK)
		return ctl_wrong(
		    "%s is there already, or cannot be written; nothing was changed",
		    path);
	return CTL_DONE;
}

static int
write_pair(const char *dir, const char *name)
{
	struct seal_key pub, sec;
	int status;

	seal_box_pair(&pub, &sec);
	status = write_key(dir, name, ".key", &sec) || write_key(dir, name, ".pub", &pub);
	seal_wipe(&sec, sizeof(sec));
	return status;
}

/* A file name of its own: no folder, no hidden file, none of ours. */
static bool
is_holder(const char *name)
{
	static const char *const ours[] = { "master", "log", "intake", "web" };

	if (name[0] == '\0' || name[0] == '.' || strlen(name) > 63)
		return false;
	for (const char *s = name; *s != '\0'; s++) {
		if (isalnum((unsigned char)*s) == 0 && strchr("._-", *s) == NULL)
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (strcmp(ours[i], name) == 0)
			return false;
	}
	for (int id = SEAL_PERSON_LOOKUP; id < SEAL_SUBKEYS; id++) {
		if (strcmp(seal_subkey_name((enum seal_subkey)id), name) == 0)
			return false;
	}
	return true;
}

static bool
is_there(const char *dir, const char *name, const char *suffix, char path[4096])
{
	struct stat st;

	return key_path(path, dir, name, suffix) && lstat(path, &st) == 0;
}

/*
 * A second master would make subkeys that open nothing of what the first ones sealed: any key of the
 * service that is here refuses it.
 */
static int
check_empty(const struct ctl *c)
{
	char path[4096];
	bool found = is_there(c->keys_dir, "master", ".key", path);

	for (int id = SEAL_PERSON_LOOKUP; !found && id < SEAL_SUBKEYS; id++)
		found = is_there(
		    c->keys_dir, seal_subkey_name((enum seal_subkey)id), ".key", path);
	if (!found)
		found = is_there(c->keys_dir, "log", ".key", path) ||
		    is_there(c->keys_dir, "intake", ".key", path) ||
		    is_there(c->keys_dir, "intake", ".pub", path);
	if (!found)
		return CTL_DONE;
	return ctl_wrong(
	    "%s is there already: a site's keys are made once, and nothing was changed. "
	    "Subkeys that were lost: `shyraqctl keys remake`. A case worker's pair: in "
	    "another, empty keys_dir",
	    path);
}

static int
write_all(const struct ctl *c, const char *holder)
{
	struct seal_key master, key;
	int status;

	seal_key_random(&master);
	status = write_key(c->keys_dir, "master", ".key", &master);
	for (int id = SEAL_PERSON_LOOKUP; status == CTL_DONE && id < SEAL_SUBKEYS; id++) {
		seal_subkey(&master, (enum seal_subkey)id, &key);
		status = write_key(
		    c->keys_dir, seal_subkey_name((enum seal_subkey)id), ".key", &key);
	}
	seal_key_random(&key);
	if (status == CTL_DONE)
		status = write_key(c->keys_dir, "log", ".key", &key);
	if (status == CTL_DONE)
		status = write_pair(c->keys_dir, "intake");
	if (status == CTL_DONE && holder != NULL)
		status = write_pair(c->keys_dir, holder);
	seal_wipe(&master, sizeof(master));
	seal_wipe(&key, sizeof(key));
	return status;
}

int
ctl_keys_init(struct ctl *c)
{
	const char *holder = ctl_option(c, "--keyholder");
	int status;

	if (holder != NULL && !is_holder(holder))
		return ctl_wrong_usage(c,
		    "--keyholder %.40s: letters, digits, . _ - and none of the service's "
		    "own names",
		    holder);
	if (mkdir(c->keys_dir, 0700) != 0) {
		struct stat st;

		if (stat(c->keys_dir, &st) != 0 || !S_ISDIR(st.st_mode))
			return ctl_wrong(
			    "%s: not a folder, and cannot be made", c->keys_dir);
	}
	status = check_empty(c);
	if (status == CTL_DONE)
		status = write_all(c, holder);
	if (status == CTL_DONE && c->json)
		ctl_json_print(json_pack("{s:s}", "keys_dir", c->keys_dir));
	else if (status == CTL_DONE)
		printf("keys are in %s; keep master.key away from this machine\n",
		    c->keys_dir);
	return status;
}

struct keys_look {
	const struct ctl *c;
	struct seal_key master;
	bool has_master;
	bool only_there; /* what is missing is not told */
	int wrong, subkeys;
	json_t *files;
};

static void
note(struct keys_look *l, const char *file, const char *mode, bool fine, const char *what)
{
	l->wrong += !fine;
	if (!l->c->json)
		printf("%-22s %-5s %-6s %s\n", file, mode, fine ? "ok" : "WRONG", what);
	json_array_append_new(l->files,
	    json_pack("{s:s,s:s,s:b,s:s}", "file", file, "mode", mode, "ok", (int)fine,
		"note", what));
}

/* RC_OK: *key is there and well-formed; else noted, also when it is missing (`need`: that is wrong). */
static enum rc
look_at(struct keys_look *l, const char *name, const char *suffix, bool need,
    struct seal_key *key, char mode[8])
{
	char path[4096], file[128];
	struct stat st;
	enum rc rc;

	snprintf(file, sizeof(file), "%s%s", name, suffix);
	snprintf(mode, 8, "-");
	if (!key_path(path, l->c->keys_dir, name, suffix) || lstat(path, &st) != 0) {
		if (!l->only_there)
			note(l, file, mode, !need, "not here");
		return RC_AGAIN;
	}
	snprintf(mode, 8, "%04o", st.st_mode & 07777);
	rc = seal_key_read(path, key);
	if (rc == RC_OK)
		return RC_OK;
	note(l, file, mode, false,
	    rc == RC_BROKEN                               ? "cannot be read by you"
		: !S_ISREG(st.st_mode)                    ? "no regular file"
		: (st.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? "open to others: chmod 600"
							  : "not 64 hex digits");
	return rc;
}

static void
subkeys(struct keys_look *l)
{
	struct seal_key key, want;
	char mode[8], file[128];

	for (int id = SEAL_PERSON_LOOKUP; id < SEAL_SUBKEYS; id++) {
		const char *name = seal_subkey_name((enum seal_subkey)id);
		bool fits = true;

		snprintf(file, sizeof(file), "%s.key", name);
		if (look_at(l, name, ".key", l->subkeys > 0, &key, mode) != RC_OK)
			continue;
		l->subkeys++;
		if (l->has_master) {
			seal_subkey(&l->master, (enum seal_subkey)id, &want);
			fits = memcmp(&want, &key, sizeof(key)) == 0;
		}
		note(l, file, mode, fits,
		    !fits               ? "does not fit master.key"
			: l->has_master ? "fits master.key"
					: "");
	}
	seal_wipe(&key, sizeof(key));
	seal_wipe(&want, sizeof(want));
}

/* NAME.key and NAME.pub of a pair: each alone is fine, together they must fit. */
static void
pair(struct keys_look *l, const char *name, bool need_pub)
{
	struct seal_key sec, pub, want;
	char mode[8], file[128];
	bool has_sec = look_at(l, name, ".key", false, &sec, mode) == RC_OK;

	if (has_sec) {
		snprintf(file, sizeof(file), "%s.key", name);
		note(l, file, mode, true,
		    strcmp(name, "intake") == 0
			? "dispatch alone needs it"
			: "opens words of people: its owner's alone");
	}
	if (look_at(l, name, ".pub", need_pub, &pub, mode) == RC_OK) {
		bool fits = true;

		if (has_sec) {
			seal_box_public(&sec, &want);
			fits = memcmp(&want, &pub, sizeof(pub)) == 0;
		}
		snprintf(file, sizeof(file), "%s.pub", name);
		note(l, file, mode, fits,
		    !fits         ? "does not belong to its .key"
			: has_sec ? "belongs to its .key"
				  : "");
	}
	seal_wipe(&sec, sizeof(sec));
}

static int
is_pub(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && n < 68 && strcmp(d->d_name + n - 4, ".pub") == 0 &&
	    strcmp(d->d_name, "intake.pub") != 0;
}

static void
holders(struct keys_look *l)
{
	struct dirent **v;
	int n = scandir(l->c->keys_dir, &v, is_pub, alphasort);

	for (int i = 0; i < n; i++) {
		char name[68];

		snprintf(name, sizeof(name), "%.*s", (int)strlen(v[i]->d_name) - 4,
		    v[i]->d_name);
		pair(l, name, true);
		free(v[i]);
	}
	if (n >= 0)
		free(v);
}

static int
remake(struct keys_look *l)
{
	bool missing[SEAL_SUBKEYS] = { false };
	struct seal_key key;
	char path[4096], file[128];
	int status = CTL_DONE, made = 0;

	for (int id = SEAL_PERSON_LOOKUP; id < SEAL_SUBKEYS; id++)
		missing[id] = !is_there(
		    l->c->keys_dir, seal_subkey_name((enum seal_subkey)id), ".key", path);
	l->only_there = true;
	subkeys(l);
	if (l->wrong > 0)
		return ctl_wrong(
		    "%d of the subkeys here were not made by this master: it "
		    "is another site's, or the files are damaged. Nothing "
		    "was written",
		    l->wrong);
	for (int id = SEAL_PERSON_LOOKUP; status == CTL_DONE && id < SEAL_SUBKEYS; id++) {
		const char *name = seal_subkey_name((enum seal_subkey)id);

		if (!missing[id])
			continue;
		seal_subkey(&l->master, (enum seal_subkey)id, &key);
		status = write_key(l->c->keys_dir, name, ".key", &key);
		snprintf(file, sizeof(file), "%s.key", name);
		if (status == CTL_DONE)
			note(l, file, "0600", true, "made again");
		made += status == CTL_DONE;
	}
	seal_wipe(&key, sizeof(key));
	if (status == CTL_DONE && !l->c->json)
		printf(
		    "%d of %d made again. log.key and the intake pair do not come from "
		    "the master\n",
		    made, SEAL_SUBKEYS - SEAL_PERSON_LOOKUP);
	return status;
}

int
ctl_keys_remake(struct ctl *c)
{
	const char *given = ctl_option(c, "--master");
	struct keys_look l = { .c = c, .has_master = true };
	char path[4096];
	int status;

	if (!key_path(path, c->keys_dir, "master", ".key"))
		return ctl_wrong("keys_dir is too long");
	if (given == NULL)
		given = path;
	if (seal_key_read(given, &l.master) != RC_OK)
		return ctl_wrong(
		    "%s is no key file to be read (64 hex digits, mode 0600): "
		    "bring master.key, or name it with --master FILE",
		    given);
	l.files = json_array();
	status = remake(&l);
	seal_wipe(&l.master, sizeof(l.master));
	if (status == CTL_DONE && c->json)
		ctl_json_print(
		    json_pack("{s:s,s:O}", "keys_dir", c->keys_dir, "files", l.files));
	json_decref(l.files);
	return status;
}

int
ctl_keys_status(struct ctl *c)
{
	struct keys_look l = { .c = c };
	struct seal_key log;
	struct stat st;
	char mode[8];
	json_t *people;

	if (stat(c->keys_dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return ctl_wrong(
		    "%s is no folder: `shyraqctl keys init` makes it", c->keys_dir);
	l.files = json_array();
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		note(&l, ".", "", false, "the folder may be written by others");
	if (look_at(&l, "master", ".key", false, &l.master, mode) == RC_OK) {
		l.has_master = true;
		note(&l, "master.key", mode, true,
		    "makes all the others: keep it elsewhere");
	}
	subkeys(&l);
	if (look_at(&l, "log", ".key", l.subkeys > 0, &log, mode) == RC_OK)
		note(&l, "log.key", mode, true, "");
	pair(&l, "intake", true);
	holders(&l);
	seal_wipe(&l.master, sizeof(l.master));
	seal_wipe(&log, sizeof(log));
	people = ctl_holders(c);
	if (c->json)
		ctl_json_print(json_pack("{s:s,s:i,s:O,s:o}", "keys_dir", c->keys_dir,
		    "wrong", l.wrong, "files", l.files, "holders", people));
	json_decref(l.files);
	return l.wrong == 0 ? CTL_DONE : ctl_wrong("%d of them are wrong", l.wrong);
}
