#!/bin/sh
# img-decode and its workers: replaced when they are killed, gone when their client is.
. "$(dirname "$0")/tap.sh"

good=$ROOT/lib/data/demo/pictures/red-circle-on-blue.png

# Processes that run img-decode under the process $1; those that have ended do not count.
children() {
    for stat in /proc/[0-9]*/stat; do
        sed -n "s/^\([0-9]*\) (img-decode) [^ZX] $1 .*/\1/p" "$stat" 2>/dev/null
    done
}
# Waits up to $1 tenths of a second until the rest of the words succeed.
within() {
    tenths=$1
    shift
    while ! "$@"; do
        [ "$tenths" -gt 0 ] || return 1
        tenths=$((tenths - 1))
        sleep 0.1
    done
}
records() { [ "$(wc -l <out)" -ge "$1" ]; }
gone() {
    for process in "$@"; do
        [ ! -e "/proc/$process" ] || grep -q ') [ZX] ' "/proc/$process/stat" 2>/dev/null || return 1
    done
}

run img-decode
status_is 2 'by hand it does nothing'
err_is 'img-decode: started by the other img programs, not by hand' 'and says why'

mkfifo list
img-embed -m demo --no-cache --records <list >out 2>err &
client=$!
exec 9>list
ask() { printf '{"image_path":"%s"}\n' "$good" >&9; }
ask
within 200 records 1
ok $? 'a first picture'
team=$(children "$client")
is "$(echo "$team" | wc -w)" 1 'one img-decode'

# shellcheck disable=SC2046 # numbers
kill -9 $(children "$team")
ask
within 200 records 2
ok $? 'a picture after every worker was killed'
is "$(children "$client")" "$team" 'by the same img-decode'

kill -9 "$team"
within 10 gone "$team"
ask
within 200 records 3
ok $? 'a picture after img-decode was killed'
unlike "$(cat out)" '"error":"' 'all of them whole'
is "$(cut -d, -f3- out | sed 's/"processing_time":[^,]*,//; s/"cached":[a-z]*,//' | sort -u | wc -l)" 1 \
    'and the same'
like "$(cat err)" 'img-decode was killed by SIGKILL; it is started again' 'with a warning'

team=$(children "$client")
# shellcheck disable=SC2046,SC2086
workers=$(children $team)
kill -9 "$client"
wait "$client" 2>/dev/null
# shellcheck disable=SC2086
within 30 gone $team $workers
ok $? 'a killed client leaves no process'
exec 9>&-

done_testing
