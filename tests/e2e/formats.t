#!/bin/sh
# Formats through the programs: drawings by leave only, cameras' raw files, pages by their names.
. "$(dirname "$0")/tap.sh"
pictures=$ROOT/tests/data/formats
digits() { sed 's/.*"preprocessing":"\([0-9a-f]*\)".*/\1/' out | tr '\n' ' '; }
vectors() { sed 's/.*"embedding":\(\[[^]]*\]\).*/\1/' out; }

run img-meta --formats
status_is 0 'the formats of this machine'
like "$(tr '\n' ' ' <out)" '^JPEG PNG BMP TIFF GIF WEBP .*PPM SVG PDF RAW $' 'a name a line'

run img-embed -q "$pictures/scene.svg" "$pictures/scene.pdf"
status_is 1 'drawings are refused'
is "$(sed 's/.*"error_code":"\([a-z_]*\)".*/\1/' out | tr '\n' ' ')" \
    'unsupported_format unsupported_format ' 'and the records say so'
run img-embed -q --allow svg,pdf "$pictures/scene.svg" "$pictures/scene.pdf"
status_is 0 'unless they are allowed'
err_is '' 'through the fence, without complaints'
json_lines 2 'with a record each'
run img-embed -q --set supported_formats=jpg --allow svg "$pictures/scene.svg" "$pictures/rgb16.png"
status_is 1 'what is allowed comes to what is supported'
run img-meta -q --allow svg "$pictures/scene.svg"
like "$(cat out)" '"width":32,"height":24,"format":"SVG","mode":"RGBA"' 'a drawing has metadata, too'
run img-embed -q --allow tiff,foo "$pictures/scene.svg"
status_is 2 'a format that is none'

# Text is drawn with the machine's fonts; other files are out of reach.
cp "$pictures/rgb16.png" beside.png
svg='<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">'
printf '%s<text x="4" y="40">img</text></svg>' "$svg" >text.svg
printf '%s<rect width="64" height="64" fill="#fff"/></svg>' "$svg" >plain.svg
printf '%s<image width="64" height="64" xlink:href="file://%s/beside.png"/></svg>' "$svg" "$PWD" >steals.svg
run img-embed -q --no-cache --allow svg text.svg plain.svg steals.svg
status_is 0 'drawings with text, and with a picture from elsewhere'
is "$(vectors | sed -n 3p)" "$(vectors | sed -n 2p)" 'which is not there'

run img-embed -q "$pictures/sub_directories.nef" "$pictures/scene.cr3" "$pictures/scene.raf"
status_is 0 'raw files through their previews'
run img-meta -q "$pictures/scene.cr3"
like "$(cat out)" '"format":"RAW".*"camera_info":\{"make":"Script Cameras","model":"R 1"\}.*"orientation":3' \
    'and their cameras'

cp "$pictures/pages.tif" two.tif
for program in img-embed img-batch; do
    run $program -q --no-cache two.tif 'two.tif[0]' 'two.tif[1]'
    status_is 0 "$program: pages by their names"
    vectors >$program.vectors
    is "$(sort -u <$program.vectors | wc -l)" 2 'are two'
    is "$(digits)" "$(digits | sed 's/^\([0-9a-f]*\) [0-9a-f]* /\1 \1 /')" 'and the first is the file'
done
run img-embed -q --no-cache --set page=1 two.tif
is "$(vectors)" "$(sed -n 3p img-embed.vectors)" 'as the configuration names them'
is "$(digits)" "$(run img-embed -q --no-cache 'two.tif[1]' && digits)" 'with the same preprocessing'
run img-embed -q two.tif 'two.tif[1]'
run img-embed -q 'two.tif[1]' two.tif 'two.tif[2]'
is "$(vectors | sed -n 1p)" "$(sed -n 3p img-embed.vectors)" 'pages are told apart in the cache'
is "$(vectors | sed -n 2p)" "$(sed -n 1p img-embed.vectors)" 'and so is the file'
like "$(sed -n 3p out)" '"error":"no page 2, the picture has 2"' 'a page that is not there'

img-batch -q -o pages.vec two.tif 'two.tif[1]'
img-batch -v -o pages.vec two.tif 'two.tif[1]' 2>again
like "$(cat again)" '2 unchanged' 'pages in a collection are known again'
cp "$pictures/rgb16.png" 'two.tif[1]'
run img-meta 'two.tif[1]'
like "$(cat out)" '"format":"PNG"' 'a file of just that name wins'
done_testing
