/* A picture's way through a slot: ask, wait, judge what came back, and say who is to blame when
 * nothing did. */
#include "worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/place.h"
#include "worker/answer.h"
#include "worker/facts.h"
#include "worker/share.h"
#include "worker/team.h"

enum {
    START_MS = 60000, /* for img-decode to load and start a worker, on the busiest machine */
    STOP_MS = 5000,   /* for a worker to be gone once it was to be killed */
    STRAYS = 8,       /* messages beside the answer that one picture may bring */
};

struct slot {
    struct img_share share;
    int socket;      /* -1: not attached */
    uint32_t epoch;  /* of the process it is attached to */
    uint32_t id;     /* of the last request */
    uint32_t generation; /* of the last worker that started */
    bool alive;      /* that worker has not ended, as far as we were told */
};

struct img_workers {
    struct img_team team;
    unsigned slots;
    struct slot slot[];
};

enum outcome {
    ANSWERED, /* the message holds the answer */
    FAILED,   /* err says why the picture fails */
    LOST,     /* img-decode is gone, or as good as that */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t deadline_in(unsigned ms)
{
    return ms == 0 ? INT64_MAX : now_ms() + ms;
}

/* The slot's next message; NOTHING when there is none until the deadline. */
static enum img_worker_got next(const struct slot *slot, int64_t deadline,
                                union img_worker_message *message)
{
    for (;;) {
        enum img_worker_got got = img_worker_receive(slot->socket, MSG_DONTWAIT, message, NULL, 0);
        if (got != IMG_WORKER_GOT_NOTHING)
            return got;
        int64_t left = deadline == INT64_MAX ? -1 : deadline - now_ms();
        if (deadline != INT64_MAX && left <= 0)
            return IMG_WORKER_GOT_NOTHING;
        struct pollfd p = {.fd = slot->socket, .events = POLLIN};
        poll(&p, 1, left > 1000000 ? 1000000 : (int)left);
    }
}

static void note_life(struct slot *slot, const union img_worker_message *message)
{
    if (message->head.kind == IMG_WORKER_STARTED) {
        slot->generation = message->started.generation;
        slot->alive = true;
    } else if (message->head.kind == IMG_WORKER_ENDED &&
               message->ended.generation == slot->generation) {
        slot->alive = false;
    }
}

/* Takes in what was said since the last picture: workers that ended or started meanwhile. */
static bool catch_up(struct slot *slot)
{
    union img_worker_message message;
    for (unsigned strays = 0; strays < STRAYS; strays++) {
        switch (img_worker_receive(slot->socket, MSG_DONTWAIT, &message, NULL, 0)) {
        case IMG_WORKER_GOT:
            note_life(slot, &message);
            break;
        case IMG_WORKER_GOT_NOTHING:
            return true;
        default:
            return false;
        }
    }
    return false;
}

/* Has the slot's worker killed and waits until it is, so that it can take no further picture and
 * touch no further pixel. */
static bool stop_worker(struct img_workers *workers, unsigned index)
{
    struct slot *slot = &workers->slot[index];
    union img_worker_message message;
    int64_t deadline = deadline_in(STOP_MS);
    img_team_kill_worker(&workers->team, index, slot->epoch);
    for (unsigned strays = 0; slot->alive && strays < STRAYS; strays++) {
        enum img_worker_got got = next(slot, deadline, &message);
        if (got == IMG_WORKER_GOT)
            note_life(slot, &message);
        else if (got != IMG_WORKER_GOT_MALFORMED)
            return false;
    }
    return !slot->alive;
}

static enum outcome stop_for(struct img_workers *workers, unsigned index, enum img_code code,
                             const char *why, struct img_err *err)
{
    if (!stop_worker(workers, index))
        img_team_lost(&workers->team, workers->slot[index].epoch);
    img_err_set(err, code, "%s", why);
    return FAILED;
}

static bool send_request(struct slot *slot, union img_worker_message *request)
{
    return img_worker_send(slot->socket, request, IMG_WORKER_DECODE, NULL, 0);
}

enum fate {
    IN_HAND, /* the worker that ended had taken the request */
    WAITING, /* it had not; the next one will, or has */
    DROPPED, /* it ended between receiving it and saying so */
};

static enum fate fate_of_request(const struct slot *slot, uint32_t ended)
{
    int unread = 0;
    if (ioctl(slot->socket, SIOCOUTQ, &unread) == 0 && unread > 0)
        return WAITING;
    uint64_t taken = atomic_load(&slot->share.board->taken);
    if (taken == img_worker_taken(ended, slot->id))
        return IN_HAND;
    return (uint32_t)taken == slot->id ? WAITING : DROPPED;
}

static enum outcome converse(struct img_workers *workers, unsigned index,
                             union img_worker_message *request, union img_worker_message *message,
                             struct img_err *err)
{
    struct slot *slot = &workers->slot[index];
    unsigned timeout_ms = workers->team.timeout_ms;
    bool killed = false; /* a worker, from outside, with this picture in hand: it is tried again */
    if (!send_request(slot, request))
        return LOST;
    /* The picture's time begins when there is a worker for it. */
    int64_t deadline = deadline_in(slot->alive ? timeout_ms : START_MS);
    for (unsigned strays = 0; strays < STRAYS; strays++) {
        enum img_worker_got got = next(slot, deadline, message);
        if (got == IMG_WORKER_GOT_NOTHING && slot->alive) {
            char why[64];
            snprintf(why, sizeof why, "decoding takes longer than %u ms", timeout_ms);
            return stop_for(workers, index, IMG_ERR_TIMEOUT, why, err);
        }
        if (got == IMG_WORKER_GOT_NOTHING || got == IMG_WORKER_GOT_END)
            return LOST;
        if (got == IMG_WORKER_GOT && message->head.kind == IMG_WORKER_ANSWER) {
            if (message->answer.id != slot->id)
                continue;
            if (img_worker_answer_check(&message->answer))
                return ANSWERED;
        } else if (got == IMG_WORKER_GOT && message->head.kind == IMG_WORKER_STARTED) {
            note_life(slot, message);
            deadline = deadline_in(timeout_ms);
            continue;
        } else if (got == IMG_WORKER_GOT && message->head.kind == IMG_WORKER_ENDED) {
            if (message->ended.generation != slot->generation)
                continue;
            note_life(slot, message);
            enum fate fate = fate_of_request(slot, message->ended.generation);
            /* SIGKILL comes from outside: an impatient hand, or a machine out of memory. */
            if (fate == IN_HAND && WIFSIGNALED(message->ended.status) &&
                WTERMSIG(message->ended.status) == SIGKILL && !killed) {
                killed = true;
                fate = DROPPED;
            }
            if (fate == IN_HAND) {
                img_worker_ended_err(message->ended.status, err);
                return FAILED;
            }
            if (fate == DROPPED && !send_request(slot, request))
                return LOST;
            deadline = deadline_in(START_MS);
            continue;
        }
        return stop_for(workers, index, IMG_ERR_DECODER_CRASHED, "the decoder answered nonsense",
                        err);
    }
    return LOST;
}

/* Waits until nobody is left on the other side of the slot, then drops it. */
static void detach(struct slot *slot)
{
    union img_worker_message message;
    if (slot->socket < 0)
        return;
    int64_t deadline = deadline_in(STOP_MS);
    enum img_worker_got got;
    do {
        got = next(slot, deadline, &message);
    } while (got == IMG_WORKER_GOT || got == IMG_WORKER_GOT_MALFORMED);
    close(slot->socket);
    slot->socket = -1;
    slot->alive = false;
    slot->generation = 0;
}

static bool attach(struct img_workers *workers, unsigned index, struct img_err *err)
{
    struct slot *slot = &workers->slot[index];
    if (slot->socket >= 0 && catch_up(slot))
        return true;
    if (slot->socket >= 0) {
        img_team_lost(&workers->team, slot->epoch);
        detach(slot);
    }
    return img_team_attach(&workers->team, index, &slot->share, &slot->socket, &slot->epoch, err);
}

/* Asks img-decode, and once more when it was lost with the picture in hand. */
static enum outcome ask(struct img_workers *workers, unsigned index,
                        union img_worker_message *request, union img_worker_message *message,
                        struct img_err *err)
{
    struct slot *slot = &workers->slot[index];
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        if (!attach(workers, index, err))
            return FAILED;
        request->decode.id = ++slot->id;
        enum outcome outcome = converse(workers, index, request, message, err);
        if (outcome != LOST) {
            img_team_hear(&workers->team);
            return outcome;
        }
        img_team_lost(&workers->team, slot->epoch);
        detach(slot);
    }
    if (img_team_started(&workers->team, err))
        img_err_set(err, IMG_ERR_DECODER_CRASHED, "img-decode was lost twice over this picture");
    return FAILED;
}

