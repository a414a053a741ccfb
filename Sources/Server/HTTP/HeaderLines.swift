import API

/// The lines of a scanned head: the first, and the fields below it.
struct HeaderLines {
    let first: ArraySlice<UInt8>
    let headers: Headers

    /// - Parameter head: What `HeadScanner` found complete, from first line to empty line.
    /// - Throws: When a field has no name, a blank in or after its name, or is folded.
    init(_ head: ArraySlice<UInt8>) throws(MalformedHead) {
        var lines = head.split(separator: UInt8(ascii: "\r"), omittingEmptySubsequences: false)
            .map { $0.first == UInt8(ascii: "\n") ? $0.dropFirst() : $0 }
        guard let first = lines.first else { throw MalformedHead() }
        self.first = first
        lines.removeFirst()
        var headers = Headers()
        for line in lines where !line.isEmpty {
            try Self.append(line, to: &headers)
        }
        self.headers = headers
    }

    private static func append(
        _ line: ArraySlice<UInt8>, to headers: inout Headers
    ) throws(MalformedHead) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw MalformedHead() }
        let name = line[..<colon]
        // A blank before the colon is how requests are smuggled (RFC 9112 section 5.1), one at the
        // start of the line is obsolete folding (5.2): neither is part of a token.
        guard !name.isEmpty, name.allSatisfy(\.isToken) else { throw MalformedHead() }
        var value = line[(colon + 1)...]
        while value.first?.isBlank == true { value.removeFirst() }
        while value.last?.isBlank == true { value.removeLast() }
        headers.append(
            String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}

struct MalformedHead: Error, Equatable {}
