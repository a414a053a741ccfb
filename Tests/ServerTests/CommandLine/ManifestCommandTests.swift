import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import Server

struct ManifestCommandTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.write("abc", to: "tree/bin/gaiad", mode: 0o755)
        try home.write("", to: "tree/lib/libwasmvm.so")
        try home.write("{}", to: "tree/upgrade-info.json")
        try home.write("the archive", to: "v2.tar.gz")
    }

    private func path(_ name: String) -> String { home.path + "/" + name }

    private func manifest(_ arguments: String...) throws -> SwitchyardProcess {
        try SwitchyardProcess(["manifest"] + arguments, environment: [:])
    }

    private func create(_ more: String...) throws -> SwitchyardProcess {
        let always = ["manifest", "create", "--chain-id", "pion-1", "--plan", "v2"]
        return try SwitchyardProcess(always + more, environment: [:])
    }

    @Test func `create lists what lies in a folder and nothing else`() throws {
        let made = try create(
            "--sequence", "7", "--platform", "linux/amd64=" + path("tree"),
            "--download", "linux/amd64=" + path("v2.tar.gz"), "--not-before", "2026-12-01",
            "--expires-at", "2027-12-01T12:00:00.5+02:00")
        #expect(made.errors.isEmpty)
        #expect(made.code == 0)
        #expect(
            made.output == """
                {
                  "manifest": 1,
                  "chain_id": "pion-1",
                  "plan": "v2",
                  "sequence": 7,
                  "not_before": "2026-12-01T00:00:00Z",
                  "expires_at": "2027-12-01T10:00:00Z",
                  "platforms": {
                    "linux/amd64": {
                      "downloads": [
                        {"sha256": "\(Self.archive)", "size_bytes": 11}
                      ],
                      "files": [
                        {"path": "bin/gaiad", "sha256": "\(Self.abc)", "size_bytes": 3},
                        {"path": "lib/libwasmvm.so", "sha256": "\(Self.empty)", "size_bytes": 0}
                      ]
                    }
                  }
                }

                """)
    }

    private static let archive = "c8d18c54d108f4f0237eb4e1c4473cfd3dbd267afe97c2d967003bda0f546e08"
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test func `create takes an executable alone by the daemon's name`() throws {
        let made = try create(
            "--sequence", "1", "--platform", "linux/amd64=" + path("tree/bin/gaiad"),
            "--platform", "linux/arm64=" + path("tree"), "--daemon", "simd")
        #expect(made.code == 0)
        let manifest = try ReleaseManifest(json: Array(made.output.utf8))
        #expect(
            manifest.platforms["linux/amd64"]
                == .init(files: ["bin/simd": .init(sha256: Self.abc, size: 3)]))
        #expect(manifest.platforms["linux/arm64"]?.files.count == 2)
    }

    @Test func `create says what keeps it from making one`() throws {
        try home.write("PK\u{3}\u{4}", to: "a.zip")
        try home.write("", to: "flat/gaiad")
        try home.write("", to: "linked/bin/gaiad")
        #expect(symlink("gaiad", path("linked/bin/other")) == 0)
        let rows: [([String], String)] = [
            (["linux/amd64=" + path("tree/bin/gaiad")], "--daemon must say"),
            (["linux/amd64=" + path("a.zip"), "--daemon", "gaiad"], "is an archive (zip)"),
            (["linux/amd64=" + path("none"), "--daemon", "gaiad"], "it does not exist"),
            (["linux/amd64=" + path("flat")], "has no file below bin/"),
            (["linux/amd64=" + path("linked")], "bin/other is a symbolic link"),
            (
                ["linux/amd64=" + path("tree"), "--platform", "linux/amd64=" + path("tree")],
                "twice"
            ),
            (["linux/amd64=" + path("tree"), "--download", "linux/arm64=x"], "no --platform is"),
            (["linux/amd64=" + path("tree"), "--expires-at", "soon"], "--expires-at must be"),
            (["linux/amd64"], "--platform"), (["=x"], "--platform"),
        ]
        for (arguments, part) in rows {
            let result = try SwitchyardProcess(
                ["manifest", "create", "--chain-id", "c", "--plan", "v2", "--sequence", "1"]
                    + ["--platform"] + arguments, environment: [:])
            #expect(result.code == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.hasPrefix("Error: "))
            #expect(result.errors.contains(part), "\(result.errors)")
        }
        let zero = try create("--sequence", "0", "--platform", "linux/amd64=" + path("tree"))
        #expect(zero.errors.contains("its sequence is out of bounds"))
    }

    @Test func `help names the commands and how a manifest is signed`() throws {
        let all = try manifest()
        #expect(all.code == 0)
        for part in ["create", "verify", "ssh-keygen -Y sign", "-n switchyard"] {
            #expect(all.output.contains(part), "\(all.output)")
        }
        let verify = try SwitchyardProcess(["help", "manifest", "verify"], environment: [:])
        for name in ["--signers", "--signature", "--threshold", "--platform", "--chain-id"] {
            #expect(verify.output.contains(name))
        }
    }
}
