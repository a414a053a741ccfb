/// What the Go linker has written into a program of its modules (Go's debug/buildinfo).
///
/// The bytes may be anybody's: every offset and length is checked, and what is no build info is nil.
package struct GoBuildInfo: Sendable, Equatable {
    /// Such as `go1.23.4`.
    package let goVersion: String
    /// One line for each module and setting.
    package let modules: String

    private static let magic = Array("\u{FF} Go buildinf:".unicodeScalars.map { UInt8($0.value) })
    /// The linker aligns it to 16 bytes, within the first MiB of the data.
    private static let step = 16
    static let searched = 1 << 20
    /// The largest list of modules seen has 30 KB.
    private static let limit = 4 << 20

    /// - Parameters:
    ///   - data: The first bytes of the section or segment that it is in.
    ///   - read: Bytes at an address of the program's memory, for what was linked before Go 1.18.
    init?(data: [UInt8], is64: Bool, read: (_ address: UInt64, _ count: Int) -> [UInt8]?) {
        guard let start = Self.start(in: data), data.count - start >= 32 else { return nil }
        let flags = data[start + 15]
        let texts: (String, String)?
        if flags & 2 != 0 {
            texts = Self.inline(data[(start + 32)...])
        } else if flags & 1 == 0 {
            texts = Self.pointed(Array(data[start..<start + 32]), is64: is64, read: read)
        } else {
            // Big endian, as no machine is that we run on.
            texts = nil
        }
        guard let (version, modules) = texts else { return nil }
        goVersion = version
        self.modules = modules
    }

    private static func start(in data: [UInt8]) -> Int? {
        stride(from: 0, to: max(0, data.count - magic.count), by: step).first { start in
            data[start...].starts(with: magic)
        }
    }

    /// Two texts, each behind its length as a varint.
    private static func inline(_ bytes: ArraySlice<UInt8>) -> (String, String)? {
        var rest = bytes
        guard let version = text(&rest), let modules = text(&rest) else { return nil }
        return (String(decoding: version, as: UTF8.self), unframed(Array(modules)))
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var length: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 35, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            length |= UInt64(byte & 0x7f) << shift
            guard byte & 0x80 == 0 else { continue }
            guard length <= UInt64(rest.count) else { return nil }
            defer { rest = rest.dropFirst(Int(length)) }
            return rest.prefix(Int(length))
        }
        return nil
    }

    /// The addresses of two Go strings, each an address and a length.
    private static func pointed(
        _ head: [UInt8], is64: Bool, read: (UInt64, Int) -> [UInt8]?
    ) -> (String, String)? {
        let size = Int(head[14])
        guard size == (is64 ? 8 : 4) else { return nil }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        func string(at place: Int) -> [UInt8]? {
            guard let header = read(number(head[place..<place + size]), 2 * size),
                header.count == 2 * size
            else { return nil }
            let length = number(header[size...])
            guard length <= UInt64(limit) else { return nil }
            return read(number(header[..<size]), Int(length))
        }
        guard let version = string(at: 16), let modules = string(at: 16 + size) else { return nil }
        return (String(decoding: version, as: UTF8.self), unframed(modules))
    }

    /// The list stands between two marks of 16 bytes.
    private static func unframed(_ bytes: [UInt8]) -> String {
        guard bytes.count >= 33, bytes[bytes.count - 17] == UInt8(ascii: "\n") else { return "" }
        return String(decoding: bytes[16..<bytes.count - 16], as: UTF8.self)
    }
}

extension GoBuildInfo {
    /// The version of a module that the program depends on, of what it was replaced with if it was.
    ///
    /// Nil where it is not there, and for a replacement without a version, which is a folder of the
    /// machine that built it.
    package func version(of module: String) -> String? {
        var result: String?
        var isReplaceable = false
        for line in modules.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            if fields.count >= 3, fields[0] == "=>", isReplaceable {
                return fields[2] == "(devel)" || fields[2].isEmpty ? nil : String(fields[2])
            }
            if result != nil { return result }
            isReplaceable = fields.count >= 3 && fields[0] == "dep" && fields[1] == module
            if isReplaceable { result = String(fields[2]) }
        }
        return result
    }
}
