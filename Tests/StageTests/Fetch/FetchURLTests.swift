import StageMessages
import Testing

@testable import Stage

struct FetchURLTests {
    private func url(
        _ text: String, _ origin: FetchOrder.Origin = .chain, allowsPrivate: Bool = false
    ) throws(StageFailure) -> FetchURL {
        try FetchURL(
            FetchOrder(url: text, origin: origin, allowsPrivate: allowsPrivate, limit: 1))
    }

    @Test(arguments: [
        ("https://a.example/b", "https://a.example/b"),
        ("HTTPS://a.example:8443/b?token=c#d", "https://a.example:8443/b"),
        ("https://a.example", "https://a.example/"),
        ("https://127.1/", "https://127.0.0.1/"), ("https://0x7f000001/", "https://127.0.0.1/"),
        ("https://2130706433/", "https://127.0.0.1/"), ("https://[::1]:1/a", "https://[::1]:1/a"),
    ])
    func `an https URL is shown without what may be secret`(text: String, shown: String) throws {
        #expect(try url(text).shown == shown)
    }

    @Test(arguments: [
        "git::https://a.example/b", "hg::https://a", "s3::https://a", "gcs::https://a",
        "git@a.example:b", "git://a/b", "ssh://a/b", "s3://a/b", "gcs://a", "file:///etc/passwd",
        "ftp://a/b", "FILE:///a", "gopher://a", "ldap://a", "data:,a", "javascript:a", "/a/b",
        "./a", "a.example/b", "", "https:a", "https::https://a/b", "scp://a/b", "dict://a:1/",
    ])
    func `whatever is not https is refused by its scheme, also for an operator`(text: String) {
        for origin: FetchOrder.Origin in [.chain, .operator] {
            let failure = #expect(throws: StageFailure.self) { try url(text, origin) }
            #expect(failure?.kind == .schemeRefused)
        }
    }

    @Test(arguments: [
        ("git::https://a", "git::"), ("s3::https://a", "s3::"), ("git@a:b", "git is"),
        ("ssh://a", "ssh is"), ("file:///a", "file is"), ("http://a", "http is"),
    ])
    func `a refusal names the scheme`(text: String, name: String) {
        let failure = #expect(throws: StageFailure.self) { try url(text) }
        #expect(failure?.detail.contains(name) == true)
    }

    @Test func `a scheme without end does not fill the refusal`() {
        let name = String(repeating: "z", count: 4000)
        let failure = #expect(throws: StageFailure.self) { try url("\(name)://a") }
        #expect(failure?.kind == .schemeRefused)
        #expect((failure?.detail.count ?? 999) < 100)
    }

    @Test func `an operator may name http, to this host alone`() throws {
        #expect(throws: StageFailure.self) { try url("http://a/b", .chain) }
        guard case .loopbackAlone = try url("http://a/b", .operator).reach else {
            Issue.record("reaches further")
            return
        }
    }

    @Test(arguments: [
        "https://user@a.example/", "https://user:secret@a.example/", "https://:secret@a.example/",
        "https://a b/", "https://a/\nb", "https://a/\u{0}b", "https://a:99999/", "https://[::1/",
        "https://b\u{fc}cher.example/", "https://a.example/\u{1b}[31m",
    ])
    func `a URL with a user, a blank or a fault is refused`(text: String) {
        let failure = #expect(throws: StageFailure.self) { try url(text) }
        #expect(failure?.kind == .urlRefused)
        #expect(failure?.detail.contains("secret") == false)
    }

    @Test(arguments: [
        ("/c", "https://a.example:1/c"), ("c?d", "https://a.example:1/b/c"),
        ("//e.example/f", "https://e.example/f"), ("https://e.example/f", "https://e.example/f"),
        ("../g", "https://a.example:1/g"),
    ])
    func `a redirect is understood from where it is`(location: String, target: String) throws {
        #expect(try url("https://a.example:1/b/x").target(of: location).shown == target)
    }

    @Test(arguments: [
        "http://a.example/", "file:///etc/passwd", "ftp://a/", "https://u:p@a/", "gopher://a/",
        "https://a/\u{1b}", "scp://a", "https://",
    ])
    func `a redirect away from https is refused, whoever named the URL`(location: String) throws {
        for origin: FetchOrder.Origin in [.chain, .operator] {
            let from = try url("https://a.example/b", origin)
            let failure = #expect(throws: StageFailure.self) { try from.target(of: location) }
            #expect(failure?.kind == .redirectRefused)
        }
    }

    @Test func `from http a redirect may lead to http, which is for this host again`() throws {
        let target = try url("http://127.0.0.1/", .operator).target(of: "http://b.example/")
        guard case .loopbackAlone = target.reach else {
            Issue.record("reaches further")
            return
        }
    }

    @Test(arguments: [
        ("a.example", "", true), ("a.example", "*", false), ("a.example", "example", false),
        ("a.example", ".example", false), ("a.example", "b.example", true),
        ("a.example", "x, A.EXAMPLE.", false), ("ba.example", "a.example", true),
        ("10.1.2.3", "10.1.2.3", false), ("10.1.2.3", "10.0.0.0/8", false),
        ("10.1.2.3", "11.0.0.0/8", true), ("10.1.2.3", "10.0.0.0/99", true),
        ("10.1.2.3", "3", true), ("[2a00::1]", "[2a00::1]", false),
        ("[2a00::1]", "2a00::/16", false),
    ])
    func `a proxy is for all hosts but those that are exempt`(
        host: String, exempt: String, isUsed: Bool
    ) throws {
        let environment = ["https_proxy": "http://proxy:1", "no_proxy": exempt]
        let proxy = ProxyChoice.proxy(for: try url("https://\(host)/")) { environment[$0] }
        #expect((proxy == "http://proxy:1") == isUsed)
    }

    @Test func `the proxy is the first that the environment names, and none for http`() throws {
        let https = try url("https://a.example/")
        let http = try url("http://a.example/", .operator)
        let all = ["HTTPS_PROXY": "b", "all_proxy": "c", "http_proxy": "d"]
        #expect(ProxyChoice.proxy(for: https) { all[$0] } == "b")
        #expect(ProxyChoice.proxy(for: https) { ["https_proxy": "", "all_proxy": "c"][$0] } == nil)
        #expect(ProxyChoice.proxy(for: https) { ["ALL_PROXY": "e"][$0] } == "e")
        #expect(ProxyChoice.proxy(for: https) { _ in nil } == nil)
        #expect(ProxyChoice.proxy(for: http) { all[$0] } == nil)
    }
}
