import Supervisor
import Testing

/// Binaries that somebody names by an address, an operator or who may stage alone.
struct NamedFetchTests {
    private let bench: UploadBench
    private let site: ReleaseSite
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        site = try await ReleaseSite.shared
    }

    private func start() async throws {
        try await bench.start(site.environment)
    }

    @Test func `an operator's address with a checksum is pinned, without one held until it is`()
        async throws
    {
        try await start()
        let pinned = try await bench.prepare("v3", url: try site.pinned("cheqd.tar.gz"))
        #expect(pinned.json["result"]?["trust"]?.string == "pinned", "\(pinned.body)")
        #expect(pinned.json["result"]?["source"]?.string == "url")
        #expect(pinned.json["progress"]?["done"] == pinned.json["progress"]?["total"])
        let bare = try await bench.prepare("v4", url: site.url("cheqd.tar.gz", server: "http"))
        #expect(bare.json["result"]?["state"]?.string == "held", "\(bare.body)")
        #expect(!node.exists("cosmovisor/upgrades/v4"))
        try await bench.declare("v4", pin: try site.digest("cheqd.tar.gz"))
        try await eventually("it is staged") {
            try await bench.binary("v4")["state"]?.string == "staged"
        }
        #expect(try await bench.binary("v4")["sha256"]?.string == site.digest("simd"))
        try await eventually("nothing is held any more") { try bench.quarantine.isEmpty }
        #expect(try await node.stop() == 0)
    }

    @Test func `a stage token names no path and no private address, and its digest is no proof`()
        async throws
    {
        try await start()
        let config = try await bench.token("stage")
        let path = try await bench.prepare(
            "v3", from: #"{"source":"path","path":"\#(bench.file)"}"#, "-K '\(config)'")
        #expect(path.status == 403 && path.problem == "local-only")
        try site.write("secret", to: "inner.zip")
        let own = try await bench.prepare("v3", url: try site.pinned("inner.zip"), "-K '\(config)'")
        own.expect(failed: "fetch-failed")
        #expect(try !site.wasAsked(for: "inner.zip"))
        let http = try await bench.prepare(
            "v3", url: site.url("inner.zip", server: "http"), "-K '\(config)'")
        #expect(http.status == 422 && http.json["refusal"]?.string == "scheme", "\(http.body)")
        #expect(try bench.isClean("v3"))
        // What the plan names it may have fetched.
        try await bench.declare("v3", info: ReleaseSite.info(try site.pinned("akash.zip")))
        let plan = try await bench.prepare("v3", from: #"{"source":"plan"}"#, "-K '\(config)'")
        #expect(plan.json["result"]?["trust"]?.string == "plan_checksum", "\(plan.body)")
        #expect(try await node.stop() == 0)
    }

    @Test func `a download that is called off leaves nothing`() async throws {
        try await start()
        let address = "\(site.url("akash.zip", kind: "stalled"))"
        let begun = try await bench.prepare("v3", url: address, wait: 0)
        let operation = try #require(begun.headers["location"])
        try await eventually("it is under way") {
            try await node.curl(operation).json["progress"]?["done"]?.integer ?? 0 > 0
        }
        #expect(try await node.curl(operation, "-X DELETE").status == 202)
        let ended = try await node.curl(operation, "-H 'Prefer: wait=50'")
        #expect(ended.json["state"]?.string == "cancelled")
        #expect(try bench.isClean("v3"))
        #expect(try await node.stop() == 0)
    }
}
