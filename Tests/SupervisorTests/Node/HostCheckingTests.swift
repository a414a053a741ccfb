import Logging
import Testing

@testable import Supervisor

/// What the log says of a host that is not ready, before there is any plan.
@Suite(.timeLimit(.minutes(5)))
struct HostCheckingTests {
    private let node: ScriptNode
    private let said = Locked<[String]>([])

    init() throws {
        node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
    }

    private struct Listener: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning
        let said: Locked<[String]>
        let changed: Signal

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard let check = event.metadata?["check"] else { return }
            said.withLock { $0.append("\(check): \(event.message)") }
            changed.raise()
        }
    }

    @Test func `what is amiss is said once at the start, without a plan, and anew when it changes`()
        async throws
    {
        let changed = Signal(on: node.loop)
        let said = said
        let log = Logger(label: "test") { _ in Listener(said: said, changed: changed) }
        let supervisor = node.supervisor(log: log) { setup in
            setup.hook = "hook.sh"
            setup.backupFolder = nil
            setup.staging.reserve = .bytes(0)
        }
        try await running(supervisor) { supervisor in
            while said.withLock(\.count) < 2 { _ = await changed.wait(until: nil) }
            let first = said.withLock(\.self)
            #expect(first.map { $0.prefix { $0 != ":" } } == ["backup", "hooks"])
            #expect(first.allSatisfy { $0.contains("not ready for an upgrade") })
            await supervisor.note(
                .systemd(
                    stop: .init(timeout: .seconds(5), killMode: "control-group"),
                    isExtended: false))
            while said.withLock(\.count) < 3 { _ = await changed.wait(until: nil) }
            #expect(said.withLock(\.last)?.contains("systemd kills it after 5.0s") == true)
            #expect(said.withLock(\.count) == 3)
        }
    }
}
