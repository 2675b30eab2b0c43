#!/bin/sh
# img-model check with golden embeddings at hand: do they come out?
. "$(dirname "$0")/tap.sh"

DEMO=$ROOT/lib/data/demo
run img-embed -q -m demo --text x
run img-model check demo
status_is 0 'the demo model gives the embeddings that came with it'
like "$(cat out)" '36 golden embeddings come out, the largest distance [0-9.]+e-0[78]$' 'and says how near'
like "$(cat out)" 'packed weights are sound' 'its packed weights are sound'
run img-model check --json demo
like "$(cat out)" '"packed":true,"golden":36,"golden_distance":[0-9.]+e-0[78],"error":null' 'as JSON'

run img-embed -q -m demo "$DEMO/pictures/green-waves.png" --text 'green waves'
cp out own.jsonl
run img-model check demo --golden own.jsonl
status_is 0 'records of img-embed itself will do'
sed 's/"embedding":\[-*0/"embedding":[1/' own.jsonl >wrong.jsonl
run img-model check demo --golden wrong.jsonl
status_is 3 'a vector that does not come out'
err_like 'wrong.jsonl: line 1: the embedding is .* of its length away' 'is named'
run img-model check demo --golden absent.jsonl
status_is 3 'a file that is not there'

pack=$(echo .cache/img-tools/weights/demo-*.pack)
printf x | dd of="$pack" bs=1 seek=200000 conv=notrunc 2>/dev/null
run img-model check demo
status_is 3 'damaged packed weights'
err_like 'the packed weights are damaged' 'are found'
head -c 100000 "$pack" >short.pack && cp short.pack "$pack"
run img-embed -q -m demo --text 'green waves'
status_is 0 'packed weights cut short are made anew'
is "$(sed 's/.*"embedding":\([^]]*\).*/\1/' out)" "$(sed -n '2s/.*"embedding":\([^]]*\).*/\1/p' own.jsonl)" 'and give the same'
run img-model check demo
status_is 0 'sound again'
done_testing
