import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Signatures and manifests, made with the programs that publishers use.
struct ReleaseTests {
    private let bench: UploadBench

    init() async throws {
        bench = try await UploadBench()
        try node.write(#"{"chain_id":"pion-1"}"# + "\n", to: "config/genesis.json")
        try node.make("keys")
        _ = try await shell(
            """
            cd "$HOME_"
            ssh-keygen -q -t ed25519 -N '' -C '' -f keys/a
            printf 'a@example.org %s\\n' "$(cat keys/a.pub)" > signers
            chmod 600 signers
            """, ["HOME_": node.path])
    }

    private var node: TestNode { bench.node }

    private func policy(_ name: String) -> [String: String] {
        ["SWITCHYARD_TRUST": name, "SWITCHYARD_TRUST_SIGNERS": node.path + "/signers"]
    }

    /// Brings what was signed with `ssh-keygen`, as a publisher's script does.
    ///
    /// - Parameter body: A filter of jq's over `$m`, the manifest, and `$s`, the signature.
    private func bring(_ file: String, _ body: String) async throws -> CurlAnswer {
        try CurlAnswer(
            try await shell(
                """
                cd "$HOME_"
                rm -f "$FILE.sig"
                ssh-keygen -q -Y sign -f keys/a -n switchyard "$FILE" 2>/dev/null
                jq -n --rawfile s "$FILE.sig" --rawfile m manifest.json '\(body)' > body.json
                curl -sS -i -m 60 --unix-socket "$SOCKET" -X PUT \
                    -H 'Content-Type: application/json' --data-binary @body.json \
                    http://localhost/v1/plans/v3/release
                """, ["HOME_": node.path, "FILE": file, "SOCKET": node.socket]))
    }

    private func binary() async throws -> JSONValue? {
        try await node.curl("/v1/plans/v3").json["binary"]
    }

    @Test func `a pinned upload is held under signature, and staged once it is signed`()
        async throws
    {
        try node.write("", to: "manifest.json")
        try await bench.start(policy("signature"))
        let operate = try await bench.token("operate")
        let answer = try CurlAnswer(try await bench.put("v3", token: operate))
        #expect(answer.json["state"]?.string == "held", "\(answer.body)")
        let brought = try await bring("upload", "{signatures: [$s]}")
        #expect(brought.status == 201, "\(brought.body)")
        try await eventually("it is staged") {
            try await binary()?["trust"]?.string == "signature"
        }
        #expect(try bench.placed() == bench.sha256)
        let shown = try await node.curl("/v1/plans/v3/release").json
        guard case .array(let signers)? = shown["signers"] else {
            Issue.record("no signers")
            return
        }
        #expect(signers.first?["names"] == .array([.string("a@example.org")]))
        #expect(shown["remarks"] == .array([]))
        #expect(try await node.stop() == 0)
    }

    /// Uploads over the node's own socket, where the digest that is sent vouches.
    private func upload(_ file: String) async throws -> CurlAnswer {
        try CurlAnswer(
            try await shell(
                """
                D=$(openssl dgst -sha256 -binary "$FILE" | base64)
                curl -sS -i -m 60 --unix-socket "$SOCKET" -T "$FILE" \(bench.content) \
                    -H "Repr-Digest: sha-256=:$D:" http://localhost/v1/plans/v3/binary
                """, ["FILE": node.path + "/" + file, "SOCKET": node.socket]))
    }

    @Test func `an archive with a swapped library is refused under a valid manifest`()
        async throws
    {
        _ = try await shell(
            """
            cd "$HOME_"
            mkdir -p good/bin good/lib bad/bin bad/lib
            cp upload good/bin/simd && cp upload bad/bin/simd
            cp upload good/lib/libwasmvm.so
            (cat upload; echo evil) > bad/lib/libwasmvm.so
            tar -czf good.tar.gz -C good . && tar -czf bad.tar.gz -C bad .
            "$SWITCHYARD" manifest create --chain-id pion-1 --plan v3 --sequence 1 \
                --platform "$PLATFORM=good" > manifest.json
            """,
            [
                "HOME_": node.path, "SWITCHYARD": Programs.switchyard,
                "PLATFORM": PlanInfo.platform,
            ])
        try await bench.start(policy("checksum"))
        let brought = try await bring(
            "manifest.json", "{manifest: $m, manifest_signatures: [$s]}")
        #expect(brought.status == 201, "\(brought.body)")
        #expect(brought.json["sequence"]?.integer == 1)
        let bad = try await upload("bad.tar.gz")
        #expect(bad.status == 422 && bad.problem == "binary-rejected", "\(bad.body)")
        #expect(bad.json["detail"]?.string?.contains("lib/libwasmvm.so") == true, "\(bad.body)")
        #expect(!node.exists(bench.place))
        let good = try await upload("good.tar.gz")
        #expect(good.json["trust"]?.string == "manifest", "\(good.body)")
        #expect(node.exists("cosmovisor/upgrades/v3/lib/libwasmvm.so"))
        #expect(try node.read("cosmovisor/.switchyard/release-sequence").contains("pion-1"))
        #expect(try await node.stop() == 0)
    }

    /// A copy of its own: a file that is shared is another whenever a test comes or goes.
    private func own(_ release: String, in node: TestNode) async throws {
        let binary = node.path + "/cosmovisor/\(release)/bin/simd"
        _ = try await shell("cp \(binary) \(binary).own && mv \(binary).own \(binary)")
    }

    @Test func `other bytes placed by hand are not switched to, and the reason names the digest`()
        async throws
    {
        let node = try TestNode()
        try await own("genesis", in: node)
        try await own("upgrades/v2", in: node)
        try node.start(["SWITCHYARD_TRUST": "checksum"])
        let digest = try node.digest("cosmovisor/upgrades/v2/bin/simd")
        try await node.shows("that it waits") {
            $0.phase.reason?.contains("its digest is \(digest)") == true
        }
        #expect(node.current == "genesis")
        let pin = #"{"trigger":"chain","height":12,"expected_sha256":"\#(digest)"}"#
        #expect(
            try await node.curl("/v1/plans/v2", "-X PUT -H 'If-Match: *'", json: pin).status == 200)
        try await node.shows("v2") { $0.plan == "v2" && $0.daemon?.pid != nil }
        #expect(try await node.stop() == 0)
    }

    @Test func `a current binary that was overwritten is not started under checksum`()
        async throws
    {
        try await own("genesis", in: node)
        try node.start(policy("checksum"))
        // Before that it may not have heard of TERM yet.
        try await node.shows("a block") { $0.height != nil }
        let before = try node.digest("cosmovisor/genesis/bin/simd")
        #expect(try await node.stop() == 0)
        _ = try await shell("echo more >> '\(node.path)/cosmovisor/genesis/bin/simd'")
        let after = try node.digest("cosmovisor/genesis/bin/simd")
        try node.start(policy("checksum"))
        try await node.shows("that it is blocked") { $0.isBlocked }
        let phase = try node.status().phase
        #expect(phase.reason_code == "binary_changed")
        #expect(phase.reason?.contains(before) == true && phase.reason?.contains(after) == true)
        _ = try await node.stop()
    }
}
