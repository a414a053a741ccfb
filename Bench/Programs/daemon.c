// A daemon that tells when things happened to it: a line with CLOCK_MONOTONIC into the pipe
// BENCH_EVENTS for its main() ("main"), that it is going to stay ("stays"), a plan file about to be
// there ("plan") and TERM ("term").
//
// USR1: write the next plan and stay. USR2: write it and end at once with 2, as a node that panics.
// A file `crash` in the home makes it end with 1 at its start, a file `upgrade` write the next plan.

#include "event.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char *home;
static int events;
// 1 for genesis, n for upgrades/vn.
static int release = 1;

static void require(int condition) {
    if (!condition) _exit(98);
}

static const char *below_home(const char *name, char path[PATH_MAX]) {
    require(snprintf(path, PATH_MAX, "%s/%s", home, name) < PATH_MAX);
    return path;
}

static int has(const char *name) {
    char path[PATH_MAX];
    return access(below_home(name, path), F_OK) == 0;
}

// In place as the Cosmos SDK does it, or renamed in. The stamp is taken right before the call that
// makes the file whole, so that this call's own time counts too.
static void write_plan(void) {
    const char *manner = getenv("BENCH_WRITE");
    int renames = manner && strcmp(manner, "rename") == 0;
    char plan[PATH_MAX], aside[PATH_MAX], text[256];
    below_home("data/upgrade-info.json", plan);
    below_home("data/upgrade-info.json.tmp", aside);
    int length = snprintf(
        text, sizeof text,
        "{\"name\":\"v%d\",\"time\":\"0001-01-01T00:00:00Z\",\"height\":%d,\"info\":\"\"}",
        release + 1, 10 + release);
    int file = open(renames ? aside : plan, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(file >= 0 && write(file, text, (size_t)length) == length);
    if (renames) require(close(file) == 0);
    uint64_t at = now();
    require((renames ? rename(aside, plan) : close(file)) == 0);
    tell(events, "plan", release, at);
}

static void learn_release(const char *program) {
    const char *found = strstr(program, "/upgrades/v");
    if (found) release = atoi(found + strlen("/upgrades/v"));
}

int main(int argc, char **argv) {
    uint64_t born = now();
    if (argc > 1 && strcmp(argv[1], "pre-upgrade") == 0) {
        static const char answer[] = "Error: unknown command \"pre-upgrade\"\n";
        return write(2, answer, sizeof answer - 1) < 0 ? 97 : 1;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    home = getenv("DAEMON_HOME");
    const char *pipe = getenv("BENCH_EVENTS");
    require(home && pipe);
    events = open(pipe, O_WRONLY | O_CLOEXEC);
    require(events >= 0);
    learn_release(argv[0]);
    tell(events, "main", release, born);
    if (has("crash")) return 1;
    if (has("upgrade")) {
        write_plan();
    } else {
        tell(events, "stays", release, now());
    }
    while (1) {
        int number = sigwaitinfo(&signals, NULL);
        uint64_t at = now();
        if (number == SIGTERM) {
            tell(events, "term", release, at);
            return 0;
        }
        if (number == SIGUSR1 || number == SIGUSR2) write_plan();
        if (number == SIGUSR2) return 2;
    }
}
