import Supervisor

/// Where a node's RPC is to be reached.
enum RPCAddress: Hashable, Sendable {
    /// The host is an address in figures; the prefix goes before every path, without a slash at
    /// its end.
    case tcp(host: String, port: UInt16, prefix: String)
    case unix(path: String)

    /// Reads `tcp://host:port`, `http://host:port[/path]` or `unix:///path`.
    ///
    /// Hosts are addresses in figures or `localhost`; names would need a resolver that blocks. No
    /// host, `0.0.0.0` and `::`, where a node listens on every address, mean this host. Nil for
    /// anything else.
    init?(_ text: String) {
        if text.hasPrefix("unix://") {
            let path = String(text.dropFirst(7))
            guard path.hasPrefix("/") else { return nil }
            self = .unix(path: path)
            return
        }
        guard let scheme = ["tcp://", "http://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var prefix = rest[slash...]
        while prefix.hasSuffix("/") { prefix.removeLast() }
        guard let (host, port) = Self.authority(rest[..<slash]),
            prefix.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        self = .tcp(host: host, port: port, prefix: String(prefix))
    }

    private static func authority(_ text: Substring) -> (String, UInt16)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        switch host {
        case "", "localhost", "0.0.0.0": host = "127.0.0.1"
        case "::": host = "::1"
        default: break
        }
        return SocketAddress(host: host, port: port) == nil ? nil : (host, port)
    }

    var socketAddress: SocketAddress? {
        switch self {
        case .tcp(let host, let port, _): SocketAddress(host: host, port: port)
        case .unix(let path): SocketAddress(path: path)
        }
    }

    /// The Host field of requests.
    var authority: String {
        switch self {
        case .tcp(let host, let port, _):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: "localhost"
        }
    }

    var prefix: String {
        switch self {
        case .tcp(_, _, let prefix): prefix
        case .unix: ""
        }
    }
}

/// Why the RPC gave no answer.
enum RPCError: Error, Equatable, CustomStringConvertible {
    case unreachable(SystemError)
    case timedOut, cancelled
    /// The connection ended within an answer.
    case cutShort
    /// Not HTTP, not JSON, or not what was asked for.
    case malformed
    /// More than the limits allow.
    case tooLarge
    /// An HTTP status other than 200.
    case status(Int)
    /// The node's own word for it.
    case refused(String)

    var description: String {
        switch self {
        case .unreachable(let error): "the RPC cannot be reached: \(error)"
        case .timedOut: "the RPC did not answer in time"
        case .cancelled: "the question was withdrawn"
        case .cutShort: "the RPC closed the connection within its answer"
        case .malformed: "the RPC's answer cannot be understood"
        case .tooLarge: "the RPC's answer is too large"
        case .status(let status): "the RPC answered with status \(status)"
        case .refused(let reason): "the RPC refused: \(reason)"
        }
    }
}
