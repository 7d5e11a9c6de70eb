# SPDX-License-Identifier: GPL-3.0-or-later
# What the daemon's tests need beside the library: objects of daemon/, and the probe on the bus.

UNIT_WITH_inflight_test := $(BUILD)/daemon/inflight.o $(BUILD)/daemon/inflight_order.o
UNIT_WITH_links_test := $(BUILD)/daemon/links.o
UNIT_WITH_outgoing_test := $(BUILD)/daemon/outgoing.o $(BUILD)/daemon/outgoing_room.o $(BUILD)/daemon/row_memory.o $(UNIT_WITH_inflight_test) $(BUILD)/daemon/links.o
UNIT_WITH_outgoing_late_test := $(UNIT_WITH_outgoing_test)
UNIT_WITH_row_memory_test := $(BUILD)/daemon/row_memory.o
UNIT_WITH_slots_test := $(BUILD)/daemon/modem_slots.o $(BUILD)/daemon/modem_text.o
UNIT_WITH_ussd_test := $(BUILD)/daemon/ussd.o $(BUILD)/daemon/dialogue.o $(BUILD)/daemon/balance.o \
	$(UNIT_WITH_inflight_test)
UNIT_WITH_dialogue_test := $(BUILD)/daemon/dialogue.o $(UNIT_WITH_inflight_test)
$(BUILD)/tests/dialogue_test: $(UNIT_WITH_dialogue_test)
$(BUILD)/tests/slots_test: $(UNIT_WITH_slots_test)
$(BUILD)/tests/ussd_test: $(UNIT_WITH_ussd_test)
$(BUILD)/tests/inflight_test: $(UNIT_WITH_inflight_test)
$(BUILD)/tests/links_test: $(UNIT_WITH_links_test)
$(BUILD)/tests/outgoing_test: $(UNIT_WITH_outgoing_test)
$(BUILD)/tests/outgoing_late_test: $(UNIT_WITH_outgoing_late_test)
$(BUILD)/tests/row_memory_test: $(UNIT_WITH_row_memory_test)

# lib/http.c, by who listens
LIBS_http := -lmicrohttpd -lgnutls
LIBS_shyraqd += $(LIBS_http)

$(BUILD)/test/busprobe: $(BUILD)/tests/system/busprobe.o $(BUILD)/lib/variant_test.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_jansson) $(LIBS_bus) $(LIBS_lib)

all: $(BUILD)/test/busprobe

# daemon/smpp_tls.c
LIBS_shyraqd += -lssl -lcrypto

# the codec of SMPP: no process, no log
SMPP_OBJ := $(patsubst %,$(BUILD)/daemon/smpp_%.o,fields frame parts pdu receipt text)
$(foreach t,pdu frame text receipt,$(eval UNIT_WITH_smpp_$(t)_test := $(SMPP_OBJ)))
FUZZ_MAKE_OBJ := $(BUILD)/tests/fuzz/smpp_make.o
$(FUZZ_MAKE_OBJ): CPPFLAGS += -Idaemon
FUZZ_WITH_smpp_pdu_fuzz := $(SMPP_OBJ) $(FUZZ_MAKE_OBJ)
$(BUILD)/fuzz/smpp_pdu_fuzz $(BUILD)/random/smpp_pdu_fuzz: $(FUZZ_WITH_smpp_pdu_fuzz)
$(patsubst %,$(BUILD)/tests/smpp_%_test,pdu frame text receipt) $(BUILD)/fuzz/smpp_pdu_fuzz: $(SMPP_OBJ)

SRC_shyraq-smscsim := $(wildcard tests/sim/smsc_*.c tests/sim/sim_sock.c tests/sim/sim_json.c) \
	$(patsubst %,daemon/smpp_%.c,fields frame parts pdu receipt text)
LIBS_shyraq-smscsim := $(LIBS_jansson)
PROGRAMS += shyraq-smscsim
$(eval $(call program,shyraq-smscsim))
$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sim/smsc_*.c)): CPPFLAGS += -Idaemon
all: $(BUILD)/shyraq-smscsim $(BUILD)/test/shyraq-smscsim

UNIT_WITH_smpp_ussd_test := $(BUILD)/daemon/smpp_ussd.o $(SMPP_OBJ)
$(BUILD)/tests/smpp_ussd_test: $(UNIT_WITH_smpp_ussd_test)
UNIT_WITH_http_ussd_test := $(BUILD)/daemon/http_ussd_move.o
$(BUILD)/tests/http_ussd_test: $(UNIT_WITH_http_ussd_test)
FUZZ_WITH_http_ussd_fuzz := $(BUILD)/daemon/http_ussd_move.o
$(BUILD)/fuzz/http_ussd_fuzz $(BUILD)/random/http_ussd_fuzz: $(FUZZ_WITH_http_ussd_fuzz)

# the session of SMPP with a wire and a clock of the fuzzer's own
SMPP_SESSION_OBJ := $(patsubst %,$(BUILD)/daemon/smpp%.o,_conf _count _health _in _known _link _out _session) $(BUILD)/daemon/smpp.o
FUZZ_SESSION_OBJ := $(SMPP_SESSION_OBJ) $(SMPP_OBJ) $(FUZZ_MAKE_OBJ)
FUZZ_WITH_smpp_session_fuzz := $(FUZZ_SESSION_OBJ) -Wl,--wrap=clock_boot_ms,--wrap=clock_wall_ms,--wrap=log_error \
	-Wl,--wrap=smpp_conf_password,--wrap=smpp_frames_init,--wrap=seal_random_bytes
$(BUILD)/fuzz/smpp_session_fuzz $(BUILD)/random/smpp_session_fuzz: $(FUZZ_SESSION_OBJ)
FUZZ_WITH_smpp_ussd_fuzz := $(BUILD)/daemon/smpp_ussd.o $(SMPP_OBJ) $(FUZZ_MAKE_OBJ)
$(BUILD)/fuzz/smpp_ussd_fuzz $(BUILD)/random/smpp_ussd_fuzz: $(FUZZ_WITH_smpp_ussd_fuzz)
