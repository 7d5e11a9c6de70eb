# SPDX-License-Identifier: GPL-3.0-or-later
# Shyraq's build: `make` the programs, `make test` unit tests, `make check` everything quick.
# Objects go to $(BUILD); live programs to $(BUILD)/, test variants (clock offset, kill points) to $(BUILD)/test/.

BUILD ?= build
# make V=1 shows the commands
Q = $(if $(V),,@)
CC = gcc
WERROR ?= -Werror
OPT ?= -O2 -D_FORTIFY_SOURCE=3
SAN ?=
PKG = gammu libczmq libzmq libpq libconfig libsodium libprotobuf-c ncursesw jansson
WARN = -Wall -Wextra $(WERROR) -Wshadow -Wconversion -Wcast-qual -Wformat=2 -Wformat-signedness \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
	-Wpointer-arith -Wundef -Wvla -Walloca -Wnull-dereference -Wduplicated-cond \
	-Wduplicated-branches -Wlogical-op -Wimplicit-fallthrough=5
# foreign headers are system headers: their warnings are not ours
FOREIGN := $(patsubst -I%,-isystem %,$(filter -I%,$(shell pkg-config --cflags $(PKG))))
CPPFLAGS += -D_GNU_SOURCE -Iinclude -Ilib/engine -isystem $(BUILD)/gen $(FOREIGN)
CFLAGS += -std=c11 $(OPT) -g -fno-common -fstack-protector-strong -fPIE $(WARN) $(SAN)
LDFLAGS += -pie -Wl,-z,relro,-z,now $(SAN)
LIBS_gammu := $(shell pkg-config --libs gammu)
LIBS_bus := $(shell pkg-config --libs libczmq libzmq libprotobuf-c)
LIBS_lib := $(shell pkg-config --libs libpq libconfig libsodium) -lgettextpo -lunistring -lpthread
LIBS_jansson := $(shell pkg-config --libs jansson)

LIB_SRC := $(filter-out lib/variant_%.c,$(wildcard lib/*.c lib/engine/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/shyraq.pb-c.o
LIB := $(BUILD)/libshyraq.a

# programs: what each is made of, beside the library
SRC_shyraqd := $(wildcard daemon/*.c)
WORKERS_MAIN := workers/worker.c workers/dispatch.c
SRC_shared := $(filter-out $(WORKERS_MAIN),$(wildcard workers/*.c))
SRC_shyraq-worker := workers/worker.c $(SRC_shared)
SRC_shyraq-dispatch := workers/dispatch.c $(SRC_shared)
SRC_shyraqctl := $(wildcard console/ctl*.c)
SRC_shyraq-modemsim := $(wildcard tests/sim/modem_sim.c tests/sim/sim_*.c)
SRC_gammu-probe := $(wildcard tests/sim/probe/gammu_probe.c)
PROGRAMS := $(foreach p,shyraqd shyraq-worker shyraq-dispatch shyraqctl shyraq-modemsim gammu-probe,\
	$(if $(SRC_$p),$p))
LIBS_shyraqd := $(LIBS_gammu)
LIBS_shyraq-modemsim := $(LIBS_jansson)
LIBS_shyraqctl := $(LIBS_jansson)
LIBS_gammu-probe := $(LIBS_gammu)

UNIT_SRC := $(wildcard tests/unit/*_test.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)

all: $(PROGRAMS:%=$(BUILD)/%) $(PROGRAMS:%=$(BUILD)/test/%)

define program
$(BUILD)/$(1): $$(SRC_$(1):%.c=$(BUILD)/%.o) $(BUILD)/lib/variant_live.o $(LIB)
	@echo "  LD $$@"
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_$(1)) $(LIBS_bus) $(LIBS_lib)
$(BUILD)/test/$(1): $$(SRC_$(1):%.c=$(BUILD)/%.o) $(BUILD)/lib/variant_test.o $(LIB)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_$(1)) $(LIBS_bus) $(LIBS_lib)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$p)))

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/gen/shyraq.pb-c.c $(BUILD)/gen/shyraq.pb-c.h &: include/shyraq.proto
	@mkdir -p $(BUILD)/gen
	$(Q)protoc-c --proto_path=include --c_out=$(BUILD)/gen include/shyraq.proto
$(BUILD)/gen/shyraq.pb-c.o: $(BUILD)/gen/shyraq.pb-c.c
	$(Q)$(CC) $(filter-out -W%,$(CFLAGS)) -c -o $@ $<
$(BUILD)/gen/statements.def: sql/statements.sql scripts/stmt.awk
	@mkdir -p $(BUILD)/gen
	$(Q)awk -f scripts/stmt.awk sql/statements.sql > $@.new && mv $@.new $@

$(BUILD)/lib/bus_pack.o $(BUILD)/lib/bus_unpack.o: $(BUILD)/gen/shyraq.pb-c.h
$(BUILD)/lib/db.o: $(BUILD)/gen/statements.def
$(BUILD)/%.o: %.c | $(BUILD)/gen/statements.def $(BUILD)/gen/shyraq.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(SRC_shared:%.c=$(BUILD)/%.o) $(WORKERS_MAIN:%.c=$(BUILD)/%.o): $(BUILD)/gen/statements.def
$(SRC_shyraqctl:%.c=$(BUILD)/%.o): $(BUILD)/gen/statements.def

# a unit test links the library and, by name, the file of workers/ or daemon/ it tests
$(BUILD)/tests/%: tests/unit/%.c $(LIB) $(BUILD)/lib/variant_test.o
	@mkdir -p $(@D)
	@echo "  TEST $@"
	$(Q)$(CC) $(CPPFLAGS) -Iworkers -Idaemon -Iconsole $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(UNIT_WITH_$*) \
		$(LIB) $(BUILD)/lib/variant_test.o $(LIB) -lcmocka $(LIBS_bus) $(LIBS_lib)

-include $(wildcard scripts/*.mk daemon/*.mk workers/*.mk tests/*.mk)
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

test: $(UNIT)
	scripts/unit $(UNIT)

model:
	BUILD=$(BUILD)/model scripts/model.sh

clean:
	rm -rf $(BUILD)

.PHONY: all test check lint san model clean
