import StageMessages

/// Says which way of getting a file is not ours, and what to do instead.
struct SchemeRefusal {
    let failure: StageFailure

    private static let advice = "publish the file below an https URL"

    /// - Parameter text: As it was given, for go-getter has forms that are no URL.
    /// - Returns: nil when it is of a scheme that is taken.
    init?(_ text: String, from origin: FetchOrder.Origin) {
        if let end = text.firstRange(of: "::"), Self.isScheme(text[..<end.lowerBound]) {
            let getter = Self.short(text[..<end.lowerBound])
            self.init(
                because: "the form \(getter):: is not taken; \(Self.advice), and write it as it is")
        } else if text.hasPrefix("/") || text.hasPrefix(".") {
            self.init(because: "a path is not fetched; stage a file of this host as a file")
        } else if let end = text.firstRange(of: "://"), Self.isScheme(text[..<end.lowerBound]) {
            self.init(scheme: text[..<end.lowerBound].lowercased(), from: origin)
        } else if text.hasPrefix("git@") {
            self.init(because: "git is not taken; \(Self.advice)")
        } else if let end = text.firstIndex(of: ":"), Self.isScheme(text[..<end]) {
            self.init(because: "\(Self.short(text[..<end])) is not taken; \(Self.advice)")
        } else {
            self.init(because: "the URL has no scheme; write https:// before it")
        }
    }

    init?(scheme: String, from origin: FetchOrder.Origin) {
        switch (scheme, origin) {
        case ("https", _), ("http", .operator): return nil
        case ("http", .chain):
            self.init(because: "http is not taken from the chain; \(Self.advice)")
        case ("file", _):
            self.init(because: "file is not fetched; stage a file of this host as a file")
        case (_, _):
            self.init(because: "\(Self.short(scheme[...])) is not taken; \(Self.advice)")
        }
    }

    private init(because detail: String) {
        failure = StageFailure(.schemeRefused, detail)
    }

    /// RFC 3986, section 3.1.
    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20
        else { return false }
        return text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || "0123456789+-.".unicodeScalars.contains($0))
        }
    }

    private static func short(_ text: Substring) -> String {
        text.count <= 20 ? String(text) : text.prefix(20) + "…"
    }
}
