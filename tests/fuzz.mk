# SPDX-License-Identifier: MIT
# Fuzzing with clang's libFuzzer: tests/fuzz/NAME.c is a target, tests/fuzz/seeds/NAME holds its seeds. It is
# linked with the folder that its name says before the dash, else with parse/.
#
#   make fuzz                    each target for FUZZ_SECONDS (60); -j2: two at once
#   make fuzz FUZZ_RUNS=10000000 FUZZ_SECONDS=0    each for so many executions
#   make fuzz-NAME               one of them
#
# What is found lies in $(BUILD)/fuzz; the corpus stays there and is taken up again. Nothing may take
# a second of CPU time (fuzz.h).

FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= -1
FUZZ_CC ?= clang
FUZZ_FLAGS ?= -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_TARGETS = $(sort $(basename $(notdir $(wildcard tests/fuzz/*.c))))
FUZZ_OPTIONS = -print_final_stats=1
# Small blocks are freed and taken again all the time: less is remembered of each.
FUZZ_ASAN = quarantine_size_mb=16:malloc_context_size=5

# What each takes besides: how long inputs get, and words of its language. Those with messages for people close
# standard error (2), which would take most of the time.
FUZZ_OPTIONS_fetch-checksum = -max_len=512 -dict=tests/fuzz/checksum.dict -close_fd_mask=2
FUZZ_OPTIONS_fetch-listing = -max_len=1024 -dict=tests/fuzz/listing.dict
FUZZ_OPTIONS_gzip = -max_len=512
FUZZ_OPTIONS_marker-file = -max_len=2048 -dict=tests/fuzz/marker.dict -close_fd_mask=2
FUZZ_OPTIONS_publish-address = -max_len=256 -dict=tests/fuzz/address.dict
FUZZ_OPTIONS_publish-line = -max_len=1024 -dict=tests/fuzz/line.dict
FUZZ_OPTIONS_record = -max_len=4096 -dict=tests/fuzz/xml.dict
FUZZ_OPTIONS_split = -max_len=2048 -dict=tests/fuzz/xml.dict

# gzip compares with zlib, whatever dx-parse is built with.
FUZZ_LIBS_gzip = $(shell $(PKG_CONFIG) --libs zlib)

fuzz_program = $(or $(filter $(PROGRAMS),$(firstword $(subst -, ,$(1)))),parse)
fuzz_objects = $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(filter-out %/main.o,$(call objects,$(1))))

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(FUZZ_CC) -std=c17 $(DEFINES) -I. -g $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP \
		$(PKG_CFLAGS) -c -o $@ $<

# Runs one target. Of a failure it says what the target itself says of the input.
define fuzz_target
$(BUILD)/fuzz/bin/$(1): $(BUILD)/fuzz/tests/fuzz/$(1).o \
    $(call fuzz_objects,$(call fuzz_program,$(1))) $(call fuzz_objects,common)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(FUZZ_CC) $$(FUZZ_FLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(call libs,$(call fuzz_program,$(1))) \
		$$(FUZZ_LIBS_$(1)) -lm -pthread

.PHONY: fuzz-$(1)
fuzz-$(1): $(BUILD)/fuzz/bin/$(1)
	@mkdir -p $(BUILD)/fuzz/corpus/$(1)
	@ASAN_OPTIONS=$$(FUZZ_ASAN) $$< $$(FUZZ_OPTIONS) $$(FUZZ_OPTIONS_$(1)) -artifact_prefix=$(BUILD)/fuzz/$(1)- \
		-max_total_time=$$(FUZZ_SECONDS) -runs=$$(FUZZ_RUNS) \
		$(BUILD)/fuzz/corpus/$(1) tests/fuzz/seeds/$(1) >$(BUILD)/fuzz/$(1).log 2>&1 || { \
		tail -n 12 $(BUILD)/fuzz/$(1).log; \
		for input in $(BUILD)/fuzz/$(1)-*; do \
			[ ! -f "$$$$input" ] || $$< "$$$$input" 2>&1 | grep -v ^INFO | head -n 24; done; \
		echo 'fuzz $(1): FAILED'; exit 1; }
	@echo "fuzz $(1): $$$$(sed -n 's/^stat::number_of_executed_units: *//p' $(BUILD)/fuzz/$(1).log) executions"
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(t))))

.PHONY: fuzz
# Runs every fuzz target; a finding fails.
fuzz: $(FUZZ_TARGETS:%=fuzz-%)
