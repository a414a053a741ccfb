import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import Server

/// Against signatures of ssh-keygen.
@Suite(.enabled(if: ManifestSigning.isPossible, "there is no ssh-keygen"))
struct ManifestVerifyTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.write("abc", to: "tree/bin/gaiad", mode: 0o755)
        try home.write("", to: "tree/lib/libwasmvm.so")
        try home.write("the archive", to: "v2.tar.gz")
        try create()
        try run(
            """
            for key in one two three; do
              ssh-keygen -q -t ed25519 -N '' -C '' -f $key
              ssh-keygen -q -Y sign -f $key -n switchyard - <v2.json >$key.sig 2>/dev/null
            done
            printf 'one@example.org ' >signers; cat one.pub >>signers
            printf 'two@example.org ' >>signers; cat two.pub >>signers
            """)
    }

    private func run(_ script: String) throws {
        try #require(system("set -e; cd '\(home.path)'; \(script)") == 0)
    }

    private func path(_ name: String) -> String { home.path + "/" + name }

    private func create(_ more: String...) throws {
        let made = try SwitchyardProcess(
            [
                "manifest", "create", "--chain-id", "pion-1", "--plan", "v2", "--sequence", "7",
                "--platform", "linux/amd64=" + path("tree"), "--download",
                "linux/amd64=" + path("v2.tar.gz"),
            ] + more, environment: [:])
        try #require(made.code == 0, "\(made.errors)")
        try home.write(made.output, to: "v2.json")
    }

    private func verify(_ more: String...) throws -> SwitchyardProcess {
        let always = ["manifest", "verify", path("v2.json"), "--signers", path("signers")]
        return try SwitchyardProcess(always + more, environment: [:])
    }

    @Test func `what holds is said line by line`() throws {
        let result = try verify(
            "--signature", path("one.sig"), "--signature", path("two.sig"), "--threshold", "2",
            "--chain-id", "pion-1", "--plan", "v2", "--platform", "linux/amd64=" + path("tree"),
            "--platform", "linux/amd64=" + path("v2.tar.gz"))
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("ok  ") })
        for part in [
            "signed by one@example.org with the key SHA256:", "2 of the 2 signers",
            "for the chain \"pion-1\"", "for the plan \"v2\", with the sequence 7",
            "it lists 2 files for linux/amd64", "the files are those that are listed",
            "the download is one that is listed",
        ] {
            #expect(lines.contains { $0.contains(part) }, "\(result.output)")
        }
    }

    @Test func `the signature beside it is taken when none is named`() throws {
        try run("cp one.sig v2.json.sig")
        #expect(try verify().code == 0)
        try run("cp three.sig v2.json.sig")
        let other = try verify()
        #expect(other.code == 1)
        #expect(other.output.contains("no  \(path("v2.json.sig")): its key is none of the"))
        #expect(other.output.contains("no  0 of the 1 signers"))
        try run("rm v2.json.sig")
        #expect(try verify().errors.contains("it does not exist"))
    }

    @Test func `one thing that does not hold is enough`() throws {
        let one = ["--signature", path("one.sig")]
        func verify(_ more: [String]) throws -> SwitchyardProcess {
            try SwitchyardProcess(
                ["manifest", "verify", path("v2.json"), "--signers", path("signers")] + more,
                environment: [:])
        }
        try home.write("abd", to: "other/bin/gaiad")
        let rows: [([String], String)] = [
            (one + ["--threshold", "2"], "no  1 of the 2 signers"),
            (one + one, "its signer counts already"),
            (one + ["--signature", path("three.sig")], "its key is none of the allowed signers'"),
            (one + ["--chain-id", "pion-2"], "no  the manifest is for the chain \"pion-1\""),
            (one + ["--plan", "v3"], "no  the manifest is for the plan \"v2\""),
            (
                one + ["--platform", "linux/arm64=" + path("tree")],
                "lists no files for linux/arm64"
            ),
            (one + ["--platform", "linux/amd64=" + path("other")], "bin/gaiad is not the file"),
            (one + ["--platform", "linux/amd64=" + path("signers")], "does not list what was"),
            (one + ["--platform", "linux/amd64=" + path("none")], "it does not exist"),
        ]
        for (arguments, part) in rows {
            let result = try verify(arguments)
            #expect(result.code == 1)
            #expect(result.output.contains(part), "\(result.output)\(result.errors)")
        }
        try run("printf ' ' >>v2.json")
        #expect(try verify(one).output.contains("it was made of other content"))
        for arguments in [one + ["--threshold", "0"], ["--signature", path("none")]] {
            let result = try verify(arguments)
            #expect(result.code == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.hasPrefix("Error: "))
        }
    }

    @Test(arguments: [
        (["--expires-at", "2020-01-01"], "no  it is valid until 2020-01-01T00:00:00Z"),
        (["--not-before", "2999-01-01"], "no  it is valid from 2999-01-01T00:00:00Z"),
    ])
    func `a manifest counts only in its time`(times: [String], line: String) throws {
        try create(times[0], times[1])
        try run(
            "ssh-keygen -q -Y sign -f one -n switchyard - <v2.json >one.sig 2>/dev/null")
        let result = try verify("--signature", path("one.sig"))
        #expect(result.code == 1)
        #expect(result.output.contains(line), "\(result.output)")
    }

    @Test(arguments: [("", "UTC0", true), ("", "JST-9", false), ("Z", "JST-9", true)])
    func `a signer's time without a zone is the host's`(
        suffix: String, zone: String, holds: Bool
    ) throws {
        let soon = Timestamp(Date.now + 5 * 3600).rfc3339.prefix(16).filter(\.isNumber)
        try run("sed -i 's/ / valid-before=\"\(soon)\(suffix)\" /' signers")
        let result = try SwitchyardProcess(
            [
                "manifest", "verify", path("v2.json"), "--signers", path("signers"),
                "--signature", path("one.sig"),
            ], environment: ["TZ": zone])
        #expect((result.code == 0) == holds, "\(result.output)\(result.errors)")
    }

    @Test func `a signed text that is no manifest is none`() throws {
        try home.write("{\"manifest\": 2}", to: "v2.json")
        try run(
            "ssh-keygen -q -Y sign -f one -n switchyard - <v2.json >one.sig 2>/dev/null")
        let result = try verify("--signature", path("one.sig"))
        #expect(result.code == 1)
        #expect(result.output.contains("no  it is a manifest of version 2"))
    }

    @Test func `signers that cannot be believed are an error`() throws {
        try run("chmod 666 signers")
        #expect(try verify("--signature", path("one.sig")).errors.contains("chmod go-w"))
        try run("chmod 644 signers; echo 'x nonsense' >>signers")
        #expect(
            try verify("--signature", path("one.sig")).errors.contains(
                "line 3 of the allowed signers"))
    }
}

private enum ManifestSigning {
    /// With CI its absence is a failure.
    static var isPossible: Bool {
        let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false
        return isCI || system("command -v ssh-keygen >/dev/null 2>&1") == 0
    }
}
