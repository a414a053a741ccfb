import Testing

@testable import API
@testable import Supervisor

struct DigestFieldsTests {
    // Of no bytes at all.
    private static let sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    private static let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let sha512 =
        "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="

    private func whole(_ values: String...) -> ContentDigests? {
        var headers = Headers()
        for value in values { headers.append("Repr-Digest", value) }
        return (try? DigestFields(headers))?.whole
    }

    @Test func `digests of both algorithms are read as hex`() throws {
        #expect(whole("sha-256=:\(Self.sha256):") == ContentDigests(sha256: Self.hex))
        let both = try #require(whole("sha-256=:\(Self.sha256):", "sha-512=:\(Self.sha512):"))
        #expect(both.sha256 == Self.hex && both.sha512?.hasPrefix("cf83e135") == true)
        #expect(whole() == ContentDigests())
        let fields = try DigestFields(["Content-Digest": "sha-256=:\(Self.sha256):"])
        #expect(fields.part.sha256 == Self.hex && fields.whole.isEmpty)
    }

    @Test(arguments: [
        "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", "unixsum=30637", "a;b=c;d", "x=?1", "x=\"a,b\\\"c\"",
        "x=(a \"b c\" 1);q=1", "*x=token", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:;p=1 , y",
    ])
    func `other algorithms are passed over, whatever their form`(other: String) {
        #expect(whole(other) == ContentDigests())
        #expect(
            whole("\(other),\tsha-256=:\(Self.sha256):;x=1") == ContentDigests(sha256: Self.hex))
    }

    @Test(arguments: [
        "sha-256", "sha-256=", "sha-256=abc", "sha-256=::", "sha-256=:\(sha256)",
        "sha-256=\(sha256)", "sha-256=:\(sha512):", "sha-512=:\(sha256):", "sha-256=:!!!!:",
        "sha-256=:\(sha256):,", "sha-256=:\(sha256): x", "SHA-256=:\(sha256):", ",", "=x",
        "x=(a", "x=\"a", "x=\"é\"", "x;", "x=1;=2", "sha-256=:\(sha256):;A",
    ])
    func `what is no dictionary, or no digest, is refused`(text: String) {
        let problem = #expect(throws: Problem.self) {
            try DigestFields(["Repr-Digest": text])
        }
        #expect(problem?.slug == "invalid-digest-field")
    }
}

struct UploadFieldsTests {
    @Test func `the fields of the draft are read`() throws {
        let fields = try UploadFields([
            "Upload-Complete": "?0", "Upload-Offset": "100", "Upload-Length": "999999999999999",
            "Upload-Draft-Interop-Version": "8",
        ])
        #expect(fields.complete == false)
        #expect(fields.offset == 100 && fields.length == 999_999_999_999_999)
        let none = try UploadFields([:])
        #expect(none.complete == nil && none.offset == nil && none.length == nil)
        // As URLSession sends it with every upload.
        let whole = try UploadFields([
            "Upload-Complete": "?1", "Upload-Draft-Interop-Version": "6",
        ])
        #expect(whole.complete == true)
    }

    @Test(arguments: [
        ["Upload-Complete": "1"], ["Upload-Complete": "?2"], ["Upload-Complete": ""],
        ["Upload-Offset": "-1"], ["Upload-Offset": ""], ["Upload-Offset": "1.0"],
        ["Upload-Length": "1000000000000000"],
        ["Upload-Complete": "?0", "Upload-Draft-Interop-Version": "6"],
    ])
    func `what cannot be read is refused`(fields: [String: String]) {
        var headers = Headers()
        for (name, value) in fields { headers.append(name, value) }
        let problem = #expect(throws: Problem.self) { try UploadFields(headers) }
        #expect(problem?.status == .badRequest)
    }

    @Test func `conditions name digests`() {
        let digest = String(repeating: "a", count: 64)
        #expect(BinaryCondition([:]) == .none)
        #expect(BinaryCondition(["If-Match": "\"\(digest)\""]) == .sha256([digest]))
        #expect(BinaryCondition(["If-Match": "*"]) == .present)
        #expect(BinaryCondition(["If-None-Match": "*"]) == .absent)
        // A weak tag fits nothing.
        guard case .sha256(let digests) = BinaryCondition(["If-Match": "W/\"\(digest)\""]) else {
            return #expect(Bool(false))
        }
        #expect(!digests.contains(digest))
    }
}

struct UploadTurnsTests {
    @Test func `a later request on an upload ends the earlier one, and waits for its end`() async {
        let turns = UploadTurns()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let order = Locked<[String]>([])
        await withTaskGroup { group in
            group.addTask {
                await turns.take("a") {
                    begin.finish()
                    let (never, _source) = AsyncStream<Void>.makeStream()
                    for await _ in never {}
                    withExtendedLifetime(_source) {}
                    order.withLock { $0.append("first") }
                }
            }
            for await _ in begun {}
            await turns.take("b") { order.withLock { $0.append("other") } }
            await turns.take("a") { order.withLock { $0.append("second") } }
        }
        #expect(order.withLock(\.self) == ["other", "first", "second"])
    }
}
