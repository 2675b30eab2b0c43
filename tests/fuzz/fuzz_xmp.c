/* Labels merged into any bytes: a refusal, or the same bytes with one piece put in, which a second
 * merge finds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/xmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All of old but the "/" of a tag that was opened up is still there, in front and behind. */
static void require_kept(const char *old, size_t old_len, const struct img_buf *fresh)
{
    size_t before = 0, behind = 0;
    while (before < old_len && old[before] == fresh->data[before])
        before++;
    while (behind < old_len - before &&
           old[old_len - 1 - behind] == fresh->data[fresh->len - 1 - behind])
        behind++;
    if (before + behind + 2 < old_len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"a", "<&>", "caf\xc3\xa9"};
    struct img_buf out = {0}, again = {0};
    struct img_err err;
    size_t added, more;
    const char *text = (const char *)data;
    if (img_xmp_merge(text, size, labels, 3, &out, &added, &err)) {
        if (added > 3 || out.len < size)
            abort();
        require_kept(text, size, &out);
        if (!img_xmp_merge(out.data, out.len, labels, 3, &again, &more, &err) || more != 0 ||
            again.len != out.len || memcmp(again.data, out.data, out.len) != 0)
            abort();
    } else if (out.len != 0) {
        abort();
    }
    img_buf_clear(&out);
    img_buf_clear(&again);
    return 0;
}