bool img_workers_open(struct img_workers **out, const struct img_worker_options *options,
                      struct img_err *err)
{
    *out = NULL;
    if (options->slots < 1 || options->slots > IMG_WORKER_SLOTS_MAX)
        return img_err_set(err, IMG_ERR_SYSTEM, "%u decoders: from 1 to %d are possible",
                           options->slots, IMG_WORKER_SLOTS_MAX);
    struct img_workers *workers =
        calloc(1, sizeof *workers + options->slots * sizeof workers->slot[0]);
    if (!workers)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u decoders",
                           options->slots);
    struct img_team *team = &workers->team;
    team->report = options->report;
    team->memory_limit = options->memory_limit;
    team->timeout_ms = options->timeout_ms;
    bool ok = true;
    if (!options->program)
        ok = img_place_program("img-decode", team->program, err);
    else if (strlen(options->program) < sizeof team->program)
        memcpy(team->program, options->program, strlen(options->program) + 1);
    else
        ok = img_err_set(err, IMG_ERR_SYSTEM, "the path of img-decode is too long");
    if (!ok || !img_team_open(team, err)) {
        free(workers);
        return false;
    }
    for (unsigned i = 0; ok && i < options->slots; i++) {
        struct slot *slot = &workers->slot[i];
        slot->socket = -1;
        workers->slots++;
        ok = img_share_open(&slot->share, err) && attach(workers, i, err);
    }
    if (!ok) {
        img_workers_close(workers);
        return false;
    }
    *out = workers;
    return true;
}

