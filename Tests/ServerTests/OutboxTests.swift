import Supervisor
import Testing

@testable import Server

/// What waits to be told to systemd stays small and in order.
struct OutboxTests {
    /// What is told of it, word by word, once everything was added.
    private func told(_ outbox: Outbox) async -> [String] {
        let heard = Locked<[String]>([])
        await withTaskGroup { group in
            group.addTask {
                await outbox.forward { message in
                    heard.withLock { $0.append(message.word) }
                }
            }
            while !outbox.isEmpty { await Task.yield() }
            group.cancelAll()
        }
        return heard.withLock(\.self)
    }

    @Test func `only the newest status and one ping wait, the rest in order`() async {
        let outbox = Outbox()
        outbox.add(.state("READY=1"))
        for height in 1...1000 {
            outbox.add(.status("at \(height)"))
            outbox.add(.ping)
        }
        outbox.add(.drop(name: "daemon.1.2"))
        outbox.add(.state("STOPPING=1"))
        #expect(
            await told(outbox) == ["READY=1", "at 1000", "ping", "drop daemon.1.2", "STOPPING=1"])
    }

    @Test func `a message counts as waiting while it is being told`() async {
        let outbox = Outbox()
        let wasEmpty = Locked<Bool?>(nil)
        outbox.add(.ping)
        await withTaskGroup { group in
            group.addTask {
                await outbox.forward { _ in
                    wasEmpty.withLock { $0 = outbox.isEmpty }
                }
            }
            while !outbox.isEmpty { await Task.yield() }
            group.cancelAll()
        }
        #expect(wasEmpty.withLock(\.self) == false)
    }
}

extension Outbox.Message {
    fileprivate var word: String {
        switch self {
        case .state(let text), .status(let text): text
        case .ping: "ping"
        case .keep(_, let name): "keep \(name)"
        case .drop(let name): "drop \(name)"
        }
    }
}
