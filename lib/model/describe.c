/* Counting and wording what a model is. */
#include "model/describe.h"

#include <math.h>

#include "json/number.h"
#include "json/string.h"
#include "model/names.h"

static bool count_piece(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    struct img_model_facts *facts = ctx;
    uint64_t count = (uint64_t)piece->rows * piece->cols;
    (void)err;
    facts->parameters += count;
    if (piece->role == IMG_LOGIT_SCALE)
        return true;
    if (piece->side == IMG_IMAGE_TOWER)
        facts->image_parameters += count;
    else
        facts->text_parameters += count;
    return true;
}

/* The floating-point format of the checkpoint, where all its tensors share one. */
static const char *stored_as(const struct img_weights *weights)
{
    static const char *const names[] = {
        [IMG_F32] = "F32", [IMG_F16] = "F16", [IMG_BF16] = "BF16", [IMG_F64] = "F64"};
    const char *found = NULL;
    for (size_t i = 0; i < img_weights_count(weights); i++) {
        enum img_dtype dtype = img_weights_at(weights, i)->dtype;
        if (dtype == IMG_I64 || dtype == IMG_OTHER)
            continue;
        if (found && found != names[dtype])
            return "mixed";
        found = names[dtype];
    }
    return found ? found : "mixed";
}

bool img_model_facts(const struct img_model *model, struct img_model_facts *facts,
                     struct img_err *err)
{
    float scale;
    *facts = (struct img_model_facts){.stored = stored_as(model->weights)};
    if (!img_pieces_visit(&model->arch, count_piece, facts, err) ||
        !img_model_fingerprint(model, facts->fingerprint, err))
        return false;
    for (size_t i = 0; i < model->file_count; i++)
        facts->bytes += model->files[i].stamp.size;
    if (model->arch.text.layers == 0 || model->arch.image.layers == 0)
        return true;
    if (!img_model_read(model, IMG_IMAGE_TOWER, 0, IMG_LOGIT_SCALE, &scale, err))
        return false;
    facts->logit_scale = expf(scale);
    return true;
}

static const char *layout_text(uint32_t layout)
{
    return layout == IMG_LAYOUT_HF          ? "Hugging Face CLIP"
           : layout == IMG_LAYOUT_OPEN_CLIP ? "open_clip CLIP"
                                            : "timm vision transformer";
}

static const char *layout_word(uint32_t layout)
{
    return layout == IMG_LAYOUT_HF ? "hf" : layout == IMG_LAYOUT_OPEN_CLIP ? "open_clip" : "timm";
}

static const char *activation_word(uint32_t activation)
{
    return activation == IMG_QUICK_GELU ? "quick_gelu" : "gelu";
}

static const char *crop_word(uint32_t crop)
{
    return crop == IMG_CROP_DOWN ? "down" : "half_even";
}

static const char *tokenizer_word(const struct img_model *model)
{
    return model->tokenizer_family == IMG_TOKENIZER_HF ? "hf" : "open_clip";
}

/* 151277313 as 151,277,313 */
static void put_grouped(struct img_buf *out, uint64_t number)
{
    char text[32];
    size_t len = 0, digits = 0;
    do {
        if (digits > 0 && digits % 3 == 0)
            text[len++] = ',';
        text[len++] = (char)('0' + number % 10);
        number /= 10;
        digits++;
    } while (number > 0);
    while (len > 0)
        img_buf_putc(out, text[--len]);
}

static void put_triple(struct img_buf *out, const float values[3])
{
    char text[IMG_FLOAT_TEXT];
    for (size_t i = 0; i < 3; i++) {
        if (i > 0)
            img_buf_putc(out, ' ');
        img_buf_put(out, text, img_float_text(values[i], text));
    }
}

static void put_tower_text(struct img_buf *out, const struct img_tower *tower)
{
    img_buf_printf(out, "%u layers of width %u, %u heads, MLP %u, %s\n", (unsigned)tower->layers,
                   (unsigned)tower->width, (unsigned)tower->heads, (unsigned)tower->hidden,
                   activation_word(tower->activation));
}

void img_model_put_text(const struct img_model *model, const char *name,
                        const struct img_model_facts *facts, struct img_buf *out)
{
    const struct img_arch *arch = &model->arch;
    const struct img_model_prep *prep = &model->prep;
    img_buf_printf(out, "model:          %s\nfolder:         %s\nlayout:         %s\n", name,
                   model->folder, layout_text(arch->layout));
    img_buf_printf(out, "dimension:      %u\nparameters:     ", (unsigned)arch->dimension);
    put_grouped(out, facts->parameters);
    if (arch->text.layers > 0) {
        img_buf_puts(out, " (image ");
        put_grouped(out, facts->image_parameters);
        img_buf_puts(out, ", text ");
        put_grouped(out, facts->text_parameters);
        img_buf_putc(out, ')');
    }
    img_buf_printf(out, "\nimage tower:    %u x %u pixels in patches of %u; ",
                   (unsigned)arch->image_size, (unsigned)arch->image_size, (unsigned)arch->patch);
    put_tower_text(out, &arch->image);
    if (arch->text.layers > 0) {
        img_buf_printf(out, "text tower:     %u tokens of %u; ", (unsigned)arch->context,
                       (unsigned)arch->vocab_size);
        put_tower_text(out, &arch->text);
        img_buf_printf(out, "tokenizer:      CLIP's, as %s has it\nlogit scale:    ",
                       model->tokenizer_family == IMG_TOKENIZER_HF ? "transformers" : "open_clip");
        char text[IMG_FLOAT_TEXT];
        img_buf_put(out, text, img_float_text(facts->logit_scale, text));
        img_buf_putc(out, '\n');
    }
    if (arch->classes > 0)
        img_buf_printf(out, "classes:        %u\n", (unsigned)arch->classes);
    img_buf_printf(out, "preprocessing:  shortest edge to %u, centre %u x %u (rounded %s)\n",
                   (unsigned)prep->resize, (unsigned)prep->size, (unsigned)prep->size,
                   prep->crop == IMG_CROP_DOWN ? "down" : "half to even");
    img_buf_puts(out, "mean:           ");
    put_triple(out, prep->mean);
    img_buf_puts(out, "\nstd:            ");
    put_triple(out, prep->std);
    img_buf_printf(out, "\nfingerprint:    %s\nstored as:      %s, ", facts->fingerprint,
                   facts->stored);
    put_grouped(out, facts->bytes);
    img_buf_puts(out, " bytes in\n");
    for (size_t i = 0; i < model->file_count; i++)
        img_buf_printf(out, "                %s\n", model->files[i].path);
}

