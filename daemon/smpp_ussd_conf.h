/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the config of a link over SMPP says of its USSD gateway: the dialect, what differs from its row, how
 * screens are written. It holds no secret. Filled by setup.c, read by smpp_dialogue.c.
 */
#ifndef SHYRAQ_SMPP_USSD_CONF_H
#define SHYRAQ_SMPP_USSD_CONF_H

#include <stdbool.h>
#include <stdint.h>

#define SMPP_USSD_AS_ROW (-2) /* an op that the config does not give */

struct smpp_ussd_conf {
	char *dialect, *id, *dialled, *carrier, *service_type;
	int64_t begin, answer, abort, ask, end;
	int64_t gsm_coding, ucs2_coding, octets;
	bool packed;
};

#endif
