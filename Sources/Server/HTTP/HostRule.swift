import Glibc

/// Which names a listener answers to, so that no web page reaches it by a name of its own.
struct HostRule: Sendable, Equatable {
    let own: OwnNames
    let allowed: AllowedHosts

    /// What a listener is called without anybody having said so.
    enum OwnNames: Sendable, Equatable {
        /// `localhost` and the loopback addresses, with any port or none: a Unix socket has none, and
        /// whoever forwards a port to it chooses one.
        case loopback
        /// `localhost`, `127.0.0.1` and `[::1]` with this port.
        case port(UInt16)
        /// Nothing: a proxy in front passes on what its clients call it.
        case none
    }

    /// - Parameter authority: A Host field, lower-case.
    func admits(_ authority: String) -> Bool {
        guard let host = Authority(authority) else { return false }
        if allowed.contain(host) { return true }
        return switch own {
        case .loopback: host.name == "localhost" || SocketAddress.isLoopback(host.name)
        case .port(let port):
            ["localhost", "127.0.0.1", "::1"].contains(host.name) && (host.port ?? 80) == port
        case .none: false
        }
    }
}

/// The names of SWITCHYARD_API_HOSTS.
struct AllowedHosts: Sendable, Equatable {
    /// As they were written.
    let names: [String]
    private let hosts: Set<Authority>

    static let none = AllowedHosts()

    private init() {
        (names, hosts) = ([], [])
    }

    /// Nil if one of them is no `name` or `name:port`.
    init?(_ names: [String]) {
        var hosts: Set<Authority> = []
        for name in names {
            guard let host = Authority(name.lowercased()), host.isPlain else { return nil }
            hosts.insert(host)
        }
        self.names = names
        self.hosts = hosts
    }

    /// A name that is listed without a port is allowed with every port.
    func contain(_ host: Authority) -> Bool {
        hosts.contains(host) || hosts.contains(Authority(name: host.name, port: nil))
    }
}

/// A name or an address, and a port if one is said (RFC 3986 section 3.2, without user).
struct Authority: Hashable, Sendable {
    /// Lower-case; an IPv6 address without its brackets.
    let name: String
    let port: UInt16?

    init(name: String, port: UInt16?) {
        self.name = name
        self.port = port
    }

    init?(_ text: String) {
        var name = text[...]
        var port: UInt16?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            name = text[..<colon]
            let digits = text[text.index(after: colon)...]
            port = UInt16(digits)
            guard port != nil, digits.utf8.allSatisfy(\.isDigit) else { return nil }
        }
        if name.hasPrefix("[") {
            guard name.hasSuffix("]"), name.contains(":") else { return nil }
            name = name.dropFirst().dropLast()
        } else {
            guard !name.isEmpty, !name.contains(where: { ":[]".contains($0) }) else { return nil }
        }
        self.init(name: String(name), port: port)
    }

    /// Nothing but what names and addresses consist of: no pattern, no scheme, no path.
    fileprivate var isPlain: Bool {
        name.contains(":")
            ? SocketAddress(host: name, port: 0) != nil
            : name.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
    }
}
