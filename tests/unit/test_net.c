/* The HTTP client against a server of our own, and what it judges by: addresses, headers, URLs. */
#include "net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/address.h"
#include "net/retry.h"
#include "net/url.h"
#include "support/httpd.h"

enum { SEEN = 64 };

/* What the server was asked, as text: "POST /echo connection=1 auth=… key=… body=…". */
struct server {
    struct httpd *httpd;
    pthread_mutex_t lock;
    char seen[SEEN][512];
    size_t count;
    unsigned failures; /* answers of /flaky that still fail */
};

static struct server server;
static char here[64], elsewhere[64]; /* two origins of one server */

static const unsigned char packed[] = /* gzip of "hello " a hundred times */
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57"
    "\xc8\x18\x25\x47\x49\xaa\x92\x00\xf3\x31\xa2\x0d\x58\x02\x00\x00";

static void note(const struct httpd_request *request)
{
    char key[64], type[64];
    httpd_header(request, "api-key", key, sizeof key);
    httpd_header(request, "Content-Type", type, sizeof type);
    pthread_mutex_lock(&server.lock);
    if (server.count < SEEN)
        snprintf(server.seen[server.count++], sizeof server.seen[0],
                 "%s %.64s connection=%lu auth=%.64s key=%s type=%s body=%.100s", request->method,
                 request->target, request->connection, request->authorization, key, type,
                 request->body);
    pthread_mutex_unlock(&server.lock);
}

static bool fails_now(void)
{
    pthread_mutex_lock(&server.lock);
    bool fails = server.failures > 0;
    if (fails)
        server.failures--;
    pthread_mutex_unlock(&server.lock);
    return fails;
}

static void redirect(const struct httpd_request *request, int fd)
{
    char headers[256];
    int status = atoi(request->target + strlen("/redirect/"));
    snprintf(headers, sizeof headers, "Location: %s/echo\r\n", elsewhere);
    httpd_answer(fd, status, headers, NULL, 0);
}

static void drip(int fd)
{
    static const char head[] = "HTTP/1.1 200 Test\r\nContent-Length: 100\r\n\r\n";
    httpd_write(fd, head, sizeof head - 1);
    for (int i = 0; i < 30; i++) {
        httpd_write(fd, "12", 2);
        usleep(100000);
    }
}

static void handle(void *ctx, const struct httpd_request *request, int fd)
{
    const char *target = request->target;
    (void)ctx;
    note(request);
    if (strcmp(target, "/echo") == 0) {
        httpd_answer_keep(request, fd, 200, "X-Of: echo\r\n", request->body, request->body_len);
    } else if (strcmp(target, "/packed") == 0) {
        httpd_answer_keep(request, fd, 200, "Content-Encoding: gzip\r\n", packed,
                          sizeof packed - 1);
    } else if (strncmp(target, "/redirect/", 10) == 0) {
        redirect(request, fd);
    } else if (strcmp(target, "/loop") == 0) {
        httpd_answer(fd, 302, "Location: /loop\r\n", NULL, 0);
    } else if (strcmp(target, "/flaky") == 0 && fails_now()) {
        httpd_answer(fd, 503, "Retry-After: 1\r\n", "busy", 4);
    } else if (strcmp(target, "/cut") == 0 && fails_now()) {
        static const char part[] = "HTTP/1.1 200 Test\r\nContent-Length: 100\r\n\r\nhalf";
        httpd_write(fd, part, sizeof part - 1);
    } else if (strcmp(target, "/later") == 0) {
        char headers[128];
        time_t then = time(NULL) + 100;
        struct tm tm;
        strftime(headers, sizeof headers, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
                 gmtime_r(&then, &tm));
        httpd_answer(fd, 429, headers, "not now", 7);
    } else if (strcmp(target, "/stall") == 0) {
        sleep(4);
    } else if (strcmp(target, "/drip") == 0) {
        drip(fd);
    } else if (strcmp(target, "/refuse") == 0) {
        httpd_answer_keep(request, fd, 422, "", "no\n  such \x1b[31mthing\xff", 21);
    } else {
        httpd_answer_keep(request, fd, 200, "", "whole", 5);
    }
}

