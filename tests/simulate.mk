# SPDX-License-Identifier: GPL-3.0-or-later
# build/test/simulate: the workers' own objects, the test variant, and the simulated month of
# tests/simulate. Its statements stand behind those of sql/statements.sql; only its own copy of lib/db.c knows them.
SIMULATE_SRC := $(wildcard tests/simulate/simulate*.c)
SIMULATE_OBJ := $(SIMULATE_SRC:%.c=$(BUILD)/%.o)
SIMULATE_GEN := $(BUILD)/tests/simulate/gen

# the earliest of all that DUE lists, whenever it is: by the same indexes
$(SIMULATE_GEN)/next.sql: sql/statements.sql tests/simulate/next.awk
	@mkdir -p $(@D)
	$(Q)awk -f tests/simulate/next.awk $< > $@.new && mv $@.new $@
$(SIMULATE_GEN)/statements.def: sql/statements.sql tests/simulate/simulate.sql $(SIMULATE_GEN)/next.sql \
		scripts/stmt.awk
	@mkdir -p $(@D)
	$(Q)awk -f scripts/stmt.awk sql/statements.sql tests/simulate/simulate.sql $(SIMULATE_GEN)/next.sql \
		> $@.new && mv $@.new $@
$(SIMULATE_OBJ): $(BUILD)/%.o: %.c $(BUILD)/gen/statements.def $(BUILD)/gen/shyraq.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) -Iworkers $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/tests/simulate/db.o: lib/db.c $(SIMULATE_GEN)/statements.def
	@mkdir -p $(@D)
	$(Q)$(CC) -DDB_SIMULATE=0x200000u -isystem $(SIMULATE_GEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/test/simulate: $(SIMULATE_OBJ) $(BUILD)/tests/simulate/db.o $(SRC_shared:%.c=$(BUILD)/%.o) \
		$(BUILD)/lib/variant_test.o $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=kill_point -o $@ $^ $(LIBS_bus) $(LIBS_lib)
simulate-program: $(BUILD)/test/simulate $(BUILD)/test/shyraqctl

.PHONY: simulate-program
