import API
import Supervisor
import FoundationEssentials

extension Response {
    /// How an answer is put on its connection.
    struct Framing {
        /// The answer to a HEAD request has the length, not the bytes.
        var isHead = false
        var closes: Bool
        /// HTTP/1.0 must be told that the connection stays.
        var confirmsKeepAlive = false
    }

    /// Head and body in one piece, for one write.
    func bytes(_ framing: Framing, at now: Date = .now) -> [UInt8] {
        let content: [UInt8]
        switch body {
        case .bytes(let bytes): content = bytes
        }
        var result: [UInt8] = []
        result.reserveCapacity(512 + content.count)
        result += "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n".utf8
        result += "Date: \(Timestamp(now).httpDate)\r\n".utf8
        for header in headers { Self.append(header, to: &result) }
        result += Self.commonBytes
        result += "Content-Length: \(content.count)\r\n".utf8
        if framing.closes {
            result += "Connection: close\r\n".utf8
        } else if framing.confirmsKeepAlive {
            result += "Connection: keep-alive\r\n".utf8
        }
        result += "\r\n".utf8
        if !framing.isHead { result += content }
        return result
    }

    private static let commonBytes: [UInt8] = {
        var bytes: [UInt8] = []
        for header in commonHeaders { append(header, to: &bytes) }
        return bytes
    }()

    private static func append(_ header: Header, to bytes: inout [UInt8]) {
        bytes += header.name.utf8
        bytes += ": ".utf8
        bytes += header.value.utf8
        bytes += "\r\n".utf8
    }
}

extension HeadRefusal {
    var problem: Problem {
        switch self {
        case .malformed:
            .http(
                .badRequest, detail: "The request breaks the rules of HTTP/1.1.",
                remedy: "Send a well-formed HTTP/1.1 request with one Host and a path.")
        case .tooLarge:
            .http(
                .headerFieldsTooLarge, remedy: "Send at most 64 header fields, 16 KiB in all.")
        case .bodyTooLarge: .contentTooLarge
        case .expectation:
            .http(.expectationFailed, remedy: "Expect nothing but 100-continue.")
        case .unknownMethod:
            .http(.notImplemented, remedy: "Use a method of the API's description.")
        case .unknownCoding:
            .http(.notImplemented, remedy: "Use no transfer coding but chunked.")
        case .version: .http(.versionNotSupported, remedy: "Speak HTTP/1.1.")
        }
    }
}
