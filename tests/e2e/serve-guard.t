#!/bin/sh
# img-serve: who may ask, how much, how slowly; how it starts and how it ends.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"

picture=$ROOT/lib/data/demo/pictures/green-waves.png
cp "$picture" a.png
printf 'a-token-of-some-length\n' >token
chmod 600 token

# Listening where others can reach it.
run img-serve --listen 0.0.0.0:0
status_is 2 'other machines are not answered without a token'
err_like 'token-file' 'and it says what to do'
run img-serve --listen '[::]:0'
status_is 2 'nor by IPv6'
run img-serve --listen nonsense
status_is 2 'an address that is none'
run img-serve --listen 127.0.0.1:99999
status_is 2 'a port that is none'
printf 'short\n' >short
run img-serve --token-file short --listen 127.0.0.1:0
status_is 2 'a token that is too short'
run img-serve word
status_is 2 'a word too many'
run img-serve --listen 127.0.0.1:0 --root none
status_is 2 'a root that is not there'
run img-serve --listen 127.0.0.1:0 -c none.vec
[ "$status" -ne 0 ]
ok $? 'a collection that is not there'

# Hosts and origins.
serve_start --allow-host pictures.example
for host in localhost 127.0.0.1 127.0.0.1:8080 'localhost:1' '[::1]:80' pictures.example; do
    ask /openapi.json -H "Host: $host"
    code_is 200 "Host: $host"
done
for host in evil.example evil.example:8080 127.0.0.1.evil.example localhost.evil.example '' '[::1' \
    'localhost:x' 10.0.0.1; do
    ask /openapi.json -H "Host: $host"
    case $code in 400 | 421) true ;; *) false ;; esac
    ok $? "Host: $host is refused"
done
ask /api/v1/embeddings/image -H 'Origin: http://evil.example' -H 'Content-Type: image/png' \
    --data-binary @a.png
code_is 403 'another site'"'"'s page is refused'
ask /api/v1/embeddings/image -H "Origin: $URL" -H 'Content-Type: image/png' --data-binary @a.png
code_is 200 'our own page is not'
ask /metrics -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors'
code_is 403 'nor what it shows as a picture of its own'
ask / -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate'
code_is 200 'a link from there is followed'
ask / -H "Origin: $URL"
unlike "$(cat head)" 'Access-Control' 'nobody else is allowed in'
like "$(cat head)" "^Content-Security-Policy: default-src 'none'" 'the page is held to itself'

# Limits.
ask /api/v1/embeddings/image -H 'Content-Type: image/png' -H 'Content-Length: 1073741824' \
    --data-binary @a.png
code_is 413 '1 GiB announced'
head -c 31000000 /dev/zero >large
ask /api/v1/embeddings/image -H 'Content-Type: image/png' -H 'Transfer-Encoding: chunked' \
    --data-binary @large
case $code in 413 | 100 | 000) true ;; *) false ;; esac
ok $? 'a body in chunks that is too large'
ask "/healthz?$(printf '%070000d' 0)"
case $code in 4?? | 000) true ;; *) false ;; esac
ok $? 'a head that is too large'
ask /healthz
code_is 200 'and it goes on'
serve_stop

serve_start --max-images 2 --max-requests 1 --max-client-connections 4
post /api/v1/embeddings/text '{"texts":["a","b","c"]}'
code_is 400 'too many inputs'
perl -MIO::Socket::INET -e '
    my @s = map { IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 5) } 1 .. 8;
    my $open = 0;
    for (@s) {
        next unless $_;
        print $_ "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        my $line = <$_>;
        $open++ if defined $line && $line =~ /200/;
    }
    print "$open\n";' "${URL#http://}" >open
is "$(cat open)" 4 'a client keeps four connections and no more'
serve_stop

# Tokens.
serve_start --token-file token
ask /metrics
code_is 401 'no token'
like "$(cat head)" '^WWW-Authenticate: Bearer' 'and how to give one'
for wrong in a-token-of-some-lengt a-token-of-some-length2 A-token-of-some-length '' \
    a-token-of-some-lengtha-token-of-some-length; do
    ask /metrics -H "Authorization: Bearer $wrong"
    code_is 401 "a wrong one: '$wrong'"
done
ask /metrics -H 'Authorization: Basic a-token-of-some-length'
code_is 401 'by another scheme'
ask /metrics -H 'Authorization: Bearer a-token-of-some-length'
code_is 200 'the right one'
post /v1/embeddings '{"model":"demo","input":"x"}' -H 'Authorization: Bearer a-token-of-some-length'
code_is 200 'also as OpenAI'"'"'s clients send it'
for path in / /page.js /page.css /openapi.json /healthz; do
    ask "$path"
    code_is 200 "$path needs none"
done
serve_stop
chmod 644 token
serve_start --token-file token
like "$(cat serve.log)" 'can be read by others' 'a token that others can read'
serve_stop

