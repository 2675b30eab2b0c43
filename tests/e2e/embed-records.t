#!/bin/sh
# img-embed's records: every input one line, in order, the same vector however it came.
. "$(dirname "$0")/tap.sh"

P=$ROOT/lib/data/demo/pictures
demo() { run img-embed -q -m demo --no-cache "$@"; }
vectors() { sed 's/.*"embedding":\(\[[^]]*\]\|"[^"]*"\|null\).*/\1/' "${1-out}"; }

demo "$P/green-waves.png" --text 'green waves' "$P/red-circle-on-blue.png"
status_is 0 'pictures and a text work'
json_lines 3 'a record each'
err_is '' 'and nothing on standard error'
like "$(sed -n 1p out)" '^\{"image_path":"[^"]*green-waves.png","image_id":"[0-9a-f]{32}","embedding":\[' 'the path comes first'
like "$(sed -n 2p out)" '^\{"text":"green waves","image_id":"[0-9a-f]{32}","embedding":\[' 'a text takes its place'
is "$(sed -n 1p out | grep -o '"[a-z_]*":' | tr -d '":\n')" \
    'image_pathimage_idembeddingmodel_namemodel_fingerprintpreprocessingprecisiondimensionnormalizedconfidenceprocessing_timecachederrorerror_code' \
    'the keys of a picture, in order'
is "$(sed -n 2p out | grep -o '"[a-z_]*":' | tr -d '":\n')" \
    'textimage_idembeddingmodel_namemodel_fingerprintprecisiondimensionnormalizedconfidenceprocessing_timecachederrorerror_code' \
    'the keys of a text, in order'
like "$(sed -n 1p out)" '"model_name":"demo","model_fingerprint":"[0-9a-f]{16}","preprocessing":"[0-9a-f]{8}","precision":"f32","dimension":64,"normalized":true' 'what was done is named'
cp out three

