#!/bin/sh
# engine=remote: a server embeds, in three dialects, and fails in many ways; img-embed, img-batch and
# img-sim go through it, and nothing else ever computes.
. "$(dirname "$0")/tap.sh"

command -v jq >/dev/null 2>&1 || skip_all 'jq is not installed'
LOG=$TAP_FOLDER/remote.log
unset -v http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY _none

# remote_start SHAPE [FAULT…]: programs find the server by the environment.
remote_start() {
    rm -f remote.hold remote.port
    : >"$LOG"
    mkfifo remote.hold || exit 1
    remote_shape=$1
    shift
    "$(dirname "$BUILD_BIN")/tools/remoted" "$remote_shape" "$LOG" "$@" <remote.hold >remote.port &
    remote_pid=$!
    exec 8>remote.hold
    remote_tries=0
    while [ ! -s remote.port ] && [ "$remote_tries" -lt 100 ]; do
        sleep 0.05
        remote_tries=$((remote_tries + 1))
    done
    CLIP_OLLAMA_ENDPOINT=http://127.0.0.1:$(cat remote.port)
    IMG_TOOLS_REMOTE_API=$remote_shape
    export CLIP_OLLAMA_ENDPOINT IMG_TOOLS_REMOTE_API
}

remote_stop() {
    exec 8>&-
    wait "$remote_pid"
}

requests() {
    grep -c . "$LOG"
}

# A picture of N bytes, as far as the stand-in and its client look at it.
picture() {
    printf 'P6\n1 1\n255\n%*s' $(($2 - 11)) x >"$1"
}

remotely() {
    program=$1
    shift
    run "$program" --engine=remote --set retry_delay=0.01 "$@" 8>&-
}

mkdir photos
for i in 1 2 3 4 5 6 7 8 9; do
    picture photos/$i.ppm $((20 + i))
done

# The three dialects: each input its own vector, in order.
for shape in img-serve ollama openai; do
    remote_start "$shape"
    remotely img-embed --no-cache --no-normalize photos/1.ppm --text=four photos/2.ppm --text=sixsix
    status_is 0 "$shape: pictures and texts"
    is "$(jq -c '.embedding[0]' out | tr '\n' ' ')" '21 4 22 6 ' "$shape: each has its own vector"
    remotely img-embed --no-cache --no-normalize --set remote_api=auto photos/1.ppm --text=four
    is "$(jq -c '.embedding[0]' out | tr '\n' ' ')" '21 4 ' "$shape: found out by asking"
    is "$(jq -r '.precision' out | sort -u)" remote "$shape: the precision is remote"
    remotely img-embed --no-cache photos/1.ppm
    is "$(jq '.embedding | map(. * .) | add | . > 0.999999 and . < 1.000001' out)" true \
        "$shape: of length 1 unless asked otherwise"
    remote_stop
done

# What the server says of its model goes into the records; what it does not say is null.
remote_start img-serve
remotely img-embed photos/1.ppm
is "$(jq -c '[.model_name,.model_fingerprint,.preprocessing,.confidence,.cached]' out)" \
    '["stand-in","00112233445566aa","0123abcd",0.75,false]' 'the record has what the server said'
asked=$(requests)
remotely img-embed photos/1.ppm
is "$(jq -c '[.cached,.embedding == $first.embedding]' --argjson first "$(cat out)" out)" \
    '[true,true]' 'the second time it comes from the cache'
is "$(requests)" $((asked + 1)) 'and only the server'"'"'s model was asked about'
remotely img-embed -m other photos/1.ppm
status_is 3 'another model than was asked for is status 3'
err_like "the server's model is stand-in, not other" 'and says so'
out_is '' 'with no record'
remotely img-embed --fingerprint=0123456789abcdef photos/1.ppm
status_is 3 'so is another fingerprint than the pinned'
remotely img-embed --set dimension=512 photos/1.ppm
status_is 3 'and another dimension'
remotely img-embed --metadata photos/1.ppm "$ROOT/tests/data/formats/rgb.jpg"
is "$(jq -c '.metadata.format' out | tail -n 1)" '"JPEG"' 'metadata is read here'
remote_stop

