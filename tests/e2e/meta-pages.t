#!/bin/sh
# img-meta: pages and frames.
. "$(dirname "$0")/tap.sh"

# Two directories of a TIFF: 4 by 3, then 2 by 5, 8 bits of grey, no data to speak of.
byte() { printf "\\$(printf %03o "$1")"; }
directory() {
    printf '\4\0\0\1\3\0\1\0\0\0' && byte "$1"
    printf '\0\0\0\1\1\3\0\1\0\0\0' && byte "$2"
    printf '\0\0\0\2\1\3\0\1\0\0\0\10\0\0\0\6\1\3\0\1\0\0\0\1\0\0\0'
}
{
    printf 'II*\0\10\0\0\0'
    directory 4 3
    printf '\76\0\0\0'
    directory 2 5
    printf '\0\0\0\0'
} >two.tiff
sizes() { sed 's/.*"width":\([0-9a-z]*\),"height":\([0-9a-z]*\).*/\1x\2/' out | tr '\n' ' '; }

run img-meta two.tiff
like "$(cat out)" '"width":4,"height":3,"format":"TIFF","mode":"L",.*"pages":2,"image_id"' 'the first page'
run img-meta --all-pages two.tiff
status_is 0 'every page'
json_lines 2 'has a record'
is "$(sizes)" '4x3 2x5 ' 'of its own'
like "$(sed -n 2p out)" '"pages":2,"page":1,"image_id"' 'with its number'
run img-meta --set page=1 two.tiff
is "$(sizes)" '2x5 ' 'a page by the configuration'
run img-meta 'two.tiff[1]'
status_is 0 'a page by the name'
err_is '' 'without complaints'
is "$(sizes)" '2x5 ' 'is that page'
like "$(cat out)" '^\{"image_path":"two.tiff\[1\]",' 'which is the path of the record'
run img-meta -q 'two.tiff[2]' 'two.tiff[x]' 'one.tiff[0]'
is "$(sed 's/.*"error_code":"\([a-z_]*\)".*/\1/' out | tr '\n' ' ')" 'no_such_page not_found not_found ' 'pages that are not there'
cp "$ROOT/tests/data/meta/exif_full.jpg" 'two.tiff[1]'
run img-meta 'two.tiff[1]'
is "$(sizes)" '300x200 ' 'a file of just that name wins'
done_testing
