/* Reading which part of the inputs is wanted. */
#include "pipeline/shard.h"

#include <ctype.h>
#include <stdlib.h>

bool img_shard_parse(const char *text, uint64_t *shard, uint64_t *shards, struct img_err *err)
{
    char *slash, *end;
    *shard = *shards = 0;
    if (!text)
        return true;
    if (isdigit((unsigned char)text[0])) {
        *shard = strtoul(text, &slash, 10);
        if (*slash == '/' && isdigit((unsigned char)slash[1])) {
            *shards = strtoul(slash + 1, &end, 10);
            if (*end == '\0' && *shard >= 1 && *shard <= *shards && *shards <= 1000000)
                return true;
        }
    }
    return img_err_set(err, IMG_ERR_USAGE, "--shard: '%s' is not I/N with I from 1 to N", text);
}
