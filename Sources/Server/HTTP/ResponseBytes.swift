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
        /// A body of unknown length ends with the connection, for HTTP/1.0.
        var endsByClosing = false
    }

    /// Head and body in one piece, for one write; the head alone when the body is streamed.
    func bytes(_ framing: Framing, at now: Date = .now) -> [UInt8] {
        var result = head(framing, at: now)
        if !framing.isHead, case .bytes(let content) = body { result += content }
        return result
    }

    /// Status line and header fields, with the empty line behind them.
    func head(_ framing: Framing, at now: Date = .now) -> [UInt8] {
        var result: [UInt8] = []
        if case .bytes(let content) = body { result.reserveCapacity(512 + content.count) }
        result += "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n".utf8
        result += "Date: \(Timestamp(now).httpDate)\r\n".utf8
        for header in headers { Self.append(header, to: &result) }
        result += Self.commonBytes
        if let length {
            result += "Content-Length: \(length)\r\n".utf8
        } else if case .stream = body, !framing.endsByClosing {
            result += "Transfer-Encoding: chunked\r\n".utf8
        }
        if framing.closes {
            result += "Connection: close\r\n".utf8
        } else if framing.confirmsKeepAlive {
            result += "Connection: keep-alive\r\n".utf8
        }
        result += "\r\n".utf8
        return result
    }

    private var length: Int? {
        switch body {
        case .none: nil
        case .bytes(let content): content.count
        case .stream(let stream): stream.length
        }
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
