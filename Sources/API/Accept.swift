/// A form in which a resource can be answered.
struct OfferedType: Sendable, Equatable {
    /// `text/plain`, lower-case.
    let name: String
    let parameters: [String: String]

    init(_ name: String, _ parameters: [String: String] = [:]) {
        self.name = name
        self.parameters = parameters
    }

    fileprivate var kind: Substring { name.prefix { $0 != "/" } }
}

/// Which forms a client would like, and how much (RFC 9110 section 12.5.1).
struct Accept: Sendable {
    private let ranges: [MediaRange]

    init(_ headers: Headers) {
        ranges = headers.list("accept").compactMap(MediaRange.init)
    }

    /// The offer that is liked best; the first one when none is wanted or nothing was said.
    ///
    /// Of equals it is the one that was named more exactly, then the one offered first.
    func best(of offers: [OfferedType]) -> OfferedType? {
        var best: (offer: OfferedType, liking: Liking)?
        for offer in offers {
            let liking = liking(of: offer)
            guard liking.quality > 0 else { continue }
            if best.map({ $0.liking < liking }) ?? true { best = (offer, liking) }
        }
        return best?.offer ?? offers.first
    }

    /// What the most exact range that fits says.
    private func liking(of offer: OfferedType) -> Liking {
        guard !ranges.isEmpty else { return Liking(quality: 1, exactness: 0) }
        let fitting = ranges.filter { $0.fits(offer) }
        guard let range = fitting.max(by: { $0.exactness < $1.exactness }) else {
            return Liking(quality: 0, exactness: 0)
        }
        return Liking(quality: range.quality, exactness: range.exactness)
    }
}

private struct Liking: Comparable {
    let quality: Double
    let exactness: Int

    static func < (left: Self, right: Self) -> Bool {
        (left.quality, left.exactness) < (right.quality, right.exactness)
    }
}

/// One element of Accept.
private struct MediaRange: Sendable {
    let name: Substring
    let parameters: [(name: Substring, value: Substring)]
    let quality: Double

    /// Nil for what cannot be read; it counts as not sent.
    init?(_ text: String) {
        var parts = text.split(separator: ";", omittingEmptySubsequences: false).map(\.unpadded)
        name = parts.removeFirst()
        guard name.contains("/") else { return nil }
        var parameters: [(name: Substring, value: Substring)] = []
        var quality = 1.0
        for part in parts where !part.isEmpty {
            let words = part.split(separator: "=", maxSplits: 1).map(\.unpadded)
            guard let key = words.first, let value = words.dropFirst().first else { return nil }
            if key == "q" {
                guard let number = Double(value), (0...1).contains(number) else { return nil }
                quality = number
            } else if !Self.ignored.contains(key) {
                parameters.append((key, value.filter { $0 != "\"" }[...]))
            }
        }
        self.parameters = parameters
        self.quality = quality
    }

    /// Everything here is UTF-8, and no metric has a name that would need escaping.
    private static let ignored: Set<Substring> = ["charset", "escaping"]

    var exactness: Int {
        if name == "*/*" { return 1 }
        return name.hasSuffix("/*") ? 2 : 3 + parameters.count
    }

    func fits(_ offer: OfferedType) -> Bool {
        let isNamed = name == "*/*" || name == offer.name[...] || name == offer.kind + "/*"
        return isNamed
            && parameters.allSatisfy { offer.parameters[String($0.name)] == String($0.value) }
    }
}

extension Substring {
    /// Without the blanks around it.
    fileprivate var unpadded: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
