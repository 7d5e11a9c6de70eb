/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of a link over SMPP, and what their words mean.
 * It never keeps the password: its file is read for each bind. Called by setup.c and smpp_link.c.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "smpp_link.h"
#include "str.h"

#define HOUR 3600000

const struct conf_option smpp_options[] = {
	{ "name", CONF_STRING, offsetof(struct smpp_conf, name), NULL, 0, 0, NULL },
	{ "type", CONF_WORDS, offsetof(struct smpp_conf, type), NULL, 0, 0, "smpp" },
	{ "daemon", CONF_STRING, offsetof(struct smpp_conf, daemon), "", 0, 0, NULL },
	{ "number", CONF_STRING, offsetof(struct smpp_conf, number), NULL, 0, 0, NULL },
	{ "host", CONF_STRING, offsetof(struct smpp_conf, host), NULL, 0, 0, NULL },
	{ "port", CONF_INT, offsetof(struct smpp_conf, port), "2775", 1, 65535, NULL },
	{ "system_id", CONF_STRING, offsetof(struct smpp_conf, system_id), NULL, 0, 0,
	    NULL },
	{ "password_file", CONF_STRING, offsetof(struct smpp_conf, password_file), NULL,
	    0, 0, NULL },
	{ "system_type", CONF_STRING, offsetof(struct smpp_conf, system_type), "", 0, 0,
	    NULL },
	{ "address_range", CONF_STRING, offsetof(struct smpp_conf, address_range), "", 0,
	    0, NULL },
	{ "smsc", CONF_STRING, offsetof(struct smpp_conf, smsc), "", 0, 0, NULL },
	{ "bind", CONF_WORDS, offsetof(struct smpp_conf, bind), "transceiver", 0, 0,
	    "transceiver both transmitter receiver" },
	{ "use", CONF_WORDS, offsetof(struct smpp_conf, use), "sms", 0, 0, "sms ussd" },
	{ "sender", CONF_STRING, offsetof(struct smpp_conf, sender), "", 0, 0, NULL },
	{ "source_ton", CONF_INT, offsetof(struct smpp_conf, source_ton), "-1", -1, 6,
	    NULL },
	{ "source_npi", CONF_INT, offsetof(struct smpp_conf, source_npi), "-1", -1, 18,
	    NULL },
	{ "dest_ton", CONF_INT, offsetof(struct smpp_conf, dest_ton), "1", 0, 6, NULL },
	{ "dest_npi", CONF_INT, offsetof(struct smpp_conf, dest_npi), "1", 0, 18, NULL },
	{ "prefixes", CONF_STRING, offsetof(struct smpp_conf, prefixes), "", 0, 0,
	    "+7701 +7702 ..." },
	{ "countries", CONF_STRING, offsetof(struct smpp_conf, countries), "", 0, 0,
	    "KZ KG" },
	{ "cost", CONF_INT, offsetof(struct smpp_conf, cost), "0", 0, 1000000, NULL },
	{ "beside", CONF_STRING, offsetof(struct smpp_conf, beside), "", 0, 0,
	    "the number of another link" },
	{ "window", CONF_INT, offsetof(struct smpp_conf, window), "10", 1, 1000, NULL },
	{ "parts_per_minute", CONF_INT, offsetof(struct smpp_conf, parts_per_minute),
	    "600", 1, 600000, NULL },
	{ "long", CONF_WORDS, offsetof(struct smpp_conf, how_long), "udh", 0, 0,
	    "udh sar payload" },
	{ "packed", CONF_BOOL, offsetof(struct smpp_conf, packed), "false", 0, 0, NULL },
	{ "gsm_coding", CONF_INT, offsetof(struct smpp_conf, gsm_coding), "0", 0, 255,
	    NULL },
	{ "ucs2_coding", CONF_INT, offsetof(struct smpp_conf, ucs2_coding), "8", 0, 255,
	    NULL },
	{ "coding_zero", CONF_WORDS, offsetof(struct smpp_conf, coding_zero), "gsm", 0, 0,
	    "gsm gsm-packed ascii latin1 cyrillic ucs2 utf8" },
	{ "receipts", CONF_BOOL, offsetof(struct smpp_conf, receipts), "true", 0, 0,
	    NULL },
	{ "receipt_id", CONF_WORDS, offsetof(struct smpp_conf, receipt_id), "auto", 0, 0,
	    "auto same decimal hex" },
	{ "validity_step", CONF_TIME, offsetof(struct smpp_conf, validity_step_ms),
	    "5 min", 1000, HOUR, NULL },
	{ "validity_least", CONF_TIME, offsetof(struct smpp_conf, validity_least_ms),
	    "5 min", 1000, HOUR, NULL },
	{ "validity_most", CONF_TIME, offsetof(struct smpp_conf, validity_most_ms),
	    "72 h", 60000, 720LL * HOUR, NULL },
	{ "bind_timeout", CONF_TIME, offsetof(struct smpp_conf, bind_ms), "30 s", 200,
	    600000, NULL },
	{ "enquire", CONF_TIME, offsetof(struct smpp_conf, enquire_ms), "30 s", 200, HOUR,
	    NULL },
	{ "response_timeout", CONF_TIME, offsetof(struct smpp_conf, response_ms), "60 s",
	    200, 600000, NULL },
	{ "deliver_timeout", CONF_TIME, offsetof(struct smpp_conf, deliver_ms), "20 s",
	    200, 600000, NULL },
	{ "throttle", CONF_TIME, offsetof(struct smpp_conf, throttle_ms), "1 s", 10,
	    60000, NULL },
	{ "reconnect", CONF_TIME, offsetof(struct smpp_conf, reconnect_ms), "1 s", 10,
	    HOUR, NULL },
	{ "reconnect_most", CONF_TIME, offsetof(struct smpp_conf, reconnect_most_ms),
	    "5 min", 10, 24LL * HOUR, NULL },
	{ "tls", CONF_BOOL, offsetof(struct smpp_conf, tls), "false", 0, 0, NULL },
	{ "tls_ca", CONF_STRING, offsetof(struct smpp_conf, tls_ca), "", 0, 0, NULL },
	{ "tls_name", CONF_STRING, offsetof(struct smpp_conf, tls_name), "", 0, 0, NULL },
	{ "tls_cert", CONF_STRING, offsetof(struct smpp_conf, tls_cert), "", 0, 0, NULL },
	{ "tls_key", CONF_STRING, offsetof(struct smpp_conf, tls_key), "", 0, 0, NULL },
	{ "ussd_answer", CONF_TIME, offsetof(struct smpp_conf, ussd.answer_ms), "20 s",
	    1000, 120000, NULL },
	{ "ussd_stock", CONF_STRING, offsetof(struct smpp_conf, ussd.stock), USSD_STOCK,
	    0, 0, NULL },
	{ "dialect", CONF_WORDS, offsetof(struct smpp_conf, gateway.dialect), "standard",
	    0, 0, "standard tata sixdee mica huawei" },
	{ "ussd_dialled", CONF_WORDS, offsetof(struct smpp_conf, gateway.dialled),
	    "message", 0, 0, "message destination" },
	{ "ussd_id", CONF_WORDS, offsetof(struct smpp_conf, gateway.id), "row", 0, 0,
	    "row its its15 user msisdn" },
	{ "op_begin", CONF_INT, offsetof(struct smpp_conf, gateway.begin), "-2", -2, 255,
	    NULL },
	{ "op_answer", CONF_INT, offsetof(struct smpp_conf, gateway.answer), "-2", -2,
	    255, NULL },
	{ "op_abort", CONF_INT, offsetof(struct smpp_conf, gateway.abort), "-2", -2, 255,
	    NULL },
	{ "op_ask", CONF_INT, offsetof(struct smpp_conf, gateway.ask), "-2", -2, 255,
	    NULL },
	{ "op_end", CONF_INT, offsetof(struct smpp_conf, gateway.end), "-2", -2, 255,
	    NULL },
	{ "ussd_carrier", CONF_WORDS, offsetof(struct smpp_conf, gateway.carrier),
	    "submit_sm", 0, 0, "submit_sm data_sm" },
	{ "ussd_service_type", CONF_STRING,
	    offsetof(struct smpp_conf, gateway.service_type), "USSD", 0, 0, NULL },
	{ "ussd_gsm_coding", CONF_INT, offsetof(struct smpp_conf, gateway.gsm_coding),
	    "15", -1, 255, NULL },
	{ "ussd_ucs2_coding", CONF_INT, offsetof(struct smpp_conf, gateway.ucs2_coding),
	    "8", 0, 255, NULL },
	{ "ussd_packed", CONF_BOOL, offsetof(struct smpp_conf, gateway.packed), "false",
	    0, 0, NULL },
	{ "ussd_octets", CONF_INT, offsetof(struct smpp_conf, gateway.octets), "182", 40,
	    254, NULL },
};
const size_t smpp_options_n = ARRAY_LEN(smpp_options);

