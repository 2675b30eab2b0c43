#!/bin/sh
# Real files, whole and broken: one record each, in order, the vectors that img-embed gives one by one.
. "$(dirname "$0")/tap.sh"
[ -n "$SHARED" ] || skip_all 'the folder with real pictures is not there'

find "$SHARED/images" -type f | LC_ALL=C sort >list
run img-batch -q -m demo --no-cache -r "$SHARED/images"
status_is 1 'some of them are broken'
err_is '' 'and nothing else is said'
sed 's/^{"image_path":"\([^"]*\)".*/\1/' out | LC_ALL=C sort >got
same got list 'a record for each file'
cp out together
cut -d, -f1 together | uniq -d >twice
is "$(cat twice)" '' 'and only one'
failed=$(grep -c '"error":"' together)
echo "# $(wc -l <list) files, $failed failed"
[ "$failed" -gt 0 ] && [ "$failed" -lt 40 ]
ok $? 'a few failed'
is "$(grep '"error":"' together | grep -c '"error_code":"[a-z_]*"')" "$failed" 'each with its code'

# One by one: every seventh file, so that it does not take minutes.
awk 'NR % 7 == 1' together >some
sed 's/^{"image_path":"\([^"]*\)".*/\1/' some | while read -r path; do
    img-embed -q -m demo --no-cache "$path"
done >alone
bare() { sed 's/"processing_time":[^,]*,//' "$1"; }
bare some >want
bare alone >got
same got want 'the same records one by one'
done_testing