uint8_t *img_worker_input(struct img_workers *workers, unsigned slot, size_t capacity,
                          struct img_err *err)
{
    return img_share_input(&workers->slot[slot].share, capacity, err);
}

/* Asks, and takes over what the answer says. */
static bool consult(struct img_workers *workers, unsigned index, size_t len,
                    const struct img_prep *prep, enum img_worker_want want,
                    union img_worker_message *message, struct img_info *info, struct img_err *err)
{
    struct img_share *share = &workers->slot[index].share;
    union img_worker_message request;
    memset(&request, 0, sizeof request);
    request.decode.want = want;
    request.decode.input_size = share->input_size;
    request.decode.pixels_size = share->pixels_size;
    request.decode.len = len;
    request.decode.prep = *prep;
    if (ask(workers, index, &request, message, err) != ANSWERED)
        return false;
    *info = message->answer.info;
    if (message->answer.code == IMG_OK)
        return true;
    return img_err_set(err, (enum img_code)message->answer.code, "%s",
                       message->answer.text[0]
                           ? message->answer.text
                           : img_code_name((enum img_code)message->answer.code));
}

bool img_worker_decode(struct img_workers *workers, unsigned slot, size_t len,
                       const struct img_prep *prep, uint8_t *pixels, struct img_info *info,
                       struct img_err *err)
{
    struct img_share *share = &workers->slot[slot].share;
    union img_worker_message message;
    *info = (struct img_info){0};
    if (prep->size < 1 || prep->size > IMG_SIZE_MAX || len > share->input_size)
        return img_err_set(err, IMG_ERR_SYSTEM, "no room for %zu bytes or a side of %u", len,
                           prep->size);
    size_t size = (size_t)prep->size * prep->size * 3;
    const uint8_t *from = img_share_pixels(share, size, err);
    if (!from)
        return false;
    bool ok = consult(workers, slot, len, prep, IMG_WORKER_WANT_PIXELS, &message, info, err);
    if (ok)
        memcpy(pixels, from, size);
    img_share_release(share);
    return ok;
}

