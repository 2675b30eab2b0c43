/* The server: everything that requests share, opened and closed together. */
#ifndef IMG_SERVE_SERVE_H
#define IMG_SERVE_SERVE_H

#include "config/config.h"
#include "pipeline/setup.h"
#include "serve/assets.h"
#include "serve/clerks.h"
#include "serve/fetch.h"
#include "serve/guard.h"
#include "serve/metrics.h"
#include "serve/root.h"
#include "serve/shelf.h"
#include "serve/web.h"
#include "serve/work.h"

struct img_serve_options {
    struct img_string_list listen;      /* as img_listeners_add() reads them */
    struct img_string_list hosts;       /* names that Host may be */
    struct img_string_list collections; /* NAME=FOLDER or FOLDER */
    const char *token_file;
    bool insecure, allow_url;
    double max_wait_ms;
    int64_t queue;              /* requests at a time */
    int64_t connections;        /* in all */
    int64_t client_connections; /* from one address */
    int64_t images;             /* inputs of one request */
    uint64_t memory;            /* bytes for requests' bodies */
    int64_t drain;              /* seconds for what has begun, at the end */
};

struct img_serve {
    const struct img_serve_options *options;
    struct img_setup *setup;
    const struct img_report *report;
    bool metadata_allowed; /* enable_metadata_extraction */
    bool has_token;
    char token[IMG_TOKEN_MAX];
    size_t body_max;
    int64_t started; /* seconds since the epoch */
    struct img_root root;
    struct img_assets assets;
    struct img_shelf shelf;
    struct img_metrics metrics;
    struct img_work work;
    struct img_fetch fetch;
    struct img_clerks clerks;
    struct img_listeners listeners;
    struct img_web web;
    atomic_bool ending; /* connections are not kept */
    atomic_bool hurry;  /* nothing new is begun: the end is near */
    atomic_bool closed; /* no request is taken any more */
    atomic_ullong checks; /* of health */
};

/* Opens all; setup holds the model and its running embedder. Must not move. Fails with USAGE, CONFIG,
 * SYSTEM or OUT_OF_MEMORY, or as what is opened does. */
IMG_CHECKED bool img_serve_open(struct img_serve *serve, const struct img_serve_options *options,
                                const struct img_config *config, struct img_setup *setup,
                                const struct img_report *report, struct img_err *err);

/* Answers until a signal comes, then finishes what has begun. Fails with SYSTEM. */
IMG_CHECKED bool img_serve_run(struct img_serve *serve, const struct img_config *config,
                               struct img_err *err);

void img_serve_close(struct img_serve *serve);

#endif
