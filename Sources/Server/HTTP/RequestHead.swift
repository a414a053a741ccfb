import API

/// A request up to its body, as strict as RFC 9112 allows, and in origin-form only.
struct RequestHead: Equatable {
    let method: API.Method
    let target: Target
    let version: Version
    let headers: Headers
    /// The Host field, lower-case.
    let host: String
    let body: BodyLength
    /// The client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    enum Version: Equatable {
        case http10, http11
    }

    /// What follows the head (RFC 9112 section 6.3).
    enum BodyLength: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// Whether the client wants the connection to stay.
    var keepsAlive: Bool {
        let options = headers.list("connection")
        return switch version {
        case .http11: !options.contains("close")
        case .http10: options.contains("keep-alive") && !options.contains("close")
        }
    }

    /// - Parameter bytes: What `HeadScanner` found complete.
    init(_ bytes: ArraySlice<UInt8>) throws(HeadRefusal) {
        let lines: HeaderLines
        do {
            lines = try HeaderLines(bytes)
        } catch {
            throw .malformed
        }
        headers = lines.headers
        (method, target, version) = try Self.requestLine(lines.first)
        host = try Self.host(in: headers)
        body = try Self.bodyLength(in: headers, version: version)
        expectsContinue = try Self.expectation(in: headers, version: version)
    }
}

/// Why a head is answered with an error and the connection then closed.
enum HeadRefusal: Error, Equatable, CaseIterable {
    case malformed, tooLarge, bodyTooLarge, expectation, unknownMethod, unknownCoding, version
}

// MARK: - Request line

extension RequestHead {
    private static func requestLine(
        _ line: ArraySlice<UInt8>
    ) throws(HeadRefusal) -> (API.Method, Target, Version) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(\.isToken) else {
            throw .malformed
        }
        let version = try version(parts[2])
        guard let method = API.Method(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
            throw .unknownMethod
        }
        guard let target = Target(originForm: parts[1]) else { throw .malformed }
        return (method, target, version)
    }

    private static func version(_ text: ArraySlice<UInt8>) throws(HeadRefusal) -> Version {
        switch String(decoding: text, as: UTF8.self) {
        case "HTTP/1.1": return .http11
        case "HTTP/1.0": return .http10
        default:
            let bytes = Array(text)
            guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), bytes[5].isDigit,
                bytes[6] == UInt8(ascii: "."), bytes[7].isDigit
            else { throw .malformed }
            throw .version
        }
    }
}

// MARK: - Fields that frame

extension RequestHead {
    private static func host(in headers: Headers) throws(HeadRefusal) -> String {
        let hosts = headers.all("host")
        guard hosts.count == 1, let host = hosts.first, !host.isEmpty else { throw .malformed }
        let isAuthority = host.utf8.allSatisfy {
            $0.isLetterOrDigit || "-._~!$&'()*+,;=:[]%".utf8.contains($0)
        }
        guard isAuthority else { throw .malformed }
        return host.lowercased()
    }

    private static func bodyLength(
        in headers: Headers, version: Version
    ) throws(HeadRefusal) -> BodyLength {
        let lengths = headers.all("content-length")
        let codings = headers.all("transfer-encoding")
        guard codings.isEmpty else {
            // With a length, or from HTTP/1.0, somebody before us may see another end of the body.
            guard lengths.isEmpty, version == .http11, codings.count == 1 else { throw .malformed }
            guard codings[0].lowercased() == "chunked" else { throw .unknownCoding }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1, !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else {
            throw .malformed
        }
        guard let length = Int(text) else { throw .bodyTooLarge }
        return length == 0 ? .none : .length(length)
    }

    private static func expectation(
        in headers: Headers, version: Version
    ) throws(HeadRefusal) -> Bool {
        let expectations = headers.all("expect")
        guard !expectations.isEmpty, version == .http11 else { return false }
        guard expectations.count == 1, expectations[0].lowercased() == "100-continue" else {
            throw .expectation
        }
        return true
    }
}