bool img_worker_facts(struct img_workers *workers, unsigned slot, size_t len,
                      const struct img_facts_options *options, struct img_arena *arena,
                      struct img_info *info, struct img_facts *facts, struct img_err *err)
{
    struct img_share *share = &workers->slot[slot].share;
    struct img_prep prep = IMG_PREP_DEFAULTS;
    union img_worker_message message;
    *info = (struct img_info){0};
    *facts = (struct img_facts){0};
    if (len > share->input_size)
        return img_err_set(err, IMG_ERR_SYSTEM, "no room for %zu bytes", len);
    const uint8_t *from = img_share_pixels(share, IMG_WORKER_FACTS_MAX, err);
    if (!from)
        return false;
    prep.page = options->page;
    prep.formats = options->formats;
    prep.max_pixels = UINT64_MAX;
    return consult(workers, slot, len, &prep,
                   options->extended ? IMG_WORKER_WANT_EXTENDED : IMG_WORKER_WANT_FACTS, &message,
                   info, err) &&
           img_facts_take(from, message.answer.facts_len, arena, facts, err);
}

/* Copies what a worker, which may still change it, calls a thumbnail. */
static bool take_thumbnail(const uint8_t *from, const struct img_worker_answer *answer,
                           uint32_t side, enum img_thumbnail_kind kind, struct img_buf *out,
                           struct img_err *err)
{
    static const char jpeg[] = {'\xff', '\xd8', '\xff'};
    size_t at = out->len;
    size_t len = kind == IMG_THUMBNAIL_JPEG ? answer->facts_len
                                            : (size_t)answer->columns * answer->rows * 3;
    if (answer->columns < 1 || answer->columns > side || answer->rows < 1 || answer->rows > side)
        return img_err_set(err, IMG_ERR_DECODER_CRASHED, "the decoder answered nonsense");
    img_buf_put(out, from, len);
    if (!img_buf_ok(out, err))
        return false;
    if (kind == IMG_THUMBNAIL_JPEG &&
        (len <= sizeof jpeg || memcmp(out->data + at, jpeg, sizeof jpeg) != 0)) {
        out->len = at;
        return img_err_set(err, IMG_ERR_DECODER_CRASHED, "the decoder answered no JPEG");
    }
    return true;
}

bool img_worker_thumbnail(struct img_workers *workers, unsigned slot, size_t len,
                          const struct img_prep *prep, enum img_thumbnail_kind kind,
                          struct img_buf *out, struct img_extent *extent, struct img_info *info,
                          struct img_err *err)
{
    struct img_share *share = &workers->slot[slot].share;
    union img_worker_message message;
    bool file = kind == IMG_THUMBNAIL_JPEG;
    *info = (struct img_info){0};
    *extent = (struct img_extent){0};
    if (prep->size < 1 || prep->size > IMG_THUMBNAIL_MAX || len > share->input_size)
        return img_err_set(err, IMG_ERR_SYSTEM, "no room for %zu bytes or a thumbnail of %u", len,
                           prep->size);
    size_t room = file ? IMG_WORKER_FACTS_MAX : (size_t)prep->size * prep->size * 3;
    const uint8_t *from = img_share_pixels(share, room, err);
    if (!from)
        return false;
    bool ok = consult(workers, slot, len, prep,
                      file ? IMG_WORKER_WANT_JPEG : IMG_WORKER_WANT_THUMBNAIL, &message, info,
                      err) &&
              take_thumbnail(from, &message.answer, prep->size, kind, out, err);
    if (ok)
        *extent = (struct img_extent){message.answer.columns, message.answer.rows};
    img_share_release(share);
    return ok;
}

void img_worker_release(struct img_workers *workers, unsigned slot)
{
    img_share_release(&workers->slot[slot].share);
}

bool img_worker_formats(struct img_workers *workers, unsigned slot, uint32_t *formats,
                        struct img_err *err)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    union img_worker_message message;
    struct img_info info;
    prep.formats = UINT32_MAX; /* loads what is loaded only for those who want it */
    if (!img_share_pixels(&workers->slot[slot].share, IMG_WORKER_FACTS_MAX, err) ||
        !consult(workers, slot, 0, &prep, IMG_WORKER_WANT_FORMATS, &message, &info, err))
        return false;
    *formats = message.answer.formats;
    return true;
}

void img_workers_close(struct img_workers *workers)
{
    if (!workers)
        return;
    for (unsigned i = 0; i < workers->slots; i++)
        if (workers->slot[i].socket >= 0)
            close(workers->slot[i].socket);
    img_team_close(&workers->team);
    for (unsigned i = 0; i < workers->slots; i++)
        img_share_close(&workers->slot[i].share);
    free(workers);
}
