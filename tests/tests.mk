# SPDX-License-Identifier: MIT
# Tests: unit (C, check), and TAP scripts in filter, fault and broker, all run by tests/run.
# tests/unit/parse_split.c links what dx-parse is made of, but its main; common_*.c only common/.

UNIT_SOURCES = $(sort $(wildcard tests/unit/*_*.c))
UNIT_TESTS = $(UNIT_SOURCES:%.c=$(BUILD)/%)
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check)

define unit_test
$(BUILD)/$(1): $(BUILD)/$(1).o $(BUILD)/tests/unit/unit.o \
    $(filter-out %/main.o,$(call objects,$(firstword $(subst _, ,$(notdir $(1)))))) $(COMMON)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) $$(LINK_HARDENING) -o $$@ $$(sort $$^) \
		$$(call libs,$(firstword $(subst _, ,$(notdir $(1))))) $$(CHECK_LIBS) -lm
endef
unit_name = $(firstword $(subst _, ,$(notdir $(1))))
$(foreach t,$(UNIT_SOURCES:%.c=%),$(eval $(call unit_test,$(t))))

FILTER_TESTS = $(sort $(wildcard tests/filter/*.t))
FAULT_TESTS = $(sort $(wildcard tests/fault/*.t))
BROKER_TESTS = $(sort $(wildcard tests/broker/*.t))
SHELL_TESTS = $(BROKER_TESTS) $(FAULT_TESTS) $(FILTER_TESTS)

.PHONY: tests
# Builds everything that the tests need.
tests: all $(UNIT_TESTS)

THREAD_UNIT_TESTS = $(addprefix $(BUILD)/tests/unit/,parse_pool parse_input)
THREAD_SHELL_TESTS = tests/filter/parse-options.t tests/filter/parse-rejects.t tests/filter/parse-stream.t \
	tests/fault/parse-output.t tests/fault/parse-gzip.t

.PHONY: threaded-tests
threaded-tests: all $(THREAD_UNIT_TESTS)
	@BUILD=$(BUILD) SANITIZE=1 TSAN_OPTIONS=exitcode=98:halt_on_error=1 tests/run $(THREAD_UNIT_TESTS) $(THREAD_SHELL_TESTS)

GZIP_UNIT_TESTS = $(addprefix $(BUILD)/tests/unit/,parse_gunzip parse_input)
GZIP_SHELL_TESTS = tests/filter/parse-options.t tests/filter/parse-stream.t tests/fault/parse-gzip.t

# What these look at is no C.
UNSANITIZED_TESTS = $(addprefix tests/filter/,install.t manual-pages.t run-config.t run-options.t run-signals.t \
	run-status.t units.t)

.PHONY: gzip-tests
gzip-tests: all $(GZIP_UNIT_TESTS)
	@BUILD=$(BUILD) tests/run $(GZIP_UNIT_TESTS) $(GZIP_SHELL_TESTS)
