import FoundationEssentials
import Glibc
import StageMessages

/// `switchyard-stage`: handles bytes that nobody vouches for, in a process of its own.
@main struct Main {
    static func main() {
        guard let line = OrderLine.read(from: 0),
            let order = try? JSONDecoder().decode(StageOrder.self, from: Data(line))
        else {
            say("switchyard-stage is run by switchyard, which tells it what to do.\n")
            exit(64)
        }
        let report = outcome(of: order)
        report.say()
        exit(report == .finished ? 0 : 1)
    }

    /// Shuts itself in, and only then does what it was told.
    private static func outcome(of order: StageOrder) -> StageReport {
        do throws(StageFailure) {
            switch order {
            case .fetch(let fetch):
                try Isolation.enter(.fetch)
                return Fetch(fetch).run()
            case .unpack(let order):
                // Loads its locale, which is out of reach later.
                let unpack = Unpack(order)
                try Isolation.enter(unpack.profile)
                return unpack.run()
            case .probe(let probe):
                return try Probe(probe).run()
            }
        } catch {
            return .failed(error)
        }
    }
}

/// The one line that says what to do.
enum OrderLine {
    private static let limit = 64 << 10

    /// Reads the line without its end, a byte at a time so that nothing after it is taken.
    ///
    /// - Returns: Nil when there is no whole line of at most 64 KiB.
    static func read(from file: Int32) -> [UInt8]? {
        var line: [UInt8] = []
        while line.count <= limit {
            var byte: UInt8 = 0
            let count = Glibc.read(file, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
        return nil
    }
}

private func say(_ text: String) {
    _ = text.utf8CString.withUnsafeBufferPointer { write(2, $0.baseAddress, $0.count - 1) }
}
