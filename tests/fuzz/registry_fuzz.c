/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as what people write of a receiver, and as the record that dispatch opens: what is kept is in
 * its bounds, is kept again the same, and packs and unpacks to itself. Called by make fuzz, from the top.
 */
#include "fuzz.h"
#include "registry.h"
#include "shift.h"
#include "str.h"

static void
value(const char *text, enum intake_field f)
{
	struct intake_receiver r = { .name = "A", .change = true }, got;
	char why[REGISTRY_WHY_MAX] = "", again[INTAKE_VALUE_MAX], packed[INTAKE_MAX];
	struct shift shift;
	size_t n;

	if (!registry_give(&r, f, text, NULL, why)) {
		insist(why[0] != '\0' && str_is_utf8(why, strlen(why)));
		return;
	}
	insist(r.given == 1U << f && strchr(r.value[f], '\n') == NULL);
	memcpy(again, r.value[f], sizeof again);
	insist(registry_give(&r, f, again, NULL, why));
	insist(strcmp(again, r.value[f]) == 0);
	n = intake_pack(&r, packed);
	insist(n > 0 && intake_unpack(packed, n, &got) == RC_OK);
	insist(memcmp(&got, &r, sizeof r) == 0);
	if (f == INTAKE_SHIFT || f == INTAKE_HOURS)
		insist(shift_parse(again, &shift) && shift.n <= SHIFT_SPANS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct intake_receiver r;
	struct shift shift;
	size_t at = 0;
	char *text;

	if (n == 0)
		return 0;
	text = xmalloc(n);
	memcpy(text, data + 1, n - 1);
	text[n - 1] = '\0';
	value(text, (enum intake_field)(data[0] % INTAKE_FIELDS));
	if (shift_parse(text, &shift)) {
		for (unsigned i = 0; i < shift.n; i++)
			insist(shift.v[i].from != shift.v[i].to && shift.v[i].days != 0);
	}
	(void)!shift_is_on(text, (int64_t)n * 3600000, 300);
	while (intake_unpack_next((const char *)data, n, &at, &r) == RC_OK)
		insist(r.name[0] != '\0');
	free(text);
	return 0;
}
