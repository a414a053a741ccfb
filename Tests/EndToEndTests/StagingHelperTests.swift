import Glibc
import Supervisor
import Testing

/// A `switchyard-stage` that was broken into, or is broken.
struct StagingHelperTests {
    private let bench: UploadBench
    private let site: ReleaseSite
    private let stage: FalseStage
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        site = try await ReleaseSite.shared
        stage = try await FalseStage()
    }

    private func start(_ bench: UploadBench) async throws {
        try await bench.start(site.environment, by: stage.switchyard)
    }

    /// The node has seen nothing of it.
    private func isUntouched(_ pid: Int32?, _ height: Int) async throws {
        #expect(try node.status().daemon?.pid == pid)
        try await node.reaches(height + 5, "v1")
        #expect(node.ledger.violations == [])
    }

    @Test func `one that crashes, is killed or says what is not so stages nothing`() async throws {
        try await start(bench)
        let (pid, height) = (try node.status().daemon?.pid, node.ledger.height(of: "v1"))
        let half = "head -c 9000 '\(site.path("simd"))' >&3"
        let acts: [(act: String, slug: String)] = [
            ("kill -SEGV $$", "helper-crashed"), ("\(half); kill -KILL $$", "helper-crashed"),
            ("exit 0", "helper-crashed"), ("echo broken; exit 3", "helper-crashed"),
            ("echo '{\"confined\":{}}'", "binary-rejected"), ("finish", "binary-rejected"),
            ("\(half); finish", "trust-refused"),
            ("cat '\(bench.file)' >&3; finish", "trust-refused"),
            ("echo script >&3; finish", "binary-rejected"),
            ("cat '\(site.path("simd"))' >&3; finish; echo '{\"failed\":{}}'", ""),
        ]
        for (act, slug) in acts {
            try stage.act(act)
            let answer = try await bench.prepare("v3", url: try site.pinned("simd"))
            if slug.isEmpty {
                #expect(answer.json["result"]?["trust"]?.string == "pinned", "\(answer.body)")
                #expect(try bench.placed() == site.digest("simd"))
            } else {
                #expect(answer.failure == slug, "\(act): \(answer.body)")
                #expect(try bench.isClean("v3"), "\(act)")
            }
        }
        try await isUntouched(pid, height)
        #expect(try await node.stop() == 0)
    }

    @Test func `one that leaves a writer behind changes nothing of what was staged`() async throws {
        try await start(bench)
        try await bench.declare("v4", pin: try site.digest("simd"))
        let content = site.path("simd")
        // In a process group of its own, which is not ended along; and in this one, which is.
        for apart in ["setsid", ""] {
            let write = "for i in $(seq 300); do printf evil 1<>/proc/self/fd/3; done"
            try stage.act(
                "cat '\(content)' >&3; \(apart) sh -c '\(write)' >/dev/null 2>&1 <&- & finish")
            let answer = try await bench.prepare("v3", url: try site.pinned("simd"))
            if answer.json["state"]?.string == "succeeded" {
                #expect(try bench.placed() == site.digest("simd"))
                #expect(try await node.curl("/v1/plans/v3/binary", "-X DELETE").status == 204)
            } else {
                #expect(["trust-refused", "binary-rejected"].contains(answer.failure))
            }
            #expect(try bench.isClean("v3"))
            // The same of an unpacked file, while its name and its content change.
            let change =
                "for i in $(seq 300); do printf evil 1<>simd; cp simd new; mv new simd; done"
            try stage.act(
                "cd /proc/self/fd/4; cp '\(content)' simd; \(apart) sh -c '\(change)' "
                    + ">/dev/null 2>&1 <&- & finish")
            let token = try await bench.token("operate")
            let unpacked = try await bench.put("v4", archive: site.path("akash.zip"), token: token)
            if unpacked.status == 201 {
                #expect(try node.digest("cosmovisor/upgrades/v4/bin/simd") == site.digest("simd"))
                #expect(try await node.curl("/v1/plans/v4/binary", "-X DELETE").status == 204)
            } else {
                #expect(unpacked.status == 422, "\(unpacked.body)")
            }
            #expect(try bench.quarantine.isEmpty)
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `one that unpacks into what it likes is taken at nothing but files`() async throws {
        try await start(bench)
        let token = try await bench.token("operate")
        let simd = site.path("simd")
        let acts = [
            "ln -s '\(simd)' simd", "mkfifo simd", "mkdir -p bin/simd", "ln -s / bin",
            "cp '\(simd)' simd; chmod 0 simd; truncate -s 6G simd", "printf x > simd",
            "mkdir a; ln -s ../a a/a; ln -s '\(simd)' a/simd",
        ]
        for act in acts {
            try stage.act("cd /proc/self/fd/4; \(act); finish")
            let answer = try await bench.put("v3", archive: site.path("akash.zip"), token: token)
            #expect(answer.status == 422 && answer.problem == "binary-rejected", "\(act)")
            #expect(try bench.isClean("v3"), "\(act)")
        }
        #expect(try await node.stop() == 0)
    }

    @Test func `one that never ends is ended, with all that it has started`() async throws {
        try await start(bench)
        let (pid, height) = (try node.status().daemon?.pid, node.ledger.height(of: "v1"))
        for act in ["trap '' TERM; cat /dev/zero >/dev/null & wait", "yes", "exec >&-; sleep 1000"]
        {
            try stage.act("echo $$ > '\(stage.folder)/pid'; \(act)")
            let begun = try await bench.prepare("v3", url: try site.pinned("simd"), wait: 0)
            let operation = try #require(begun.headers["location"])
            try await eventually("it runs") { access(stage.folder + "/pid", F_OK) == 0 }
            #expect([202, 409].contains(try await node.curl(operation, "-X DELETE").status))
            let ended = try await node.curl(operation, "-H 'Prefer: wait=50'")
            // One that closes its output is given a moment to end, and killed then.
            #expect(["cancelled", "failed"].contains(ended.json["state"]?.string), "\(ended.body)")
            let group = try await shell("cat '\(stage.folder)/pid'; rm '\(stage.folder)/pid'")
            let leader = try #require(Int32(group.dropLast()))
            try await eventually("its group is gone") { kill(-leader, 0) != 0 }
            #expect(try bench.isClean("v3"))
        }
        try await isUntouched(pid, height)
        #expect(try await node.stop() == 0)
    }

    @Test(.enabled(if: geteuid() == 0))
    func `one that fills the disk is ended before the node sees it full`() async throws {
        let disk = try SmallDisk(size: "160m")
        let node = try TestNode(
            at: disk.path + "/home", program: try disk.copyOfSimchain(),
            chain: ["upgrades": "v2@1000000"], v1: [:], v2: nil)
        let bench = try await UploadBench(node)
        try await bench.start(
            site.environment.merging(["SWITCHYARD_RESERVE": "60MiB"]) { $1 },
            by: stage.switchyard)
        let free = try disk.free()
        // Slow enough to be seen at it.
        let fill = "while head -c 1000000 /dev/zero; do sleep 0.02; done"
        try stage.act("\(fill) >&3")
        let answer = try await bench.prepare("v3", url: try site.pinned("simd"))
        #expect(answer.failure == "disk-reserve", "\(answer.body)")
        try stage.act("cd /proc/self/fd/4; \(fill) > simd")
        let token = try await bench.token("operate")
        let unpacked = try await bench.put("v3", archive: site.path("akash.zip"), token: token)
        #expect(unpacked.status == 507 && unpacked.problem == "disk-reserve", "\(unpacked.body)")
        #expect(try bench.isClean("v3"))
        #expect(try disk.free() > free - (8 << 20))
        try await node.reaches(node.ledger.height(of: "v1") + 5, "v1")
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }

    @Test func `one that is not there is missed by name`() async throws {
        unlink(stage.folder + "/switchyard-stage")
        try await start(bench)
        let answer = try await bench.prepare("v3", url: try site.pinned("simd"))
        #expect(answer.failure == "helper-crashed", "\(answer.body)")
        #expect(answer.detail.contains("not installed"))
        #expect(try await node.stop() == 0)
    }
}
