/// Reads the encoding of SSH (RFC 4251 section 5), value by value.
///
/// Each read is nil when fewer bytes are there than it says, and for forms that are not the one
/// that the value has.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes the bytes if they come next.
    mutating func take(_ bytes: some Collection<UInt8>) -> Bool {
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }

    mutating func byte() -> UInt8? { rest.popFirst() }

    /// Big endian.
    mutating func uint32() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() -> [UInt8]? {
        guard let count = uint32(), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }

    /// An `mpint` above zero, without the zero that keeps it positive.
    ///
    /// Only its shortest form is taken, so that no two texts are the same number.
    mutating func positive() -> [UInt8]? {
        guard let bytes = string(), let first = bytes.first, first < 0x80 else { return nil }
        guard first == 0 else { return bytes }
        guard bytes.count > 1, bytes[1] >= 0x80 else { return nil }
        return Array(bytes.dropFirst())
    }
}

extension [UInt8] {
    /// Appends a `string` of SSH.
    mutating func appendSSH(_ string: some Collection<UInt8>) {
        appendSSH(UInt32(truncatingIfNeeded: string.count))
        append(contentsOf: string)
    }

    /// Appends a `uint32` of SSH.
    mutating func appendSSH(_ number: UInt32) {
        append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    /// The same number in that many bytes; nil when it needs more.
    func padded(to width: Int) -> [UInt8]? {
        guard count <= width else { return nil }
        return [UInt8](repeating: 0, count: width - count) + self
    }

    /// A name from outside as a message can show it: plain characters, and not all of a long one.
    var shown: String {
        let plain = prefix(64).map { byte in
            (0x21...0x7e).contains(byte) ? String(UnicodeScalar(byte)) : "?"
        }
        return "\"" + plain.joined() + (count > 64 ? "…" : "") + "\""
    }
}
