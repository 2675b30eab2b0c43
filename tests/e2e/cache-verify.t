#!/bin/sh
# img-cache verify: sound caches, flipped bytes, foreign files; use by many at a time.
. "$(dirname "$0")/tap.sh"

IMG_TOOLS_CACHE_DIRECTORY=$PWD/cache
export IMG_TOOLS_CACHE_DIRECTORY
tools=${BUILD-$ROOT/build}/tools
data=cache/embeddings/data.mdb

"$tools/cachefill" cache 0 200
run img-cache verify --json
status_is 0 'a sound cache'
# The 200 have a vector, facts and a note of their use each, and there is the seed.
is "$(jq -c . out)" '{"entries":601,"bad":0,"dropped":0,"damaged":false}' 'has nothing bad'

# A byte in the middle of the seventh picture's vector, which begins with the picture's id.
cp -r cache good
id=$(printf 'picture 7 of 200' | xxhsum -H2 | cut -c1-32 | sed 's/../\\x&/g')
at=$(grep -obUaP "$id" "$data" | head -1 | cut -d: -f1)
[ -n "$at" ]
ok $? 'there is a vector to break'
printf 'Z' | dd of="$data" bs=1 seek=$((at + 200)) conv=notrunc 2>dd.log
run img-cache verify
status_is 1 'a flipped byte is found'
like "$(cat out)" '^bad +1$' 'and counted'
is "$(img-cache stats --json | jq .broken)" 1 'also by stats'
is "$(img-cache export | wc -l)" 199 'it is not exported'
run img-cache verify --fix --json
status_is 1 'it is dropped'
is "$(jq -c '[.bad,.dropped]' out)" '[1,1]' 'when asked'
run img-cache verify
status_is 0 'then all is well'

# Structure.
rm -rf cache && cp -r good cache
head -c 100000 good/embeddings/data.mdb >"$data"
run img-cache stats
status_is 0 'a truncated cache does not stop anybody'
err_like 'moved to .*embeddings\.aside-1' 'it is moved aside, with a warning'
[ -s cache/embeddings.aside-1/data.mdb ]
ok $? 'and is still there'
rm -rf cache && cp -r good cache
echo 'Dear diary' >"$data"
run img-cache verify
err_like 'not a cache.s file|ends within' 'so is a foreign file'
status_is 0 'and the new one is sound'

# Many at a time.
rm -rf cache
seq 8 | xargs -P4 -I{} sh -c "\"$tools/cachefill\" cache 0 {}00 && img-cache verify -q >/dev/null" 2>err
is "$?$(cat err)" 0 'programs that come and go'
is "$(img-cache stats --json | jq .vectors)" 3600 'lose nothing'
run img-cache verify
status_is 0 'and leave it sound'

# Beside somebody who has it open the file keeps its size.
mkfifo hold
img-cache export >hold &
exec 3<hold
head -c 1 <&3 >/dev/null
run img-cache clear --json
status_is 0 'clearing beside a reader'
is "$(jq .compacted out)" false 'leaves the file as large'
err_like 'other programs use the cache' 'and says so'
exec 3<&-
wait
run img-cache clear --json
is "$(jq .compacted out)" true 'afterwards it shrinks'
is "$(img-cache stats --json | jq '.disk_bytes < 100000')" true 'to next to nothing'

done_testing
