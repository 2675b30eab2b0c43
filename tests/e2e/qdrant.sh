# A Qdrant for end-to-end tests, to be sourced after tap.sh: the stand-in on this machine, or with
# QDRANT_URL in the environment the server there.
#
#   qdrant_start [FAULT…]   starts the stand-in; programs find it by IMG_TOOLS_QDRANT_URL
#   qdrant_stop             ends it
#   qdrant_here             whether it is the stand-in, so that it may be killed and looked into
#   qdrant_name NAME        a collection of this test's own: prints its name
#   qdrant_valid NAME       a check: all requests and replies so far were as the specification has it
# shellcheck shell=sh

TOOLS=$(dirname "$BUILD_BIN")/tools
QDRANT_LOG=$TAP_FOLDER/qdrant.log
QDRANT_JOURNAL=$TAP_FOLDER/qdrant.journal
QDRANT_SCHEMA=
[ -z "$SHARED" ] || [ ! -e "$SHARED/golden/qdrant/openapi.json" ] ||
    QDRANT_SCHEMA=$SHARED/golden/qdrant/openapi.json
qdrant_port=0
unset -v http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY QDRANT_API_KEY _none

qdrant_here() {
    [ -z "${QDRANT_URL-}" ]
}

qdrant_name() {
    echo "img-tools-test-$$-$1"
}

qdrant_start() {
    if ! qdrant_here; then
        IMG_TOOLS_QDRANT_URL=$QDRANT_URL
        export IMG_TOOLS_QDRANT_URL
        return
    fi
    rm -f qdrant.hold qdrant.port
    mkfifo qdrant.hold || exit 1
    exec 9<>qdrant.hold
    "$TOOLS/qdrantd" "$QDRANT_JOURNAL" "$QDRANT_LOG" port="$qdrant_port" \
        ${QDRANT_SCHEMA:+schema="$QDRANT_SCHEMA"} "$@" <qdrant.hold >qdrant.port 9>&- &
    qdrant_pid=$!
    qdrant_tries=0
    while [ ! -s qdrant.port ] && [ "$qdrant_tries" -lt 400 ]; do
        sleep 0.05
        qdrant_tries=$((qdrant_tries + 1))
    done
    qdrant_port=$(cat qdrant.port)
    IMG_TOOLS_QDRANT_URL=http://127.0.0.1:$qdrant_port
    export IMG_TOOLS_QDRANT_URL
}

qdrant_stop() {
    qdrant_here || return 0
    kill "$qdrant_pid" 2>/dev/null
    wait "$qdrant_pid" 2>/dev/null
    exec 9>&-
}

qdrant_valid() {
    if [ -n "$QDRANT_SCHEMA" ] && qdrant_here; then
        is "$(grep '^SCHEMA' "$QDRANT_LOG")" '' "$1"
    else
        skip 1 "$1: the specification is not here (../shared), or the server is not the stand-in"
    fi
}
