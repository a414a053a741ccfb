import FoundationEssentials
import StageMessages
import Testing

struct OrderTests {
    @Test func `an order is one line that reads back as it was`() throws {
        var fetch = FetchOrder(
            url: "https://a.example/b\nc", origin: .chain, allowsPrivate: false, limit: 1 << 30)
        fetch.patience.attempts = 2
        let orders: [StageOrder] = [
            .fetch(fetch), .unpack(UnpackOrder()),
            .probe(ProbeOrder(program: "/a", arguments: ["b"], folders: [], environment: [])),
            .ask(AskOrder(address: "a:1", method: "/b/c", request: Data([0, 255]))),
        ]
        for order in orders {
            let line = try JSONEncoder().encode(order)
            #expect(!line.contains(UInt8(ascii: "\n")))
            #expect(try JSONDecoder().decode(StageOrder.self, from: line) == order)
        }
    }
}
