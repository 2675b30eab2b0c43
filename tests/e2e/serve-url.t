#!/bin/sh
# img-serve --allow-url: what is fetched from the public internet, which a network of our own stands
# for, and where redirects may not lead.
if [ "${IMG_TEST_NETWORK-}" != own ] && unshare -rn ip link set lo up 2>/dev/null; then
    IMG_TEST_NETWORK=own
    export IMG_TEST_NETWORK
    exec unshare -rn sh "$0"
fi
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/e2e/serve.sh"
[ "${IMG_TEST_NETWORK-}" = own ] || skip_all 'no network of our own can be made here'

ip link set lo up
ip address add 93.184.216.34/32 dev lo
picture=$ROOT/lib/data/demo/pictures/green-waves.png
cp "$picture" a.png
head -c 3000000 /dev/zero >large
cat >site.pl <<'P'
use strict; use IO::Socket::INET;
$| = 1; $SIG{PIPE} = "IGNORE";
my $listen = IO::Socket::INET->new(Listen => 5, LocalAddr => '0.0.0.0', LocalPort => 80) or die;
print "ready\n";
while (my $c = $listen->accept) {
    my ($path) = (<$c> // '') =~ m{^GET (\S+)};
    while (defined(my $line = <$c>)) { last if $line eq "\r\n"; }
    if ($path =~ m{^/(a\.png|large)$}) {
        open my $file, '<:raw', $1 or die;
        local $/;
        my $bytes = <$file>;
        my $length = $path eq '/large' ? '' : 'Content-Length: ' . length($bytes) . "\r\n";
        print $c "HTTP/1.1 200 OK\r\nConnection: close\r\n$length\r\n$bytes";
    } elsif ($path eq '/there') {
        print $c "HTTP/1.1 302 Found\r\nLocation: /a.png\r\nContent-Length: 0\r\n\r\n";
    } elsif ($path eq '/back') {
        print $c "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/a.png\r\nContent-Length: 0\r\n\r\n";
    } else {
        print $c "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    }
    close $c;
}
P
perl site.pl >site.out &
site_pid=$!
tries=0
until grep -q ready site.out || [ "$tries" -gt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done

site=http://93.184.216.34
plain='del(.processing_time, .cached, .image_path)'
serve_start --allow-url --set max_file_size=1000000
img-embed -q --no-cache a.png | jq -cS "$plain" >expected.json
post /api/v1/embeddings/image "{\"image_url\":\"$site/a.png\"}"
code_is 200 'a picture of the public internet'
jq -cS "$plain" out >got.json
same expected.json got.json 'has the embedding that the file has'
post /api/v1/embeddings/image "{\"image_url\":\"$site/there\"}"
code_is 200 'also behind a redirect'
post /api/v1/embeddings/image "{\"image_url\":\"$site/back\"}"
code_is 502 'but not one to this machine'
like "$(field .error)" 'not an address of the public internet' 'which is said'
post /api/v1/embeddings/image "{\"image_url\":\"$site/none\"}"
code_is 502 'what is not there'
post /api/v1/embeddings/image "{\"image_url\":\"$site/large\"}"
code_is 413 'what is too large'

# Nothing in a record of metadata but metadata.
img-meta a.png | jq -cS 'del(.image_path, .modification_date)' >expected.json
post /api/v1/metadata "{\"image_url\":\"$site/a.png\"}"
code_is 200 'metadata of a URL'
jq -cS 'del(.image_path, .modification_date)' out >got.json
same expected.json got.json 'are those of the file'
post /api/v1/metadata "{\"image_url\":\"$site/large\"}"
code_is 413 'metadata of what is too large'
is "$(field .error_code)" too_large 'a record, and no bytes before it'
post /api/v1/metadata "{\"image_url\":\"$site/none\"}"
code_is 502 'metadata of what is not there'
is "$(field .error_code)" remote 'a record, too'
serve_stop
kill "$site_pid"
done_testing
