/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMPP 3.4 as tables: section 4 (commands), 5.3.2 (TLVs), 5.1.3 (states).
 * No code but searches in them, and the names of what they hold. Called by smpp*.c and shyraq-smscsim.
 */
#include "smpp_fields.h"

#define ANSWER_BIT 0x80000000u

#define MEMBER(m) offsetof(struct smpp_pdu, m), sizeof(((struct smpp_pdu *)NULL)->m)
#define STRING(name, m, max, status)                      \
	{                                                 \
		name, SMPP_STRING, MEMBER(m), max, status \
	}
#define TIME(name, m, status)                                      \
	{                                                          \
		name, SMPP_TIME, MEMBER(m), SMPP_TIME_SIZE, status \
	}
#define OCTET(name, m, max, status)                      \
	{                                                \
		name, SMPP_OCTET, MEMBER(m), max, status \
	}
#define OCTETS(name, m, max, status)                      \
	{                                                 \
		name, SMPP_OCTETS, MEMBER(m), max, status \
	}

enum {
	TON_MAX = 6,
	NPI_MAX = 18,
	VERSION_MAX = 0x50,
};

/* 4.1.1, 4.1.3, 4.1.5 */
static const struct smpp_field bind_fields[] = {
	STRING("system_id", system_id, 16, SMPP_INVALID_SYSTEM_ID),
	STRING("password", password, 9, SMPP_INVALID_PASSWORD),
	STRING("system_type", system_type, 13, 0x53),
	OCTET("interface_version", interface_version, VERSION_MAX, SMPP_BIND_FAILED),
	OCTET("addr_ton", source.ton, TON_MAX, SMPP_BIND_FAILED),
	OCTET("addr_npi", source.npi, NPI_MAX, SMPP_BIND_FAILED),
	STRING("address_range", address_range, 41, SMPP_BIND_FAILED),
};

/* 4.1.2, 4.1.4, 4.1.6 */
static const struct smpp_field bind_resp_fields[] = {
	STRING("system_id", system_id, 16, SMPP_INVALID_SYSTEM_ID),
};

/* 4.1.7 */
static const struct smpp_field outbind_fields[] = {
	STRING("system_id", system_id, 16, SMPP_INVALID_SYSTEM_ID),
	STRING("password", password, 9, SMPP_INVALID_PASSWORD),
};

/* 4.4.1, 4.6.1 */
static const struct smpp_field message_fields[] = {
	STRING("service_type", service_type, 6, 0x15),
	OCTET("source_addr_ton", source.ton, TON_MAX, 0x48),
	OCTET("source_addr_npi", source.npi, NPI_MAX, 0x49),
	STRING("source_addr", source.digits, 21, SMPP_INVALID_SOURCE),
	OCTET("dest_addr_ton", dest.ton, TON_MAX, 0x50),
	OCTET("dest_addr_npi", dest.npi, NPI_MAX, 0x51),
	STRING("destination_addr", dest.digits, 21, SMPP_INVALID_DESTINATION),
	OCTET("esm_class", esm_class, 0xff, 0x43),
	OCTET("protocol_id", protocol_id, 0xff, SMPP_SYSTEM_ERROR),
	OCTET("priority_flag", priority, 3, 0x06),
	TIME("schedule_delivery_time", schedule, 0x61),
	TIME("validity_period", validity, 0x62),
	OCTET("registered_delivery", registered, 0x1f, 0x07),
	OCTET("replace_if_present_flag", replace, 1, SMPP_SYSTEM_ERROR),
	OCTET("data_coding", data_coding, 0xff, SMPP_SYSTEM_ERROR),
	OCTET("sm_default_msg_id", default_id, 254, 0x63),
	OCTETS("short_message", message, SMPP_MESSAGE_MAX, SMPP_INVALID_MESSAGE_LENGTH),
};

/* 4.4.2, 4.6.2, 4.7.2; networks go over the 65 octets */
static const struct smpp_field message_resp_fields[] = {
	STRING("message_id", message_id, 65, 0x0c),
};