remote_start ollama
remotely img-embed photos/1.ppm
is "$(jq -c '[.model_name,.model_fingerprint,.preprocessing,.confidence]' out)" \
    '["clip-vit-base-patch32",null,null,null]' 'what Ollama does not say is null'
remotely img-embed photos/1.ppm
is "$(jq .cached out)" false 'a model without a fingerprint has no cache'
remotely img-batch photos -o nameless
status_is 2 'nor a collection'
remotely img-embed --fingerprint=0123456789abcdef photos/1.ppm
is "$(jq -r .model_fingerprint out)" 0123456789abcdef 'unless it is pinned'
remotely img-embed --fingerprint=0123456789abcdef photos/1.ppm
is "$(jq .cached out)" true 'then the cache is used'
remote_stop

# Collections: continued where they stopped; searched through the same server.
remote_start openai slow=20
remotely img-batch --fingerprint=0123456789abcdef --no-cache photos -o collection
status_is 0 'img-batch writes a collection'
is "$(jq .count collection/collection.json)" 9 'of all pictures'
asked=$(requests)
picture photos/9.ppm 40
remotely img-batch --fingerprint=0123456789abcdef --no-cache photos -o collection
is "$(requests)" $((asked + 2)) 'and asks again only for the one that changed'
remotely img-sim --fingerprint=0123456789abcdef -k 1 search -c collection photos/3.ppm
status_is 0 'img-sim searches it'
is "$(jq -r .image_path out)" photos/3.ppm 'and finds the picture'
remotely img-sim -k 1 search -c collection photos/3.ppm
status_is 2 'without the fingerprint it does not'
remote_stop

# Bad inputs cost themselves only.
printf 'P6 1 1 255 refuse me' >bad.ppm
printf 'no picture' >text.txt
: >empty.ppm
for shape in img-serve ollama openai; do
    remote_start "$shape"
    remotely img-embed --no-cache --no-normalize photos/1.ppm bad.ppm text.txt empty.ppm none.ppm \
        --text='refuse me' --text=good
    status_is 1 "$shape: some inputs fail"
    [ "$shape" = img-serve ] && codes='truncated bad_text' || codes='remote remote'
    is "$(jq -r '.error_code // .embedding[0]' out | tr '\n' ' ')" \
        "21 ${codes% *} not_an_image not_an_image not_found ${codes#* } 4 " \
        "$shape: each says why, in its place"
    unlike "$(cat "$LOG")" 'GET' "$shape: and nothing but POST was sent"
    remote_stop
done

