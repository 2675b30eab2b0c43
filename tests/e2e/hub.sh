# A hub on this machine for end-to-end tests; to be sourced after tap.sh.
# shellcheck shell=sh

HUB_COMMIT=0123456789abcdef0123456789abcdef01234567
HUB_LOG=$TAP_FOLDER/hub.log

# hub_start FOLDER REPO [FAULT…]: serves the folder's files; programs find the hub by HF_ENDPOINT.
hub_start() {
    hub_folder=$1 hub_repo=$2
    shift 2
    rm -f hub.hold hub.port
    : >"$HUB_LOG"
    mkfifo hub.hold || exit 1
    "$(dirname "$BUILD_BIN")/tools/hubd" "$hub_folder" "$hub_repo" "$HUB_COMMIT" "$HUB_LOG" "$@" \
        <hub.hold >hub.port &
    hub_pid=$!
    exec 9>hub.hold
    hub_tries=0
    while [ ! -s hub.port ] && [ "$hub_tries" -lt 100 ]; do
        sleep 0.05
        hub_tries=$((hub_tries + 1))
    done
    HF_ENDPOINT=http://127.0.0.1:$(cat hub.port)
    export HF_ENDPOINT
    unset -v http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY _none
}

# It ends when the descriptor it waits on does.
hub_stop() {
    exec 9>&-
    wait "$hub_pid"
}

# hub_requests REGEX: how many requests there were.
hub_requests() {
    grep -c -E -e "$1" "$HUB_LOG"
}
