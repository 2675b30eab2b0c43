#!/bin/sh
# img-sim sheet: a page that stands alone, whatever the records and the files' names are.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

mkdir photos
n=0
for picture in "$ROOT"/lib/data/demo/pictures/*.png; do
    n=$((n + 1))
    cp "$picture" photos/
done
img-meta -q -r photos >records.jsonl

run img-sim sheet -o sheet.html <records.jsonl
status_is 0 'a page is made of metadata records'
out_is '' 'and nothing else is written'
is "$(grep -c '<li class="card' sheet.html)" "$n" 'every picture has a card'
is "$(grep -c 'src="data:image/jpeg;base64,/9j/' sheet.html)" "$n" 'with its thumbnail inlined'
like "$(cat sheet.html)" '<a class="pic[a-z ]*" href="photos/green-waves\.png">' 'linked to beside the page'
unlike "$(sed '/<style>/,/<\/style>/d; /<script>/,/<\/script>/d' sheet.html)" 'https\{0,1\}:' 'it refers to no server'
like "$(cat sheet.html)" "default-src 'none'; img-src data:; style-src 'sha256-[^']*'; script-src 'sha256-" 'its policy lets nothing in'

cp sheet.html first.html
run img-sim sheet -j1 -o sheet.html <records.jsonl
same first.html sheet.html 'the same page again, with one thread, too'
img-sim sheet <records.jsonl >stdout.html
same first.html stdout.html 'and on standard output'

# Files of any name, broken ones, and records of all sorts.
evil='a</script><img src=x onerror=alert(1)>&"'"'"'.png'
cp photos/green-waves.png "$(printf 'photos/\377\n.png')"
mkdir 'photos/a<'
cp photos/green-waves.png "photos/$evil"
echo nothing >photos/broken.jpg
{
    img-meta -q -r photos | jq -c '{image_path, image_path_base64, query: "</title>\u202e", query_index: 0, similarity_score: 0.5, rank: 1}'
    echo '{"image_path":"gone.jpg","error":"no such file","error_code":"not_found"}'
    echo '{"image_path":"caf\ufffd.jpg","image_path_base64":"Y2Fm6S5qcGc=","error":"cut off"}'
    echo '{"text":"<b>words</b>"}'
    echo 'no record'
} >mixed.jsonl
run img-sim sheet -o evil.html --title '<i>&' --thumbnail 64 <mixed.jsonl
status_is 1 'what cannot be shown counts as failed'
err_like 'line [0-9]+: not JSON' 'a line that is no record is named'
err_like 'photos/broken\.jpg: not an image' 'and so is a file that is no picture'
like "$(cat evil.html)" 'href="photos/%FF%0A\.png"' 'a name that is no UTF-8 is linked'
like "$(cat evil.html)" 'href="caf%E9\.jpg"' 'also that of a record that had failed'
unlike "$(cat evil.html)" '<img src=x|<b>words|<i>&|</title>.*</title>' 'and nothing breaks out'
is "$(grep -c '<script>' evil.html)" 1 'there is one script, ours'

run img-sim sheet -o empty.html </dev/null
status_is 0 'no record is a page, too'
like "$(cat empty.html)" 'No pictures\.' 'that says so'

ln -s nowhere.html link.html
run img-sim sheet -o link.html <records.jsonl
status_is 3 'a link is not written through'
err_like 'link\.html: is there and no regular file' 'which is said'
run img-sim sheet -o nowhere/x.html <records.jsonl
status_is 3 'a folder that is not there'
run img-sim sheet x <records.jsonl
status_is 2 'an operand is refused'
mkdir away
run img-sim sheet -o away/sheet.html <records.jsonl
like "$(cat away/sheet.html)" 'href="\.\./photos/green-waves\.png"' 'a page elsewhere refers from there'

if ! command -v chromium >/dev/null 2>&1; then
    skip 6 'chromium is not installed'
    done_testing
fi
# In a browser: with our script only, and as it is after keys. A page of the same kind without its
# policy is given a script that presses them.
browse() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
        --virtual-time-budget=3000 --window-size=1000,800 --dump-dom "file://$PWD/$1" 2>/dev/null
}
browse evil.html >dom
like "$(head -c 300 dom)" '<html lang="en" class="js">' 'the script runs under the policy'
unlike "$(cat dom)" '<img src="x"' 'and no other element is in the page'
is "$(grep -c '<section' dom)" 2 'with all its sections'
cat >keys <<'EOF'
<script>
const press = (key, on) => (on || document.activeElement).dispatchEvent(
    new KeyboardEvent("keydown", {key, bubbles: true}));
const at = () => [...document.querySelectorAll(".pic")].indexOf(document.activeElement);
const seen = [];
press("ArrowRight"); seen.push(at());
press("ArrowRight"); seen.push(at());
press("ArrowDown"); seen.push(at() > 2);
press("ArrowUp"); seen.push(at());
press("End"); seen.push(at());
press("/"); seen.push(document.activeElement.id);
document.activeElement.value = "green WAVES";
document.activeElement.dispatchEvent(new Event("input"));
seen.push(document.querySelectorAll(".card:not([hidden])").length);
press("Escape"); seen.push(document.querySelectorAll(".card:not([hidden])").length);
press("?", document.body); seen.push(document.getElementById("help").open);
document.title = seen.join(" ");
</script>
EOF
grep -v 'http-equiv' sheet.html >keys.html
cat keys >>keys.html
browse keys.html >dom
like "$(cat dom)" "<title>0 1 true 1 $((n - 1)) filter 1 $n true</title>" 'keys work'
like "$(cat dom)" '>green-<wbr>waves\.<wbr>png<' 'names are as they were'
timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
    --no-pdf-header-footer --print-to-pdf="$PWD/sheet.pdf" "file://$PWD/sheet.html" >/dev/null 2>&1
is "$(head -c 5 sheet.pdf)" '%PDF-' 'it prints'

done_testing
