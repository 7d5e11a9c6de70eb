# SPDX-License-Identifier: GPL-3.0-or-later
# The fuzz targets of tests/fuzz over texts made up from a seed (tests/fuzz/random.c), in place of
# libFuzzer: for ten million of them. Built by scripts/fuzz --random, with sanitizers, in a folder of its own.
$(BUILD)/random/%: tests/fuzz/%.c tests/fuzz/random.c $(LIB) $(BUILD)/lib/variant_live.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Iworkers -Idaemon -Iconsole $(CFLAGS) $(LDFLAGS) -o $@ $< tests/fuzz/random.c \
		$(FUZZ_WITH_$*) $(LIB) $(BUILD)/lib/variant_live.o $(LIB) $(LIBS_bus) $(LIBS_lib)

# beside the library: the workers' own reading of texts, and the console's of sheets, which writes nothing here
FUZZ_SHARED := $(SRC_shared:%.c=$(BUILD)/%.o)
FUZZ_SHEET := $(patsubst %,$(BUILD)/console/ctl_%.o,flow_import flow_sheet flow_html csv file)
FUZZ_WITH_codes_fuzz := $(FUZZ_SHARED)
FUZZ_WITH_sheet_fuzz := $(FUZZ_SHEET) -lcsv -Wl,--wrap=po_write
$(BUILD)/fuzz/codes_fuzz $(BUILD)/random/codes_fuzz: $(FUZZ_SHARED)
$(BUILD)/fuzz/sheet_fuzz: $(FUZZ_SHEET)
