/// What a plan's info is, as far as it speaks of binaries.
package enum PlanInfo: Sendable, Equatable {
    /// A JSON object with `binaries`: addresses by platform.
    case inline(PlanBinaries)
    /// The address of such an object.
    case url(String)
    /// Anything else.
    case text(String)
    /// JSON that is broken, or is another value than such an object.
    case broken(SourceRefusal)

    /// Nil for an empty info.
    package init?(_ info: String) {
        let text = info.trimmed
        guard !text.isEmpty else { return nil }
        let json: JSONText
        do throws(JSONTextError) {
            json = try JSONText(Array(text.utf8))
        } catch {
            guard !text.hasPrefix("{") else {
                self = .broken(.brokenJSON(error, in: text))
                return
            }
            self = Self.isAbsoluteURL(text) ? .url(text) : .text(text)
            return
        }
        do throws(SourceRefusal) {
            self = .inline(try PlanBinaries(json))
        } catch {
            self = .broken(error)
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

    private static func isAbsoluteURL(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), !text.contains(where: \.isWhitespace) else {
            return false
        }
        let rest = text[colon...]
        return rest.hasPrefix("://") && rest.count > 3 && AddressText.isScheme(text[..<colon])
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
