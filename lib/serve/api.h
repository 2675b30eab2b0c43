/* What each route does with a request: its first step, called by a clerk. */
#ifndef IMG_SERVE_API_H
#define IMG_SERVE_API_H

#include "serve/request.h"

/* Our own: records in, records out. */
void img_api_image(struct img_request *request);
void img_api_batch(struct img_request *request);
void img_api_text(struct img_request *request);
void img_api_metadata(struct img_request *request);
void img_api_thumbnail(struct img_request *request);
void img_api_search_image(struct img_request *request);
void img_api_search_text(struct img_request *request);
void img_api_collections(struct img_request *request);

/* OpenAI's and Ollama's. */
void img_api_openai(struct img_request *request);
void img_api_openai_models(struct img_request *request);
void img_api_ollama(struct img_request *request);
void img_api_ollama_tags(struct img_request *request);
void img_api_ollama_version(struct img_request *request);

/* About the server. */
void img_api_health(struct img_request *request);
void img_api_metrics(struct img_request *request);
void img_api_page(struct img_request *request);
void img_api_style(struct img_request *request);
void img_api_script(struct img_request *request);
void img_api_openapi(struct img_request *request);

/* For them: the ask of a request, in its arena, with the settings' wishes where it has none. NULL when
 * it cannot be read; the request is then answered. */
struct img_ask *img_api_ask(struct img_request *request, enum img_ask_kind kind);

/* A request that ends with err, by the status that it stands for. */
void img_api_fail(struct img_request *request, const struct img_err *err);

/* The record of entry i, as the whole answer. */
void img_api_record(struct img_request *request, size_t i, struct img_buf *out);

#endif