/* 4.7.1 */
static const struct smpp_field data_fields[] = {
	STRING("service_type", service_type, 6, 0x15),
	OCTET("source_addr_ton", source.ton, TON_MAX, 0x48),
	OCTET("source_addr_npi", source.npi, NPI_MAX, 0x49),
	STRING("source_addr", source.digits, 65, SMPP_INVALID_SOURCE),
	OCTET("dest_addr_ton", dest.ton, TON_MAX, 0x50),
	OCTET("dest_addr_npi", dest.npi, NPI_MAX, 0x51),
	STRING("destination_addr", dest.digits, 65, SMPP_INVALID_DESTINATION),
	OCTET("esm_class", esm_class, 0xff, 0x43),
	OCTET("registered_delivery", registered, 0x1f, 0x07),
	OCTET("data_coding", data_coding, 0xff, SMPP_SYSTEM_ERROR),
};

/* 4.12.1 */
static const struct smpp_field alert_fields[] = {
	OCTET("source_addr_ton", source.ton, TON_MAX, 0x48),
	OCTET("source_addr_npi", source.npi, NPI_MAX, 0x49),
	STRING("source_addr", source.digits, 65, SMPP_INVALID_SOURCE),
	OCTET("esme_addr_ton", dest.ton, TON_MAX, 0x50),
	OCTET("esme_addr_npi", dest.npi, NPI_MAX, 0x51),
	STRING("esme_addr", dest.digits, 65, SMPP_INVALID_DESTINATION),
};

#define WITH(name, id, fields)                      \
	{                                           \
		name, id, fields, ARRAY_LEN(fields) \
	}
#define BARE(name, id)            \
	{                         \
		name, id, NULL, 0 \
	}

const struct smpp_layout smpp_layouts[SMPP_COMMANDS] = {
	[SMPP_GENERIC_NACK] = BARE("generic_nack", 0x80000000),
	[SMPP_BIND_RECEIVER] = WITH("bind_receiver", 0x00000001, bind_fields),
	[SMPP_BIND_RECEIVER_RESP] = WITH(
	    "bind_receiver_resp", 0x80000001, bind_resp_fields),
	[SMPP_BIND_TRANSMITTER] = WITH("bind_transmitter", 0x00000002, bind_fields),
	[SMPP_BIND_TRANSMITTER_RESP] = WITH(
	    "bind_transmitter_resp", 0x80000002, bind_resp_fields),
	[SMPP_BIND_TRANSCEIVER] = WITH("bind_transceiver", 0x00000009, bind_fields),
	[SMPP_BIND_TRANSCEIVER_RESP] = WITH(
	    "bind_transceiver_resp", 0x80000009, bind_resp_fields),
	[SMPP_OUTBIND] = WITH("outbind", 0x0000000b, outbind_fields),
	[SMPP_UNBIND] = BARE("unbind", 0x00000006),
	[SMPP_UNBIND_RESP] = BARE("unbind_resp", 0x80000006),
	[SMPP_ENQUIRE_LINK] = BARE("enquire_link", 0x00000015),
	[SMPP_ENQUIRE_LINK_RESP] = BARE("enquire_link_resp", 0x80000015),
	[SMPP_SUBMIT_SM] = WITH("submit_sm", 0x00000004, message_fields),
	[SMPP_SUBMIT_SM_RESP] = WITH("submit_sm_resp", 0x80000004, message_resp_fields),
	[SMPP_DELIVER_SM] = WITH("deliver_sm", 0x00000005, message_fields),
	[SMPP_DELIVER_SM_RESP] = WITH("deliver_sm_resp", 0x80000005, message_resp_fields),
	[SMPP_DATA_SM] = WITH("data_sm", 0x00000103, data_fields),
	[SMPP_DATA_SM_RESP] = WITH("data_sm_resp", 0x80000103, message_resp_fields),
	[SMPP_ALERT_NOTIFICATION] = WITH("alert_notification", 0x00000102, alert_fields),
};

