# SPDX-License-Identifier: MIT
# dx: four programs from four folders, and what they share from common/.
# A new source file in a program's folder needs no line here.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
BUILD ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
INSTALL ?= install

PROGRAMS = fetch parse publish marker
PACKAGES_common = json-c libcrypto
PACKAGES_fetch = libcurl
PACKAGES_parse = libxml-2.0 zlib
PACKAGES_publish = librabbitmq
PACKAGES_marker =
PACKAGES = $(foreach p,common $(PROGRAMS),$(PACKAGES_$(p)))

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla \
	-Wnull-dereference -Wimplicit-fallthrough
HARDENING = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fPIE
OPTIMISE ?= -O2 -g $(HARDENING)
LINK_HARDENING ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack
WERROR ?=

PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = -std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -I. $(OPTIMISE) $(WARNINGS) $(WERROR) \
	-pthread -MMD -MP $(PKG_CFLAGS) $(CFLAGS)
libs = $(shell $(PKG_CONFIG) --libs $(PACKAGES_common) $(PACKAGES_$(1)))

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

objects = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard $(1)/*.c)))
COMMON = $(call objects,common)
BINARIES = $(PROGRAMS:%=$(BUILD)/bin/dx-%)

.PHONY: all
all: $(BINARIES) $(BUILD)/bin/dx-run

define program
$(BUILD)/bin/dx-$(1): $(call objects,$(1)) $(COMMON)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) $$(LINK_HARDENING) -o $$@ $$^ $$(call libs,$(1)) -lm
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(BUILD)/bin/dx-run: scripts/dx-run
	@mkdir -p $(@D)
	$(Q)$(INSTALL) -m 755 $< $@

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

include $(wildcard tests/tests.mk)
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
