/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening, checking and closing a machine: configuration in memory, PIN, IMSI, service centre, callbacks.
 * It never tries a PIN twice and never opens another SIM under the same name.
 * Called by modem_gammu.c, in the modem's thread.
 */
#include "modem_gammu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "modem_text.h"
#include "str.h"

#define CLOSE_MS 10000
#define KNOCK_MS 1000
#define KNOCKS 10
#define PIN_MAX 8

static void
on_call(GSM_StateMachine *s, GSM_Call *call, void *arg)
{
	struct machine *m = arg;

	(void)s;
	if (call->Status == GSM_CALL_IncomingCall)
		m->ringing = true;
}

static void
set_abort(struct machine *m, GSM_StateMachine *s)
{
	struct modem_abort *a = m->setup->abort;

	pthread_mutex_lock(&a->lock);
	a->machine = s;
	m->stop = m->stop || a->abandoned;
	pthread_mutex_unlock(&a->lock);
}

/*
 * A modem that is silent would hold libgammu for half a minute, also when it speaks again meanwhile:
 * so it is met only when it answers. Orders that come are more urgent.
 */
static enum rc
knock(struct machine *m)
{
	for (int i = 0; i < KNOCKS; i++) {
		if (at_knock(m->fd, KNOCK_MS, m->at) == RC_OK)
			return RC_OK;
		if (at_gone(m->fd)) {
			machine_fail(m, "open", "hang-up");
			return RC_BROKEN;
		}
		if (actor_wait(m->actor, -1, 0) & ACTOR_MSG)
			break;
	}
	machine_fail(m, "open", "the modem is silent");
	return RC_BROKEN;
}

static enum rc
allocate(struct machine *m)
{
	GSM_Config *c;

	m->fd = at_open(m->setup->device);
	if (m->fd < 0) {
		machine_fail(m, "open", strerror(errno));
		return RC_BROKEN;
	}
	if (knock(m) != RC_OK)
		return RC_BROKEN;
	m->s = GSM_AllocStateMachine();
	if (m->s == NULL)
		fatalx("modem.memory", "no state machine");
	set_abort(m, m->s);
	if (m->stop)
		return RC_BROKEN;
	c = GSM_GetConfig(m->s, 0);
	memset(c, 0, sizeof(*c));
	/* libgammu frees these three */
	c->Device = xstrdup(m->setup->device);
	c->Connection = xstrdup("dku2at");
	c->DebugFile = xstrdup("");
	(void)!str_copy(c->Model, sizeof(c->Model), "at");
	c->UseGlobalDebugFile = FALSE;
	for (size_t i = 0; i < ARRAY_LEN(c->CNMIParams); i++)
		c->CNMIParams[i] = -1;
	c->PhoneFeatures[0] = 0;
	GSM_SetConfigNum(m->s, 1);
	return RC_OK;
}

/* Four to eight digits from the file, or "". */
static void
pin_read(const struct modem_setup *setup, char pin[PIN_MAX + 1])
{
	FILE *f = setup->pin_file[0] == '\0' ? NULL : fopen(setup->pin_file, "re");
	char line[32] = "";
	size_t n;

	pin[0] = '\0';
	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	n = strspn(line, "0123456789");
	if (n >= 4 && n <= PIN_MAX && (line[n] == '\0' || line[n] == '\n'))
		memcpy(pin, line, n);
	pin[n <= PIN_MAX ? n : 0] = '\0';
	explicit_bzero(line, sizeof(line));
}

/* A new file's name is on disk as surely as what is in it. */
static bool
folder_synced(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	bool done;
	int fd;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(folder))
		return false;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = fsync(fd) == 0;
	close(fd);
	return done;
}

/*
 * A SIM shuts itself after three wrong PINs. So the attempt is written down, durably, before it is
 * made, and crossed out when it was right; while it stands there is no other.
 */
static enum rc
pin_attempt(struct machine *m)
{
	char pin[PIN_MAX + 1], command[32];
	size_t n = 0;
	enum rc rc;
	int fd;

	pin_read(m->setup, pin);
	if (pin[0] == '\0') {
		machine_fail(m, "pin", "the SIM wants one and pin_file has none");
		return RC_REFUSED;
	}
	fd = open(m->setup->pin_state, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fsync(fd) != 0 || !folder_synced(m->setup->pin_state)) {
		machine_fail(m, "pin",
		    errno == EEXIST ? "refused once, see state_dir"
				    : "state_dir cannot be written");
		if (fd >= 0)
			close(fd);
		return RC_REFUSED;
	}
	close(fd);
	if (!str_add(command, sizeof(command), &n, "AT+CPIN=\"%s\"", pin))
		command[0] = '\0';
	rc = machine_at(m, command, 20000);
	explicit_bzero(command, sizeof(command));
	explicit_bzero(pin, sizeof(pin));
	explicit_bzero(m->at, sizeof(*m->at));
	return rc;
}

