import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Uploads of several requests (draft-ietf-httpbis-resumable-upload), over a real socket.
struct ResumableUploadTests {
    private let bench: UploadBench
    private var node: TestNode { bench.node }

    init() async throws {
        bench = try await UploadBench()
        try await bench.start(info: bench.info)
    }

    /// Begins an upload without content; answers its path.
    private func begin(_ more: String = "") async throws -> String {
        let answer = try await node.curl(
            "/v1/plans/v3/binary", "-X PUT -H 'Upload-Complete: ?0' \(more)")
        #expect(answer.status == 201 && answer.body.isEmpty)
        #expect(answer.headers["upload-limit"] == "max-size=1073741824, max-age=86400")
        #expect(answer.headers["upload-offset"] == "0")
        #expect(answer.headers["upload-complete"] == "?0")
        let path = try #require(answer.headers["location"])
        #expect(path.hasPrefix("/v1/uploads/") && path.count == 12 + 32)
        return path
    }

    /// Sends a stretch of the file.
    private func append(
        _ path: String, _ bytes: Range<Int>, isLast: Bool = false, _ more: String = ""
    ) async throws -> CurlAnswer {
        _ = try await shell(
            "tail -c +$((FROM + 1)) \"$FILE\" | head -c $COUNT > \"$FILE.part\"",
            ["FROM": "\(bytes.lowerBound)", "COUNT": "\(bytes.count)", "FILE": bench.file])
        return try await node.curl(
            path,
            "-X PATCH --data-binary @'\(bench.file).part' "
                + "-H 'Content-Type: application/partial-upload' "
                + "-H 'Upload-Offset: \(bytes.lowerBound)' "
                + "-H 'Upload-Complete: \(isLast ? "?1" : "?0")' \(more)")
    }

    private func offset(_ path: String) async throws -> Int? {
        let answer = try await node.curl(path, "--head")
        #expect(answer.status == 204 && answer.headers["upload-complete"] == "?0")
        return answer.headers["upload-offset"].flatMap { Int($0) }
    }

