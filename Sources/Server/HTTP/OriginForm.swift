import API

extension Target {
    /// Reads `/path?query`; nil for any other form, and for what RFC 3986 does not allow there.
    ///
    /// The path is split first and decoded then. Segments must be UTF-8 without NUL.
    init?(originForm text: ArraySlice<UInt8>) {
        guard text.first == UInt8(ascii: "/"), text.allSatisfy(\.isTarget) else { return nil }
        let mark = text.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
        let path = text[..<mark]
        var segments: [String] = []
        for part in path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard let segment = part.percentDecoded else { return nil }
            segments.append(segment)
        }
        var query: [Parameter] = []
        for part in text[mark...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = part[..<equals].percentDecoded,
                let value = part[equals...].dropFirst().percentDecoded
            else { return nil }
            query.append(Parameter(name: name, value: value))
        }
        self.init(
            path: String(decoding: path, as: UTF8.self), segments: segments, query: query)
    }
}

extension UInt8 {
    /// A character of RFC 3986's path or query, brackets as browsers send them included.
    fileprivate var isTarget: Bool {
        isLetterOrDigit || "-._~!$&'()*+,;=:@/?%[]".utf8.contains(self)
    }
}

extension ArraySlice<UInt8> {
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var rest = self
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
