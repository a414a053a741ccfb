import Glibc

/// An IPv4 address and port.
struct SocketAddress {
    private var address = sockaddr_in()

    init(host: String, port: Int) {
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let numeric = ["localhost": "127.0.0.1", "[::]": "0.0.0.0", "[::1]": "127.0.0.1"][host]
        inet_pton(AF_INET, numeric ?? host, &address.sin_addr)
    }

    mutating func bind(_ descriptor: Int32) -> Bool {
        withPointer { Glibc.bind(descriptor, $0, $1) } == 0
    }

    mutating func connect(_ descriptor: Int32) -> Bool {
        withPointer { Glibc.connect(descriptor, $0, $1) } == 0
    }

    /// The port that a bound socket has.
    mutating func port(of descriptor: Int32) -> Int {
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withPointer { pointer, _ in getsockname(descriptor, pointer, &size) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private mutating func withPointer(
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Where the node's RPC listens, or is to.
struct RPCAddress {
    let host: String
    let port: Int

    /// From the setting `rpc_address`, else config.toml, else CometBFT's default.
    init(_ settings: Settings) {
        let file = TOML(path: "\(settings.home)/config/config.toml")
        let text = settings["rpc_address"] ?? file.value("laddr", in: "rpc") ?? ""
        let bare = text.hasPrefix("tcp://") ? text.dropFirst(6) : text[...]
        let end = bare.lastIndex(of: ":") ?? bare.endIndex
        host = end == bare.startIndex ? "127.0.0.1" : String(bare[..<end])
        port = Int(bare[end...].dropFirst()) ?? 26657
    }
}
