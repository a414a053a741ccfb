import Testing

@testable import API
@testable import Server

/// Host × Origin × Sec-Fetch × listener, over real sockets: what a web page can make a browser send.
struct BrowserRuleTests {
    private enum Listener: CaseIterable {
        case peer, proxy, tcp
    }

    private struct Names {
        /// What is sent as Host, and on which listeners it is right.
        let hosts: [(String, Set<Listener>)]
        /// Whether an Origin is right depends on the Host; these are right everywhere, or nowhere.
        let foreign: [String]
    }

    private static func names(port: UInt16) -> Names {
        Names(
            hosts: [
                ("localhost:\(port)", [.peer, .tcp]), ("127.0.0.1:\(port)", [.peer, .tcp]),
                ("localhost:1", [.peer]), ("gaia.example", [.peer, .proxy, .tcp]),
                ("evil.test", []), ("evil.test:\(port)", []), ("10.0.0.1:\(port)", []),
            ],
            foreign: [
                "null", "http://evil.test", "https://evil.test:\(port)",
                "http://localhost.evil.test",
                "file://", "http://localhost:2", "http://x@localhost:\(port)",
            ])
    }

    private static let fetches: [(String?, String?, isForeign: Bool)] = [
        (nil, nil, false), ("same-origin", "cors", false), ("none", "navigate", false),
        ("same-site", "cors", true), ("cross-site", "no-cors", true), ("cross-site", "cors", true),
        ("cross-site", "navigate", true), ("cross-site", "websocket", true), ("", "cors", true),
    ]

    @Test func `no page of another origin gets through any listener`() async throws {
        var options = ListenOptions()
        options.hosts = try #require(AllowedHosts(["gaia.example"]))
        try await TestServer.run(options: options) { server in
            let names = Self.names(port: server.port)
            for listener in Listener.allCases {
                let client = try Self.client(listener, server)
                for (host, listeners) in names.hosts {
                    let own: [String?] = [
                        nil, "http://\(host)", "https://gaia.example", "HTTPS://GAIA.EXAMPLE",
                    ]
                    for origin in own + names.foreign {
                        let isForeign = origin.map(names.foreign.contains) ?? false
                        for (site, mode, isForeignFetch) in Self.fetches {
                            let fields = [
                                origin.map { "Origin: \($0)" },
                                site.map { "Sec-Fetch-Site: \($0)" },
                                mode.map { "Sec-Fetch-Mode: \($0)" },
                            ].compactMap(\.self)
                            let answer = try client.ask(Self.request("/livez", host, fields))
                            let expected =
                                !listeners.contains(listener)
                                ? 421 : isForeign || isForeignFetch ? 403 : 200
                            #expect(
                                answer.status == expected, "\(listener) \(host) \(fields)")
                            #expect(!answer.lowercased().contains("access-control-"))
                        }
                    }
                }
            }
        }
    }

    @Test func `a link from elsewhere opens the start page and nothing else`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]
            for (path, method, target, passes) in [
                ("/", "GET", nil, true), ("/?x=1", "GET", "document", true),
                ("/", "GET", "iframe", false), ("/", "POST", nil, false),
                ("/", "HEAD", nil, false), ("/livez", "GET", nil, false), ("//", "GET", nil, false),
                ("/v1/status", "GET", "document", false),
            ] as [(String, String, String?, Bool)] {
                let fields = link + (target.map { ["Sec-Fetch-Dest: \($0)"] } ?? [])
                let text = Self.request(path, "localhost", fields, method: method)
                client.send(text)
                let answer = try client.answers(1, toHead: method == "HEAD").first
                #expect((answer?.status != 403) == passes, "\(method) \(path)")
            }
        }
    }

    @Test(arguments: [
        ("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        ("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        ("GET /livez HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n", 501),
        ("GET /livez HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n", 501),
        ("OPTIONS /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", 204),
    ])
    func `nothing is tunnelled, upgraded or allowed to other origins`(
        text: String, status: Int
    ) async throws {
        try await TestServer.run { server in
            let answer = try Client(unix: server.unix).ask(text)
            #expect(answer.status == status)
            #expect(!answer.lowercased().contains("access-control-"))
        }
    }

    private static func client(_ listener: Listener, _ server: TestServer) throws -> Client {
        switch listener {
        case .peer: try Client(unix: server.unix)
        case .proxy: try Client(unix: server.token)
        case .tcp: try Client(port: server.port)
        }
    }

    private static func request(
        _ path: String, _ host: String, _ fields: [String], method: String = "GET"
    ) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }
}