static int start(void **state)
{
    (void)state;
    pthread_mutex_init(&server.lock, NULL);
    server.httpd = httpd_start(0, handle, NULL);
    if (!server.httpd)
        return -1;
    snprintf(here, sizeof here, "http://127.0.0.1:%u", httpd_port(server.httpd));
    snprintf(elsewhere, sizeof elsewhere, "http://localhost:%u", httpd_port(server.httpd));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    httpd_stop(server.httpd);
    return 0;
}

/* A handle, a request and what came of it. */
struct talk {
    struct img_http_options options;
    struct img_http *http;
    struct img_http_request request;
    struct img_retry retry;
    struct img_http_answer answer;
    struct img_buf reply;
    struct img_err err;
    char url[128];
};

static void begin(struct talk *talk, const char *path)
{
    *talk = (struct talk){.options = {.endpoint = here, .token = "T", .secret = "api-key: K",
                                      .timeout_s = 1},
                          .retry = {.attempts = 2, .delay_s = 0.01}};
    snprintf(talk->url, sizeof talk->url, "%s%s", here, path);
    talk->request.url = talk->url;
    server.count = 0;
    server.failures = 0;
}

static bool ask(struct talk *talk)
{
    if (!talk->http && !img_http_open(&talk->http, &talk->options, &talk->err))
        fail_msg("%s", talk->err.text);
    return img_http_ask(talk->http, &talk->request, talk->retry, &talk->answer, &talk->reply,
                        &talk->err);
}

static void asks(struct talk *talk)
{
    if (!ask(talk))
        fail_msg("%s", talk->err.text);
}

static void end(struct talk *talk)
{
    img_http_close(talk->http);
    img_buf_clear(&talk->reply);
}

static void saw(size_t index, const char *text)
{
    assert_true(index < server.count);
    if (!strstr(server.seen[index], text))
        fail_msg("'%s' is not in '%s'", text, server.seen[index]);
}

static void methods_and_bodies(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", "GET"};
    const char *headers[] = {"X-More: yes"};
    struct talk talk;
    (void)state;
    begin(&talk, "/echo");
    talk.request.headers = headers;
    talk.request.header_count = 1;
    for (size_t i = 0; i < 5; i++) {
        talk.request.method = methods[i];
        talk.request.body = i < 3 ? "{\"a\":1}" : NULL;
        talk.request.body_len = i < 3 ? 7 : 0;
        asks(&talk);
        assert_int_equal(talk.answer.status, 200);
        assert_int_equal(talk.reply.len, i < 3 ? 7 : 0);
        saw(i, methods[i]);
        saw(i, i < 3 ? "type=application/json body={\"a\":1}" : "type= body=");
        saw(i, "auth=Bearer T key=K");
    }
    talk.request.method = "POST";
    asks(&talk);
    saw(5, "POST /echo");
    talk.request.method = "HEAD";
    talk.request.url = "http://127.0.0.1:1/";
    talk.retry.attempts = 0;
    assert_false(ask(&talk));
    assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
    assert_int_equal(talk.answer.status, 0);
    end(&talk);
}

static void one_connection_serves_many_requests(void **state)
{
    struct talk talk;
    char first[32];
    (void)state;
    begin(&talk, "/echo");
    talk.request.method = "POST";
    talk.request.body = "x";
    talk.request.body_len = 1;
    for (size_t i = 0; i < 5; i++)
        asks(&talk);
    snprintf(first, sizeof first, "%s", strstr(server.seen[0], "connection="));
    *strchr(first, ' ') = '\0';
    for (size_t i = 1; i < 5; i++)
        saw(i, first);
    end(&talk);
}

static void large_bodies_arrive_whole(void **state)
{
    struct talk talk;
    size_t len = 5 << 20;
    char *body = malloc(len);
    (void)state;
    assert_non_null(body);
    for (size_t i = 0; i < len; i++)
        body[i] = (char)(i * 2654435761u >> 13);
    begin(&talk, "/echo");
    talk.request.method = "POST";
    talk.request.content_type = "application/octet-stream";
    talk.request.body = body;
    talk.request.body_len = len;
    asks(&talk);
    saw(0, "type=application/octet-stream");
    assert_int_equal(talk.reply.len, len);
    assert_memory_equal(talk.reply.data, body, len);
    free(body);
    end(&talk);
}

