#!/bin/sh
# Options that change pixels: each is named in the digits, a picture stored in eight ways is one, and
# what a decoder complains of lowers the confidence.
. "$(dirname "$0")/tap.sh"

D=$ROOT/tests/data/preprocessing
demo() { run img-embed -q -m demo --no-cache "$@"; }
field() { sed 's/.*"'"$1"'":\("[^"]*"\|\[[^]]*\]\|[^,}]*\).*/\1/' "${2-out}"; }

demo "$D/wide.png"
field preprocessing >digits
for option in auto_orient=false color_profile=srgb background=#ffffff background=#000000 \
    scale_16bit=false page=0 image_size=96 max_image_size=0 normalize=false convert_to_rgb=false \
    apply_augmentation=true fail_on=none; do
    demo --set "$option" "$D/wide.png"
    status_is 0 "$option works"
    field preprocessing >>digits
done
is "$(sort digits | uniq -d | wc -l)" 1 'each has digits of its own,'
is "$(sed -n 7p digits)" "$(sed -n 1p digits)" 'but for page=0, which is the default'

eight() {
    folder=$1
    run img-embed -q -m demo --no-cache --metadata "$folder"/orientation_[1-8].png
    status_is 0 'the eight orientations work'
    is "$(field embedding | sort -u | wc -l)" 1 'one vector'
    is "$(field orientation | tr '\n' ' ')" '1 2 3 4 5 6 7 8 ' 'eight orientations'
}
eight "$D"
run img-batch -q -m demo --no-cache -o eight.vec "$D"/orientation_[1-8].png
is "$(field pixels_hash eight.vec/records.jsonl | sort -u | wc -l)" 1 'one hash of pixels'
is "$(field perceptual_hash eight.vec/records.jsonl | sort -u | wc -l)" 1 'one hash of looks'
run img-embed -q -m demo --no-cache --set auto_orient=false "$D"/orientation_[1-8].png
is "$(field embedding | sort -u | wc -l)" 8 'eight vectors when orientation is not applied'
if [ -n "$SHARED" ]; then
    eight "$SHARED/golden/images"
else
    skip 3 'the golden pictures are not there'
fi

demo --set color_profile=srgb "$D/wide.png" "$D/nonsense.jpg"
status_is 0 'a profile that is none is no failure'
is "$(awk -v a="$(field confidence | sed -n 1p)" -v b="$(field confidence | sed -n 2p)" \
    'BEGIN { print (b < a) }')" 1 'but lowers the confidence'
demo --set color_profile=srgb "$D/inks.tiff"
field embedding >converted
demo "$D/inks.tiff"
field embedding >ignored
! cmp -s converted ignored; ok $? 'inks with a profile are converted'

demo "$ROOT/tests/data/pictures/rgb_420.jpg"
whole=$(field confidence)
head -c 20000 "$ROOT/tests/data/pictures/rgb_420.jpg" >cut.jpg
demo cut.jpg
status_is 1 'a picture that is cut short fails'
demo --set fail_on=none cut.jpg
status_is 0 'with fail_on=none it does not'
is "$(awk -v a="$whole" -v b="$(field confidence)" 'BEGIN { print (b < a) }')" 1 'but is trusted less'

# What the cache knows of a picture is of it as it was preprocessed.
for size in 224 96 224; do
    run img-batch -q -m demo --set cache_directory=cache --set image_size=$size -o "$size.vec" \
        "$ROOT/tests/data/pictures/rgb_420.jpg"
    status_is 0 "at $size pixels"
    mv "$size.vec/records.jsonl" "last-$size"
    rm -r "$size.vec"
    [ -e first ] || cp last-224 first
done
same first last-224 'the records are the same after others were made'

done_testing
