#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Between clone and execve the child shares nothing with us but copies of our memory, in which any
// lock may be held by a thread that does not exist there: only raw system calls are allowed.
// syscall(2) of glibc is one, errno being in the thread's own copied storage.

struct kernel_sigaction {
    void *handler;
    unsigned long flags;
    void *restorer;
    unsigned long mask;
};

// Behind what the program is given; all below `first_free`.
enum { first_more = 3, first_free = 16 };

// An fd moved out of the way of the slots, so that no dup3 overwrites one still needed.
static int lifted(int fd) {
    long copy = syscall(SYS_fcntl, fd, F_DUPFD, first_free);
    return copy < 0 ? fd : (int)copy;
}

static void place(int fd, int slot) { syscall(SYS_dup3, fd, slot, 0); }

static void reset_signals(void) {
    struct kernel_sigaction standard = {0};
    for (int number = 1; number < _NSIG; number++) {
        syscall(SYS_rt_sigaction, number, &standard, NULL, sizeof(unsigned long));
    }
    unsigned long none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

static void set_oom_score(const char *score) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    syscall(SYS_write, fd, score, strlen(score));
    syscall(SYS_close, fd);
}

static void exec_or_report(const struct clinux_spawn *spawn, int error) {
    // A binary that was just copied may still be open for writing elsewhere: ETXTBSY, for 1 s.
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    int failure = 0;
    for (int attempt = 0; attempt < 100; attempt++) {
        syscall(SYS_execve, spawn->path, spawn->argv, spawn->envp);
        failure = errno;
        if (failure != ETXTBSY) break;
        syscall(SYS_nanosleep, &pause, NULL);
    }
    syscall(SYS_write, error, &failure, sizeof failure);
}

static void run_child(const struct clinux_spawn *spawn, int gate, int error) {
    syscall(SYS_setpgid, 0, 0);
    gate = lifted(gate);
    error = lifted(error);
    int in = lifted(spawn->stdin_fd), out = lifted(spawn->stdout_fd);
    int err = lifted(spawn->stderr_fd);
    int more[CLINUX_SPAWN_MORE];
    int count = spawn->more_count < CLINUX_SPAWN_MORE ? spawn->more_count : CLINUX_SPAWN_MORE;
    for (int index = 0; index < count; index++) more[index] = lifted(spawn->more_fds[index]);
    place(in, 0);
    place(out, 1);
    place(err, 2);
    for (int index = 0; index < count; index++) place(more[index], first_more + index);
    const int gate_slot = first_more + count, error_slot = gate_slot + 1;
    place(gate, gate_slot);
    place(error, error_slot);
    syscall(SYS_close_range, error_slot + 1, ~0U, 0);
    syscall(SYS_fcntl, gate_slot, F_SETFD, FD_CLOEXEC);
    syscall(SYS_fcntl, error_slot, F_SETFD, FD_CLOEXEC);
    reset_signals();
    if (spawn->oom_score_adj) set_oom_score(spawn->oom_score_adj);

    char permission;
    long got;
    do {
        got = syscall(SYS_read, gate_slot, &permission, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1) syscall(SYS_exit_group, 125);

    if (spawn->directory && syscall(SYS_chdir, spawn->directory) < 0) {
        int failure = errno;
        syscall(SYS_write, error_slot, &failure, sizeof failure);
    } else {
        exec_or_report(spawn, error_slot);
    }
    syscall(SYS_exit_group, 127);
}

static void close_both(int pair[2]) {
    close(pair[0]);
    close(pair[1]);
}

// clone3, where it may be called: a filter that must look at the flags (RestrictNamespaces= of
// systemd, old container engines) cannot see them behind its pointer and answers ENOSYS or EPERM.
// clone differs in that the child has our handlers until it has reset them itself; those of signals
// that we handle are blocked from our first statement on.
static long clone_process(int *pidfd) {
    struct clone_args arguments = {
        .flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid >= 0 || (errno != ENOSYS && errno != EPERM)) return pid;
    return syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, pidfd, NULL, NULL);
}

int clinux_spawn(const struct clinux_spawn *spawn, struct clinux_gated *result) {
    int gate[2], error[2], pidfd = -1;
    if (pipe2(gate, O_CLOEXEC) < 0) return -errno;
    if (pipe2(error, O_CLOEXEC) < 0) {
        int failure = errno;
        close_both(gate);
        return -failure;
    }
    long pid = clone_process(&pidfd);
    if (pid < 0) {
        int failure = errno;
        close_both(gate);
        close_both(error);
        return -failure;
    }
    if (pid == 0) {
        run_child(spawn, gate[0], error[1]);
        __builtin_unreachable();
    }
    // Both sides set the group, so that it holds whoever runs first.
    setpgid((pid_t)pid, (pid_t)pid);
    close(gate[0]);
    close(error[1]);
    *result = (struct clinux_gated){
        .pid = (pid_t)pid, .pidfd = pidfd, .gate_fd = gate[1], .error_fd = error[0]};
    return 0;
}
