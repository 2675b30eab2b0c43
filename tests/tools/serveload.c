/* Asks img-serve by many connections at once, for tests and benchmarks: pictures as bodies, every
 * answer compared with what is expected, and between them, if asked for, requests that no honest
 * client sends. Everything is bounded: connections by threads, time by timeouts.
 *
 * usage: serveload [-b PERCENT] [-p PID] HOST PORT CONNECTIONS REQUESTS FILE...
 *   -b  so many requests of a hundred are bad
 *   -p  the server's process, whose memory is looked at after a third and at the end
 *
 * Writes "requests N good N bad N wrong N seconds S per_second R rss_kib A B". Status 1 when an
 * answer was wrong: a good request without the first answer's embedding, a bad one with status 200 or
 * 500, or a server that is gone. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 4096, THREADS_MAX = 512, REPLY_MAX = 1 << 20, PATIENCE_S = 60 };

struct picture {
    char *bytes;
    size_t len;
    pthread_mutex_t lock;
    char *embedding; /* of its first answer */
    size_t embedding_len;
};

static struct picture pictures[FILES_MAX];
static size_t picture_count;
static struct sockaddr_in server;
static unsigned bad_percent;
static long total, server_pid;
static atomic_long next_request, good, bad, wrong;
static atomic_long rss_early;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static long rss_kib(void)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", server_pid);
    FILE *file = server_pid > 0 ? fopen(path, "re") : NULL;
    if (!file)
        return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool load(const char *path)
{
    struct picture *p = &pictures[picture_count];
    struct stat info;
    FILE *file = picture_count < FILES_MAX ? fopen(path, "re") : NULL;
    if (!file || fstat(fileno(file), &info) != 0 || !(p->bytes = malloc((size_t)info.st_size + 1)))
        return false;
    p->len = fread(p->bytes, 1, (size_t)info.st_size, file);
    fclose(file);
    pthread_mutex_init(&p->lock, NULL);
    picture_count++;
    return true;
}

static int dial(void)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)&server, sizeof server) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool put(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* An answer with Content-Length, or all until the end. 0: none came. */
static int get(int fd, char *reply, size_t *len)
{
    size_t have = 0, want = 0;
    while (have < REPLY_MAX) {
        ssize_t n = recv(fd, reply + have, REPLY_MAX - have, 0);
        if (n <= 0)
            break;
        have += (size_t)n;
        reply[have] = '\0';
        char *body = strstr(reply, "\r\n\r\n");
        char *length = body ? strcasestr(reply, "\r\nContent-Length:") : NULL;
        if (length && length < body)
            want = (size_t)(body - reply) + 4 + strtoul(length + 17, NULL, 10);
        if (want > 0 && have >= want)
            break;
    }
    *len = have;
    return have > 12 && strncmp(reply, "HTTP/1.1 ", 9) == 0 ? (int)strtol(reply + 9, NULL, 10) : 0;
}

static bool post(int fd, const char *type, const char *body, size_t len, size_t announced)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "POST /api/v1/embeddings/image HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                     type, announced);
    return put(fd, head, (size_t)n) && put(fd, body, len);
}

/* Whether the embedding is the one that this picture always had. */
static bool same_embedding(struct picture *p, const char *reply)
{
    const char *from = strstr(reply, "\"embedding\":[");
    const char *to = from ? strchr(from, ']') : NULL;
    if (!to)
        return false;
    size_t len = (size_t)(to - from);
    pthread_mutex_lock(&p->lock);
    if (!p->embedding) {
        p->embedding = strndup(from, len);
        p->embedding_len = len;
    }
    bool same = p->embedding && p->embedding_len == len && memcmp(p->embedding, from, len) == 0;
    pthread_mutex_unlock(&p->lock);
    return same;
}

/* True when the connection can be used again. */
static bool ask_well(int fd, long i, char *reply)
{
    struct picture *p = &pictures[(size_t)i % picture_count];
    size_t len;
    int status = 429;
    while (status == 429) {
        status = post(fd, "image/png", p->bytes, p->len, p->len) ? get(fd, reply, &len) : 0;
        if (status == 429)
            usleep(20000);
    }
    if (status == 200 && same_embedding(p, reply)) {
        atomic_fetch_add(&good, 1);
        return true;
    }
    if (atomic_fetch_add(&wrong, 1) < 5)
        fprintf(stderr, "serveload: request %ld: status %d: %.200s\n", i, status,
                status ? reply : strerror(errno));
    return false;
}

