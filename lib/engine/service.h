/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What conf/service.conf says a service is. Its texts and flows are read elsewhere.
 * Called by shyraqctl, which keeps invented receivers out of a service that is in production.
 */
#ifndef SHYRAQ_SERVICE_H
#define SHYRAQ_SERVICE_H

#include "flow.h"

/* The mode alone, without loading flows. RC_REFUSED: the file is missing or wrong, *err says where. */
MUST_CHECK enum rc service_mode(const char *dir, bool *production, struct flow_err *err);

#endif
