#!/bin/sh
# img-batch to standard output: every input one record, in order, the vectors img-embed gives.
. "$(dirname "$0")/tap.sh"

P=$ROOT/lib/data/demo/pictures
batch() { run img-batch -q -m demo --no-cache "$@"; }
vectors() { sed 's/.*"embedding":\(\[[^]]*\]\|null\).*/\1/' "$@"; }
paths() { sed 's/^{"image_path":"\([^"]*\)".*/\1/' "$@"; }

mkdir -p tree/b tree/a/deep tree/.hidden tree/@eaDir
cp "$P/green-waves.png" tree/b/1.png
cp "$P/red-circle-on-blue.png" tree/a/2.png
cp "$P/two-yellow-stars-on-black.png" tree/a/deep/3.jpg
cp "$P/green-waves.png" tree/4.png
cp "$P/green-waves.png" tree/.hidden/5.png
cp "$P/green-waves.png" tree/@eaDir/6.png
cp "$P/green-waves.png" tree/b/._7.png
echo 'no picture' >tree/a/notes.txt
ln -s .. tree/b/loop

batch -r tree
status_is 1 'some failed'
paths out >got
printf '%s\n' tree/4.png tree/a/2.png tree/a/deep/3.jpg tree/a/notes.txt tree/b/1.png >want
same got want 'files below a folder, names sorted, hidden ones and links left out'
run img-embed -q -m demo tree/4.png tree/a/2.png tree/a/deep/3.jpg tree/a/notes.txt tree/b/1.png
vectors out >want
batch -r tree
vectors out >got
same got want 'the vectors of img-embed'
like "$(sed -n 4p out)" '"error":"not an image","error_code":"not_an_image"' 'a record for what is no picture'
batch -r --skip-non-images tree
status_is 0 'or none, with --skip-non-images'
json_lines 4 'the others are there'
batch tree
paths out >got
echo tree/4.png >want
same got want 'without -r the folder'"'"'s own files'
batch -r --hidden --include '*.png' --exclude '*4*' tree
paths out >got
printf '%s\n' tree/.hidden/5.png tree/@eaDir/6.png tree/a/2.png tree/b/._7.png tree/b/1.png >want
same got want 'globs, and hidden files when asked for'
batch nowhere tree/4.png
status_is 1 'an operand that is not there'
like "$(sed -n 1p out)" '"error_code":"not_found"' 'is a record'

find tree -name '*.png' | LC_ALL=C sort >list
run sh -c 'img-batch -q -m demo --no-cache <list'
paths out >got
same got list 'a list by line'
run sh -c "tr '\n' '\0' <list | img-batch -q -m demo --no-cache -0"
paths out >got
same got list 'a list ended by NUL'
run sh -c 'img-batch -q -m demo --no-cache </dev/null'
status_is 0 'an empty list is success'
out_is '' 'and gives nothing'
printf '%s\n' '{"image_path":"tree/4.png","n":1}' '{"text":"a star"}' '{"image_path":"x","error":"was","error_code":"remote"}' >records
run sh -c 'img-batch -q -m demo --no-cache --records <records'
status_is 1 'records, one of them failed before'
like "$(sed -n 1p out)" '"n":1}$' 'fields go along'
like "$(sed -n 2p out)" '^\{"text":"a star"' 'texts too'
is "$(sed -n 3p out)" "$(sed -n 3p records)" 'what failed passes'

"$ROOT/build/tools/make-pictures" many 300 16
batch -r many
cp out whole
json_lines 300 'three hundred pictures'
for i in 1 2 3; do batch -r --shard $i/3 many && cat out; done | paths | LC_ALL=C sort >got
paths whole >want
same got want 'three shards are the whole, each path once'
batch -r -j1 many
vectors out >got
vectors whole >want
same got want 'with one thread'
batch -r --set parallel_processing=false many
vectors out >got
same got want 'one thing after the other'
batch -r --set batch_size=7 -j3 many
vectors out >got
same got want 'in batches of seven'

batch -r --format f32 -o v.f32 many
is "$(wc -c <v.f32)" $((300 * 64 * 4)) 'plain vectors'
batch -r --format npy -o v.npy many
is "$(head -c 128 v.npy | tr -d '\n' | cut -c 11-69,70 | sed 's, *$,,')" "{'descr': '<f4', 'fortran_order': False, 'shape': (300, 64)," 'the same for NumPy'
tail -c +129 v.npy >v.tail
same v.tail v.f32 'behind a head'
batch --format npy many
status_is 2 'which cannot be piped'
batch -r --joblog log --stats-json stats many tree
is "$(wc -l <log)" 306 'a job log: a head and a line each'
like "$(sed -n 2p log)" '^1	[0-9.]+	[0-9.]+	ok	0	many/000/000000.ppm$' 'with time, result and path'
like "$(cat stats)" '"inputs":305,"worked":304,"failed":1,.*"files_read":305,' 'counts for cron'
batch --shard 4/3 many
status_is 2 'a shard that is none'
batch -0 many
status_is 2 'a list and operands'

run sh -c 'img-batch -q -m demo --no-cache -r many | head -n 1 >one; wc -l <one'
is "$(cat out)" 1 'a reader that stops early'
err_is '' 'is no news'

# A question and an end by signal, while the list is still open.
mkfifo list.fifo
img-batch -m demo --no-cache <list.fifo >live 2>live.err &
pid=$!
exec 3>list.fifo
echo tree/4.png >&3
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s live ] || sleep 0.3; done
[ -s live ]
ok $? 'a record is out before the list ends'
kill -USR1 $pid
for _ in 1 2 3 4 5; do grep -q '1, ' live.err || sleep 0.3; done
like "$(cat live.err)" '^img-batch: 1, [0-9.]+/s' 'SIGUSR1 asks how far it is'
kill -TERM $pid
wait $pid 2>/dev/null
is $? 143 'SIGTERM ends it by the signal'
exec 3>&-
done_testing
