#!/bin/sh
# img-sim compare: two inputs, one with many, a query with records as they come.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

cp "$ROOT"/lib/data/demo/pictures/green-*.png .
compare() { run img-sim compare -m demo "$@"; }

compare green-waves.png green-waves.png
status_is 0 'a picture and itself'
like "$(cat out)" '^\{"query":"green-waves.png","query_index":0,"image_path":"green-waves.png","similarity_score":(1|0\.9999999[0-9]*|1\.00000000000000[0-9]*)\}$' \
    'are one'
compare green-waves.png green-square-on-white.png --text 'green waves'
json_lines 2 'the first with each of the others'
like "$(sed -n 2p out)" '"text":"green waves"' 'a text is named as one'
run sh -c 'img-sim compare -m demo - green-waves.png <green-waves.png'
like "$(cat out)" '^\{"query":null,.*"image_path":"green-waves.png"' 'bytes on standard input'

# The figures, by another way.
img-embed -m demo green-waves.png green-square-on-white.png --text 'green waves' >records
by_hand=$(awk -F'"embedding":\\[' '{ split($2, a, "]"); n = split(a[1], v, ",")
    for (i = 1; i <= n; i++) { x[NR, i] = v[i] } }
    END { for (i = 1; i <= n; i++) { d += x[1, i] * x[2, i]; p += x[1, i] ^ 2; q += x[2, i] ^ 2 }
    printf "%.6f", d / sqrt(p * q) }' records)
compare green-waves.png green-square-on-white.png
is "$(sed 's/.*score":\([^}]*\)}/\1/' out | xargs printf '%.6f')" "$by_hand" 'the cosine'
run img-sim compare --metric cosine --vector '[3,4]' --vector '[4,3]' --vector '[-6,-8]'
is "$(sed 's/.*score":\([^}]*\)}/\1/' out | tr '\n' ' ')" '0.96 -1 ' 'divides by both lengths'
run img-sim compare --metric dot --vector '[3,4]' --vector '[4,3]'
like "$(cat out)" '"similarity_score":24\}' 'the dot product'
run img-sim compare --metric euclidean --vector '[3,4]' --vector '[0,0]'
like "$(cat out)" '"similarity_score":-5\}' 'minus the distance'
run img-sim compare --vector '[3,4]' --vector '[0,0]'
status_is 1 'zeros have no direction'
like "$(cat out)" '"similarity_score":null,"error":"a vector of zeros has no direction","error_code":"bad_embedding"\}' \
    'which is told'
printf '{"text":"a","embedding":[1,2]}\n{"text":"b","embedding":[0,0]}\n' >zeros
run sh -c 'img-sim compare -o tsv <zeros'
like "$(cat err)" 'b: a vector of zeros has no direction' 'on standard error where there is no record'
run img-sim compare --vector '[3,4]' --vector '[1,2,3]'
status_is 2 'dimensions must agree'

# Drawings, when they are asked for.
printf '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect width="80" height="80" fill="red"/></svg>' >red.svg
run img-sim compare -m demo ./red.svg --text red
status_is 1 'a drawing is refused'
run img-sim compare -m demo --allow=svg ./red.svg --text red
like "$(cat out)" '"text":"red","similarity_score":0' 'unless it is allowed'

# A query with records.
run img-sim compare --query 'green waves' <records
json_lines 3 'each record'
like "$(sed -n 3p out)" '"text":"green waves","similarity_score":(1|0\.9999999)' 'in their order'
run img-sim compare --query ./green-waves.png <records
like "$(sed -n 1p out)" '^\{"query":"./green-waves.png","query_index":0,"image_path":"green-waves.png",' 'a picture is a query'
run img-sim compare --query "$(head -n 1 records)" <records
like "$(sed -n 2p out)" "\"similarity_score\":$(printf '%.5s' "$by_hand")" 'a record is a query'
run img-sim compare <records
json_lines 2 'without a query the first record is one'
like "$(head -n 1 out)" "\"similarity_score\":$(printf '%.5s' "$by_hand")" 'with the same figures'

# Records of all kinds.
{
    printf '%s\n' '{"image_path":"gone.jpg","error":"gone","error_code":"not_found"}' \
        '{"image_path":"green-waves.png","note":1}' '{"text":"green waves"}' '{"image_path":"none.jpg"}' \
        'no record'
    head -n 1 records
} >mixed
run img-sim compare --query 'green waves' <mixed
status_is 1 'some have failed'
is "$(wc -l <out)" 6 'a line for each'
is "$(head -n 1 out)" "$(head -n 1 mixed)" 'what had failed before passes as it is'
is "$(sed -n 2p out | cut -d, -f3-)" "$(sed -n 6p out | cut -d, -f3-)" 'what has no vector is embedded'
like "$(sed -n 4p out)" '"image_path":"none.jpg","similarity_score":null,"error":".*","error_code":"not_found"' \
    'or fails'
like "$(sed -n 5p out)" '"error_code":"bad_record"' 'a line that is no record'

# As they come: the first answer is there before the second question.
mkfifo in
img-sim compare --query 'green waves' <in >answers &
exec 3>in
head -n 1 records >&3
i=0
while [ ! -s answers ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
is "$(wc -l <answers)" 1 'answers do not wait for the end'
exec 3>&-
wait

compare green-waves.png none.jpg
status_is 1 'a picture that is not there'
like "$(cat out)" '"image_path":"none.jpg","similarity_score":null,"error":"cannot open' 'gives a record'
err_like 'none.jpg: cannot open' 'and a line'
compare none.jpg green-waves.png
status_is 1 'nothing to compare with'
out_is '' 'gives none'
compare green-waves.png
status_is 2 'one operand'
run img-sim compare --query x a.png b.png
status_is 2 'a query and operands'
run sh -c 'img-sim compare --query x </dev/null'
status_is 0 'an empty list is success'
run img-sim compare --embeddings --vector '[3,4]' --vector '[4,3]'
like "$(cat out)" '"similarity_score":0.96,"embedding":\[4,3\]\}' 'embeddings on request'
done_testing
