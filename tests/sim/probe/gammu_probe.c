/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real libgammu on a command line: one order a line on stdin, facts as lines on stdout.
 * Never part of the service: it shows what libgammu makes of the simulated modem.
 * Called by tests/system/gammulib.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

#include <gammu.h>

#include "clock.h"

enum {
	LINE_SIZE = 8192,
	WORDS_MAX = 8,
	RESULT_WAIT_MS = 10000,
};

struct probe {
	GSM_StateMachine *machine;
	char *device;
	int results; /* status callbacks since the last send */
	int status, reference;
	int abort_ms;
};

struct order {
	const char *name;
	int words; /* after the name */
	GSM_Error (*on)(struct probe *p, char **word);
};

static void
print_hex(const char *key, const unsigned char *b, size_t n)
{
	printf(" %s=", key);
	while (n-- > 0)
		printf("%02X", *b++);
}

static void
print_text(const char *key, const unsigned char *unicode)
{
	char utf8[4 * GSM_MAX_SMS_LENGTH * GSM_MAX_MULTI_SMS / 8 + 8];

	EncodeUTF8(utf8, unicode);
	print_hex(key, (const unsigned char *)utf8, strlen(utf8));
}

/* false: not hex or too long */
static bool
read_hex(const char *hex, char *out, size_t size)
{
	size_t n = strlen(hex) / 2, i;
	unsigned octet;

	if (n >= size)
		return false;
	for (i = 0; i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &octet) != 1)
			return false;
		out[i] = (char)octet;
	}
	out[n] = '\0';
	return true;
}

/* hex of UTF-8 to the library's own text */
static bool
read_text(const char *hex, unsigned char *unicode, size_t units)
{
	char utf8[LINE_SIZE];

	if (!read_hex(hex, utf8, sizeof utf8) || strlen(utf8) >= units)
		return false;
	DecodeUTF8(unicode, utf8, strlen(utf8));
	return true;
}

static void
on_incoming(GSM_StateMachine *machine, GSM_SMSMessage *sms, void *data)
{
	(void)machine;
	(void)data;
	printf("incoming pdu=%d memory=%d folder=%d location=%d\n", (int)sms->PDU,
	    (int)sms->Memory, sms->Folder, sms->Location);
}

static void
on_ussd_in(GSM_StateMachine *machine, GSM_USSDMessage *m, void *data)
{
	(void)machine;
	(void)data;
	printf("ussd status=%d", (int)m->Status);
	print_text("text", m->Text);
	printf("\n");
}

static void
on_call_in(GSM_StateMachine *machine, GSM_Call *call, void *data)
{
	(void)machine;
	(void)data;
	printf("call status=%d\n", (int)call->Status);
}

static void
on_sent(GSM_StateMachine *machine, int status, int reference, void *data)
{
	struct probe *p = data;

	(void)machine;
	p->results++;
	p->status = status;
	p->reference = reference;
}

static GSM_Error
open_machine(struct probe *p, char **word)
{
	GSM_Config *c;
	GSM_Error e;
	int i;

	(void)word;
	p->machine = GSM_AllocStateMachine();
	if (p->machine == NULL)
		return ERR_MOREMEMORY;
	c = GSM_GetConfig(p->machine, 0);
	c->Device = strdup(p->device);
	c->Connection = strdup("dku2at");
	c->DebugFile = strdup(getenv("PROBE_DEBUG") == NULL ? "" : getenv("PROBE_DEBUG"));
	if (getenv("PROBE_DEBUG") != NULL)
		strcpy(c->DebugLevel, "textalldate");
	strcpy(c->Model, "at");
	c->UseGlobalDebugFile = FALSE;
	for (i = 0; i < 5; i++)
		c->CNMIParams[i] = -1;
	GSM_SetConfigNum(p->machine, 1);
	e = GSM_InitConnection(p->machine, 1);
	if (e == ERR_NONE) {
		GSM_SetIncomingSMSCallback(p->machine, on_incoming, p);
		GSM_SetIncomingUSSDCallback(p->machine, on_ussd_in, p);
		GSM_SetIncomingCallCallback(p->machine, on_call_in, p);
		GSM_SetSendSMSStatusCallback(p->machine, on_sent, p);
	}
	return e;
}

