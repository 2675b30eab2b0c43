#!/bin/sh
# Packed weights in the cache folder: kept, replaced when they are none, left clean.
. "$(dirname "$0")/tap.sh"

good=$ROOT/lib/data/demo/pictures/red-circle-on-blue.png
XDG_CACHE_HOME=$PWD/cache
export XDG_CACHE_HOME
weights=$XDG_CACHE_HOME/img-tools/weights
vector() {
    run img-embed -q -m demo "$good"
    sed 's/.*"embedding":\(\[[^]]*\]\).*/\1/' out
}

mkdir -p "$weights"
touch -d '2 hours ago' "$weights/demo-0123456789abcdef.pack.77.0.part" "$weights/else.part"
touch "$weights/demo-0123456789abcdef.pack.78.0.part"
vector >want
pack=$(echo "$weights"/demo-*.pack)
[ -f "$pack" ]
ok $? 'packed weights are kept'
[ ! -e "$weights/demo-0123456789abcdef.pack.77.0.part" ]
ok $? 'what a killed process left behind goes'
[ -e "$weights/demo-0123456789abcdef.pack.78.0.part" ] && [ -e "$weights/else.part" ]
ok $? 'what another is writing stays, and what is not ours'

inode=$(stat -c %i "$pack")
vector >got
same got want 'they give the same vector'
is "$(stat -c %i "$pack")" "$inode" 'and are not made again'

head -c 5000 "$pack" >short && mv short "$pack"
vector >got
same got want 'cut short, they are made again'
rm "$pack" && mkfifo "$pack"
vector >got
same got want 'and in the place of a FIFO'
[ -f "$pack" ]
ok $? 'which they replace'
rm "$pack" && mkdir "$pack"
run img-embed -m demo "$good"
status_is 0 'a folder in their place costs nothing'
err_like 'packed weights are not kept' 'but a warning'

# Many at once: one packs, the others wait for its file.
rm -r "$pack"
seq 8 | xargs -P8 -I{} sh -c 'img-embed --debug -m demo "$1" 2>said.{} >got.{}' sh "$good"
is "$(cat said.* | grep -c 'packing weights')" 1 'of eight processes one packs'
is "$(cat got.* | sed 's/.*"embedding":\(\[[^]]*\]\).*/\1/' | sort -u | cmp - want && echo same)" same \
    'for all of them'
[ -f "$pack" ]
ok $? 'and keeps it'
done_testing
