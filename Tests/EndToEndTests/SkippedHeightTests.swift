import Glibc
import Testing

/// `--unsafe-skip-upgrades` in every form, and the daemon's own word against it.
@Suite(.serialized) struct SkippedHeightTests {
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var arguments: [String] = []
        var environment: [String: String] = [:]
    }

    static let forms = [
        Form(testDescription: "comma", arguments: ["--unsafe-skip-upgrades=12,20"]),
        Form(testDescription: "comma, two words", arguments: ["--unsafe-skip-upgrades", "12,20"]),
        Form(
            testDescription: "repeated",
            arguments: ["--unsafe-skip-upgrades=12", "--unsafe-skip-upgrades", "20"]),
        Form(
            testDescription: "environment",
            environment: ["SIMD_UNSAFE_SKIP_UPGRADES": "12,20"]),
    ]

    private func node(_ sdk: String) throws -> TestNode {
        let node = try TestNode(
            chain: ["sdk": sdk, "upgrades": "v2@12,v3@20"], v1: ["past_height": "run"])
        try node.install(
            "upgrades/v3", ["version": "v3", "handlers": "v3", "new_stores": "v3"])
        return node
    }

    @Test(arguments: Styles.all, forms)
    func `heights that are skipped in any form are not switched at`(sdk: String, form: Form)
        async throws
    {
        let node = try node(sdk)
        try node.write(#"{"name":"v2","height":12}"#, to: "data/upgrade-info.json")
        try node.start(form.environment, arguments: form.arguments)
        try await node.reaches(30, "v1")
        #expect(!node.ledger.has("term"))
        #expect(node.ledger.starts == ["v1"])
        #expect(node.current == "genesis")
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }

    /// pflag takes one word, whatever the documentation says.
    @Test(arguments: Styles.all)
    func `of heights in several words only the first is skipped`(sdk: String) async throws {
        let node = try node(sdk)
        try node.start(arguments: ["--unsafe-skip-upgrades", "12", "20"])
        try await node.reaches(22, "v3")
        #expect(node.ledger.starts == ["v1", "v3"])
        #expect(node.ledger.all("block", version: "v3").first?.details == "20")
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: Styles.all)
    func `a daemon that halts at a height that it was told to skip is upgraded`(sdk: String)
        async throws
    {
        let node = try TestNode(chain: ["sdk": sdk])
        // Whatever is on its command line, this daemon is told nothing of it.
        for release in ["genesis", "upgrades/v2"] {
            _ = try await shell(
                #"""
                cd "$BIN" && mv simd.conf simd-real.conf && mv simd simd-real &&
                    printf '%s\n' '#!/bin/sh' '[ "$1" = start ] || exec "$0-real" "$@"' \
                        'exec "$0-real" start --home "$DAEMON_HOME"' > simd && chmod 755 simd
                """#, ["BIN": node.path + "/cosmovisor/\(release)/bin"])
        }
        try node.start(arguments: ["--unsafe-skip-upgrades=12"])
        try await node.isUpgraded()
        #expect(node.ledger.starts == ["v1", "v2"])
    }
}
