# SPDX-License-Identifier: MIT
# dx: five programs from five folders, and what they share from common/.
# A new source file in a program's folder needs no line here.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
LIBEXECDIR ?= $(PREFIX)/libexec/dx
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
BUILD ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
INSTALL ?= install

# Who unpacks gzip in dx-parse: ISA-L, twice as fast, where it is there; else zlib.
# gzip(1) has a variable of that name too: the user's is not for us, and ours not for the tests.
ifneq ($(origin GZIP),command line)
GZIP = $(if $(shell $(PKG_CONFIG) --exists libisal && echo yes),isal,zlib)
endif
unexport GZIP
GZIP_PACKAGE_isal = libisal
GZIP_PACKAGE_zlib = zlib

PROGRAMS = fetch parse publish marker status
PACKAGES_common = json-c libcrypto
PACKAGES_fetch = libcurl
PACKAGES_parse = libxml-2.0 $(GZIP_PACKAGE_$(GZIP))
PACKAGES_publish = librabbitmq libssl
PACKAGES_marker =
PACKAGES_status = libmicrohttpd
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
DEFINES = -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE
ALL_CFLAGS = -std=c17 $(DEFINES) -I. $(OPTIMISE) $(WARNINGS) $(WERROR) \
	-pthread -MMD -MP $(PKG_CFLAGS) $(CFLAGS)
libs = $(shell $(PKG_CONFIG) --libs $(PACKAGES_common) $(PACKAGES_$(1)))

MAKEFLAGS += --no-print-directory
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

