#!/bin/sh
# Memory does not grow with the number of inputs: anonymous and shared memory of img-batch and its
# decoders together, at its highest. Until its window of 4096 results has been filled once it does.
#
# BATCH_MEMORY_COUNT sets the larger number of pictures (9000).
. "$(dirname "$0")/tap.sh"

few=4500
many=${BATCH_MEMORY_COUNT-9000}
"$ROOT/build/tools/make-pictures" pictures "$many" 16

# Every thread may have children of its own.
children() {
    cat /proc/"$1"/task/*/children 2>/dev/null
}

# Kilobytes of a process, its children and theirs, now. A child that is not yet img-decode still has
# its parent's memory, which would count twice.
tree_memory() {
    {
        echo "$1"
        for pid in $(children "$1"); do
            case $(readlink "/proc/$pid/exe") in
            *img-decode) echo "$pid" && children "$pid" | tr ' ' '\n' ;;
            esac
        done
    } | while read -r pid; do
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

peak_of 1 >warm # the first run arranges the model's weights, in memory
less=$(peak_of "$few")
more=$(peak_of "$many")
echo "# $few pictures: $less kB, $many pictures: $more kB"
is "$(wc -l <records)" "$many" 'a record for each'
[ $((more * 100)) -le $((less * 105)) ]
ok $? "memory is within 5 % of that for $few"
done_testing
