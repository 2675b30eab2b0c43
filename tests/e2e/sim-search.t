#!/bin/sh
# img-sim search: the right picture, the algebra, filters, forms of output, several collections.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

pictures=$ROOT/lib/data/demo/pictures
cp -r "$pictures" pics
img-batch -q --metadata -m demo -o pics.vec pics || exit 1
search() { run img-sim search -c pics.vec "$@"; }
first() { sed 's/.*"image_path":"\([^"]*\)".*/\1/;q' out; }

# Each picture by the words of its name.
right=0
for path in pics/*.png; do
    words=$(basename "$path" .png | tr '-' ' ')
    search -k 1 "a $words"
    [ "$(first)" = "$path" ] && right=$((right + 1))
done
echo "# $right of 12 pictures are found first by the words of their names"
[ "$right" -ge 9 ]
ok $? 'most pictures are found by the words of their names'

search 'a red circle on a blue background'
status_is 0 'a text'
json_lines 5 'five results are given'
is "$(first)" pics/red-circle-on-blue.png 'the right one is first'
err_is '' 'and nothing else is said'
is "$(sed 's/.*"rank":\([0-9]*\)}/\1/' out | tr '\n' ' ')" '1 2 3 4 5 ' 'ranks count from 1'
is "$(grep -c '^{"query":"a red circle on a blue background","query_index":0,"image_path":"pics/' out)" 5 \
    'records say what was looked for'

# The scores are those of compare, and the order is theirs.
img-embed -m demo pics/*.png >records
img-sim compare --query 'green waves' -o tsv <records | cut -f2,3 | sort -gr >want
search -k 12 -o tsv 'green waves'
cut -f2,3 out >got
same got want 'the same as comparing with each'
run img-sim search -k 12 -o tsv 'green waves' <records
cut -f2,3 out >got
same got want 'the same out of records'
run img-sim search -k 12 -o tsv --records 'green waves' <records
cut -f2,3 out >got
same got want '--records says so'

# Many queries with many results: memory grows with neither.
awk 'BEGIN { for (i = 0; i < 20000; i++)
    printf "{\"image_path\":\"photos/of/some/year/%d.jpg\",\"embedding\":[1,%d]}\n", i, i }' >rows
awk 'BEGIN { for (i = 0; i < 60; i++) print "{\"embedding\":[1," i "]}" }' >vectors
run sh -c 'img-sim search -q -k 20000 --queries vectors -o tsv <rows &
    pid=$! most=0
    while kb=$(sed -n "s/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p" /proc/$pid/status 2>/dev/null) && [ -n "$kb" ]; do
        most=$kb
        sleep 0.05
    done
    echo "$most" >memory
    wait "$pid"'
is "$(wc -l <out)" 1200000 'as many results as there are'
[ "$(cat memory)" -lt 800000 ]
ok $? "in little memory ($(cat memory) kB)"

# The algebra.
search -k 1 ./pics/green-waves.png
is "$(first)" pics/green-waves.png 'a picture finds itself'
search -k 1 pics/green-waves.png
is "$(first)" pics/green-waves.png 'a file needs no ./'
search -k 1 --exclude-self ./pics/green-waves.png
isnt=$(first)
[ "$isnt" != pics/green-waves.png ] && [ -n "$isnt" ]
ok $? '--exclude-self leaves it out'
run sh -c 'img-embed -q -m demo --no-cache pics/green-waves.png >record
    for i in $(seq 40); do cat record; done >many
    img-embed -q -m demo --no-cache pics/red-circle-on-blue.png >>many
    img-sim search -k 1 --exclude-self ./pics/green-waves.png <many'
is "$(first)" pics/red-circle-on-blue.png 'and all its copies, however many there are'
run sh -c 'img-sim search -c pics.vec -k 1 - <pics/green-waves.png'
is "$(first)" pics/green-waves.png 'a picture on standard input'
like "$(cat out)" '^{"query":null,' 'which has no name'
search -k 1 2:./pics/green-waves.png + 'red circle'
is "$(first)" pics/green-waves.png 'the heavier one is nearer'
search -k 1 ./pics/green-waves.png + '3:a red circle on blue'
is "$(first)" pics/red-circle-on-blue.png 'or the other one'
like "$(cat out)" '^{"query":"./pics/green-waves.png \+ 3:a red circle on blue",' \
    'the query is shown as it was given'
search -k 12 -o tsv stripes - 3:./pics/green-waves.png
is "$(tail -n 1 out | cut -f3)" pics/green-waves.png 'what is subtracted comes last'
img-embed -m demo --text 'green waves' >vector
search -k 12 -o tsv --vector vector
cut -f2,3 out >got
same got want 'a record in a file is a vector'
search -k 12 -o tsv --vector "$(sed 's/.*"embedding":\(\[[^]]*\]\).*/\1/' vector)"
cut -f2,3 out >got
same got want 'and so is an array of numbers'
search -k 12 -o tsv --text 'green waves'
cut -f2,3 out >got
same got want '--text takes a text'
touch waves
search -k 1 --text waves
status_is 0 '--text takes a text whatever files there are'
search -k 1 waves
status_is 1 'a file of that name is a picture without it'
rm waves

