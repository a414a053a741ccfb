import Glibc

/// What a run must be able to do; everything else is taken from it.
enum Profile {
    /// Network, and one pipe to write to.
    case fetch
    /// No network, no program; writes below descriptor 4 alone.
    /// - Parameter bytes: Of what is unpacked.
    case unpack(bytes: Int64)
    /// No network, no other process; reads the system's libraries.
    /// - Parameters:
    ///   - folders: Absolute; what else it may read and run.
    ///   - home: Absolute; the one folder that it may write to.
    case probe(folders: [String], home: String?)

    /// A kernel without Landlock or seccomp does not do.
    ///
    /// The other two are programs of ours, which had to be taken over first; a probe is foreign from
    /// its first instruction.
    var insistsOnAll: Bool {
        if case .probe = self { true } else { false }
    }

    /// Everything from here on is closed.
    var firstForeignDescriptor: UInt32 {
        switch self {
        case .fetch: 4
        case .unpack: 5
        case .probe: 3
        }
    }

    /// A probe is told of it by the signal: what ignores it would be inherited by the program.
    var reportsFileLimit: Bool { !insistsOnAll }

    var limits: [ResourceLimit] {
        let mebi: UInt64 = 1 << 20
        let (seconds, memory, file): (UInt64, UInt64, UInt64) =
            switch self {
            // What it fetches goes into a socket, whose reader counts; an answer is a line of reports.
            case .fetch: (3600, 512 * mebi, 2 * mebi)
            case .unpack(let bytes): (600, 512 * mebi, UInt64(clamping: bytes))
            case .probe: (10, 4096 * mebi, mebi)
            }
        return [
            ResourceLimit(name: "RLIMIT_CORE", RLIMIT_CORE, 0),
            ResourceLimit(name: "RLIMIT_NOFILE", RLIMIT_NOFILE, 64),
            ResourceLimit(name: "RLIMIT_CPU", RLIMIT_CPU, seconds),
            ResourceLimit(name: "RLIMIT_FSIZE", RLIMIT_FSIZE, file),
            // Not the address space: Go reserves far more of that than it uses. Not the number of
            // processes either: that counts all of the user's, the node's threads among them.
            ResourceLimit(name: "RLIMIT_DATA", RLIMIT_DATA, memory),
        ]
    }
}
