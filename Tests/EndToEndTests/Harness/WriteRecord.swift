/// What the client of Redis wrote down of its acknowledged writes, in their order.
struct WriteRecord {
    struct Write {
        let number: Int
        /// CLOCK_MONOTONIC, nanoseconds.
        let time: Int64
        let version: String
        let pid: Int32
    }

    let writes: [Write]

    /// The versions that acknowledged, one entry for each change.
    var versions: [String] {
        writes.reduce(into: []) { if $0.last != $1.version { $0.append($1.version) } }
    }

    /// The daemons that acknowledged, one entry for each change.
    var pids: [Int32] {
        writes.reduce(into: []) { if $0.last != $1.pid { $0.append($1.pid) } }
    }

    /// The longest time without an acknowledgement.
    var longestGap: Duration {
        .nanoseconds(zip(writes, writes.dropFirst()).map { $1.time - $0.time }.max() ?? 0)
    }

    /// The lines as the client writes them.
    var text: String {
        writes.map { "\($0.number) \($0.time) \($0.version) \($0.pid)\n" }.joined()
    }
}

extension WriteRecord {
    /// - Parameter text: its last line may not be whole yet.
    init(_ text: String) {
        writes = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)].split(separator: "\n")
            .compactMap { line in
                let parts = line.split(separator: " ")
                guard parts.count == 4, let number = Int(parts[0]), let time = Int64(parts[1]),
                    let pid = Int32(parts[3])
                else { return nil }
                return Write(number: number, time: time, version: String(parts[2]), pid: pid)
            }
    }
}