static void put_tower_members(struct img_buf *out, const struct img_tower *tower,
                              uint64_t parameters)
{
    img_buf_printf(out,
                   "\"width\":%u,\"layers\":%u,\"heads\":%u,\"hidden\":%u,\"activation\":\"%s\"",
                   (unsigned)tower->width, (unsigned)tower->layers, (unsigned)tower->heads,
                   (unsigned)tower->hidden, activation_word(tower->activation));
    img_buf_puts(out, ",\"epsilon\":");
    img_json_put_float(out, tower->epsilon);
    img_buf_puts(out, ",\"parameters\":");
    img_json_put_uint(out, parameters);
}

static void put_towers(struct img_buf *out, const struct img_arch *arch,
                       const struct img_model_facts *facts)
{
    img_buf_printf(out, ",\"image\":{\"size\":%u,\"patch\":%u,", (unsigned)arch->image_size,
                   (unsigned)arch->patch);
    put_tower_members(out, &arch->image, facts->image_parameters);
    img_buf_puts(out, "},\"text\":");
    if (arch->text.layers == 0) {
        img_buf_puts(out, "null");
        return;
    }
    img_buf_printf(out, "{\"context\":%u,\"vocab_size\":%u,\"pooling\":\"%s\",\"eos_id\":%u,",
                   (unsigned)arch->context, (unsigned)arch->vocab_size,
                   arch->pool_highest ? "highest_id" : "first_eos", (unsigned)arch->eos_id);
    put_tower_members(out, &arch->text, facts->text_parameters);
    img_buf_putc(out, '}');
}

static void put_preprocessing(struct img_buf *out, const struct img_model_prep *prep)
{
    img_buf_printf(out, ",\"preprocessing\":{\"resize\":%u,\"size\":%u,\"crop\":\"%s\",\"mean\":",
                   (unsigned)prep->resize, (unsigned)prep->size, crop_word(prep->crop));
    img_json_put_floats(out, prep->mean, 3);
    img_buf_puts(out, ",\"std\":");
    img_json_put_floats(out, prep->std, 3);
    img_buf_putc(out, '}');
}

static void put_files(struct img_buf *out, const struct img_model *model)
{
    img_buf_puts(out, ",\"files\":[");
    for (size_t i = 0; i < model->file_count; i++) {
        img_buf_puts(out, i ? ",{\"path\":" : "{\"path\":");
        img_json_put_text(out, model->files[i].path);
        img_buf_puts(out, ",\"size\":");
        img_json_put_uint(out, model->files[i].stamp.size);
        img_buf_putc(out, '}');
    }
    img_buf_putc(out, ']');
}

void img_model_put_json(const struct img_model *model, const char *name,
                        const struct img_model_facts *facts, struct img_buf *out)
{
    const struct img_arch *arch = &model->arch;
    bool speaks = arch->text.layers > 0;
    img_buf_puts(out, "{\"model_name\":");
    img_json_put_text(out, name);
    img_buf_puts(out, ",\"model_fingerprint\":");
    img_json_put_text(out, facts->fingerprint);
    img_buf_puts(out, ",\"path\":");
    img_json_put_text(out, model->folder);
    img_buf_printf(out,
                   ",\"layout\":\"%s\",\"dimension\":%u,\"parameters\":", layout_word(arch->layout),
                   (unsigned)arch->dimension);
    img_json_put_uint(out, facts->parameters);
    put_towers(out, arch, facts);
    img_buf_puts(out, ",\"classes\":");
    img_json_put_uint(out, arch->classes);
    img_buf_puts(out, ",\"logit_scale\":");
    if (speaks)
        img_json_put_float(out, facts->logit_scale);
    else
        img_buf_puts(out, "null");
    put_preprocessing(out, &model->prep);
    img_buf_puts(out, ",\"tokenizer\":");
    img_json_put_text(out, speaks ? tokenizer_word(model) : NULL);
    img_buf_puts(out, ",\"stored\":");
    img_json_put_text(out, facts->stored);
    img_buf_puts(out, ",\"size\":");
    img_json_put_uint(out, facts->bytes);
    put_files(out, model);
    img_buf_puts(out, "}\n");
}
