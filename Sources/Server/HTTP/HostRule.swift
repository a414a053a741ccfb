import Glibc

/// Which names a listener answers to, so that no web page reaches it by a name of its own.
struct HostRule: Sendable {
    /// The port a loopback name must have; nil when any will do.
    let port: UInt16?
    /// Names the operator allows, lower-case, with a port or without.
    let allowed: Set<String>

    /// - Parameter authority: A Host field, or the authority of an Origin, lower-case.
    func admits(_ authority: String) -> Bool {
        guard let (name, digits) = Self.split(authority) else { return false }
        if allowed.contains(authority) || allowed.contains(name) { return true }
        let isLoopback = name == "localhost" || SocketAddress.isLoopback(name)
        guard isLoopback else { return false }
        guard let port else { return true }
        return (digits ?? "80") == String(port)
    }

    /// The name without brackets, and the port if there is one.
    private static func split(_ authority: String) -> (name: String, port: String?)? {
        var name = authority[...]
        var port: Substring?
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            name = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if let port, UInt16(port) == nil || !port.utf8.allSatisfy(\.isDigit) { return nil }
        if name.hasPrefix("[") {
            guard name.hasSuffix("]"), name.contains(":") else { return nil }
            return (String(name.dropFirst().dropLast()), port.map(String.init))
        }
        guard !name.isEmpty, !name.contains(where: { ":[]".contains($0) }) else { return nil }
        return (String(name), port.map(String.init))
    }
}
