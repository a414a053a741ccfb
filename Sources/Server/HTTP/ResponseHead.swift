import API

/// The head of an answer that we asked for.
struct ResponseHead: Equatable {
    let status: Int
    let body: BodyLength
    /// Whether the connection may carry another request after the body.
    let staysOpen: Bool

    enum BodyLength: Equatable {
        case length(Int)
        case chunked
        case untilClose
    }

    /// Nil for what is no head of an answer, or does not say where the answer ends.
    ///
    /// - Parameter bytes: What `HeadScanner` found complete.
    init?(_ bytes: ArraySlice<UInt8>) {
        // What of it is wrong helps nobody.
        guard let lines = try? HeaderLines(bytes) else { return nil }
        let line = Array(lines.first.prefix(13))
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[7].isDigit,
            line[8] == UInt8(ascii: " "), line.count == 12 || line[12] == UInt8(ascii: " "),
            let status = Int(String(decoding: line[9..<12], as: UTF8.self)), status >= 100,
            let body = Self.bodyLength(in: lines.headers, status: status)
        else { return nil }
        self.status = status
        self.body = body
        let options = lines.headers.list("connection")
        let isPersistent = line[7] != UInt8(ascii: "0") || options.contains("keep-alive")
        staysOpen = isPersistent && !options.contains("close") && body != .untilClose
    }

    private static func bodyLength(in headers: Headers, status: Int) -> BodyLength? {
        if status < 200 || status == 204 || status == 304 { return .length(0) }
        let codings = headers.list("transfer-encoding")
        guard codings.isEmpty else {
            return codings == ["chunked"] ? .chunked : nil
        }
        guard let text = headers["content-length"] else { return .untilClose }
        guard headers.all("content-length").count == 1, text.utf8.allSatisfy(\.isDigit),
            let length = Int(text)
        else { return nil }
        return .length(length)
    }
}
