/// A version of the Cosmos SDK, by which a binary's way of halting is known.
package struct SDKVersion: Sendable, Equatable, CustomStringConvertible {
    /// As it was told, such as `v0.47.5-v25-osmo-1`.
    package let description: String
    private let major: Int
    private let minor: Int
    private let patch: Int
    private let suffix: Suffix

    /// What a version has behind its numbers (semver.org, 9; go.dev/ref/mod#pseudo-versions).
    private enum Suffix: Equatable {
        /// Nothing, or the mark of a fork, which counts as its base.
        case none
        /// It comes before the version of its numbers: a candidate, or a commit on the way to it.
        case before
    }

    /// Nil unless it begins with three numbers; a leading `v` may be missing.
    package init?(_ text: some StringProtocol) {
        let bare = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let end = bare.firstIndex { $0 == "-" || $0 == "+" } ?? bare.endIndex
        let numbers = bare[..<end].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, text.utf8.count <= 128,
            let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]),
            let patch = Self.number(numbers[2])
        else { return nil }
        description = String(text)
        (self.major, self.minor, self.patch) = (major, minor, patch)
        suffix = Self.suffix(bare[end...])
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func suffix(_ text: some StringProtocol) -> Suffix {
        guard text.hasPrefix("-") else { return .none }
        let words = ["rc", "beta", "alpha", "pre", "dev"]
        let mark = text.dropFirst().lowercased()
        return words.contains { mark.hasPrefix($0) } || mark.hasPrefix("0.") ? .before : .none
    }

    /// How binaries of this version keep their halt height.
    ///
    /// Nil where that is not sure: before 0.40, after 0.x, and between two ways.
    package var haltStyle: HaltStyle? {
        guard major == 0, minor >= 40 else { return nil }
        if minor < 50 { return .afterCommit }
        if minor > 50 { return .beforeBlock }
        switch patch {
        case 10 where suffix == .before: return nil
        case ..<10: return .beforeNext
        default: return .beforeBlock
        }
    }
}

/// What a daemon does at the height that `halt-height` names.
///
/// The three are those of the SDK's server: baseapp's Commit up to 0.47, FinalizeBlock with `>` in
/// 0.50.0 to 0.50.9, with `>=` since 0.50.10.
package enum HaltStyle: String, Sendable, Codable, CaseIterable {
    /// Commits it, then ends itself with 0, and may commit more on its way.
    case afterCommit = "after_commit"
    /// Commits it, then stands with the next block stored, its RPC up.
    case beforeNext = "before_next"
    /// Does not execute it, and stands with it stored, its RPC up.
    case beforeBlock = "before_block"

    /// The value of `halt-height` with which the next binary's first block is the given one.
    package func setting(for first: Height) -> Height {
        switch self {
        case .afterCommit, .beforeNext: first - 1
        case .beforeBlock: first
        }
    }

    /// The daemon ends by itself, so that nothing can be asked of it afterwards.
    package var endsDaemon: Bool { self == .afterCommit }
}
