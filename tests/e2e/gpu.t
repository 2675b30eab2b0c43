#!/bin/sh
# The GPU engine from outside, with PoCL where it is installed, and every way of its not being there.
. "$(dirname "$0")/tap.sh"

build=${BUILD-$ROOT/build}
P=$ROOT/lib/data/demo/pictures
[ -e "$BUILD_BIN/../libexec/img-tools/img-gpu-opencl.so" ] || skip_all 'the GPU plug-in is not built'
POCL_CACHE_DIR=$build/pocl
export POCL_CACHE_DIR
mkdir -p "$POCL_CACHE_DIR"

one_line() {
    is "$(wc -l <err)" 1 "$1: one line"
}

# Drivers that are none.
mkdir empty missing text none
echo "$PWD/no-such-driver.so" >missing/a.icd
echo 'not a library' >text.so
echo "$PWD/text.so" >text/a.icd
echo "$build/tests/fake-icd.so" >none/a.icd
for kind in empty missing text none; do
    run env OCL_ICD_VENDORS="$PWD/$kind" img-model devices
    status_is 3 "devices: $kind"
    if [ $kind = none ]; then
        err_like 'has drivers, but no device' 'no device'
    else
        err_like 'no OpenCL driver works here' "no driver"
    fi
    one_line "$kind"
    run env OCL_ICD_VENDORS="$PWD/$kind" img-embed -q -m demo --engine gpu "$P/green-waves.png"
    status_is 3 "a GPU by name: $kind"
    one_line "$kind"
    run env OCL_ICD_VENDORS="$PWD/$kind" img-embed -m demo "$P/green-waves.png"
    status_is 0 'the CPU otherwise'
    is "$(cat err)" '' 'without a word'
done

if ! img-model devices --json >devices 2>err; then
    skip 1 "$(cat err)"
    done_testing
    exit
fi
is "$(jq -r 'has("driver") and .memory > 0' devices | sort -u)" true 'devices say what they are'
device=$(head -n 1 devices | jq -r .device)
kind=$(head -n 1 devices | jq -r .kind)

gpu() {
    run img-embed -m demo --set gpu_device="$device" "$@"
}
gpu "$P/green-waves.png" --text 'a red circle'
status_is 0 'a device by its name'
is "$(jq -r .precision out | sort -u)" gpu-f32 'its precision'
gpu "$P/green-waves.png"
is "$(jq -r .cached out)" true 'is cached'
run img-embed -m demo --exact --set gpu_device="$device" "$P/green-waves.png"
is "$(jq -r .precision out)" f32 'exactly: never from a GPU'
gpu --precision f16 "$P/green-waves.png"
is "$(jq -r '"\(.precision) \(.cached)"' out)" 'gpu-f16 false' '16 bits are another precision'
is "$(jq -r .dimension out)" 64 'of the same dimension'
if [ "$kind" = cpu ]; then
    run img-embed -v -m demo "$P/green-waves.png"
    is "$(jq -r .precision out)" f32 'what is no GPU is not taken without being asked for'
    err_like 'the CPU is used' 'which -v tells'
fi

run img-batch -m demo --engine gpu -r "$P" -o vectors
status_is 0 'a collection'
is "$(jq -r .precision vectors/collection.json)" gpu-f32 'has its precision'
run img-batch -m demo --exact -r "$P" -o vectors
status_is 2 'and takes no other'
err_like 'gpu-f32' 'naming it'

gpu --set gpu_device=no-such-card "$P/green-waves.png"
status_is 3 'no such device'
err_like "no device 'no-such-card'; there is opencl:0:0" 'and what there is'
run img-embed -m demo --engine gpu --set use_gpu=false "$P/green-waves.png"
status_is 2 'engine and use_gpu contradict each other'
run img-embed -m demo --exact --precision f16 "$P/green-waves.png"
status_is 2 '16 bits are no CPU engine'

if grep -q 'Portable Computing Language' devices; then
    run env POCL_EXTRA_BUILD_FLAGS=-Dbarrier=@ POCL_CACHE_DIR="$PWD/pocl" img-embed -q -m demo \
        --engine gpu --set cache_directory="$PWD/other" "$P/green-waves.png"
    status_is 3 'kernels that do not compile'
    err_like 'cannot compile our kernels' 'say so'
else
    skip 2 'only PoCL can be made to fail'
fi
done_testing
