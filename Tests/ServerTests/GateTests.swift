import Testing

@testable import API
@testable import Server

struct GateTests {
    private func head(_ fields: String, line: String = "GET /v1/status HTTP/1.1") throws
        -> RequestHead
    {
        try RequestHead(Array("\(line)\r\n\(fields)\r\n\r\n".utf8)[...])
    }

    private func refusal(_ gate: Gate, _ head: RequestHead) -> String? {
        do throws(Problem) {
            _ = try gate.caller(of: head)
            return nil
        } catch {
            return error.slug
        }
    }

    private static let unix = HostRule(
        own: .loopback, allowed: AllowedHosts(["gaia.example", "ops.example:8443"]) ?? .none)

    private func gate(_ standing: PeerPolicy.Standing, tokens: TokenBook = .empty) -> Gate {
        Gate(hosts: Self.unix, standing: standing, tokens: tokens)
    }

    @Test(
        arguments: [
            ("", nil), ("Origin: http://localhost:80", "origin-refused"),
            ("Origin: http://localhost", nil), ("Origin: HTTPS://LOCALHOST", nil),
            ("Origin: null", "origin-refused"), ("Origin:", "origin-refused"),
            ("Origin: http://evil.test", "origin-refused"),
            ("Origin: http://gaia.example", nil), ("Origin: file://localhost", "origin-refused"),
            ("Origin: http://localhost\r\nOrigin: http://localhost", "origin-refused"),
            ("Sec-Fetch-Site: same-origin", nil), ("Sec-Fetch-Site: none", nil),
            ("Sec-Fetch-Site: same-site", "origin-refused"),
            ("Sec-Fetch-Site: cross-site", "origin-refused"),
            ("Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site", "origin-refused"),
            ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate", "origin-refused"),
        ] as [(String, String?)])
    func `pages of other origins are refused on every listener`(
        fields: String, slug: String?
    ) throws {
        let fields = fields.isEmpty ? "Host: localhost" : "Host: localhost\r\n\(fields)"
        for standing in [PeerPolicy.Standing.admitted(uid: 0), .byToken] {
            #expect(refusal(gate(standing), try head(fields)) == slug)
        }
    }

    @Test func `a link from elsewhere may open the start page`() throws {
        let gate = gate(.byToken)
        let fields = "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate"
        #expect(refusal(gate, try head(fields, line: "GET / HTTP/1.1")) == nil)
        #expect(refusal(gate, try head(fields, line: "POST / HTTP/1.1")) == "origin-refused")
    }

    @Test(arguments: [
        "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Anything: x",
        "X-Real-IP: 1.2.3.4", "Via: 1.1 nginx",
    ])
    func `a proxy is refused where peers are known by the kernel`(field: String) throws {
        let head = try head("Host: localhost\r\n\(field)")
        for standing in [PeerPolicy.Standing.admitted(uid: 0), .refused(uid: 7)] {
            #expect(refusal(gate(standing), head) == "proxy-on-peer-socket")
        }
        #expect(refusal(gate(.byToken), head) == nil)
    }

    @Test func `HTTP 1.0 is a proxy's on a peer socket`() throws {
        let head = try head("Host: localhost", line: "GET / HTTP/1.0")
        #expect(refusal(gate(.admitted(uid: 0)), head) == "proxy-on-peer-socket")
        #expect(refusal(gate(.byToken), head) == nil)
    }

    @Test func `an upgrade to another protocol is refused before all`() throws {
        for standing in [PeerPolicy.Standing.admitted(uid: 0), .refused(uid: 7), .byToken] {
            let problem = #expect(throws: Problem.self) {
                try gate(standing).caller(
                    of: head("Host: evil.test\r\nConnection: Upgrade\r\nUpgrade: websocket"))
            }
            #expect(problem == .upgradeRefused)
            #expect(problem?.status == .notImplemented)
        }
    }

    @Test func `a peer is called by its user's name`() throws {
        let head = try head("Host: localhost")
        #expect(try gate(.admitted(uid: 7)).caller(of: head) == .peer(uid: 7, name: nil))
        #expect(
            try gate(.admitted(uid: 7, name: "ops")).caller(of: head) == .peer(uid: 7, name: "ops"))
        #expect(UserNames().name(of: 0) == "root")
        #expect(UserNames().name(of: 4_000_000_000) == nil)
    }

    @Test func `Host is judged before Origin, and Origin before the peer`() throws {
        let gate = gate(.refused(uid: 7))
        #expect(refusal(gate, try head("Host: evil.test\r\nOrigin: null")) == "host-refused")
        #expect(refusal(gate, try head("Host: localhost\r\nOrigin: null")) == "origin-refused")
        #expect(refusal(gate, try head("Host: localhost")) == "peer-refused")
    }
}
