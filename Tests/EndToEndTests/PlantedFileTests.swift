import Glibc
import Testing

/// Something else than ours under the names that we open.
struct PlantedFileTests {
    enum Planted: String, CaseIterable {
        case pipe, link, folder, device, huge
    }

    /// Below the home; without a hold, for whatever stands there holds.
    private static let names = [
        "cosmovisor/.switchyard/child", "cosmovisor/.switchyard/due",
        "cosmovisor/.switchyard/height", "cosmovisor/.switchyard/tokens",
        "cosmovisor/.switchyard/events.jsonl", "cosmovisor/.switchyard/plans/v3",
        "cosmovisor/.switchyard/binaries/v3", "cosmovisor/.switchyard/staging/planted",
    ]

    @Test(arguments: Planted.allCases)
    func `what is planted holds nobody up and leads nowhere`(_ planted: Planted) async throws {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        try node.write("of somebody else\n", to: "outside")
        // A record of the daemon that cannot be written, as over a folder, starts none.
        for name in Self.names where planted != .folder || !name.hasSuffix("/child") {
            try plant(planted, at: name, in: node)
        }
        try node.start()
        try await node.reaches(2, "v1")
        try await node.shows("a daemon") { $0.daemon?.pid != nil }
        #expect(try await node.curl("/v1/events").status == 200)
        #expect(try await node.curl("/v1/plans").status == 200)
        #expect(
            try await node.curl("/v1/daemon/restart", "-H 'Prefer: wait=50'", json: "{}")
                .status == 200)
        // A block, for a node that has just begun knows no orderly end yet.
        try await node.reaches(node.ledger.height() + 1, "v1")
        #expect(try await node.stop() == 0)
        #expect(try node.read("outside") == "of somebody else\n")
    }

    private func plant(_ planted: Planted, at name: String, in node: TestNode) throws {
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        try node.make(folder)
        let path = "\(node.path)/\(name)"
        let isThere =
            switch planted {
            case .pipe: mkfifo(path, 0o600) == 0
            case .link: symlink(node.path + "/outside", path) == 0
            case .folder: mkdir(path, 0o700) == 0
            // As good as any that never ends; only root can make one.
            case .device: symlink("/dev/zero", path) == 0
            case .huge:
                close(open(path, O_CREAT | O_WRONLY, 0o600)) == 0 && truncate(path, 1 << 34) == 0
            }
        guard isThere else { throw HarnessError("plant \(path)") }
    }
}