# Faults that pass are waited out, with a word; others are the input's.
for fault in 'status 500' 'status 429' cut close; do
    name=${fault% *} code=${fault#* }
    remote_start img-serve "fault=$name" "status=${code%%[!0-9]*}" times=1
    remotely img-embed --no-cache photos/1.ppm
    status_is 0 "$fault: the next attempt works"
    remote_stop
done
for fault in json nan zeros dimension huge model 'status 400'; do
    name=${fault% *} code=${fault#* }
    remote_start img-serve "fault=$name" "status=${code%%[!0-9]*}" times=1
    remotely img-embed --no-cache photos/1.ppm photos/2.ppm --set parallel_processing=false
    status_is 1 "$fault: the picture fails"
    is "$(jq -r '.error_code' out | tr '\n' ' ')" 'remote null ' "$fault: and the next does not"
    remote_stop
done
remote_start img-serve fault=hang times=1
remotely img-embed --no-cache --set timeout=1 photos/1.ppm
status_is 0 'a server that hangs is asked again'
err_like 'silent for 1 s; trying again' 'and that is said'
remote_stop

# Out of order, and all at once.
remote_start openai fault=disorder
remotely img-embed --no-cache --no-normalize --text=a --text=bb --text=ccc
is "$(jq -c '.embedding[0]' out | tr '\n' ' ')" '1 2 3 ' 'answers in another order find their inputs'
is "$(requests)" 2 'texts go in one request'
remote_stop

# A token is the endpoint's alone.
echo 's3cret-s3cret' >token
remote_start openai token=s3cret-s3cret fault=redirect
remotely img-embed --no-cache photos/1.ppm
status_is 3 'without its token the server is of no use'
err_like 'remote_token_file' 'and the error says how to give it one'
remotely img-embed --no-cache --set remote_token_file=token photos/1.ppm
status_is 0 'with it, it is'
like "$(cat "$LOG")" ' 127.*auth=Bearer s3cret-s3cret$' 'the server got the token'
like "$(cat "$LOG")" ' localhost:[0-9]* auth=$' 'the one it redirects to did not'
unlike "$(cat out err)" s3cret 'and it is printed nowhere'
remote_stop

# A signal ends a request that is under way.
remote_start img-serve fault=hang
img-embed --engine=remote --no-cache photos/1.ppm >interrupted 2>&1 8>&- &
pid=$!
tries=0
while [ "$(requests)" -lt 2 ] && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
kill -TERM "$pid"
run wait "$pid"
status_is 143 'a request under way is ended by a signal'
is "$(cat interrupted)" '' 'without a record'
remote_stop

# No server, no answer from anybody else.
CLIP_OLLAMA_ENDPOINT=http://127.0.0.1:1
remotely img-embed --set retry_attempts=1 photos/1.ppm
status_is 3 'no server is status 3'
out_is '' 'nobody steps in for it'
remote_start img-serve fault=close
remotely img-batch --no-cache --set retry_attempts=0 --set max_workers=2 photos
status_is 3 'a server that goes ends the run'
remote_stop

# Another img-serve: the same bits, and the same facts, as here.
if command -v img-serve >/dev/null 2>&1; then
    img-serve -m demo --listen 127.0.0.1:0 -v >serve.out 2>serve.log 8>&- &
    serve_pid=$!
    CLIP_OLLAMA_ENDPOINT=
    tries=0
    while [ -z "$CLIP_OLLAMA_ENDPOINT" ] && [ "$tries" -lt 600 ]; do
        sleep 0.05
        tries=$((tries + 1))
        CLIP_OLLAMA_ENDPOINT=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\)$/http:\/\/\1/p' serve.log)
    done
    facts='[.image_path // .text, .image_id, .embedding, .model_name, .model_fingerprint,
            .preprocessing, .confidence, .low_quality, .error_code]'
    set -- "$ROOT"/tests/data/pictures/*.jpg "$ROOT"/tests/data/pictures/*.png
    run img-embed -m demo --no-cache "$@" --text='a red circle' --text=
    jq -c "$facts" out >here
    remotely img-embed --no-cache --set remote_api=auto "$@" --text='a red circle' --text=
    status_is 0 'img-serve embeds for us'
    jq -c "$facts" out >there
    same here there 'the same bits, fingerprint, preprocessing and confidence'
    remotely img-embed --no-cache "$ROOT/tests/data/broken/"*.jpg
    status_is 1 'broken pictures fail there'
    is "$(jq -r 'select(.error_code == "remote") | .error' out)" '' 'with the code they have here'
    kill -TERM "$serve_pid"
    wait "$serve_pid"
else
    skip 4 'img-serve is not built'
fi

# Contradictions.
remotely img-embed --precision=f32 photos/1.ppm
status_is 2 'a precision cannot be asked of a server'
run img-embed --exact --engine=remote photos/1.ppm
status_is 2 'nor exactness'
remotely img-embed --set image_size=336 photos/1.ppm
status_is 2 'nor another preprocessing'
remote_start img-serve
remotely img-embed --write-preprocessed=x.png photos/1.ppm
status_is 2 'nor is there a preprocessed picture'
remote_stop
remotely img-embed --set ollama_endpoint=http://user:secret@127.0.0.1 photos/1.ppm
status_is 2 'an address with a password is none'
unlike "$(cat err)" secret 'and the password is not repeated'

done_testing
