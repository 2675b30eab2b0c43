#!/bin/sh
# Holds the manual pages, the completions and the README to what the programs really have.
set -u
export LC_ALL=C

cd "$(dirname "$0")/.." || exit 1
bin=${IMG_BIN:-$PWD/build/bin}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# report STATUS NAME: passes when STATUS is 0; else $work/why says what was found.
tests=0 failed=0
report() {
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        failed=$((failed + 1))
        echo "not ok $tests - $2"
        sed 's/^/# /' "$work/why"
    fi
    : >"$work/why"
}

# same NAME: $work/expected and $work/got are to be equal, and not empty.
same() {
    if [ ! -s "$work/expected" ]; then
        echo 'nothing to compare with' >"$work/why"
        report 1 "$1"
        return
    fi
    diff -u "$work/expected" "$work/got" >"$work/why"
    report $? "$1"
}

# A page as text, without overstriking.
page_text() {
    mandoc -T ascii -O width=400 "$1" | sed 's/.\x08//g'
}

# The lines between one heading of a page's text and the next, without their indentation.
section() {
    awk -v heading="$1" '/^[A-Z]/ { inside = $0 == heading; next } inside && NF { $1 = $1; print }'
}

# Every command in a page's EXAMPLES works, on pictures of those names. What needs a network does not.
run_examples() {
    mkdir "$work/examples"
    for picture in photo.jpg a.jpg b.png; do
        cp lib/data/demo/pictures/green-waves.png "$work/examples/$picture"
    done
    server='img-store \(push\|search\|info\|alias\)'
    section EXAMPLES <"$work/page" | grep "$1" | grep -v -e ' fetch ' -e "$server" >"$work/commands"
    status=0 limit=300 expected=0
    [ "$1" != img-serve ] || { limit=2 && expected=124; }
    while read -r line; do
        # A server would not end by itself: that it still runs after a moment is how it works.
        (cd "$work/examples" && env -i HOME="$work/examples" PATH="$bin:$PATH" timeout "$limit" \
            sh -c "$line") </dev/null >"$work/out" 2>&1
        [ $? -eq "$expected" ] && ! grep -q "^Try '" "$work/out" && continue
        status=1
        echo "$line" >>"$work/why"
        cat "$work/out" >>"$work/why"
    done <"$work/commands"
    rm -rf "$work/examples"
    [ -s "$work/commands" ] || status=1
    report "$status" "$1(1)'s examples work"
}

check_program() {
    name=$1
    page=man/$name.1
    if [ ! -e "$page" ]; then
        echo "$page is not there" >"$work/why"
        report 1 "$name has a manual page"
        return
    fi
    page_text "$page" >"$work/page"
    "$bin/$name" --dump-options >"$work/dump"

    awk -F '\t' '$6 != "command" {
        print ($1 != "" ? "-" $1 ($3 != "" ? " " $3 : "") ", " : "") "--" $2 ($3 != "" ? "=" $3 : "")
    }' "$work/dump" | sort >"$work/expected"
    sed -n 's/^     \(-.*\)/\1/p' "$work/page" | sed 's/  .*//' | sort >"$work/got"
    same "$name(1) describes the options that $name has"

    awk -F '\t' '$6 == "command" { print $2 }' "$work/dump" | sort >"$work/expected"
    if [ -s "$work/expected" ]; then
        sed -n 's/^\.It Cm \([^ ]*\).*/\1/p' "$page" | sort >"$work/got"
        same "$name(1) describes the commands that $name has"
    fi

    "$bin/$name" --help | sed -n "s/^\(Usage:\|      \) \($name.*\)/\2/p" >"$work/expected"
    section SYNOPSIS <"$work/page" >"$work/got"
    same "$name(1)'s synopsis is the usage that $name prints"

    run_examples "$name"
}

programs=
for program in "$bin"/img-*; do
    [ ! -x "$program" ] || [ "$program" = "$bin/img-decode" ] || programs="$programs $(basename "$program")"
