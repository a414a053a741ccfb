/// A list of patterns as OpenSSH has them (ssh_config(5), PATTERNS): `*`, `?`, and `!` before one
/// that must not match.
struct SSHPatternList: Sendable, Equatable {
    private let patterns: [[UInt8]]

    init(_ text: String) {
        patterns = text.utf8.split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    /// Whether one matches and none that begins with `!` does.
    func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var isMatched = false
        for pattern in patterns {
            if pattern.first == UInt8(ascii: "!") {
                if Self.match(text, pattern.dropFirst()) { return false }
            } else if Self.match(text, pattern[...]) {
                isMatched = true
            }
        }
        return isMatched
    }

    /// Goes back to the last `*` only, for an earlier one has nothing to gain: time is at most the
    /// product of both lengths.
    private static func match(_ text: [UInt8], _ pattern: ArraySlice<UInt8>) -> Bool {
        let pattern = Array(pattern)
        var (place, next) = (0, 0)
        var star: (next: Int, place: Int)?
        while place < text.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                star = (next + 1, place)
                next += 1
            } else if next < pattern.count,
                pattern[next] == UInt8(ascii: "?") || pattern[next] == text[place]
            {
                (place, next) = (place + 1, next + 1)
            } else if let last = star {
                star = (last.next, last.place + 1)
                (place, next) = (last.place + 1, last.next)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
