/* Filling the embedding record of an item. */
#include "pipeline/record.h"

#include <stdio.h>

#include "record/embedding.h"

static struct img_metadata_record metadata_of(const struct img_item *item, char modified[40])
{
    const struct img_info *info = item->has_facts ? &item->facts : &item->info;
    snprintf(modified, 40, "%s", info->modification_date);
    if (modified[0] == '\0')
        img_metadata_file_time(item->has_stamp ? item->stamp.mtime_ns : 0, modified);
    return (struct img_metadata_record){
        .image_path = item->path,
        .image_path_len = item->path_len,
        .width = info->width,
        .height = info->height,
        .format = img_format_name((enum img_format)info->format),
        .mode = info->mode,
        .size = item->content.size,
        .dpi_x = (double)info->dpi_x,
        .dpi_y = (double)info->dpi_y,
        .creation_date = info->creation_date,
        .modification_date = modified,
        .camera_info = item->camera_info,
        .gps_info = item->gps_info,
        .orientation = info->orientation,
        .has_icc_profile = info->has_icc_profile,
        .has_alpha = info->has_alpha,
        .pages = info->pages,
        .known = info->width > 0,
    };
}

static struct img_picture_record picture_of(const struct img_info *info)
{
    return (struct img_picture_record){
        .width = info->width,
        .height = info->height,
        .shrink = info->shrink,
        .pixels_hash = &info->pixels_id,
        .perceptual_hash = info->perceptual.bytes,
    };
}

static bool is_low_quality(const struct img_settings *settings, const struct img_item *item,
                           double confidence)
{
    uint32_t shorter =
        item->info.width < item->info.height ? item->info.width : item->info.height;
    return confidence < settings->quality_threshold || shorter < settings->min_image_size;
}

/* What a server may not have said is null. */
static const char *said(const char *text)
{
    return text[0] ? text : NULL;
}

void img_item_put(const struct img_embedder *embedder, const struct img_item *item, bool row,
                  struct img_buf *out)
{
    const struct img_settings *settings = embedder->settings;
    const struct img_wishes wishes = img_settings_wishes(settings, item);
    const struct img_engine_info *info = &embedder->engine->info;
    struct img_metadata_record metadata;
    struct img_picture_record picture;
    struct img_log_line logs[IMG_ITEM_LOGS];
    char modified[40], preprocessing[IMG_PREPROCESSING_HEX];
    if (item->kind == IMG_ITEM_PASSED) {
        img_buf_put(out, item->line, item->line_len);
        img_buf_putc(out, '\n');
        return;
    }
    img_settings_preprocessing(settings, item, preprocessing);
    struct img_embedding_record record = {
        .is_text = item->kind == IMG_ITEM_TEXT,
        .image_path = item->path,
        .image_path_len = item->path_len,
        .text = item->text,
        .text_len = item->text_len,
        .image_id = item->has_content ? &item->content.id : NULL,
        .embedding = item->encoded ? item->embedding : NULL,
        .base64 = wishes.base64,
        .model_name = embedder->model_name,
        .model_fingerprint = said(info->fingerprint),
        .preprocessing = said(preprocessing),
        .precision = item->precision ? item->precision : embedder->precision,
        .dimension = info->dimension,
        .normalized = wishes.normalize,
        .processing_time = item->seconds,
        .cached = item->cached,
        .row = row,
        .stamp = row && item->has_stamp ? &item->stamp : NULL,
        .debug = settings->debug,
        .logs = logs,
        .log_count = item->log_count,
        .error = item->encoded ? NULL : &item->err,
        .input = item->input,
    };
    if (item->encoded && info->takes_files) {
        record.has_confidence = item->told.has_confidence;
        record.confidence = item->told.confidence;
        record.low_quality = item->told.low_quality ||
                             (item->told.has_confidence &&
                              item->told.confidence < settings->quality_threshold);
    } else if (item->encoded && !record.is_text) {
        record.has_confidence = true;
        record.confidence = (double)img_confidence(&item->info, settings->prep.size);
        record.low_quality = is_low_quality(settings, item, record.confidence);
    }
    if (wishes.metadata && !record.is_text && item->has_content) {
        metadata = metadata_of(item, modified);
        record.metadata = &metadata;
    }
    if (row && item->encoded && item->info.has_hashes) {
        picture = picture_of(&item->info);
        record.picture = &picture;
    }
    for (size_t i = 0; i < item->log_count; i++)
        logs[i] = (struct img_log_line){item->logs[i].timestamp, item->logs[i].message};
    img_embedding_put(out, &record);
}
