#!/bin/sh
# img-serve: the mission's requests, and those beside them, are answered as documented; its vectors are
# img-embed's, bit for bit.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"

mkdir pics
cp "$ROOT"/lib/data/demo/pictures/*.png pics/
a=pics/green-waves.png
b=pics/red-circle-on-blue.png
head -c 300 "$b" >pics/broken.png
echo 'not a picture' >pics/text.txt
img-batch -q -r pics -o found.vec 2>/dev/null
rm -rf .cache
serve_start --root . -c found.vec

# The record of a file as img-embed has it, without what differs from run to run.
plain='del(.processing_time, .cached)'
img-embed -q --no-cache "$a" | jq -cS "$plain" >expected.json
img-embed -q --no-cache --no-normalize --metadata "$a" | jq -cS "$plain" >expected-meta.json

post /api/v1/embeddings/image "{\"image_path\":\"$a\",\"include_metadata\":false,\"normalize\":true}"
code_is 200 'the embedding of a path'
jq -cS "$plain" out >got.json
same expected.json got.json 'it is the record of img-embed, bit for bit'
like "$(cat head)" '^Content-Type: application/json' 'as JSON'
like "$(cat head)" 'nosniff' 'that no browser takes for something else'

post /api/v1/embeddings/image "{\"image_path\":\"$a\",\"include_metadata\":true,\"normalize\":false}"
jq -cS "$plain" out >got.json
same expected-meta.json got.json 'metadata and no normalising, as asked for'

sleep 0.5
post /api/v1/embeddings/image "{\"image_path\":\"$a\"}"
is "$(field .cached)" true 'what was embedded before comes from the cache'

post /api/v1/embeddings/image "{\"image_path\":\"$PWD/$a\"}"
code_is 200 'an absolute path below the root'

# Without a path, the same picture in other ways.
jq -cS 'del(.image_path)' expected.json >expected-bytes.json
bytes="$plain | del(.image_path)"
post /api/v1/embeddings/image "{\"image_base64\":\"$(base64 -w0 "$a")\"}"
jq -cS "$bytes" out >got.json
same expected-bytes.json got.json 'base64'
is "$(field .image_path)" null 'which has no path'
post /api/v1/embeddings/image "{\"image_base64\":\"data:image/png;base64,$(base64 -w0 "$a")\"}"
jq -cS "$bytes" out >got.json
same expected-bytes.json got.json 'a data: URL'
post /api/v1/embeddings/image "{\"image_url\":\"data:image/png;base64,$(base64 -w0 "$a")\"}"
jq -cS "$bytes" out >got.json
same expected-bytes.json got.json 'a data: URL in image_url'
ask /api/v1/embeddings/image -H 'Content-Type: image/png' --data-binary "@$a"
jq -cS "$bytes" out >got.json
same expected-bytes.json got.json 'the picture as the body'
ask /api/v1/embeddings/image -F "image=@$a"
jq -cS "$bytes" out >got.json
same expected-bytes.json got.json 'a form'
ask '/api/v1/embeddings/image?include_metadata=true&normalize=false' --data-binary "@$a" \
    -H 'Content-Type: application/octet-stream'
is "$(field .normalized,.metadata.format | tr '\n' ' ')" 'false PNG ' 'wishes in the query'
ask /api/v1/embeddings/image -F "image=@$a" -F include_metadata=true -F normalize=false
is "$(field .normalized,.metadata.format | tr '\n' ' ')" 'false PNG ' 'wishes in the form'
ask /api/v1/embeddings/image -X POST -T - -H 'Content-Type: image/png' <"$a"
code_is 200 'a body in chunks'

post /api/v1/embeddings/image "{\"image_path\":\"$a\",\"encoding_format\":\"base64\"}"
is "$(field '.embedding | type')" string 'base64 where it is asked for'

# Failures.
post /api/v1/embeddings/image '{"image_path":"pics/none.png"}'
code_is 404 'a path that is not there'
is "$(field '.error_code, .image_path' | tr '\n' ' ')" 'not_found pics/none.png ' 'with a record'
post /api/v1/embeddings/image '{"image_path":"../etc/passwd"}'
code_is 403 'a path out of the root'
is "$(field .error_code)" permission 'with a record'
post /api/v1/embeddings/image '{"image_path":"pics/broken.png"}'
code_is 422 'a broken picture'
is "$(field .error_code)" truncated 'with a record'
post /api/v1/embeddings/image '{"image_path":"pics/text.txt"}'
code_is 422 'no picture'
is "$(field .error_code)" not_an_image 'with a record'
post /api/v1/embeddings/image '{"image_path":"pics"}'
code_is 422 'a folder'
post /api/v1/embeddings/image '{"image_base64":"$$$"}'
code_is 422 'no base64'
head -c 10485761 /dev/zero >pics/large.png
post /api/v1/embeddings/image '{"image_path":"pics/large.png"}'
code_is 413 'a file that is too large'
is "$(field .error_code)" too_large 'with a record'
rm pics/large.png

# Requests that are none.
for body in '{' '[]' '""' '{"image_path":7}' '{"image_path":null}' '{}' '{"image_path":"a","x":1}' \
    '{"image_path":"a","normalize":"yes"}' '{"image_path":"a","image_base64":"aaaa"}' \
    '{"image_path":"a"} x' '{"image_path":"\ud800"}'; do
    post /api/v1/embeddings/image "$body"
    code_is 400 "refused: $body"
done
post /api/v1/embeddings/image "$(printf '%0200d' 0 | tr 0 '[')"
code_is 400 'JSON of great depth'
ask /api/v1/embeddings/image -H 'Content-Type: text/plain' -d x
code_is 415 'a body of another type'
ask /api/v1/embeddings/image
code_is 405 'the wrong method'
like "$(cat head)" '^Allow: POST' 'with the right one'
ask /nothing
code_is 404 'the wrong path'
ask / -I
code_is 200 'HEAD'

# Batches.
post /api/v1/embeddings/image/batch "{\"image_paths\":[\"$a\",\"pics/none.png\",\"../x\",\"$b\"]}"
code_is 200 'a batch'
is "$(field '[.results[] | .error_code // "ok"] | join(" ")')" 'ok not_found permission ok' \
    'failures are in their places'
jq -cS ".results[0] | $plain" out >got.json
same expected.json got.json 'its records are img-embed'"'"'s'
post /api/v1/embeddings/image/batch '{"image_paths":[]}'
is "$(cat out)" '{"results":[]}' 'an empty batch'
find pics -name '*.png' | jq -cR . | jq -cs '{image_paths: [.[], .[], .[], .[], .[], .[]]}' >many.json
ask /api/v1/embeddings/image/batch -H 'Content-Type: application/json' --data-binary @many.json
jq -r '.image_paths[]' many.json >want
field '.results[].image_path' >got
same want got 'a long batch keeps its order'
like "$(cat head)" '^Transfer-Encoding: chunked' 'and is sent as it comes'
ask /api/v1/embeddings/image/batch -F "x=@$a" -F "y=@$b"
is "$(field '.results | length')" 2 'a form of two files'
post /api/v1/embeddings/image/batch "{\"images\":[\"$(base64 -w0 "$a")\",\"?\"]}"
is "$(field '[.results[] | .error_code // "ok"] | join(" ")')" 'ok bad_record' 'pictures in base64'

# Texts.
img-embed -q --text 'a red circle' | jq -cS "$plain" >expected-text.json
post /api/v1/embeddings/text '{"text":"a red circle"}'
jq -cS "$plain" out >got.json
same expected-text.json got.json 'a text'
post /api/v1/embeddings/text '{"texts":["a red circle","b"]}'
jq -cS ".results[0] | $plain" out >got.json
same expected-text.json got.json 'texts'

# Metadata.
img-meta "$a" | jq -cS . >expected.json
post /api/v1/metadata "{\"image_path\":\"$a\"}"
code_is 200 'metadata'
jq -cS . out >got.json
same expected.json got.json 'are img-meta'"'"'s'
post /api/v1/metadata '{"image_path":"pics/none.png"}'
code_is 404 'of what is not there'
post /api/v1/metadata '{"image_path":"pics/text.txt"}'
code_is 422 'of what is no picture'
ask /api/v1/metadata -F "image=@$a"
is "$(field .width)" "$(jq .width expected.json)" 'of a form'"'"'s file'

# Search.
post /api/v1/search/image "{\"query_image_path\":\"$a\",\"candidate_image_paths\":[\"$b\",\"$a\",\"pics/none.png\"],\"top_k\":5}"
code_is 200 'a search among candidates'
is "$(field '.results[0] | [.query, .query_index, .image_path, .rank] | @csv')" \
    "\"$a\",0,\"$a\",1" 'the picture itself comes first'
is "$(field '(.results | length), .results[0].similarity_score' | tr '\n' ' ')" '2 1 ' 'with a cosine of 1'
is "$(field '.failures[0].error_code')" not_found 'a candidate that failed is no hit'
post /api/v1/search/image "{\"query_image_path\":\"pics/none.png\",\"candidate_image_paths\":[\"$b\"]}"
code_is 404 'a query that is not there'
post /api/v1/search/image "{\"query_image_path\":\"$a\",\"collection\":\"found\",\"top_k\":3,\"include_embeddings\":true}"
is "$(field '(.results | length), .results[0].image_path, (.results[0].embedding | length)' | tr '\n' ' ')" \
    "3 $a 64 " 'a collection is searched by a picture'
post /api/v1/search/text '{"text":"a red circle on a blue background","top_k":1}'
is "$(field '.results[0].image_path')" "$b" 'and by a sentence'
post /api/v1/search/text '{"text":"x","collection":"none"}'
code_is 404 'a collection that is not there'
post /api/v1/search/text '{"text":"x","top_k":0}'
code_is 400 'no hits at all'
cp "$b" later.png
before=$(post /api/v1/search/text '{"text":"a red circle on a blue background","top_k":9}' && field '.results | length')
img-batch -q later.png -o found.vec 2>/dev/null
post /api/v1/search/text '{"text":"a red circle on a blue background","top_k":2}'
is "$(field '[.results[].image_path] | sort | join(" ")')" "later.png $b" 'a collection that grew is opened anew'
is "$before" 9 '(it could be searched before)'
ask /api/v1/collections
is "$(field '.collections[0].name')" found 'the collections'
ask "/api/v1/thumbnail?image_path=$b"
like "$(cat head)" '^Content-Type: image/jpeg' 'a thumbnail'
ask '/api/v1/thumbnail?image_path=../x'
code_is 403 'none of what lies outside'
printf '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>' >pics/drawing.svg
ask '/api/v1/thumbnail?image_path=pics/drawing.svg'
code_is 422 'none of a format that is not read'

# Others' APIs.
post /v1/embeddings '{"model":"demo","input":["a red circle","b"],"encoding_format":"float"}'
is "$(field '[.object, (.data[] | .index), (.data[0].embedding | length)] | join(" ")')" 'list 0 1 64' \
    'OpenAI: floats'
is "$(field '.data[0].embedding | tojson')" "$(jq -c .embedding expected-text.json)" 'OpenAI: the same vector'
is "$(field '.usage.prompt_tokens > 4')" true 'OpenAI: usage'
post /v1/embeddings "{\"model\":\"demo\",\"input\":\"data:image/png;base64,$(base64 -w0 "$a")\",\"encoding_format\":\"base64\"}"
is "$(field '.data[0].embedding')" "$(img-embed -q --encoding base64 "$a" | jq -r .embedding)" 'OpenAI: a picture, base64'
post /v1/embeddings '{"model":"gpt-9","input":"x"}'
code_is 404 'OpenAI: a model that is not served'
is "$(field '.error.type')" invalid_request_error 'OpenAI: the shape of errors'
ask /v1/models
is "$(field '.data[0].id')" demo 'OpenAI: models'
post /api/embed '{"model":"demo","input":"a red circle"}'
is "$(field '.embeddings[0] | tojson')" "$(jq -c .embedding expected-text.json)" 'Ollama: the same vector'
post /api/embed "{\"model\":\"demo:latest\",\"input\":[\"x\"],\"images\":[\"$(base64 -w0 "$a")\"]}"
is "$(field '.embeddings | length')" 2 'Ollama: texts and pictures'
ask /api/tags
is "$(field '.models[0].name')" demo 'Ollama: tags'

# About itself.
ask /healthz
code_is 200 'healthy'
is "$(field .status)" ok 'and says so'
ask /metrics
like "$(cat out)" '^img_serve_requests_total\{route="/healthz",status="200"\} 1$' 'metrics'
ask /openapi.json
is "$(field '.openapi | .[:2]')" '3.' 'the description of the API'

serve_stop
status_is 143 'SIGTERM ends it, by the signal'
done_testing
