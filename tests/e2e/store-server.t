#!/bin/sh
# Who is talked to: API keys, certificates, and servers that answer nonsense.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/qdrant.sh"
qdrant_here || skip_all 'needs servers of its own'

"$TOOLS/make-records" 5 8 >all || exit 1

# Keys.
qdrant_start key=secret-1
run img-store push <all
status_is 3 'without the key it is status 3'
err_like 'API key' 'and says what the server said'
echo secret-1 >key
run img-store push --api-key-file key <all
status_is 0 'a key from a file'
run env QDRANT_API_KEY=secret-1 img-store info
status_is 0 'a key from the environment'
run env QDRANT_API_KEY=wrong img-store info
status_is 3 'a wrong one is refused'
unlike "$(cat err)" 'wrong' 'and not shown'
: >empty
run img-store info --api-key-file empty
status_is 2 'a file without a key is wrong'
printf 'a\nb: c\n' >two
run img-store info --api-key-file two
status_is 2 'a key cannot bring a header with it'
run img-store info --api-key-file /nowhere
status_is 2 'a file that is not there is wrong'
run env QDRANT_API_KEY=k img-store info --url http://192.0.2.1:6333 --set timeout=1 --set retry_attempts=0
err_like 'unencrypted' 'a key in clear over a network is worth a warning'
qdrant_stop

# Certificates.
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.pem -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 >/dev/null 2>&1
    qdrant_start cert=tls.pem tlskey=tls.key
    IMG_TOOLS_QDRANT_URL=https://127.0.0.1:$qdrant_port
    run img-store push --ca-file tls.pem <all
    status_is 0 'a certificate of one'\''s own'
    run img-store info --set retry_attempts=0
    status_is 3 'which is not trusted otherwise'
    qdrant_stop
else
    skip 2 'openssl is not installed'
fi

# Nonsense. Each answer is given to every request: no crash, and status 3 or 2 but from a command that
# has what it asked for.
deep=$(printf '%0300d' 0 | sed 's/0/[/g')
many=$(printf '%0200000d' 0 | sed 's/0/0,/g')0
answer() {
    printf '%s' "$1" >reply.json
    rm -f "$QDRANT_JOURNAL"
    qdrant_start reply=reply.json
    for command in info pull 'push' 'delete --id 6f9619ff-8b86-d011-b42d-00cf4fc964ff' \
        'delete --where a' 'search --vector [1,0,0,0,0,0,0,0]' alias; do
        # shellcheck disable=SC2086 # words
        timeout 20 img-store $command --set retry_attempts=0 <all >out 2>err
        code=$?
        [ "$code" -eq 3 ] || [ "$code" -eq 2 ] || { [ "$code" -eq 0 ] && [ "${3-}" = "${command%% *}" ]; } || echo "$command: $code: $(cat err)"
        [ "$(wc -c <err)" -lt 2000 ] || echo "$command: a long message"
    done >wrong
    is "$(cat wrong)" '' "$2"
    qdrant_stop
}
answer 'hello' 'no JSON'
answer '{}' 'no result'
answer '{"result":null}' 'no result, either'
answer '[]' 'no object'
answer '{"result":' 'half an answer'
answer "{\"result\":$deep" 'too deep'
answer '{"result":{"config":{"params":{"vectors":{"size":-8,"distance":"Cosine"}}}}}' 'a negative size' info
answer '{"result":{"config":{"params":{"vectors":{"a":{"size":8,"distance":"Cosine"}}}}}}' 'named vectors' info
good='"status":"green","points_count":3,"config":{"params":{"vectors":{"size":8,"distance":"Cosine"}}}'
answer "{\"result\":{$good,\"points\":7}}" 'points that are a number' info
answer "{\"result\":{$good,\"points\":[7]}}" 'a point that is a number' info
answer "{\"result\":{$good,\"points\":[{\"id\":{}}]}}" 'an id that is none' info
answer "{\"result\":{$good,\"points\":[{\"id\":1,\"vector\":[1,\"x\"]}]}}" 'a vector of words' info
answer "{\"result\":{$good,\"points\":[{\"id\":1,\"vector\":[1e999]}]}}" 'a vector of infinities' info
answer "{\"result\":{$good,\"points\":[{\"id\":1,\"vector\":[1],\"payload\":{}}],\"next_page_offset\":1}}" 'pages without end' info
answer "{\"result\":{$good,\"points\":[$many]}}" 'many numbers' info
answer "{\"result\":{$good,\"count\":-1,\"points\":[{\"id\":1}],\"next_page_offset\":\"x\"}}" 'a page of no vectors' info
done_testing
