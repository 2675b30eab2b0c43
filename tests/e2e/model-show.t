#!/bin/sh
# img-model show, list, check, synth: what a model is, which are there, whether one is sound.
. "$(dirname "$0")/tap.sh"

demo=$ROOT/lib/data/demo

run img-model show
status_is 0 'without a model the default is shown'
err_like 'clip-vit-base-patch32 is not installed.*demo model.*img-model fetch' \
    'or, when it is not there, the demo model, with a notice'
run img-model show -q
err_is '' 'which --quiet silences'
run img-model show demo
err_is '' 'the demo model by its name needs no notice'
like "$(cat out)" '^parameters: +1,600,129 \(image 865,536, text 734,592\)$' 'parameters are counted'
run img-model show --model=demo --json
json_lines 1 'one object'
is "$(jq -c '[.model_name, .dimension, .layout, .text.context, .tokenizer]' out)" \
    '["demo",64,"hf",32,"hf"]' 'has what others compute with'
(cd "$demo" && img-model show --json .) >out
is "$(jq -r .path out)" "$demo" 'a folder by a dot'

run img-model show clip-vit-base-patch32
status_is 3 'a model that was asked for and is not there is an error'
err_like 'img-model fetch clip-vit-base-patch32' 'that says how to get it'
run env IMG_TOOLS_MODEL_NAME=clip-vit-base-patch32 img-model show
status_is 3 'also when the environment asked'
run env CLIP_MODEL_NAME=clip-vit-base-patch32 img-model show
status_is 3 'under either name'
run img-model show --set model_name=clip-vit-base-patch32
status_is 3 'or --set did'
run img-model show ./absent
status_is 3 'a folder that is not there'
err_is 'img-model: no model folder at ./absent' 'is named'

# Broken copies of a good model.
broken() {
    rm -rf broken
    cp -rL "$demo" broken
}
broken
head -c 1000000 "$demo/model.safetensors" >broken/model.safetensors
run img-model check ./broken
status_is 3 'truncated weights are found'
err_like 'broken: .*model.safetensors' 'and named'
broken
rm broken/model.safetensors
run img-model check ./broken
status_is 3 'missing weights are found'
broken
rm broken/config.json
run img-model show ./broken
status_is 3 'a missing configuration is found'
err_like 'config.json' 'and named'
broken
printf '{"model_type":"siglip"}' >broken/config.json
run img-model show ./broken
status_is 3 'another architecture is refused'
err_like 'siglip' 'by its name'
broken
printf '{' >broken/vocab.json
printf '{' >broken/tokenizer.json
run img-model check ./broken
status_is 3 'a broken tokenizer is found by check'
run img-model check --json ./broken
json_lines 1 'check --json'
is "$(jq -c '[.model_name, .error_code, .model_fingerprint]' out)" '["broken","model_invalid",null]' \
    'says so in its object'

# Synthetic models.
run img-model synth clip-tiny --output=tiny
status_is 0 'a synthetic model is made'
out_is tiny 'and its folder printed'
run img-model show --json ./tiny
is "$(jq -c '[.dimension, .image.patch, .image.size]' out)" '[40,14,70]' 'of its shape'
img-model synth clip-tiny -o again && img-model synth clip-tiny -o other --seed=1
same tiny/model.safetensors again/model.safetensors 'the same seed gives the same bytes'
! cmp -s tiny/model.safetensors other/model.safetensors
ok $? 'another seed others'
run img-model synth nothing --output=x
status_is 2 'an unknown shape is wrong usage'
run img-model synth clip-tiny
status_is 2 'synth needs --output'
run img-model synth clip-tiny --output=/dev/null/x
status_is 3 'a folder that cannot be made'

mkdir -p .local/share/img-tools/models/org
mv tiny .local/share/img-tools/models/tiny
mv other .local/share/img-tools/models/org/other
mkdir .local/share/img-tools/models/strange
printf '{"model_type":"bert"}' >.local/share/img-tools/models/strange/config.json
: >.local/share/img-tools/models/strange/model.safetensors
run img-model list
is "$(cut -d' ' -f1 out | tr '\n' ' ')" 'demo org/other tiny ' 'list has what is in the store'
run img-model show tiny
status_is 0 'found by name'
run img-model show org/other
status_is 0 'below an organisation too'
run img-model list --all
like "$(cat out)" '^strange +cannot be used: .*bert' 'list --all has what cannot be used, and why'
run img-model list --json
json_lines 3 'list --json has an object a model'

# The command line.
run img-model
status_is 2 'no command'
run img-model frobnicate
status_is 2 'no such command'
run img-model list demo
status_is 2 'an operand too many'
run img-model show --all
status_is 2 "an option of another command"
run img-model --help
status_is 0 '--help'
like "$(cat out)" '^  synth SHAPE ' 'lists the commands'
run sh -c 'img-model list >/dev/full'
status_is 3 'a full disk under standard output'
err_like 'No space left' 'is said'
run env -u HOME img-model show demo
status_is 0 'without HOME'
run env -u HOME img-model show org/other
status_is 3 'nothing is found without HOME'
run env -u HOME img-model fetch org/other
status_is 3 'nor is there a place to fetch into'

done_testing
