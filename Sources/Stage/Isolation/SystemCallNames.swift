extension SystemCalls {
    /// What libarchive, Swift's runtime and our own files take; executable memory is apart.
    static let ofUnpacking = [
        // Files.
        "read", "readv", "pread64", "write", "writev", "pwrite64", "lseek", "close", "openat",
        "mkdirat", "fstat", "newfstatat", "statx", "ftruncate", "fcntl",
        // Waiting.
        "poll", "ppoll", "futex", "sched_yield", "restart_syscall",
        // Memory.
        "brk", "munmap", "mremap", "madvise",
        // Clocks and chance.
        "clock_gettime", "gettimeofday", "time", "getrandom", "getrusage", "sysinfo",
        // Itself.
        "getpid", "gettid", "sched_getaffinity", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
        "sigaltstack", "exit", "exit_group",
    ]

    /// Starting programs and processes.
    static let ofPrograms = ["execve", "execveat", "fork", "vfork", "clone", "clone3"]

    /// socketpair stays: it reaches nobody.
    static let ofNetwork = [
        "socket", "connect", "bind", "listen", "accept", "accept4", "socketcall",
    ]

    /// What changes a file by its path alone, of which Landlock knows nothing on some kernels or all.
    ///
    /// With one chmod the node's key would be anybody's.
    static let ofFiles = [
        "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat",
        "utime", "utimes", "futimesat", "utimensat", "truncate", "truncate64", "creat",
        "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr",
        "fremovexattr", "removexattrat", "file_setattr",
    ]

    /// What neither a fetch nor a program that is asked for its version has a use for: other
    /// processes, the kernel's large interfaces, and leaving the group that is killed in the end.
    static let dangerous = [
        "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
        "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "rt_sigqueueinfo",
        "rt_tgsigqueueinfo", "setpgid", "setsid", "setpriority", "ioprio_set", "migrate_pages",
        "move_pages", "sched_setscheduler", "sched_setparam", "sched_setattr",
        "unshare", "setns", "chroot", "pivot_root", "mount", "umount2", "open_tree", "move_mount",
        "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "name_to_handle_at",
        "open_by_handle_at", "swapon", "swapoff", "quotactl", "quotactl_fd", "acct",
        "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
        "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit",
        "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
        "fanotify_init", "lookup_dcookie", "syslog", "vhangup", "iopl", "ioperm", "modify_ldt",
        "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname",
        "setdomainname", "shmget", "shmat", "msgget", "msgsnd", "msgrcv", "semget", "semop",
        "mq_open",
    ]
}
