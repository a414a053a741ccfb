import FoundationEssentials
import Glibc
import Supervisor

/// A node with a token listener and a file to upload.
final class UploadBench {
    let node: TestNode
    /// An executable as far as its head goes.
    let file: String
    let sha256: String
    private let proxied: String

    /// - Parameter node: Nil for one that never comes to its upgrade.
    init(_ node: TestNode? = nil, size: Int = 3_000_000) async throws {
        self.node = try node ?? TestNode(chain: ["upgrades": ""])
        file = try Self.program(of: size, at: self.node.path + "/upload")
        sha256 = try self.node.digest("upload")
        proxied = self.node.path + "/proxy.sock"
    }

    var environment: [String: String] {
        [
            "SWITCHYARD_LISTEN": "unix:\(node.socket),unix:\(proxied)?auth=token",
            "SWITCHYARD_API_HOSTS": "gaia.test", "SWITCHYARD_RESERVE": "16MiB",
        ]
    }

    /// The info of a plan that vouches for the file.
    var info: String {
        #"{"binaries":{"any":"https://example.org/v3?checksum=sha256:\#(sha256)"}}"#
    }

    /// - Parameter info: Of plan `v3`, declared before anything else.
    func start(
        _ more: [String: String] = [:], info: String? = nil,
        by switchyard: String = Programs.switchyard
    ) async throws {
        try node.start(environment.merging(more) { $1 }, by: switchyard)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        guard let info else { return }
        let text = info.replacing("\"", with: "\\\"")
        _ = try await node.curl(
            "/v1/plans/v3", "-X PUT", json: #"{"trigger":"manual","info":"\#(text)"}"#)
    }

    func token(_ scope: String) async throws -> String {
        let token = try await node.token("create --scope \(scope)")
        let config = node.path + "/curlrc-\(scope)"
        try Data("header = \"Authorization: Bearer \(token)\"\n".utf8).write(
            to: URL(filePath: config))
        return config
    }

    let content = "-H 'Content-Type: application/octet-stream'"

    var place: String { "cosmovisor/upgrades/v3/bin/simd" }

    func placed() throws -> String { try node.digest(place) }

    var quarantine: [String] {
        get throws {
            let folder = node.path + "/cosmovisor/.switchyard/staging"
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        }
    }

    /// Uploads as a fleet script does, over the socket for a proxy; with all interim answers.
    ///
    /// - Parameter token: A configuration file of curl's.
    func put(
        _ plan: String, _ file: String? = nil, token: String, _ arguments: String = ""
    ) async throws -> String {
        try await shell(
            "D=$(openssl dgst -sha256 -binary \"$FILE\" | base64)\n"
                + "curl -sS -i -m 60 -K \"$CONFIG\" --unix-socket \"$SOCKET\" -T \"$FILE\" \(content)"
                + " -H 'Expect: 100-continue' -H \"Repr-Digest: sha-256=:$D:\" \(arguments)"
                + " http://gaia.test/v1/plans/\(plan)/binary",
            ["FILE": file ?? self.file, "CONFIG": token, "SOCKET": proxied])
    }

    /// Writes a file that begins as an executable of this machine does.
    static func program(of size: Int, fill: UInt8 = 1, at path: String) throws -> String {
        var head = try ForeignFile.readPrefix(Programs.switchyard, limit: 64)
        head += [UInt8](repeating: fill, count: max(0, min(size, 4_000_000) - head.count))
        try Data(head).write(to: URL(filePath: path))
        guard truncate(path, off_t(size)) == 0 else { throw HarnessError("truncate") }
        return path
    }
}

extension TestNode {
    /// SHA-256 of a file of the home.
    func digest(_ name: String) throws -> String {
        var digest = RunningDigest()
        digest.update(Array(try Data(contentsOf: URL(filePath: path + "/" + name))))
        return digest.digests.sha256 ?? ""
    }

    func mode(_ name: String) throws -> UInt32 {
        var status = stat()
        guard stat(path + "/" + name, &status) == 0 else { throw HarnessError("stat") }
        return status.st_mode & 0o7777
    }
}
