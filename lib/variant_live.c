/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The live build's half of variant.h: nothing can be moved and nothing can be killed.
 * It never reads the environment.
 * Linked into build/NAME; called by clock.c and by the steps of both roads.
 */
#include "variant.h"

int64_t
variant_offset_ms(void)
{
	return 0;
}

int64_t
variant_wall_offset_ms(void)
{
	return 0;
}

void
kill_point(const char *name)
{
	(void)name;
}

const char *
variant_name(void)
{
	return "live";
}
