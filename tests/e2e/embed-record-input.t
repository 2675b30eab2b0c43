#!/bin/sh
# img-embed --records: what comes in goes out, with an embedding.
. "$(dirname "$0")/tap.sh"

P=$ROOT/lib/data/demo/pictures
cp "$P/green-waves.png" a.png
cat >in <<EOF
{"image_path":"a.png","big":12345678901234567890,"nested":{"x":[1.50,"é"]},"note":"caf\\u00e9"}
{"text":"green waves","n":1.10}
{"image_base64":"$(base64 -w0 a.png)","tag":"kept"}
{"image_path":"gone.png","error":"not here","error_code":"not_found"}
not json
{"image_path":"a.png","embedding":[1,2],"model_name":"old","metadata":{"mine":true}}
{"image_path_base64":"YS5wbmc=","image_path":"something else"}
{"nothing":"of use"}
EOF
run img-embed -q -m demo --records <in
status_is 1 'some failed'
json_lines 8 'a record each'
like "$(sed -n 1p out)" '"error_code":null,"big":12345678901234567890,"nested":\{"x":\[1.50,"é"\]\},"note":"caf\\u00e9"\}$' 'unknown fields are copied byte for byte'
like "$(sed -n 2p out)" '^\{"text":"green waves",.*"n":1.10\}$' 'texts too'
like "$(sed -n 3p out)" '^\{"image_path":null,"image_id":"[0-9a-f]{32}".*"tag":"kept"\}$' 'bytes in the record'
unlike "$(sed -n 3p out)" 'image_base64' 'which are not given back'
is "$(sed -n 4p out)" "$(sed -n 4p in)" 'a failed record passes unchanged'
like "$(sed -n 5p out)" '"error":"line 5: [^"]+","error_code":"bad_record"' 'a line that is no record, by its number'
is "$(sed -n 6p out | grep -o '"embedding"' | wc -l)" 1 'an old embedding is replaced'
like "$(sed -n 6p out)" '"metadata":\{"mine":true\}' 'metadata of others is kept'
like "$(sed -n 7p out)" '^\{"image_path":"a.png","image_id"' 'the path in base64 counts'
like "$(sed -n 8p out)" '"error_code":"bad_record","nothing":"of use"\}$' 'a record without input, its fields kept'
is "$(sed -n '1p;3p;7p' out | sed 's/.*"embedding":\([^]]*\).*/\1/' | sort -u | wc -l)" 1 'one picture, one vector'

run img-embed -q -m demo --records </dev/null
status_is 0 'an empty list is success'
run img-embed -q -m demo --records a.png
status_is 2 'records and operands contradict each other'

# Records come out as soon as theirs came in: a program can talk through a pipe.
mkfifo to from
img-embed -q -m demo --records <to >from &
exec 3>to 4<from
echo '{"image_path":"a.png","turn":1}' >&3
read -r first <&4
echo '{"image_path":"a.png","turn":2}' >&3
read -r second <&4
exec 3>&- 4<&-
wait
like "$first" '"turn":1}$' 'an answer before the next question'
like "$second" '"turn":2}$' 'and another'
done_testing
