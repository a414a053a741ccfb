import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// What an upload may cost the node: memory, disk, time.
struct UploadLimitTests {
    @Test func `a gibibyte takes at most 8 MiB of memory`() async throws {
        let bench = try await UploadBench(size: 1 << 30)
        try await bench.start()
        let pid = try #require(bench.node.supervisor?.pid)
        // The first one pays for what is made once.
        let small = try UploadBench.program(of: 2_000_000, at: bench.node.path + "/small")
        let put = "-X PUT \(bench.content)"
        #expect(
            try await bench.node.curl("/v1/plans/v4/binary", "\(put) -T '\(small)'").status == 201)
        let before = try Memory(pid).anonymous
        let answer = try await shell(
            "curl -s -o /dev/null -w '%{http_code}' -m 120 --unix-socket \"$SOCKET\" \(put) "
                + "-T '\(bench.file)' http://localhost/v1/plans/v3/binary & curl=$!\n"
                + "peak=0; while kill -0 $curl 2>/dev/null; do\n"
                + "now=$(sed -n 's/^RssAnon:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/\(pid)/status)\n"
                + "[ \"$now\" -gt $peak ] && peak=$now; sleep 0.01; done; wait $curl; echo \" $peak\"",
            ["SOCKET": bench.node.socket])
        let words = answer.split(whereSeparator: \.isWhitespace)
        #expect(words.first == "201")
        let peak = try #require(words.last.flatMap { Int($0) })
        #expect(peak > before / 2 && peak <= before + 8 * 1024, "\(before) to \(peak) KiB")
        #expect(try await bench.node.stop() == 0)
    }

    @Test func `an upload that is cut off leaves nothing, on the disk and of its place`()
        async throws
    {
        let bench = try await UploadBench()
        try await bench.start()
        let socket = try UnixClient.open(bench.node.socket)
        let head =
            "PUT /v1/plans/v3/binary HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
        let bytes = Array(try Data(contentsOf: URL(filePath: bench.file)).prefix(1_000_000))
        for piece in [Array(head.utf8), bytes] {
            #expect(send(socket, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count)
        }
        try await eventually("it is under way") { try bench.quarantine.count == 1 }
        let second = try await bench.node.curl(
            "/v1/plans/v4/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
        #expect(second.status == 409 && second.problem == "upload-in-progress")
        close(socket)
        try await eventually("nothing is left") { try bench.quarantine.isEmpty }
        try await eventually("its place is free") {
            let again = try await bench.node.curl(
                "/v1/plans/v4/binary", "-X PUT \(bench.content) -T '\(bench.file)'")
            return again.status == 201
        }
        #expect(!bench.node.exists("cosmovisor/upgrades/v3"))
        #expect(try await bench.node.stop() == 0)
    }

    @Test func `a crash in the middle leaves nothing, and nothing was ever on a runnable path`()
        async throws
    {
        let bench = try await UploadBench()
        try await bench.start()
        let socket = try UnixClient.open(bench.node.socket)
        defer { close(socket) }
        let head =
            "PUT /v1/plans/v3/binary HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
        #expect(send(socket, head, head.utf8.count, Int32(MSG_NOSIGNAL)) == head.utf8.count)
        try await eventually("it is under way") { try bench.quarantine.count == 1 }
        try await bench.node.kill9()
        #expect(!bench.node.exists("cosmovisor/upgrades/v3"))
        try bench.node.start(bench.environment)
        try await eventually("nothing is left") { try bench.quarantine.isEmpty }
        #expect(try await bench.node.stop() == 0)
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a disk that fills refuses the upload, and the node never sees it full`() async throws {
        let disk = try SmallDisk(size: "96m")
        let node = try TestNode(
            at: disk.path + "/home", program: try disk.copyOfSimchain(),
            chain: ["upgrades": "v2@1000000"], v1: [:], v2: nil)
        let bench = try await UploadBench(node)
        try await bench.start(["SWITCHYARD_RESERVE": "40MiB"])
        let big = try UploadBench.program(of: 200_000_000, at: "/tmp/switchyard-big-\(getpid())")
        defer { unlink(big) }
        let free = try disk.free()
        for (framing, plan) in [("", "v3"), ("-H 'Transfer-Encoding: chunked'", "v4")] {
            let answer = try await node.curl(
                "/v1/plans/\(plan)/binary", "-X PUT \(bench.content) \(framing) -T '\(big)'")
            #expect(answer.status == 507 && answer.problem == "disk-reserve")
        }
        #expect(try bench.quarantine.isEmpty)
        #expect(try disk.free() > free - (8 << 20))
        let height = node.ledger.height(of: "v1")
        try await node.reaches(height + 10, "v1")
        #expect(node.ledger.violations == [])
        #expect(try await node.stop() == 0)
    }
}

/// Memory of a process, in KiB.
private struct Memory {
    let anonymous: Int

    init(_ pid: pid_t) throws {
        let text = String(
            decoding: try Data(contentsOf: URL(filePath: "/proc/\(pid)/status")), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        anonymous = try #require(Int(line.filter(\.isNumber)))
    }
}
