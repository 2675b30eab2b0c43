#!/bin/sh
# img-meta: a metadata record for each input, in order, whatever it is.
. "$(dirname "$0")/tap.sh"

D=$ROOT/tests/data
cp "$D/meta/exif_full.jpg" a.jpg
cp "$D/meta/exif_nonsense.jpg" b.jpg
echo 'no picture' >c.txt
run img-meta a.jpg c.txt gone.jpg b.jpg
status_is 1 'some failed'
json_lines 4 'a record each'
is "$(sed -n 1p out)" '{"image_path":"a.jpg","width":300,"height":200,"format":"JPEG","mode":"RGB","size":18297,"dpi":[300,240],"creation_date":"2025-12-31T23:59:58.123+05:30","modification_date":"2026-03-01T12:30:45+05:30","camera_info":{"make":"?n?corn Cameras","model":"Model 7","lens":"85mm f/1.4","f_number":2.8,"exposure_time":0.004,"iso":640,"focal_length":85,"focal_length_35mm":127,"software":"img-tools test"},"gps_info":{"latitude":-33.859833333333334,"longitude":151.2111111111111,"altitude":58.4,"timestamp":"2025-12-31T18:29:58+00:00"},"orientation":1,"icc_profile":false,"has_alpha":false,"pages":1,"image_id":"e8ee9703b61386845ff2198e441bf1f6","error":null,"error_code":null}' 'everything the file holds'
like "$(sed -n 2p out)" '^\{"image_path":"c.txt","width":null.*"size":11,.*"image_id":"[0-9a-f]{32}","error":"not an image","error_code":"not_an_image"\}$' 'not a picture'
like "$(sed -n 3p out)" '"size":null,.*"image_id":null,"error":"[^"]+","error_code":"not_found"\}$' 'not there'
like "$(sed -n 4p out)" '"dpi":null,"creation_date":null,"modification_date":"20[^"]*\+00:00","camera_info":null,"gps_info":null,"orientation":null' 'nonsense is null'
err_like 'c.txt: not an image' 'and a line for people'

run img-meta --debug b.jpg
like "$(cat out)" '"debug_logs":\[\{"timestamp":"20[^"]*","message":"latitude is not a number"\},' 'why it is null'
run img-meta --extended a.jpg
like "$(cat out)" '"extended":\{"exif":\{.*"ExposureTime":\{"value":0.004,"text":"1/250 sec."\}' 'everything else'
run img-meta - <a.jpg
like "$(cat out)" '^\{"image_path":"-","width":300,.*"image_id":"e8ee9703b61386845ff2198e441bf1f6"' 'bytes on standard input'

head -c 2000 a.jpg >cut.jpg
run img-meta cut.jpg
status_is 0 'no pixel is decoded, so none is missed'
like "$(cat out)" '"width":300,.*"size":2000,.*"model":"Model 7"' 'in a file that is cut short'

mkdir -p tree/deep
cp a.jpg tree/z.jpg
cp a.jpg tree/deep/b.jpg
cp c.txt tree/n.txt
run img-meta -r tree
json_lines 3 'every file below a folder'
is "$(sed 's/{"image_path":"\([^"]*\)".*/\1/' out | tr '\n' ' ')" 'tree/deep/b.jpg tree/n.txt tree/z.jpg ' 'in order'
run img-meta -q --skip-non-images -r tree
status_is 0 'what is no picture may be left out'
json_lines 2 'then it has no record'
run img-meta -q tree
like "$(cat out)" '"error_code":"not_a_file"' 'a folder without -r'

printf 'a.jpg\n\ntree/z.jpg\n' >list
run img-meta <list
json_lines 2 'a list of lines'
printf 'a.jpg\0tree/z.jpg\0' >list
run img-meta -0 <list
json_lines 2 'a list of names that end in NUL'
run img-meta </dev/null
status_is 0 'an empty list is success'
out_is '' 'and nothing'

for _ in 1 2 3 4 5 6 7 8 9; do printf 'a.jpg\nc.txt\nb.jpg\ntree/z.jpg\n'; done >list
img-meta -q -j1 <list >one
img-meta -q -j4 <list >four
same one four 'the order does not depend on -j'

run img-meta --formats
like "$(tr '\n' ' ' <out)" '^JPEG PNG BMP TIFF GIF WEBP ' 'the formats that are read here'
run img-meta --records a.jpg
status_is 2 'records and operands contradict each other'
run img-meta --set enable_metadata_extraction=false a.jpg
status_is 2 'nothing to do'
run img-meta -q --set supported_formats=png a.jpg
like "$(cat out)" '"error_code":"unsupported_format"' 'formats that are not wanted'
done_testing
