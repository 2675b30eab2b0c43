#!/bin/sh
# img-serve opens nothing but regular files below its root, and connects to nobody it is not to.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"

mkdir -p root/sub secret rootless
picture=$ROOT/lib/data/demo/pictures/green-waves.png
cp "$picture" root/a.png
cp "$picture" root/sub/b.png
cp "$picture" secret/s.png
cp "$picture" rootless/r.png
top=$PWD/root
ln -s a.png root/inside
ln -s ../a.png root/sub/inside
ln -s ../secret/s.png root/out-file
ln -s ../secret root/out-folder
ln -s "$PWD/secret/s.png" root/out-absolute
ln -s "$top/a.png" root/in-absolute
ln -s / root/slash
ln -s .. root/up
ln -s ../.. root/sub/up2
ln -s out-file root/chain
ln -s loop root/loop
ln -s /proc/self/root root/proc-root
ln -s /proc/self/cwd root/proc-cwd
ln -s /proc/self/fd root/proc-fd
ln -s /dev/zero root/zero
mkfifo root/fifo
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "root/socket", Listen => 1) or die; sleep 100' &
socket_pid=$!
device=no
mknod root/device c 1 5 2>/dev/null && device=yes
serve_tries=0
while [ ! -S root/socket ] && [ "$serve_tries" -lt 50 ]; do
    sleep 0.1
    serve_tries=$((serve_tries + 1))
done

# try JSON-STRING NAME: the path is refused, soon and without an embedding.
try() {
    post /api/v1/embeddings/image "{\"image_path\":$1}" --max-time 10
    [ "$code" = 403 ] || [ "$code" = 404 ] || [ "$code" = 422 ] || [ "$code" = 400 ]
    refused=$?
    [ "$refused" -ne 0 ] || [ "$code" = 400 ] || [ "$(field .embedding)" = null ]
    tap_result $? "$2" <<EOF
status $code
$(head -c 300 out)
EOF
}

attempts() {
    try '"../secret/s.png"' '.. at the beginning'
    try '"sub/../../secret/s.png"' '.. on the way'
    try '"sub/.."' '.. at the end'
    try '".."' '.. alone'
    try '"./../secret/s.png"' './..'
    try '"sub/../a.png"' '.. that stays inside'
    try '"....//secret/s.png"' 'four dots'
    try '"..\\secret\\s.png"' 'backslashes'
    try "\"$PWD/secret/s.png\"" 'an absolute path outside'
    try "\"$top/../secret/s.png\"" 'an absolute path that leaves again'
    try "\"${top}less/r.png\"" 'a folder whose name begins like the root'
    try "\"$top\"" 'the root itself'
    try "\"$top/\"" 'the root with a slash'
    try '"/etc/passwd"' '/etc/passwd'
    try '"//etc/passwd"' 'two slashes'
    try '"/proc/self/environ"' '/proc/self/environ'
    try '"/proc/self/root/etc/passwd"' '/proc/self/root'
    try '"/dev/zero"' '/dev/zero'
    try '"/dev/stdin"' '/dev/stdin'
    try '"out-file"' 'a link to a file outside'
    try '"out-folder/s.png"' 'a link to a folder outside'
    try '"out-absolute"' 'an absolute link outside'
    try '"in-absolute"' 'an absolute link inside'
    try '"slash/etc/passwd"' 'a link to /'
    try '"up/secret/s.png"' 'a link to ..'
    try '"sub/up2/secret/s.png"' 'a link to ../..'
    try '"chain"' 'a link to a link outside'
    try '"loop"' 'a link to itself'
    try '"proc-root/etc/passwd"' 'a link to /proc/self/root'
    try '"proc-cwd/secret/s.png"' 'a link to /proc/self/cwd'
    try '"proc-fd/0"' 'a link to /proc/self/fd'
    try '"zero"' 'a link to a device'
    try '"fifo"' 'a FIFO'
    try '"socket"' 'a socket'
    [ "$device" = no ] || try '"device"' 'a device'
    try '"sub"' 'a folder'
    try '"a.png/"' 'a file with a slash'
    try '"a.png/../a.png"' 'a file as a folder'
    try '"a.png\u0000.jpg"' 'a NUL'
    try '"a.png\u000a"' 'a newline'
    try '"\u001b[2Ja.png"' 'an escape'
    try '"%2e%2e/secret/s.png"' 'percent encoding'
    try '"%2e%2e%2fsecret%2fs.png"' 'percent encoding of the slash, too'
    try '"..%00/secret/s.png"' 'an encoded NUL'
    try '"\u2025/secret/s.png"' 'a two dot leader'
    try '"\uff0e\uff0e/secret/s.png"' 'wide dots'
    try '"file:///etc/passwd"' 'a file: URL'
    try '"~/secret/s.png"' 'a tilde'
    # shellcheck disable=SC2016 # no shell is to expand it here, either
    try '"$HOME/secret/s.png"' 'a variable'
    try '"a.png; cat /etc/passwd"' 'a command'
    try '""' 'an empty path'
    try '"."' 'a dot'
    try "\"$(printf '%05000d' 0)\"" 'a very long path'
    try "\"$(printf '%0300d' 0)/a\"" 'a very long name'
    for path in a.png sub/b.png ./a.png sub//b.png "$top/a.png" inside sub/inside; do
        post /api/v1/embeddings/image "{\"image_path\":\"$path\"}"
        [ "$code" = 200 ]
        ok $? "and $path is opened"
    done
    ask '/api/v1/thumbnail?image_path=%2e%2e%2fsecret%2fs.png'
    code_is 403 'thumbnails: encoded in the URL'
    ask '/api/v1/thumbnail?image_path=out-file'
    code_is 403 'thumbnails: a link'
    post /api/v1/metadata '{"image_path":"out-file"}'
    code_is 403 'metadata: a link'
    post /api/v1/search/image '{"query_image_path":"out-file","candidate_image_paths":["a.png"]}'
    code_is 403 'search: a query'
    post /api/v1/search/image '{"query_image_path":"a.png","candidate_image_paths":["out-file"]}'
    is "$(field '.failures[0].error_code')" permission 'search: a candidate'
}

