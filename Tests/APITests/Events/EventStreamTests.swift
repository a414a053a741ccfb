import Testing

@testable import API
@testable import Supervisor
@testable import SupervisorTests

/// The history as a stream of server-sent events.
@Suite(.timeLimit(.minutes(2)))
struct EventStreamTests {
    private let supervisor = NodeSupervisor.unbegun(StatusBoard(.bare))
    private let http = HTTPCounters()
    private let router: Router
    private var journal: Journal { supervisor.journal }

    init() {
        router = Router(node: supervisor, http: http)
        tell(5)
    }

    private func tell(_ count: Int) {
        for _ in 0..<count { journal.append(.daemonStarted, at: moment) { _ in .null } }
    }

    private func open(
        _ headers: Headers = [:], after: String? = nil, client: ClientWatch = .staying,
        as caller: Caller = .peer(uid: 0)
    ) async -> Response {
        var headers = headers
        headers.append("Accept", "text/event-stream")
        let query = after.map { [Target.Parameter(name: "after", value: $0)] } ?? []
        return await router.send(
            .get, "/v1/events", headers: headers, query: query, as: caller, client: client)
    }

    /// Takes the stream while the body runs, then leaves.
    private func follow(
        _ response: Response, _ body: (Taken) async throws -> Void
    ) async throws {
        guard case .stream(let stream) = response.body else {
            Issue.record("no stream: \(response.status)")
            return
        }
        let taken = Taken()
        try await withThrowingTaskGroup { group in
            group.addTask {
                do throws(StreamEnd) {
                    try await stream.produce(taken.writer)
                } catch {
                    taken.fail(error)
                }
                taken.end()
            }
            try await body(taken)
            group.cancelAll()
        }
    }

    @Test func `a stream without an id tells what comes`() async throws {
        let answer = await open()
        #expect(answer.header("Content-Type") == "text/event-stream")
        #expect(answer.header("X-Accel-Buffering") == "no")
        try await follow(answer) { taken in
            try await Eventually.holds("it begins") { taken.text == "retry: 3000\n\n" }
            #expect(http.snapshot.streams == 1)
            try await Eventually.holds("it is attached") { journal.readers == 1 }
            tell(1)
            try await Eventually.holds("event 6") { taken.ids == [6] }
            let name = journal.name
            #expect(
                taken.text == "retry: 3000\n\nid: \(name).6\nevent: daemon_started\n"
                    + #"data: {"actor":{"id":null,"kind":"system","label":null,"uid":null},"#
                    + #""at":"2026-11-23T06:55:57.120Z","data":null,"id":"\#(name).6","#
                    + #""kind":"daemon_started"}"# + "\n\n")
        }
        try await Eventually.holds("the journal forgets it") { journal.readers == 0 }
    }

    @Test func `a place is given back with the answer`() async throws {
        try await follow(await open()) { taken in
            try await Eventually.holds("it begins") { !taken.text.isEmpty }
        }
        try await Eventually.holds("the place is free") { http.snapshot.streams == 0 }
    }

    @Test func `after an id comes exactly what was missed, then what comes`() async throws {
        let ways = [
            await open(["Last-Event-ID": "\(journal.name).3"]),
            await open(after: "\(journal.name).3"),
            await open(["Last-Event-ID": "\(journal.name).3"], after: "\(journal.name).1"),
        ]
        for (index, answer) in ways.enumerated() {
            let newest = 5 + index
            try await follow(answer) { taken in
                try await Eventually.holds("what was missed") { taken.ids == Array(4...newest) }
                tell(1)
                try await Eventually.holds("what comes") { taken.ids == Array(4...newest + 1) }
            }
        }
    }

    @Test(arguments: ["other.3", "NAME.6", "nonsense", "NAME.0"])
    func `an id that is not known of resets the reader`(id: String) async throws {
        let name = journal.name
        let answer = await open(["Last-Event-ID": id.replacing("NAME", with: name)])
        try await follow(answer) { taken in
            try await Eventually.holds("the reset") { taken.text.hasSuffix("}\n\n") }
            #expect(
                taken.text == "retry: 3000\n\nid: \(name).5\nevent: reset\n"
                    + #"data: {"newest":"\#(name).5","oldest":"\#(name).1"}"# + "\n\n")
            tell(1)
            try await Eventually.holds("what comes") { taken.ids == [5, 6] }
        }
    }

