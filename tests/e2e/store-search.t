#!/bin/sh
# Searching in Qdrant gives what searching in a collection gives; filters are translated, or refused by
# name; aliases move; points are deleted.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/qdrant.sh"

cp -r "$ROOT/lib/data/demo/pictures" pictures
img-batch -q -m demo -r --metadata pictures -o photos.vec || exit 1
"$TOOLS/make-records" 600 32 >many
qdrant_start
name=$(qdrant_name search)
many=$(qdrant_name many)
run img-store push --wait --name "$name" -c photos.vec
status_is 0 'a collection is pushed'

same_search() {
    search_what=$1
    shift
    img-sim search -m demo -o jsonl -c photos.vec "$@" >here 2>here.err
    img-sim search -m demo -o jsonl --qdrant --name "$name" "$@" >there 2>there.err
    [ -s here ] || [ "$search_what" = nothing ]
    ok $? "$search_what: something is found"
    same there here "$search_what: there as here"
}
same_search 'a text' 'a red circle'
same_search 'a picture, with metadata' pictures/green-waves.png --metadata -k 3
same_search 'several queries' 'a red circle' pictures/green-waves.png --text stripes -k 20
same_search 'by distance' --metric=euclidean 'a red circle' --embeddings -k 2
same_search 'without itself' --exclude-self pictures/green-waves.png
same_search 'well apart' --diversify 'a red circle'
same_search 'above a score' --min-score=0 'a red circle'
same_search 'part of a path' --where 'image_path ~ "*circle*"' 'a red circle'
same_search 'numbers and their like' --where 'metadata.width >= 64 && metadata.format == "PNG" && normalized == true && metadata.camera_info == null' 'a red circle'
same_search 'not, or' --where '!(image_path ~ "*red*") || metadata.width < 10' 'stripes'
same_search 'not equal' --where 'metadata.format != "JPEG" && text == null' 'stripes'

run img-store search -m demo --name "$name" 'a red circle' --embeddings
img-sim search -m demo -o jsonl -c photos.vec 'a red circle' --embeddings >here
same out here 'img-store search gives the same'
img-embed -m demo --text 'a red circle' >query
run sh -c "img-store search --name $name <query"
is "$(jq -c '[.image_path, .similarity_score, .rank]' out)" \
    "$(jq -c '[.image_path, .similarity_score, .rank]' here)" 'so does a record on standard input'
run img-store search --name "$name" --vector '[1,2,3]'
status_is 2 'a vector of another dimension is refused'

for filter in 'metadata.width == metadata.height' 'image_path ~ "a?c"' 'image_path < "b"' 'a[0] == 1'; do
    run img-sim search -m demo --qdrant --name "$name" --where "$filter" 'a red circle'
    status_is 2 "no such filter: $filter"
    err_like "--where: '[a-z]" 'the part is named'
done

# Filters on many, looked at by the server, against jq's.
img-store push --wait --name "$many" <many
run img-store search --name "$many" --vector "$(head -n 1 many)" -k 600 \
    --where 'metadata.creation_date >= "2021-03" && metadata.creation_date < "2021-06-15"'
is "$(jq -r .image_path out | sort)" \
    "$(jq -r 'select(.metadata.creation_date >= "2021-03" and (.metadata.creation_date // "9") < "2021-06-15") | .image_path' many | sort)" \
    'dates are spans of time'
run img-store search --name "$many" --vector "$(head -n 1 many)" -k 600 --where 'metadata'
is "$(wc -l <out)" 200 'a field that is there'
img-store pull --name "$many" --where 'metadata.width > 500 || image_path ~ "*/00059?.jpg"' | jq -r .image_path | sort >got
jq -r 'select((.metadata.width // 0) > 500 or (.image_path | test("/00059.[.]jpg$"))) | .image_path' many | sort >want
same got want 'pull filters by itself, and knows all filters'
run img-store delete -v --name "$many" --where 'image_path ~ "*/00059?.jpg"'
err_like '10 points deleted' 'so does delete'
run img-store delete -v --name "$many" /photos/000/000001.jpg /photos/nowhere.jpg
status_is 1 'a file that was not pushed is status 1'
err_like '/photos/nowhere.jpg: no such point' 'and is named'
err_like '1 points deleted' 'the other is deleted'

# Aliases.
alias=$(qdrant_name alias)
run img-store alias --name "$name" "$alias"
status_is 0 'an alias is made'
run img-store alias --name "$many" "$alias"
status_is 0 'and moved in one step'
like "$(img-store alias)" "{\"alias\":\"$alias\",\"collection\":\"$many\"}" 'it stands for the other now'
like "$(img-store info --name "$alias")" '^points +589$' 'and can be used as a name'
run img-store alias --delete "$alias"
status_is 0 'it is deleted'
run img-store alias --delete "$alias"
status_is 3 'twice is an error'

run img-store delete --all --name "$name"
status_is 2 'deleting all wants a --yes'
img-store delete --all --yes --name "$name"
img-store delete --all --yes --name "$many"
qdrant_valid 'every request and reply was valid'
qdrant_stop
done_testing
