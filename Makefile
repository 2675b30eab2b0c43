# img-tools: small programs that turn images and texts into CLIP embeddings.
#
#   make                 programs in build/bin
#   make check           unit tests, replayed fuzz corpora, end-to-end tests
#   make SANITIZE=1 …    the same with ASan and UBSan, in build/sanitize
#   make help            every target

VERSION := 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/img-tools
DATADIR ?= $(PREFIX)/share/img-tools
MANDIR ?= $(PREFIX)/share/man

SANITIZE ?= 0
ifeq ($(SANITIZE),1)
BUILD ?= build/sanitize
OPTIMISE ?= -O1 -fno-omit-frame-pointer
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
HARDENING :=
else
BUILD ?= build
OPTIMISE ?= -O2
SANITIZERS :=
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong
endif

PKG_CONFIG ?= pkg-config
ARCH := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Werror
# No contraction anywhere: a fused multiply-add is written as such, or it is not one.
CFLAGS_ALL := -std=c17 -D_GNU_SOURCE -g $(OPTIMISE) -fPIE -pthread -ffp-contract=off \
	-fno-math-errno $(WARNINGS) $(HARDENING) $(SANITIZERS) -Ilib -Itests -MMD -MP \
	-DIMG_VERSION='"$(VERSION)"' -DIMG_LIBEXECDIR='"$(LIBEXECDIR)"' -DIMG_DATADIR='"$(DATADIR)"' \
	$(CFLAGS)
LDFLAGS_ALL := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZERS) $(LDFLAGS)

# Which library a folder of lib/ may use; nobody else includes it (tests/layers.sh holds us to it).
LIBS_COMMON := libcjson libxxhash libutf8proc libcurl
LIBS_DECODE := vips libexif
CFLAGS_DECODE = $(shell $(PKG_CONFIG) --cflags $(LIBS_DECODE) | sed 's/-I/-isystem /g')
LDLIBS = $(shell $(PKG_CONFIG) --libs $(LIBS_COMMON)) -lm
LDLIBS_DECODE = $(shell $(PKG_CONFIG) --libs $(LIBS_DECODE)) -lgif -lxxhash -lm

# The processor chooses files, not lines in a function.
ifeq ($(ARCH),x86_64)
KERNELS_NOT_HERE := lib/kernel/%_neon.c
else ifeq ($(ARCH),aarch64)
KERNELS_NOT_HERE := lib/kernel/%_avx2.c lib/kernel/%_avx512.c
else
KERNELS_NOT_HERE := lib/kernel/%_avx2.c lib/kernel/%_avx512.c lib/kernel/%_neon.c
endif

# lib/decode is linked into img-decode only: it alone knows libvips and the other decoders.
DECODE_SOURCES := $(sort $(wildcard lib/decode/*.c))
LIB_SOURCES := $(filter-out $(KERNELS_NOT_HERE) $(DECODE_SOURCES),$(sort $(wildcard lib/*/*.c lib/*/*/*.c)))
PROGRAMS := $(patsubst cmd/%.c,%,$(sort $(wildcard cmd/img-*.c)))
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
SUPPORT_SOURCES := $(sort $(wildcard tests/support/*.c))
E2E_TESTS := $(sort $(wildcard tests/e2e/*.t))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBRARY := $(BUILD)/libimgtools.a
DECODE_LIBRARY := $(BUILD)/libimgdecode.a

.PHONY: all
all: $(PROGRAMS:%=$(BUILD)/bin/%)

$(LIBRARY): $(call object,$(LIB_SOURCES))
	@rm -f $@
	$(AR) rcs $@ $^

$(DECODE_LIBRARY): $(call object,$(DECODE_SOURCES))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/lib/decode/%.o $(BUILD)/obj/tests/unit/test_decode%.o: CFLAGS_ALL += $(CFLAGS_DECODE)
$(BUILD)/obj/lib/kernel/%_avx2.o: CFLAGS_ALL += -mavx2 -mfma
$(BUILD)/obj/lib/kernel/%_avx512.o: CFLAGS_ALL += -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mavx2

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c $< -o $@

$(BUILD)/bin/img-decode: $(call object,cmd/img-decode.c) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS_DECODE)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/test_decode%: $(BUILD)/obj/tests/unit/test_decode%.o $(call object,$(SUPPORT_SOURCES)) $(DECODE_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS_DECODE) $(LDLIBS)

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(call object,$(SUPPORT_SOURCES)) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ -lcmocka $(LDLIBS)

# A fuzz target and the small main that replays its corpus without a fuzzer.
$(BUILD)/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(call object,tests/fuzz/replay.c $(SUPPORT_SOURCES)) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf build
