import FoundationEssentials
import StageMessages

/// What a run of `switchyard-stage` has printed so far: reports, then whatever a probed program says.
struct StageOutput {
    /// Until the program of a probe begins.
    private(set) var end: StageReport?
    /// What is no report: a crash's last words, or the output of the program that was probed.
    private(set) var text = ""
    private var line: [UInt8] = []
    private var isConfined: Bool { end == .confined }

    /// Of a line; a longer one is no report.
    ///
    /// An answer of 1 MiB is one line, in base64.
    private static let longestLine = 2 << 20
    /// Of what a program that was probed says.
    private static let longestText = 64 << 10

    /// Takes what was read.
    ///
    /// - Returns: The progress that was reported last in it.
    mutating func take(_ bytes: some Sequence<UInt8>) -> (done: Int64, total: Int64?)? {
        var progress: (Int64, Int64?)?
        for byte in bytes {
            if byte == UInt8(ascii: "\n"), !isConfined {
                if case .progress(let done, let total) = takeLine() { progress = (done, total) }
            } else if line.count < (isConfined ? Self.longestText : Self.longestLine) {
                line.append(byte)
            }
        }
        if isConfined { text = String(decoding: line, as: UTF8.self) }
        return progress
    }

    private mutating func takeLine() -> StageReport? {
        defer { line.removeAll() }
        guard let report = try? JSONDecoder().decode(StageReport.self, from: Data(line)) else {
            text = String(decoding: line.prefix(300), as: UTF8.self)
            return nil
        }
        switch report {
        case .progress: break
        case .finished, .failed, .confined, .answered: end = end ?? report
        }
        return report
    }

    /// The text is the report of a failure, and nothing else.
    static func failure(in text: String) -> StageFailure? {
        guard
            case .failed(let failure) = try? JSONDecoder().decode(
                StageReport.self, from: Data(text.utf8))
        else { return nil }
        return failure
    }
}
