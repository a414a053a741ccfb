// The floor: the least that carries a node through an upgrade, and nothing else.
//
// It starts `current`, waits in one poll for inotify and for signals, sends TERM when the plan file
// is there, runs `pre-upgrade` of the new binary, renames the link over and starts again; it
// restarts a daemon that ended and passes TERM on. It judges nothing, writes nothing down, syncs
// nothing and looks for nobody else: what is left is what the kernel takes for these calls.

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *home, *name;
static pid_t child;
static int is_ending;

static void require(int condition, const char *what) {
    if (condition) return;
    perror(what);
    exit(1);
}

static const char *path_of(char path[PATH_MAX], const char *below, const char *rest) {
    int length = snprintf(path, PATH_MAX, "%s/%s%s", home, below, rest);
    require(length < PATH_MAX, "path");
    return path;
}

static pid_t spawn(const char *program, const char *command) {
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    char *arguments[] = {(char *)program, (char *)command, NULL};
    pid_t pid;
    require(posix_spawn(&pid, program, NULL, &attributes, arguments, environ) == 0, program);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

static void binary(char path[PATH_MAX], const char *release) {
    int length = snprintf(path, PATH_MAX, "%s/cosmovisor/%s/bin/%s", home, release, name);
    require(length < PATH_MAX, "path");
}

static void current(char release[PATH_MAX]) {
    char link[PATH_MAX];
    ssize_t length = readlink(path_of(link, "cosmovisor", "/current"), release, PATH_MAX - 1);
    require(length > 0, "readlink");
    release[length] = 0;
}

static void start(void) {
    char release[PATH_MAX], program[PATH_MAX];
    current(release);
    binary(program, release);
    child = spawn(program, "start");
}

// The release that the plan file names, if it is not the present one.
static int planned(char release[PATH_MAX]) {
    char path[PATH_MAX], present[PATH_MAX], text[1024], plan[256];
    int file = open(path_of(path, "data", "/upgrade-info.json"), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length < 0 ? 0 : length] = 0;
    if (sscanf(text, "{\"name\":\"%255[^\"]\"", plan) != 1) return 0;
    snprintf(release, PATH_MAX, "upgrades/%s", plan);
    current(present);
    return strcmp(release, present) != 0;
}

static void upgrade(const char *release) {
    char program[PATH_MAX], link[PATH_MAX], aside[PATH_MAX];
    int status;
    binary(program, release);
    pid_t pid = spawn(program, "pre-upgrade");
    require(waitpid(pid, &status, 0) == pid, "waitpid");
    path_of(link, "cosmovisor", "/current");
    path_of(aside, "cosmovisor", "/.current.new");
    require(symlink(release, aside) == 0 && rename(aside, link) == 0, link);
}

static void ended(void) {
    char release[PATH_MAX];
    int status;
    if (waitpid(child, &status, WNOHANG) != child) return;
    if (is_ending) exit(0);
    if (planned(release)) upgrade(release);
    start();
}

static void take_signal(int signals) {
    struct signalfd_siginfo info;
    require(read(signals, &info, sizeof info) == sizeof info, "signalfd");
    if (info.ssi_signo == SIGCHLD) return ended();
    is_ending = 1;
    kill(child, SIGTERM);
}

static void take_event(int watch) {
    char events[4096] __attribute__((aligned(8))), release[PATH_MAX];
    require(read(watch, events, sizeof events) > 0, "inotify");
    if (planned(release)) kill(child, SIGTERM);
}

int main(void) {
    home = getenv("DAEMON_HOME");
    name = getenv("DAEMON_NAME");
    if (!home || !name) return 1;
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGCHLD);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    int signals = signalfd(-1, &wanted, SFD_CLOEXEC);
    int watch = inotify_init1(IN_CLOEXEC);
    char path[PATH_MAX];
    path_of(path, "data", "");
    require(inotify_add_watch(watch, path, IN_CLOSE_WRITE | IN_MOVED_TO) >= 0, path);
    start();
    struct pollfd ready[] = {{.fd = watch, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (1) {
        if (poll(ready, 2, -1) < 0) continue;
        if (ready[0].revents) take_event(watch);
        if (ready[1].revents) take_signal(signals);
    }
}
