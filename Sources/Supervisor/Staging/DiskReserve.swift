/// How much of the disk is left free for the node, which dies of a full one before we do.
package enum DiskReserve: Sendable, Equatable {
    /// The larger of 2 GiB and 5 % of the filesystem.
    case standard
    case bytes(Int64)

    func bytes(of total: Int64) -> Int64 {
        switch self {
        case .standard: max(2 << 30, total / 20)
        case .bytes(let count): count
        }
    }
}
