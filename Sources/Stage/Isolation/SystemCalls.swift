import CSeccomp
import CStageKernel
import Glibc

/// Which system calls a profile may make.
struct SystemCalls {
    let otherwise: SystemCallFilter.Verdict
    let rules: [SystemCallFilter.Rule]

    init(_ profile: Profile) {
        switch profile {
        case .unpack:
            // A later C library may try a call that is not listed, and has another way when it
            // fails. Nothing has a use for those of the other list here.
            otherwise = .fail(EPERM)
            rules =
                Self.rules(Self.ofUnpacking, .allow) + Self.notExecutable
                + Self.rules(Self.dangerous + Self.ofPrograms + Self.ofNetwork, .kill)
        case .fetch:
            otherwise = .allow
            rules =
                Self.rules(Self.dangerous + Self.ofFiles, .fail(EPERM))
                + Self.rules(["execve", "execveat"], .fail(EPERM)) + Self.notTruncating
                + Self.threadsAlone + Self.itselfAlone + Self.familiesOfFetch
        case .probe:
            otherwise = .allow
            rules =
                Self.rules(Self.dangerous + Self.ofFiles + Self.ofNetwork, .fail(EPERM))
                + Self.rules(["execveat"], .fail(EPERM)) + Self.notTruncating
                + Self.threadsAlone + Self.itselfAlone
        }
    }

    static func rules(
        _ names: [String], _ verdict: SystemCallFilter.Verdict
    ) -> [SystemCallFilter.Rule] {
        names.map { SystemCallFilter.Rule(name: $0, verdict: verdict) }
    }
}

// MARK: - Conditions

extension SystemCalls {
    /// No memory may become a program's.
    private static let notExecutable: [SystemCallFilter.Rule] = ["mmap", "mprotect"].map {
        .init(name: $0, verdict: .allow, condition: argument(2, lacks: UInt64(PROT_EXEC)))
    }

    /// O_TRUNC needs no right to write before Linux 6.2, if the file is opened for reading, or for
    /// neither, which is access mode 3 (open(2)).
    ///
    /// openat2 keeps its flags behind a pointer, where no filter sees them.
    private static let notTruncating: [SystemCallFilter.Rule] =
        [("open", 1), ("openat", 2)].flatMap { name, place in
            [O_RDONLY, O_ACCMODE].map { mode in
                .init(
                    name: name, verdict: .fail(EACCES),
                    condition: argument(
                        place, masked: UInt64(O_ACCMODE | O_TRUNC), is: UInt64(mode | O_TRUNC)))
            }
        } + rules(["openat2"], .fail(ENOSYS))

    /// clone3 keeps its flags behind a pointer, where no filter sees them: both C libraries and Go
    /// take clone when it is absent.
    private static let threadsAlone: [SystemCallFilter.Rule] =
        rules(["fork", "vfork"], .fail(EPERM)) + rules(["clone3"], .fail(ENOSYS)) + [
            .init(
                name: "clone", verdict: .fail(EPERM),
                condition: argument(0, lacks: stagekernel_clone_thread))
        ]

    /// Signals to and limits of no other process of the same user.
    ///
    /// Landlock's scopes are newer than many a kernel. 0 is the caller, but for kill its group.
    private static var itselfAlone: [SystemCallFilter.Rule] {
        let own = UInt64(clamping: getpid())
        let signals = ["kill", "tkill", "tgkill"].map {
            SystemCallFilter.Rule(
                name: $0, verdict: .fail(EPERM), condition: argument(0, isNot: own))
        }
        let others = ["prlimit64", "sched_setaffinity"].map {
            SystemCallFilter.Rule(name: $0, verdict: .fail(EPERM), condition: argument(0, isNot: 0))
        }
        // F_SETOWN and F_SETOWN_EX: SIGIO goes to whom they name.
        let owners = [8, 15].map {
            SystemCallFilter.Rule(
                name: "fcntl", verdict: .fail(EPERM), condition: argument(1, is: $0))
        }
        return signals + others + owners
    }

    /// Of sockets: UNIX for nscd and resolved, NETLINK for what getaddrinfo asks the kernel.
    private static let familiesOfFetch: [SystemCallFilter.Rule] = {
        let kept: Set = [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK]
        let above = Int32(AF_NETLINK)
        let refused = (0..<above).filter { !kept.contains($0) }
            .map { argument(0, is: UInt64(clamping: $0)) }
        return (refused + [argument(0, isAbove: UInt64(clamping: above))]).map {
            .init(name: "socket", verdict: .fail(EAFNOSUPPORT), condition: $0)
        }
    }()

    /// The kernel takes ints from the lower half of a register, so the upper one must not decide.
    private static func argument(_ number: UInt32, is value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(
            arg: number, op: SCMP_CMP_MASKED_EQ, datum_a: 0xffff_ffff, datum_b: value)
    }

    private static func argument(
        _ number: UInt32, masked mask: UInt64, is value: UInt64
    ) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: number, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }

    private static func argument(_ number: UInt32, isNot value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: number, op: SCMP_CMP_NE, datum_a: value, datum_b: 0)
    }

    private static func argument(_ number: UInt32, isAbove value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: number, op: SCMP_CMP_GT, datum_a: value, datum_b: 0)
    }

    private static func argument(_ number: UInt32, has flag: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: number, op: SCMP_CMP_MASKED_EQ, datum_a: flag, datum_b: flag)
    }

    private static func argument(_ number: UInt32, lacks flag: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: number, op: SCMP_CMP_MASKED_EQ, datum_a: flag, datum_b: 0)
    }
}
