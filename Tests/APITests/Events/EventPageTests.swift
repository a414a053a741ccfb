import Testing

@testable import API
@testable import Supervisor

/// The history in pages of JSON.
struct EventPageTests {
    private let supervisor = NodeSupervisor.unbegun(StatusBoard(.bare))
    private var journal: Journal { supervisor.journal }
    private var router: Router { Router(node: supervisor) }

    init() {
        for number in 1...5 {
            journal.append(.daemonStarted, at: moment) { _ in
                .object(["pid": .integer(Int64(number))])
            }
        }
    }

    private func page(_ query: String, headers: Headers = [:]) async -> Response {
        let parameters = query.split(separator: "&").map { part in
            let words = part.split(separator: "=", omittingEmptySubsequences: false).map(
                String.init)
            return Target.Parameter(name: words[0], value: words[1])
        }
        return await router.send(.get, "/v1/events", headers: headers, query: parameters)
    }

    private func numbers(_ answer: Response) -> [Int] {
        guard case .array(let items)? = answer.json["items"] else { return [] }
        return items.compactMap { $0["id"]?.string.flatMap { EventID($0) } }.map { Int($0.number) }
    }

    @Test func `a page begins with the oldest, and says where the next is`() async {
        let first = await page("limit=2")
        #expect(numbers(first) == [1, 2])
        #expect(
            first.json["next"] == .string("/v1/events?after=\(journal.name).2&limit=2"))
        #expect(first.json["reset"] == .null)
        let last = await page("after=\(journal.name).2&limit=3")
        #expect(numbers(last) == [3, 4, 5])
        #expect(last.json["next"] == .null)
        let whole = await page("")
        #expect(numbers(whole) == [1, 2, 3, 4, 5])
        let none = await page("after=\(journal.name).5")
        #expect(numbers(none) == [] && none.json["next"] == .null)
    }

    @Test func `an event has all its members`() async {
        let answer = await page("limit=1")
        #expect(
            answer.text
                == #"{"items":[{"actor":{"id":null,"kind":"system","label":null,"uid":null},"#
                + #""at":"2026-11-23T06:55:57.120Z","data":{"pid":1},"id":"\#(journal.name).1","#
                + #""kind":"daemon_started"}],"next":"/v1/events?after=\#(journal.name).1&limit=1","#
                + #""reset":null}"#)
    }

    @Test(arguments: ["other.3", "NAME.6"])
    func `what is not known of is told, and the page begins with the oldest`(id: String) async {
        let answer = await page("after=" + id.replacing("NAME", with: journal.name))
        #expect(numbers(answer) == [1, 2, 3, 4, 5])
        #expect(answer.json["reset"]?["oldest"] == .string("\(journal.name).1"))
        #expect(answer.json["reset"]?["newest"] == .string("\(journal.name).5"))
    }

    @Test(arguments: [
        ("limit=0", "/limit"), ("limit=1001", "/limit"), ("limit=x", "/limit"),
        ("limit=", "/limit"), ("limit=1&limit=2", "/limit"), ("after=x", "/after"),
        ("after=", "/after"), ("after=a.1&after=a.2", "/after"),
    ])
    func `a parameter that cannot be understood is refused`(query: String, pointer: String) async {
        let answer = await page(query)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains(#""pointer":"\#(pointer)""#))
    }

    @Test(arguments: ["*/*", "application/json", "text/html", "text/event-stream;q=0.1, */*"])
    func `JSON is the default`(accept: String) async {
        #expect(
            await page("", headers: ["Accept": accept]).header("Content-Type") == "application/json"
        )
    }

    @Test func `operations are told as they are shown`() async {
        var operation = Operation(
            id: EventID(journal: journal.name, number: 6), kind: .restart, plan: nil,
            originator: .system, createdAt: moment,
            key: .init(text: "9b1c", fingerprint: "secret-print"))
        operation.failure = .init(slug: "start-failed", detail: "no", remedy: "yes")
        let kept = operation
        journal.append(.operationFinished) { _ in .object(["operation": kept.json]) }
        let answer = await page("after=\(journal.name).5")
        #expect(answer.text.contains(#""type":"/problems/start-failed""#))
        #expect(answer.text.contains(#""idempotency_key":"9b1c""#))
        #expect(!answer.text.contains("secret-print"))
        #expect(!answer.text.contains(#""failure""#))
    }
}
