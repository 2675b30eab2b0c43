#!/bin/sh
# img-serve's search page in a browser, where there is one.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"

command -v chromium >/dev/null || skip_all 'chromium is not installed'
mkdir pics
cp "$ROOT"/lib/data/demo/pictures/*.png pics/
img-batch -q -r pics -o found.vec 2>/dev/null
serve_start --root . -c found.vec
timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
    --virtual-time-budget=8000 --dump-dom "$URL/#q=a%20red%20circle%20on%20a%20blue%20background" \
    >page.html 2>chromium.log
is "$(grep -o 'class="hit"' page.html | wc -l)" 12 'a text finds every picture'
like "$(grep -o 'class="name">[^<]*' page.html | head -n 1)" 'red-circle-on-blue' 'the right one first'
unlike "$(cat chromium.log)" 'Content Security Policy' 'the page keeps to its own policy'
ask /
unlike "$(cat out)" '(src|href)="(https?:)?//' 'nothing comes from elsewhere'
serve_stop
done_testing
