/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraqctl's commands that look or add: keys, key holders, receivers, queues, cases, flows.
 * No number is ever printed. Called by ctl.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl.h"
#include "flow.h"
#include "intake.h"
#include "policy.h"
#include "seal.h"
#include "str.h"

static int
write_key(
    const char *dir, const char *name, const char *suffix, const struct seal_key *key)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix) >=
	    (int)sizeof(path))
		return ctl_wrong("keys_dir is too long");
	if (seal_key_write(path, key) != RC_OK)
		return ctl_wrong(
		    "%s is there already, or cannot be written; nothing was changed",
		    path);
	return 0;
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

int
ctl_keys_init(struct ctl *c)
{
	const char *holder = ctl_option(c, "--keyholder");
	struct seal_key master, key;
	int status;

	if (mkdir(c->keys_dir, 0700) != 0) {
		struct stat st;

		if (stat(c->keys_dir, &st) != 0 || !S_ISDIR(st.st_mode))
			return ctl_wrong(
			    "%s: not a folder, and cannot be made", c->keys_dir);
	}
	seal_key_random(&master);
	status = write_key(c->keys_dir, "master", ".key", &master);
	for (int id = SEAL_PERSON_LOOKUP; status == 0 && id < SEAL_SUBKEYS; id++) {
		seal_subkey(&master, (enum seal_subkey)id, &key);
		status = write_key(
		    c->keys_dir, seal_subkey_name((enum seal_subkey)id), ".key", &key);
	}
	seal_key_random(&key);
	status = status || write_key(c->keys_dir, "log", ".key", &key) ||
	    write_pair(c->keys_dir, "intake");
	if (status == 0 && holder != NULL)
		status = write_pair(c->keys_dir, holder);
	seal_wipe(&master, sizeof(master));
	seal_wipe(&key, sizeof(key));
	if (status == 0 && !c->json)
		printf("keys are in %s; keep master.key away from this machine\n",
		    c->keys_dir);
	else if (status == 0)
		puts("{}");
	return status;
}

int
ctl_keyholder_add(struct ctl *c)
{
	const char *name = ctl_option(c, "--name"), *file = ctl_option(c, "--public");
	struct seal_key pub;
	struct db *db;
	enum rc rc;

	if (name == NULL || file == NULL)
		return ctl_wrong("keyholder add needs --name and --public FILE") + 1;
	if (seal_key_read(file, &pub) != RC_OK)
		return ctl_wrong("%s is no key file (64 hex digits, mode 0600)", file);
	db = ctl_db(c, DB_CTL);
	rc = db == NULL ? RC_BROKEN
			: db_run(db, ST_KEYHOLDER_PUT, NULL, db_text(name),
			      db_bytes(pub.b, sizeof(pub.b)));
	db_free(db);
	return rc == RC_OK ? 0 : 1;
}

static int
read_receiver(const struct ctl *c, struct intake_receiver *r)
{
	static const char *const kinds[] = { "shelter", "ngo", "police", "social",
		"embassy", "child", "legal", "health", "labour", "operator" };
	const char *name = ctl_option(c, "--name"), *kind = ctl_option(c, "--kind"),
		   *region = ctl_option(c, "--region"), *lang = ctl_option(c, "--lang"),
		   *number = ctl_option(c, "--number"), *order = ctl_option(c, "--order");
	bool known = false;

	memset(r, 0, sizeof(*r));
	if (name == NULL || kind == NULL || region == NULL || lang == NULL ||
	    number == NULL)
		return ctl_wrong(
			   "receiver add needs --name --kind --region --lang --number") +
		    1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		known = known || strcmp(kinds[i], kind) == 0;
	if (!known)
		return ctl_wrong(
		    "--kind %s: allowed are shelter ngo police social embassy child legal "
		    "health labour operator",
		    kind);
	if (lang_parse(lang) == LANG_NONE)
		return ctl_wrong("--lang %s: allowed are kk ru uz ky tg tk en", lang);
	if (phone_parse(number, &r->number) != RC_OK)
		return ctl_wrong("--number: not a number like +77020000001");
	if (!str_copy(r->name, sizeof(r->name), name) || strchr(name, '\n') != NULL ||
	    !str_copy(r->kind, sizeof(r->kind), kind) ||
	    !str_copy(r->lang, sizeof(r->lang), lang) ||
	    !str_copy(r->regions, sizeof(r->regions), region) ||
	    strchr(region, '\n') != NULL)
		return ctl_wrong("a value is too long");
	r->order = order == NULL ? 0 : (int)strtol(order, NULL, 10);
	r->vetted = ctl_flag(c, "--vetted");
	r->sample = ctl_flag(c, "--sample");
	return 0;
}