static enum smpp_alphabet
alphabet_of(const char *word)
{
	static const struct {
		const char *word;
		enum smpp_alphabet is;
	} row[] = {
		{ "gsm", SMPP_GSM },
		{ "gsm-packed", SMPP_GSM_PACKED },
		{ "ascii", SMPP_ASCII },
		{ "latin1", SMPP_LATIN1 },
		{ "cyrillic", SMPP_CYRILLIC },
		{ "ucs2", SMPP_UCS2 },
		{ "utf8", SMPP_UTF8 },
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		if (strcmp(row[i].word, word) == 0)
			return row[i].is;
	}
	return SMPP_GSM; /* the words are checked when they are read */
}

static enum rc
refuse(const struct smpp_conf *c, const char *why)
{
	log_error("smpp.conf", "name=%s %s", c->name, why);
	return RC_REFUSED;
}

/* The scope in which a text is known again: the SMSC, and who we are there. */
static bool
name_group(const struct smpp_conf *c, char group[BUS_GROUP_MAX])
{
	size_t len = 0;

	return str_add(group, BUS_GROUP_MAX, &len, "%s/%s",
		   c->smsc[0] == '\0' ? c->host : c->smsc, c->system_id) &&
	    strpbrk(group, " \t") == NULL;
}

static enum rc
read_names(struct smpp *l)
{
	const struct smpp_conf *c = l->conf;
	struct phone number;

	if (!str_copy(l->link.name, sizeof(l->link.name), c->name) ||
	    c->name[0] == '\0' || strpbrk(c->name, " /") != NULL)
		return refuse(c, "a name of 1 to 31 letters without blank or slash");
	if (phone_parse(c->number, &number) != RC_OK)
		return refuse(c, "number: a number or short code");
	memcpy(l->link.number, number.s, sizeof(l->link.number));
	if (c->host[0] == '\0' || strlen(c->host) > 253)
		return refuse(c, "host: a name or an address");
	if (c->system_id[0] == '\0' || strlen(c->system_id) > 15 ||
	    strlen(c->system_type) > 12 || strlen(c->address_range) > 40 ||
	    strlen(c->sender) > 20)
		return refuse(c,
		    "system_id has 1 to 15 letters, system_type at most 12, address_range 40, sender 20");
	if (!name_group(c, l->link.group))
		return refuse(c,
		    "smsc (or host) and system_id: together 61 letters at most, without blanks");
	return RC_OK;
}