static GSM_Error
close_machine(struct probe *p, char **word)
{
	GSM_Error e = GSM_TerminateConnection(p->machine);

	(void)word;
	GSM_FreeStateMachine(p->machine);
	p->machine = NULL;
	return e;
}

static GSM_Error
listen_for(struct probe *p, char **word)
{
	GSM_Error e = GSM_SetIncomingSMS(p->machine, TRUE);

	(void)word;
	return e;
}

static GSM_Error
listen_ussd(struct probe *p, char **word)
{
	GSM_Error e = GSM_SetIncomingUSSD(p->machine, TRUE);
	GSM_MemoryStatus m = { .MemoryType = MEM_SM };

	if (e != ERR_NONE || strcmp(word[0], "gsm") == 0)
		return e;
	return GSM_GetMemoryStatus(p->machine, &m); /* leaves AT+CSCS at UCS2 */
}

static GSM_Error
listen_calls(struct probe *p, char **word)
{
	(void)word;
	return GSM_SetIncomingCall(p->machine, TRUE);
}

static void
print_time(const char *key, const GSM_DateTime *t)
{
	printf(" %s=%04d-%02d-%02dT%02d:%02d:%02d%+06d", key, t->Year, t->Month, t->Day,
	    t->Hour, t->Minute, t->Second, t->Timezone);
}

static void
print_sms(const GSM_SMSMessage *m)
{
	printf(
	    "sms location=%d folder=%d pdu=%d state=%d coding=%d class=%d ref=%d status=%d",
	    m->Location, m->Folder, (int)m->PDU, (int)m->State, (int)m->Coding, m->Class,
	    m->MessageReference, (int)m->DeliveryStatus);
	print_text("number", m->Number);
	print_text("smsc", m->SMSC.Number);
	print_time("time", &m->DateTime);
	print_hex("udh", m->UDH.Text, m->UDH.Length > 0 ? (size_t)m->UDH.Length : 0);
	if (m->Coding == SMS_Coding_8bit)
		print_hex("data", m->Text, (size_t)m->Length);
	else
		print_text("text", m->Text);
	printf("\n");
}

/* drains the folder past what cannot be decoded, as the daemon must */
static GSM_Error
read_all(struct probe *p, char **word)
{
	GSM_MultiSMSMessage *m = calloc(1, sizeof *m);
	gboolean start = TRUE;
	GSM_Error e = ERR_MOREMEMORY;
	int was = -1;

	(void)word;
	if (m == NULL)
		return e;
	for (;;) {
		e = GSM_GetNextSMS(p->machine, m, start);
		if (e == ERR_NONE)
			print_sms(&m->SMS[0]);
		else if (m->SMS[0].Location == was || (start && m->SMS[0].Location == 0))
			break; /* it has not gone on: this is the end */
		else
			printf("undecodable location=%d error=%d\n", m->SMS[0].Location,
			    (int)e);
		was = m->SMS[0].Location;
		start = FALSE;
	}
	free(m);
	return e == ERR_EMPTY ? ERR_NONE : e;
}

static GSM_Error
delete_one(struct probe *p, char **word)
{
	GSM_SMSMessage sms = { .Folder = 1, .Location = atoi(word[0]), .Memory = MEM_SM };

	return GSM_DeleteSMS(p->machine, &sms);
}

static GSM_Error
read_one(struct probe *p, char **word)
{
	GSM_MultiSMSMessage *m = calloc(1, sizeof *m);
	GSM_Error e;

	if (m == NULL)
		return ERR_MOREMEMORY;
	m->SMS[0].Folder = 1;
	m->SMS[0].Location = atoi(word[0]);
	e = GSM_GetSMS(p->machine, m);
	if (e == ERR_NONE)
		print_sms(&m->SMS[0]);
	free(m);
	return e;
}

static GSM_Error
memory(struct probe *p, char **word)
{
	GSM_SMSMemoryStatus m = { 0 };
	GSM_Error e = GSM_GetSMSStatus(p->machine, &m);

	(void)word;
	printf("memory used=%d size=%d\n", m.SIMUsed, m.SIMSize);
	return e;
}