# A Unix socket.
: >serve.log
img-serve -v --listen unix:api.sock 2>>serve.log &
serve_pid=$!
tries=0
until [ -S api.sock ] && grep -q listening serve.log || [ "$tries" -gt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
is "$(stat -c %a api.sock)" 600 'a Unix socket is its owner'"'"'s alone'
is "$(curl -s --unix-socket api.sock -H 'Host: anything' http://x/healthz | jq -r .status)" ok 'and answers'
run img-serve --listen unix:api.sock
status_is 3 'it is not taken away from a server that uses it'
kill -KILL "$serve_pid"
wait "$serve_pid" 2>/dev/null
[ -S api.sock ]
ok $? '(its file is left behind by a server that was killed)'
: >serve.log
img-serve -v --listen unix:api.sock 2>>serve.log &
serve_pid=$!
tries=0
until grep -q listening serve.log || [ "$tries" -gt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
is "$(curl -s --unix-socket api.sock http://localhost/healthz | jq -r .status)" ok 'the next server takes it over'
serve_stop
[ ! -e api.sock ]
ok $? 'and removes it at the end'

# systemd's sockets and its notifications.
cat >activate.pl <<'P'
use strict; use IO::Socket::INET; use IO::Socket::UNIX; use POSIX;
my $listen = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 0) or die;
my $notify = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => 'notify') or die;
my $port = $listen->sockport;
my $pid = fork // die;
if (!$pid) {
    if (fileno($listen) != 3) { POSIX::dup2(fileno($listen), 3) or die; }
    else { fcntl($listen, 2, 0); }
    $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; $ENV{NOTIFY_SOCKET} = "$ENV{PWD}/notify";
    $^F = 10;
    exec 'img-serve', '-q' or die;
}
$SIG{ALRM} = sub { kill 'KILL', $pid; exit 1 };
alarm 60;
recv $notify, my $first, 100, 0;
print "$first\n";
my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die;
print $c "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
my $line = <$c>;
print $line =~ /200/ ? "answered\n" : "not answered: $line\n";
kill 'TERM', $pid;
recv $notify, my $last, 100, 0;
print "$last\n";
waitpid $pid, 0;
print 'signal ', $? & 127, "\n";
P
perl activate.pl >got 2>err
is "$(tr '\n' ' ' <got)" 'READY=1 answered STOPPING=1 signal 15 ' 'socket activation and notifications'

# SIGTERM: what has begun is answered.
serve_start --root . --no-cache
yes a.png | head -n 200 | jq -cR . | jq -cs '{image_paths: .}' >many.json
curl -s -o drained --max-time 60 -H 'Content-Type: application/json' --data-binary @many.json \
    "$URL/api/v1/embeddings/image/batch" &
curl_pid=$!
sleep 0.3
serve_stop
status_is 143 'SIGTERM ends it'
wait "$curl_pid"
ok $? 'after the answer that had begun was sent'
is "$(jq '[.results[] | select(.embedding)] | length' drained)" 200 'whole'

# When the time is up an answer is not made to look whole: what was not begun says so, or the answer
# breaks off.
yes a.png | head -n 1000 | jq -cR . | jq -cs '{image_paths: .}' >many.json
serve_start --root . --no-cache --drain-seconds 0
curl -s -o drained --max-time 60 -H 'Content-Type: application/json' --data-binary @many.json \
    "$URL/api/v1/embeddings/image/batch" &
curl_pid=$!
sleep 0.2
serve_stop
status_is 143 'SIGTERM ends it at once'
if wait "$curl_pid"; then
    is "$(jq '.results | length' drained)" 1000 'every input has its record'
    is "$(jq -r '.results[-1].error' drained)" 'the server is ending' 'which says why there is no embedding'
else
    skip 2 'the answer broke off'
fi

# A client that is slow but steady does not make its answer pile up: what it has taken is let go.
serve_start --root . --max-images 100000 --listen unix:s.sock
perl -MIO::Socket::UNIX -e '
    my $body = "{\"image_paths\":[" . join(",", ("\"none\"") x 100000) . "]}";
    my $s = IO::Socket::UNIX->new(Peer => "s.sock") or die;
    print $s "POST /api/v1/embeddings/image/batch HTTP/1.1\r\nHost: localhost\r\n",
        "Content-Type: application/json\r\nContent-Length: ", length $body, "\r\n\r\n", $body;
    my ($taken, $first) = (0, 0);
    sub resident { qx(curl -s $ARGV[0]/metrics) =~ /^img_serve_resident_bytes (\d+)/m; $1 }
    while ($taken < 20e6 && defined(my $n = sysread $s, my $x, 32768)) {
        last unless $n;
        $taken += $n;
        select undef, undef, undef, 0.02;
        $first = resident() if !$first && $taken > 6e6;
    }
    my $more = resident() - $first;
    print $taken < 20e6 ? "only $taken bytes\n" : $more < 5e6 ? "flat\n" : "$more bytes more\n";
    ' "$URL" >slow
is "$(cat slow)" flat 'an answer that is taken slowly takes no more and more memory'
serve_stop

# Slow clients: a head that trickles in costs its connection, and nobody else anything.
serve_start
perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0]) or die;
    $SIG{PIPE} = "IGNORE";
    my $begun = time;
    print $s "GET /healthz HTTP/1.1\r\n";
    $s->flush;
    while (time - $begun < 60) {
        sleep 1;
        last unless defined syswrite($s, "X-A: b\r\n");
        vec(my $r = "", fileno($s), 1) = 1;
        if (select($r, undef, undef, 0)) { last unless sysread($s, my $x, 100); }
    }
    my $took = time - $begun;
    print $took > 20 && $took < 45 ? "cut\n" : "after $took s\n";' "${URL#http://}" >slow &
slow_pid=$!
ask /healthz
code_is 200 'others are answered meanwhile'
wait "$slow_pid"
is "$(cat slow)" cut 'a head that trickles in is cut off after 30 seconds'
serve_stop
done_testing