# Templates.
search -k 12 -o tsv --template '{}' 'green waves'
cut -f2,3 out >got
same got want 'a template that adds nothing changes nothing'
search -k 12 -o tsv --template '{}' --template '{}' 'green waves'
cut -f3 out >got
cut -f2 want >want.paths
same got want.paths 'a mean of the same is the same'
search -k 1 --template ensemble 'green waves'
is "$(first)" pics/green-waves.png "CLIP's templates"
search -k 1 --template 'a {}' 'red circle on blue'
cp out got
search -k 1 'a red circle on blue'
is "$(sed 's/.*similarity_score//' out)" "$(sed 's/.*similarity_score//' got)" \
    'a text goes where the template says'

# Filters.
search -k 12 -o tsv --where 'image_path ~ "*red*"' stripes
is "$(wc -l <out)" "$(find pics -name '*red*' | wc -l)" 'a filter on the path'
search --where 'metadata.width == 123456' stripes
out_is '' 'nothing passes'
status_is 0 'which is no failure'
search -k 12 --where 'metadata.format == "PNG" && !(metadata.width < 10)' stripes
json_lines 12 'all pass'
search --where 'metadata.width >> 3' stripes
status_is 2 'a malformed filter'
err_is "$(printf '%s\n' 'img-sim: metadata.width >> 3' 'img-sim:                 ^' \
    'img-sim: --where: column 17: a field or a value is expected' "Try 'img-sim --help'.")" \
    'is pointed at'

# Thresholds and statuses.
search --min-score 2 stripes
status_is 0 'nothing scores as high'
search --min-score 2 --exit-status stripes
status_is 1 '--exit-status tells'
search --exit-status stripes
status_is 0 'and tells of results'
search -k 100 stripes
json_lines 12 'more than there are'
err_is 'img-sim: --top-k: 100 is more than there are; all 12 are given' 'is told'
search -k 3 --diversify -o tsv stripes
is "$(wc -l <out)" 3 'diversity gives as many'
search -k 3 --diversify=0 -o tsv stripes
cp out got
search -k 3 -o tsv stripes
same got out 'a diversity of 0 is a plain search'
search -k 12 -o tsv --metric dot stripes
cut -f3 out >got
search -k 12 -o tsv --metric euclidean stripes
cut -f3 out >want.paths
same got want.paths 'metrics agree on the order of vectors of length 1'

# On request.
search -k 1 --embeddings --metadata stripes
like "$(cat out)" '"embedding":\[-?0\.[0-9]+,.*\],"metadata":\{.*"width":' 'embedding and metadata'
search -k 1 --embeddings --encoding base64 stripes
like "$(cat out)" '"embedding":"[A-Za-z0-9+/=]+"' 'as base64'

# Paths for other programs, whatever they are called.
mkdir odd copies
cp pics/green-waves.png 'odd/a new
line.png'
cp pics/green-waves.png "$(printf 'odd/\377.png')"
img-batch -q -m demo -o odd.vec odd
img-sim search -c odd.vec --paths0 'green waves' | xargs -0 cp -t copies
is "$(find copies -type f -print0 | tr -cd '\0' | wc -c)" 2 'xargs -0 gets the very paths'
run img-sim search -c odd.vec -o tsv -k 1 --where 'image_path ~ "*new*"' 'green waves'
like "$(cat out)" 'odd/a new\\nline\.png' 'a newline in a path is no new line'

# Pictures on a terminal.
search -k 2 --preview=blocks -o table 'green waves'
is "$(grep -c '^ *[12]  ' out)" 2 'a table with pictures has its lines'
like "$(cat out)" "$(printf '\033')\\[[0-9;]*m" 'and coloured blocks'
search -k 2 --preview=kitty -o table 'green waves'
is "$(grep -c "$(printf '\033')_Ga=T" out)" 2 'a picture for each line'
search -k 2 --preview 'green waves'
json_lines 2 'nothing is drawn where there is no terminal'
search -k 2 --preview=kitty 'green waves'
status_is 2 'nor between records'