enum rc
smpp_conf_read(struct smpp *l)
{
	const struct smpp_conf *c = l->conf;
	enum rc rc = read_names(l);

	if (rc != RC_OK)
		return rc;
	if (strcmp(c->receipt_id, "auto") != 0) {
		l->in.form_known = true;
		rc = smpp_id_form_parse(c->receipt_id, &l->in.form);
	}
	if (rc == RC_OK)
		rc = smpp_long_parse(c->how_long, &l->writing.how);
	if (rc != RC_OK)
		return refuse(c, "long, receipt_id");
	if ((c->tls_cert[0] == '\0') != (c->tls_key[0] == '\0'))
		return refuse(c, "tls_cert and tls_key go together");
	l->writing.gsm = c->packed ? SMPP_GSM_PACKED : SMPP_GSM;
	l->writing.gsm_coding = (uint8_t)c->gsm_coding;
	l->writing.ucs2_coding = (uint8_t)c->ucs2_coding;
	l->codings.zero = alphabet_of(c->coding_zero);
	l->codings.gsm = l->writing.gsm;
	l->validity = (struct smpp_validity){
		.step_s = (uint32_t)(c->validity_step_ms / 1000),
		.least_s = (uint32_t)(c->validity_least_ms / 1000),
		.most_s = (uint32_t)(c->validity_most_ms / 1000),
	};
	l->ussd_only = l->link.screens_only = strcmp(c->use, "ussd") == 0;
	return RC_OK;
}

enum rc
smpp_conf_password(const struct smpp_conf *c, char *to, size_t size)
{
	int fd = open(c->password_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n = -1;
	enum rc rc = RC_BROKEN;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077) == 0)
		n = read(fd, to, size - 1);
	if (fd >= 0)
		close(fd);
	if (n >= 0) {
		to[n] = '\0';
		to[strcspn(to, "\r\n")] = '\0';
		rc = RC_OK;
	} else {
		to[0] = '\0';
		log_error("smpp.password",
		    "link=%s password_file cannot be read, or others may read it",
		    c->name);
	}
	return rc;
}