NOT_BUILT = $(filter-out parse/inflater_$(GZIP).c,$(wildcard parse/inflater_*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(NOT_BUILT),$(sort $(wildcard $(1)/*.c))))
COMMON = $(call objects,common)
BINARIES = $(PROGRAMS:%=$(BUILD)/bin/dx-%)

.PHONY: all
# Builds the programs into $(BUILD)/bin.
all: $(BINARIES) $(BUILD)/bin/dx-run $(BUILD)/dx.bash $(BUILD)/dx.conf

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

# Made of what the programs print as their --help, so of their option tables.
$(BUILD)/dx.bash: $(BINARIES) $(BUILD)/bin/dx-run scripts/from-help
	$(Q)scripts/from-help completion $(BUILD)/bin >$@.new && mv $@.new $@
$(BUILD)/dx.conf: $(BINARIES) $(BUILD)/bin/dx-run scripts/from-help
	$(Q)scripts/from-help config $(BUILD)/bin >$@.new && mv $@.new $@

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Sub-makes use every core, unless the user said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
AGAIN = @$(MAKE) $(JOBS)
THREADED = -O1 -g -fno-omit-frame-pointer -fsanitize=thread
CHECKED = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: run
# Installs what is missing, builds, sends the bundled month through all stages, says where it went.
run:
	@scripts/install-deps --build
	$(AGAIN) all
	@BUILD=$(BUILD) scripts/run-bundled

.PHONY: check
# Runs every test; the last line is `N passed, N failed` (`, N skipped`).
check:
	@scripts/install-deps --build --test
	$(AGAIN) tests
	@BUILD=$(BUILD) tests/run $(if $(FULL),-t 7200) $(UNIT_TESTS) $(SHELL_TESTS)

.PHONY: check-full
# check with the long sweeps too: tests see FULL=1.
check-full:
	@FULL=1 $(MAKE) check

.PHONY: lint
# Checks format, C, shell, manual pages and the rules of the house; changes nothing.
lint:
	@scripts/install-deps --build --test
	@scripts/lint

.PHONY: print-cflags
# What it takes to read the sources: for lint and for editors.
print-cflags:
	@echo -std=c17 $(DEFINES) -I. $(PKG_CFLAGS)

.PHONY: format-check
# Fails if clang-format would change a file.
format-check:
	@scripts/lint format

.PHONY: sanitize
# Runs the unit, filter and fault tests in a build with ASan and UBSan.
sanitize:
	@scripts/install-deps --build --test
	$(AGAIN) BUILD=$(BUILD)/sanitize OPTIMISE='$(CHECKED)' LINK_HARDENING= sanitized-tests

.PHONY: sanitized-tests
sanitized-tests: tests
	@BUILD=$(BUILD) SANITIZE=1 ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
		tests/run $(UNIT_TESTS) $(filter-out $(UNSANITIZED_TESTS),$(FILTER_TESTS)) $(FAULT_TESTS)

.PHONY: tsan
# Runs those tests of dx-parse that have threads in a build with TSan.
tsan:
	@scripts/install-deps --build --test
	$(AGAIN) BUILD=$(BUILD)/tsan OPTIMISE='$(THREADED)' LINK_HARDENING= threaded-tests

.PHONY: check-zlib
# Runs those tests of dx-parse that unpack in a build with zlib, whatever else there is.
check-zlib:
	@scripts/install-deps --build --test
	$(AGAIN) BUILD=$(BUILD)/zlib GZIP=zlib gzip-tests

.PHONY: valgrind
# Runs the unit and filter tests under valgrind.
valgrind:
	@scripts/install-deps --build --test
	$(AGAIN) tests
	@BUILD=$(BUILD) tests/tools/valgrind $(UNIT_TESTS) $(FILTER_TESTS)

.PHONY: install
# Programs, manual pages, completion and what systemd needs, to $(DESTDIR)$(PREFIX); settings that are there stay.
install: all install-systemd
	$(Q)$(INSTALL) -d $(DESTDIR)$(BINDIR) $(MAN_FOLDERS:%=$(DESTDIR)$(MANDIR)/%)
	$(Q)$(INSTALL) -m 755 $(BINARIES) $(BUILD)/bin/dx-run $(DESTDIR)$(BINDIR)
	$(Q)for page in $(PAGES); do \
		$(INSTALL) -m 644 "$$page" "$(DESTDIR)$(MANDIR)/man$${page##*.}" || exit; done
	$(Q)$(INSTALL) -d $(DESTDIR)$(COMPLETIONDIR) $(DESTDIR)$(SYSCONFDIR)/dx
	$(Q)$(INSTALL) -m 644 $(BUILD)/dx.bash $(DESTDIR)$(COMPLETIONDIR)/dx-run
	$(Q)for program in $(PROGRAMS); do ln -sf dx-run "$(DESTDIR)$(COMPLETIONDIR)/dx-$$program" || exit; done
	$(Q)[ -e $(DESTDIR)$(SYSCONFDIR)/dx/dx.conf ] || \
		$(INSTALL) -m 644 $(BUILD)/dx.conf $(DESTDIR)$(SYSCONFDIR)/dx/dx.conf

.PHONY: uninstall
# Removes what install put there, but folders and settings.
uninstall: uninstall-systemd
	$(Q)rm -f $(PROGRAMS:%=$(DESTDIR)$(BINDIR)/dx-%) $(DESTDIR)$(BINDIR)/dx-run
	$(Q)rm -f $(PROGRAMS:%=$(DESTDIR)$(COMPLETIONDIR)/dx-%) $(DESTDIR)$(COMPLETIONDIR)/dx-run
	$(Q)for page in $(PAGES); do \
		rm -f "$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}" || exit; done

# A unit may be written with the folders of this Makefile, and with lines that several units share.
UNITS = $(sort $(wildcard $(foreach kind,service path socket target timer,systemd/*.$(kind) systemd/*.$(kind).in)))
unit_path = $(DESTDIR)$(UNITDIR)/$(patsubst %.in,%,$(notdir $(1)))
expand = sed -e '/^@HARDENING@$$/r systemd/hardening.conf' -e '/^@STAGE@$$/r systemd/stage.conf' $(1) | \
	sed -e '2,$${/SPDX-License-Identifier/d;}' -e '/^\#:/d' -e '/^@HARDENING@$$/d' -e '/^@STAGE@$$/d' \
	-e 's|@BINDIR@|$(BINDIR)|g' -e 's|@LIBEXECDIR@|$(LIBEXECDIR)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g'
# To one file, which nobody but root may write.
define install_text
$(Q)$(call expand,$(1)) >$(2) && chmod 644 $(2)

endef

.PHONY: install-systemd
# Units, their helper, and the declarations of user and folders.
install-systemd:
	$(Q)$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(TMPFILESDIR)
	$(Q)$(INSTALL) -m 755 systemd/dx-backoff $(DESTDIR)$(LIBEXECDIR)
	$(foreach unit,$(UNITS),$(call install_text,$(unit),$(call unit_path,$(unit))))
	$(call install_text,systemd/dx.sysusers,$(DESTDIR)$(SYSUSERSDIR)/dx.conf)
	$(call install_text,systemd/dx.tmpfiles.in,$(DESTDIR)$(TMPFILESDIR)/dx.conf)

.PHONY: uninstall-systemd
uninstall-systemd:
	$(Q)rm -f $(DESTDIR)$(LIBEXECDIR)/dx-backoff $(DESTDIR)$(SYSUSERSDIR)/dx.conf $(DESTDIR)$(TMPFILESDIR)/dx.conf \
		$(foreach unit,$(UNITS),$(call unit_path,$(unit)))

PAGES = $(sort $(wildcard man/*.[1-8]))
MAN_FOLDERS = $(addprefix man,$(sort $(subst .,,$(suffix $(PAGES)))))

.PHONY: deb
# A Debian package, in $(BUILD)/deb; lintian has nothing to say of it.
deb:
	@scripts/install-deps --build --deb
	@BUILD=$(BUILD) scripts/make-deb

.PHONY: check-deb
# Builds the package, installs, runs and purges it in a copy of the root.
check-deb: deb
	$(AGAIN) all
	@BUILD=$(BUILD) tests/run tests/package/deb.t

.PHONY: clean
# Removes all that was built.
clean:
	$(Q)rm -rf $(BUILD)

include $(sort $(wildcard tests/*.mk))
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
