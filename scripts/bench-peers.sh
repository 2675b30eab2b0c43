#!/bin/sh
# Compares the CPU engine with ONNX Runtime and OpenVINO, in turn in one run, measures how long the
# programs take from their start, compares img-batch with Pillow threads that feed ONNX Runtime, and
# search with FAISS, NumPy and usearch.
# Run by `make bench-peers`; never a test.
#
# Needs python3 with venv, and on its first run a package index: the runtimes go into a virtual
# environment outside the tree, PEERS_VENV. PEERS_ROUNDS=9 is how often each has its turn, and
# PEERS_PARTS='encode start batch search' says what to measure.
#
# usage: scripts/bench-peers.sh [PICTURE]
set -eu

here=$(dirname "$0")
build=${BUILD:-$here/../build}
bin=${IMG_BIN:-$build/bin}
venv=${PEERS_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/img-tools-peers}
picture=${1:-}
wanted='onnxruntime openvino onnx numpy pillow safetensors sympy faiss-cpu usearch'

if ! "$venv/bin/python" -c "import ${wanted%% *}" 2>/dev/null ||
    [ "$(cat "$venv/wanted" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing $wanted into $venv"
    python3 -m venv "$venv"
    # shellcheck disable=SC2086 # a list
    "$venv/bin/pip" install --quiet --disable-pip-version-check $wanted
    echo "$wanted" >"$venv/wanted"
fi

model=$build/models/clip-vit-base-patch32
[ -f "$model/model.safetensors" ] ||
    "$bin/img-model" synth clip-vit-base-patch32 -o "$model" >/dev/null

# The measured programs see no configuration and no cache of the user.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export HOME="$work" XDG_CACHE_HOME="$work/cache" XDG_CONFIG_HOME="$work/config"
unset HF_HOME HF_HUB_CACHE HF_TOKEN

if [ -z "$picture" ]; then
    picture=$work/picture.jpg
    "$venv/bin/python" "$here/peers/photograph.py" "$picture"
fi

sed -n 's/^model name[^:]*: /processor: /p' /proc/cpuinfo | head -n 1
echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $(nproc) processors"
"$venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(onnxruntime|openvino|faiss-cpu|numpy|usearch) '
rounds=${PEERS_ROUNDS:-9}
set -- --bench "$build/bench/bench_engine" --embed "$bin/img-embed" --model "$model" \
    --cache "$XDG_CACHE_HOME/img-tools"
for part in ${PEERS_PARTS:-encode start batch search}; do
    case $part in
        encode) "$venv/bin/python" "$here/peers/compare.py" "$@" --rounds "$rounds" ;;
        start) "$venv/bin/python" "$here/peers/start.py" "$@" --picture "$picture" ;;
        batch)
            photographs=$here/../../shared/images/imagenet-sample
            [ -d "$photographs" ] || photographs=
            "$venv/bin/python" "$here/peers/batch.py" --batch "$bin/img-batch" --model "$model" \
                --work "$work" --rounds "$rounds" ${photographs:+--pictures "$photographs"}
            ;;
        search)
            mkdir -p "$work/vectors"
            "$venv/bin/python" "$here/peers/search.py" --bench "$build/bench/bench_search" \
                --work "$work/vectors" --rounds "$rounds"
            rm -r "$work/vectors"
            ;;
        *) echo "PEERS_PARTS: no part is called $part" >&2 && exit 2 ;;
    esac
done
echo "load after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
