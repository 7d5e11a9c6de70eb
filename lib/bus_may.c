/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may say what to whom: one row a message. What comes the wrong way is counted and dropped.
 * It reads no message. Called by bus.c and tests.
 */
#include "bus.h"

bool
bus_may(enum bus_role from, enum bus_role to, enum bus_type t)
{
#define TO(role) (1u << (role))
	static const uint8_t may[BUS_TYPES][BUS_ROLES] = {
		[BUS_HELLO] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_PING] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_PONG] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_READY] = { [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SMS_IN] = { [BUS_DAEMON] = TO(BUS_WORKER) },
		[BUS_RESULT] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH) },
		[BUS_RECEIPT] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH) },
		[BUS_CONFIRM] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH) },
		[BUS_VERDICTS] = { [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SEND] = { [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_ASK] = { [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SEND_ROOM] = { [BUS_DAEMON] = TO(BUS_DISPATCH) },
		[BUS_USSD_IN] = { [BUS_DAEMON] = TO(BUS_WORKER) },
		[BUS_LINK_STATE] = { [BUS_DAEMON] = TO(BUS_DISPATCH) },
		[BUS_ORDER] = { [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_ORDER_DONE] = { [BUS_DAEMON] = TO(BUS_DISPATCH) },
	};

	return (may[t][from] & TO(to)) != 0;
#undef TO
}
