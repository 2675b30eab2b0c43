#!/bin/sh
# `make demo`: the demonstration finds the right picture, also among others, also bad ones.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

export IMG_BIN="$BUILD_BIN"

run "$ROOT/scripts/demo.sh"
status_is 0 'the demonstration works'
like "$(cat out)" '^ *0\.[0-9]+  red-circle-on-blue\.png +#+$' 'pictures are ranked'
like "$(cat out)" '^"a red circle on a blue background" is red-circle-on-blue\.png\.$' 'the right one is first'
is "$(grep -c '^ *-\{0,1\}0\.[0-9][0-9]  [a-z-]*\.png' out)" 12 'every picture is listed'
err_is '' 'and nothing else is said'

cp "$ROOT/lib/data/demo/pictures/green-waves.png" mine.png
run "$ROOT/scripts/demo.sh" mine.png nowhere.png
status_is 0 'pictures of one'"'"'s own work, a missing one does not stop it'
like "$(cat out)" '  mine\.png' 'the own picture is ranked'
like "$(cat out)" 'nowhere\.png could not be read: ' 'the missing one is named'

done_testing
