import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Archives as projects publish them, and as attackers would, sent by upload.
struct StagingArchiveTests {
    private let bench: UploadBench
    private let site: ReleaseSite
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        site = try await ReleaseSite.shared
    }

    private func put(
        _ plan: String, _ archive: String, _ token: String, _ arguments: String = ""
    ) async throws -> CurlAnswer {
        try CurlAnswer(try await bench.put(plan, site.path(archive), token: token, arguments))
    }

    @Test func `the archives of real releases are placed where they belong`() async throws {
        try await bench.start()
        let token = try await bench.token("operate")
        let layouts: [(archive: String, files: [String])] = [
            ("akash.zip", ["bin/simd"]), ("cheqd.tar.gz", ["bin/simd"]),
            ("provenance.zip", ["bin/libwasmvm.so", "bin/simd"]), ("evmos.tar.gz", ["bin/simd"]),
            (
                "cronos.tar.gz",
                ["bin/simd", "lib/libwasmvm.so", "lib/store/libwasmvm.x86_64.so"]
            ),
            ("dydx.tar.gz", ["bin/simd"]), ("axelar.zip", ["bin/simd"]),
        ]
        for (number, layout) in layouts.enumerated() {
            let plan = "v\(number + 3)"
            let answer = try await put(plan, layout.archive, token)
            #expect(answer.status == 201, "\(layout.archive): \(answer.body)")
            #expect(try site.digest("simd") == answer.json["sha256"]?.string)
            #expect(try answer.headers["etag"] == "\"\(site.digest("simd"))\"")
            #expect(answer.json["files"] == .integer(Int64(layout.files.count)))
            #expect(answer.json["trust"]?.string == "pinned")
            #expect(try await bench.files(plan) == layout.files, "\(layout.archive)")
            for file in layout.files {
                #expect(try node.mode("cosmovisor/upgrades/\(plan)/\(file)") == 0o755)
            }
            let again = try await put(plan, layout.archive, token)
            #expect(again.status == 200 && again.body == answer.body)
        }
        #expect(try bench.quarantine.isEmpty)
        #expect(try await node.stop() == 0)
    }

    @Test func `an archive that no honest release is, is refused by name, and leaves nothing`()
        async throws
    {
        try await bench.start()
        let token = try await bench.token("operate")
        let attacks = [
            ("parent.tar", "../simd"), ("link-out.tar", "lib.so"), ("through-link.tar", "d"),
            ("device.tar", "simd"), ("setuid.tar", "set-user-ID"), ("twice.tar", "simd"),
            ("bomb.tar.gz", "100"), ("script.tar", "script"), ("nested.zip", "archive"),
            ("foreign.tar", "machine 22"), ("ambiguous.tar", "one"), ("cut.tar.gz", ""),
        ]
        for (archive, word) in attacks {
            let answer = try await put("v3", archive, token)
            #expect(answer.status == 422 && answer.problem == "binary-rejected", "\(archive)")
            #expect(answer.detail.contains(word), "\(archive): \(answer.detail)")
            #expect(answer.json["remedy"]?.string?.isEmpty == false)
            #expect(try bench.isClean("v3"), "\(archive)")
        }
        let operation = try await bench.prepare(
            "v3", from: #"{"source":"path","path":"\#(site.path("parent.tar"))"}"#)
        #expect(operation.failure == "unpack-refused", "\(operation.body)")
        #expect(try bench.isClean("v3"))
        #expect(try node.read("config/config.toml").contains("laddr"))
        #expect(try await node.stop() == 0)
    }

    @Test func `what nothing vouches for is not unpacked until something does`() async throws {
        try await bench.start()
        let stage = try await bench.token("stage")
        for plan in ["v3", "v4"] {
            let answer = try await put(plan, "provenance.zip", stage)
            #expect(answer.status == 201 && answer.json["state"]?.string == "held")
        }
        // The archives and what is known of them, and no trace of what is in them.
        #expect(try bench.quarantine.filter { $0.count > 37 } == [])
        #expect(try bench.quarantine.count == 4)
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        // The same, for whoever may say so, is a matter of the digest alone.
        try await bench.declare("v3", pin: try site.digest("provenance.zip"))
        let info = ReleaseSite.info(
            "https://example.org/x?checksum=sha256:\(try site.digest("provenance.zip"))")
        try await bench.declare("v4", info: info, pin: try site.digest("simd"))
        for plan in ["v3", "v4"] {
            try await eventually("\(plan) is staged") {
                try await bench.binary(plan)["state"]?.string == "staged"
            }
            #expect(try await bench.files(plan) == ["bin/libwasmvm.so", "bin/simd"])
        }
        try await eventually("nothing is held any more") { try bench.quarantine.isEmpty }
        #expect(try await node.stop() == 0)
    }

    @Test func `a pin that names another executable refuses the archive`() async throws {
        try await bench.start()
        let info = ReleaseSite.info(
            "https://example.org/x?checksum=sha256:\(try site.digest("provenance.zip"))")
        let pin = String(repeating: "4", count: 64)
        try await bench.declare("v3", info: info, pin: pin)
        let answer = try await put("v3", "provenance.zip", try await bench.token("operate"))
        #expect(answer.status == 422 && answer.problem == "content-mismatch", "\(answer.body)")
        #expect(answer.detail.contains(pin))
        #expect(try answer.detail.contains(site.digest("simd")))
        #expect(try bench.quarantine.isEmpty)
        #expect(!node.exists(bench.place))
        #expect(try await node.stop() == 0)
    }

    @Test func `another release replaces the libraries, and DELETE takes all of them`()
        async throws
    {
        try await bench.start()
        let token = try await bench.token("operate")
        _ = try await put("v3", "cronos.tar.gz", token)
        // What an operator has put beside is nobody else's.
        try node.write("x", to: "cosmovisor/upgrades/v3/lib/notes")
        let bare = try await put("v3", "next.tar.gz", token)
        #expect(bare.status == 428)
        #expect(try bare.headers["etag"] == "\"\(site.digest("simd"))\"")
        let next = try await put("v3", "next.tar.gz", token, "-H 'If-Match: *'")
        #expect(next.status == 200, "\(next.body)")
        #expect(try await bench.files("v3") == ["bin/simd", "lib/libgcc_s.so.1", "lib/notes"])
        #expect(!node.exists("cosmovisor/upgrades/v3/lib/store"))
        #expect(try bench.placed() == next.json["sha256"]?.string)
        try node.remove("cosmovisor/upgrades/v3/lib/notes")
        // A library that somebody overwrites is none of ours any more.
        try node.write("x", to: "cosmovisor/upgrades/v3/lib/libgcc_s.so.1")
        try await eventually("it is no longer what was staged") {
            try await bench.binary("v3")["trust"]?.string == "hand_placed"
        }
        let mended = try await put("v3", "next.tar.gz", token, "-H 'If-Match: *'")
        #expect(mended.json["trust"]?.string == "pinned", "\(mended.body)")
        #expect(mended.json["files"] == .integer(2))
        #expect(try await node.curl("/v1/plans/v3/binary", "-X DELETE").status == 204)
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        #expect(try await node.stop() == 0)
    }

    @Test func `an archive may come in parts`() async throws {
        try await bench.start()
        let archive = Data(try Data(contentsOf: URL(filePath: site.path("large.tar.gz"))))
        try archive.prefix(100_000).write(to: URL(filePath: node.path + "/first"))
        try archive.dropFirst(100_000).write(to: URL(filePath: node.path + "/second"))
        let draft = "-H 'Upload-Draft-Interop-Version: 8'"
        let digest = try await shell(
            "openssl dgst -sha256 -binary '\(site.path("large.tar.gz"))' | base64")
        let begun = try await node.curl(
            "/v1/plans/v3/binary",
            "-X PUT \(bench.content) \(draft) -H 'Upload-Complete: ?0' -T '\(node.path)/first' "
                + "-H 'Repr-Digest: sha-256=:\(digest.dropLast()):'")
        #expect(begun.status == 201, "\(begun.body)")
        let upload = try #require(begun.headers["location"])
        let ended = try await node.curl(
            upload,
            "-X PATCH -H 'Content-Type: application/partial-upload' \(draft) "
                + "-H 'Upload-Complete: ?1' -H 'Upload-Offset: 100000' -T '\(node.path)/second'")
        #expect(ended.json["state"]?.string == "staged", "\(ended.body)")
        #expect(ended.json["files"] == .integer(9))
        #expect(try await bench.files("v3").count == 9)
        #expect(try bench.quarantine.isEmpty)
        #expect(try await node.stop() == 0)
    }

    @Test func `a program that needs its library starts, and the upgrade goes to it`()
        async throws
    {
        let node = try TestNode(v2: nil)
        let bench = try await UploadBench(node)
        try await bench.start()
        try node.make("release/bin")
        try node.make("release/lib")
        try node.write(Self.library, to: "side.c")
        try node.write(Self.program, to: "main.c")
        let build = try await shell(
            """
            cd '\(node.path)' && clang -shared -fPIC -o release/lib/libside.so side.c \
            && clang -o release/bin/simd main.c -Lrelease/lib -lside '-Wl,-rpath,$ORIGIN/../lib' \
            && tar -czf release.tar.gz -C release . && echo built
            """)
        try #require(build == "built\n")
        let answer = try CurlAnswer(
            try await bench.put(
                "v2", node.path + "/release.tar.gz", token: try await bench.token("operate")))
        #expect(answer.json["files"] == .integer(2), "\(answer.body)")
        try await eventually("the library has run\n\(node.log)") { node.exists("data/side") }
        #expect(node.current == "upgrades/v2")
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }

    private static let library = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        void side(void) {
            char path[4096];
            snprintf(path, sizeof path, "%s/data/side", getenv("DAEMON_HOME"));
            open(path, O_CREAT | O_WRONLY, 0600);
        }
        """

    private static let program = """
        #include <signal.h>
        #include <string.h>
        #include <unistd.h>
        void side(void);
        static void end(int number) { _exit(0); }
        int main(int count, char **words) {
            if (count < 2 || strcmp(words[1], "start") != 0) return 1;
            signal(SIGTERM, end);
            side();
            for (;;) pause();
        }
        """
}
