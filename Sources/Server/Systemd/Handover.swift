import CSystemd
import Glibc
import Supervisor

/// What systemd carries from run to run of ours: the sockets of a `.socket` unit, and what an
/// earlier run put into its descriptor store (sd_listen_fds(3), FDSTORE in sd_notify(3)).
struct Handover: Sendable {
    /// Sockets of a `.socket` unit, in the order of its lines.
    let activated: [Activated]
    /// Names of descriptors that are neither ours nor called as an API's socket must be.
    let strangers: [String]
    let kept: KeptDescriptors
    /// Keeps a descriptor under a name, for our next run.
    let keep: @Sendable (Descriptor, String) -> Void
    let drop: @Sendable (String) -> Void
    /// Whether `keep` does anything.
    let isKeeping: Bool

    /// A listening socket that systemd made.
    struct Activated: Hashable, Sendable {
        /// FileDescriptorName=.
        let name: String
        let isUnix: Bool
        let number: Int32

        /// `api` is by peer where the kernel knows the peer; `api-token` never is.
        var callers: ListenAddress.Callers { isUnix && name == "api" ? .peer : .token }
    }

    /// Without systemd.
    static let none = Handover(
        activated: [], strangers: [], kept: KeptDescriptors([:]), keep: { _, _ in },
        drop: { _ in }, isKeeping: false)

    /// The daemon's pidfd, kept for our next run.
    var keeper: ProcessKeeper {
        guard isKeeping else { return .none }
        return ProcessKeeper(take: { kept.take($0) }, keep: keep, drop: drop)
    }

    /// Takes what was handed to this process; to be called once, before other threads begin.
    init(notifier: Notifier) {
        var activated: [Activated] = []
        var strangers: [String] = []
        var kept: [String: Descriptor] = [:]
        for (number, name) in Self.descriptors() {
            if name == "api" || name == "api-token", Self.isListening(number) {
                // Activated sockets stay open for as long as we live: systemd has its own copy.
                activated.append(
                    Activated(name: name, isUnix: Self.isUnix(number), number: number))
            } else if KeptName.isOurs(name) {
                kept[name] = Descriptor(owning: number)
            } else {
                strangers.append(name)
                close(number)
            }
        }
        self.init(
            activated: activated, strangers: strangers, kept: KeptDescriptors(kept),
            keep: { notifier.tell(.keep($0, name: $1)) },
            drop: { notifier.tell(.drop(name: $0)) }, isKeeping: notifier.isHeard)
    }

    private init(
        activated: [Activated], strangers: [String], kept: KeptDescriptors,
        keep: @escaping @Sendable (Descriptor, String) -> Void,
        drop: @escaping @Sendable (String) -> Void, isKeeping: Bool
    ) {
        self.activated = activated
        self.strangers = strangers
        self.kept = kept
        self.keep = keep
        self.drop = drop
        self.isKeeping = isKeeping
    }

    /// The environment stays as it is: the daemon's own is made without these variables.
    private static func descriptors() -> [(Int32, String)] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(0, &names)
        defer {
            for index in 0..<Int(max(0, count)) { free(names?[index]) }
            free(names)
        }
        return (0..<max(0, count)).map { index in
            let name = names?[Int(index)].map { String(cString: $0) } ?? ""
            return (SD_LISTEN_FDS_START + index, name)
        }
    }

    /// Streams only; made non-blocking, as every socket of ours is.
    private static func isListening(_ number: Int32) -> Bool {
        guard sd_is_socket(number, AF_UNSPEC, streamSocketKind, 1) > 0 else {
            return false
        }
        return fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0
    }

    private static func isUnix(_ number: Int32) -> Bool {
        sd_is_socket(number, AF_UNIX, streamSocketKind, -1) > 0
    }
}

/// What an earlier run kept, by the name it gave; each is taken once.
final class KeptDescriptors: Sendable {
    private let descriptors: Locked<[String: Descriptor]>

    init(_ descriptors: [String: Descriptor]) {
        self.descriptors = Locked(descriptors)
    }

    func take(_ name: String) -> Descriptor? {
        descriptors.withLock { $0.removeValue(forKey: name) }
    }

    /// Closes what nobody took, and answers the names; a socket that nobody serves must refuse.
    func closeRest() -> [String] {
        descriptors.withLock { descriptors in
            let names = descriptors.keys.sorted()
            descriptors.removeAll()
            return names
        }
    }
}

/// The names under which we keep descriptors in systemd's store; they hold no colon.
enum KeptName {
    static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("listener.") || name.hasPrefix("daemon.")
    }

    /// A Unix socket is known by the file that leads to it.
    static func listener(_ file: FileIdentity) -> String {
        "listener.unix.\(file.device).\(file.inode)"
    }

    static func listener(host: String, port: UInt16) -> String {
        "listener.tcp.\(port).\(host.replacing(":", with: "_"))"
    }
}
