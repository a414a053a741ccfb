// System calls and constants that Glibc's Swift module lacks.
#ifndef SWITCHYARD_CLINUX_H
#define SWITCHYARD_CLINUX_H

// _GNU_SOURCE is for the .c files to define: here it would give Swift another fd_set than Glibc's
// module has, and which of the two a file sees first decides whether it compiles.
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/vfs.h>

enum { CLINUX_SPAWN_MORE = 4 };

/// What a new process is given; everything else is reset in the child.
struct clinux_spawn {
    const char *path;
    char *const *argv;
    char *const *envp;
    /// Working directory, or NULL for ours.
    const char *directory;
    /// Descriptors that become 0, 1 and 2.
    int stdin_fd, stdout_fd, stderr_fd;
    /// Descriptors that become 3, 4 and so on; CLINUX_SPAWN_MORE at most.
    const int *more_fds;
    int more_count;
    /// Written to the child's /proc/self/oom_score_adj, or NULL to leave it.
    const char *oom_score_adj;
};

/// A process that waits at its gate: nothing of the program has run yet.
struct clinux_gated {
    pid_t pid;
    int pidfd;
    /// One byte written here lets the child exec; closing it ends the child.
    int gate_fd;
    /// After the gate: an int (errno) if the exec failed, end of file if it succeeded.
    int error_fd;
};

/// Makes a process in its own group, gated before its exec.
///
/// Between clone3 and exec the child makes raw system calls only, so that this is safe in a process
/// with threads. Returns 0, or -errno.
int clinux_spawn(const struct clinux_spawn *spawn, struct clinux_gated *result);

int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_send_signal(int pidfd, int signal);

/// The wait status of an ended process that need not be our child (PIDFD_GET_INFO, Linux 6.15).
///
/// Returns 0 and the status, or -errno when the kernel does not know or tell it.
int clinux_pidfd_exit_status(int pidfd, int *status);

/// openat2 below `directory`: resolution never leaves it. Returns a descriptor or -errno.
///
/// Where there is no openat2, names are opened all the same, paths and links are not.
int clinux_open_beneath(int directory, const char *path, int flags, mode_t mode, bool symlinks);

/// renameat2 with RENAME_NOREPLACE: fails with EEXIST instead of replacing. Returns 0 or -errno.
int clinux_rename_noreplace(const char *from, const char *to);

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, the address not asked for. Returns it or -errno.
int clinux_accept(int socket);

/// Who connected to a Unix socket (SO_PEERCRED). Returns 0 or -errno.
int clinux_peer(int socket, uid_t *user, gid_t *group);

/// copy_file_range from and to the descriptors' own offsets. Returns bytes or -errno.
long clinux_copy_file_range(int from, int to, size_t length);

/// One piece of up to 64 KiB by read and write, for where the kernel cannot copy by itself.
/// Returns bytes or -errno.
long clinux_copy_through_memory(int from, int to);

/// Takes a read lease: while it is held, who opens the file for writing waits, and nobody has it
/// open so. Goes with the last close of the descriptor. Returns 0 or -errno.
int clinux_hold_still(int fd);

/// Makes everything on the filesystem of `fd` durable. Returns 0 or -errno.
int clinux_syncfs(int fd);

/// The inode number of our pid namespace, 0 when unreadable.
uint64_t clinux_pid_namespace(void);

/// pipe2 with O_CLOEXEC. Returns 0 or -errno.
int clinux_pipe(int ends[2]);

/// `TERM` for 15; NULL for a number without a name.
const char *clinux_signal_name(int number);

/// Names the calling thread (15 bytes at most), for ps and debuggers.
void clinux_name_thread(const char *name);
// Makes the calling thread nicer by that much; the others of the process stay as they are.
void clinux_yield_to_others(int niceness);

/// Blocks SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD and SIGPIPE in the calling thread and all it
/// creates.
void clinux_block_signals(void);

/// A descriptor that delivers the blocked signals, SIGPIPE excepted. Returns it or -errno.
int clinux_signal_fd(void);

/// Undoes clinux_block_signals and resets ignored signals, for an exec in place.
void clinux_reset_signals(void);

/// wait status macros as functions.
static inline bool clinux_wifexited(int status) { return (status & 0x7f) == 0; }
static inline int clinux_wexitstatus(int status) { return (status >> 8) & 0xff; }
static inline int clinux_wtermsig(int status) { return status & 0x7f; }

#endif
