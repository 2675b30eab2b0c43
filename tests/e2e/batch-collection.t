#!/bin/sh
# img-batch -o: a collection that is valid at every moment, continued, mirrored and compacted.
. "$(dirname "$0")/tap.sh"

TOOLS=$ROOT/build/tools
collect() { run img-batch -q -m demo -r many -o vec --stats-json stats "$@"; }
stat_of() { sed "s/.*\"$1\":\([0-9]*\).*/\1/" stats; }
valid() {
    run "$TOOLS/check-collection" "$1"
    status_is 0 "$2"
}

"$TOOLS/make-pictures" many 300 16
echo 'no picture' >many/000/notes.txt
sleep 0.2 # what is younger than 100 ms is read again the next time
collect
status_is 1 'one input failed'
out_is '' 'standard output stays empty'
valid vec 'the collection is valid'
is "$(wc -l <vec/records.jsonl)" 300 'a line for each picture'
is "$(wc -c <vec/vectors.f32)" $((300 * 64 * 4)) 'a row for each line'
is "$(wc -l <vec/failures.jsonl)" 1 'what failed is listed'
unlike "$(sed -n 1p vec/records.jsonl)" '"(embedding|processing_time|cached)"' 'nothing in a line varies from run to run'
like "$(sed -n 1p vec/records.jsonl)" '"file":\{"size":[0-9]+,"mtime_ns":[0-9]+,"ctime_ns":[0-9]+,"dev":[0-9]+,"ino":[0-9]+\}' 'the file is described'
run img-batch -q -m demo --no-cache -r --format f32 -o v.f32 --exclude notes.txt many
same v.f32 vec/vectors.f32 'the vectors are img-batch'"'"'s own'
cp -r vec first

collect
is "$(stat_of unchanged) $(stat_of files_read) $(stat_of encoded)" '300 0 0' 'the second run reads and encodes nothing'
same vec/vectors.f32 first/vectors.f32 'the same vectors'
same vec/records.jsonl first/records.jsonl 'the same records'

run img-batch -q -m demo -r many -o vec --stats-json stats --retry-failed
is "$(stat_of files_read) $(stat_of failed)" '1 1' 'what is broken is tried again when asked for'

# Renamed: known by the stamp. Copied: known by its bytes. Changed: encoded anew.
mv many/001/000100.ppm many/001/renamed.ppm
cp many/002/000200.ppm many/002/copy.ppm
cp many/000/000000.ppm many/000/000001.ppm
sleep 0.2
collect
is "$(stat_of encoded)" 0 'nothing is encoded whose bytes are known'
is "$(stat_of worked)" 3 'what moved, was copied or changed has a new row'
valid vec 'still valid'
is "$(wc -l <vec/records.jsonl)" 303 'rows are appended'
is "$(wc -c <vec/dropped.u32)" 4 'and the one that changed is dropped'
collect --mirror
is "$(wc -c <vec/dropped.u32)" 8 'mirroring drops the one that went'
valid vec 'still valid'
run img-batch --compact -o vec
status_is 0 'compacting alone'
valid vec 'leaves it valid'
is "$(wc -l <vec/records.jsonl)" 301 'without dropped rows'
collect --mirror
is "$(stat_of unchanged)" 301 'and known as before'

run img-batch -q -m demo -r many -o vec --set auto_orient=false --stats-json stats
is "$(stat_of unchanged) $(stat_of worked)" '0 301' 'preprocessed another way, all is embedded anew'
valid vec 'and replaces what was there'
collect
is "$(stat_of unchanged) $(stat_of worked)" '0 301' 'and so again'

cp -r many among
run img-batch -q -m demo -r among -o among/vec --skip-non-images
run img-batch -q -m demo -r among -o among/vec --skip-non-images --stats-json stats
is "$(stat_of inputs) $(stat_of left_out)" '302 1' 'a collection among its pictures is no input'

run img-batch -q -m demo --no-normalize -r many -o vec
status_is 2 'embeddings of another kind do not mix'
err_like 'normali[sz]' 'and it says why'
run img-batch -q -m demo -r many -o many/000/notes.txt
status_is 3 'a file in its place'

# Killed again and again, it ends as if nothing had been.
"$TOOLS/make-pictures" lots 1200 16
run img-batch -q -m demo --no-cache -r lots -o whole
kills=0
while [ $kills -lt 25 ]; do
    # The moments come from the count, so that every run has the same: early ones for fast machines,
    # later ones for slow.
    moment=$(printf '0.%02d' $((5 + kills * 7 % 16 + kills)))
    timeout -s KILL "$moment" img-batch -q -m demo --no-cache -r lots -o killed >killed.out 2>&1
    [ $? -eq 137 ] || break
    kills=$((kills + 1))
    if [ -e killed/collection.json ]; then
        "$TOOLS/check-collection" killed >checked 2>&1 || { cat checked; break; }
    fi
done
echo "# killed $kills times, $(wc -l <killed/records.jsonl) rows by then"
[ $kills -gt 2 ]
ok $? 'it was killed'
run img-batch -q -m demo --no-cache -r lots -o killed
valid killed 'the collection is valid after all of that'
same killed/vectors.f32 whole/vectors.f32 'the same vectors as undisturbed'
same killed/records.jsonl whole/records.jsonl 'and the same records'

img-batch -q -m demo --no-cache -r lots -o termed >termed.out 2>&1 &
pid=$!
sleep 0.4
kill -TERM $pid
wait $pid 2>/dev/null
run img-batch -q -m demo --no-cache -r lots -o termed
same termed/vectors.f32 whole/vectors.f32 'SIGTERM and continued: the same vectors'
same termed/records.jsonl whole/records.jsonl 'and records'

# Decoders, and img-decode itself, killed while the job runs: nothing is lost and nothing is other.
img-batch -q -m demo --no-cache -r lots -o hunted >hunted.out 2>&1 &
pid=$!
hunts=0
while kill -0 $pid 2>/dev/null; do
    hunts=$((hunts + 1))
    for team in $(cat /proc/$pid/task/*/children 2>/dev/null); do
        # shellcheck disable=SC2046 # numbers
        kill -9 $(cat "/proc/$team/task/$team/children" 2>/dev/null) 2>/dev/null
        [ $((hunts % 3)) -ne 0 ] || kill -9 "$team" 2>/dev/null
    done
    sleep 0.1
done
wait $pid
is $? 0 'it worked all the same'
echo "# $hunts times"
same hunted/vectors.f32 whole/vectors.f32 'the same vectors'
same hunted/records.jsonl whole/records.jsonl 'and records'

if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=200k tmpfs small 2>/dev/null; then
    run img-batch -q -m demo --no-cache -r lots -o small/vec
    status_is 3 'a disk that fills up is an error'
    err_like 'No space left on device' 'that says so'
    valid small/vec 'the collection keeps what it has'
    mount -o remount,size=4m small
    run img-batch -q -m demo --no-cache -r lots -o small/vec
    same small/vec/vectors.f32 whole/vectors.f32 'and is continued when there is room'
    umount small
else
    skip 4 'a small file system cannot be mounted here'
fi
done_testing
