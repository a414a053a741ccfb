import Glibc

/// The record that tests judge by: one line an event, appended with one write(2).
struct Ledger {
    let path: String
    let version: String

    func write(_ event: String, _ details: String = "", at moment: Duration = Monotonic.now) {
        write(event, details, version: version, at: moment)
    }

    /// Adds the line of a block whose process was killed between its commit and its line.
    ///
    /// Only where the block before it has a line: restored or foreign data has none to mend.
    func mend(block height: Int, by version: String) {
        // The line that is looked for comes after the one of the block before it.
        let tail = String(decoding: Files.bytes(path, last: 65536) ?? [], as: UTF8.self)
        let lines = tail.split(separator: "\n").map { $0.split(separator: " ") }
        let heights = Set(lines.compactMap { $0.count > 4 && $0[3] == "block" ? $0[4] : nil })
        guard heights.contains("\(height - 1)"), !heights.contains("\(height)") else { return }
        write("block", "\(height)", version: version, at: Monotonic.now)
    }

    private func write(_ event: String, _ details: String, version: String, at moment: Duration) {
        let fields = ["\(moment.nanoseconds)", "\(getpid())", version, event, details]
        Files.append(fields.filter { !$0.isEmpty }.joined(separator: " ") + "\n", to: path)
    }
}
