/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person wants stored or done, sealed to intake.pub, and dispatch's answer to it.
 * It never keeps a number in clear longer than it takes to seal it. Called by console/ctl_*.c.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "intake.h"
#include "seal.h"

#define LOOK_MS 50

static int
seal_up(const struct ctl *c, const void *text, size_t n, uint8_t *box)
{
	struct seal_key pub;
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/intake.pub", c->keys_dir) >=
	    (int)sizeof(path))
		return ctl_wrong("keys_dir is too long");
	switch (seal_key_read(path, &pub)) {
	case RC_OK:
		break;
	case RC_BROKEN:
		return ctl_wrong("%s cannot be read: it is made by `shyraqctl keys init` "
				 "on the server, and is no secret",
		    path);
	case RC_REFUSED:
	case RC_AGAIN:
		return ctl_wrong("%s is no key file: 64 hex digits, mode 0600", path);
	}
	return seal_box(&pub, text, n, box) == RC_OK
	    ? CTL_DONE
	    : ctl_wrong("%s is not a usable public key", path);
}

static int
tell(const struct ctl *c, int64_t id, bool fine, const char *answer)
{
	if (!fine)
		return ctl_wrong("not done: %s", answer);
	if (c->json)
		ctl_json_print(json_pack("{s:I,s:s,s:s}", "intake", (json_int_t)id,
		    "state", "done", "answer", answer));
	else
		puts(answer);
	return CTL_DONE;
}

int
ctl_intake_look(const struct ctl *c, struct db *db, int64_t id, char *answer, size_t size)
{
	const struct db_param v = db_i64(id);
	struct db_rows *r = ctl_ask(c, db, ST_INTAKE_STATE, &v, 1);
	const char *state;
	int status = -1;

	if (r == NULL)
		return CTL_NOT_DONE;
	state = db_count(r) > 0 ? db_get_text(r, 0, 0) : "new";
	if (strcmp(state, "new") != 0) {
		bool fine = strcmp(state, "done") == 0;

		status = fine ? CTL_DONE : CTL_NOT_DONE;
		snprintf(answer, size, "%s", db_get_text(r, 0, fine ? 2 : 1));
	}
	db_rows_free(r);
	return status;
}

static int
wait_answer(const struct ctl *c, struct db *db, int64_t id, const char *note)
{
	int64_t begun = clock_mono_us() / 1000, passed = 0;
	char answer[256] = "";
	int status = -1;

	while (status < 0 && passed < CTL_WAIT_MS) {
		ctl_progress("%s ... %lld s", note, (long long)(passed / 1000));
		usleep(LOOK_MS * 1000);
		status = ctl_intake_look(c, db, id, answer, sizeof(answer));
		passed = clock_mono_us() / 1000 - begun;
	}
	ctl_progress("%s", "");
	if (status == CTL_NOT_DONE && answer[0] == '\0')
		return status; /* the database said why */
	if (status >= 0)
		return tell(c, id, status == CTL_DONE, answer);
	return ctl_wrong(
	    "nobody has taken it within %d s: no shyraq-dispatch leads "
	    "(`shyraqctl status`). It is kept (intake %lld) and done when one does",
	    CTL_WAIT_MS / 1000, (long long)id);
}

int64_t
ctl_intake_put(
    const struct ctl *c, struct db *db, const char *kind, const void *text, size_t n)
{
	uint8_t *box = xmalloc(n + SEAL_BOX_OVERHEAD);
	struct db_rows *r = NULL;
	int64_t id = 0;

	if (seal_up(c, text, n, box) == CTL_DONE) {
		const struct db_param v[] = { db_text(kind),
			db_bytes(box, n + SEAL_BOX_OVERHEAD) };

		r = ctl_ask(c, db, ST_INTAKE_PUT, v, ARRAY_LEN(v));
	}
	if (r != NULL)
		id = db_get_i64(r, 0, 0);
	db_rows_free(r);
	free(box);
	return id;
}

int
ctl_intake(struct ctl *c, const char *kind, const void *text, size_t n, const char *note)
{
	struct db *db = ctl_db(c, DB_CTL);
	int64_t id = db == NULL ? 0 : ctl_intake_put(c, db, kind, text, n);
	int status = id == 0 ? CTL_NOT_DONE : wait_answer(c, db, id, note);

	db_free(db);
	return status;
}
