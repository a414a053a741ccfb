/// Keeps the daemon's pidfd where it outlives us, such as systemd's descriptor store.
///
/// An addition: the `child` record alone decides which process is ours. A pidfd that was kept still
/// tells how a daemon ended that ended while no supervisor ran (Linux 6.15 and later).
package struct ProcessKeeper: Sendable {
    /// The pidfd that an earlier run kept under this name, if any; asked once.
    package var take: @Sendable (String) -> Descriptor?
    /// Keeps it under the name; the one kept before is dropped.
    package var keep: @Sendable (Descriptor, String) -> Void
    package var drop: @Sendable (String) -> Void

    package init(
        take: @escaping @Sendable (String) -> Descriptor?,
        keep: @escaping @Sendable (Descriptor, String) -> Void,
        drop: @escaping @Sendable (String) -> Void
    ) {
        self.take = take
        self.keep = keep
        self.drop = drop
    }

    package static let none = ProcessKeeper(
        take: { _ in nil }, keep: { _, _ in }, drop: { _ in })

    /// Names one process of this boot; without a colon, which systemd takes for a separator.
    static func name(pid: Int32, startTicks: UInt64) -> String {
        "daemon.\(pid).\(startTicks)"
    }
}
