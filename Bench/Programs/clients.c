// Clients of the API: COUNT keep-alive connections to a Unix socket, each with one request for PATH
// under way at all times. On TERM it prints one line: how many answers came, and the median and the
// 99th percentile of how long each took, in microseconds.
//
//     bench-clients SOCKET COUNT PATH

#define _GNU_SOURCE
#include "event.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { MOST = 256, KEPT = 4000000 };

struct client {
    uint64_t asked;
    // Of the answer: bytes still to come, or -1 while its head has not all come.
    long left;
    size_t held;
    char head[4096];
};

static struct client clients[MOST];
static struct pollfd sockets[MOST];
static uint32_t *times;
static size_t count;
static volatile sig_atomic_t is_over;
static char request[512];
static int request_length;

static void require(int condition, const char *what) {
    if (condition) return;
    perror(what);
    _exit(97);
}

static void end(int number) {
    (void)number;
    is_over = 1;
}

static void ask(int index) {
    clients[index].asked = now();
    clients[index].left = -1;
    clients[index].held = 0;
    require(send(sockets[index].fd, request, (size_t)request_length, MSG_NOSIGNAL) ==
                request_length, "send");
}

// Takes what has come; true when the answer is whole.
static int take(int index) {
    struct client *client = &clients[index];
    char bytes[65536];
    ssize_t length = recv(sockets[index].fd, bytes, sizeof bytes, 0);
    require(length > 0, "recv");
    if (client->left >= 0) {
        client->left -= length;
        return client->left == 0;
    }
    size_t room = sizeof client->head - 1 - client->held;
    size_t part = (size_t)length < room ? (size_t)length : room;
    memcpy(client->head + client->held, bytes, part);
    client->held += part;
    client->head[client->held] = 0;
    char *blank = strstr(client->head, "\r\n\r\n");
    if (!blank) return 0;
    char *field = strcasestr(client->head, "\r\ncontent-length:");
    require(field != NULL && field < blank, "no Content-Length");
    long body = atol(field + strlen("\r\ncontent-length:"));
    // All of the read that is behind the head is body.
    long come = (long)(client->held - part) + length - (blank + 4 - client->head);
    client->left = body - come;
    return client->left == 0;
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static double quantile(double share) {
    if (count == 0) return 0;
    size_t rank = (size_t)(share * (double)count);
    return (double)times[rank < count ? rank : count - 1] / 1000;
}

int main(int argc, char **argv) {
    int wanted = argc == 4 ? atoi(argv[2]) : 0;
    require(wanted > 0 && wanted <= MOST, "usage: bench-clients SOCKET COUNT PATH");
    times = malloc(sizeof *times * KEPT);
    require(times != NULL, "malloc");
    signal(SIGTERM, end);
    request_length = snprintf(request, sizeof request,
                              "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[3]);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    for (int index = 0; index < wanted; index++) {
        sockets[index].fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockets[index].events = POLLIN;
        require(sockets[index].fd >= 0, "socket");
        require(connect(sockets[index].fd, (struct sockaddr *)&address, sizeof address) == 0,
                "connect");
        ask(index);
    }
    while (!is_over) {
        if (poll(sockets, (nfds_t)wanted, -1) < 0) {
            require(errno == EINTR, "poll");
            continue;
        }
        for (int index = 0; index < wanted && !is_over; index++) {
            if (!(sockets[index].revents & POLLIN) || !take(index)) continue;
            uint64_t took = now() - clients[index].asked;
            if (count < KEPT) times[count++] = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
            ask(index);
        }
    }
    qsort(times, count, sizeof *times, compare);
    printf("%zu %.1f %.1f\n", count, quantile(0.5), quantile(0.99));
    return 0;
}
