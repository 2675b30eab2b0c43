#!/bin/sh
# Memory does not grow with the number of inputs: anonymous and shared memory of img-batch and its
# decoders together, at its highest.
#
# BATCH_MEMORY_COUNT sets the larger number of pictures (6000).
. "$(dirname "$0")/tap.sh"

many=${BATCH_MEMORY_COUNT-6000}
"$ROOT/build/tools/make-pictures" pictures "$many" 16

# Kilobytes of a process and its children, now.
tree_memory() {
    for pid in "$1" $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        echo "$pid"
        for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
            echo "$child"
        done
    done | sort -u | while read -r pid; do
        sed -n 's/^Rss\(Anon\|Shmem\):[^0-9]*\([0-9]*\) kB/\2/p' "/proc/$pid/status" 2>/dev/null
    done | awk '{ sum += $1 } END { print sum + 0 }'
}

# Runs img-batch over the first $1 pictures and prints its peak.
peak_of() {
    find pictures -name '*.ppm' | LC_ALL=C sort | head -n "$1" >list
    img-batch -q -m demo --no-cache <list >records 2>errors &
    pid=$!
    peak=0
    while kill -0 $pid 2>/dev/null; do
        now=$(tree_memory $pid)
        [ "$now" -le "$peak" ] || peak=$now
        sleep 0.05
    done
    wait $pid
    echo "$peak"
}

few=$(peak_of 1000)
more=$(peak_of "$many")
echo "# 1000 pictures: $few kB, $many pictures: $more kB"
is "$(wc -l <records)" "$many" 'a record for each'
[ $((more * 100)) -le $((few * 105)) ]
ok $? 'memory is within 5 % of that for 1000'
done_testing
