import FoundationEssentials

/// How fast the chain makes blocks, over the last hour or what was seen of it.
struct BlockPace: Sendable, Equatable {
    private struct Mark: Sendable, Equatable {
        let height: Height
        let at: Instant
    }

    /// Oldest first.
    private var marks: [Mark] = []
    private var last: Mark?

    private static let distance = Duration.seconds(60)
    private static let window = Duration.seconds(3600)
    /// Less than that is no sample.
    private static let leastBlocks: Height = 10

    /// Takes a look at the stored height; one of a node that catches up says nothing of the chain.
    mutating func observe(_ height: Height, at now: Instant, isCatchingUp: Bool) {
        if isCatchingUp || (last.map { height < $0.height } ?? false) { self = BlockPace() }
        guard !isCatchingUp, height != last?.height else { return }
        let mark = Mark(height: height, at: now)
        last = mark
        if marks.last.map({ now - $0.at >= Self.distance }) ?? true { marks.append(mark) }
        while marks.count > 1, now - marks[0].at > Self.window { marks.removeFirst() }
    }

    /// From one block to the next; nil while too few were seen.
    var perBlock: Duration? {
        guard let first = marks.first, let last, last.height - first.height >= Self.leastBlocks
        else { return nil }
        return (last.at - first.at) / (last.height - first.height)
    }

    /// When a block so far ahead may come, to the second; nil while that cannot be told, or is years
    /// away.
    func expected(in blocks: Height, after seen: Date) -> Date? {
        guard let perBlock, blocks <= 1_000_000_000 else { return nil }
        let seconds = Double(blocks) * (perBlock / .seconds(1))
        guard seconds < 1e9 else { return nil }
        return Date(
            timeIntervalSince1970: (seen.timeIntervalSince1970 + seconds).rounded())
    }
}
