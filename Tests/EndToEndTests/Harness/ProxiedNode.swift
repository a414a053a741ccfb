import FoundationEssentials
import Glibc
import Testing

/// A node with a token socket for the TLS proxies, which calls itself `gaia.test` there.
struct ProxiedNode {
    let node: TestNode
    /// Of the certificates, and of everything of the proxies.
    let folder: String

    init() async throws {
        node = try TestNode()
        folder = node.path + "/tls"
        try node.make("tls")
        // The proxies' own users pass through.
        chmod(node.path, 0o711)
        chmod(folder, 0o711)
        try await Certificates.make(in: folder)
        try node.start([
            "SWITCHYARD_LISTEN": "unix:\(node.socket),unix:\(socket)?auth=token",
            "SWITCHYARD_API_HOSTS": "gaia.test",
        ])
        try await node.shows("the node") { $0.daemon?.pid != nil }
    }

    var socket: String { node.path + "/proxy.sock" }

    /// All requests that were answered, but for those that ask this.
    func requests() throws -> Int {
        let text = try UnixClient.get("/metrics", socket: node.socket)
        return text.split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix("switchyard_http_requests_total{"), !line.contains("\"/metrics\"")
            else { return sum }
            return sum + (line.split(separator: " ").last.flatMap { Int($0) } ?? 0)
        }
    }

    /// What curl prints, and the status in a line of its own; `000` without an answer.
    func curl(_ proxy: TLSProxy, _ path: String, _ arguments: String) async throws -> String {
        try await shell(
            "cd \"$FOLDER\"; curl -s -m 20 -w '\\n%{http_code}' --path-as-is --cacert servers.crt "
                + "--resolve gaia.test:\(proxy.port):127.0.0.1 \(arguments) "
                + "'https://gaia.test:\(proxy.port)\(path)'",
            ["FOLDER": folder])
    }

    /// The same with a certificate that opens the proxy.
    func ask(_ proxy: TLSProxy, _ path: String, _ arguments: String = "") async throws -> String {
        try await curl(proxy, path, "--cert own.crt --key own.key " + arguments)
    }

    /// What comes back for these bytes until the proxy closes.
    func send(_ request: String, to proxy: TLSProxy) async throws -> String {
        try node.write(request, to: "tls/request")
        return try await shell(
            "cd \"$FOLDER\"; timeout 20 openssl s_client -quiet -CAfile servers.crt -cert own.crt "
                + "-key own.key -servername gaia.test -connect 127.0.0.1:\(proxy.port) <request",
            ["FOLDER": folder])
    }
}