static void packed_answers_are_unpacked(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, "/packed");
    talk.request.compressed = true;
    asks(&talk);
    assert_int_equal(talk.reply.len, 600);
    assert_memory_equal(talk.reply.data, "hello hello ", 12);
    end(&talk);
    begin(&talk, "/packed");
    talk.request.compressed = true;
    talk.reply.limit = 300;
    assert_false(ask(&talk));
    assert_string_equal(talk.err.text, "the server's answer is too long");
    assert_int_equal(server.count, 1);
    end(&talk);
}

static void secrets_stay_with_their_origin(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, "/redirect/302");
    asks(&talk);
    assert_true(talk.answer.redirected);
    assert_false(talk.answer.from_endpoint);
    saw(0, "auth=Bearer T key=K");
    saw(1, "GET /echo");
    saw(1, "auth= key= ");
    end(&talk);
}

static void what_a_post_follows(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, "/redirect/307");
    talk.request.method = "POST";
    talk.request.body = "abc";
    talk.request.body_len = 3;
    asks(&talk);
    saw(1, "POST /echo");
    saw(1, "auth= key= type=application/json body=abc");
    end(&talk);
    begin(&talk, "/redirect/301");
    talk.request.method = "POST";
    assert_false(ask(&talk));
    assert_non_null(strstr(talk.err.text, "which a POST does not follow"));
    assert_int_equal(server.count, 1);
    end(&talk);
    begin(&talk, "/loop");
    assert_false(ask(&talk));
    assert_string_equal(talk.err.text, "more than 8 redirects");
    assert_int_equal(server.count, 9);
    end(&talk);
}

static void refusals_are_quoted(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, "/refuse");
    assert_false(ask(&talk));
    assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
    assert_string_equal(talk.err.text, "HTTP status 422: no such [31mthing?");
    assert_int_equal(talk.answer.status, 422);
    assert_int_equal(server.count, 1);
    talk.reply.limit = 4;
    assert_false(ask(&talk));
    assert_string_equal(talk.err.text, "HTTP status 422: no");
    end(&talk);
}

static void what_may_pass_is_tried_again(void **state)
{
    struct talk talk;
    struct timespec from, to;
    (void)state;
    begin(&talk, "/flaky");
    server.failures = 1;
    clock_gettime(CLOCK_MONOTONIC, &from);
    asks(&talk);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_string_equal(talk.reply.data, "whole");
    assert_int_equal(server.count, 2);
    assert_true((double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec) >=
                1.0);
    end(&talk);
    begin(&talk, "/flaky");
    server.failures = 9;
    talk.retry.attempts = 1;
    assert_false(ask(&talk));
    assert_string_equal(talk.err.text, "HTTP status 503: busy");
    assert_int_equal(server.count, 2);
    end(&talk);
    begin(&talk, "/cut");
    server.failures = 2;
    asks(&talk);
    assert_string_equal(talk.reply.data, "whole");
    assert_int_equal(server.count, 3);
    end(&talk);
}

static void retry_after_may_be_a_date(void **state)
{
    struct talk talk;
    bool transient;
    (void)state;
    begin(&talk, "/later");
    assert_true(img_http_open(&talk.http, &talk.options, &talk.err));
    assert_true(img_http_send(talk.http, &talk.request, &talk.answer, &transient, &talk.err));
    assert_int_equal(talk.answer.status, 429);
    assert_in_range(talk.answer.retry_after_s, 90, 100);
    end(&talk);
}

static void waits_end(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, "/stall");
    talk.retry.attempts = 0;
    assert_false(ask(&talk));
    assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
    assert_string_equal(talk.err.text, "the server has been silent for 1 s");
    end(&talk);
    begin(&talk, "/drip");
    talk.retry.attempts = 0;
    talk.request.whole_s = 1;
    assert_false(ask(&talk));
    assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
    end(&talk);
}

