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

    private static let unix = HostRule(port: nil, allowed: ["gaia.example", "ops.example:8443"])
    private static let tcp = HostRule(port: 8080, allowed: [])

    @Test(arguments: [
        ("localhost", true, false), ("localhost:8080", true, true), ("localhost:1", true, false),
        ("127.0.0.1:8080", true, true), ("127.9.8.7:8080", true, true),
        ("[::1]:8080", true, true), ("[::1]", true, false), ("[::1]x", false, false),
        ("gaia.example", true, false), ("gaia.example:99", true, false),
        ("ops.example", false, false), ("ops.example:8443", true, false),
        ("evil.test", false, false), ("evil.test:8080", false, false),
        ("localhost.evil.test:8080", false, false), ("127.0.0.1.evil.test", false, false),
        ("10.0.0.1:8080", false, false), ("0.0.0.0:8080", false, false),
        ("[::]:8080", false, false),
        ("127.1:8080", false, false), ("2130706433", false, false), ("localhost:", false, false),
        ("localhost:+80", false, false), ("::1", false, false),
        ("localhost:8080:8080", false, false),
    ])
    func `only names of the listener are answered`(host: String, onUnix: Bool, onTCP: Bool) {
        #expect(Self.unix.admits(host) == onUnix)
        #expect(Self.tcp.admits(host) == onTCP)
    }

    @Test func `without a port in Host, TCP means port 80`() {
        #expect(HostRule(port: 80, allowed: []).admits("localhost"))
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
            let gate = Gate(hosts: Self.unix, standing: standing)
            #expect(refusal(gate, try head(fields)) == slug)
        }
    }

    @Test func `a link from elsewhere may open the start page`() throws {
        let gate = Gate(hosts: Self.unix, standing: .byToken)
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
        #expect(
            refusal(Gate(hosts: Self.unix, standing: .admitted(uid: 0)), head)
                == "proxy-on-peer-socket")
        #expect(refusal(Gate(hosts: Self.unix, standing: .byToken), head) == nil)
    }

    @Test func `HTTP 1.0 is a proxy's on a peer socket`() throws {
        let head = try head("Host: localhost", line: "GET / HTTP/1.0")
        #expect(
            refusal(Gate(hosts: Self.unix, standing: .admitted(uid: 0)), head)
                == "proxy-on-peer-socket")
        #expect(
            refusal(
                Gate(hosts: Self.tcp, standing: .byToken),
                try self.head("Host: localhost:8080", line: "GET / HTTP/1.0")) == nil)
    }

    @Test func `a token is judged alone, also of a peer`() throws {
        let gate = Gate(hosts: Self.unix, standing: .admitted(uid: 7))
        #expect(try gate.caller(of: head("Host: localhost")) == .peer(uid: 7))
        #expect(
            try gate.caller(of: head("Host: localhost\r\nAuthorization: Bearer x"))
                == .invalidToken)
    }

    @Test func `Host is judged before Origin, and Origin before the peer`() throws {
        let gate = Gate(hosts: Self.unix, standing: .refused(uid: 7))
        #expect(refusal(gate, try head("Host: evil.test\r\nOrigin: null")) == "host-refused")
        #expect(refusal(gate, try head("Host: localhost\r\nOrigin: null")) == "origin-refused")
        #expect(refusal(gate, try head("Host: localhost")) == "peer-refused")
    }
}
