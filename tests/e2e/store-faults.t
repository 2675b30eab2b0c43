#!/bin/sh
# A push goes on through a server that is killed and restarted three times, answers 500, asks to come
# back later, cuts its answers off and falls silent: in the end every record is one point. So does one
# that is killed itself and begun again. IMG_TEST_RECORDS: how many records (2000).
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/qdrant.sh"
qdrant_here || skip_all 'only the stand-in misbehaves on request'

count=${IMG_TEST_RECORDS:-2000}
dimension=${IMG_TEST_DIMENSION:-32}
points=$((count / 80 + 1))
"$TOOLS/make-records" "$count" "$dimension" >all || exit 1
sort all >all.sorted

# Late: 500 after the work was done. Each run's faults come from its seed.
faults='status=5 late=4 cut=5 busy=1 stall=1'
die=25
# shellcheck disable=SC2086 # the faults are words
qdrant_start $faults seed=11 die=$die
img-store push -v --points "$points" --set timeout=2 --set retry_attempts=20 --set retry_delay=0.05 \
    <all >out 2>err &
push=$!
deaths=0
for seed in 1 2 3; do
    wait "$qdrant_pid" 2>/dev/null
    [ $? -eq 9 ] && deaths=$((deaths + 1))
    exec 9>&-
    sleep 0.2
    [ "$seed" -lt 3 ] || die=0
    # shellcheck disable=SC2086
    qdrant_start $faults seed="$seed" die=$die
done
wait "$push"
# shellcheck disable=SC2034 # status_is reads it
status=$?
is "$deaths" 3 'the server died three times on the way'
status_is 0 'the push went through'
err_like "$count records: .* 0 failed" 'with no record lost'
like "$(grep -c 'trying again' err)" '^[1-9]' 'though requests had to be repeated'
qdrant_stop
qdrant_start
img-store pull | sort >back
same back all.sorted 'every point is there exactly once, bit for bit'
img-store delete --all --yes

# The client killed in the middle.
img-store push --points 20 <all >/dev/null 2>&1 &
push=$!
tries=0
while [ "$(img-store info -q 2>/dev/null | sed -n 's/^points *//p')" -lt 100 ] 2>/dev/null && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
done
kill -9 "$push" 2>/dev/null
wait "$push" 2>/dev/null
run img-store push -v <all
status_is 0 'a push that was killed is done again'
img-store pull | sort >back
same back all.sorted 'and every point is there exactly once'
qdrant_valid 'every request and reply was valid'
qdrant_stop

# Patience has an end, and is not for what will not get better.
qdrant_start status=100
run img-store push -j 1 --set retry_attempts=2 --set retry_delay=0.01 <all
status_is 3 'a server that only fails is status 3'
is "$(grep -c 'trying again' err)" 2 'after as many attempts as were asked for'
qdrant_stop
qdrant_start busy=100
start=$(date +%s)
run img-store push --set retry_attempts=1 --set retry_delay=0.01 <all
status_is 3 'a busy server, too'
[ $(($(date +%s) - start)) -ge 1 ]
ok $? 'it is waited for as long as Retry-After says'
qdrant_stop

# Deleting: an answer that is longer than the page before it does no harm to the page.
rm -f "$QDRANT_JOURNAL"
"$TOOLS/make-records" 7200 4 >all || exit 1
qdrant_start
img-store push --points 1000 <all
qdrant_stop
qdrant_start status=60 seed=4
run img-store delete -v --set retry_attempts=30 --set retry_delay=0.01 --where 'image_path ~ "*.jpg"'
status_is 0 'points are deleted by name, though requests had to be repeated'
err_like '7200 points deleted' 'all of them'
qdrant_stop
qdrant_start
like "$(img-store info)" '^points +0$' 'and they are gone'
img-store delete --all --yes
done_testing
