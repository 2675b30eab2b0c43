/* Which path and method lead where. */
#ifndef IMG_SERVE_ROUTE_H
#define IMG_SERVE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct img_request;

enum img_dialect { IMG_DIALECT_OURS, IMG_DIALECT_OPENAI, IMG_DIALECT_OLLAMA };

struct img_route {
    const char *path;
    bool post;      /* else GET and HEAD */
    bool open;      /* needs no token */
    enum img_dialect dialect; /* whose shape errors have */
    void (*begin)(struct img_request *request);
};

/* All of them; the same path may stand there with another method. */
const struct img_route *img_routes(size_t *count);

/* The route, or NULL; *other then is a route of the path with another method, or NULL. */
const struct img_route *img_route_find(const char *path, const char *method,
                                       const struct img_route **other);

#endif