# Several collections.
mkdir one two
cp pics/green-waves.png one
cp pics/red-circle-on-blue.png pics/green-square-on-white.png two
img-batch -q -m demo -o one.vec one
img-batch -q -m demo -o two.vec two
run img-sim search -c one.vec -c two.vec -k 1 'a red circle on blue'
is "$(first)" two/red-circle-on-blue.png 'found in the second collection'
run img-sim search -c one.vec -c two.vec -o tsv 'green waves'
is "$(wc -l <out)" 3 'all are searched'
is "$(cut -f3 out | head -n 1)" one/green-waves.png 'and merged'

# Many queries.
printf '%s\n' 'green waves' '{"text":"a red circle on blue"}' '' '2:pics/green-waves.png' nowhere.jpg \
    "$(sed 's/"text"/"was"/' vector)" '{"error":"x","image_path":"y"}' '{' >queries
search -k 1 --queries queries
status_is 1 'some queries fail'
json_lines 7 'a record for each line'
is "$(sed 's/.*"query_index":\([0-9]*\).*/\1/' out | tr '\n' ' ')" '0 1 2 3 4 5 6 ' 'in their order'
is "$(sed -n 's/.*"error_code":"\([a-z_]*\)".*/\1/p' out | tr '\n' ' ')" \
    'bad_text bad_record bad_record ' 'failures say why'
is "$(sed -n '2s/.*"image_path":"\([^"]*\)".*/\1/p' out)" pics/red-circle-on-blue.png 'a text record'
is "$(sed -n '5s/.*"image_path":"\([^"]*\)".*/\1/p' out)" pics/green-waves.png 'a vector record'
run sh -c 'img-sim search -c pics.vec -k 1 --queries - circle <queries'
json_lines 8 'standard input, behind the operands'
search -k 2 -o table cat dog
like "$(head -n 1 out)" '^cat$' 'a table names its queries'
i=0
while [ $i -lt 600 ]; do echo "stripes"; i=$((i + 1)); done >queries
search -k 1 --queries queries
json_lines 600 'more queries than a block'
is "$(sed 's/"query_index":[0-9]*,//' out | sort -u | wc -l)" 1 'all alike'

# Models.
run img-sim search -c pics.vec -m demo -k 1 stripes
status_is 0 'the model named'
sed 's/"model_fingerprint":"[0-9a-f]*"/"model_fingerprint":"0123456789abcdef"/' records >foreign
run img-sim search stripes <foreign
status_is 2 'vectors of another fingerprint'
err_like 'of model demo, fingerprint 0123456789abcdef; the model here is demo, fingerprint [0-9a-f]{16}' \
    'both are named'
sed 's/"model_name":"demo"/"model_name":"unheard-of"/' foreign >stranger
run img-sim search stripes <stranger
status_is 3 'a model that is not there'
err_like 'its model unheard-of \(fingerprint 0123456789abcdef\) is not installed' 'is named'
run sh -c 'sed "s/,\"image_id.*embedding\":/,\"x\":/" records | img-sim search -k 1 "green waves"'
is "$(first)" pics/green-waves.png 'records without vectors are embedded'

run img-sim search -v --set auto_orient=false -c pics.vec -k 1 ./pics/green-waves.png
err_like 'pics.vec: preprocessing [0-9a-f]{8}; the query.s picture: preprocessing [0-9a-f]{8}' \
    'another preprocessing is noted under --verbose'

# Nothing there.
mkdir nothing
img-batch -q -m demo -o empty.vec nothing
run img-sim search -c empty.vec stripes
status_is 0 'an empty collection'
err_is 'img-sim: empty.vec: there is no vector' 'is told'
run img-sim search -c empty.vec --exit-status stripes
status_is 1 'and counts as nothing found'
run img-sim search -c nowhere.vec stripes
status_is 3 'no collection'
err_like 'nowhere.vec: cannot open' 'is named'
run img-sim search -c pics.vec --vector '[1,2,3]'
status_is 2 'a vector of another dimension'
err_like 'dimension 3; pics.vec: dimension 64' 'both are named'
run img-sim search -c pics.vec --vector '[1,NaN]'
status_is 1 'a vector that is none'
err_like 'not a JSON array of finite numbers' 'is refused'
run img-sim search -c pics.vec stripes - stripes
status_is 1 'a query that cancels itself out'
err_like 'the query cancels itself out' 'is told'
run img-sim search -c pics.vec
status_is 2 'no query'
run sh -c 'img-sim search - <records'
status_is 2 'records and a picture on one standard input'
run sh -c 'img-sim search --queries - <records'
status_is 2 'records and queries on one standard input'
run sh -c 'img-sim search -c pics.vec - + - <pics/green-waves.png'
status_is 2 'two pictures on one standard input'
run img-sim search -c pics.vec --records x
status_is 2 'two sources'
done_testing
