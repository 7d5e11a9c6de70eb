# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of workers/ link what worker and dispatch share.
SHARED_OBJ := $(SRC_shared:%.c=$(BUILD)/%.o)
WORKERS_TESTS := outbox_test receiver_words_test session_test
$(foreach t,$(WORKERS_TESTS),$(eval UNIT_WITH_$t := $(SHARED_OBJ)))
$(WORKERS_TESTS:%=$(BUILD)/tests/%): $(SHARED_OBJ)
WORKERS_DB_TESTS := turn_test
$(WORKERS_DB_TESTS:%=$(BUILD)/tests/db/%): $(SHARED_OBJ)
$(foreach t,$(WORKERS_DB_TESTS),$(eval DB_WITH_$t := $(SHARED_OBJ)))
