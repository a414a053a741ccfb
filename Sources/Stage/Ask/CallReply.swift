import FoundationEssentials
import StageMessages

/// What has come of a gRPC answer so far, read strictly.
struct CallReply {
    private let limit: Int
    private var size = 0
    /// Of the fields before and after the body, by their names in lower case.
    private var fields: [String: String] = [:]
    private(set) var status: Int?
    private var isHTTP2 = false
    private var body: [UInt8] = []

    /// Of all lines of both heads.
    private static let largestHead = 64 << 10
    /// A flag and the message's length, big-endian.
    private static let prefixLength = 5

    /// - Parameter limit: Bytes of the message.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a line of the head, or of what comes after the body.
    mutating func take(line: String) throws(StageFailure) {
        size += line.utf8.count
        guard size <= Self.largestHead else { throw broken("it sent too many headers") }
        let line = line.hasSuffix("\r\n") ? line.dropLast() : line[...]
        if line.hasPrefix("HTTP/") { return takeStatus(line) }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...]
        fields[line[..<colon].lowercased()] = String(value.drop { $0 == " " })
    }

    /// Takes a piece of the body.
    ///
    /// - Throws: As soon as what came cannot be one message any more.
    mutating func take(body piece: some Collection<UInt8>) throws(StageFailure) {
        // The body of something else is not looked at.
        guard status == 200, isGRPC else { return }
        guard piece.count <= limit + Self.prefixLength - body.count else { throw tooLarge }
        body += piece
        guard let length = try messageLength() else { return }
        guard length <= limit else { throw tooLarge }
        guard body.count - Self.prefixLength <= length else {
            throw broken("it sent more than one message")
        }
    }

    /// What it all means.
    func answer() throws(StageFailure) -> CallAnswer {
        guard isHTTP2 else { throw broken("it does not speak HTTP/2") }
        guard status == 200 else {
            throw StageFailure(.status, "it answered with HTTP status \(status ?? 0)")
        }
        guard isGRPC else { throw broken("what it answered is not gRPC") }
        guard let status = fields["grpc-status"].flatMap({ Int($0) }), status >= 0 else {
            throw broken("its answer ended without an outcome (grpc-status)")
        }
        let words = Self.decoded(fields["grpc-message"] ?? "")
        guard status == 0 else { return CallAnswer(status: status, words: words, message: Data()) }
        guard let length = try messageLength(), body.count == length + Self.prefixLength else {
            throw StageFailure(.cut, "its message ended early")
        }
        return CallAnswer(
            status: 0, words: words, message: Data(body.dropFirst(Self.prefixLength)))
    }

    private var isGRPC: Bool { fields["content-type"]?.hasPrefix("application/grpc") ?? false }

    private var tooLarge: StageFailure {
        StageFailure(.tooLarge, "its message has more than the \(limit) bytes that are allowed")
    }

    private mutating func takeStatus(_ line: Substring) {
        let words = line.split(separator: " ")
        isHTTP2 = words.first == "HTTP/2"
        status = words.dropFirst().first.flatMap { Int($0) }
        fields = [:]
    }

    /// Nil while that has not come.
    private func messageLength() throws(StageFailure) -> Int? {
        guard let flag = body.first else { return nil }
        guard flag != 1 else { throw broken("its message is compressed, which was not asked for") }
        guard flag == 0 else { throw broken("what it sent is no gRPC message") }
        guard body.count >= Self.prefixLength else { return nil }
        return body[1..<Self.prefixLength].reduce(0) { $0 << 8 | Int($1) }
    }

    private func broken(_ reason: String) -> StageFailure { StageFailure(.answerBroken, reason) }

    /// Without the percent-encoding of `grpc-message`; what is none stays as it is.
    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
