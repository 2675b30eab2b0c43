#!/bin/sh
# img-cache: what is in the cache, and dropping the oldest, the too much and the missing.
. "$(dirname "$0")/tap.sh"

IMG_TOOLS_CACHE_DIRECTORY=$PWD/cache
export IMG_TOOLS_CACHE_DIRECTORY
tools=${BUILD-$ROOT/build}/tools

stat_of() {
    img-cache stats --json | jq "$1"
}

run img-cache stats
status_is 0 'a cache that is not there yet'
err_like 'cache/embeddings: there is no cache$' 'is not made by asking'

"$tools/cachefill" cache 0 1000
is "$(stat -c %a cache/embeddings)" 700 'the folder is private'
run img-cache stats --json
json_lines 1 'figures as JSON'
is "$(jq -c '[.contents,.vectors,.facts,.failures,.files,.broken]' out)" '[1000,1000,1000,0,0,0]' \
    'entries are counted by kind'
is "$(jq -c '.models' out)" \
    '[{"model_fingerprint":"0123456789abcdef","preprocessing":"01234567","precision":"f32","dimension":512,"vectors":1000}]' \
    'and vectors by model'
run img-cache stats
like "$(cat out)" '^model +0123456789abcdef  preprocessing 01234567  precision f32  dimension 512  vectors 1000$' \
    'for people, too'

run img-cache export
json_lines 1000 'every vector is a record'
is "$(jq -c 'select(.image_id == "'"$(printf 'picture 7 of 1000' | xxhsum -H2 | cut -c1-32)"'")
    | [.image_path, .model_name, .model_fingerprint, .preprocessing, .precision, .dimension, .normalized, .cached, .error, .metadata, (.embedding | length)]' out)" \
    '[null,null,"0123456789abcdef","01234567","f32",512,false,true,null,null,512]' 'whole, by its image_id'
jq -r .embedding[3] out | sort >array
run img-cache export --encoding=base64 --metadata
jq -r .embedding out | while read -r text; do
    printf '%s' "$text" | base64 -d | od -An -tf4 -j12 -N4 | awk '{ print $1 }'
done | sort >base64
awk '{ printf "%.4f\n", $1 }' array >a
awk '{ printf "%.4f\n", $1 }' base64 >b
same a b 'in base64 the same numbers'
is "$(jq -c '[.metadata.width, .metadata.height, .metadata.format, .metadata.mode]' out | sort -u)" \
    '[32,16,"PNG","RGB"]' 'metadata where it is known'
run sh -c 'img-cache export | head -1 >/dev/null'
err_is '' 'a closed pipe is quiet'

# By age: a thousand of today, and some of long ago.
"$tools/cachefill" cache 1000 500
"$tools/cachefill" cache 2000 300
is "$(stat_of .vectors)" 1800 'older ones beside them'
run img-cache prune --older-than=80d
status_is 0 'those older than eighty days go'
is "$(stat_of '[.contents,.vectors,.facts] | @text')" '"[1500,1500,1500]"' 'and only those'
run img-cache prune --older-than=1y
is "$(stat_of .vectors)" 1500 'nothing is older than a year'

# By size: the oldest first.
run img-cache prune --max-size=4600K --json
status_is 0 'down to a size'
is "$(jq '.bytes_after <= 4600 * 1024 and .contents >= 400' out)" true 'which is kept'
is "$(jq .compacted out)" true 'and the file is no larger'
is "$(stat_of '.disk_bytes <= 4700 * 1024')" true 'on the disk'
run img-cache export
for i in $(seq 0 999); do printf 'picture %d of 1000' "$i" | xxhsum -H2 | cut -c1-32; done >young
left=$(jq -r .image_id out | grep -c -F -f young)
is "$((left == $(wc -l <out) && left > 700))" 1 'what was used lately stays longest, and not much more goes than must'
run img-cache verify
status_is 0 'what is left is sound'
run img-cache prune --max-size=0
is "$(stat_of '[.contents,.vectors,.facts,.files] | @text')" '"[0,0,0,0]"' 'nothing at all'

# What is missing.
mkdir pictures other
for i in 1 2 3 4 5 6; do
    echo "picture $i" >pictures/$i.jpg
done
echo 'elsewhere' >other/7.jpg
touch -d '2020-01-01 00:00:00.5' pictures/* other/*
sleep 0.3
"$tools/cachefill" cache 0 pictures/* other/*
is "$(stat_of '[.files,.vectors] | @text')" '"[7,7]"' 'files are remembered'
rm pictures/1.jpg
mv pictures/2.jpg pictures/two.jpg
echo 'another' >pictures/3.jpg
run img-cache prune --missing pictures other absent
status_is 1 'a folder that is not there'
err_like 'absent' 'is named'
is "$(stat_of .vectors)" 7 'and nothing is dropped'
run img-cache prune --missing pictures other
status_is 0 'what no file below the folders has goes'
# A rename changes a file's ctime: it will be read once more.
is "$(stat_of '[.files,.vectors] | @text')" '"[4,4]"' 'deleted, changed and renamed ones'
run img-cache prune --missing pictures
is "$(stat_of '[.files,.vectors] | @text')" '"[3,3]"' 'what lies elsewhere goes, too'

run img-cache clear
status_is 0 'everything'
is "$(stat_of '[.contents,.vectors,.facts,.files] | @text')" '"[0,0,0,0]"' 'is dropped'

# Wrong usage.
for line in 'prune' 'prune --missing' 'prune --max-size=1G pictures' 'prune --older-than=3' \
    'prune --older-than=-1d' 'prune --older-than=5m' 'prune --max-size=much' 'stats x' \
    'clear --fix' 'burn'; do
    # shellcheck disable=SC2086 # the words are arguments
    run img-cache $line
    status_is 2 "img-cache $line is wrong usage"
done

# Where there cannot be one.
: >plain
IMG_TOOLS_CACHE_DIRECTORY=$PWD/plain run img-cache stats
status_is 3 'no cache, no figures'
err_like 'plain/embeddings' 'and a line that says where'

# Where there is none yet.
IMG_TOOLS_CACHE_DIRECTORY=$PWD/mistyped run img-cache prune --max-size=1G
status_is 0 'nothing to prune'
err_like 'mistyped/embeddings: there is no cache$' 'is said'
is "$(ls -d mistyped 2>&1 | wc -l)$(test -e mistyped && echo made)" 1 'and no cache is made'

done_testing
