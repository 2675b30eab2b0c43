# img-tools: small programs that turn images and texts into CLIP embeddings.
#
#   make                 programs in build/bin
#   make demo            embeds the demo pictures and finds one by a sentence
#   make check           tree checks, unit tests, replayed fuzz corpora, NEON under qemu, end to end
#   make check-unit      one part of it; also check-tree, check-fuzz, check-neon, check-e2e
#   make check-full      longer tests: full-size models, thousands of damaged files
#   make check-qdrant    img-store's tests against a real server, QDRANT_URL=http://localhost:6333
#   make check-valgrind  unit tests under valgrind
#   make fuzz            short fuzzing with clang's libFuzzer (FUZZ_SECONDS=20 a target)
#   make bench           measures the engine; make bench-peers compares it with others;
#                        make bench-serve compares img-serve with img-batch
#   make completions     writes completions/ anew from the programs' option tables
#   make install         into PREFIX=/usr/local, under DESTDIR; make uninstall takes it away
#   make dist            a source archive in build/
#   make clean           removes build/
#   make SANITIZE=1 …    any of these with ASan and UBSan, in build/sanitize
#   make CC=clang BUILD=build/clang …   with another compiler, elsewhere
#   make V=1 …           shows the commands whole

VERSION := 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/img-tools
DATADIR ?= $(PREFIX)/share/img-tools
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/img-tools
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
SYSTEMDDIR ?= $(PREFIX)/lib/systemd/system
INSTALL ?= install

SANITIZE ?= 0
FUZZER ?= 0
ifeq ($(FUZZER),1)
BUILD ?= build/fuzzer
OPTIMISE ?= -O1 -fno-omit-frame-pointer
SANITIZERS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
HARDENING :=
DECODER_GIB := 0
else ifeq ($(SANITIZE),1)
BUILD ?= build/sanitize
OPTIMISE ?= -O1 -fno-omit-frame-pointer
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
HARDENING :=
DECODER_GIB := 0
TEST_SECONDS := 3000
else
BUILD ?= build
OPTIMISE ?= -O2
SANITIZERS :=
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong
DECODER_GIB := 8
endif

TEST_SECONDS ?= 600
V ?= 0
# What a recipe begins with: its short form, or nothing and the whole command is seen.
say = $(if $(filter 0,$(V)),@echo '  $(1) $@';)

PKG_CONFIG ?= pkg-config
ARCH := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))

# What pkg-config says is asked once a run, and only when something is compiled or linked.
once = $(eval $(1) := $(2))$($(1))
packages = $(or $(shell $(PKG_CONFIG) $(1)),$(error a library is missing: run scripts/install-deps.sh))

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Werror
# No contraction anywhere: a fused multiply-add is written as such, or it is not one.
FLOATS := -ffp-contract=off -fno-math-errno
CFLAGS_ALL := -std=c17 -D_GNU_SOURCE -g $(OPTIMISE) -fPIE -pthread $(FLOATS) \
	$(WARNINGS) $(HARDENING) $(SANITIZERS) -Ilib -Itests -MMD -MP \
	-DIMG_VERSION='"$(VERSION)"' -DIMG_LIBEXECDIR='"$(LIBEXECDIR)"' -DIMG_DATADIR='"$(DATADIR)"' \
	-DIMG_DECODER_GIB=$(DECODER_GIB) \
	$(CFLAGS)
LDFLAGS_ALL := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZERS) $(LDFLAGS)

# Which library a folder of lib/ may use; nobody else includes it (tests/layers.sh holds us to it).
LIBS_COMMON := libcjson libxxhash libutf8proc libcurl lmdb libmicrohttpd
LIBS_DECODE := vips gmodule-no-export-2.0 libexif libtiff-4 lcms2 libseccomp
CFLAGS_DECODE = $(call once,CFLAGS_DECODE,$(subst -I,-isystem ,$(call packages,--cflags $(LIBS_DECODE))))
LDLIBS = $(call once,LDLIBS,$(call packages,--libs $(LIBS_COMMON)) -lm -ldl)
LDLIBS_DECODE = $(call once,LDLIBS_DECODE,$(call packages,--libs $(LIBS_DECODE)) -lgif -lxxhash -lm)

