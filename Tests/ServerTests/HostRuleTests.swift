import Testing

@testable import Server

struct HostRuleTests {
    private static let allowed = AllowedHosts(["gaia.example", "OPS.example:8443", "[2001:db8::1]"])
    private static let peers = HostRule(own: .loopback, allowed: allowed ?? .none)
    private static let tcp = HostRule(own: .port(8080), allowed: .none)
    private static let proxied = HostRule(own: .none, allowed: allowed ?? .none)

    @Test(arguments: [
        ("localhost", true, false), ("localhost:8080", true, true), ("localhost:1", true, false),
        ("127.0.0.1:8080", true, true), ("127.9.8.7:8080", true, false),
        ("[::1]:8080", true, true), ("[::1]", true, false), ("[::1]x", false, false),
        ("[0:0::1]:8080", true, false), ("localhost.:8080", false, false),
        ("evil.test", false, false), ("evil.test:8080", false, false),
        ("localhost.evil.test:8080", false, false), ("127.0.0.1.evil.test", false, false),
        ("10.0.0.1:8080", false, false), ("0.0.0.0:8080", false, false),
        ("[::]:8080", false, false), ("127.1:8080", false, false), ("2130706433", false, false),
        ("localhost:", false, false), ("localhost:+80", false, false), ("::1", false, false),
        ("localhost:8080:8080", false, false), ("localhost:08080", true, true),
        ("localhost:73616", false, false), ("[127.0.0.1]:8080", false, false),
        ("[::ffff:127.0.0.1]:8080", false, false), ("[::1%25lo]:8080", false, false),
    ])
    func `a listener answers to its own names`(host: String, toPeers: Bool, onTCP: Bool) {
        #expect(Self.peers.admits(host) == toPeers)
        #expect(Self.tcp.admits(host) == onTCP)
        #expect(!Self.proxied.admits(host))
    }

    @Test(arguments: [
        ("gaia.example", true), ("gaia.example:99", true), ("ops.example", false),
        ("ops.example:8443", true), ("ops.example:844", false), ("a.gaia.example", false),
        ("gaia.example.evil.test", false), ("[2001:db8::1]:8080", true), ("[2001:db8::2]", false),
        ("2001:db8::1", false),
    ])
    func `names that are allowed are answered on every listener`(host: String, isAllowed: Bool) {
        for own in [HostRule.OwnNames.loopback, .port(8080), .none] {
            #expect(HostRule(own: own, allowed: Self.allowed ?? .none).admits(host) == isAllowed)
            #expect(!HostRule(own: own, allowed: .none).admits(host))
        }
    }

    @Test func `without a port in Host, TCP means port 80`() {
        #expect(HostRule(own: .port(80), allowed: .none).admits("localhost"))
    }

    @Test(arguments: [
        "*", "*.example", "http://gaia.example", "gaia.example/", "user@gaia.example", "",
        "gaia.example:", "gaia.example:x", "gaia.example:99999", "a b", "[::1", "[x]", "::1",
        "gaia_example?", "gaia%2eexample",
    ])
    func `only names and addresses can be allowed`(name: String) {
        #expect(AllowedHosts(["gaia.example", name]) == nil)
    }
}
