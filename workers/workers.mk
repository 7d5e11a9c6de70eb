# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of workers/ link what worker and dispatch share.
SHARED_OBJ := $(SRC_shared:%.c=$(BUILD)/%.o)
WORKERS_TESTS := outbox_test receiver_words_test session_test say_limits_test safe_time_test \
	guard_test relay_words_test resume_test receiver_away_test flow_walk_test
$(foreach t,$(WORKERS_TESTS),$(eval UNIT_WITH_$t := $(SHARED_OBJ)))
$(WORKERS_TESTS:%=$(BUILD)/tests/%): $(SHARED_OBJ)
WORKERS_DB_TESTS := turn_test relay_test phones_test person_test erase_test desk_test repeat_test outcome_test ladder_test followup_test task_test answer_forget_test police_word_test bypass_test figures_test turn_faults_test
$(WORKERS_DB_TESTS:%=$(BUILD)/tests/db/%): $(SHARED_OBJ)
$(foreach t,$(WORKERS_DB_TESTS),$(eval DB_WITH_$t := $(SHARED_OBJ)))
# these play the engine's part themselves, and the texts to receivers where none is written yet
WORKERS_PLAY := $(filter-out turn_test,$(WORKERS_DB_TESTS))
PLAY_OBJ := $(BUILD)/tests/db/play.o
$(PLAY_OBJ): CPPFLAGS += -Iworkers -isystem $(shell pg_config --includedir)
$(PLAY_OBJ): $(BUILD)/gen/statements.def
$(WORKERS_PLAY:%=$(BUILD)/tests/db/%): $(PLAY_OBJ)
$(foreach t,$(WORKERS_PLAY),$(eval DB_WITH_$t += $(PLAY_OBJ) -Wl,--wrap=flow_step -Wl,--wrap=refer_say))
