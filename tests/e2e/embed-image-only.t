#!/bin/sh
# A model that has an image tower only: a text fails by its own record, pictures go on.
. "$(dirname "$0")/tap.sh"
[ -n "$SHARED" ] || skip_all 'the folder with a plain vision transformer is not there'

run img-embed -q -m "$SHARED/models/vit_tiny_patch16_224" --text x "$ROOT/lib/data/demo/pictures/green-waves.png"
status_is 1 'the text failed'
json_lines 2 'a record each'
like "$(sed -n 1p out)" '"error":"the model has no text tower","error_code":"model_unsupported"' 'which says why'
like "$(sed -n 2p out)" '"dimension":192,.*"error":null' 'the picture worked'
done_testing
