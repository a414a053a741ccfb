import Glibc

/// The proxy that the environment names for a URL, by curl's rules (curl(1), ENVIRONMENT).
///
/// Chosen here and told to libcurl, rather than left to it: through a proxy nobody but the proxy sees
/// which address a name means, so that we must know whether there is one.
enum ProxyChoice {
    /// - Returns: nil for none; http has none, being for this host alone.
    static func proxy(
        for url: FetchURL, in environment: (String) -> String? = Self.environment
    ) -> String? {
        guard url.scheme == "https" else { return nil }
        let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        guard let proxy = names.lazy.compactMap(environment).first, !proxy.isEmpty,
            !exempts(environment("no_proxy") ?? environment("NO_PROXY") ?? "", url)
        else { return nil }
        return proxy
    }

    private static func exempts(_ list: String, _ url: FetchURL) -> Bool {
        let host = url.hostWithoutDot.lowercased()
        if list == "*" { return true }
        return list.split { $0 == "," || $0.isWhitespace }.contains { entry in
            if let address = url.address { return matches(entry, address) }
            let name = entry.lowercased().drop { $0 == "." }
            let suffix = name.hasSuffix(".") ? name.dropLast() : name
            return !suffix.isEmpty && (host == suffix || host.hasSuffix("." + suffix))
        }
    }

    private static func matches(_ entry: Substring, _ address: NetworkAddress) -> Bool {
        let parts = entry.split(separator: "/", maxSplits: 1)
        let text = parts.first.map { $0.filter { $0 != "[" && $0 != "]" } } ?? ""
        guard let network = NetworkAddress(text) else { return false }
        guard parts.count == 2 else { return network == address }
        return Int(parts[1]).map { address.isIn(network, bits: $0) } ?? false
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
