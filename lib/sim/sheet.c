/* Reading all records, then writing the page as the thumbnails come. */
#include "sim/sheet.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/place.h"
#include "cli/signals.h"
#include "input/lines.h"
#include "record/read.h"
#include "sim/sheet_page.h"

enum { ASSET_MAX = 1 << 20 };

struct sheet {
    const struct img_sheet_options *options;
    struct img_tally *tally;
    struct img_sheet_list list;
    struct img_sheet_page page;
    struct img_buf style, script;
    char folder[PATH_MAX], here[PATH_MAX];
    struct img_thumbs thumbs;
    struct img_newfile file;
    struct img_buf text;
};

static bool read_records(struct sheet *s, struct img_err *err)
{
    struct img_lines lines;
    const char *line;
    size_t len;
    bool ok = true;
    img_lines_init(&lines, s->options->fd, '\n', IMG_RECORD_LINE_MAX);
    while (ok) {
        bool got = img_lines_next(&lines, &line, &len, err);
        if (got && !line)
            break;
        if (got && img_sheet_list_add(&s->list, line, len, err))
            continue;
        ok = err->code == IMG_ERR_BAD_RECORD || (!got && err->code == IMG_ERR_TOO_LARGE);
        if (ok) {
            img_report(s->options->report, IMG_WARNING, "line %llu: %s",
                       (unsigned long long)lines.number, err->text);
            s->tally->failed++;
        }
    }
    img_lines_clear(&lines);
    return ok && img_sheet_list_sort(&s->list, err);
}

static bool read_asset(const char *name, struct img_buf *out, struct img_err *err)
{
    char path[PATH_MAX];
    return img_place_data(name, path, err) &&
           (img_file_read(path, ASSET_MAX, out, err) || img_err_in(err, "%s", path));
}

/* Where the page will lie, so that it can refer to pictures. */
static bool find_folder(struct sheet *s, struct img_err *err)
{
    char name[PATH_MAX];
    const char *output = s->options->output ? s->options->output : "";
    const char *slash = strrchr(output, '/');
    size_t len = slash ? (size_t)(slash - output) + 1 : 0;
    if (len >= sizeof name)
        return img_err_set(err, IMG_ERR_OUTPUT, "the path is too long");
    memcpy(name, len > 0 ? output : ".", len > 0 ? len : 1);
    name[len > 0 ? len : 1] = '\0';
    if (!getcwd(s->here, sizeof s->here))
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot tell the current folder");
    if (!realpath(name, s->folder))
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s", name);
    return true;
}

static const char *title_of(const struct sheet *s)
{
    if (s->options->title)
        return s->options->title;
    const struct img_sheet_section *only = s->list.sections;
    if (s->list.section_count == 1 && only->kind == IMG_SHEET_QUERY && only->heading)
        return only->heading;
    return "Contact sheet";
}

static bool prepare(struct sheet *s, struct img_err *err)
{
    const struct img_thumbs_options thumbs = {
        .config = s->options->config,
        .side = s->options->side,
        .kind = IMG_THUMBNAIL_JPEG,
        .decoders = s->options->jobs,
        .report = s->options->report,
    };
    if (!read_asset("sheet/sheet.css", &s->style, err) ||
        !read_asset("sheet/sheet.js", &s->script, err) || !find_folder(s, err))
        return false;
    s->page = (struct img_sheet_page){
        .title = title_of(s),
        .style = s->style.data ? s->style.data : "",
        .script = s->script.data ? s->script.data : "",
        .folder = s->folder,
        .here = s->here,
        .side = s->options->side,
        .common = s->list.common,
    };
    return img_thumbs_open(&s->thumbs, &thumbs, err);
}

/* Passes on what has been put together. */
static bool pass(struct sheet *s, struct img_err *err)
{
    bool ok = img_buf_ok(&s->text, err);
    if (ok && s->options->output)
        ok = img_newfile_write(&s->file, s->text.data, s->text.len, err);
    else if (ok)
        ok = img_output_lines(s->options->out, s->text.data, s->text.len, err);
    img_buf_reset(&s->text);
    return ok;
}

static bool put_items(struct sheet *s, const struct img_sheet_section *section, struct img_err *err)
{
    for (size_t at = 0; at < section->count; at += IMG_THUMBS_BATCH) {
        const struct img_sheet_item *items = s->list.items + section->first + at;
        const char *paths[IMG_THUMBS_BATCH];
        size_t n = section->count - at < IMG_THUMBS_BATCH ? section->count - at : IMG_THUMBS_BATCH;
        for (size_t i = 0; i < n; i++)
            paths[i] = items[i].failed ? NULL : items[i].path;
        const struct img_thumb *thumbs = img_thumbs_make(&s->thumbs, paths, n);
        if (img_signals_caught()) {
            err->code = IMG_OK;
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            bool shown = items[i].text || (!items[i].failed && thumbs[i].err.code == IMG_OK);
            img_sheet_put_item(&s->text, &s->page, section, &items[i], &thumbs[i]);
            if (!pass(s, err))
                return false;
            s->tally->worked += shown;
            s->tally->failed += !shown;
            if (!shown && !items[i].failed)
                img_report(s->options->report, IMG_WARNING, "%s: %s", items[i].path,
                           thumbs[i].err.text);
        }
    }
    return true;
}

static bool put_page(struct sheet *s, struct img_err *err)
{
    img_sheet_put_head(&s->text, &s->page, &s->list);
    for (size_t i = 0; i < s->list.section_count; i++) {
        img_sheet_put_section(&s->text, &s->list.sections[i], i + 1);
        if (!pass(s, err) || !put_items(s, &s->list.sections[i], err))
            return false;
        img_sheet_put_section_end(&s->text);
    }
    img_sheet_put_tail(&s->text, &s->page);
    return pass(s, err);
}

bool img_sheet_make(const struct img_sheet_options *options, struct img_tally *tally,
                    struct img_err *err)
{
    const char *output = options->output;
    struct sheet *s = calloc(1, sizeof *s);
    if (!s)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a sheet");
    s->options = options;
    s->tally = tally;
    bool ok = !output || img_file_may_replace(output, err) || img_err_in(err, "%s", output);
    ok = ok && read_records(s, err) && prepare(s, err);
    if (ok && output && !img_newfile_open(&s->file, output, err))
        ok = img_err_in(err, "%s", output);
    ok = ok && put_page(s, err);
    if (ok && output && !img_newfile_commit(&s->file, err))
        ok = img_err_in(err, "%s", output);
    img_newfile_abort(&s->file);
    img_thumbs_close(&s->thumbs);
    img_sheet_list_clear(&s->list);
    img_buf_clear(&s->style);
    img_buf_clear(&s->script);
    img_buf_clear(&s->text);
    free(s);
    return ok;
}
