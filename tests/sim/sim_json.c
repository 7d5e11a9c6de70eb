/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of an order read with their type and their default; the answers "done" and "no".
 * It never reads a socket. Called by the handlers of both simulators' orders.
 */
#include "sim_json.h"

json_t *
ctl_error(const char *why)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

json_t *
ctl_done(void)
{
	return json_pack("{s:b}", "ok", 1);
}

int64_t
ctl_int(const json_t *req, const char *name, int64_t unset)
{
	const json_t *v = json_object_get(req, name);

	return json_is_integer(v) ? json_integer_value(v) : unset;
}

const char *
ctl_string(const json_t *req, const char *name, const char *unset)
{
	const json_t *v = json_object_get(req, name);

	return json_is_string(v) ? json_string_value(v) : unset;
}

bool
ctl_bool(const json_t *req, const char *name, bool unset)
{
	const json_t *v = json_object_get(req, name);

	return json_is_boolean(v) ? json_is_true(v) : unset;
}

void
ctl_set(json_t *j, const char *name, json_t *value)
{
	if (json_object_set_new(j, name, value) != 0)
		json_object_clear(j);
}
