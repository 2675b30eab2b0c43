# TAP for end-to-end tests in POSIX sh. A test begins with
#
#     . "$(dirname "$0")/tap.sh"
#
# and ends with `done_testing`. It then runs in an empty folder of its own that is removed at the end,
# with an emptied environment's view of the programs: HOME is that folder, no IMG_TOOLS_*, CLIP_*,
# XDG_* or HF_* variable is set, and $BUILD_BIN, where the programs lie, comes first in PATH.
#
#   $SHARED              the folder with reference data, or empty: `[ -n "$SHARED" ] || skip_all …`
#   $ROOT                the source tree
#   run CMD…             runs it; its output is in the files out and err, its status in $status. A
#                        program that ends by a signal has 128 + its number.
#   ok STATUS NAME       passes when STATUS is 0: `[ -e file ]; ok $? 'the file is there'`
#   is GOT EXPECTED NAME
#   like GOT REGEX NAME  an extended regular expression, grep's
#   unlike GOT REGEX NAME
#   status_is N NAME     of the last run
#   out_is TEXT NAME, err_is TEXT NAME, err_like REGEX NAME
#   json_lines N NAME    out is N lines of JSON objects
#   same FILE FILE NAME  equal bytes
#   skip N REASON        for N tests that cannot run here
#   skip_all REASON      for the whole file
#   with_fds LIMIT CMD…  runs it with at most LIMIT open files
#   without_fds '0 1' CMD…  runs it with these descriptors closed
# shellcheck shell=sh
set -u
LC_ALL=C
export LC_ALL

ROOT=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
BUILD_BIN=${BUILD_BIN-${IMG_BIN-$ROOT/build/bin}}
SHARED=${IMG_TOOLS_SHARED-$ROOT/../shared}
SHARED=$(cd "$SHARED" 2>/dev/null && pwd) || SHARED=
PATH=$BUILD_BIN:$PATH
export PATH

# shellcheck disable=SC2046 # the names are words
unset -v $(env | sed -n 's/^\(\(IMG_TOOLS\|CLIP\|XDG\|HF\|HUGGINGFACE\)_[A-Z0-9_]*\)=.*/\1/p') _none

TAP_FOLDER=$(mktemp -d) || exit 1
trap 'cd / && chmod -R u+rwX "$TAP_FOLDER" && rm -rf "$TAP_FOLDER"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
HOME=$TAP_FOLDER
export HOME
cd "$TAP_FOLDER" || exit 1

tap_count=0
tap_failed=0
status=0

# The one place that writes a result. Details come on standard input.
tap_result() {
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_count - $2"
        cat >/dev/null
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
        sed 's/^/# /'
    fi
}

ok() {
    tap_result "$1" "$2" <<EOF
status $1
EOF
}

is() {
    [ "$1" = "$2" ]
    tap_result $? "$3" <<EOF
got:      $1
expected: $2
EOF
}

like() {
    printf '%s\n' "$1" | grep -E -q -e "$2"
    tap_result $? "$3" <<EOF
got:           $1
does not match $2
EOF
}

unlike() {
    ! printf '%s\n' "$1" | grep -E -q -e "$2"
    tap_result $? "$3" <<EOF
got:              $1
should not match $2
EOF
}

run() {
    status=0
    "$@" >out 2>err || status=$?
}

status_is() {
    [ "$status" -eq "$1" ]
    tap_result $? "$2" <<EOF
status $status, expected $1
$(head -c 2000 err 2>/dev/null)
EOF
}

out_is() {
    is "$(cat out)" "$1" "$2"
}

err_is() {
    is "$(cat err)" "$1" "$2"
}

err_like() {
    like "$(cat err)" "$1" "$2"
}

json_lines() {
    tap_objects=$(jq -c 'select(type == "object") | 1' out 2>/dev/null | wc -l)
    tap_lines=$(wc -l <out)
    [ "$tap_objects" -eq "$1" ] && [ "$tap_lines" -eq "$1" ]
    tap_result $? "$2" <<EOF
$tap_objects objects in $tap_lines lines, expected $1
$(head -c 2000 out)
EOF
}

same() {
    cmp "$1" "$2" >tap_cmp 2>&1
    tap_result $? "$3" <tap_cmp
}

skip() {
    tap_left=$1
    while [ "$tap_left" -gt 0 ]; do
        tap_count=$((tap_count + 1))
        tap_left=$((tap_left - 1))
        echo "ok $tap_count # SKIP $2"
    done
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

with_fds() {
    tap_limit=$1
    shift
    # shellcheck disable=SC3045 # dash, bash and busybox all have -n
    (ulimit -n "$tap_limit" && exec "$@")
}

without_fds() {
    tap_closed=$1
    shift
    (
        for tap_fd in $tap_closed; do
            eval "exec $tap_fd>&-"
        done
        exec "$@"
    )
}

done_testing() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
    exit
}