    @Test func `a heartbeat comes when nothing happens`() async throws {
        let client = ClientWatch.hasty { true }
        try await follow(await open(client: client)) { taken in
            try await Eventually.holds("a heartbeat") { taken.text.contains("\n\n:\n\n") }
        }
    }

    @Test func `a caller whose token counts no more is let go`() async throws {
        let may = Locked(true)
        let client = ClientWatch.hasty { may.withLock(\.self) }
        try await follow(await open(client: client)) { taken in
            try await Eventually.holds("it begins") { !taken.text.isEmpty }
            #expect(!taken.hasEnded)
            may.withLock { $0 = false }
            try await Eventually.holds("it ends") { taken.hasEnded }
        }
    }

    @Test func `a reader too far behind is let go after what it may still have`() async throws {
        let answer = await open()
        try await follow(answer) { taken in
            try await Eventually.holds("it is attached") { journal.readers == 1 }
            taken.pause()
            tell(Journal.readerLimit + 10)
            taken.goOn()
            try await Eventually.holds("it ends") { taken.hasEnded }
            #expect(taken.ids.first == 6)
            #expect(taken.ids.count <= Journal.readerLimit + 2)
            #expect(taken.failure == nil)
        }
    }

    @Test func `a fifth stream of one caller is refused`() async throws {
        let token = Caller.token(id: "k7qm2x4a", label: nil, scope: .read)
        var held: [Response] = []
        for _ in 0..<4 { held.append(await open(as: token)) }
        let fifth = await open(as: token)
        #expect(fifth.status == .serviceUnavailable && fifth.slug == "too-many-streams")
        #expect(await open().status == .ok)
        held = []
        #expect(await open(as: token).status == .ok)
    }

    @Test func `all who follow share the bytes of an event`() throws {
        let frames = EventFrames()
        let event = journal.append(.daemonStarted) { _ in .null }
        let first = frames.live(event)
        for _ in 0..<2000 {
            _ = frames.live(journal.append(.daemonStarted) { _ in .null })
        }
        let later = journal.append(.daemonStarted) { _ in .null }
        let one = frames.live(later)
        let other = frames.live(later)
        #expect(one.withUnsafeBytes(\.baseAddress) == other.withUnsafeBytes(\.baseAddress))
        #expect(first == EventFrames.frame(event))
    }
}

/// What a client has taken of a stream.
private final class Taken: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var failure: StreamEnd?
        var isPaused = false
    }

    private let state = Locked(State())

    var text: String { String(decoding: state.withLock(\.bytes), as: UTF8.self) }
    var hasEnded: Bool { state.withLock(\.hasEnded) }
    var failure: StreamEnd? { state.withLock(\.failure) }

    /// The numbers of the events so far.
    var ids: [Int] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            .compactMap { EventID(String($0.dropFirst(4))).map { Int($0.number) } }
    }

    var writer: BodyWriter {
        BodyWriter { bytes throws(StreamEnd) in
            while self.state.withLock(\.isPaused) { await Task.yield() }
            self.state.withLock { $0.bytes += bytes }
        }
    }

    func pause() { state.withLock { $0.isPaused = true } }
    func goOn() { state.withLock { $0.isPaused = false } }
    func end() { state.withLock { $0.hasEnded = true } }
    func fail(_ end: StreamEnd) { state.withLock { $0.failure = end } }
}

extension ClientWatch {
    /// For whom a pause is over in a moment.
    fileprivate static func hasty(stillMay: @escaping @Sendable () -> Bool) -> ClientWatch {
        ClientWatch {
        } sleep: { _ in
            // For the stream time passes so; that it ends early when the task is cancelled is right.
            try? await Task.sleep(for: .milliseconds(1))
        } stillMay: {
            stillMay()
        }
    }
}

extension Journal {
    fileprivate var readers: Int { state.withLock(\.readers.count) }
}