serve_start --root root
attempts
post /api/v1/embeddings/image "{\"image_url\":\"https://example.org/a.png\"}"
code_is 403 'URLs are refused without --allow-url'
serve_stop
kill "$socket_pid"

serve_start
post /api/v1/embeddings/image "{\"image_path\":\"$top/a.png\"}"
code_is 403 'without a root every path is refused'
serve_stop

# With --allow-url: only the public internet. The hub stands for a service of this machine.
serve_start --root root --allow-url
port=${URL##*:}
fetch() {
    post /api/v1/embeddings/image "{\"image_url\":\"$1\"}" --max-time 60
    [ "$code" = 502 ] || [ "$code" = 403 ] || [ "$code" = 400 ]
    tap_result $? "not fetched: $1" <<EOF
status $code
$(head -c 300 out)
EOF
}
served=$(curl -s "$URL/metrics" | grep -c '^img_serve_requests_total{route="/openapi.json"')
for host in 127.0.0.1 localhost 127.1 127.0.0.2 0.0.0.0 0 2130706433 0x7f000001 0177.0.0.1 '[::1]' '[::]' \
    '[::ffff:127.0.0.1]' '[0:0:0:0:0:ffff:7f00:1]' '[::ffff:7f00:1]' '[64:ff9b::7f00:1]' \
    '[2002:7f00:1::]' 'user@127.0.0.1' 'example.org@127.0.0.1' 127.0.0.1. LOCALHOST localhost. \
    ip6-localhost; do
    fetch "http://$host:$port/openapi.json"
done
for url in http://10.0.0.1/ http://172.16.0.1/ http://192.168.0.1/ http://169.254.169.254/latest/meta-data/ \
    'http://[fe80::1]/' 'http://[fd00::1]/' http://100.64.0.1/ http://192.0.2.1/ http://224.0.0.1/ \
    http://255.255.255.255/ http://240.0.0.1/ ftp://example.org/a file:///etc/passwd gopher://127.0.0.1/ \
    dict://127.0.0.1:11211/ http:///x http://; do
    fetch "$url"
done
ask /metrics
is "$(grep -c '^img_serve_requests_total{route="/openapi.json"' out)" "$served" 'the server was never asked by itself'
serve_stop
done_testing
