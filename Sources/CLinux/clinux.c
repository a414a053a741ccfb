#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long check(long result) { return result < 0 ? -errno : result; }

int clinux_pidfd_open(pid_t pid) { return (int)check(syscall(SYS_pidfd_open, pid, 0)); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return (int)check(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

// linux/pidfd.h of Debian 12 predates PIDFD_GET_INFO: the layout is the kernel's, as of 6.15.
struct clinux_pidfd_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define CLINUX_PIDFD_GET_INFO _IOWR(0xFF, 11, struct clinux_pidfd_info)
#define CLINUX_PIDFD_INFO_EXIT (1ULL << 3)

int clinux_pidfd_exit_status(int pidfd, int *status) {
    struct clinux_pidfd_info info = {.mask = CLINUX_PIDFD_INFO_EXIT};
    if (ioctl(pidfd, CLINUX_PIDFD_GET_INFO, &info) < 0) return -errno;
    if (!(info.mask & CLINUX_PIDFD_INFO_EXIT)) return -ENODATA;
    *status = info.exit_code;
    return 0;
}

int clinux_open_beneath(int directory, const char *path, int flags, mode_t mode, bool symlinks) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .mode = (flags & O_CREAT) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (symlinks ? 0 : RESOLVE_NO_SYMLINKS),
    };
    long result = check(syscall(SYS_openat2, directory, path, &how, sizeof how));
    // RestrictSUIDSGID= of systemd leaves no openat2, whose mode it cannot see. A mere name, which
    // is not followed, leads nowhere else.
    bool is_name = !strchr(path, '/') && strcmp(path, "..") != 0;
    if (result != -ENOSYS || symlinks || !is_name) return (int)result;
    return (int)check(openat(directory, path, flags | O_CLOEXEC | O_NOFOLLOW, mode));
}

int clinux_rename_noreplace(const char *from, const char *to) {
    return (int)check(renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE));
}

int clinux_accept(int socket) {
    return (int)check(accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int clinux_peer(int socket, uid_t *user, gid_t *group) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
    *user = peer.uid;
    *group = peer.gid;
    return 0;
}

long clinux_copy_file_range(int from, int to, size_t length) {
    return check(copy_file_range(from, NULL, to, NULL, length, 0));
}

long clinux_copy_through_memory(int from, int to) {
    char buffer[64 * 1024];
    long count = check(read(from, buffer, sizeof buffer));
    for (long done = 0; done < count;) {
        long written = check(write(to, buffer + done, (size_t)(count - done)));
        if (written < 0) return written;
        done += written;
    }
    return count;
}

int clinux_syncfs(int fd) { return (int)check(syncfs(fd)); }

uint64_t clinux_pid_namespace(void) {
    struct stat info;
    return stat("/proc/self/ns/pid", &info) == 0 ? (uint64_t)info.st_ino : 0;
}

int clinux_pipe(int ends[2]) { return (int)check(pipe2(ends, O_CLOEXEC)); }

const char *clinux_signal_name(int number) { return sigabbrev_np(number); }

void clinux_yield_to_others(int niceness) {
    // Of this thread alone, other than POSIX has it (setpriority(2), C library/kernel differences).
    int thread = (int)syscall(SYS_gettid);
    setpriority(PRIO_PROCESS, (id_t)thread, getpriority(PRIO_PROCESS, (id_t)thread) + niceness);
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static void fill_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

void clinux_block_signals(void) {
    sigset_t set;
    fill_signals(&set);
    // SIGPIPE is blocked, not ignored: an ignored signal would be inherited over exec.
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int clinux_signal_fd(void) {
    sigset_t set;
    fill_signals(&set);
    return (int)check(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

void clinux_reset_signals(void) {
    for (int number = 1; number < _NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

int clinux_hold_still(int fd) {
    // Who wants to write is not our concern: the lease is held for moments. The signal that tells of
    // it would end us; it goes to nobody once the owner is unset, and is ignored until then.
    signal(SIGIO, SIG_IGN);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0) return -errno;
    fcntl(fd, F_SETOWN, 0);
    return 0;
}
