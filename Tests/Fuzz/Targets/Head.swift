import API

@testable import Server

/// A head is the same however its bytes come and whatever is behind it, and means one thing only.
func checkHead(_ bytes: [UInt8]) {
    let whole = parse(bytes[...])
    expect(parseByteByByte(bytes) == whole, "\(parseByteByByte(bytes)) in bytes, \(whole) whole")
    guard case .head(let head, let consumed) = whole else { return }
    expect(consumed <= bytes.count, "more was consumed than there is")
    expect(parse(bytes[..<consumed]) == whole, "what is behind the head counts")
    expect(parse(bytes[..<(consumed - 1)]) == .incomplete, "a head ends before its end")
    for field in head.headers.fields {
        expect(field.name.utf8.allSatisfy { $0.isToken }, "a name is no token")
        expect(field.value.utf8.allSatisfy { $0.isText }, "a value has a control character")
    }
    checkFraming(of: head)
    checkTarget(of: head)
}

private func parse(_ bytes: ArraySlice<UInt8>) -> RequestParser.Outcome {
    var parser = RequestParser(limits: HTTPLimits())
    return parser.parse(bytes)
}

private func parseByteByByte(_ bytes: [UInt8]) -> RequestParser.Outcome {
    var parser = RequestParser(limits: HTTPLimits())
    for end in 0..<bytes.count {
        let outcome = parser.parse(bytes[..<end])
        guard outcome == .incomplete else { return outcome }
    }
    return parser.parse(bytes[...])
}

/// Nothing is left for somebody else to see another end of the body (RFC 9112 section 6.3).
private func checkFraming(of head: RequestHead) {
    let lengths = head.headers.all("content-length")
    let codings = head.headers.all("transfer-encoding")
    expect(lengths.count + codings.count <= 1, "two fields frame the body")
    expect(head.headers.all("host").count == 1, "there is not one Host")
    switch head.body {
    case .none:
        expect(codings.isEmpty && lengths.allSatisfy { Int($0) == 0 }, "a body is passed over")
    case .length(let length):
        expect(length > 0 && lengths.first.flatMap(Int.init) == length, "a length is another")
    case .chunked:
        expect(codings.first?.lowercased() == "chunked", "a coding is another")
        expect(head.version == .http11, "HTTP/1.0 has no chunks")
    }
}

/// Encoding what was decoded, all of it, and decoding that gives the same.
private func checkTarget(of head: RequestHead) {
    let target = head.target
    let path = target.segments.map { "/" + encoded($0) }.joined()
    let query = target.query.map { encoded($0.name) + "=" + encoded($0.value) }
    let text = path + "?" + query.joined(separator: "&")
    let again = API.Target(originForm: Array(text.utf8)[...])
    expect(again?.segments == target.segments, "segments are lost: \(text)")
    expect(again?.query == target.query, "parameters are lost: \(text)")
}

private func encoded(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
