/// What a route takes as a request's content.
package enum Content: Sendable, Equatable {
    /// Nothing: what comes all the same is read away, within a bound.
    case nothing
    /// A JSON text; one may leave it out altogether, and the media type with it.
    case json
    /// As many bytes of a media type, which is lower-case.
    case bytes(type: String, limit: Int)

    /// Bytes of a JSON text.
    package static let jsonLimit = 64 * 1024

    /// Decides from the head whether the body may be read: its media type, length and coding.
    func check(_ request: Request) throws(Problem) {
        guard self != .nothing, !request.body.isEmpty else { return }
        guard fits(request.headers.all("content-type")) else {
            throw .mediaTypeRefused(wanted: type)
        }
        if let length = request.body.length, length > limit {
            throw .contentTooLarge(limit: limit)
        }
        guard request.headers.list("content-encoding").allSatisfy({ $0 == "identity" }) else {
            throw .contentEncodingRefused
        }
    }

    var limit: Int {
        switch self {
        case .nothing: 0
        case .json: Self.jsonLimit
        case .bytes(_, let limit): limit
        }
    }

    private var type: String {
        switch self {
        case .nothing: ""
        case .json: "application/json"
        case .bytes(let type, _): type
        }
    }

    private func fits(_ values: [String]) -> Bool {
        guard values.count == 1, let value = values.first.flatMap(MediaType.init) else {
            return false
        }
        return value.name == type
            && value.parameters.allSatisfy { name, value in
                name != "charset" || value.lowercased() == "utf-8"
            }
    }
}

/// A media type with its parameters (RFC 9110 section 8.3.1); names are lower-case.
struct MediaType: Equatable {
    let name: String
    let parameters: [String: String]

    /// Nil when it is not well-formed, or names a parameter twice.
    init?(_ text: String) {
        var parts = text.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        let name = parts.removeFirst().lowercased()
        let types = name.split(separator: "/", omittingEmptySubsequences: false)
        guard types.count == 2, types.allSatisfy(\.isToken) else { return nil }
        var parameters: [String: String] = [:]
        for part in parts where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let name = part[..<equals].lowercased()
            var value = part[part.index(after: equals)...]
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = value.dropFirst().dropLast()
            }
            guard name[...].isToken, value.isToken, parameters[name] == nil else { return nil }
            parameters[name] = String(value)
        }
        self.name = name
        self.parameters = parameters
    }
}

extension Substring {
    /// Without the blanks around it.
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    /// RFC 9110's `token`.
    fileprivate var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