int
ctl_receiver_add(struct ctl *c)
{
	struct intake_receiver r;
	struct seal_key pub;
	struct db *db;
	char path[4096], text[INTAKE_MAX];
	uint8_t box[INTAKE_MAX + SEAL_BOX_OVERHEAD];
	size_t n;
	int status = read_receiver(c, &r);
	enum rc rc;

	if (status != 0)
		return status;
	if (snprintf(path, sizeof(path), "%s/intake.pub", c->keys_dir) >=
		(int)sizeof(path) ||
	    seal_key_read(path, &pub) != RC_OK)
		return ctl_wrong(
		    "%s/intake.pub is missing: run `shyraqctl keys init`", c->keys_dir);
	n = intake_pack(&r, text);
	if (n == 0 || seal_box(&pub, text, n, box) != RC_OK)
		return ctl_wrong("the values do not fit");
	seal_wipe(text, sizeof(text));
	db = ctl_db(c, DB_CTL);
	rc = db == NULL ? RC_BROKEN
			: db_run(db, ST_INTAKE_PUT, NULL, db_text("receiver"),
			      db_bytes(box, n + SEAL_BOX_OVERHEAD));
	db_free(db);
	if (rc == RC_OK && !c->json)
		puts("taken; shyraq-dispatch stores it within a second");
	else if (rc == RC_OK)
		puts("{}");
	return rc == RC_OK ? 0 : 1;
}

static int
list(struct ctl *c, enum db_stmt st, const char *const *names, const char *kinds)
{
	struct db *db = ctl_db(c, DB_CTL);
	struct db_rows *r = NULL;
	enum rc rc = db == NULL ? RC_BROKEN : db_run0(db, st, &r);

	if (rc == RC_OK)
		ctl_print(c, r, names, kinds);
	db_rows_free(r);
	db_free(db);
	return rc == RC_OK ? 0 : 1;
}

int
ctl_receiver_list(struct ctl *c)
{
	static const char *const names[] = { "id", "name", "kind", "lang", "regions",
		"active", "phones" };

	return list(c, ST_RECEIVER_LIST, names, "ittttbi");
}

int
ctl_queue(struct ctl *c)
{
	static const char *const counts[] = { "state", "count", "oldest" };
	static const char *const aside[] = { "id", "link", "state", "error", "at" };

	if (ctl_flag(c, "--aside"))
		return list(c, ST_QUEUE_ASIDE, aside, "itttm");
	return list(c, ST_QUEUE_COUNTS, counts, "tim");
}

int
ctl_case_list(struct ctl *c)
{
	static const char *const names[] = { "id", "number", "class", "state", "lang",
		"opened", "taken", "answers" };

	return list(c, ST_CASE_LIST, names, "iitttmmt");
}

int
ctl_flow_check(struct ctl *c)
{
	const char *dir = c->argc > 0 && c->argv[0][0] != '-' ? c->argv[0] : c->conf_dir;
	char path[4096];
	struct flows *f = NULL;
	struct policy *p = NULL;
	struct flow_err err;
	int status = 0;

	if (snprintf(path, sizeof(path), "%s/policies", dir) >= (int)sizeof(path))
		return ctl_wrong("the folder's name is too long");
	if (flows_load(dir, &f, &err) != RC_OK || policy_load(path, &p, &err) != RC_OK)
		status = ctl_wrong("%s", err.s);
	else if (c->json)
		printf("{\"errors\": 0, \"texts\": %zu}\n", texts_count(flows_texts(f)));
	else
		printf("0 errors, %zu texts\n", texts_count(flows_texts(f)));
	policy_free(p);
	flows_free(f);
	return status;
}
