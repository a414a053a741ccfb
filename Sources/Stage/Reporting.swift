import FoundationEssentials
import Glibc
import StageMessages

extension StageReport {
    /// Says it: one line of JSON on standard output.
    ///
    /// Whoever does not listen any more has let go of standard input, too, which ends the run.
    func say() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard var line = try? encoder.encode(self) else { return }
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(1, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

extension StageReport {
    /// What the run was for has been done.
    var isSuccess: Bool {
        switch self {
        case .finished, .answered: true
        case .progress, .confined, .failed: false
        }
    }
}

/// Says how far it has come, five times a second at most.
struct ProgressReporter {
    private var lastSaid: ContinuousClock.Instant?
    private var lastDone: Int64 = 0

    static let interval = Duration.milliseconds(200)

    mutating func say(done: Int64, total: Int64?) {
        let now = ContinuousClock.now
        if let lastSaid, now - lastSaid < Self.interval { return }
        guard done != lastDone else { return }
        lastSaid = now
        lastDone = done
        StageReport.progress(done: done, total: total).say()
    }
}
