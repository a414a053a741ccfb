import Testing

@testable import API
@testable import Supervisor

/// What a JSON body may hold.
struct RequestObjectTests {
    private func problem(
        _ text: String, _ take: (inout RequestObject) -> Void = { _ in }
    ) -> Problem? {
        do throws(Problem) {
            var object = try RequestObject(Array(text.utf8))
            take(&object)
            try object.end()
            return nil
        } catch {
            return error
        }
    }

    private func errors(
        _ text: String, _ take: (inout RequestObject) -> Void = { _ in }
    ) -> [String] {
        guard case .array(let list)? = problem(text, take)?.members["errors"] else { return [] }
        return list.map {
            "\($0["pointer"]?.string ?? "?") \($0["detail"]?.string ?? "?")"
        }
    }

    @Test func `no body at all is an object without members`() {
        #expect(problem("") == nil)
        #expect(problem("{}") == nil)
    }

    @Test func `what is no JSON is told where it breaks`() {
        #expect(problem("{\"a\":")?.type == .malformedJSON)
        #expect(problem("{\"a\":")?.detail?.contains("byte 5") == true)
        #expect(problem("{\"a\":")?.status == .badRequest)
    }

    @Test func `what is no object is refused as a whole`() {
        #expect(errors("[1]") == [" must be an object"])
        #expect(errors("null") == [" must be an object"])
    }

    @Test func `all that is wrong is told at once`() {
        let found = errors(#"{"hold":1,"a/b":2,"reason":null,"reason":null}"#) { object in
            _ = object.bool("hold")
            _ = object.reason()
        }
        #expect(
            found == [
                "/reason is there twice", "/hold must be true or false, or null",
                "/a~1b is not known",
            ])
    }

    @Test func `null is as good as missing`() {
        var taken: Bool? = true
        let failure = problem(#"{"hold":null}"#) { taken = $0.bool("hold") }
        #expect(failure == nil)
        #expect(taken == nil)
    }

    @Test(
        arguments: [
            (#"7"#, 7), (#""7""#, 7), ("0", nil), ("-1", nil), ("1.5", nil), (#""""#, nil),
            (#""0x1""#, nil), ("true", nil), ("9223372036854775807", Height.max), ("7.0", 7),
            ("7e2", 700), ("9007199254740994.0", nil), ("-7.0", nil),
        ] as [(String, Height?)])
    func `a height is a number from 1, or text of digits`(text: String, height: Height?) {
        var taken: Height?
        let failure = problem("{\"height\":\(text)}") { taken = $0.height("height") }
        #expect(taken == height)
        #expect((failure == nil) == (height != nil))
    }

    @Test func `a digest is lower-cased, and nothing else is one`() {
        let digest = String(repeating: "aB", count: 32)
        var taken: String?
        let failure = problem("{\"sha256\":\"\(digest)\"}") { taken = $0.sha256("sha256") }
        #expect(failure == nil)
        #expect(taken == digest.lowercased())
        let found = errors("{\"sha256\":\"\(digest)0\"}") { _ = $0.sha256("sha256") }
        #expect(found == ["/sha256 must be the 64 hex digits of a SHA-256, or null"])
    }

    @Test func `a word is one of its list`() {
        let found = errors(#"{"trigger":"now"}"#) { _ = $0.word("trigger", of: ListenerKind.self) }
        #expect(found == [#"/trigger must be one of "unix", "tcp", or null"#])
    }
}
