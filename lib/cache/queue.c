/* Entries that wait to be written. */
#include "cache/queue.h"

#include "cache/pack.h"

enum { HEAD = 12 };

size_t img_cache_queued_size(size_t name_len, size_t value_len)
{
    return HEAD + name_len + value_len;
}

void img_cache_queue_put(struct img_buf *queue, enum img_cache_table table,
                         struct img_cache_bytes name, const unsigned char *value, size_t len)
{
    size_t size = img_cache_queued_size(name.len, len);
    unsigned char *to = (unsigned char *)img_buf_room(queue, size);
    if (!to) {
        queue->failed = false;
        return;
    }
    img_pack32(to, (uint32_t)table);
    img_pack32(to + 4, (uint32_t)name.len);
    img_pack32(to + 8, (uint32_t)len);
    memcpy(to + HEAD, name.data, name.len);
    memcpy(to + HEAD + name.len, value, len);
    queue->len += size;
}

bool img_cache_queue_next(const struct img_buf *queue, size_t *at,
                          struct img_cache_queued *entry)
{
    if (*at >= queue->len)
        return false;
    const unsigned char *from = (const unsigned char *)queue->data + *at;
    entry->table = (enum img_cache_table)img_unpack32(from);
    entry->name = (struct img_cache_bytes){from + HEAD, img_unpack32(from + 4)};
    entry->value = (struct img_cache_bytes){from + HEAD + entry->name.len, img_unpack32(from + 8)};
    *at += img_cache_queued_size(entry->name.len, entry->value.len);
    return true;
}
