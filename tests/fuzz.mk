# SPDX-License-Identifier: MIT
# Fuzzing with clang's libFuzzer: tests/fuzz/NAME.c is a target, tests/fuzz/seeds/NAME its seeds, xml.dict tokens for all.
#
#   make fuzz                    each target for FUZZ_SECONDS (60)
#   make fuzz FUZZ_RUNS=10000000 each for so many executions
#
# What is found lies in $(BUILD)/fuzz; the corpus stays there and is taken up again.

FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= -1
FUZZ_CC ?= clang
FUZZ_FLAGS ?= -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES = $(sort $(wildcard tests/fuzz/*.c))
FUZZ_TARGETS = $(FUZZ_SOURCES:tests/fuzz/%.c=%)

# The folder whose sources a target is linked with: what its name says before the dash, else parse.
fuzz_program = $(or $(filter $(PROGRAMS),$(firstword $(subst -, ,$(1)))),parse)
fuzz_sources = $(filter-out %/main.c $(NOT_BUILT),$(wildcard $(call fuzz_program,$(1))/*.c common/*.c))

define fuzz_target
$(BUILD)/fuzz/$(1): tests/fuzz/$(1).c $(call fuzz_sources,$(1)) $(wildcard */*.h)
	@mkdir -p $$(@D)
	$$(call say,FUZZ,$$@)
	$$(Q)$$(FUZZ_CC) -std=c17 $$(DEFINES) -I. -g $$(FUZZ_FLAGS) $$(PKG_CFLAGS) -o $$@ \
		$$(filter %.c,$$^) $$(call libs,$(call fuzz_program,$(1))) -lm -pthread
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(t))))

.PHONY: fuzz
# Runs every fuzz target; a finding fails.
fuzz: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p $(BUILD)/fuzz/corpus/$$target; \
		$(BUILD)/fuzz/$$target -dict=tests/fuzz/xml.dict -timeout=1 -max_len=4096 -print_final_stats=1 \
			-artifact_prefix=$(BUILD)/fuzz/$$target- \
			-max_total_time=$(FUZZ_SECONDS) -runs=$(FUZZ_RUNS) \
			$(BUILD)/fuzz/corpus/$$target tests/fuzz/seeds/$$target \
			>$(BUILD)/fuzz/$$target.log 2>&1 || \
			{ tail -n 40 $(BUILD)/fuzz/$$target.log; echo "fuzz $$target: FAILED"; exit 1; }; \
		echo "fuzz $$target: $$(grep number_of_executed_units $(BUILD)/fuzz/$$target.log)"; \
	done
