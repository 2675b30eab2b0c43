#!/bin/sh
# img-meta --records: metadata is added, and nothing else is touched.
. "$(dirname "$0")/tap.sh"

cp "$ROOT/tests/data/meta/exif_full.jpg" a.jpg
cat >in <<EOF
{"image_path":"a.jpg","big":12345678901234567890,"nested":{"x":[1.50,"é"]},"note":"caf\\u00e9"}
{"text":"green waves","n":1.10}
{"image_base64":"$(base64 -w0 a.jpg)","tag":"kept"}
{"image_path":"gone.png","error":"not here","error_code":"not_found"}
not json
{"image_path":"a.jpg","image_id":"mine","embedding":[1,2],"metadata":{"old":true},"error":null}
{"image_path":"gone.jpg","n":7}
EOF
run img-meta -q --records <in
status_is 1 'some failed'
json_lines 7 'a record each'
like "$(sed -n 1p out)" '^\{"image_path":"a.jpg","big":12345678901234567890,"nested":\{"x":\[1.50,"é"\]\},"note":"caf\\u00e9","image_id":"e8ee[0-9a-f]{28}","metadata":\{"image_path":"a.jpg","width":300,.*"pages":1\},"error":null,"error_code":null\}$' 'fields are kept byte for byte'
is "$(sed -n 2p out)" "$(sed -n 2p in)" 'a text passes'
like "$(sed -n 3p out)" '^\{"tag":"kept","image_id":"e8ee[0-9a-f]{28}","metadata":\{"image_path":null,"width":300,' 'bytes in the record'
is "$(sed -n 4p out)" "$(sed -n 4p in)" 'a failed record passes unchanged'
like "$(sed -n 5p out)" '"error":"line 5: [^"]+","error_code":"bad_record"' 'a line that is no record'
like "$(sed -n 6p out)" '^\{"image_path":"a.jpg","image_id":"mine","embedding":\[1,2\],"metadata":\{"image_path":"a.jpg","width":300,.*\},"error":null,"error_code":null\}$' 'old metadata is replaced'
like "$(sed -n 7p out)" '^\{"image_path":"gone.jpg","n":7,"image_id":null,"metadata":null,"error":"[^"]+","error_code":"not_found"\}$' 'a file that is not there'

# Records come out as soon as theirs came in.
mkfifo to from
img-meta -q --records <to >from &
exec 3>to 4<from
echo '{"image_path":"a.jpg","turn":1}' >&3
read -r first <&4
echo '{"image_path":"a.jpg","turn":2}' >&3
read -r second <&4
exec 3>&- 4<&-
wait
like "$first" '"turn":1,' 'an answer before the next question'
like "$second" '"turn":2,' 'and another'
done_testing
