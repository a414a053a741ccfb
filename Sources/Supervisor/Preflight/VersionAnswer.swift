import StageMessages

/// What became of asking a staged binary for its version.
enum VersionAnswer: Sendable, Equatable {
    /// It ran and ended, with what it printed on both its streams.
    case ended(Exit, String)
    /// It ran for too long, and was ended.
    case late
    /// It could not be run, and why: a clause.
    case refused(String)
    /// It was not run at all, for nothing was there to shut it in.
    case unconfined(StageError)
}

/// The line of a program's output that tells its version.
struct PrintedVersion: Equatable {
    /// At most 100 characters that change nothing on a terminal; nil when nothing was printed.
    let line: String?
    /// As far as the line is one, but for a leading word; nil else.
    let version: DottedVersion?

    /// The first line that has a version in it, else the first one: warnings may come before it.
    init(in text: String) {
        let lines = text.split { $0.isNewline || $0 == "\0" }
            .map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        let telling = lines.lazy.compactMap { line in
            line.split(separator: " ").lazy.compactMap { DottedVersion($0) }
                .first { $0.parts.count > 1 }.map { (line, $0) }
        }.first
        line = (telling?.0 ?? lines.first).map { $0.shown(100) }
        version = telling?.1
    }
}

/// A version of numbers, such as `v18.1.0-rc1`, of which what follows the numbers is not looked at.
struct DottedVersion: Equatable {
    let hasV: Bool
    let parts: [Int]

    init?(_ text: some StringProtocol) {
        hasV = text.hasPrefix("v")
        let numbers = text.dropFirst(hasV ? 1 : 0).prefix { $0 != "-" && $0 != "+" }
        let fields = numbers.split(separator: ".", omittingEmptySubsequences: false)
        let parts = fields.compactMap { field in
            field.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(field) : nil
        }
        guard parts.count == fields.count, (1...4).contains(parts.count) else { return nil }
        self.parts = parts
    }

    /// What is staged is surely older than what the plan's name promises.
    ///
    /// Names and versions differ on half of all chains, so that only this counts: both are of one
    /// form and the name is the higher one, or the name is the next after the version's first number.
    func isBehind(_ name: DottedVersion) -> Bool {
        guard hasV == name.hasV, let first = parts.first, let promised = name.parts.first else {
            return false
        }
        guard name.parts.count > 1 else { return first < Int.max && first + 1 == promised }
        return parts.count == name.parts.count && parts.lexicographicallyPrecedes(name.parts)
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        let rest = drop { $0 == " " || $0 == "\t" }
        let end = rest.lastIndex { $0 != " " && $0 != "\t" }.map(rest.index(after:))
        return String(rest[..<(end ?? rest.startIndex)])
    }

    /// One line for people, escaped and cut.
    fileprivate func shown(_ limit: Int) -> String {
        let start = String(String.UnicodeScalarView(unicodeScalars.prefix(limit + 1)))
        // Escaped, one becomes several.
        let harmless = StageFailure(.system, start).detail.unicodeScalars
        guard harmless.count > limit else { return String(harmless) }
        return String(harmless.prefix(limit - 1)) + "…"
    }
}