static const struct smpp_tlv_row tlv_rows[] = {
	{ 0x0005, 1, 1, "dest_addr_subunit" },
	{ 0x0006, 1, 1, "dest_network_type" },
	{ 0x0007, 1, 1, "dest_bearer_type" },
	{ 0x0008, 2, 2, "dest_telematics_id" },
	{ 0x000d, 1, 1, "source_addr_subunit" },
	{ 0x000e, 1, 1, "source_network_type" },
	{ 0x000f, 1, 1, "source_bearer_type" },
	{ 0x0010, 1, 1, "source_telematics_id" },
	{ 0x0017, 4, 4, "qos_time_to_live" },
	{ 0x0019, 1, 1, "payload_type" },
	{ 0x001d, 1, 256, "additional_status_info_text" },
	{ 0x001e, 1, 65, "receipted_message_id" },
	{ 0x0030, 1, 1, "ms_msg_wait_facilities" },
	{ 0x0201, 1, 1, "privacy_indicator" },
	{ 0x0202, 2, 23, "source_subaddress" },
	{ 0x0203, 2, 23, "dest_subaddress" },
	{ 0x0204, 2, 2, "user_message_reference" },
	{ 0x0205, 1, 1, "user_response_code" },
	{ 0x020a, 2, 2, "source_port" },
	{ 0x020b, 2, 2, "destination_port" },
	{ 0x020c, 2, 2, "sar_msg_ref_num" },
	{ 0x020d, 1, 1, "language_indicator" },
	{ 0x020e, 1, 1, "sar_total_segments" },
	{ 0x020f, 1, 1, "sar_segment_seqnum" },
	{ 0x0210, 1, 1, "sc_interface_version" },
	{ 0x0302, 1, 1, "callback_num_pres_ind" },
	{ 0x0303, 0, 65, "callback_num_atag" },
	{ 0x0304, 1, 1, "number_of_messages" },
	{ 0x0381, 4, 19, "callback_num" },
	{ 0x0420, 1, 1, "dpf_result" },
	{ 0x0421, 1, 1, "set_dpf" },
	{ 0x0422, 1, 1, "ms_availability_status" },
	{ 0x0423, 3, 3, "network_error_code" },
	{ 0x0424, 0, 0xffff, "message_payload" },
	{ 0x0425, 1, 1, "delivery_failure_reason" },
	{ 0x0426, 1, 1, "more_messages_to_send" },
	{ 0x0427, 1, 1, "message_state" },
	{ 0x0501, 1, 1, "ussd_service_op" },
	{ 0x1201, 1, 1, "display_time" },
	{ 0x1203, 2, 2, "sms_signal" },
	{ 0x1204, 1, 1, "ms_validity" },
	{ 0x130c, 0, 0, "alert_on_message_delivery" },
	{ 0x1380, 1, 1, "its_reply_type" },
	{ 0x1383, 2, 2, "its_session_info" },
};

/* What a state means for one message; those of other commands are our own mistakes. */
static const struct smpp_status_row status_rows[] = {
	{ 0x00, RC_OK, "ESME_ROK" },
	{ 0x01, RC_REFUSED, "ESME_RINVMSGLEN" },
	{ 0x02, RC_REFUSED, "ESME_RINVCMDLEN" },
	{ 0x03, RC_REFUSED, "ESME_RINVCMDID" },
	{ 0x04, RC_BROKEN, "ESME_RINVBNDSTS" },
	{ 0x05, RC_BROKEN, "ESME_RALYBND" },
	{ 0x06, RC_REFUSED, "ESME_RINVPRTFLG" },
	{ 0x07, RC_REFUSED, "ESME_RINVREGDLVFLG" },
	{ 0x08, RC_AGAIN, "ESME_RSYSERR" },
	{ 0x0a, RC_REFUSED, "ESME_RINVSRCADR" },
	{ 0x0b, RC_REFUSED, "ESME_RINVDSTADR" },
	{ 0x0c, RC_REFUSED, "ESME_RINVMSGID" },
	{ 0x0d, RC_BROKEN, "ESME_RBINDFAIL" },
	{ 0x0e, RC_BROKEN, "ESME_RINVPASWD" },
	{ 0x0f, RC_BROKEN, "ESME_RINVSYSID" },
	{ 0x11, RC_REFUSED, "ESME_RCANCELFAIL" },
	{ 0x13, RC_REFUSED, "ESME_RREPLACEFAIL" },
	{ 0x14, RC_AGAIN, "ESME_RMSGQFUL" },
	{ 0x15, RC_REFUSED, "ESME_RINVSERTYP" },
	{ 0x33, RC_REFUSED, "ESME_RINVNUMDESTS" },
	{ 0x34, RC_REFUSED, "ESME_RINVDLNAME" },
	{ 0x40, RC_REFUSED, "ESME_RINVDESTFLAG" },
	{ 0x42, RC_REFUSED, "ESME_RINVSUBREP" },
	{ 0x43, RC_REFUSED, "ESME_RINVESMCLASS" },
	{ 0x44, RC_REFUSED, "ESME_RCNTSUBDL" },
	{ 0x45, RC_AGAIN, "ESME_RSUBMITFAIL" },
	{ 0x48, RC_REFUSED, "ESME_RINVSRCTON" },
	{ 0x49, RC_REFUSED, "ESME_RINVSRCNPI" },
	{ 0x50, RC_REFUSED, "ESME_RINVDSTTON" },
	{ 0x51, RC_REFUSED, "ESME_RINVDSTNPI" },
	{ 0x53, RC_BROKEN, "ESME_RINVSYSTYP" },
	{ 0x54, RC_REFUSED, "ESME_RINVREPFLAG" },
	{ 0x55, RC_REFUSED, "ESME_RINVNUMMSGS" },
	{ 0x58, RC_AGAIN, "ESME_RTHROTTLED" },
	{ 0x61, RC_REFUSED, "ESME_RINVSCHED" },
	{ 0x62, RC_REFUSED, "ESME_RINVEXPIRY" },
	{ 0x63, RC_REFUSED, "ESME_RINVDFTMSGID" },
	{ 0x64, RC_AGAIN, "ESME_RX_T_APPN" },
	{ 0x65, RC_REFUSED, "ESME_RX_P_APPN" },
	{ 0x66, RC_REFUSED, "ESME_RX_R_APPN" },
	{ 0x67, RC_REFUSED, "ESME_RQUERYFAIL" },
	{ 0xc0, RC_REFUSED, "ESME_RINVOPTPARSTREAM" },
	{ 0xc1, RC_REFUSED, "ESME_ROPTPARNOTALLWD" },
	{ 0xc2, RC_REFUSED, "ESME_RINVPARLEN" },
	{ 0xc3, RC_REFUSED, "ESME_RMISSINGOPTPARAM" },
	{ 0xc4, RC_REFUSED, "ESME_RINVOPTPARAMVAL" },
	{ 0xfe, RC_AGAIN, "ESME_RDELIVERYFAILURE" },
	{ 0xff, RC_AGAIN, "ESME_RUNKNOWNERR" },
};

