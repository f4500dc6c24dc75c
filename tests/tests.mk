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
