#!/bin/sh
# img-sim search with a real vision transformer: the neighbours of photographs are of their kind.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"
[ -n "$SHARED" ] || skip_all 'the folder with photographs is not there'

model=$SHARED/models/vit_tiny_patch16_224
photos=$SHARED/images/imagenet-sample
run img-batch -q -m "$model" -o photos.vec "$photos"
status_is 0 'two hundred photographs'
find "$photos" -type f | LC_ALL=C sort >queries
run img-sim search -q -m "$model" -c photos.vec --queries queries -k 1 -o tsv
is "$(awk -F '\t' '$3 == $5 && $2 > 0.999999' out | wc -l)" 200 'each finds itself'
run img-sim search -q -m "$model" -c photos.vec --queries queries -k 1 --exclude-self -o tsv
is "$(awk -F '\t' '$3 != $5' out | wc -l)" 200 'and without itself another one'

# WordNet's numbers: n01 and n02 are animals, n03 and n04 are things that were made.
awk -F '\t' 'function kind(path) {
    sub(/.*\//, "", path)
    path = substr(path, 1, 3)
    return path == "n01" || path == "n02" ? "animals" : path == "n03" || path == "n04" ? "things" : "others"
}
{ all[kind($5)]++; same[kind($5)] += kind($3) == kind($5) }
END { for (k in all) print k, same[k], all[k] }' out | sort >kinds
sed 's/^\([a-z]*\) \(.*\) \(.*\)$/# the nearest of \3 \1 is one of them for \2/' kinds
is "$(awk '$1 != "others" && $2 / $3 < 0.65' kinds)" '' 'most neighbours are of the same kind'

run img-sim search -c photos.vec "$(head -n 1 queries)"
status_is 3 'the model is not found by its name'
err_like 'its model vit_tiny_patch16_224 \(fingerprint [0-9a-f]{16}\) is not installed: name its folder with --model' \
    'which says what to do'
run img-sim search -m demo -c photos.vec "$(head -n 1 queries)"
status_is 2 'another model'
err_like 'of model vit_tiny_patch16_224, fingerprint [0-9a-f]{16}; the model here is demo, fingerprint' \
    'is no answer'
run img-sim search -m "$model" -c photos.vec 'a fish'
status_is 1 'a model without texts'
err_like 'no text tower' 'says so'
done_testing
