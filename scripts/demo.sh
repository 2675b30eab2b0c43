#!/bin/sh
# Shows what img-embed is for: embeds the demo pictures and a sentence, and ranks the pictures by
# how well they fit it.
#
# usage: scripts/demo.sh [PICTURE]…
set -eu

bin=${IMG_BIN:-$(dirname "$0")/../build/bin}
pictures=lib/data/demo/pictures
[ -d "$pictures" ] || pictures=$(dirname "$0")/../$pictures
sentence='a red circle on a blue background'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

echo "Embedding the demo pictures with the demo model:"
echo
echo "    img-embed -m demo $pictures/*.png${*:+ $*}"
"$bin/img-embed" -m demo "$pictures"/*.png "$@" >"$work/pictures" || [ $? -eq 1 ]
echo
echo "Each picture is now a line like this one:"
echo
sed -n '1{s/^/    /;s/\(\(,[-0-9.e]*\)\{4\}\)\(,[-0-9.e]*\)*\]/\1,…]/;p;}' "$work/pictures"
echo
echo "And the sentence, in the same way:"
echo
echo "    img-embed -m demo --text \"$sentence\""
"$bin/img-embed" -m demo --text "$sentence" >"$work/text"
echo
echo "The nearer two vectors, the better picture and sentence fit. From best to worst:"
echo

# The records of embeddings, as the programs write them: the vector, and the picture's name.
awk '
function vector(line, v,    from, n) {
    if (!match(line, /"embedding":\[[^]]*\]/))
        return 0
    from = RSTART + length("\"embedding\":[")
    return split(substr(line, from, RLENGTH - length("\"embedding\":[") - 1), v, ",")
}
NR == FNR { n = vector($0, text); next }
{
    match($0, /"image_path":"[^"]*"/)
    name = substr($0, RSTART + 14, RLENGTH - 15)
    sub(/.*\//, "", name)
    if (vector($0, v) != n) {
        match($0, /"error":"[^"]*"/)
        printf "-2\t%s could not be read: %s\n", name, substr($0, RSTART + 9, RLENGTH - 10)
        next
    }
    dot = tt = vv = 0
    for (i = 1; i <= n; i++) {
        dot += text[i] * v[i]
        tt += text[i] ^ 2
        vv += v[i] ^ 2
    }
    printf "%.9f\t%s\n", dot / sqrt(tt * vv), name
}' "$work/text" "$work/pictures" | sort -t "$(printf '\t')" -k 1,1gr | awk -F '\t' '{
    bar = ""
    for (i = 0; i < 40 * $1; i++)
        bar = bar "#"
    if ($1 >= -1)
        printf "    %5.2f  %s%s\n", $1, bar == "" ? $2 : sprintf("%-34s ", $2), bar
    else
        printf "           %s\n", $2
}' | tee "$work/ranking"

best=$(awk 'NR == 1 { print $2 }' "$work/ranking")
echo
echo "\"$sentence\" is $best."
[ $# -gt 0 ] || [ "$best" = red-circle-on-blue.png ]
