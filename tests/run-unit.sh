#!/bin/sh
# Runs test programs written with cmocka, one after the other: a line each, the whole output of
# those that fail, the reasons of those that skip, and the sums at the end.
#
# usage: tests/run-unit.sh [--valgrind] PROGRAM…
# A program may take TEST_SECONDS, by default 600.
set -u

under=
limit=${TEST_SECONDS:-600}
if [ "${1-}" = --valgrind ]; then
    # Small blocks: some decoders' code is too much for valgrind in one piece. libjpeg-turbo's
    # vector code reads beyond what it uses, and has a switch.
    under="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
        --vex-guest-max-insns=20 --suppressions=$(dirname "$0")/valgrind.supp"
    export JSIMD_FORCENONE=1
    limit=3000
    shift
fi

output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
trap 'exit 130' INT TERM

# How many tests cmocka gave this mark; its summary names some of them a second time.
count() {
    grep "^\[ *$1 *\] [A-Za-z_]" "$output" | grep -v 'test(s)' | sort -u | wc -l
}

passed=0 failed=0 skipped=0
for program in "$@"; do
    begin=$(date +%s)
    # shellcheck disable=SC2086 # the checker and its options are several words
    timeout "$limit" $under "$program" >"$output" 2>&1 </dev/null
    status=$?
    seconds=$(($(date +%s) - begin))
    name=$(basename "$program")
    ok=$(count OK) bad=$(count FAILED) left_out=$(count SKIPPED)
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left_out))
    if [ "$status" -ne 0 ]; then
        cat "$output"
        [ "$status" -ne 124 ] || echo "$name: more than $limit s"
        echo "FAILED $name (status $status)"
    else
        printf 'ok     %s: %d passed' "$name" "$ok"
        [ "$left_out" -eq 0 ] || printf ', %d skipped' "$left_out"
        printf ' (%d s)\n' "$seconds"
        grep -i 'skip' "$output" | grep -v -e '^\[' -e 'TEST(S)' | sed 's/^/       /'
    fi
done
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
