#!/bin/sh
# img-serve under many connections at once, four of ten requests bad: malformed JSON, truncated
# pictures, bombs, heads and bodies that do not end, 1 GiB announced, clients that leave. Every good
# request is right, the memory stays flat, and nobody dies. IMG_TEST_REQUESTS=10000 for all of it.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"

load=$(dirname "$BUILD_BIN")/tools/serveload
[ -x "$load" ] || skip_all 'serveload is not built'
requests=${IMG_TEST_REQUESTS:-600}

serve_start --no-cache --max-client-connections 1000 --max-connections 2000 --drain-seconds 5
# shellcheck disable=SC2154 # serve.sh sets it
decoders=$(pgrep -P "$serve_pid" | head -1)
port=${URL##*:}
run timeout "${TEST_SECONDS:-600}" "$load" -b 40 -p "$serve_pid" 127.0.0.1 "$port" 64 "$requests" \
    "$ROOT"/lib/data/demo/pictures/*.png
status_is 0 'every answer is right'
echo "# $(cat out)"
like "$(cat out)" "good $((requests * 60 / 100)) bad $((requests * 40 / 100)) wrong 0 " 'to every request'
if [ "$requests" -ge 5000 ]; then
    # From a third of the way on.
    ok "$(sed 's/.*rss_kib //' out | awk '{ print !($2 <= $1 * 1.05) }')" 'the memory is flat'
fi
ask /healthz
code_is 200 'it is healthy'
is "$(pgrep -P "$serve_pid" | head -1)" "$decoders" 'with the decoders it began with'
serve_stop
status_is 143 'and ends in peace'

# More at a time than it takes.
serve_start --no-cache --max-requests 4
run timeout "${TEST_SECONDS:-600}" "$load" 127.0.0.1 "${URL##*:}" 32 64 "$ROOT"/lib/data/demo/pictures/*.png
status_is 0 'who is turned away by 429 is answered later'
ask /metrics
like "$(cat out)" '^img_serve_turned_away_total [1-9]' '(some were)'
serve_stop
done_testing