    @Test func `three parts make one binary, with a cut and a crash in between`() async throws {
        let path = try await begin("-H 'Upload-Length: 3000000'")
        #expect(try await offset(path) == 0)
        let first = try await append(path, 0..<1_000_000)
        #expect(first.status == 204 && first.headers["upload-offset"] == "1000000")
        // One that says more than it sends, and goes: what came is kept.
        try cutPatch(path, at: 1_000_000, sending: 500_000)
        try await eventually("what came is there") { try await offset(path) == 1_500_000 }
        try await node.kill9()
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        try node.start(bench.environment)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        #expect(try await offset(path) == 1_500_000)
        let wrong = try await append(path, 1_000_000..<2_000_000)
        #expect(wrong.status == 409 && wrong.headers["upload-offset"] == "1500000")
        #expect(wrong.json["expected-offset"] == .integer(1_500_000))
        #expect(wrong.json["provided-offset"] == .integer(1_000_000))
        #expect(
            wrong.json["type"]?.string
                == "https://iana.org/assignments/http-problem-types#mismatching-upload-offset")
        #expect(!node.exists("cosmovisor/upgrades/v3"))
        let last = try await append(path, 1_500_000..<3_000_000, isLast: true)
        #expect(last.status == 201 && last.headers["upload-complete"] == "?1")
        #expect(last.headers["location"] == "/v1/plans/v3/binary")
        #expect(last.json["trust"]?.string == "plan_checksum")
        #expect(try bench.placed() == bench.sha256)
        #expect(try await node.curl(path, "--head").status == 404)
        #expect(try await node.stop() == 0)
    }

    /// Sends a part whose end never comes, then closes.
    private func cutPatch(_ path: String, at offset: Int, sending count: Int) throws {
        let socket = try UnixClient.open(node.socket)
        defer { close(socket) }
        let head =
            "PATCH \(path) HTTP/1.1\r\nHost: localhost\r\nUpload-Complete: ?0\r\n"
            + "Content-Type: application/partial-upload\r\nUpload-Offset: \(offset)\r\n"
            + "Content-Length: \(2 * count)\r\n\r\n"
        let bytes = try Data(contentsOf: URL(filePath: bench.file))[offset..<offset + count]
        for piece in [Array(head.utf8), Array(bytes)] {
            guard send(socket, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count else {
                throw HarnessError("send")
            }
        }
    }

    @Test func `a new request ends one that still waits on the same upload`() async throws {
        let path = try await begin()
        let socket = try UnixClient.open(node.socket)
        defer { close(socket) }
        let head =
            "PATCH \(path) HTTP/1.1\r\nHost: localhost\r\nUpload-Complete: ?0\r\n"
            + "Content-Type: application/partial-upload\r\nUpload-Offset: 0\r\n"
            + "Content-Length: 1000\r\n\r\n"
        #expect(send(socket, head, head.utf8.count, Int32(MSG_NOSIGNAL)) == head.utf8.count)
        try await eventually("the other writes") {
            try await node.curl("/metrics").body.contains("switchyard_uploads_active 1\n")
        }
        let all = try await append(path, 0..<3_000_000, isLast: true)
        #expect(all.status == 201)
        #expect(try await node.stop() == 0)
    }

    @Test func `a part with another digest is not taken`() async throws {
        let path = try await begin()
        _ = try await append(path, 0..<1000)
        let zero = "sha-256=:\(String(repeating: "A", count: 43))=:"
        let wrong = try await append(
            path, 1000..<2000, isLast: true, "-H 'Content-Digest: \(zero)'")
        #expect(wrong.status == 422 && wrong.problem == "content-mismatch")
        #expect(try await offset(path) == 1000)
        let digest = try await shell(
            "tail -c +1001 \"$FILE\" | openssl dgst -sha256 -binary | base64",
            ["FILE": bench.file]
        ).dropLast()
        let right = try await append(
            path, 1000..<3_000_000, isLast: true,
            "-H 'Content-Digest: sha-256=:\(digest):'")
        #expect(right.status == 201)
        #expect(try await node.stop() == 0)
    }

    @Test func `lengths that contradict each other are refused`() async throws {
        let path = try await begin("-H 'Upload-Length: 3000000'")
        let more = try await append(path, 0..<1000, "-H 'Upload-Length: 3000001'")
        #expect(more.status == 400)
        #expect(more.json["type"]?.string?.hasSuffix("#inconsistent-upload-length") == true)
        #expect(try await append(path, 0..<1000, isLast: true).status == 400)
        #expect(try await offset(path) == 0)
        let fields = "-X PATCH --data-binary x -H 'Content-Type: application/partial-upload'"
        #expect(try await node.curl(path, fields).status == 400)
        let type = "-X PATCH --data-binary x -H 'Upload-Offset: 0' -H 'Upload-Complete: ?0'"
        #expect(try await node.curl(path, type).status == 415)
        #expect(try await node.stop() == 0)
    }

    @Test func `an upload is its actor's alone, and goes when it is cancelled`() async throws {
        let path = try await begin()
        let operate = try await bench.token("operate")
        let other = try await shell(
            "curl -s -o /dev/null -w '%{http_code}' -K \"$CONFIG\" --unix-socket \"$SOCKET\" "
                + "--head \"http://localhost$URL\"",
            ["CONFIG": operate, "SOCKET": node.socket, "URL": path])
        #expect(other == "404")
        #expect(try await node.curl(path, "-X DELETE").status == 204)
        let gone = try await node.curl(path, "-X DELETE")
        #expect(gone.status == 404 && gone.problem == "upload-unknown")
        #expect(try bench.quarantine.isEmpty)
        let options = try await node.curl("/v1/plans/v3/binary", "-X OPTIONS")
        #expect(options.status == 204)
        #expect(options.headers["upload-limit"] == "max-size=1073741824, max-age=86400")
        #expect(options.headers["allow"] == "PUT, DELETE, OPTIONS")
        let nameless = try await node.curl("/v1/plans/v3%0A/binary", "-X OPTIONS")
        #expect(nameless.status == 422 && nameless.problem == "invalid-name")
        #expect(try await node.stop() == 0)
    }
}
