#!/bin/sh
# Bad input costs its own record and nothing else; the status says so.
. "$(dirname "$0")/tap.sh"

P=$ROOT/lib/data/demo/pictures
good=$P/red-circle-on-blue.png
demo() { run img-embed -m demo "$@"; }
code_is() { # CODE NAME
    is "$(sed -n '1s/.*"error_code":\(null\|"[a-z_]*"\).*/\1/p' out)" "\"$1\"" "$2"
}

demo nowhere.jpg "$good"
status_is 1 'some failed'
json_lines 2 'a record each all the same'
code_is not_found 'absent'
err_is 'img-embed: nowhere.jpg: cannot open: No such file or directory' 'one line on standard error'
like "$(tail -n 1 out)" '"error":null' 'the other worked'
demo -q nowhere.jpg
err_is '' 'quiet with -q'

mkdir folder && mkfifo fifo && : >empty.jpg && echo text >text.jpg && head -c 700 "$good" >cut.png
demo folder
code_is not_a_file 'a folder'
run timeout 10 img-embed -m demo fifo
code_is not_a_file 'a FIFO, without waiting for it'
demo /dev/zero
code_is not_a_file 'a device'
demo empty.jpg
code_is not_an_image 'an empty file'
demo text.jpg
code_is not_an_image 'a text called .jpg'
demo cut.png
code_is truncated 'a picture cut short'
demo --set max_file_size=1000 "$good"
code_is too_large 'over max_file_size'
run img-embed -m demo --set max_file_size=1000 - <"$good"
code_is too_large 'also on standard input'
demo --set max_pixels=100 "$good"
code_is too_many_pixels 'over max_pixels'
demo --set supported_formats=JPEG,tiff "$good"
code_is unsupported_format 'a format that is not wanted'
demo --set supported_formats=JPEG,doc "$good"
status_is 2 'a format that is none'
demo --text "$(printf 'caf\351')"
code_is bad_text 'a text that is not UTF-8'
run img-embed -m demo - </dev/null
code_is not_an_image 'nothing on standard input'
demo --set page=5 "$good"
code_is no_such_page 'a page that is not there'
if [ "$(id -u)" -ne 0 ]; then
    cp "$good" secret.png && chmod 000 secret.png
    demo secret.png
    code_is permission 'a file one may not read'
else
    skip 1 'root reads everything'
fi

demo --set image_size=4096 "$good"
status_is 2 'more patches than anybody could wait for'
err_like 'image_size 4096: must be from 12 to 779' 'are refused'

run img-embed -m demo
status_is 2 'nothing to embed is wrong usage'
run img-embed -m ./absent "$good"
status_is 3 'a model that is not there'
[ ! -s out ]
ok $? 'gives no record'
run img-embed -m some/repo "$good"
status_is 3 'a repository that is not there'
err_like 'img-model fetch some/repo' 'and how to get it'

run sh -c 'img-embed -q -m demo "$1" >/dev/full' - "$good"
status_is 3 'a full disk behind standard output'
err_like 'standard output: No space left on device' 'is named'
run without_fds 1 img-embed -q -m demo "$good"
status_is 3 'standard output closed'
run without_fds 0 img-embed -q -m demo --records
status_is 3 'no list of records to be had'
err_like 'standard input: ' 'is named'
run without_fds '0 2' img-embed -q -m demo "$good"
status_is 0 'standard input and error closed'
run bash -c 'img-embed -q -m demo "$@" | true; echo "${PIPESTATUS[0]}" >piped' - "$P"/*.png "$P"/*.png
is "$(cat piped)" 141 'a reader that went away'
err_is '' 'is no news'

(unset HOME; img-embed -m demo "$good" >out 2>err)
ok $? 'without a home'
is "$(wc -l <out)" 1 'there is the record'
like "$(cat err)" 'img-embed: ' 'and a warning'
HF_TOKEN_PATH=$PWD run img-embed -q -m demo "$good"
status_is 0 'a token that cannot be read is no matter without a hub'
HF_ENDPOINT=nowhere run img-embed -q -m demo "$good"
status_is 0 'nor is an address that is none'
mkdir -p cache && XDG_CACHE_HOME=/proc/nowhere img-embed -m demo "$good" >out 2>err
ok $? 'with a cache folder that cannot be'
like "$(cat err)" 'packed weights are not kept' 'and a warning'
run sh -c 'ulimit -f 4096; XDG_CACHE_HOME=$PWD/limited exec img-embed -m demo "$1"' - "$good"
status_is 0 'where packed weights are larger than a file may be'
err_like 'packed weights are not kept: .*File too large' 'a warning'

# A picture on its way when SIGTERM comes: the records written are whole.
mkfifo slow
(sleep 2; cat "$good") >slow &
img-embed -q -m demo "$good" - <slow >out 2>err &
pid=$!
sleep 1
kill -TERM $pid
wait $pid 2>/dev/null
is $? 143 'SIGTERM ends the program by the signal'
wait
[ "$(tail -c 1 out | od -An -c | tr -d ' ')" = '\n' ] || [ ! -s out ]
ok $? 'with whole records or none'
unlike "$(cat out err)" 'nterrupted' 'and nothing about half a picture'
done_testing
