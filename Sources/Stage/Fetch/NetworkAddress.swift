import Glibc

/// An address of IPv4 or IPv6, and what kind of place is behind it.
///
/// IPv6 forms that stand for one of IPv4 (mapped, compatible, NAT64, 6to4) are what that one is.
/// By IANA's registries of special-purpose addresses (RFC 6890).
struct NetworkAddress: Equatable, Sendable {
    /// 4 or 16.
    private let bytes: [UInt8]

    enum Kind: String, Sendable {
        case `public`, loopback, `private`, reserved, multicast
        case linkLocal = "link-local"
        case shared = "carrier-grade NAT"
        case unspecified
    }

    /// - Parameter text: `192.0.2.1` or `2001:db8::1`, without brackets and zone.
    init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            bytes = withUnsafeBytes(of: v6) { Array($0) }
        } else {
            return nil
        }
    }

    /// - Parameter socketAddress: As connect(2) takes it; nil for other families than the two.
    init?(socketAddress: UnsafeRawBufferPointer) {
        guard socketAddress.count >= 2 else { return nil }
        let v6Size = MemoryLayout<sockaddr_in6>.size
        switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where socketAddress.count >= 8: bytes = Array(socketAddress[4..<8])
        case AF_INET6 where socketAddress.count >= v6Size - 4: bytes = Array(socketAddress[8..<24])
        default: return nil
        }
    }

    var kind: Kind {
        bytes.count == 4 ? Self.kind(ofV4: bytes) : Self.kind(ofV6: bytes)
    }

    /// Their first bits are the same.
    func isIn(_ network: NetworkAddress, bits: Int) -> Bool {
        guard network.bytes.count == bytes.count, (0...bytes.count * 8).contains(bits) else {
            return false
        }
        return (0..<bits).allSatisfy { bit in
            (bytes[bit / 8] ^ network.bytes[bit / 8]) & (0x80 >> (bit % 8)) == 0
        }
    }

    private static func kind(ofV4 bytes: [UInt8]) -> Kind {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _): .unspecified
        case (127, _, _): .loopback
        case (10, _, _), (172, 16...31, _), (192, 168, _): .private
        case (169, 254, _): .linkLocal
        case (100, 64...127, _): .shared
        case (224...239, _, _): .multicast
        // Protocols, documentation, relays of 6to4, benchmarks, and what is left for later.
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100),
            (203, 0, 113), (240...255, _, _):
            .reserved
        default: .public
        }
    }

    private static func kind(ofV6 bytes: [UInt8]) -> Kind {
        if bytes.allSatisfy({ $0 == 0 }) { return .unspecified }
        if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes[15] == 1 { return .loopback }
        if let inner = embeddedV4(bytes) { return kind(ofV4: inner) }
        switch (bytes[0], bytes[1]) {
        case (0xfe, 0x80...0xbf): return .linkLocal
        // Unique local ones, and the site-local ones that were before them.
        case (0xfc...0xfd, _), (0xfe, 0xc0...0xff): return .private
        case (0xff, _): return .multicast
        // Protocols (Teredo is one), documentation.
        case (0x20, 0x01) where bytes[2] < 2 || (bytes[2] == 0x0d && bytes[3] == 0xb8),
            (0x3f, 0xff):
            return .reserved
        case (0x20...0x3f, _): return .public
        default: return .reserved
        }
    }

    private static func embeddedV4(_ bytes: [UInt8]) -> [UInt8]? {
        let zeros = [UInt8](repeating: 0, count: 10)
        let atEnd = [
            zeros + [0xff, 0xff], zeros + [0, 0], [0, 0x64, 0xff, 0x9b] + zeros.prefix(8),
        ]
        if atEnd.contains(where: { bytes.starts(with: $0) }) { return Array(bytes[12...]) }
        return bytes.starts(with: [0x20, 0x02]) ? Array(bytes[2..<6]) : nil
    }
}

extension NetworkAddress: CustomStringConvertible {
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
