/* The table of routes. */
#include "serve/route.h"

#include <string.h>

#include "serve/api.h"

static const struct img_route routes[] = {
    {.path = "/", .open = true, .begin = img_api_page},
    {.path = "/page.css", .open = true, .begin = img_api_style},
    {.path = "/page.js", .open = true, .begin = img_api_script},
    {.path = "/openapi.json", .open = true, .begin = img_api_openapi},
    {.path = "/healthz", .open = true, .begin = img_api_health},
    {.path = "/metrics", .begin = img_api_metrics},
    {.path = "/api/v1/embeddings/image", .post = true, .begin = img_api_image},
    {.path = "/api/v1/embeddings/image/batch", .post = true, .begin = img_api_batch},
    {.path = "/api/v1/embeddings/text", .post = true, .begin = img_api_text},
    {.path = "/api/v1/metadata", .post = true, .begin = img_api_metadata},
    {.path = "/api/v1/search/image", .post = true, .begin = img_api_search_image},
    {.path = "/api/v1/search/text", .post = true, .begin = img_api_search_text},
    {.path = "/api/v1/collections", .begin = img_api_collections},
    {.path = "/api/v1/thumbnail", .begin = img_api_thumbnail},
    {.path = "/v1/embeddings", .post = true, .dialect = IMG_DIALECT_OPENAI,
     .begin = img_api_openai},
    {.path = "/v1/models", .dialect = IMG_DIALECT_OPENAI, .begin = img_api_openai_models},
    {.path = "/api/embed", .post = true, .dialect = IMG_DIALECT_OLLAMA, .begin = img_api_ollama},
    {.path = "/api/tags", .dialect = IMG_DIALECT_OLLAMA, .begin = img_api_ollama_tags},
    {.path = "/api/version", .dialect = IMG_DIALECT_OLLAMA, .begin = img_api_ollama_version},
};

const struct img_route *img_routes(size_t *count)
{
    *count = sizeof routes / sizeof routes[0];
    return routes;
}

const struct img_route *img_route_find(const char *path, const char *method,
                                       const struct img_route **other)
{
    bool post = strcmp(method, "POST") == 0;
    bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    *other = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, path) != 0)
            continue;
        if (routes[i].post ? post : get)
            return &routes[i];
        *other = &routes[i];
    }
    return NULL;
}
