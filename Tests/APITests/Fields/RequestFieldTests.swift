import Testing

@testable import API
@testable import Supervisor

/// Fields of a request's head: Prefer and Idempotency-Key.
struct RequestFieldTests {
    @Test(arguments: [
        ("wait=10", 10), ("wait=0", 0), ("wait=50", 50), ("wait=51", 50), ("Wait = 7", 7),
        ("wait=99999999999999999999", 50), ("respond-async, wait=10", 10), (#"wait="10""#, 10),
        ("wait=10; foo=bar", 10), ("wait=10, wait=20", 10), ("wait", nil), ("wait=", nil),
        ("wait=-1", nil), ("wait=1.5", nil), ("waiting=10", nil), ("", nil),
    ])
    func `what is preferred is read leniently`(value: String, seconds: Int?) {
        #expect(Patience(preferredIn: ["Prefer": value])?.seconds == seconds)
    }

    @Test(arguments: [
        (#""9b1c""#, "9b1c"), (#""a b""#, "a b"), (#""a\"b\\c""#, #"a"b\c"#),
        ("\"" + String(repeating: "x", count: 128) + "\"", String(repeating: "x", count: 128)),
    ])
    func `a key is a string in quotes`(field: String, text: String) throws {
        #expect(try key(field)?.text == text)
    }

    @Test(arguments: [
        "9b1c", #"""#, #""9b1c"#, #""""#, #""9b1c";x=1"#, #""a\n""#, #""é""#, #""a" "#, "",
        "\"" + String(repeating: "x", count: 129) + "\"",
    ])
    func `a key of another form is refused`(field: String) {
        #expect(throws: Problem.idempotencyKeyMalformed) { try key(field) }
        #expect(Problem.idempotencyKeyMalformed.status == .badRequest)
        #expect(Problem.idempotencyKeyMalformed.slug == nil)
    }

    @Test func `a fingerprint tells requests apart, and no more`() throws {
        let mine = try print(path: "/a", caller: .peer(uid: 1, name: "x"), body: "{}")
        #expect(try print(path: "/a", caller: .peer(uid: 1, name: "y"), body: "{}") == mine)
        let token = Caller.token(id: "k7qm2x4a", label: nil, scope: .operate)
        let others = [
            try print(path: "/b", caller: .peer(uid: 1, name: "x"), body: "{}"),
            try print(path: "/a", caller: .peer(uid: 2, name: "x"), body: "{}"),
            try print(path: "/a", caller: token, body: "{}"),
            try print(path: "/a", caller: .peer(uid: 1, name: "x"), body: "{ }"),
        ]
        #expect(Set(others + [mine]).count == 5)
        #expect(mine.utf8.count == 64)
    }

    private func key(
        _ field: String, path: String = "/a", caller: Caller = .peer(uid: 1), body: String = ""
    ) throws(Problem) -> Operation.IdempotencyKey? {
        let request = Request(
            method: .post, target: Target(path: path, segments: [], query: []),
            headers: ["Idempotency-Key": field], caller: caller)
        return try Operation.IdempotencyKey(of: request, body: Array(body.utf8))
    }

    private func print(path: String, caller: Caller, body: String) throws -> String {
        try #require(try key(#""k""#, path: path, caller: caller, body: body)).fingerprint
    }
}
