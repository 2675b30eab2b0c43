#!/bin/sh
# img-model fetch: from a hub on this machine into the hub's cache, and used by its name from there.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/hub.sh"

demo=$ROOT/lib/data/demo
cache=$HOME/.cache/huggingface/hub
snapshot=$cache/models--test--demo/snapshots/$HUB_COMMIT
weights_blob=$(sha256sum "$demo/model.safetensors" | cut -d' ' -f1)

# Interrupted half-way: nothing is installed, what came is kept and continued.
hub_start "$demo" test/demo slow=5000
img-model fetch test/demo >fetched 2>&1 9>&- &
fetch_pid=$!
incomplete=$cache/models--test--demo/blobs/$weights_blob.incomplete
tries=0
while [ "$(stat -c %s "$incomplete" 2>/dev/null || echo 0)" -lt 100000 ] && [ "$tries" -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
kill -TERM "$fetch_pid"
run wait "$fetch_pid"
status_is 143 'an interrupted fetch ends by the signal'
is "$(cat fetched)" '' 'and names no folder'
[ -s "$incomplete" ]
ok $? 'what came is kept'
kept=$(stat -c %s "$incomplete")
run img-model show test/demo
status_is 3 'and is not taken for a model'
err_like 'img-model fetch test/demo' 'the error says how to get it'
hub_stop

hub_start "$demo" test/demo
run img-model fetch test/demo
status_is 0 'the next fetch succeeds'
out_is "$snapshot" 'and prints the folder'
err_is '' 'and is quiet when standard error is no terminal'
is "$(hub_requests "GET /storage/model.safetensors localhost:[0-9]* range=$kept\$")" 1 \
    'it asked only for the rest of the weights'
[ ! -e "$incomplete" ]
ok $? 'nothing half-done is left'
same "$snapshot/model.safetensors" "$demo/model.safetensors" 'the weights are the published ones'
is "$(readlink "$snapshot/model.safetensors")" "../../blobs/$weights_blob" \
    'the layout is the hub cache of other tools'
is "$(cat "$cache/models--test--demo/refs/main")" "$HUB_COMMIT" 'the branch leads to the commit'

run img-model fetch test/demo --json
status_is 0 'a fetch of what is there'
json_lines 1 'is one object'
is "$(jq -c '[.model_name, .received, .files >= 4]' out)" '["test/demo",0,true]' \
    'and receives nothing'

# Offline means offline: the hub's log tells of every connection, and a proxy that is not there
# would make one fail.
: >"$HUB_LOG"
http_proxy=http://127.0.0.1:1
https_proxy=$http_proxy all_proxy=$http_proxy
export http_proxy https_proxy all_proxy
for command in 'show test/demo' 'check test/demo' 'list' 'show demo'; do
    # shellcheck disable=SC2086 # two words
    run img-model $command
    status_is 0 "$command works without a connection"
done
unset -v http_proxy https_proxy all_proxy
is "$(wc -l <"$HUB_LOG")" 0 'and opens none'

run img-model check test/demo
out_like=$(cat out)
like "$out_like" '^test/demo: sane: 6 files \(6 of them with their published digests\)' \
    'check knows the published digests'
is "$(img-model show --json test/demo | jq -r .model_fingerprint)" \
    "$(img-model show --json demo | jq -r .model_fingerprint)" 'the same model, the same fingerprint'
is "$(img-model list | cut -d' ' -f1 | tr '\n' ' ')" 'demo test/demo ' 'list has both'

run env HF_HUB_OFFLINE=1 img-model fetch test/demo
status_is 3 'HF_HUB_OFFLINE refuses'
err_like 'HF_HUB_OFFLINE' 'and is named'
is "$(wc -l <"$HUB_LOG")" 0 'and no connection was opened'

# Damage after the fetch.
blob=$cache/models--test--demo/blobs/$weights_blob
printf x | dd of="$blob" bs=1 seek=2000000 conv=notrunc 2>/dev/null
run img-model check test/demo
status_is 3 'check finds a damaged file'
err_like 'damaged since it was fetched' 'and says so'
run img-model check --json test/demo
is "$(jq -r .error_code out)" model_invalid 'in JSON too'
rm "$blob"
run img-model show test/demo
status_is 3 'a link that leads nowhere is no model'
run img-model fetch test/demo
status_is 0 'fetching again mends it'
run img-model check test/demo
status_is 0 'and then it is sane'

run img-model fetch test/demo --file=captions.json --revision=v1 --json
status_is 0 'single files of a revision'
is "$(jq -c '[.files, .commit]' out)" "[1,\"$HUB_COMMIT\"]" 'are fetched alone'
is "$(cat "$cache/models--test--demo/refs/v1")" "$HUB_COMMIT" 'and the revision has a ref'
run img-model show test/demo@v1
status_is 0 'under which the model is found'

# What is refused before anything is asked.
: >"$HUB_LOG"
for name in '../x' 'a/b/c' 'a b' '' 'test/demo@../x'; do
    run img-model fetch "$name"
    status_is 2 "'$name' is no name"
done
run img-model fetch test/demo --file=../../etc/passwd
status_is 2 'a file outside the repository is refused'
run img-model fetch
status_is 2 'fetch needs a name'
run img-model fetch test/demo@v1 --revision=v2
status_is 2 'two revisions are one too many'
run img-model fetch test/absent
status_is 3 'a repository that is not there'
err_like 'test/absent' 'is named'
hub_stop

hub_start "$demo" test/demo token=hf_secret
run env "HF_HUB_CACHE=$TAP_FOLDER/other" img-model fetch test/demo
status_is 3 'a private repository refuses'
err_like 'HF_TOKEN' 'and the error names the remedy'
run env HF_TOKEN=hf_secret "HF_HUB_CACHE=$TAP_FOLDER/other" img-model fetch test/demo
status_is 0 'with the token it opens'
unlike "$(cat err out)" hf_secret 'which is never shown'
hub_stop

hub_start "$demo" test/demo status=503 times=1
run env "HF_HUB_CACHE=$TAP_FOLDER/third" img-model fetch test/demo --set retry_delay=0.01
status_is 0 'a server that fails once is tried again'
err_like '503.*trying again' 'with a line that says so'
hub_stop

run env "HF_HUB_CACHE=$TAP_FOLDER/fourth" HF_ENDPOINT=http://127.0.0.1:1 img-model fetch test/demo \
    --set retry_attempts=2 --set retry_delay=0.01
is "$(grep -c 'trying again' err)" 2 'as often as was asked for'

hub_start "$demo" test/demo
run env "HF_HUB_CACHE=$TAP_FOLDER/shown" img-model fetch test/demo --progress=always
err_like 'model.safetensors  3\.2 of 3\.2 MB  \(100 %\)' 'progress is shown when asked for'
is "$(wc -l <out)" 1 'and does not touch standard output'
hub_stop

# A proxy: the names of hub and storage are for it to know.
hub_start "$demo" test/demo token=hf_secret
proxy=$HF_ENDPOINT
run env HF_ENDPOINT=http://hub.invalid \
    "http_proxy=$proxy" HF_TOKEN=hf_secret "HF_HUB_CACHE=$TAP_FOLDER/proxied" \
    img-model fetch test/demo
status_is 0 'through a proxy'
is "$(grep -c ' hub.invalid ' "$HUB_LOG")" "$(grep -c -v /storage/ "$HUB_LOG")" \
    'which was asked for the hub by its name'
hub_stop

run env "HF_HUB_CACHE=$TAP_FOLDER/fourth" img-model fetch test/demo --set retry_attempts=0
status_is 3 'nobody listens'
err_like 'test/demo: ' 'is an error that names the model'
run env HF_ENDPOINT=ftp://x img-model fetch test/demo
status_is 2 'an endpoint that is none is a wrong configuration'
err_like HF_ENDPOINT 'and is named'

done_testing
