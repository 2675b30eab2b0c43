#!/bin/sh
# The helpers of tap.sh can fail: each is given something wrong and must say so.
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

# Runs a script that uses tap.sh; its own results are in out.
script() {
    {
        echo ". '$ROOT/tests/e2e/tap.sh'"
        cat
    } >script.t
    # tap.sh looks for the tree above the script's folder.
    mkdir -p tree/tests/e2e
    cp script.t tree/tests/e2e/script.t
    run sh tree/tests/e2e/script.t
}

# fails NAME: the script on standard input gives one "not ok" and status 1.
fails() {
    script
    is "$(grep -c '^not ok 1 - name' out)" 1 "$1 says not ok"
    is "$status" 1 "$1 gives status 1"
}

# passes NAME: the script on standard input gives one "ok" and status 0.
passes() {
    script
    is "$(grep -c '^ok 1 - name' out)" 1 "$1 says ok"
    is "$status" 0 "$1 gives status 0"
}

fails ok <<'EOF'
false
ok $? name
done_testing
EOF
passes ok <<'EOF'
true
ok $? name
done_testing
EOF
fails is <<'EOF'
is a b name
done_testing
EOF
passes is <<'EOF'
is 'a
b' 'a
b' name
done_testing
EOF
fails like <<'EOF'
like abc '^b' name
done_testing
EOF
passes like <<'EOF'
like abc 'b.?' name
done_testing
EOF
fails unlike <<'EOF'
unlike abc b name
done_testing
EOF
passes unlike <<'EOF'
unlike abc d name
done_testing
EOF
fails status_is <<'EOF'
run sh -c 'exit 3'
status_is 0 name
done_testing
EOF
passes status_is <<'EOF'
run sh -c 'exit 3'
status_is 3 name
done_testing
EOF
fails out_is <<'EOF'
run echo a
out_is b name
done_testing
EOF
fails err_is <<'EOF'
run sh -c 'echo a >&2'
err_is '' name
done_testing
EOF
fails err_like <<'EOF'
run true
err_like a name
done_testing
EOF
fails same <<'EOF'
echo a >a
echo b >b
same a b name
done_testing
EOF
fails 'same, without a file,' <<'EOF'
echo a >a
same a b name
done_testing
EOF
passes same <<'EOF'
echo a >a
same a a name
done_testing
EOF
fails 'json_lines, of what is not JSON,' <<'EOF'
run echo a
json_lines 1 name
done_testing
EOF
fails 'json_lines, of too few,' <<'EOF'
run echo '{}'
json_lines 2 name
done_testing
EOF
fails 'json_lines, of an object in two lines,' <<'EOF'
run printf '{\n}\n'
json_lines 1 name
done_testing
EOF
passes json_lines <<'EOF'
run printf '{}\n{"a":1}\n'
json_lines 2 name
done_testing
EOF
passes 'run of a program ended by a signal' <<'EOF'
run sh -c 'kill -TERM $$'
status_is 143 name
done_testing
EOF
passes without_fds <<'EOF'
run without_fds 1 sh -c 'echo x'
[ "$status" -ne 0 ]
ok $? name
done_testing
EOF
passes with_fds <<'EOF'
run with_fds 10 sh -c 'ulimit -n'
out_is 10 name
done_testing
EOF

script <<'EOF'
is a a 'first'
is a b 'second'
is a a 'third'
done_testing
EOF
is "$status" 1 'one failure among others fails the file'
is "$(tail -n 1 out)" '1..3' 'the plan counts all tests'

script <<'EOF'
is a a 'first'
exit 0
EOF
is "$(grep -c '^1\.\.' out)" 0 'a file that ends too soon has no plan'

script <<'EOF'
skip_all 'no reason'
EOF
is "$(cat out)" '1..0 # SKIP no reason' 'a file can be skipped, and says why'

IMG_TOOLS_MODEL_NAME=x CLIP_DIMENSION=3 XDG_CACHE_HOME=/y
export IMG_TOOLS_MODEL_NAME CLIP_DIMENSION XDG_CACHE_HOME
script <<'EOF'
is "${IMG_TOOLS_MODEL_NAME-}${CLIP_DIMENSION-}${XDG_CACHE_HOME-}" '' 'name'
echo "# $PWD"
done_testing
EOF
is "$status" 0 'the environment is emptied'
[ ! -e "$(sed -n 's/^# //p' out)" ]
ok $? 'the folder of a test is gone after it'

done_testing
