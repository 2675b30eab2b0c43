#!/bin/sh
# Looks for what nobody means to leave behind: files that took on a second job, unfinished words,
# tabs and blanks where none belong, files that do not say what they are for.
#
# usage: tests/tidy.sh [ROOT]
set -eu

cd "${1:-$(dirname "$0")/..}"

# shellcheck disable=SC2016 # the program is awk's
find lib cmd tests -name '*.[ch]' ! -path '*/data/*' | LC_ALL=C sort | xargs awk '
function say(line, text) {
    printf "%s:%d: %s\n", file, line, text
    bad++
}
function end_of_file() {
    if (file ~ /^(lib|cmd)\// && lines > most)
        say(lines, "more than " most " lines: is there a second job in it?")
}
BEGIN { most = 600 }
FNR == 1 {
    end_of_file()
    file = FILENAME
    files++
    if ($0 !~ /^\/\*/)
        say(1, "does not begin by saying what the file is for")
}
{ lines = FNR }
/\t/ { say(FNR, "a tab") }
/[ \t]$/ { say(FNR, "blanks at the end") }
/(^|[^A-Za-z_])(TODO|FIXME|XXX|HACK)([^A-Za-z_]|$)/ { say(FNR, "an unfinished word") }
END {
    end_of_file()
    if (!files) {
        print "tidy: nothing found to check"
        exit 1
    }
    printf "tidy: %d files, %d places to mend\n", files, bad
    exit bad > 0
}'

# Scripts are read by shellcheck where it is installed.
if command -v shellcheck >/dev/null; then
    find .ci/run scripts tests -type f \( -name run -o -name '*.sh' -o -name '*.t' \) -print0 |
        xargs -0 shellcheck -S warning
fi
