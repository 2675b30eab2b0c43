#!/bin/sh
# `make install`: what is installed works where it was put and after it was moved; `make uninstall`
# leaves nothing behind.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

build=$(cd "$BUILD_BIN/.." && pwd)
unset MAKEFLAGS MFLAGS MAKELEVEL
picture=$ROOT/lib/data/demo/pictures/red-circle-on-blue.png

run make -C "$ROOT" BUILD="$build" DESTDIR="$PWD/stage" PREFIX=/usr install
status_is 0 'make install works'
for file in bin/img-embed bin/img-model libexec/img-tools/img-decode share/man/man1/img-embed.1 \
    share/man/man7/img-tools.7 share/bash-completion/completions/img-embed \
    share/zsh/site-functions/_img-embed share/fish/vendor_completions.d/img-embed.fish \
    share/img-tools/demo/model.safetensors share/img-tools/clip/merges.txt \
    share/doc/img-tools/LICENSE; do
    [ -f "stage/usr/$file" ]
    ok $? "$file is installed"
done
[ ! -e stage/usr/bin/img-decode ]
ok $? 'img-decode is not where one would type it'

mv stage moved
run env PATH=/usr/bin:/bin moved/usr/bin/img-embed -q "$picture"
status_is 0 'a moved installation finds its decoder and its model'
json_lines 1 'and gives a record'

mv moved stage
run make -C "$ROOT" BUILD="$build" DESTDIR="$PWD/stage" PREFIX=/usr uninstall
status_is 0 'make uninstall works'
is "$(find stage -type f)" '' 'no file is left'
[ ! -e stage/usr/share/img-tools ] && [ ! -e stage/usr/libexec/img-tools ]
ok $? 'nor a folder of ours'

done_testing
