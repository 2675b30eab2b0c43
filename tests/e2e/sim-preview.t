#!/bin/sh
# --preview: pictures below the lines of a table, in whatever way is asked for or the terminal has.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

mkdir photos
cp "$ROOT/lib/data/demo/pictures/green-waves.png" "$ROOT/lib/data/demo/pictures/red-circle-on-blue.png" photos/
cp photos/green-waves.png photos/copy.png
img-batch -q -o pictures.vec photos
esc=$(printf '\033')

run img-sim search -c pictures.vec 'green waves' -k1 --output=table --preview=kitty
status_is 0 'a search with pictures'
like "$(sed -n 2p out)" "^${esc}_Ga=T,f=24,s=160,v=160,q=2,m=1;" 'for kitty'
like "$(head -n 1 out)" '^ +1 +0\.[0-9]+  photos/' 'below its line'
run img-sim search -c pictures.vec waves -k1 --output=table --preview=iterm
like "$(cat out)" "^${esc}\]1337;File=inline=1;size=[0-9]+;width=160px;height=160px:/9j/" 'for iTerm2'
run img-sim cluster -c pictures.vec --k=1 --output=table --preview=sixel
is "$(grep -c "^${esc}P0;1;0q\"1;1;160;160" out)" 3 'clusters in sixels'
run img-sim dupes -c pictures.vec --output=table --preview=blocks
is "$(grep -c "^${esc}\[38;5;[0-9]*m${esc}\[48;5;" out)" 32 'copies in half-blocks, sixteen lines each'
COLORTERM=truecolor img-sim dupes -c pictures.vec --output=table --preview=blocks >out
like "$(sed -n 3p out)" "^${esc}\[38;2;[0-9]+;[0-9]+;[0-9]+m" 'of 24 bits where the terminal has them'

run img-sim search -c pictures.vec waves -k1 --preview
json_lines 1 'where there is no terminal there are records'
run img-sim search -c pictures.vec waves -k1 --preview=sixel
status_is 2 'which nothing is drawn into'
run img-sim search -c pictures.vec waves -k1 --output=table --preview
unlike "$(cat out)" "$esc" 'nor is a file drawn into'
run img-sim search -c pictures.vec waves -k1 --output=table --preview=colours
status_is 2 'an unknown way'

# What is gone since is a line without a picture; names do nothing to a terminal.
mv photos/copy.png "photos/$(printf 'a\033[2J\nb.png')"
img-batch -q -o pictures.vec photos
rm photos/red-circle-on-blue.png
run img-sim cluster -c pictures.vec --k=1 --output=table --preview=kitty
status_is 0 'a picture that is gone'
unlike "$(cat out)" "${esc}\[2J" 'a name is shown without its control characters'
like "$(cat out)" 'a\\x1B\[2J\\x0Ab\.png' 'which are spelt out'

done_testing
