import FoundationEssentials
import Testing

/// Web pages in a real browser, on the host of the node or at the other end of an `ssh -L`.
@Suite(.enabled(if: Chromium.isThere, "Debian's chromium"))
struct BrowserTests {
    private let node: TestNode
    /// Of the API, and of the forwarder onto its Unix socket, whose callers are known by their user.
    private let (api, forwarded, other): (UInt16, UInt16, UInt16)

    init() throws {
        node = try TestNode(chain: ["upgrades": "v2@100000"])
        (api, forwarded, other) = (
            try TestNode.freePort(), try TestNode.freePort(), try TestNode.freePort()
        )
    }

    private func start() async throws {
        try node.start(["SWITCHYARD_LISTEN": "unix:\(node.socket),tcp:127.0.0.1:\(api)"])
        try await node.shows("the node") { $0.daemon?.pid != nil }
    }

    /// The site under all its addresses; `evil.test` has the API's own ports.
    private func site() async throws -> AttackerSite {
        try await AttackerSite(
            [
                "127.0.0.1:\(other)", "127.0.0.1:\(forwarded)=unix:\(node.socket)",
                "127.0.0.2:\(forwarded)=unix:\(node.socket)",
                "127.0.0.2:\(api)=tcp:127.0.0.1:\(api)",
            ], in: node)
    }

    /// What a page of that origin gets at the addresses.
    private func attack(from origin: String, on bases: [String]) async throws -> [AttackView] {
        let query = bases.map { "base=\($0)" }.joined(separator: "&")
        try await Chromium.visit(
            "http://\(origin)/attacker/?\(query)", until: "report", in: node)
        let report = try Data(contentsOf: URL(filePath: node.path + "/report"))
        let attacks = try JSONDecoder().decode([AttackView].self, from: report)
        #expect(attacks.count == 14 * bases.count)
        return attacks
    }

    @Test func `a page of another origin reads nothing and changes nothing`() async throws {
        try await start()
        let site = try await site()
        let before = try await history()
        let attacks = try await attack(
            from: "other.test:\(other)",
            on: [
                "http://127.0.0.1:\(api)", "http://localhost:\(api)", "http://evil.test:\(api)",
                "http://127.0.0.1:\(forwarded)", "http://localhost:\(forwarded)",
                "http://evil.test:\(forwarded)",
            ])
        for attack in attacks { #expect(attack.outcome == "blocked", "\(attack)") }
        try await wasOnlyRefused(["host", "origin"], since: before)
        withExtendedLifetime(site) {}
    }

    @Test func `a page whose name leads to the API later on is not answered`() async throws {
        try await start()
        let site = try await site()
        for port in [api, forwarded] {
            let before = try await history()
            let attacks = try await attack(from: "evil.test:\(port)", on: [""])
            for attack in attacks {
                let isRefused =
                    ["421", "read"].contains(attack.outcome)
                    && attack.text.contains("/problems/host-refused")
                #expect(attack.outcome == "blocked" || isRefused, "\(attack)")
            }
            #expect(attacks.count { $0.outcome == "421" } == 7)
            try await wasOnlyRefused(["host"], since: before)
            try node.remove("report")
        }
        withExtendedLifetime(site) {}
    }

    @Test func `the page at the root is shown, and asks for nothing`() async throws {
        try await start()
        let address = "http://localhost:\(api)/"
        let document = try await Chromium.document(of: address, in: node)
        #expect(document.contains("<h1>Switchyard</h1>"), "\(document)")
        let network = try node.read("network")
        #expect(network.contains("\"url\":\"\(address)\""))
        // Of the browser itself no page is the initiator.
        #expect(!network.contains(#""initiator":"http"#))
    }

    // MARK: -

    /// What somebody did, and not the supervisor of itself.
    private func history() async throws -> [String] {
        try await node.get("/v1/events?limit=1000", as: ListView<EventView>.self).items
            .filter { $0.actor.kind != "system" }.map(\.id)
    }

    /// Something came and was refused for such reasons; nothing has happened, and nothing but the
    /// page at the root was answered.
    private func wasOnlyRefused(_ reasons: [String], since events: [String]) async throws {
        #expect(try await history() == events)
        let lines = try UnixClient.get("/metrics", socket: node.socket).split(separator: "\n")
        for reason in reasons {
            let name = "switchyard_http_refused_total{reason=\"\(reason)\"} "
            let count = lines.first { $0.hasPrefix(name) }?.dropFirst(name.count)
            #expect(count.flatMap { Int($0) } ?? 0 > 0, "\(reason)")
        }
        // Which the test itself asks for.
        let own = ["/v1/status", "/v1/events", "/metrics"].map { "\"\($0)\",method=\"GET\"" }
        let answered = lines.filter { line in
            line.hasPrefix("switchyard_http_requests_total{") && line.contains(#"code="2"#)
                && !line.hasSuffix(" 0") && !own.contains(where: line.contains)
        }
        #expect(answered.allSatisfy { $0.contains(#"route="/",method="GET""#) }, "\(answered)")
    }
}
