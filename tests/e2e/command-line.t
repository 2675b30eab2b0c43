#!/bin/sh
# What every program has in common: help, version, configuration, refusals, and how it ends when its
# standard output cannot be written.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

programs=
for path in "$BUILD_BIN"/img-*; do
    name=${path##*/}
    [ "$name" = img-decode ] || programs="$programs $name"
done
[ -n "$programs" ]
ok $? 'there are programs to test'

for program in $programs; do
    run "$program" --help
    status_is 0 "$program --help works"
    like "$(cat out)" "^Usage: $program " "$program --help begins with the usage"
    like "$(cat out)" '^Exit status: 0 ' "$program --help explains the exit status"
    err_is '' "$program --help says nothing else"

    run "$program" --version
    like "$(cat out)" "^$program \(img-tools\) [0-9]+\.[0-9]+\.[0-9]+$" "$program has a version"

    run "$program" --frobnicate
    status_is 2 "$program refuses an unknown option"
    err_is "$program: unknown option '--frobnicate'
Try '$program --help'." "$program names the unknown option"
    out_is '' "$program writes nothing then"

    run "$program" --print-config
    status_is 0 "$program prints its configuration"
    like "$(cat out)" '^model_name = clip-vit-base-patch32  \(default\)$' \
        "$program shows a value and where it comes from"

    run "$program" --set timout=3 --print-config
    status_is 2 "$program refuses an unknown key"
    err_is "$program: --set: unknown key 'timout'; did you mean 'timeout'?" \
        "$program suggests the key that was meant"

    run env IMG_TOOLS_TIMEOUT=soon "$program" --print-config
    status_is 2 "$program refuses a bad value in the environment"
    err_like '^[a-z-]*: IMG_TOOLS_TIMEOUT: ' "$program names the variable"

    run sh -c "$program --help >/dev/full"
    status_is 3 "$program notices a full disk"
    err_is "$program: cannot write to standard output: No space left on device" \
        "$program says that the disk is full"

    run without_fds 1 "$program" --help
    status_is 3 "$program notices a closed standard output"

    run without_fds '0 1 2' "$program" --frobnicate
    status_is 2 "$program ends well without any descriptor"

    run "$program" "--$(printf 'a\033[31m\n')"
    unlike "$(cat err)" "$(printf '\033')" "$program escapes what would reach the terminal"

    run env -u HOME "$program" --print-config
    status_is 0 "$program works without a home"
    like "$(cat out)" '^cache_directory =   \(default\)$' "$program has no cache folder then"
    err_like 'HOME' "$program warns about it"
done

# Every source of the configuration, one over the other.
# shellcheck disable=SC2086 # the names are words
set -- $programs
program=$1
mkdir -p .config/img-tools
value() {
    run "$@" --print-config
    sed -n 's/^model_name = //p' out
}
echo '{"model_name":"file"}' >.config/img-tools/config.json
is "$(value "$program")" "file  ($HOME/.config/img-tools/config.json)" 'the file counts'
is "$(value env CLIP_MODEL_NAME=clip "$program")" 'clip  (environment CLIP_MODEL_NAME)' \
    'the environment goes before the file'
is "$(value env CLIP_MODEL_NAME=clip IMG_TOOLS_MODEL_NAME=own "$program")" \
    'own  (environment IMG_TOOLS_MODEL_NAME)' 'our own name goes before the old one'
is "$(value env IMG_TOOLS_MODEL_NAME=own "$program" --set model_name=set)" 'set  (--set)' \
    '--set goes before the environment'
is "$(value env IMG_TOOLS_MODEL_NAME=own "$program" -m flag --set model_name=set)" \
    'flag  (flag -m)' 'the flag goes before --set'
echo '{"model_name":"other"}' >other.json
is "$(value "$program" --config other.json)" 'other  (other.json)' '--config takes the place of the file'
echo '{"model_nam":"x"}' >.config/img-tools/config.json
run "$program" --print-config
status_is 2 'an unknown key in the file is refused'
err_is "$program: $HOME/.config/img-tools/config.json: unknown key 'model_nam'; did you mean 'model_name'?" \
    'with the file and the key that was meant'

done_testing
