#!/bin/sh
# img-sim dupes: groups by tier, which picture is kept, and the forms of the report.
. "$(dirname "$0")/tap.sh"

P=$ROOT/lib/data/demo/pictures
TOOLS=$BUILD_BIN/../tools
embed() { run img-batch -q -m demo --no-cache -o "$@"; }

# Copies of five drawings and of two photographs.
"$TOOLS/make-copies" copies "$P/black-cross-top-left.png" "$P/brown-arrow-and-blue-hexagon.png" \
    "$P/orange-triangle-on-grey-bricks.png" "$P/three-white-hearts-on-red.png" \
    "$P/two-yellow-stars-on-black.png" "$ROOT/tests/data/pictures/rgb_420.jpg" \
    "$ROOT/tests/data/pictures/odd_422.jpg"
embed copies.vec -r copies
status_is 0 'copies are embedded'
run img-sim dupes -c copies.vec
status_is 0 'dupes works'
cp out groups
find copies -type f | sort >list
"$TOOLS/score-copies" list <groups >scores 2>missed
like "$(sed -n 1p scores)" '^identical links 7 precision 1.0000 copies 7 recall 1.0000 strangers 0$' \
    'identical files are found, all and only they'
like "$(sed -n 2p scores)" '^same_pixels links 21 precision 1.0000 copies 21 recall 1.0000 strangers 0$' \
    'so are the same pixels in other files'
is "$(awk '$1 == "same_picture" { print ($5 >= 0.98 && $9 >= 0.95) }' scores)" 1 \
    'most copies of a picture are, and few others'
is "$(grep 'no copies' missed | awk '{ split($3, a, /[-\/]/); split($4, b, /[-\/]/); print a[2] == b[2] }' | sort -u)" \
    "$(grep -q 'no copies' missed && echo 1)" 'no picture of something else is called a copy'

run img-sim dupes -c copies.vec
same out groups 'the same again'
run img-sim dupes -j1 -c copies.vec
same out groups 'with one thread, too'
embed other.vec -r copies
run img-sim dupes -c other.vec
same out groups 'and from another collection of the same'
run img-sim dupes --tier=identical -c copies.vec
is "$(wc -l <out)" 7 'one tier'
is "$(grep -c '^{"tier":"identical"' out)" 7 'and no weaker one'
run img-sim dupes --paths0 -c copies.vec
is "$(tr '\0' '\n' <out | sort | uniq -d | wc -l)" 0 'no path is given twice'
tr '\0' '\n' <out | sort >others
run img-sim dupes --tier=same_picture -c copies.vec
sed 's/.*"keeper":"\([^"]*\)".*/\1/' out | sort -u >keepers
grep -o '"image_path":"[^"]*"' out | cut -d '"' -f 4 | sort -u >members
comm -23 members others >kept
is "$(comm -23 kept keepers | wc -l)" 0 'what is not given is kept by its group'
is "$(comm -13 members others | wc -l)" 0 'similar pictures are none of them'
run sh -c 'img-sim dupes -c copies.vec --output=tsv'
is "$(awk -F '\t' 'NF != 8' out | wc -l)" 0 'eight columns'
run img-sim dupes -c copies.vec --output=table
like "$(cat out)" 'copies/[0-9]+-picture-turn90.jpg  \(turned by 270\)' 'a table says how a copy is turned'

# Which one is kept: the largest, then the oldest, then the first.
mkdir keep
cp "$ROOT/tests/data/pictures/rgb_420.jpg" keep/b.jpg
cp keep/b.jpg keep/a.jpg
touch -d 2001-02-03 keep/b.jpg
embed keep.vec -r keep
run img-sim dupes -c keep.vec
like "$(cat out)" '^\{"tier":"identical","keeper":"keep/b.jpg","members":\[\{"image_path":"keep/b.jpg"' \
    'the older of two is kept'
touch -d 2001-02-03 keep/a.jpg
embed keep2.vec -r keep
run img-sim dupes -c keep2.vec
like "$(cat out)" '"keeper":"keep/a.jpg"' 'the first of equally old ones'