static enum rc
check_pin(struct machine *m)
{
	const char *state;

	if (machine_at(m, "AT+CPIN?", machine_at_ms(m)) != RC_OK)
		return RC_BROKEN;
	state = at_line(m->at, "+CPIN:");
	if (!m->at->ok || state == NULL) {
		machine_fail(m, "sim", "none, or not ready");
		return RC_BROKEN;
	}
	if (strcmp(state, "READY") == 0) {
		(void)unlink(m->setup->pin_state);
		return RC_OK;
	}
	if (strcmp(state, "SIM PIN") == 0) {
		enum rc rc = pin_attempt(m);

		m->shut = m->shut || rc == RC_REFUSED;
		m->word = "pin";
		if (rc == RC_OK) {
			/* libgammu met a locked SIM: open it again, with the SIM awake */
			machine_fail(m, "pin", "given");
			m->plain = true;
		}
		return RC_BROKEN;
	}
	machine_fail(m, "sim", "locked");
	m->word = "locked";
	m->shut = true;
	return RC_REFUSED;
}

/* The SIM is the scope of what we have read: another one under this name is not read. */
static enum rc
check_sim(struct machine *m)
{
	char imsi[GSM_MAX_IMEI_LENGTH * 4] = "";
	size_t n;
	GSM_Error e;

	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "imsi", GSM_GetSIMIMSI(m->s, imsi));
	if (m->failed)
		return RC_BROKEN;
	n = strspn(imsi, "0123456789");
	if (e != ERR_NONE || n < 6 || n >= MODEM_IMSI_MAX || imsi[n] != '\0') {
		machine_fail(m, "sim", "no IMSI");
		return RC_BROKEN;
	}
	if (m->imsi[0] == '\0')
		(void)!str_copy(m->imsi, sizeof(m->imsi), imsi);
	if (strcmp(m->imsi, imsi) == 0)
		return RC_OK;
	machine_fail(m, "sim", "another SIM");
	m->word = "another-sim";
	m->shut = true;
	return RC_REFUSED;
}

static enum rc
ask_centre(struct machine *m)
{
	GSM_SMSC centre = { .Location = 1 };
	GSM_Error e;

	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "centre", GSM_GetSMSC(m->s, &centre));
	if (m->failed)
		return RC_BROKEN;
	if (e != ERR_NONE ||
	    modem_text_units(centre.Number, GSM_MAX_NUMBER_LENGTH) == 0) {
		log_warn("modem.centre", "link=%s the SIM names no service centre",
		    m->setup->name);
		memset(m->smsc, 0, sizeof(m->smsc));
		return RC_OK;
	}
	memcpy(m->smsc, centre.Number, sizeof(m->smsc));
	return RC_OK;
}

/* GSM_InitConnection clears the callbacks, so they come after it. */
static enum rc
listen_to(struct machine *m)
{
	GSM_Error e;

	GSM_SetIncomingSMSCallback(m->s, machine_on_sms, m);
	GSM_SetSendSMSStatusCallback(m->s, machine_on_sent, m);
	GSM_SetIncomingCallCallback(m->s, on_call, m);
	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "announce", GSM_SetIncomingSMS(m->s, TRUE));
	if (!m->failed && e != ERR_NONE)
		log_warn("modem.announce", "link=%s texts are not announced: polled",
		    m->setup->name);
	if (m->failed)
		return RC_BROKEN;
	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "calls", GSM_SetIncomingCall(m->s, TRUE));
	if (!m->failed && e != ERR_NONE)
		log_warn("modem.calls", "link=%s calls are not shown", m->setup->name);
	return m->failed ? RC_BROKEN : RC_OK;
}

/* What the modem says of its announcements: a reboot on its own shows here. */
static const char *
ask_cnmi(struct machine *m)
{
	if (machine_at(m, "AT+CNMI?", machine_at_ms(m)) != RC_OK || !m->at->ok)
		return NULL;
	return at_line(m->at, "+CNMI:");
}

/* Percent, -1: unknown. 3GPP TS 27.007 8.5: 0 to 31, 99 unknown. */
static int
ask_signal(struct machine *m)
{
	const char *csq;
	int v;

	if (machine_at(m, "AT+CSQ", machine_at_ms(m)) != RC_OK || !m->at->ok)
		return -1;
	csq = at_line(m->at, "+CSQ:");
	v = csq == NULL ? -1 : atoi(csq);
	return v < 0 || v > 31 ? -1 : v * 100 / 31;
}