done

for name in $programs; do
    check_program "$name"
done

# Pages of programs that are not there, and references to pages that are not there.
for page in man/*.[1-9]; do
    name=$(basename "$page")
    # Our other pages need not be installed.
    ! mandoc -T lint "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'text line longer' >"$work/why"
    report $? "$name is clean mdoc"
    name=${name%.*}
    case $name in
    img-tools | img-decode) ;;
    *)
        echo "$bin/$name is not there" >"$work/why"
        [ -x "$bin/$name" ]
        report $? "$page is of a program that exists"
        ;;
    esac
    status=0
    for reference in $(sed -n 's/^\.Xr \(img-[a-z]*\) \([1-9]\).*/\1.\2/p' "$page"); do
        if [ ! -e "man/$reference" ]; then
            echo "refers to $reference" >>"$work/why"
            status=1
        fi
    done
    report "$status" "$page refers to pages that exist"
done

# Every program is in the list that img-tools(7) begins with, and in its last.
for name in $programs; do
    [ "$(grep -c "^\.\(It \)\{0,1\}Xr $name 1" man/img-tools.7)" -ge 2 ] || echo "$name" >>"$work/why"
done
[ ! -s "$work/why" ]
report $? "img-tools(7) lists every program"

# The table of configuration keys, with their defaults. Folders depend on the user's environment.
set -- $programs
if [ $# -gt 0 ]; then
    mkdir "$work/home"
    env -i HOME="$work/home" PATH="$PATH" "$bin/$1" --print-config |
        sed -e "s|$work/home|~|" -e 's/  (.*)$//' -e 's/ $//' | sort >"$work/expected"
    sed -n 's/^\.It Va //p' man/img-tools.7 | sed 's/ $//' | sort >"$work/got"
    same "img-tools(7) has every configuration key and its default"
fi

# The codes that a record may carry: those of inputs, and one more.
{
    sed -n 's/^ *X(.*"\([a-z_]*\)", IMG_EXIT_INPUT).*/\1/p' lib/base/err.h
    echo out_of_memory
} | sort >"$work/expected"
awk '/^\.Sh / { inside = /ERROR CODES/ } inside && /^\.It Cm / { print $3 }' man/img-tools.7 |
    sort >"$work/got"
same "img-tools(7) has every error code of records"

scripts/gen-completions.sh "$bin" "$work/completions"
diff -ru "$work/completions" completions >"$work/why"
report $? "the completions are those of the option tables (make completions)"
if command -v bash >/dev/null; then
    status=0
    for file in completions/bash/*; do
        bash -n "$file" >>"$work/why" 2>&1 || status=1
    done
    report "$status" "bash can read its completions"
fi

# What the README names in code is there: programs, make's targets, files.
tr '`' '\n' <README.md | grep -o 'img-[a-z]*' | sort -u | grep -v '^img-tools$' >"$work/named"
status=0
while read -r name; do
    [ -x "$bin/$name" ] || [ -e "man/$name.7" ] || { status=1 && echo "$name" >>"$work/why"; }
done <"$work/named"
report "$status" "the README names programs that exist"

status=0
for target in $(tr '`' '\n' <README.md | sed -n 's/^\(    .*\)\{0,1\}\bmake \([a-z][a-z-]*\).*/\2/p' | sort -u); do
    grep -q "^$target:" Makefile || grep -q "^\.PHONY:.* $target\b" Makefile ||
        { status=1 && echo "make $target" >>"$work/why"; }
done
report "$status" "the README names targets that the Makefile has"

status=0
for path in $(grep -o -E '(\.ci|scripts|lib|man|tests|cmd|completions)/[A-Za-z0-9._/-]*[A-Za-z0-9]' README.md | sort -u); do
    [ -e "$path" ] || { status=1 && echo "$path" >>"$work/why"; }
done
report "$status" "the README names files that exist"

echo "1..$tests"
[ "$failed" -eq 0 ]
