#!/bin/sh
# img-sim cluster: a line a picture in its order, groups, and what cannot be put anywhere.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

# Six directions in three pairs, and one of its own.
vectors() {
    i=0
    for v in '[1,0,0,0]' '[0,1,0,0]' '[0,0,2,0]' '[0.99,0.1,0,0]' '[0,3,0.1,0]' '[0,0,1,0.1]' '[0.1,0,0,-5]'; do
        i=$((i + 1))
        echo "{\"image_path\":\"p$i\",\"embedding\":$v,\"model_name\":\"m\",\"model_fingerprint\":\"0000000000000001\",\"keep\":1e2}"
    done
}
vectors >records.jsonl

run img-sim cluster --k=4 <records.jsonl
status_is 0 'clusters by number'
json_lines 7 'a record a row'
is "$(jq -r '[.image_path, .cluster] | join(" ")' out | tr '\n' ',')" \
    'p1 0,p2 1,p3 2,p4 0,p5 1,p6 2,p7 3,' 'in order, numbered by size and first row'
is "$(jq -c keys_unsorted out | sort -u)" '["image_path","cluster","similarity_score"]' 'with these fields'
cp out first
run img-sim cluster --k=4 -j1 <records.jsonl
same out first 'the same with one thread'
run img-sim -v cluster <records.jsonl
err_like '[0-9]+ clusters, silhouette 0\.[0-9]+' 'a number is chosen, and told when asked'

run img-sim cluster --threshold=0.9 <records.jsonl
is "$(jq -c '[.image_path,.cluster]' out)" "$(jq -c '[.image_path,.cluster]' first)" 'components are the same here'
run img-sim cluster --threshold=0.9 --min-size=2 --groups <records.jsonl
json_lines 3 'a record a cluster, small ones left out'
is "$(jq -c '[.cluster, .size, .centre, (.members | map(.image_path))]' out | head -n 1)" \
    '[0,2,"p1",["p1","p4"]]' 'with its members, the best first'
run img-sim cluster --threshold=0.9 --min-size=2 <records.jsonl
is "$(tail -n 1 out)" '{"image_path":"p7","cluster":null,"similarity_score":null}' \
    'a row of a small cluster is in none'
run img-sim cluster --k=2 --output=tsv <records.jsonl
like "$(head -n 1 out)" "^[01]	0\.[0-9]+	p1$" 'tab-separated values'
run img-sim cluster --k=2 --output=table <records.jsonl
like "$(head -n 1 out)" '^cluster 0: [0-9]$' 'a table'

# Records that failed, zeros, texts.
{
    echo '{"image_path":"bad","embedding":null,"error":"no such file","error_code":"not_found"}'
    cat records.jsonl
    echo '{"image_path":"zero","embedding":[0,0,0,0],"model_name":"m","model_fingerprint":"0000000000000001"}'
} >mixed.jsonl
run img-sim cluster --k=3 <mixed.jsonl
status_is 1 'a record that had failed is a failure still'
is "$(head -n 1 out)" '{"image_path":"bad","cluster":null,"similarity_score":null,"error":"no such file","error_code":"not_found"}' 'and has its line'
is "$(jq -r 'select(.image_path == "zero") | .cluster' out)" null 'zeros have no direction'
is "$(jq -r 'select(.image_path == "zero") | .error_code' out)" bad_embedding 'which is a failure'
like "$(cat err)" 'zero: its vector has no direction' 'and is told'

run img-sim cluster --k=9 <records.jsonl
status_is 2 'more clusters than rows'
err_like 'k: 9 clusters of 7 vectors' 'is said'
run img-sim cluster --k=0 <records.jsonl
status_is 2 'no cluster at all'
run img-sim cluster --k=few <records.jsonl
status_is 2 'a number that is none'
run img-sim cluster --k=2 --threshold=0.9 <records.jsonl
status_is 2 'one way or the other'
run img-sim cluster --threshold=2 <records.jsonl
status_is 2 'a cosine above 1'
run img-sim cluster </dev/null
status_is 0 'nothing is no failure'
out_is '' 'and gives nothing'

# Collections, and a page of it.
img-batch -q -o pictures.vec "$ROOT/lib/data/demo/pictures" "$ROOT/tests/data/pictures"
run img-sim cluster -c pictures.vec --k=3
json_lines "$(jq .count pictures.vec/collection.json)" 'a collection'
run img-sim cluster -c pictures.vec --where='image_path ~ "*green*"' --k=2
is "$(wc -l <out)" 2 'filtered'
img-sim cluster -c pictures.vec --k=3 --groups | img-sim sheet -o groups.html
is "$(grep -c '<section' groups.html)" 3 'groups make sections of a page'

done_testing
