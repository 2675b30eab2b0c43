#!/bin/sh
# img-sim classify: labels by words and by examples, and into sidecars.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

mkdir photos
cp "$ROOT"/lib/data/demo/pictures/*.png photos/
n=$(find photos -type f | wc -l)
img-batch -q -o pictures.vec photos
printf 'a red circle on blue\ngreen waves\ntwo yellow stars on black\nthree white hearts on red\n' >labels

run img-sim classify -c pictures.vec --labels=labels
status_is 0 'labels of a file'
json_lines "$n" 'a record a picture'
best() {
    jq -r "select(.image_path | endswith(\"$1\")) | .labels[0].label" out
}
is "$(best red-circle-on-blue.png)" 'a red circle on blue' 'a circle is one'
is "$(best green-waves.png)" 'green waves' 'and waves are'
is "$(best two-yellow-stars-on-black.png)" 'two yellow stars on black' 'and stars'
is "$(jq '.labels | map(.score) | add | . > 0.999999 and . < 1.000001' out | sort -u)" true 'scores are shares'
is "$(jq -c '.labels | map(keys_unsorted) | unique' out | sort -u)" '[["label","score","similarity_score"]]' 'with these fields'
scale=$(img-model show --json demo | jq .logit_scale)
is "$(jq --argjson s "$scale" '.labels | ((.[1].score / .[0].score) / (($s * (.[1].similarity_score - .[0].similarity_score)) | exp)) | . > 0.9999 and . < 1.0001' out | sort -u)" \
    true 'by the softmax with the logit scale of the model'
img-embed -q --text 'green waves' >text
is "$(jq -r 'select(.image_path == "photos/green-waves.png") | .labels[0].similarity_score' out)" \
    "$(img-sim search -c pictures.vec --vector=text -k1 | jq .similarity_score)" 'cosines are those of a search'
cp out first
run img-sim classify -c pictures.vec --labels=labels -j1
same out first 'the same with one thread'
run img-batch -r photos
img-sim classify --labels=labels <out >records
same records first 'and from records'

run img-sim classify -c pictures.vec --label='green waves' --label='a circle' --multi --min-score=0.3 -k1
is "$(jq -r 'select(.labels != []) | .image_path' out | head -n 1)" photos/green-waves.png 'each by itself, above a threshold'
is "$(jq '.labels[] | .score == .similarity_score' out | sort -u)" true 'by the cosine'
run img-sim classify -c pictures.vec --label='x	green waves' --label='x	red circle' --label=y --template=ensemble
is "$(jq -r '.labels | length' out | sort -u)" 2 'a label with two texts is one'
run img-sim classify -c pictures.vec --label=a --label=b -k1 --output=tsv
like "$(head -n 1 out)" '^photos/[a-z-]*\.png	[ab]	[01][0-9.e-]*	-*[0-9.e-]*$' 'tab-separated values'
run img-sim classify -c pictures.vec --label=a --output=table
like "$(sed -n 2p out)" '^   1\.0000  a$' 'a table'

# By example.
mkdir -p examples/waves/deep examples/circle
cp photos/green-waves.png examples/waves/deep/
cp photos/red-circle-on-blue.png examples/circle/
run img-sim classify -c pictures.vec --examples=examples -k1
status_is 0 'examples'
is "$(best red-circle-on-blue.png)" circle 'the circle is like the circle'
is "$(best green-waves.png)" waves 'the waves are like the waves'
echo no >examples/waves/note.txt
run img-sim classify -c pictures.vec --examples=examples -k1
status_is 1 'an example that is no picture is told'
mkdir examples/empty
run img-sim classify -c pictures.vec --examples=examples
status_is 2 'a label without a picture'
err_like 'examples/empty: there is no picture' 'is an error'

# What is wrong.
run img-sim classify -c pictures.vec --labels=nowhere
status_is 2 'no such file'
err_like '^img-sim: --labels: nowhere: cannot open: No such file' 'one line, which names it'
printf 'a\n\377\n' >bad
run img-sim classify -c pictures.vec --labels=bad
err_like 'bad: line 2: not UTF-8' 'a line that is no text'
run img-sim classify -c pictures.vec
status_is 2 'no labels'
run img-sim classify -c pictures.vec --label=a --examples=examples
status_is 2 'words and examples'
run img-sim classify -c pictures.vec --label=a --template=nothing
status_is 2 'a template without a place for the text'
echo '{"image_path":"gone","embedding":null,"error":"no","error_code":"not_found"}' >failed
run img-sim classify --label=a <failed
status_is 1 'a record that had failed'
out_is '{"image_path":"gone","labels":null,"error":"no","error_code":"not_found"}' 'has its line'

# Sidecars.
sha() {
    cat photos/*.png | sha256sum
}
before=$(sha)
run img-sim classify -c pictures.vec --labels=labels --write-xmp
status_is 0 'sidecars are written'
is "$(find photos -name '*.png.xmp' | wc -l)" "$n" 'one a picture'
is "$(jq -r 'select(.image_path == "photos/green-waves.png") | .sidecar' out)" photos/green-waves.png.xmp 'and named'
like "$(cat photos/green-waves.png.xmp)" '<rdf:li>green waves</rdf:li>' 'with the best label'
is "$(grep -c '<rdf:li>' photos/green-waves.png.xmp)" 1 'only'
is "$(sha)" "$before" 'no picture is touched'
cp photos/green-waves.png.xmp before.xmp
run img-sim classify -c pictures.vec --labels=labels --write-xmp
same photos/green-waves.png.xmp before.xmp 'again changes nothing'
run img-sim classify -c pictures.vec --label='<&>' --write-xmp
like "$(cat photos/green-waves.png.xmp)" '<rdf:li>&lt;&amp;&gt;</rdf:li>' 'labels are escaped'
is "$(grep -c '<rdf:li>' photos/green-waves.png.xmp)" 2 'and added to what is there'
echo '<broken' >photos/green-waves.png.xmp
run img-sim classify -c pictures.vec --label=x --write-xmp
status_is 1 'a sidecar that is none is left alone'
is "$(cat photos/green-waves.png.xmp)" '<broken' 'as it was'
like "$(jq -r 'select(.error) | .error' out)" 'green-waves\.png\.xmp: not well-formed XML' 'and the record says so'
run img-sim classify -c pictures.vec --label=x --write-xmp --xmp-name=replaced
[ -e photos/green-waves.xmp ]
ok $? 'or they have the other name'
if command -v exiftool >/dev/null 2>&1; then
    is "$(exiftool -s3 -Subject photos/green-waves.xmp)" x 'exiftool reads it'
else
    skip 1 'exiftool is not installed'
fi

done_testing