/* +CPMS: "SM",used,all,... of the memory that is read from. */
static void
ask_slots(struct machine *m, unsigned *used, unsigned *all)
{
	const char *cpms, *comma;
	int v[2] = { 0, 0 };

	if (machine_at(m, "AT+CPMS?", machine_at_ms(m)) != RC_OK || !m->at->ok)
		return;
	cpms = at_line(m->at, "+CPMS:");
	for (int i = 0; i < 2 && cpms != NULL; i++) {
		comma = strchr(cpms, ',');
		cpms = comma == NULL ? NULL : comma + 1;
		v[i] = cpms == NULL ? 0 : atoi(cpms);
	}
	if (v[0] >= 0 && v[1] > 0 && v[1] <= UINT16_MAX && v[0] <= v[1]) {
		*used = (unsigned)v[0];
		*all = (unsigned)v[1];
	}
}

static bool
ask_registered(struct machine *m)
{
	GSM_NetworkInfo net = { .State = GSM_NetworkStatusUnknown,
		.PacketState = GSM_NetworkStatusUnknown };
	GSM_Error e;

	machine_call(m, m->setup->ask_ms);
	e = machine_back(m, "network", GSM_GetNetworkInfo(m->s, &net));
	/* some modems answer half of it; CREG is what counts for texts */
	return net.State == GSM_HomeNetwork || net.State == GSM_RoamingNetwork ||
	    (e != ERR_NONE && net.State == GSM_NetworkStatusUnknown);
}

static void
ask_network(struct machine *m)
{
	bool registered = ask_registered(m);
	unsigned used = 0, all = 0;
	struct modem_report *r;
	int signal = m->failed ? -1 : ask_signal(m);

	if (!m->failed)
		ask_slots(m, &used, &all);
	if (m->failed)
		return;
	m->registered = registered;
	r = machine_report(m, MODEM_NETWORK);
	r->ok = registered;
	r->signal = signal;
	r->slots_used = used;
	r->slots_all = all;
	machine_tell(m, r, u.slot);
}

enum rc
machine_open(struct machine *m)
{
	struct modem_report *r;
	const char *cnmi;

	m->generation++;
	m->told = m->told_since_poll = true;
	m->ringing = false;
	m->hints_n = 0;
	m->strange_at = 0;
	if (allocate(m) != RC_OK)
		return RC_BROKEN;
	machine_call(m, m->setup->open_ms);
	if (machine_back(m, "init", GSM_InitConnection(m->s, 1)) != ERR_NONE) {
		machine_fail(m, "init", "the modem does not answer as one");
		return RC_BROKEN;
	}
	if (check_pin(m) != RC_OK || check_sim(m) != RC_OK || ask_centre(m) != RC_OK ||
	    listen_to(m) != RC_OK)
		return RC_BROKEN;
	machine_ussd_open(m);
	cnmi = m->failed ? NULL : ask_cnmi(m);
	if (m->failed || !str_copy(m->cnmi, sizeof(m->cnmi), cnmi == NULL ? "" : cnmi))
		return RC_BROKEN;
	r = machine_report(m, MODEM_OPEN);
	memcpy(r->imsi, m->imsi, sizeof(r->imsi));
	machine_tell(m, r, u.slot);
	ask_network(m);
	m->poll_at = machine_now() + m->setup->poll_ms;
	return m->failed ? RC_BROKEN : RC_OK;
}

void
machine_close(struct machine *m)
{
	GSM_StateMachine *s = m->s;

	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	m->registered = false;
	if (s == NULL)
		return;
	machine_call(m, CLOSE_MS);
	if (m->failed)
		GSM_AbortOperation(s); /* it would wait for a last answer */
	GSM_TerminateConnection(s);
	set_abort(m, NULL);
	GSM_FreeStateMachine(s);
	m->s = NULL;
	machine_back(m, "close", ERR_NONE);
}

bool
machine_is_same(struct machine *m)
{
	const char *cnmi;

	if (m->cnmi[0] == '\0')
		return !m->failed;
	cnmi = ask_cnmi(m);
	if (!m->failed && (cnmi == NULL || strcmp(cnmi, m->cnmi) != 0)) {
		machine_fail(m, "modem", "rebooted on its own");
		m->plain = true;
	}
	return !m->failed;
}

void
machine_check(struct machine *m)
{
	m->told_since_poll = false;
	if (machine_is_same(m))
		machine_ussd_check(m);
	if (!m->failed)
		ask_network(m);
}
