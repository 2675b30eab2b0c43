#!/bin/sh
# img-sim dupes on copies of real photographs, and on pictures taken a moment later, which are none.
# IMG_TEST_PICTURES says how many photographs; make check-full takes all 200.
. "$(dirname "$0")/tap.sh"

[ -n "$SHARED" ] || skip_all 'the reference photographs are not there'
TOOLS=$BUILD_BIN/../tools
find "$SHARED/images/imagenet-sample" -type f | sort | head -n "${IMG_TEST_PICTURES-6}" >photographs
xargs "$TOOLS/make-copies" copies <photographs
find copies -type f | sort >list
run img-batch -q -m "$SHARED/models/vit_tiny_patch16_224" --no-cache -o copies.vec -r copies
status_is 0 'copies are embedded'
run img-sim dupes --tier=same_picture -c copies.vec
status_is 0 'dupes works'
"$TOOLS/score-copies" list <out >scores 2>missed
sed 's/^/# /' scores
for tier in identical same_pixels same_picture; do
    is "$(awk -v tier=$tier '$1 == tier { print ($5 >= 0.98) }' scores)" 1 "$tier: precision"
    is "$(awk -v tier=$tier '$1 == tier { print ($9 >= 0.98) }' scores)" 1 "$tier: recall"
done
is "$(grep 'no copies' missed | awk '{ split($3, a, /[-\/]/); split($4, b, /[-\/]/); if (a[2] != b[2]) print }')" '' \
    'no two different photographs are called copies'

done_testing
