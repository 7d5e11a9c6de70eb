/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a flow file beside the flows that there are, or as service.conf: refused with the file's
 * name, or proved; and what is proved never fails in a conversation. Called by make fuzz, from the top.
 */
#include <sys/stat.h>

#include "fuzz.h"
#include "gsm.h"

/* one flow file is read without the texts, words and places that a whole load reads first */
#include "../../lib/engine/flow_conf.c"

#define TALK 24

const char *__lsan_default_suppressions(void);

static struct flows *base;
static char dir[] = "/dev/shm/flows_fuzz.XXXXXX";
static char folder[64];

/* libconfig 1.5 leaks the text in hand at a syntax error. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void
drop(void)
{
	static const char *const names[] = { "/flows/a.conf", "/flows", "/service.conf",
		"" };
	char path[96];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (snprintf(path, sizeof path, "%s%s", dir, names[i]) > 0)
			(void)remove(path);
	}
}

static void
make(void)
{
	struct flow_err err;

	if (flows_load("conf", &base, &err) != RC_OK) {
		fputs(err.s, stderr);
		abort();
	}
	insist(mkdtemp(dir) != NULL && atexit(drop) == 0);
	insist(snprintf(folder, sizeof folder, "%s/flows", dir) > 0);
	insist(mkdir(folder, 0700) == 0);
}

static void
write_file(const char *name, const uint8_t *data, size_t n)
{
	char path[96];
	FILE *out;

	insist(snprintf(path, sizeof path, "%s/%s", dir, name) > 0);
	out = fopen(path, "we");
	insist(out != NULL && (n == 0 || fwrite(data, 1, n, out) == n));
	insist(fclose(out) == 0);
}

/* A conversation over a flow that was proved: any answers, drawn from the file's own bytes. */
static void
talk(const struct flows *f, const struct flow *fl, const uint8_t *data, size_t n)
{
	static const char *const said[] = { "1", "2", "3", "0", "9", "12", "yordam",
		"Almaty", "22-23", "ha", "yo'q", "?", "opasno", "00", "stop", "да" };
	struct session s = { .lang = LANG_UZ, .lang_chosen = true };
	struct effects e;
	int64_t now = 1;

	for (unsigned i = 0; i < TALK && n > 0; i++) {
		unsigned k = data[(i * 31U) % n] ^ data[n - 1 - (i * 17U) % n];
		struct flow_input in = { .kind = k % 11 == 0 ? INPUT_TIMER : INPUT_TEXT,
			.bearer = (k & 64) != 0 ? BEARER_USSD : BEARER_SMS,
			.text = said[k % ARRAY_LEN(said)],
			.country = "UZ",
			.now_ms = now += 60000 };

		if (i == 0 || s.step[0] == '\0') {
			memcpy(s.flow, fl->name, sizeof s.flow);
			s.version = fl->version;
		}
		insist(flow_step(f, &s, &in, &e) == RC_OK);
		insist(e.n <= FLOW_EFFECTS && s.slots <= FLOW_SLOTS);
		insist(in.bearer == BEARER_USSD || gsm_size_of(e.text).parts <= 2);
	}
}

static void
flow(const uint8_t *data, size_t n)
{
	static struct flows f;
	const struct flow *help = flow_by_name(base, "help");
	struct flow_err err = { "" };
	struct flow *fl;
	enum rc rc;

	write_file("flows/a.conf", data, n);
	if (f.texts == NULL)
		f = *base;
	f.n = 0;
	memset(&f.flow[0], 0, sizeof f.flow[0]);
	rc = load_flow(&f, folder, "a.conf", &err);
	insist(rc == RC_OK || strncmp(err.s, dir, strlen(dir)) == 0);
	if (rc != RC_OK)
		return;
	/* the flow that all others lead to */
	if (strcmp(f.flow[0].name, help->name) != 0)
		f.flow[f.n++] = *help;
	fl = &f.flow[0];
	rc = flow_prove(&f, dir, &err);
	insist(rc == RC_OK || (rc == RC_REFUSED && err.s[0] != '\0'));
	insist(strlen(err.s) < sizeof err.s);
	if (rc == RC_OK)
		talk(&f, fl, data, n);
}

static void
service(const uint8_t *data, size_t n)
{
	static struct flows f;
	struct flow_err err = { "" };
	enum rc rc;

	write_file("service.conf", data, n);
	f.dial[0] = '\0';
	rc = service_load(&f, dir, &err);
	if (rc != RC_OK)
		insist(rc == RC_REFUSED && strncmp(err.s, dir, strlen(dir)) == 0);
	else
		insist(f.dial[0] != '\0' && memchr(f.dial, '\0', sizeof f.dial) != NULL &&
		    f.dial[strspn(f.dial, "0123456789*#")] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (base == NULL)
		make();
	if (n < 400)
		service(data, n);
	flow(data, n);
	return 0;
}