# One file under several names, and in several collections, is no copy of itself.
mkdir once
cp "$ROOT/tests/data/pictures/rgb_420.jpg" once/a.jpg
ln -s once link
embed once.vec once/a.jpg
embed once.vec ./once//a.jpg link/a.jpg
embed twice.vec once/a.jpg
run img-sim dupes -c once.vec -c twice.vec --paths0
out_is '' 'a file is no copy of itself'
run img-embed -q -m demo --no-cache once/a.jpg ./once/a.jpg keep/b.jpg
mv out records
run sh -c 'img-sim dupes -q --tier=identical <records'
is "$(grep -o '"image_path":"[^"]*"' out | tr '\n' ' ')" \
    '"image_path":"once/a.jpg" "image_path":"keep/b.jpg" ' 'of records, paths tell'

# A picture of one colour is like nothing else; nor are shapes of different colours.
mkdir flat
for colour in '255 0 0' '0 0 255' '250 0 0'; do
    { printf 'P3 40 40 255\n'; yes "$colour" | head -n 1600; } >"flat/$(echo "$colour" | tr ' ' -).ppm"
done
embed flat.vec -r flat
run img-sim dupes --tier=same_picture --exit-status -c flat.vec
out_is '' 'flat pictures are no copies of each other'
status_is 1 'and --exit-status says that there is nothing'

# Transparency counts: one colour under two shapes.
run img-batch -q -m demo --no-cache -o alpha.vec "$ROOT/tests/data/preprocessing/wide.png" \
    "$ROOT/tests/data/preprocessing/wide_alpha.png" "$ROOT/tests/data/preprocessing/wide.tiff"
run img-sim dupes --tier=same_pixels -c alpha.vec
like "$(cat out)" '"members":\[[^]]*wide.png[^]]*wide.tiff"[^]]*\]\}$' 'the same pixels'
unlike "$(cat out)" 'wide_alpha' 'but not where they are see-through'

# Records on standard input have no hashes.
run img-embed -q -m demo --no-cache keep/a.jpg keep/b.jpg "$P/green-waves.png"
mv out records
run sh -c 'img-sim dupes <records'
like "$(cat err)" '3 of 3 records have no hashes of their pixels' 'a warning says what is missing'
like "$(cat out)" '^\{"tier":"identical","keeper":"keep/a.jpg"' 'identical ones are found all the same'
run sh -c 'img-sim dupes -q --tier=identical </dev/null'
status_is 0 'nothing is no error'
out_is '' 'and gives nothing'
printf '{"image_path":"x","embedding":[1,0],"image_id":7,"picture":{"width":-1,"pixels_hash":"zz","perceptual_hash":[]},"file":3}\n{"image_path":"y","embedding":[1,0],"picture":null}\n' >odd
run sh -c 'img-sim dupes -q <odd'
like "$(cat out)" '^\{"tier":"similar","keeper":"x","similarity_score":1,' 'what makes no sense is not known'
run img-sim dupes photo.jpg
status_is 2 'an operand is an error'
run img-sim dupes -c copies.vec --threshold=2
status_is 2 'so is a cosine that cannot be'

# Chains do not join what is not alike.
awk 'BEGIN { for (i = 0; i < 12; i++) printf "{\"image_path\":\"%d\",\"embedding\":[%.9f,%.9f]}\n", i, cos(i / 4), sin(i / 4) }' >chain
run sh -c 'img-sim dupes -q --threshold=0.9 <chain'
is "$(awk '{ print gsub(/"image_path"/, "") }' out | sort -u)" 2 'a chain is cut into pairs'
printf 'caf\351.jpg' >name
cp "$ROOT/tests/data/pictures/rgb_420.jpg" "keep/$(cat name)"
embed bytes.vec -r keep
run img-sim dupes -c bytes.vec --paths0 --tier=identical
is "$(tr '\0' '\n' <out | grep -a -c "$(cat name)")" 1 'a path that is no UTF-8 comes out as it is'

done_testing
