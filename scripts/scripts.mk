# SPDX-License-Identifier: GPL-3.0-or-later
# Targets around the programs: lint, format, checks, sanitizers, fuzzing, cover, install.

PREFIX ?= /usr/local
ETC ?= /etc
SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TIDY_SRC = $(shell scripts/tree ch)

# tests/db/*_test.c: as unit tests, run on a throwaway cluster by scripts/db-tests
DB_SRC := $(wildcard tests/db/*_test.c)
DB := $(DB_SRC:tests/db/%.c=$(BUILD)/tests/db/%)
$(BUILD)/tests/db/%: tests/db/%.c $(LIB) $(BUILD)/lib/variant_test.o
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iworkers -Iconsole $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(DB_WITH_$*) \
		$(LIB) $(BUILD)/lib/variant_test.o $(LIB) -lcmocka $(LIBS_bus) $(LIBS_lib)
db-programs: $(DB)

lint: $(BUILD)/gen/shyraq.pb-c.h $(BUILD)/gen/statements.def
	BUILD=$(BUILD) scripts/lint

format:
	clang-format -i $(TIDY_SRC)

# everything quick but the model and lint
check: all
	BUILD=$(BUILD) scripts/test unit db talk system

# without the suites whose processes are killed on purpose nothing is lost: a sanitizer sees the rest
san:
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	LSAN_OPTIONS=suppressions=$(CURDIR)/scripts/lsan.supp \
	UNIT_TIMEOUT=600 BUILD=$(CURDIR)/build/san OPT=-O1 WERROR= SAN='$(SAN_FLAGS)' \
		scripts/test unit db talk system

tsan:
	TSAN_OPTIONS=suppressions=$(CURDIR)/scripts/tsan.supp \
	BUILD=$(CURDIR)/build/tsan OPT=-O1 WERROR= SAN='-fsanitize=thread' scripts/test unit system

# clang's libFuzzer over tests/fuzz/*_fuzz.c, FUZZ_SECONDS each; corpora in tests/fuzz/corpus/NAME
FUZZ_SECONDS ?= 60
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIB) $(BUILD)/lib/variant_live.o
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iworkers -Idaemon -Iconsole $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< \
		$(FUZZ_WITH_$*) $(LIB) $(BUILD)/lib/variant_live.o $(LIB) $(LIBS_bus) $(LIBS_lib)
fuzz-programs: $(FUZZ)
fuzz:
	scripts/packages fuzz
	$(MAKE) -j2 BUILD=build/fuzz CC=clang WARN=-Wall OPT=-O1 \
		SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' \
		fuzz-programs
	scripts/fuzz build/fuzz $(FUZZ_SECONDS) $(FUZZ_SRC:tests/fuzz/%.c=%)

cover:
	scripts/packages cover
	BUILD=$(CURDIR)/build/cover OPT=-O0 SAN='--coverage -fprofile-update=atomic' \
		scripts/test unit db talk system
	gcovr --root . --object-directory build/cover --exclude tests --exclude build \
		--gcov-ignore-errors=all --print-summary --html-details build/cover/cover.html

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/shyraq $(DESTDIR)$(ETC)/shyraq
	install $(patsubst %,$(BUILD)/%,$(filter-out gammu-probe,$(PROGRAMS))) $(DESTDIR)$(PREFIX)/bin
	install -D -m 644 conf/completion/shyraqctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/shyraqctl
	cd conf && find . -type f ! -name shyraq.conf ! -path './completion/*' -exec \
		install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX)/share/shyraq/conf)/{} \;
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/shyraq/sql sql/*.sql
	for page in docs/man/*.[1578]; do test -e $$page || continue; \
		install -D -m 644 $$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$(basename $$page); done
	test -e $(DESTDIR)$(ETC)/shyraq/shyraq.conf || \
		install -m 640 conf/shyraq.conf $(DESTDIR)$(ETC)/shyraq/shyraq.conf

.PHONY: lint format check san tsan fuzz fuzz-programs db-programs cover install
