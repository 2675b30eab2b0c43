# A server for end-to-end tests; to be sourced after tap.sh. Needs curl.
# shellcheck shell=sh disable=SC2034

command -v curl >/dev/null || skip_all 'curl is not installed'
unset -v http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY NO_PROXY no_proxy _none

# serve_start [OPTION…]: starts img-serve on a free port; $URL is where, $serve_pid who. What it says
# goes to serve.log.
serve_start() {
    : >serve.log # so that an earlier server's is not read
    img-serve -v --listen 127.0.0.1:0 "$@" >serve.out 2>>serve.log &
    serve_pid=$!
    serve_tries=0
    URL=
    while [ -z "$URL" ] && [ "$serve_tries" -lt 600 ] && kill -0 "$serve_pid" 2>/dev/null; do
        sleep 0.05
        serve_tries=$((serve_tries + 1))
        URL=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\)$/http:\/\/\1/p' serve.log)
    done
    [ -n "$URL" ] || { cat serve.log >&2 && exit 1; }
}

# serve_stop: ends it by SIGTERM; $status is its status.
serve_stop() {
    kill -TERM "$serve_pid"
    status=0
    wait "$serve_pid" 2>/dev/null || status=$?
}

# ask PATH [CURL-OPTION…]: the body is in the file out, the status in $code, the headers in head.
ask() {
    ask_path=$1
    shift
    code=$(curl -s -S --max-time 60 -o out -D head -w '%{http_code}' "$@" "$URL$ask_path" 2>curl.err)
}

# post PATH JSON [CURL-OPTION…]
post() {
    post_path=$1 post_body=$2
    shift 2
    printf '%s' "$post_body" >post.json
    ask "$post_path" -H 'Content-Type: application/json' --data-binary @post.json "$@"
}

# code_is N NAME: of the last request.
code_is() {
    [ "$code" = "$1" ]
    tap_result $? "$2" <<EOF
status $code, expected $1
$(head -c 500 curl.err)
$(head -c 1000 out)
EOF
}

# field FILTER: jq's answer on the last body.
field() {
    jq -r "$1" out 2>&1
}
