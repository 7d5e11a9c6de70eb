# SPDX-License-Identifier: GPL-3.0-or-later
# tests/db/rules_test.c plays the engine's part like those that workers/workers.mk names.
$(BUILD)/tests/db/rules_test: $(SHARED_OBJ) $(PLAY_OBJ)
DB_WITH_rules_test := $(SHARED_OBJ) $(PLAY_OBJ) -Wl,--wrap=flow_step -Wl,--wrap=refer_say
