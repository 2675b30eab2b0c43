#!/bin/sh
# Holds lib/ to its order: a folder includes only itself and folders before it, and a third-party
# library is included by one folder. Prints every line that does otherwise.
#
# usage: tests/layers.sh [LIB_FOLDER]
set -eu

root=${1:-$(dirname "$0")/../lib}
cd "$root"

# shellcheck disable=SC2016 # the program is awk's
find . -name '*.[ch]' | LC_ALL=C sort | xargs awk '
BEGIN {
    # Low to high: the way the data goes.
    count = split("base json cli config record input image meta worker decode text weights model " \
                  "net hub kernel engine opencl cache collection search query pipeline " \
                  "sim store serve", order, " ")
    for (i = 1; i <= count; i++)
        height[order[i]] = i

    # decode speaks the protocol that worker declares and nothing else of it; both are in order.
    home["vips/"] = home["gmodule.h"] = home["gif_lib.h"] = home["tiffio.h"] = home["lcms2.h"] = home["libexif/"] = home["seccomp.h"] = "decode"
    home["cjson/"] = "json"
    home["microhttpd.h"] = "serve"
    home["curl/"] = "net"
    home["utf8proc.h"] = "text"
    home["xxhash.h"] = "base"
    home["lmdb.h"] = "cache"
    home["CL/"] = home["clblast_c.h"] = "opencl"
    home["cmocka.h"] = "no folder of lib"
    bad = checked = 0
}

function say(text) {
    printf "lib/%s:%d: %s\n", substr(FILENAME, 3), FNR, text
    bad++
}

FNR == 1 {
    split(FILENAME, part, "/")
    folder = part[2]
    if (!(folder in height))
        say("folder " folder " has no place in the order (tests/layers.sh)")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    checked++
    if (split(quoted[2], part, "/") < 2)
        say("\"" quoted[2] "\" does not name its folder")
    else if (!(part[1] in height))
        say("\"" quoted[2] "\" is of no folder in the order")
    else if (height[part[1]] > height[folder])
        say(folder " includes \"" quoted[2] "\", which stands above it")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    header = $0
    sub(/^[^<]*</, "", header)
    sub(/>.*/, "", header)
    checked++
    library = header
    if (index(header, "/"))
        library = substr(header, 1, index(header, "/"))
    if (library in home) {
        if (home[library] != folder)
            say(folder " includes <" header ">, which is for " home[library])
    } else if (index(header, "/") && library !~ /^(sys|linux|net|netinet|arpa|asm|sanitizer)\/$/)
        say("<" header "> is of a library that tests/layers.sh does not know")
}

END {
    if (!checked) {
        print "layers: nothing found to check"
        exit 1
    }
    printf "layers: %d includes, %d out of order\n", checked, bad
    exit bad > 0
}'
