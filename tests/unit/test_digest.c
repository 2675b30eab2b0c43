/* SHA-256 and SHA-1: the standard's own vectors, and every way a block can fall apart. */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void check(enum img_digest_kind kind, const char *bytes, size_t len, const char *want)
{
    struct img_digest digest;
    char hex[IMG_DIGEST_HEX];
    img_digest_init(&digest, kind);
    img_digest_add(&digest, bytes, len);
    img_digest_hex(&digest, hex);
    assert_string_equal(hex, want);
}

static void standard_vectors(void **state)
{
    (void)state;
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check(IMG_SHA256, "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check(IMG_SHA256, "abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check(IMG_SHA256, two, strlen(two),
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check(IMG_SHA1, "", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    check(IMG_SHA1, "abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check(IMG_SHA1, two, strlen(two), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

static void a_million_letters_in_uneven_pieces(void **state)
{
    (void)state;
    char piece[977];
    memset(piece, 'a', sizeof piece);
    struct img_digest sha256, sha1;
    img_digest_init(&sha256, IMG_SHA256);
    img_digest_init(&sha1, IMG_SHA1);
    for (size_t left = 1000000, step = 1; left > 0; step = (step * 7 + 3) % sizeof piece) {
        size_t take = step < left ? step : left;
        img_digest_add(&sha256, piece, take);
        img_digest_add(&sha1, piece, take);
        left -= take;
    }
    char hex[IMG_DIGEST_HEX];
    img_digest_hex(&sha256, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    img_digest_hex(&sha1, hex);
    assert_string_equal(hex, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* Around the block's end and the length field, one byte at a time equals all at once. */
static void padding_at_every_length(void **state)
{
    (void)state;
    char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        for (int kind = IMG_SHA1; kind <= IMG_SHA256; kind++) {
            struct img_digest whole, single;
            char a[IMG_DIGEST_HEX], b[IMG_DIGEST_HEX];
            img_digest_init(&whole, (enum img_digest_kind)kind);
            img_digest_init(&single, (enum img_digest_kind)kind);
            img_digest_add(&whole, bytes, len);
            for (size_t i = 0; i < len; i++)
                img_digest_add(&single, bytes + i, 1);
            img_digest_hex(&whole, a);
            img_digest_hex(&single, b);
            assert_string_equal(a, b);
        }
    }
    memset(bytes, 'a', sizeof bytes);
    check(IMG_SHA256, bytes, 55,
          "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    check(IMG_SHA256, bytes, 56,
          "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
    check(IMG_SHA256, bytes, 64,
          "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_vectors),
        cmocka_unit_test(a_million_letters_in_uneven_pieces),
        cmocka_unit_test(padding_at_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
