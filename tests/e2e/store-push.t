#!/bin/sh
# img-store push and pull: what is stored comes back bit for bit, once, and what has gone goes.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/qdrant.sh"

"$TOOLS/make-records" 2000 32 >all || exit 1
sort all >all.sorted
qdrant_start
name=$(qdrant_name push)

pull() {
    img-store pull --name "$name" | sort >back
}

run img-store push -v --name "$name" --wait <all
status_is 0 'records are stored'
out_is '' 'nothing is written'
err_like '2000 stored, 0 unchanged, 0 failed' 'the note counts them'
pull
same back all.sorted 'what is pulled is what was pushed, to the bit'

run img-store push -v --name "$name" --wait <all
err_like '0 stored, 2000 unchanged' 'pushed again, nothing is sent'
run img-store push -v --name "$name" --wait --resend <all
err_like '2000 stored, 0 unchanged' 'unless --resend'
run img-store info --name "$name"
like "$(cat out)" '^points +2000$' 'every record is one point'
like "$(cat out)" '^fingerprint +0123456789abcdef$' 'the collection says whose it is'

# Other vectors do not come in.
"$TOOLS/make-records" 3 16 >narrow
run img-store push --name "$name" <narrow
status_is 2 'another dimension is refused'
err_like 'dimension 32.* 16' 'and both are named'
"$TOOLS/make-records" 3 32 1 fedcba9876543210 >foreign
run img-store push --name "$name" <foreign
status_is 2 'another model is refused'
err_like '0123456789abcdef.*fedcba9876543210' 'and both are named'
run img-store push --no-normalize --name "$name" <all
status_is 2 'another distance is refused'

# Failed records.
head -n 2 all >some
printf '%s\n' '{"image_path":"/gone.jpg","embedding":null,"error":"no such file","error_code":"not_found"}' \
    '{"image_path":"/x.jpg","embedding":[1,2],"model_fingerprint":"0123456789abcdef","error":null}' \
    '{"image_path":"/y.jpg"}' 'nonsense' >>some
run img-store push -v --name "$name" <some
status_is 1 'failed records make it status 1'
err_like '6 records: 0 stored, 2 unchanged, 4 failed' 'and are counted'
json_lines 4 'each is written'
is "$(head -n 1 out)" "$(sed -n 3p some)" 'one that had failed before unchanged'
like "$(sed -n 2p out)" '"error":"dimension 2, those before it have 32","error_code":"bad_record"' 'others with the reason'

# What has gone.
head -n 1500 all >fewer
run img-store push -v --name "$name" --mirror --dry-run <fewer
err_like '500 would be deleted' '--dry-run says what --mirror would do'
pull
same back all.sorted 'and does nothing'
run img-store push -v --name "$name" --mirror <fewer
err_like '500 deleted' '--mirror deletes what has gone'
pull
sort fewer | cmp -s - back
ok $? 'and nothing else'
{ head -n 10 fewer && echo nonsense; } >broken
run img-store push -v --name "$name" --mirror <broken
err_like 'mirror deletes nothing' 'what cannot be named might be there still'
{ head -n 1499 fewer && tail -n 1 fewer | jq -c '.embedding = null | .error = "x" | .error_code = "truncated"'; } >failed
run img-store push -v --name "$name" --mirror <failed
err_like '1 failed, 0 deleted' 'a picture that failed has not gone'

# Ids below a root, mirrored apart from the rest.
sed 's|"/photos/|"/elsewhere/|' fewer >moved
run img-store push -v --name "$name" --id-root /photos --mirror <fewer
err_like '1500 stored, 0 unchanged, 0 failed, 0 deleted' 'ids below a root are others'
run img-store push -v --name "$name" --id-root /elsewhere <moved
err_like '1500 stored' 'moved: the same ids, other records'
run img-store push -v --name "$name" --id-root /photos <narrow
status_is 2 'still no other dimension'
run img-store push -v --name "$name" --id-root /other <fewer
status_is 1 'what is not below the root fails'

# Normalising.
dot=$(qdrant_name dot)
cosine=$(qdrant_name cosine)
printf '%s\n' '{"image_path":"/a.jpg","embedding":[3,4],"model_name":"m","model_fingerprint":"00","normalized":false,"error":null,"error_code":null}' >long
run img-store push --name "$cosine" <long
err_like 'are normalised' 'Cosine: vectors are normalised, and it says so'
is "$(img-store pull --name "$cosine" | jq -c '[.embedding, .normalized]')" '[[0.6,0.8],true]' 'and of length 1'
run img-store push --no-normalize --name "$dot" <long
err_is '' 'Dot: they are kept'
img-store pull --name "$dot" >back
same back long 'to the bit'

# Odd names, texts, bytes.
odd=$(qdrant_name odd)
printf 'x' >odd.txt
run sh -c "img-embed -m demo --no-cache '$ROOT/lib/data/demo/pictures/green-waves.png' --text 'a text' >odd.jsonl"
cp "$ROOT/lib/data/demo/pictures/green-waves.png" "$(printf 'b\377d.png')"
img-embed -m demo --no-cache "$(printf 'b\377d.png')" >>odd.jsonl
img-embed -m demo --no-cache - <"$ROOT/lib/data/demo/pictures/red-circle-on-blue.png" >>odd.jsonl
run img-store push -v --name "$odd" <odd.jsonl
err_like '4 stored' 'a text, bytes, and a path that is not UTF-8 are stored'
img-store pull --name "$odd" | sort >back
sort odd.jsonl | cmp -s - back
ok $? 'and come back as they were'
run img-store pull --name "$odd" -o odd.vec
status_is 0 'as a collection, too'
is "$(jq .count odd.vec/collection.json)" 4 'of four rows'
run img-store push -v --name "$odd" -c odd.vec
status_is 0 'a collection is pushed'

for each in "$name" "$cosine" "$dot" "$odd"; do
    img-store delete --all --yes --name "$each"
done
run img-store info --name "$name"
status_is 3 'a collection that is not there is status 3'
qdrant_valid 'every request and reply is valid'
qdrant_stop
qdrant_here && run img-store info --set retry_attempts=0 && status_is 3 'no server is status 3'
done_testing
