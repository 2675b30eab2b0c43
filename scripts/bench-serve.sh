#!/bin/sh
# img-serve beside img-batch: pictures a second for the same pictures, one a request on many
# connections against all in one run; the best of some rounds each, turn by turn. No cache.
#
# usage: scripts/bench-serve.sh [MODEL [CONNECTIONS [REQUESTS [ROUNDS]]]]
#   MODEL  a name or folder; without, a full-size model with seeded weights is made
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
bin=${IMG_BIN:-$root/build/bin}
tools=$(dirname "$bin")/tools
model=${1-}
connections=${2:-64}
requests=${3:-256}
rounds=${4:-3}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export HOME="$work"

if [ -z "$model" ]; then
    model=$work/model
    "$bin/img-model" synth clip-vit-base-patch32 -o "$model" >/dev/null
fi

set -- "$root"/lib/data/demo/pictures/*.png
n=0
while [ "$n" -lt "$requests" ]; do
    for picture in "$@"; do
        [ "$n" -ge "$requests" ] || echo "$picture"
        n=$((n + 1))
    done
done >"$work/list"

# So that the weights are packed before anything is measured.
"$bin/img-embed" -q -m "$model" --no-cache "$1" >/dev/null
"$bin/img-serve" -v -m "$model" --no-cache --listen 127.0.0.1:0 2>"$work/log" &
server=$!
until port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$work/log") && [ -n "$port" ]; do
    kill -0 "$server"
    sleep 0.1
done

greater() {
    awk -v a="$1" -v b="$2" 'BEGIN { print (a > b ? a : b) }'
}

batch=0 serve=0
while [ "$rounds" -gt 0 ]; do
    rounds=$((rounds - 1))
    "$bin/img-batch" -q -m "$model" --no-cache --stats-json "$work/stats" <"$work/list" >/dev/null
    this=$(jq .seconds "$work/stats" | awk -v n="$requests" '{ print n / $1 }')
    batch=$(greater "$batch" "$this")
    this=$("$tools/serveload" -p "$server" 127.0.0.1 "$port" "$connections" "$requests" "$@" |
        sed 's/.*per_second \([0-9.]*\).*/\1/')
    serve=$(greater "$serve" "$this")
done
awk -v b="$batch" -v s="$serve" -v c="$connections" 'BEGIN {
    printf "img-batch %.1f a second, img-serve with %d connections %.1f: %.0f %%\n", b, c, s, 100 * s / b
}'
