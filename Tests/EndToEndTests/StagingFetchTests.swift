import Glibc
import Supervisor
import Testing

/// Binaries that a plan names, and that come over the network, from a server with a certificate.
struct StagingFetchTests {
    private let bench: UploadBench
    private let site: ReleaseSite
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        site = try await ReleaseSite.shared
    }

    private func start(_ more: [String: String] = [:]) async throws {
        try await bench.start(site.environment.merging(more) { $1 })
    }

    @Test func `what a plan names is fetched, compared, unpacked and staged`() async throws {
        try await start()
        let info = ReleaseSite.info(try site.pinned("provenance.zip"))
        let answer = try await bench.prepare("v3", info: info)
        #expect(answer.json["state"]?.string == "succeeded", "\(answer.body)")
        let result = try #require(answer.json["result"])
        #expect(try site.digest("simd") == result["sha256"]?.string)
        #expect(result["trust"]?.string == "plan_checksum")
        #expect(result["source"]?.string == "plan")
        #expect(result["files"] == .integer(2))
        #expect(try bench.placed() == site.digest("simd"))
        #expect(try await bench.files("v3") == ["bin/libwasmvm.so", "bin/simd"])
        #expect(try bench.quarantine.isEmpty)
        let again = try await bench.prepare("v3", from: #"{"source":"plan"}"#, wait: 0)
        #expect(again.status == 200 && again.json["state"]?.string == "succeeded")
        #expect(again.json["result"]?["sha256"] == result["sha256"])
        // A bare executable, by the checksum that has another length.
        let sha512 = try await shell("sha512sum < '\(site.path("simd"))'").prefix(128)
        let bare = ReleaseSite.info("\(site.url("simd"))?checksum=sha512:\(sha512)")
        let other = try await bench.prepare("v4", info: bare)
        #expect(other.json["result"]?["trust"]?.string == "plan_checksum", "\(other.body)")
        #expect(try await node.stop() == 0)
    }

    @Test func `an info may lie elsewhere, and vouches only when its own address is bound`()
        async throws
    {
        try await start()
        let inner = ReleaseSite.info(try site.pinned("evmos.tar.gz"))
        try site.write(inner, to: "info.json")
        let bound = try await bench.prepare("v3", info: try site.pinned("info.json"))
        #expect(bound.json["result"]?["trust"]?.string == "plan_checksum", "\(bound.body)")
        let loose = try await bench.prepare("v4", info: site.url("info.json"))
        #expect(loose.json["result"]?["state"]?.string == "held", "\(loose.body)")
        let zeros = String(repeating: "0", count: 64)
        let wrong = try await bench.prepare(
            "v5", info: site.url("info.json") + "?checksum=sha256:\(zeros)")
        wrong.expect(failed: "trust-refused", zeros)
        try site.write(site.url("info.json"), to: "again.json")
        let again = try await bench.prepare("v6", info: site.url("again.json"))
        again.expect(failed: "source-refused", "again")
        #expect(!node.exists("cosmovisor/upgrades/v4") && !node.exists("cosmovisor/upgrades/v5"))
        #expect(try await node.stop() == 0)
    }

    @Test func `without a digest of its own it is held, unless downloads are permitted`()
        async throws
    {
        try await start()
        let digest = try site.digest("akash.zip")
        try site.write("\(digest)  akash.zip\n", to: "sums.txt")
        let list = "\(site.url("akash.zip"))?checksum=file:\(site.url("sums.txt"))"
        for (plan, address) in [("v3", site.url("akash.zip")), ("v4", list)] {
            let answer = try await bench.prepare(plan, info: ReleaseSite.info(address))
            #expect(answer.json["result"]?["state"]?.string == "held", "\(answer.body)")
            #expect(answer.json["result"]?["trust"]?.string == "none")
            #expect(!node.exists("cosmovisor/upgrades/\(plan)"))
        }
        #expect(try await node.stop() == 0)
        try await start(["DAEMON_ALLOW_DOWNLOAD_BINARIES": "true"])
        // They are fetched without being asked for then.
        for plan in ["v3", "v4"] {
            try await eventually("\(plan) is staged") {
                try await bench.binary(plan)["state"]?.string == "staged"
            }
            #expect(try await bench.binary(plan)["trust"]?.string == "none")
        }
        try await eventually("nothing is held any more") { try bench.quarantine.isEmpty }
        #expect(try await node.stop() == 0)
    }

    @Test func `other bytes than were named are refused with both digests, and none are kept`()
        async throws
    {
        try await start(["SWITCHYARD_ALLOW_WEAK_CHECKSUMS": "true"])
        let digest = try site.digest("akash.zip")
        let (one, two) = (String(repeating: "1", count: 64), String(repeating: "2", count: 32))
        for named in ["sha256:" + one, "md5:" + two] {
            let address = "\(site.url("akash.zip"))?checksum=\(named)"
            let answer = try await bench.prepare("v3", info: ReleaseSite.info(address))
            let hex = named.drop { $0 != ":" }.dropFirst()
            answer.expect(failed: "trust-refused", String(hex))
            if named.hasPrefix("sha256") { #expect(answer.detail.contains(digest)) }
            #expect(try bench.isClean("v3"))
        }
        try site.write("\(String(repeating: "3", count: 64))  akash.zip\n", to: "false-sums.txt")
        let list = "\(site.url("akash.zip"))?checksum=file:\(site.url("false-sums.txt"))"
        let listed = try await bench.prepare("v3", info: ReleaseSite.info(list))
        listed.expect(failed: "trust-refused", digest)
        let unlisted = "\(site.url("evmos.tar.gz"))?checksum=file:\(site.url("false-sums.txt"))"
        let missing = try await bench.prepare("v3", info: ReleaseSite.info(unlisted))
        missing.expect(failed: "source-refused", "evmos.tar.gz")
        #expect(try bench.isClean("v3"))
        // A weak one that is right is no proof.
        let md5 = try await shell("md5sum < '\(site.path("akash.zip"))'").prefix(32)
        let weak = "\(site.url("akash.zip"))?checksum=md5:\(md5)"
        let held = try await bench.prepare("v3", info: ReleaseSite.info(weak))
        #expect(held.json["result"]?["state"]?.string == "held", "\(held.body)")
        #expect(try await node.stop() == 0)
    }

    @Test func `what cannot be had fails the operation, and says why`() async throws {
        try await start(["SWITCHYARD_MAX_UPLOAD": "8MiB"])
        let zeros = "?checksum=sha256:" + String(repeating: "0", count: 64)
        let missing = site.url("nothing.zip") + zeros
        try await bench.prepare("v3", info: ReleaseSite.info(missing))
            .expect(failed: "fetch-failed", "404")
        let stranger = site.url("akash.zip", server: "stranger") + zeros
        try await bench.prepare("v3", info: ReleaseSite.info(stranger))
            .expect(failed: "fetch-failed", "certificate")
        let endless = site.url("x", kind: "endless") + zeros
        try await bench.prepare("v3", info: ReleaseSite.info(endless))
            .expect(failed: "fetch-failed", "8388608")
        #expect(try bench.isClean("v3"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a server that does not go on where it was cut is begun with anew, a few times`()
        async throws
    {
        try await start()
        let name = "halves-\(getpid())"
        _ = try await shell("cp '\(site.path("simd"))' '\(site.path(name))'")
        let sum = "?checksum=sha256:" + (try site.digest(name))
        let once = try await bench.prepare("v3", url: site.url(name, kind: "cut-once") + sum)
        #expect(once.json["result"]?["trust"]?.string == "pinned", "\(once.body)")
        #expect(try bench.placed() == site.digest(name))
        // The cut one, the one that told that it began anew, and the one that was taken.
        #expect(site.requests(name, kind: "cut-once") == 3)
        try await bench.prepare("v4", url: site.url(name, kind: "cut") + sum)
            .expect(failed: "fetch-failed", "from its beginning again")
        #expect(site.requests(name, kind: "cut") == 10)
        #expect(try bench.isClean("v4"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a source that can never do is refused before anything is asked of it`()
        async throws
    {
        try await start(["DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM": "true"])
        let sum = "checksum=sha256:" + String(repeating: "0", count: 64)
        let md5 = "checksum=md5:" + String(repeating: "0", count: 32)
        let refused = [
            (ReleaseSite.info("\(site.url("never", server: "http"))?\(sum)"), "scheme"),
            (ReleaseSite.info("git::https://localhost/never?\(sum)"), "scheme"),
            (ReleaseSite.info("s3::https://localhost/never?\(sum)"), "scheme"),
            (ReleaseSite.info("https://github.com/a/b/archive/v3.tar.gz?\(sum)"), "source-archive"),
            (ReleaseSite.info("\(site.url("never"))?\(md5)"), "checksum-weak"),
            (ReleaseSite.info(site.url("never")), "checksum-missing"),
            (#"{"binaries":{"darwin/arm64":"\#(site.url("never"))?\#(sum)"}}"#, "entry-missing"),
            ("never", "info-text"), ("/never", "local-path"), ("", "info-blank"),
        ]
        for (info, kind) in refused {
            let answer = try await bench.prepare("v3", info: info)
            #expect(
                answer.status == 422 && answer.problem == "source-refused"
                    && answer.json["refusal"]?.string == kind, "\(info): \(answer.body)")
        }
        #expect(try !site.wasAsked(for: "never"))
        #expect(try await node.stop() == 0)
    }

    @Test func `a plan's address leads nowhere into this host, unless that is allowed`()
        async throws
    {
        try await bench.start(["SSL_CERT_FILE": site.folder + "/server-ca.crt"])
        try site.write("secret", to: "private.zip")
        let answer = try await bench.prepare(
            "v3", info: ReleaseSite.info(try site.pinned("private.zip")))
        answer.expect(failed: "fetch-failed")
        #expect(
            answer.json["problem"]?["remedy"]?.string?.contains("SWITCHYARD_FETCH_PRIVATE") == true)
        #expect(try !site.wasAsked(for: "private.zip"))
        #expect(try bench.isClean("v3"))
        #expect(try await node.stop() == 0)
    }
}
