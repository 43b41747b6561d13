/* Many WebSocket clients that cost little: they count events, and note how long each was under way.
 *
 * many_clients PORT PATH CLIENTS
 *
 * Prints "connected" when every client has received its first text frame. A number on stdin is answered by a line of JSON
 * about what was received since the last one, as soon as it is so many events. An event says when it was published: "concept_name":"@NANOSECONDS",
 * on the clock CLOCK_MONOTONIC.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct client {
    int fd;
    int upgraded, heard;
    char *data;
    size_t used, room;
};

static const char MARK[] = "\"concept_name\":\"@";
static char chunk[1 << 20];
static uint32_t *delays; /* microseconds */
static size_t events, delays_room, frames, bytes, ended, wanted;
static int is_asked;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(void) {
    qsort(delays, events, sizeof *delays, ascending);
    printf("{\"events\": %zu, \"frames\": %zu, \"bytes\": %zu, \"ended\": %zu, \"p50\": %u, \"p99\": %u}\n", events, frames,
           bytes, ended, events ? delays[events / 2] : 0, events ? delays[events * 99 / 100] : 0);
    fflush(stdout);
    events = frames = bytes = 0;
    is_asked = 0;
}

static void note_events(const char *text, size_t size, uint64_t now) {
    const char *end = text + size, *at = text;
    while ((at = memmem(at, (size_t)(end - at), MARK, sizeof MARK - 1)) != NULL) {
        at += sizeof MARK - 1;
        if (events == delays_room) {
            delays_room = delays_room ? 2 * delays_room : 1 << 20;
            delays = realloc(delays, delays_room * sizeof *delays);
            if (delays == NULL) fail("realloc");
        }
        delays[events++] = (uint32_t)((now - strtoull(at, NULL, 10)) / 1000);
    }
}

/* The size of the frame at the beginning of what is there, and of its head; 0 while it is not complete. */
static size_t frame_at(const unsigned char *data, size_t used, size_t *head) {
    if (used < 2) return 0;
    size_t size = data[1] & 0x7f;
    *head = size < 126 ? 2 : size == 126 ? 4 : 10;
    if (used < *head) return 0;
    if (*head > 2) {
        size = 0;
        for (size_t i = 2; i < *head; i++) size = size << 8 | data[i];
    }
    return used < *head + size ? 0 : *head + size;
}

static void answer_ping(struct client *one, const unsigned char *payload, size_t size) {
    unsigned char pong[6 + 125] = {0x8a, (unsigned char)(0x80 | size)}; /* masked with zeros: as it is */
    memcpy(pong + 6, payload, size);
    if (send(one->fd, pong, 6 + size, MSG_NOSIGNAL) < 0) fail("send");
}

/* Returns whether the client has just received its first text frame. */
static int parse(struct client *one, uint64_t now) {
    size_t start = 0, head = 0, size;
    int is_first = 0;
    if (!one->upgraded) {
        char *end = memmem(one->data, one->used, "\r\n\r\n", 4);
        if (end == NULL) return 0;
        if (memmem(one->data, (size_t)(end - one->data), " 101 ", 5) == NULL) {
            fprintf(stderr, "refused: %.*s\n", (int)(end - one->data), one->data);
            exit(1);
        }
        start = (size_t)(end - one->data) + 4;
        one->upgraded = 1;
    }
    while ((size = frame_at((unsigned char *)one->data + start, one->used - start, &head)) != 0) {
        unsigned char *frame = (unsigned char *)one->data + start;
        if ((frame[0] & 0x0f) == 0x9) answer_ping(one, frame + head, size - head);
        if ((frame[0] & 0x0f) == 0x1) {
            frames++;
            is_first |= !one->heard;
            one->heard = 1;
            note_events((char *)frame + head, size - head, now);
        }
        start += size;
    }
    memmove(one->data, one->data + start, one->used -= start);
    return is_first;
}

static int readable(struct client *one) {
    ssize_t got = recv(one->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got <= 0) {
        ended++;
        close(one->fd);
        return 0;
    }
    bytes += (size_t)got;
    if (one->used + (size_t)got > one->room) {
        one->room = one->used + (size_t)got;
        one->data = realloc(one->data, one->room);
        if (one->data == NULL) fail("realloc");
    }
    memcpy(one->data + one->used, chunk, (size_t)got);
    one->used += (size_t)got;
    return parse(one, now_ns());
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int port = atoi(argv[1]), count = atoi(argv[3]), heard = 0, poll = epoll_create1(0);
    struct client *clients = calloc((size_t)count, sizeof *clients);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char request[1024];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          argv[2], port);
    struct epoll_event said = {.events = EPOLLIN, .data.ptr = NULL}, ready[512];
    if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &said) < 0) fail("epoll_ctl");
    for (int i = 0; i < count; i++) {
        struct client *one = &clients[i];
        one->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (one->fd < 0) fail("socket");
        if (connect(one->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
        if (send(one->fd, request, (size_t)length, MSG_NOSIGNAL) != length) fail("send");
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = one};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, one->fd, &wanted) < 0) fail("epoll_ctl");
    }
    for (;;) {
        int n = epoll_wait(poll, ready, 512, -1);
        for (int i = 0; i < n; i++) {
            struct client *one = ready[i].data.ptr;
            if (one != NULL) {
                heard += readable(one);
                if (heard == count) {
                    puts("connected");
                    fflush(stdout);
                    events = frames = bytes = 0;
                    heard = -1 - count; /* said once */
                }
                continue;
            }
            char line[64] = "";
            if (read(STDIN_FILENO, line, sizeof line - 1) <= 0) return 0;
            wanted = strtoul(line, NULL, 10);
            is_asked = 1;
        }
        if (is_asked && events >= wanted) report();
    }
}