static void only_public_addresses(void **state)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]",
                                        "0x7f.1", "2130706433", "0"};
    (void)state;
    setenv("http_proxy", here, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct talk talk;
        begin(&talk, "");
        snprintf(talk.url, sizeof talk.url, "http://%s:%u/echo", names[i],
                 httpd_port(server.httpd));
        talk.options.public_only = true;
        assert_false(ask(&talk));
        assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
        if (!strstr(talk.err.text, "is not an address of the public internet"))
            fail_msg("%s: %s", names[i], talk.err.text);
        assert_int_equal(server.count, 0);
        end(&talk);
    }
    unsetenv("http_proxy");
}

static void only_web_protocols(void **state)
{
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://h/",
                                       "", "http://", "dict://127.0.0.1:1/x"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct talk talk;
        begin(&talk, "");
        talk.request.url = urls[i];
        assert_false(ask(&talk));
        assert_int_equal(talk.err.code, IMG_ERR_NETWORK);
        assert_int_equal(talk.answer.status, 0);
        end(&talk);
    }
}

static void headers_are_one_line(void **state)
{
    const char *headers[] = {"X-A: b\r\nX-Injected: c"};
    struct talk talk;
    (void)state;
    begin(&talk, "/echo");
    talk.request.headers = headers;
    talk.request.header_count = 1;
    assert_false(ask(&talk));
    assert_int_equal(talk.err.code, IMG_ERR_CONFIG);
    assert_int_equal(server.count, 0);
    end(&talk);
}

static void *talk_much(void *ctx)
{
    size_t *good = ctx;
    for (int i = 0; i < 20; i++) {
        const struct img_http_options options = {.timeout_s = 5};
        struct img_http *http;
        struct img_err err;
        struct img_http_answer answer;
        struct img_buf reply = {0};
        char url[128];
        snprintf(url, sizeof url, "%s/x", here);
        const struct img_http_request request = {.url = url};
        if (img_http_open(&http, &options, &err)) {
            *good += img_http_ask(http, &request, (struct img_retry){3, 0.01, NULL}, &answer,
                                  &reply, &err);
            img_http_close(http);
        }
        img_buf_clear(&reply);
    }
    return NULL;
}

static void threads_have_their_own(void **state)
{
    pthread_t threads[4];
    size_t good[4] = {0};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, talk_much, &good[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(good[i], 20);
    }
}

static bool is_public(const char *text)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
        return img_address_is_public((struct sockaddr *)&in4, sizeof in4);
    assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
    return img_address_is_public((struct sockaddr *)&in6, sizeof in6);
}

static void where_secrets_can_be_read(void **state)
{
    (void)state;
    assert_true(img_url_is_open("http://example.org/"));
    assert_true(img_url_is_open("http://localhost.example.org:80"));
    assert_true(img_url_is_open("http://127.example.org"));
    assert_true(img_url_is_open("http://10.0.0.1"));
    assert_true(img_url_is_open("http://[fe80::1]"));
    assert_false(img_url_is_open("https://example.org"));
    assert_false(img_url_is_open("http://localhost:6333"));
    assert_false(img_url_is_open("http://127.0.0.2/x"));
    assert_false(img_url_is_open("http://[::1]:1"));
}

static void addresses(void **state)
{
    static const char *const open[] = {
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
        "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e", "2001:4860::8888",
        "2001:200::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "3fff:1000::1",
        "2606:4700::5efe:808:808",
    };
    static const char *const shut[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.100.100.200",
        "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.0.0", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.31.196.1", "192.52.193.1",
        "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::2", "::7f00:1", "::ffff:0:127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
        "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
        "2001:20::1", "2001:db8::1", "2001:1ff:ffff::1", "2002:7f00:1::1", "2002:a00:1::1",
        "2002:c0a8:101::1", "2002:a9fe:a9fe::1", "2620:4f:8000::1", "3ffe::1", "3fff::1",
        "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1",
        "fec0::1", "ff02::1", "ff0e::1", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:7f00:1",
    };
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr.s6_addr = {0x26, 0x06}};
    struct sockaddr other = {.sa_family = AF_UNIX};
    char text[IMG_ADDRESS_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!is_public(open[i]))
            fail_msg("%s is public", open[i]);
    for (size_t i = 0; i < sizeof shut / sizeof *shut; i++)
        if (is_public(shut[i]))
            fail_msg("%s is not public", shut[i]);
    assert_true(img_address_is_public((struct sockaddr *)&in6, sizeof in6));
    assert_false(img_address_is_public((struct sockaddr *)&in6, sizeof in6 - 1));
    assert_false(img_address_is_public(&other, sizeof other));
    img_address_text((struct sockaddr *)&in6, sizeof in6, text);
    assert_string_equal(text, "2606::");
    img_address_text(&other, sizeof other, text);
    assert_string_equal(text, "an address of another kind");
}