const struct smpp_tlv_row *
smpp_tlv_row(uint16_t tag)
{
	for (size_t i = 0; i < ARRAY_LEN(tlv_rows); i++) {
		if (tlv_rows[i].tag == tag)
			return &tlv_rows[i];
	}
	return NULL;
}

const struct smpp_status_row *
smpp_status_row(uint32_t status)
{
	for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
		if (status_rows[i].status == status)
			return &status_rows[i];
	}
	return NULL;
}

enum smpp_command
smpp_command_of(uint32_t id)
{
	int i = 0;

	while (i < SMPP_COMMANDS && smpp_layouts[i].id != id)
		i++;
	return (enum smpp_command)i;
}

const char *
smpp_command_name(enum smpp_command command)
{
	return command < SMPP_COMMANDS ? smpp_layouts[command].name : "unknown";
}

bool
smpp_is_answer(enum smpp_command command)
{
	return command < SMPP_COMMANDS && (smpp_layouts[command].id & ANSWER_BIT) != 0;
}

enum smpp_command
smpp_answer_to(enum smpp_command command)
{
	if (command >= SMPP_COMMANDS || smpp_is_answer(command))
		return SMPP_COMMANDS;
	return smpp_command_of(smpp_layouts[command].id | ANSWER_BIT);
}

const char *
smpp_wrong_name(enum smpp_wrong wrong)
{
	static const char *const names[SMPP_WRONGS] = {
		[SMPP_FINE] = "fine",
		[SMPP_WRONG_LENGTH] = "length",
		[SMPP_WRONG_COMMAND] = "command",
		[SMPP_WRONG_CUT] = "cut",
		[SMPP_WRONG_NO_NUL] = "no-nul",
		[SMPP_WRONG_TLV] = "tlv",
		[SMPP_WRONG_LONG] = "long",
		[SMPP_WRONG_VALUE] = "value",
		[SMPP_WRONG_SEQUENCE] = "sequence",
		[SMPP_WRONG_ROOM] = "room",
	};

	return wrong < SMPP_WRONGS ? names[wrong] : "unknown";
}

const char *
smpp_status_name(uint32_t status)
{
	const struct smpp_status_row *row = smpp_status_row(status);

	if (row != NULL)
		return row->name;
	return status >= 0x400 && status <= 0x4ff ? "vendor" : "unknown";
}

enum rc
smpp_status_rc(uint32_t status)
{
	const struct smpp_status_row *row = smpp_status_row(status);

	return row == NULL ? RC_AGAIN : row->rc;
}