# The processor chooses files, not lines in a function.
KERNELS_IN := lib/kernel lib/search
KERNELS_X86 := $(foreach in,$(KERNELS_IN),$(addprefix $(in)/%_,avx2.c avx512.c avx512bf16.c avx512vnni.c x86.c))
KERNELS_ARM := $(foreach in,$(KERNELS_IN),$(in)/%_neon.c $(in)/%_arm.c)
KERNELS_OTHER := $(foreach in,$(KERNELS_IN),$(in)/%_other.c)
ifeq ($(ARCH),x86_64)
KERNELS_NOT_HERE := $(KERNELS_ARM) $(KERNELS_OTHER)
else ifeq ($(ARCH),aarch64)
KERNELS_NOT_HERE := $(KERNELS_X86) $(KERNELS_OTHER)
else
KERNELS_NOT_HERE := $(KERNELS_X86) $(KERNELS_ARM)
endif

# lib/decode is linked into img-decode only: it alone knows libvips and the other decoders.
# Sanitizers bring an allocator of their own.
DECODE_SOURCES := $(filter-out $(if $(SANITIZERS),lib/decode/allocate.c),$(sort $(wildcard lib/decode/*.c)))
LIB_SOURCES := $(filter-out $(KERNELS_NOT_HERE) lib/decode/% lib/opencl/%,$(sort $(wildcard lib/*/*.c lib/*/*/*.c)))
ALL_PROGRAMS := $(patsubst cmd/%.c,%,$(sort $(wildcard cmd/img-*.c)))
PRIVATE := $(filter img-decode,$(ALL_PROGRAMS))
PROGRAMS := $(filter-out $(PRIVATE),$(ALL_PROGRAMS))
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
FULL_TESTS := $(patsubst tests/full/%.c,%,$(sort $(wildcard tests/full/test_*.c)))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCHES := $(patsubst tests/bench/%.c,%,$(sort $(wildcard tests/bench/*.c)))
TEST_TOOLS := $(patsubst tests/tools/%.c,%,$(sort $(wildcard tests/tools/*.c)))
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c))
E2E_TESTS := $(sort $(wildcard tests/e2e/*.t))
MAN_PAGES := $(sort $(wildcard man/*.[1-9]))
UNITS := $(sort $(wildcard scripts/systemd/img-*))
DATA_FILES := $(shell find lib/data -type f 2>/dev/null | sort)

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBRARY := $(BUILD)/libimgtools.a

# The GPU plug-in, where there is what it is made with. It is loaded at run time: no program links it,
# and it brings what it uses of the library, position-independent, as its own.
LIBS_OPENCL := OpenCL clblast
OPENCL := $(if $(wildcard lib/opencl/*.c),$(shell $(PKG_CONFIG) --exists $(LIBS_OPENCL) && echo yes))
PLUGIN := $(if $(OPENCL),$(BUILD)/libexec/img-tools/img-gpu-opencl.so)
PLUGIN_SOURCES := $(sort $(wildcard lib/opencl/*.c)) lib/base/buf.c lib/base/err.c lib/base/file.c \
	lib/base/hash.c lib/base/report.c lib/model/names.c
CFLAGS_OPENCL = $(call once,CFLAGS_OPENCL,$(subst -I,-isystem ,$(shell $(PKG_CONFIG) --cflags $(LIBS_OPENCL))))
LDLIBS_OPENCL = $(call once,LDLIBS_OPENCL,$(call packages,--libs $(LIBS_OPENCL) libxxhash))
DECODE_LIBRARY := $(BUILD)/libimgdecode.a
SUPPORT := $(BUILD)/libsupport.a
DATA := $(BUILD)/share/img-tools

.PHONY: all
all: $(ALL_PROGRAMS:%=$(BUILD)/bin/%) $(PLUGIN) $(DATA)
ifeq ($(OPENCL),)
	@echo '  no GPU plug-in: OpenCL or CLBlast is not installed (scripts/install-deps.sh has them)'
endif

$(LIBRARY): $(call object,$(LIB_SOURCES))
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

# An archive, so that a program takes only what it uses.
$(SUPPORT): $(call object,$(SUPPORT_SOURCES))
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

$(DECODE_LIBRARY): $(call object,$(DECODE_SOURCES))
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

# Programs and tests look for data in ../share/img-tools, as they do when they are installed.
$(DATA):
	@mkdir -p $(@D)
	ln -sfnr lib/data $@

$(BUILD)/obj/lib/decode/%.o $(BUILD)/obj/tests/unit/test_decode%.o $(BUILD)/obj/tests/tools/make-copies.o: CFLAGS_ALL += $(CFLAGS_DECODE)
# What sanitizers do when they find something, a fence must let them.
$(BUILD)/obj/lib/decode/fence.o: CFLAGS_ALL += -DIMG_SANITIZED=$(if $(SANITIZERS),1,0)
AVX512 := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mavx2
$(KERNELS_IN:%=$(BUILD)/obj/%/kernels_avx2.o): CFLAGS_ALL += -mavx2 -mfma
$(KERNELS_IN:%=$(BUILD)/obj/%/kernels_avx512.o): CFLAGS_ALL += $(AVX512)
$(BUILD)/obj/lib/kernel/kernels_avx512bf16.o: CFLAGS_ALL += $(AVX512) -mavx512bf16
$(BUILD)/obj/lib/search/kernels_avx512vnni.o: CFLAGS_ALL += $(AVX512) -mavx512vnni
# Sixteen lanes in plain C, inlined and checked, are more than gcc's sanitizers finish in minutes.
$(KERNELS_IN:%=$(BUILD)/obj/%/kernels_scalar.o): CFLAGS_ALL += $(if $(SANITIZERS),-fno-inline)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -c $< -o $@

$(BUILD)/pic/lib/opencl/%.o: CFLAGS_ALL += $(CFLAGS_OPENCL)
$(BUILD)/pic/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS_ALL) -I$(BUILD)/include -fPIC -fvisibility=hidden -c $< -o $@

# The kernels' source as the text of a C string.
$(BUILD)/include/opencl/kernels.cl.h: lib/opencl/kernels.cl
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@
$(BUILD)/pic/lib/opencl/program.o: $(BUILD)/include/opencl/kernels.cl.h

$(BUILD)/libexec/img-tools/img-gpu-opencl.so: $(PLUGIN_SOURCES:%.c=$(BUILD)/pic/%.o)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -shared $(filter-out -pie,$(LDFLAGS_ALL)) -o $@ $^ $(LDLIBS_OPENCL)

$(BUILD)/bin/img-decode: $(call object,cmd/img-decode.c) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_DECODE)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/test_decode%: $(BUILD)/obj/tests/unit/test_decode%.o $(SUPPORT) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS_DECODE) $(LDLIBS)

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(SUPPORT) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS)

# img-decode with a decoder that crashes, hangs and lies on demand.
$(BUILD)/tests/img-decode-hooks: $(call object,tests/hooks/img-decode-hooks.c) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_DECODE)

# A GPU plug-in without a GPU, and a driver of OpenCL without a device.
$(BUILD)/tests/fake-%.so: $(BUILD)/pic/tests/hooks/fake-%.o $(BUILD)/pic/lib/base/err.o
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -shared $(filter-out -pie,$(LDFLAGS_ALL)) -o $@ $^

$(BUILD)/pic/tests/hooks/fake-icd.o: CFLAGS_ALL += $(CFLAGS_OPENCL)

$(BUILD)/tests/test_gpu_host: | $(BUILD)/tests/fake-gpu.so

$(BUILD)/tests/test_worker $(BUILD)/tests/test_worker_facts $(BUILD)/tests/test_worker_thumbnail $(BUILD)/tests/test_fence: | $(BUILD)/tests/img-decode-hooks $(BUILD)/bin/img-decode

$(BUILD)/full/test_%: $(BUILD)/obj/tests/full/test_%.o $(SUPPORT) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS)

# Programs that end-to-end tests use, such as a hub to fetch from.
$(BUILD)/tools/make-copies: TOOL_LIBS = $(LDLIBS_DECODE)
$(BUILD)/tools/qdrantd: TOOL_LIBS := -lmicrohttpd
$(BUILD)/tools/%: $(BUILD)/obj/tests/tools/%.o $(SUPPORT) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS) $(TOOL_LIBS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(SUPPORT) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

# A fuzz target: with libFuzzer's main, or with our small one that replays its corpus.
ifeq ($(FUZZER),1)
$(BUILD)/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(SUPPORT) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(LDLIBS) -lexif
else
$(BUILD)/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(call object,tests/fuzz/replay.c) $(SUPPORT) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS) -lexif
endif

# The NEON kernels and their test in one static program that qemu-user can run: no library for
# arm64 is needed. On arm64 itself the unit tests cover them.
NEON_CC ?= aarch64-linux-gnu-gcc
QEMU_ARM64 ?= qemu-aarch64
NEON_SOURCES := $(filter-out $(KERNELS_X86) $(KERNELS_OTHER),$(sort $(wildcard lib/kernel/*.c)) \
	$(sort $(wildcard lib/search/kernels_*.c lib/search/sets_*.c)) lib/search/choose.c) \
	lib/base/err.c $(sort $(wildcard tests/support/kernel_*.c tests/neon/*.c))
NEON_TEST := $(BUILD)/neon/test_neon

$(NEON_TEST): $(NEON_SOURCES) $(wildcard lib/kernel/*.h lib/search/*.h lib/base/*.h tests/support/kernel_*.h) Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(NEON_CC) -std=c17 -D_GNU_SOURCE -O2 -pthread $(FLOATS) $(WARNINGS) -Ilib -Itests -static \
		-o $@ $(NEON_SOURCES) -lm

# What the tests of every kind are told. Warnings of the sanitizers end a test.
TEST_ENV := BUILD='$(abspath $(BUILD))' IMG_BIN='$(abspath $(BUILD)/bin)' \
	TEST_SECONDS=$(TEST_SECONDS) UBSAN_OPTIONS=print_stacktrace=1

.PHONY: check check-tree check-unit check-fuzz check-neon check-e2e check-qdrant check-full check-valgrind tests
check: check-tree check-unit check-fuzz check-neon check-e2e
# One part after the other, whatever -j says, so that each part's output stays whole.
ifneq ($(filter check,$(MAKECMDGOALS)),)
check-unit: | check-tree
check-fuzz: | check-unit
check-neon: | check-fuzz
check-e2e: | check-neon
endif

tests: $(UNIT_TESTS:%=$(BUILD)/tests/%) $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)

check-tree: all
	@tests/layers.sh
	@tests/banned.sh
	@tests/tidy.sh
	@$(TEST_ENV) prove -q tests/docs.t

check-unit: all $(UNIT_TESTS:%=$(BUILD)/tests/%)
	@$(TEST_ENV) tests/run-unit.sh $(UNIT_TESTS:%=$(BUILD)/tests/%)

check-fuzz: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
	@for target in $(FUZZ_TARGETS:fuzz_%=%); do \
		printf 'fuzz corpus %s: ' $$target; \
		$(BUILD)/fuzz/fuzz_$$target tests/fuzz/corpus/$$target || exit 1; \
	done

ifeq ($(and $(wildcard tests/neon/*.c),$(shell command -v $(NEON_CC) 2>/dev/null),$(shell command -v $(QEMU_ARM64) 2>/dev/null)),)
check-neon:
	@echo 'neon: skipped ($(NEON_CC) or $(QEMU_ARM64) is not installed, or there is no test)'
else
check-neon: $(NEON_TEST)
	@echo 'neon: the NEON kernels under $(QEMU_ARM64)'
	@$(QEMU_ARM64) $(NEON_TEST)
endif

check-e2e: all $(TEST_TOOLS:%=$(BUILD)/tools/%) $(BUILD)/tests/img-decode-hooks \
		$(if $(OPENCL),$(BUILD)/tests/fake-icd.so)
	@$(if $(E2E_TESTS),$(TEST_ENV) prove $(E2E_TESTS))

# img-store's tests against a real server, which they fill with collections and empty again.
check-qdrant: all $(TEST_TOOLS:%=$(BUILD)/tools/%)
	@test -n '$(QDRANT_URL)' || { echo 'usage: make check-qdrant QDRANT_URL=http://localhost:6333'; exit 2; }
	@$(TEST_ENV) QDRANT_URL='$(QDRANT_URL)' prove $(filter tests/e2e/store-%,$(E2E_TESTS))

check-full: all $(FULL_TESTS:%=$(BUILD)/full/%) $(BUILD)/tools/mutate $(BUILD)/tools/serveload $(BUILD)/tools/make-copies $(BUILD)/tools/score-copies $(BUILD)/tools/qdrantd $(BUILD)/tools/make-records \
		$(BUILD)/tests/img-decode-hooks
	@$(TEST_ENV) tests/run-unit.sh $(FULL_TESTS:%=$(BUILD)/full/%)
	@IMG_TEST_FILES=2000 $(TEST_ENV) prove tests/e2e/hostile.t
	@IMG_TEST_PICTURES=200 $(TEST_ENV) prove -v tests/e2e/sim-dupes-corpus.t
	@IMG_TEST_RECORDS=20000 IMG_TEST_DIMENSION=512 $(TEST_ENV) prove tests/e2e/store-faults.t
	@IMG_TEST_REQUESTS=10000 $(TEST_ENV) prove tests/e2e/serve-load.t

# Full-size models and brute forces take hours under valgrind; the address sanitizer has them. A
# compiler that the OpenCL driver brings is nobody's to check.
VALGRIND_TESTS := $(filter-out test_engine test_pipeline test_gpu test_search_derived \
	test_search_pairs,$(UNIT_TESTS))
check-valgrind: all $(VALGRIND_TESTS:%=$(BUILD)/tests/%)
	@$(TEST_ENV) tests/run-unit.sh --valgrind $(VALGRIND_TESTS:%=$(BUILD)/tests/%)

FUZZ_SECONDS ?= 20
.PHONY: fuzz fuzz-run
fuzz:
	$(MAKE) CC=clang FUZZER=1 BUILD=build/fuzzer fuzz-run

fuzz-run: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
	@for target in $(FUZZ_TARGETS:fuzz_%=%); do \
		mkdir -p $(BUILD)/corpus/$$target; \
		echo "fuzz $$target: $(FUZZ_SECONDS) s"; \
		$(BUILD)/fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -verbosity=0 \
			-print_final_stats=1 -artifact_prefix=$(BUILD)/ $(BUILD)/corpus/$$target \
			tests/fuzz/corpus/$$target || exit 1; \
	done

.PHONY: bench bench-peers bench-serve demo completions
bench: all $(BENCHES:%=$(BUILD)/bench/%)
	@for bench in $(BENCHES:%=$(BUILD)/bench/%); do $(TEST_ENV) $$bench || exit 1; done

bench-serve: all $(BUILD)/tools/serveload
	@$(TEST_ENV) scripts/bench-serve.sh

bench-peers: all $(BENCHES:%=$(BUILD)/bench/%)
	@$(TEST_ENV) scripts/bench-peers.sh

# PICTURES='a.jpg b.png' adds your own to the demo's.
demo: all
	@$(TEST_ENV) scripts/demo.sh $(PICTURES)

completions: all
	scripts/gen-completions.sh $(BUILD)/bin completions

.PHONY: install uninstall dist help clean
install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	$(if $(PROGRAMS),$(INSTALL) -m 755 $(PROGRAMS:%=$(BUILD)/bin/%) $(DESTDIR)$(BINDIR))
	$(if $(PRIVATE),$(INSTALL) -m 755 $(PRIVATE:%=$(BUILD)/bin/%) $(DESTDIR)$(LIBEXECDIR))
	$(if $(PLUGIN),$(INSTALL) -m 755 $(PLUGIN) $(DESTDIR)$(LIBEXECDIR))
	$(INSTALL) -D -m 644 -t $(DESTDIR)$(DOCDIR) LICENSE README.md
	@for file in $(DATA_FILES:lib/data/%=%); do \
		$(INSTALL) -D -m 644 lib/data/$$file $(DESTDIR)$(DATADIR)/$$file || exit 1; \
	done
	@for page in $(MAN_PAGES:man/%=%); do \
		$(INSTALL) -D -m 644 man/$$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page || exit 1; \
	done
	$(INSTALL) -d $(DESTDIR)$(SYSTEMDDIR)
	@for unit in $(UNITS:scripts/systemd/%=%); do \
		sed 's|@BINDIR@|$(BINDIR)|' scripts/systemd/$$unit >$(DESTDIR)$(SYSTEMDDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(SYSTEMDDIR)/$$unit || exit 1; \
	done
	@for name in $(PROGRAMS); do \
		$(INSTALL) -D -m 644 completions/bash/$$name $(DESTDIR)$(BASHDIR)/$$name && \
		$(INSTALL) -D -m 644 completions/zsh/_$$name $(DESTDIR)$(ZSHDIR)/_$$name && \
		$(INSTALL) -D -m 644 completions/fish/$$name.fish $(DESTDIR)$(FISHDIR)/$$name.fish || exit 1; \
	done

uninstall:
	rm -f $(PROGRAMS:%=$(DESTDIR)$(BINDIR)/%) $(PRIVATE:%=$(DESTDIR)$(LIBEXECDIR)/%) \
		$(DESTDIR)$(LIBEXECDIR)/img-gpu-opencl.so
	rm -f $(DATA_FILES:lib/data/%=$(DESTDIR)$(DATADIR)/%)
	rm -f $(UNITS:scripts/systemd/%=$(DESTDIR)$(SYSTEMDDIR)/%)
	rm -f $(DESTDIR)$(DOCDIR)/LICENSE $(DESTDIR)$(DOCDIR)/README.md
	rm -f $(foreach page,$(MAN_PAGES:man/%=%),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page))
	rm -f $(PROGRAMS:%=$(DESTDIR)$(BASHDIR)/%) $(PROGRAMS:%=$(DESTDIR)$(ZSHDIR)/_%) \
		$(PROGRAMS:%=$(DESTDIR)$(FISHDIR)/%.fish)
	@for folder in $(DESTDIR)$(DATADIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DOCDIR); do \
		[ ! -d $$folder ] || find $$folder -depth -type d -exec rmdir --ignore-fail-on-non-empty {} +; \
	done

dist:
	@mkdir -p build
	git archive --format=tar.gz --prefix=img-tools-$(VERSION)/ -o build/img-tools-$(VERSION).tar.gz HEAD

help:
	@sed -n 's/^#   make/make/p' Makefile

clean:
	rm -rf build

.SECONDARY:
-include $(shell find $(BUILD)/obj $(BUILD)/pic -name '*.d' 2>/dev/null)
