# SPDX-License-Identifier: MIT
# What is measured, and against what: tests/bench/parse and tests/bench/publish.

$(BUILD)/tests/bench/bare: tests/bench/bare.c
	@mkdir -p $(@D)
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LINK_HARDENING) -o $@ $< $(shell $(PKG_CONFIG) --libs librabbitmq)

.PHONY: bench
# Measures dx-parse against gzip and xmllint, and dx-publish against a plain loop, on generated files in $(BUILD)/bench.
bench:
	@scripts/install-deps --build --test
	$(AGAIN) all $(BUILD)/tests/bench/bare
	@BUILD=$(BUILD) tests/bench/parse
	@BUILD=$(BUILD) tests/bench/publish
