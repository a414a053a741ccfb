import API
import Glibc

/// Where the API listens, and how it knows its callers there.
enum ListenAddress: Hashable, Sendable {
    case unix(path: String, callers: Callers)
    /// The host is an address in figures.
    case tcp(host: String, port: UInt16)
    /// All sockets of systemd's `.socket` unit, by their names.
    case systemd
    /// One of those.
    case activated(Handover.Activated)

    enum Callers: Hashable, Sendable {
        /// By their credentials in the kernel.
        case peer
        /// By a bearer token only, for a proxy in front.
        case token
    }

    var kind: ListenerKind {
        switch self {
        case .unix: .unix
        case .activated(let socket): socket.isUnix ? .unix : .tcp
        case .tcp, .systemd: .tcp
        }
    }

    /// Reads SWITCHYARD_LISTEN: items separated by commas, or `none` alone for no listener.
    static func list(_ text: String) throws(ListenAddressError) -> [ListenAddress] {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        guard items != ["none"] else { return [] }
        var addresses: [ListenAddress] = []
        for item in items {
            let address = try ListenAddress(String(item))
            guard !addresses.contains(address) else { throw .repeated(String(item)) }
            addresses.append(address)
        }
        return addresses
    }

    /// Reads one item.
    init(_ item: String) throws(ListenAddressError) {
        if item == "systemd" {
            self = .systemd
        } else if item == "none" {
            throw .noneWithOthers
        } else if item.hasPrefix("unix:") {
            self = try Self.unix(item, String(item.dropFirst(5)))
        } else if item.hasPrefix("tcp:") {
            self = try Self.tcp(item, item.dropFirst(4))
        } else {
            throw .unknownKind(item)
        }
    }

    private static func unix(_ item: String, _ rest: String) throws(ListenAddressError) -> Self {
        var path = rest
        var callers = Callers.peer
        if let mark = rest.lastIndex(of: "?") {
            guard rest[mark...] == "?auth=token" else { throw .unknownOption(item) }
            path = String(rest[..<mark])
            callers = .token
        }
        guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw .relativePath(item) }
        return .unix(path: path, callers: callers)
    }

    private static func tcp(_ item: String, _ rest: Substring) throws(ListenAddressError) -> Self {
        guard let colon = rest.lastIndex(of: ":") else { throw .port(item) }
        let digits = rest[rest.index(after: colon)...]
        guard digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits) else {
            throw .port(item)
        }
        var host = String(rest[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw .host(item)
        } else if host == "localhost" {
            host = "127.0.0.1"
        }
        guard SocketAddress(host: host, port: port) != nil else { throw .host(item) }
        return .tcp(host: host, port: port)
    }
}

/// What is wrong with an item of SWITCHYARD_LISTEN.
enum ListenAddressError: Error, Equatable, CustomStringConvertible {
    case unknownKind(String), unknownOption(String), relativePath(String), host(String)
    case port(String), repeated(String), noneWithOthers

    var description: String {
        switch self {
        case .unknownKind(let item):
            "\"\(item)\" is no listener; it must be unix:<path>, tcp:<host>:<port>, systemd or none"
        case .unknownOption(let item):
            "\"\(item)\" has an option that is not known; the only one is ?auth=token"
        case .relativePath(let item): "\"\(item)\" must name a socket by its absolute path"
        case .host(let item):
            "\"\(item)\" must have an IPv4 address, an IPv6 address in brackets or localhost"
        case .port(let item): "\"\(item)\" must end in a colon and a port from 0 to 65535"
        case .repeated(let item): "\"\(item)\" is there twice"
        case .noneWithOthers: "\"none\" must stand alone"
        }
    }
}
