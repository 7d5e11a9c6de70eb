# SPDX-License-Identifier: GPL-3.0-or-later
# build/test/talk: the workers' own objects, the test variant, and the runner of tests/talk. Its
# statements stand behind those of sql/statements.sql; only its own copy of lib/db.c knows them.
TALK_SRC := $(wildcard tests/talk/talk*.c)
TALK_OBJ := $(TALK_SRC:%.c=$(BUILD)/%.o)
TALK_GEN := $(BUILD)/tests/talk/gen

$(TALK_GEN)/statements.def: sql/statements.sql tests/talk/talk.sql scripts/stmt.awk
	@mkdir -p $(@D)
	$(Q)awk -f scripts/stmt.awk sql/statements.sql tests/talk/talk.sql > $@.new && mv $@.new $@
$(TALK_OBJ): $(BUILD)/%.o: %.c $(BUILD)/gen/statements.def $(BUILD)/gen/shyraq.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) -Iworkers $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/tests/talk/db.o: lib/db.c $(TALK_GEN)/statements.def
	@mkdir -p $(@D)
	$(Q)$(CC) -DDB_TALK=0x100000u -isystem $(TALK_GEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/test/talk: $(TALK_OBJ) $(BUILD)/tests/talk/db.o $(SRC_shared:%.c=$(BUILD)/%.o) \
		$(BUILD)/lib/variant_test.o $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=flow_step -o $@ $^ $(LIBS_bus) $(LIBS_lib)
talk-program: $(BUILD)/test/talk $(BUILD)/test/shyraqctl

.PHONY: talk-program
