/* SHA-256 and SHA-1, the names under which model files are published: a large file's ETag is its
 * SHA-256, a small one's is the SHA-1 of its git blob. They tell a damaged download from a good
 * one; content identity inside img-tools is XXH3 (hash.h). SHA-1 is no defence against forgery.
 * Specification: FIPS 180-4. */
#ifndef IMG_BASE_DIGEST_H
#define IMG_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum img_digest_kind { IMG_SHA1, IMG_SHA256 };
enum { IMG_DIGEST_HEX = 65 }; /* 64 (SHA-256) or 40 (SHA-1) digits and the NUL */

struct img_digest {
    enum img_digest_kind kind;
    uint32_t state[8];
    uint64_t total; /* bytes added */
    unsigned char block[64];
    size_t filled;
};

void img_digest_init(struct img_digest *digest, enum img_digest_kind kind);
void img_digest_add(struct img_digest *digest, const void *bytes, size_t len);

/* Lower-case hex digits of what was added; then it must be initialised before it is used again. */
void img_digest_hex(struct img_digest *digest, char hex[IMG_DIGEST_HEX]);

#endif