/* ERR_TIMEOUT: an uncertain send */
static GSM_Error
wait_result(struct probe *p)
{
	const char *given = getenv("PROBE_RESULT_MS");
	int64_t until = clock_mono_us() / 1000 +
	    (given != NULL ? atoi(given) : RESULT_WAIT_MS);

	while (p->results == 0 && clock_mono_us() / 1000 < until)
		GSM_ReadDevice(p->machine, TRUE);
	if (p->results == 0)
		return ERR_TIMEOUT;
	printf("result status=%d reference=%d\n", p->status, p->reference);
	return ERR_NONE;
}

static GSM_Error
send_part(struct probe *p, GSM_SMSMessage *sms, char **word)
{
	int vp = atoi(word[2]);

	EncodeUnicode(sms->SMSC.Number, "+77010000500", 12);
	sms->SMSC.Location = 0;
	if (vp >= 0) {
		sms->SMSC.Validity.Format = SMS_Validity_RelativeFormat;
		sms->SMSC.Validity.Relative = (GSM_ValidityPeriod)vp;
	}
	sms->PDU = strcmp(word[3], "1") == 0 ? SMS_Status_Report : SMS_Submit;
	EncodeUnicode(sms->Number, word[0], strlen(word[0]));
	p->results = 0;
	return GSM_SendSMS(p->machine, sms);
}

/* send NUMBER HEX-OF-UTF8 VP RECEIPT */
static GSM_Error
send_text(struct probe *p, char **word)
{
	static unsigned char text[2 * LINE_SIZE];
	GSM_MultiSMSMessage *m = calloc(1, sizeof *m);
	GSM_MultiPartSMSInfo info;
	GSM_Error e = ERR_MOREMEMORY;
	int i;

	if (m == NULL || !read_text(word[1], text, sizeof text / 2))
		goto out;
	GSM_ClearMultiPartSMSInfo(&info);
	info.Class = -1;
	info.EntriesNum = 1;
	info.Entries[0].ID = SMS_ConcatenatedAutoTextLong;
	info.Entries[0].Buffer = text;
	e = GSM_EncodeMultiPartSMS(NULL, &info, m);
	for (i = 0; i < m->Number && e == ERR_NONE; i++) {
		e = send_part(p, &m->SMS[i], word);
		if (e == ERR_NONE)
			e = wait_result(p);
	}
out:
	free(m);
	return e;
}

static GSM_Error
wait_ms(struct probe *p, char **word)
{
	int64_t until = clock_mono_us() / 1000 + atoi(word[0]);

	while (clock_mono_us() / 1000 < until)
		GSM_ReadDevice(p->machine, FALSE);
	return ERR_NONE;
}

static GSM_Error
identity(struct probe *p, char **word)
{
	char imsi[GSM_MAX_IMEI_LENGTH + 1] = "", imei[GSM_MAX_IMEI_LENGTH + 1] = "";
	GSM_Error e = GSM_GetSIMIMSI(p->machine, imsi);

	(void)word;
	if (e == ERR_NONE)
		e = GSM_GetIMEI(p->machine, imei);
	printf("identity imsi=%s imei=%s\n", imsi, imei);
	return e;
}

static GSM_Error
security(struct probe *p, char **word)
{
	GSM_SecurityCodeType t = SEC_None;
	GSM_Error e = GSM_GetSecurityStatus(p->machine, &t);

	(void)word;
	printf("security type=%d\n", (int)t);
	return e;
}

static GSM_Error
enter_pin(struct probe *p, char **word)
{
	GSM_SecurityCode c = { .Type = SEC_Pin };

	strncpy(c.Code, word[0], sizeof c.Code - 1);
	return GSM_EnterSecurityCode(p->machine, &c);
}

