#!/bin/sh
# Looks for calls that have no place here: those that cannot bound what they write, that keep hidden
# state, that start shells, and, in the library, those that print, exit, or read the environment.
# Comments and strings do not count.
#
# usage: tests/banned.sh [ROOT]
set -eu

cd "${1:-$(dirname "$0")/..}"

# shellcheck disable=SC2016 # the program is awk's
find lib cmd -name '*.[ch]' | LC_ALL=C sort | xargs awk '
BEGIN {
    everywhere = "strcpy stpcpy strcat strncat strncpy sprintf vsprintf gets strtok strtok_r gmtime " \
                 "localtime ctime asctime atoi atol atoll atof system popen alloca tmpnam tempnam " \
                 "mktemp rand srand random drand48 setjmp longjmp vfork"
    library = "exit _exit quick_exit abort printf vprintf puts putchar perror fprintf vfprintf " \
              "fputs getenv secure_getenv setenv unsetenv putenv"
    fill(everywhere, banned)
    fill(library, in_library)
    checked = bad = 0
}

function fill(words, set,    list, n, i) {
    n = split(words, list, " ")
    for (i = 1; i <= n; i++)
        set[list[i]] = 1
}

# The line without comments and with its strings empty; in_comment lives from line to line.
function code_of(line,    out, i, c, two, quote) {
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "\047") {
            quote = c
            for (i++; i <= length(line) && substr(line, i, 1) != quote; i++)
                if (substr(line, i, 1) == "\\")
                    i++
            out = out quote quote
        } else
            out = out c
    }
    return out
}

# Where a call may stand although its kind is banned in lib/: the command line prints and ends the
# program, it and the configuration read the environment, and a decoder process ends by itself.
function allowed(file, name) {
    if (name ~ /env$/)
        return file ~ /^lib\/(cli|config)\//
    if (name == "_exit")
        return file ~ /^lib\/(cli|worker|decode)\//
    if (name ~ /^(printf|fprintf|vfprintf|puts|fputs)$/)
        return file ~ /^lib\/cli\//
    return 0
}

FNR == 1 {
    in_comment = 0
    checked++
}

{
    rest = code_of($0)
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        name = substr(rest, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : " "
        sub(/[ \t]*\($/, "", name)
        rest = substr(rest, RSTART + RLENGTH)
        if (before ~ /[.>]/)
            continue
        if (name in banned || (name in in_library && FILENAME ~ /^lib\// && !allowed(FILENAME, name))) {
            printf "%s:%d: %s() is not to be used here\n", FILENAME, FNR, name
            bad++
        }
    }
}

END {
    if (!checked) {
        print "banned: nothing found to check"
        exit 1
    }
    printf "banned: %d files, %d banned calls\n", checked, bad
    exit bad > 0
}'
