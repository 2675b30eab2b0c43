/* Requests in the three dialects. */
#include "engine/remote/compose.h"

#include <string.h>

#include "json/base64.h"
#include "json/string.h"
#include "net/url.h"

void img_remote_put_url(const struct img_remote_tongue *tongue, bool texts, struct img_buf *out)
{
    const char *endpoint = tongue->endpoint;
    size_t len = strlen(endpoint);
    while (len > 0 && endpoint[len - 1] == '/')
        len--;
    bool has_version = len >= 3 && memcmp(endpoint + len - 3, "/v1", 3) == 0;
    const char *path = texts ? "/api/v1/embeddings/text" : "/api/v1/embeddings/image";
    if (tongue->api == IMG_REMOTE_OLLAMA)
        path = "/api/embed";
    else if (tongue->api == IMG_REMOTE_OPENAI)
        path = has_version ? "/embeddings" : "/v1/embeddings";
    img_url_join(endpoint, path, out);
}

/* The media type of a picture, which a data: URL begins with. */
static const char *media_type(enum img_format format)
{
    static const char *const types[IMG_FORMAT_COUNT] = {
        [IMG_FORMAT_JPEG] = "image/jpeg", [IMG_FORMAT_PNG] = "image/png",
        [IMG_FORMAT_BMP] = "image/bmp",   [IMG_FORMAT_TIFF] = "image/tiff",
        [IMG_FORMAT_GIF] = "image/gif",   [IMG_FORMAT_WEBP] = "image/webp",
        [IMG_FORMAT_HEIF] = "image/heif", [IMG_FORMAT_AVIF] = "image/avif",
        [IMG_FORMAT_JXL] = "image/jxl",   [IMG_FORMAT_JPEG2000] = "image/jp2",
    };
    const char *type = format < IMG_FORMAT_COUNT ? types[format] : NULL;
    return type ? type : "application/octet-stream";
}

/* {"model":…, where the server has several. */
static void begin(const struct img_remote_tongue *tongue, struct img_buf *out)
{
    img_buf_putc(out, '{');
    if (tongue->api == IMG_REMOTE_IMG_SERVE)
        return;
    img_buf_puts(out, "\"model\":");
    img_json_put_text(out, tongue->model);
    img_buf_putc(out, ',');
}

static void end(const struct img_remote_tongue *tongue, struct img_buf *out)
{
    if (tongue->api == IMG_REMOTE_IMG_SERVE)
        img_buf_puts(out, ",\"normalize\":false");
    if (tongue->api != IMG_REMOTE_OLLAMA)
        img_buf_puts(out, tongue->numbers ? ",\"encoding_format\":\"float\""
                                          : ",\"encoding_format\":\"base64\"");
    img_buf_putc(out, '}');
}

void img_remote_put_picture(const struct img_remote_tongue *tongue,
                            const struct img_encoded *picture, struct img_buf *out)
{
    begin(tongue, out);
    if (tongue->api == IMG_REMOTE_OLLAMA)
        img_buf_puts(out, "\"input\":[],\"images\":[\"");
    else if (tongue->api == IMG_REMOTE_OPENAI)
        img_buf_printf(out, "\"input\":[\"data:%s;base64,", media_type(picture->format));
    else
        img_buf_puts(out, "\"image_base64\":\"");
    img_base64_encode(out, picture->bytes, picture->len);
    img_buf_puts(out, tongue->api == IMG_REMOTE_IMG_SERVE ? "\"" : "\"]");
    end(tongue, out);
}

void img_remote_put_texts(const struct img_remote_tongue *tongue, const struct img_text *texts,
                          size_t n, struct img_buf *out)
{
    begin(tongue, out);
    img_buf_puts(out, tongue->api == IMG_REMOTE_IMG_SERVE ? "\"texts\":[" : "\"input\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            img_buf_putc(out, ',');
        img_json_put_string(out, texts[i].bytes, texts[i].len);
    }
    img_buf_putc(out, ']');
    end(tongue, out);
}
