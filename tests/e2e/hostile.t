#!/bin/sh
# Damaged files and decoders that misbehave: a record each, in order, and nothing but our own lines
# on standard error. IMG_TEST_SEED and IMG_TEST_FILES say which files and how many.
. "$(dirname "$0")/tap.sh"

seed=${IMG_TEST_SEED-0}
files=${IMG_TEST_FILES-300}
tools=$(dirname "$BUILD_BIN")

# In a session of its own, so that processes left behind can be told from others'.
run_alone() {
    run setsid -w sh -c 'echo $$ >session && exec "$@"' sh "$@"
}
# Processes of that session that have not ended.
left_behind() {
    for stat in /proc/[0-9]*/stat; do
        sed -n "s/^\([0-9]*\) (.*) [^ZX] [0-9]* [0-9]* $(cat session) .*/\1/p" "$stat" 2>/dev/null
    done
}
# The last run's records are one for each line of the file list, in its order, each with a vector
# or with one of the codes in $1.
one_each() {
    jq -r .image_path out >paths
    same paths list "$2: a record each, in order"
    is "$(jq -r 'if .error_code then .error_code else (.embedding | type) end' out |
        grep -v -x -E "array|$1" | sort | uniq -c | tr -s ' \n' ' ')" '' "$2: with a vector or a reason"
    is "$(grep -v '^img-embed: ' err | head -n 5)" '' "$2: nothing on standard error but our lines"
    is "$(left_behind)" '' "$2: no process is left"
}

set -- "$ROOT"/lib/data/demo/pictures/* "$ROOT"/tests/data/pictures/*.* \
    "$ROOT"/tests/fuzz/corpus/bmp/*
if [ -n "$SHARED" ]; then
    set -- "$@" "$SHARED"/images/odd/* "$SHARED"/images/exif/* "$SHARED"/golden/images/*.*
fi
mkdir damaged
"$tools/tools/mutate" "$seed" "$files" damaged "$@" >said
ok $? 'files are damaged'
echo "# $(cat said), $files files"
find damaged -type f | sort >list
is "$(wc -l <list)" "$files" 'as many as were asked for'
# shellcheck disable=SC2046 # names without blanks
run_alone timeout 600 img-embed -m demo $(cat list)
status_is 1 'some of them cannot be read'
unlike "$(cat err)" 'nonsense' 'the real decoder answers as its client expects'
# A busy machine may be too slow for the largest pictures.
damage="not_an_image|truncated|unsupported_format|too_many_pixels|no_such_page|out_of_memory|timeout"
one_each "$damage|decoder_crashed" 'damaged files'
[ "$(jq -s 'map(select(.error == null)) | length' out)" -gt $((files / 20)) ]
ok $? 'and some can'
echo "# $(jq -r '.error_code // "read"' out | sort | uniq -c | tr -s ' \n' ' ')"

if [ -n "$SHARED" ]; then
    find "$SHARED/images/odd" "$SHARED/images/exif" "$SHARED/golden/images/broken" -type f |
        sort >list
    tr '\n' '\0' <list >zero
    run_alone timeout 600 xargs -0 -n 1000 img-embed -m demo <zero
    status_is 123 'odd, damaged and broken files: some cannot be read'
    one_each "$damage" 'odd, damaged and broken files'
else
    skip 5 '../shared is not there'
fi

# The same program beside a decoder that does what a picture tells it to.
mkdir hooked
cp "$BUILD_BIN/img-embed" hooked/ && ln -s "$tools/tests/img-decode-hooks" hooked/img-decode
: >list
: >expected
for misdeed in segv abort kill exit nan format code lie-short try-execve try-socket try-connect sleep \
    ask-write broken; do
    for turn in 1 2; do
        printf 'HOOK %s' "$misdeed" >"$misdeed.$turn"
        printf 'a picture' >"healthy.$misdeed.$turn"
        printf '%s\n' "$misdeed.$turn" "healthy.$misdeed.$turn" >>list
        case $misdeed in
        sleep) echo timeout ;;
        # The latter where sanitizers lower the fence, or answer themselves.
        lie-short) echo 'timeout|decoder_crashed' ;;
        ask-write) echo 'out_of_memory|decoder_crashed' ;;
        broken) echo not_an_image ;;
        *) echo decoder_crashed ;;
        esac >>expected
        echo array >>expected
    done
done
# shellcheck disable=SC2046
run_alone timeout 300 hooked/img-embed -m "$ROOT/lib/data/demo" --set timeout=4 $(cat list)
status_is 1 'decoders that misbehave cost pictures'
one_each 'decoder_crashed|timeout|out_of_memory|not_an_image' 'decoders that misbehave'
is "$(jq -r '.error_code // (.embedding | type)' out | paste -d ' ' - expected |
    while read -r got wanted; do
        echo "$got" | grep -q -x -E "$wanted" || echo "$got for $wanted"
    done)" '' 'each costs its own picture, for the right reason'

done_testing
