/// What the simulated node wrote down of itself, line by line; the tests judge by it.
struct Ledger {
    struct Line {
        /// CLOCK_MONOTONIC, nanoseconds.
        let time: UInt64
        let pid: Int32
        let version: String
        let event: String
        let details: String
    }

    let lines: [Line]

    init(_ text: String) {
        lines = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 4).map(String.init)
            guard parts.count >= 4, let time = UInt64(parts[0]), let pid = Int32(parts[1]) else {
                return nil
            }
            return Line(
                time: time, pid: pid, version: parts[2], event: parts[3],
                details: parts.count > 4 ? parts[4] : "")
        }
    }

    func all(_ event: String, version: String? = nil) -> [Line] {
        lines.filter { $0.event == event && (version == nil || $0.version == version) }
    }

    func has(_ event: String, version: String? = nil) -> Bool {
        !all(event, version: version).isEmpty
    }

    /// The highest block applied by that version; 0 without any.
    func height(of version: String? = nil) -> Int {
        all("block", version: version).compactMap { Int($0.details) }.max() ?? 0
    }

    /// The versions in the order of their starts.
    var starts: [String] { all("start").map(\.version) }

    /// What no node under this supervisor may ever show: a second one at once, a height applied
    /// twice or left out, something of ours inherited.
    var violations: [String] {
        var found = all("conflict").map { "two daemons at once: \($0.pid)" }
        found += all("leak").map { "inherited: \($0.details)" }
        let heights = all("block").compactMap { Int($0.details) }
        for (earlier, later) in zip(heights, heights.dropFirst()) where later != earlier + 1 {
            found.append("block \(later) after \(earlier)")
        }
        return found
    }
}
