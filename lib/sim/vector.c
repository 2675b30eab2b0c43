/* Reading one vector. */
#include "sim/vector.h"

#include <string.h>

#include "base/file.h"
#include "record/read.h"

enum { FILE_MAX = 64 << 20 };

bool img_sim_vector_of(const struct img_json_object *record, struct img_arena *arena,
                       struct img_vector_facts *facts, const char *of, const float **vector,
                       struct img_err *err)
{
    struct img_vector_facts own;
    size_t dimension;
    return img_record_embedding(record, arena, vector, &dimension, err) &&
           img_vector_facts_read(&own, record, dimension, arena, err) &&
           img_vector_facts_meet(facts, of, &own, "the query's vector", err);
}

/* An array is a record that holds nothing else. */
static bool read_json(const char *text, size_t len, struct img_arena *arena,
                      struct img_vector_facts *facts, const char *of, const float **vector,
                      struct img_err *err)
{
    struct img_json_object record;
    const char *line = text;
    if (text[0] == '[') {
        line = img_arena_printf(arena, err, "{\"embedding\":%s}", text);
        if (!line)
            return false;
        len = strlen(line);
    }
    if (!img_json_scan(line, len, arena, &record, err))
        return text[0] == '[' && err->code == IMG_ERR_BAD_RECORD
                   ? img_err_set(err, IMG_ERR_BAD_RECORD, "not a JSON array of finite numbers")
                   : false;
    return img_sim_vector_of(&record, arena, facts, of, vector, err);
}

static bool is_json(const char *text)
{
    return text[0] == '[' || text[0] == '{';
}

static bool read_file(const char *path, struct img_arena *arena, struct img_vector_facts *facts,
                      const char *of, const float **vector, struct img_err *err)
{
    struct img_buf bytes = {0};
    bool ok = img_file_read(path, FILE_MAX, &bytes, err);
    const char *text = ok && bytes.data ? bytes.data + strspn(bytes.data, " \t\r\n") : "";
    if (ok && !is_json(text))
        ok = img_err_set(err, IMG_ERR_BAD_RECORD, "neither a JSON array nor a record");
    if (ok) {
        const char *kept = img_arena_copy(arena, text, strlen(text), err);
        ok = kept && read_json(kept, strlen(kept), arena, facts, of, vector, err);
    }
    img_buf_clear(&bytes);
    return ok || img_err_in(err, "%s", path);
}

bool img_sim_vector_read(const char *text, struct img_arena *arena, struct img_vector_facts *facts,
                         const char *of, const float **vector, struct img_err *err)
{
    if (!is_json(text))
        return read_file(text, arena, facts, of, vector, err);
    return read_json(text, strlen(text), arena, facts, of, vector, err) ||
           img_err_in(err, "--vector");
}
