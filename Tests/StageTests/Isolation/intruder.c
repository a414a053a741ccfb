// What a program may try that claims only to print its version: one deed, told by its name.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int socket_to_port(int kind, const char *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int file = socket(AF_INET, kind, 0);
    if (file < 0) return -1;
    if (kind == SOCK_STREAM) return connect(file, (struct sockaddr *)&address, sizeof address);
    return sendto(file, "x", 1, 0, (struct sockaddr *)&address, sizeof address) == 1 ? 0 : -1;
}

static int child(pid_t pid) {
    if (pid == 0) _exit(0);
    if (pid > 0) waitpid(pid, NULL, __WALL);
    return pid < 0 ? -1 : 0;
}

static int clone3_child(void) {
    struct {
        unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, rest[6];
    } arguments = {.exit_signal = SIGCHLD};
    return child((pid_t)syscall(SYS_clone3, &arguments, sizeof arguments));
}

static void *nothing(void *argument) { return argument; }

static int thread(void) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, nothing, NULL);
    return errno ? -1 : pthread_join(thread, NULL);
}

static int allocate(void) {
    size_t size = 6UL << 30;
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
        ? -1 : 0;
}

static int reserve(void) {
    size_t size = 64UL << 30;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    return mmap(NULL, size, PROT_NONE, flags, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int print_limits(void) {
    const int numbers[] = {RLIMIT_CPU, RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_DATA};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct rlimit limit;
        if (getrlimit(numbers[i], &limit) < 0) return -1;
        printf("%lu ", (unsigned long)limit.rlim_max);
    }
    return 0;
}

static int limit_another(pid_t pid) {
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) < 0) return -1;
    return prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
}

// SIGIO to another process: the kernel sends it, nobody calls kill.
static int own_a_pipe(pid_t pid) {
    int ends[2];
    if (pipe(ends) < 0) return -1;
    return fcntl(ends[0], F_SETOWN, pid);
}

static int opened(const char *path, int flags) { return open(path, flags, 0600) < 0 ? -1 : 0; }

static int deed(const char *name, const char *on) {
    char *const none[] = {(char *)"sh", (char *)"-c", (char *)"echo done", NULL};
    if (!strcmp(name, "read")) return opened(on, O_RDONLY);
    if (!strcmp(name, "list")) return opened(on, O_RDONLY | O_DIRECTORY);
    if (!strcmp(name, "write")) return opened(on, O_WRONLY | O_CREAT);
    if (!strcmp(name, "remove")) return unlink(on);
    if (!strcmp(name, "truncate")) return truncate(on, 0);
    if (!strcmp(name, "empty")) return opened(on, O_RDONLY | O_TRUNC);
    if (!strcmp(name, "chmod")) return chmod(on, 0666);
    if (!strcmp(name, "touch")) return utimensat(AT_FDCWD, on, NULL, 0);
    if (!strcmp(name, "tcp")) return socket_to_port(SOCK_STREAM, on);
    if (!strcmp(name, "udp")) return socket_to_port(SOCK_DGRAM, on);
    if (!strcmp(name, "unix")) return socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ? -1 : 0;
    if (!strcmp(name, "netlink")) return socket(AF_NETLINK, SOCK_RAW, 0) < 0 ? -1 : 0;
    if (!strcmp(name, "fork")) return child(fork());
    if (!strcmp(name, "clone")) return child((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (!strcmp(name, "clone3")) return clone3_child();
    if (!strcmp(name, "thread")) return thread();
    if (!strcmp(name, "kill")) return kill(atoi(on), 0);
    if (!strcmp(name, "tgkill")) return (int)syscall(SYS_tgkill, atoi(on), atoi(on), 0);
    if (!strcmp(name, "own")) return own_a_pipe(atoi(on));
    if (!strcmp(name, "limit")) return limit_another(atoi(on));
    if (!strcmp(name, "trace")) return (int)ptrace(PTRACE_SEIZE, atoi(on), 0, 0);
    if (!strcmp(name, "pidfd")) return syscall(SYS_pidfd_open, atoi(on), 0) < 0 ? -1 : 0;
    if (!strcmp(name, "nice")) return setpriority(PRIO_PROCESS, (id_t)atoi(on), 1);
    if (!strcmp(name, "leave")) return setpgid(0, getppid());
    if (!strcmp(name, "namespace")) return unshare(CLONE_NEWUTS);
    if (!strcmp(name, "ring")) return syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno != EFAULT ? -1 : 0;
    if (!strcmp(name, "exec")) return execve(on, none, NULL);
    if (!strcmp(name, "allocate")) return allocate();
    if (!strcmp(name, "reserve")) return reserve();
    if (!strcmp(name, "limits")) return print_limits();
    errno = EINVAL;
    return -1;
}

int main(int count, char **arguments) {
    if (count < 3) return 64;
    int result = deed(arguments[1], arguments[2]);
    printf("%s\n", result < 0 ? strerror(errno) : "done");
    return 0;
}