/* A PNG that says it is 60000 by 60000. */
static const unsigned char bomb[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I',
                                     'H', 'D', 'R', 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0,
                                     0, 0x2e, 0x1f, 0x5e, 0x0c};

static bool ask_badly(int fd, long i, char *reply)
{
    struct picture *p = &pictures[(size_t)i % picture_count];
    static const char *const json[] = {"{\"image_path\":", "{\"image_path\":7}", "[[[[", "nul",
                                       "{\"image_base64\":\"AAAA\"}", "{\"x\":1}",
                                       "{\"image_path\":\"../../etc/passwd\"}"};
    const char *body = json[i / 100 % 7];
    bool sent = true, waits = true;
    size_t len;
    switch (i % 9) {
    case 0: /* JSON that is none, or says nonsense */
    case 1:
        sent = post(fd, "application/json", body, strlen(body), strlen(body));
        break;
    case 2: /* half a picture */
        sent = post(fd, "image/png", p->bytes, p->len / 2, p->len / 2);
        break;
    case 3:
        sent = post(fd, "image/png", (const char *)bomb, sizeof bomb, sizeof bomb);
        break;
    case 4: /* a head that does not end; nobody waits for it */
        sent = put(fd, "POST /api/v1/emb", 16);
        waits = false;
        break;
    case 5:
        sent = post(fd, "image/png", p->bytes, p->len, (size_t)1 << 30);
        break;
    case 6: /* leaves in the middle of a body */
        sent = post(fd, "image/png", p->bytes, p->len / 3, p->len);
        waits = false;
        break;
    case 7: /* leaves before the answer */
        sent = post(fd, "image/png", p->bytes, p->len, p->len);
        waits = false;
        break;
    default: /* no HTTP */
        sent = put(fd, "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 12);
        break;
    }
    int status = sent && waits ? get(fd, reply, &len) : 0;
    atomic_fetch_add(&bad, 1);
    if (status == 200 || status == 500) {
        atomic_fetch_add(&wrong, 1);
        fprintf(stderr, "serveload: bad request %ld: status %d\n", i, status);
    }
    return false;
}

static void *client_main(void *arg)
{
    char *reply = malloc(REPLY_MAX + 1);
    int fd = -1, lost = 0;
    long i;
    (void)arg;
    while (reply && lost < 50 && (i = atomic_fetch_add(&next_request, 1)) < total) {
        if (i == total / 3)
            atomic_store(&rss_early, rss_kib());
        if (fd < 0 && (fd = dial()) < 0) {
            lost++;
            atomic_fetch_add(&wrong, 1);
            usleep(20000);
            continue;
        }
        bool is_bad = (unsigned)(i * 37 % 100) < bad_percent;
        if (!(is_bad ? ask_badly(fd, i, reply) : ask_well(fd, i, reply))) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    free(reply);
    return NULL;
}

int main(int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "b:p:")) != -1) {
        if (option == 'b')
            bad_percent = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'p')
            server_pid = strtol(optarg, NULL, 10);
        else
            return 2;
    }
    argv += optind;
    argc -= optind;
    server.sin_family = AF_INET;
    if (argc < 5 || inet_pton(AF_INET, argv[0], &server.sin_addr) != 1)
        return 2;
    server.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    long threads = strtol(argv[2], NULL, 10);
    total = strtol(argv[3], NULL, 10);
    if (threads < 1 || threads > THREADS_MAX)
        return 2;
    for (int i = 4; i < argc; i++)
        if (!load(argv[i]))
            return 2;
    pthread_t clients[THREADS_MAX];
    double begin = now();
    for (long i = 0; i < threads; i++)
        if (pthread_create(&clients[i], NULL, client_main, NULL) != 0)
            return 2;
    for (long i = 0; i < threads; i++)
        pthread_join(clients[i], NULL);
    double seconds = now() - begin;
    printf("requests %ld good %ld bad %ld wrong %ld seconds %.3f per_second %.1f rss_kib %ld %ld\n",
           total, atomic_load(&good), atomic_load(&bad), atomic_load(&wrong), seconds,
           (double)total / seconds, atomic_load(&rss_early), rss_kib());
    return atomic_load(&wrong) > 0;
}