static void header_lines(void **state)
{
    static const char line[] = "ETag:  W/\"abc-1\" \r\n";
    struct img_header header;
    uint64_t first, total, number;
    char text[16];
    (void)state;
    assert_true(img_header_split(line, sizeof line - 1, &header));
    assert_true(img_header_is(&header, "etag"));
    assert_false(img_header_is(&header, "etags"));
    img_header_etag(&header, text, sizeof text);
    assert_string_equal(text, "abc-1");
    img_header_text(&header, text, sizeof text);
    assert_string_equal(text, "W/\"abc-1\"");
    img_header_etag(&header, text, 5);
    assert_string_equal(text, "");
    assert_false(img_header_split("no colon", 8, &header));
    header = (struct img_header){.value = "bytes 1-2/10", .len = 12};
    assert_true(img_header_range(&header, &first, &total));
    assert_int_equal(first, 1);
    assert_int_equal(total, 10);
    header.value = "bytes 2-1/10";
    assert_false(img_header_range(&header, &first, &total));
    header.value = "bytes 1-2/2 ";
    assert_false(img_header_range(&header, &first, &total));
    header = (struct img_header){.value = "1234567890123456789", .len = 18};
    assert_true(img_header_number(&header, &number));
    header.len = 19;
    assert_false(img_header_number(&header, &number));
    header.len = 0;
    assert_false(img_header_number(&header, &number));
}

static void urls(void **state)
{
    static const char *const good[] = {"http://h", "https://h:1/", "HTTP://[::1]:80/a/b"};
    static const char *const bad[] = {"", "h", "h:80", "ftp://h", "http://",
                                      "http://u:p@h", "http://u@h", "http://h/?q", "http://h#f",
                                      "http://h:99999", "http://a b/"};
    struct img_buf out = {0};
    struct img_err err;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!img_url_check_endpoint(good[i], &err))
            fail_msg("%s: %s", good[i], err.text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (img_url_check_endpoint(bad[i], &err))
            fail_msg("%s is refused", bad[i]);
        assert_int_equal(err.code, IMG_ERR_CONFIG);
    }
    assert_true(img_url_same_origin("http://h/a", "HTTP://H:80/b?c"));
    assert_true(img_url_same_origin("https://h", "https://h:443"));
    assert_false(img_url_same_origin("http://h", "https://h"));
    assert_false(img_url_same_origin("http://h", "http://h:81"));
    assert_false(img_url_same_origin("http://h", "http://h.x"));
    assert_false(img_url_same_origin("http://h", "nonsense:"));
    img_url_join("http://h/v1//", "/x", &out);
    img_url_escape(" a/b~?", true, &out);
    img_url_escape("/\xc3\xa4", false, &out);
    assert_string_equal(out.data, "http://h/v1/x%20a/b~%3F%2F%C3%A4");
    img_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_and_bodies),
        cmocka_unit_test(one_connection_serves_many_requests),
        cmocka_unit_test(large_bodies_arrive_whole),
        cmocka_unit_test(packed_answers_are_unpacked),
        cmocka_unit_test(secrets_stay_with_their_origin),
        cmocka_unit_test(what_a_post_follows),
        cmocka_unit_test(refusals_are_quoted),
        cmocka_unit_test(what_may_pass_is_tried_again),
        cmocka_unit_test(retry_after_may_be_a_date),
        cmocka_unit_test(waits_end),
        cmocka_unit_test(only_public_addresses),
        cmocka_unit_test(only_web_protocols),
        cmocka_unit_test(headers_are_one_line),
        cmocka_unit_test(threads_have_their_own),
        cmocka_unit_test(where_secrets_can_be_read),
        cmocka_unit_test(addresses),
        cmocka_unit_test(header_lines),
        cmocka_unit_test(urls),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
