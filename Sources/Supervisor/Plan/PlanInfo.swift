import FoundationEssentials

/// What a plan's info is, as far as it speaks of binaries.
package enum PlanInfo: Sendable, Equatable {
    /// A JSON object with `binaries`: addresses by platform.
    case inline([String: String])
    /// The address of such an object.
    case url(String)
    /// Anything else.
    case text
    /// Begins as a JSON object does, and is none.
    case broken

    private struct Inline: Decodable {
        let binaries: [String: String]
    }

    /// Nil for an empty info.
    package init?(_ info: String) {
        let text = info.trimmed
        guard !text.isEmpty else { return nil }
        guard text.hasPrefix("{") else {
            self = Self.isAbsoluteURL(text) ? .url(text) : .text
            return
        }
        let data = Data(text.utf8)
        let decoder = JSONDecoder()
        // What does not decode is another form, not an error.
        if let inline = try? decoder.decode(Inline.self, from: data) {
            self = .inline(inline.binaries)
        } else {
            self = (try? decoder.decode(JSONValue.self, from: data)) == nil ? .broken : .text
        }
    }

    /// `linux/amd64`, as Go names it.
    package static var platform: String {
        #if arch(arm64)
            "linux/arm64"
        #else
            "linux/amd64"
        #endif
    }

    /// Of the binary for this platform, or of the one for `any`.
    var address: String? {
        guard case .inline(let binaries) = self else { return nil }
        return binaries[Self.platform] ?? binaries["any"]
    }

    private static func isAbsoluteURL(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), !text.contains(where: \.isWhitespace) else {
            return false
        }
        let scheme = text[..<colon]
        let rest = text[colon...]
        return rest.hasPrefix("://") && rest.count > 3 && scheme.first?.isLetter == true
            && scheme.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
            }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