static GSM_Error
network(struct probe *p, char **word)
{
	GSM_NetworkInfo n;
	GSM_SignalQuality q = { 0 };
	GSM_Error e;

	(void)word;
	memset(&n, 0, sizeof n);
	e = GSM_GetNetworkInfo(p->machine, &n);
	if (e == ERR_NONE)
		e = GSM_GetSignalQuality(p->machine, &q);
	printf("network state=%d signal=%d", (int)n.State, q.SignalStrength);
	print_hex("code", (const unsigned char *)n.NetworkCode, strlen(n.NetworkCode));
	printf("\n");
	return e;
}

static GSM_Error
get_smsc(struct probe *p, char **word)
{
	GSM_SMSC c = { .Location = 1 };
	GSM_Error e = GSM_GetSMSC(p->machine, &c);

	(void)word;
	printf("smsc");
	print_text("number", c.Number);
	printf("\n");
	return e;
}

static GSM_Error
dial(struct probe *p, char **word)
{
	char code[LINE_SIZE];

	if (!read_hex(word[0], code, sizeof code))
		return ERR_INVALIDDATA;
	return GSM_DialService(p->machine, code);
}

static GSM_Error
cancel_call(struct probe *p, char **word)
{
	(void)word;
	return GSM_CancelCall(p->machine, 0, TRUE);
}

static void *
abort_later(void *data)
{
	struct probe *p = data;

	usleep((useconds_t)p->abort_ms * 1000);
	GSM_AbortOperation(p->machine);
	return NULL;
}

/* abort MS: the call that is under way then is broken off, from another thread */
static GSM_Error
plan_abort(struct probe *p, char **word)
{
	pthread_t thread;

	p->abort_ms = atoi(word[0]);
	if (pthread_create(&thread, NULL, abort_later, p) != 0)
		return ERR_UNKNOWN;
	pthread_detach(thread);
	return ERR_NONE;
}

static const struct order orders[] = {
	{ "abort", 1, plan_abort },
	{ "open", 0, open_machine },
	{ "close", 0, close_machine },
	{ "listen", 0, listen_for },
	{ "listen-ussd", 1, listen_ussd },
	{ "listen-calls", 0, listen_calls },
	{ "read", 0, read_all },
	{ "get", 1, read_one },
	{ "delete", 1, delete_one },
	{ "memory", 0, memory },
	{ "send", 4, send_text },
	{ "wait", 1, wait_ms },
	{ "identity", 0, identity },
	{ "security", 0, security },
	{ "pin", 1, enter_pin },
	{ "network", 0, network },
	{ "smsc", 0, get_smsc },
	{ "dial", 1, dial },
	{ "cancel-call", 0, cancel_call },
};

static void
run_order(struct probe *p, char *line)
{
	char *word[WORDS_MAX] = { NULL }, *rest = NULL, *at;
	int64_t began = clock_mono_us() / 1000;
	int n = 0;
	size_t i;
	GSM_Error e;

	for (at = strtok_r(line, " \n", &rest); at != NULL && n < WORDS_MAX;
	     at = strtok_r(NULL, " \n", &rest))
		word[n++] = at;
	for (i = 0; n > 0 && i < sizeof orders / sizeof orders[0]; i++) {
		if (strcmp(orders[i].name, word[0]) != 0 || n - 1 != orders[i].words)
			continue;
		if (p->machine == NULL && strcmp(word[0], "open") != 0)
			break;
		e = orders[i].on(p, word + 1);
		printf("end %s error=%d name=%s ms=%lld\n", word[0], (int)e,
		    GSM_ErrorName(e), (long long)(clock_mono_us() / 1000 - began));
		return;
	}
	printf("end unknown error=-1 name=ORDER ms=0\n");
}

int
main(int argc, char **argv)
{
	static char line[2 * LINE_SIZE + 256];
	struct probe p = { 0 };

	if (argc != 2) {
		fputs("usage: gammu-probe DEVICE\n", stderr);
		return 2;
	}
	setenv("LC_ALL",
	    getenv("PROBE_LC_ALL") == NULL ? "C.UTF-8" : getenv("PROBE_LC_ALL"), 1);
	GSM_InitLocales(NULL);
	p.device = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof line, stdin) != NULL)
		run_order(&p, line);
	if (p.machine != NULL)
		close_machine(&p, NULL);
	return 0;
}
