#!/bin/sh
# Installs the Debian or Ubuntu packages that img-tools needs. Does nothing, quickly, when all of
# them are there. Needs to be root, or sudo.
#
# usage: scripts/install-deps.sh [--no-tests]
#   --no-tests   only what building and running need, nothing that only the tests need
set -eu

build='gcc libc6-dev make pkg-config libvips-dev libexif-dev libgif-dev libcjson-dev
    libcurl4-openssl-dev libxxhash-dev libutf8proc-dev libseccomp-dev liblmdb-dev libtiff-dev
    liblcms2-dev libmicrohttpd-dev'
# The GPU plug-in; without these it is not built, and nothing else is missing.
build="$build ocl-icd-opencl-dev libclblast-dev"
# prove comes with perl; mandoc reads the manual pages; jq and xxhash judge records from outside;
# curl asks img-serve; PoCL is OpenCL on the CPU, which the GPU engine is tested with.
tests='libcmocka-dev perl mandoc jq xxhash curl pocl-opencl-icd'
# The NEON kernels are tested on x86, too: cross-built, run by qemu.
tests_amd64='gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user'
# Where libheif keeps its decoders in packages of their own: HEIC and AVIF.
heif='libheif-plugin-libde265 libheif-plugin-aomdec'

fail() {
    echo "install-deps.sh: $*" >&2
    exit 1
}

case "${1-}" in
'')
    want="$build $tests"
    [ "$(uname -m)" != x86_64 ] || want="$want $tests_amd64"
    ;;
--no-tests) want=$build ;;
*)
    sed -n 's/^# \(usage:\)/\1/p; s/^#   /  /p' "$0" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    fail "this script knows Debian and Ubuntu only. Needed here: a C17 compiler, make, pkg-config," \
        "and libvips, libtiff, LittleCMS, libexif, giflib, cJSON, libcurl, xxHash, utf8proc, LMDB," \
        "libseccomp, libmicrohttpd with their headers;" \
        "for the tests cmocka, prove, mandoc, jq, xxhsum and curl"
fi

missing() {
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        fail "not root, and there is no sudo; run as root: $*"
    fi
}

updated=no
install() {
    packages=$(missing "$@")
    [ -n "$packages" ] || return 0
    echo "installing: $packages"
    if [ "$updated" = no ]; then
        as_root apt-get update -q || echo "install-deps.sh: going on with the package lists as they are" >&2
        updated=yes
    fi
    # shellcheck disable=SC2086 # a list of names
    as_root apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $packages ||
        fail "apt-get could not install: $packages"
}

# shellcheck disable=SC2086
install $want
heif_version=$(dpkg-query -W -f='${Version}' libheif1 2>/dev/null) || heif_version=0
if dpkg --compare-versions "$heif_version" ge 1.17; then
    # shellcheck disable=SC2086
    install $heif
fi
echo "everything needed is installed"