vectors three | sed -n 3p >want
demo "$P/red-circle-on-blue.png"
vectors >got
same got want 'alone as among neighbours'
run img-embed -q -m demo --no-cache - <"$P/red-circle-on-blue.png"
vectors >got
same got want 'from standard input as from its file'
like "$(cat out)" '^\{"image_path":"-"' 'which is called "-"'
demo -j1 "$P/red-circle-on-blue.png"
vectors >got
same got want 'with one thread'
demo --set parallel_processing=false "$P/red-circle-on-blue.png"
vectors >got
same got want 'one thing after the other'
demo --set batch_size=1 "$P"/*.png "$P/red-circle-on-blue.png"
vectors | tail -n 1 >got
same got want 'in batches of one'
demo --exact "$P/red-circle-on-blue.png"
vectors >got
same got want 'with --exact'

cp "$P/red-circle-on-blue.png" 'name with "quotes" and \slash.jpg'
demo 'name with "quotes" and \slash.jpg'
vectors >got
same got want 'whatever its name says'
like "$(cat out)" '"image_path":"name with \\"quotes\\" and \\\\slash.jpg"' 'the name is escaped'
mv name* "$(printf 'bad\377name')"
demo "$(printf 'bad\377name')"
vectors >got
same got want 'also a name that is not UTF-8'
like "$(cat out)" "\"image_path_base64\":\"YmFk/25hbWU=\"" 'whose bytes are kept'

demo --encoding base64 "$P/red-circle-on-blue.png"
like "$(cat out)" '"embedding":"[A-Za-z0-9+/]{342}=="' '64 float32 in base64'
demo --no-normalize "$P/red-circle-on-blue.png"
like "$(cat out)" '"normalized":false' 'not of length 1'
vectors >got
! cmp -s got want
ok $? 'another vector'

demo --metadata "$P/red-circle-on-blue.png"
like "$(cat out)" '"metadata":\{"image_path":"[^"]*","width":[0-9]+,"height":[0-9]+,"format":"PNG","mode":"RGB","size":1486,' 'metadata when asked for'
demo --metadata --set enable_metadata_extraction=false "$P/red-circle-on-blue.png"
status_is 2 'asked for and forbidden: wrong usage'
demo --debug "$P/red-circle-on-blue.png"
like "$(cat out)" '"debug_logs":\[\{"timestamp":"20[0-9-]*T[0-9:.]*Z","message":"read 1486 bytes"' 'a debug log with --debug'

demo --set min_image_size=1000 "$P/red-circle-on-blue.png"
like "$(cat out)" '"low_quality":true' 'below min_image_size: low quality'
demo --set dimension=64 "$P/red-circle-on-blue.png"
status_is 0 'a dimension that is the model'"'"'s'
demo --set dimension=512 "$P/red-circle-on-blue.png"
status_is 2 'a dimension that is not'
demo --set image_size=144 "$P/red-circle-on-blue.png"
status_is 0 'another image size'
demo --set apply_augmentation=true "$P/red-circle-on-blue.png"
status_is 0 'averaged with the mirror image'
demo --engine gpu --set gpu_device=no-such-device "$P/red-circle-on-blue.png"
status_is 3 'an engine that is not there is an error'
err_like 'GPU' 'that names it'
demo --precision bf16 "$P/red-circle-on-blue.png"
status_is 0 'at bfloat16'
like "$(cat out)" '"precision":"bf16"' 'the record says so'
demo --precision bf16 --engine gpu "$P/red-circle-on-blue.png"
status_is 2 'which is no precision of a GPU'

demo --write-preprocessed seen.png "$P/green-waves.png"
is "$(head -c 8 seen.png | od -An -tx1 | tr -d ' \n')" 89504e470d0a1a0a 'the picture the model sees is a PNG'
demo --write-preprocessed seen/ "$P/green-waves.png" "$P/red-circle-on-blue.png"
is "$(echo seen/*)" 'seen/000001-green-waves.png.png seen/000002-red-circle-on-blue.png.png' 'or one each in a folder'
demo -q --write-preprocessed seen.png "$P/green-waves.png" "$P/red-circle-on-blue.png"
status_is 2 'two pictures do not go into one file'
echo '{"text":"a"}' | run img-embed -m demo --records --write-preprocessed seen.png
status_is 2 'nor do those of records, however many'
mkfifo pipe && ln -s elsewhere.png link
demo --write-preprocessed pipe "$P/green-waves.png"
status_is 3 'what is no regular file is not replaced'
err_like 'pipe: is there and no regular file' 'and named'
[ -p pipe ]
ok $? 'it is still there'
demo --write-preprocessed link "$P/green-waves.png"
[ -L link ]
ok $? 'nor is a link'
demo seen.png
vectors >got
sed -n 1p three | sed 's/.*"embedding":\(\[[^]]*\]\).*/\1/' >want
same got want 'and embeds to the same vector'

# The metadata are img-meta's, from the cache or not.
exif=$ROOT/tests/data/pictures/exif_full.jpg
run img-meta -q "$exif"
jq -S 'del(.image_id, .error, .error_code)' out >want.meta
for round in 1 2; do
    run img-embed -q -m demo --metadata "$exif"
    jq -S .metadata out >got.meta
    same got.meta want.meta "camera and place as img-meta tells them, time $round"
done
like "$(cat out)" '"cached":true' 'the second time without decoding'

run img-embed -q -m demo "$P/green-waves.png" text.txt
like "$(sed -n 1p out)" '"cached":false' 'the first time nothing is in the cache'
vectors | sed -n 1p >got
same got want 'and it changes nothing'
cp "$P/green-waves.png" renamed.png
run img-embed -q -m demo renamed.png "$P/green-waves.png"
is "$(grep -c '"cached":true' out)" 2 'the second time it is, under whatever name'
vectors | sort -u >got
same got want 'the same vector'
run img-embed -q -m demo --no-normalize renamed.png
like "$(cat out)" '"normalized":false.*"cached":true' 'normalised or not'
run img-embed -q -m demo --set auto_orient=false renamed.png
like "$(cat out)" '"cached":false' 'but not preprocessed another way'
run img-embed -q -m demo --write-preprocessed again.png renamed.png
same again.png seen.png 'what the model sees can be written all the same'
done_testing
