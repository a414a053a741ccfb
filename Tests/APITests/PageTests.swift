import Testing

@testable import API
@testable import Supervisor

struct PageTests {
    private let router = Router(board: StatusBoard(.bare))
    private static let policy =
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

    @Test func `every problem has a page, for everyone`() async throws {
        for type in ProblemType.all {
            let page = try await router.get("/problems/" + type.slug, as: .anonymous)
            #expect(page.status == .ok)
            #expect(page.header("Content-Type") == "text/plain; charset=utf-8")
            for part in [type.title, type.meaning, type.remedy, type.uri] {
                #expect(page.text.contains(part), "\(type.slug)")
            }
        }
        #expect(try await router.get("/problems/none").status == .notFound)
    }

    @Test(arguments: [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
        ("*/*", false), ("text/plain", false), ("text/html;q=0.1, text/plain;q=0.9", false),
        ("image/png", false), ("text/*", false),
    ])
    func `a problem's page has the form that is asked for`(
        accept: String, isHTML: Bool
    ) async throws {
        let page = try await router.get("/problems/blocked", headers: ["Accept": accept])
        #expect(page.header("Content-Type")?.hasPrefix("text/html") == isHTML)
        #expect(page.header("Vary") == "Accept")
        #expect(page.header("Content-Security-Policy") == Self.policy)
        #expect(page.text.contains("<h1>") == isHTML)
    }

    @Test func `the two forms of a page have ETags of their own`() async throws {
        let text = try await router.get("/problems/blocked")
        let html = try await router.get("/problems/blocked", headers: ["Accept": "text/html"])
        #expect(text.header("ETag") != html.header("ETag"))
    }

    @Test func `the start page leads to everything and runs nothing`() async throws {
        let page = try await router.get("/", as: .anonymous)
        #expect(page.status == .ok)
        #expect(page.header("Content-Type") == "text/html; charset=utf-8")
        #expect(page.header("Content-Security-Policy") == Self.policy)
        let links = ["/v1/status", "/v1/plans", "/metrics", "/openapi.json", "/v1/config"]
        for link in links + ProblemType.all.map({ "/problems/" + $0.slug }) {
            #expect(page.text.contains("<a href=\"\(link)\">"))
            #expect(try await router.get(link).status == .ok)
        }
        for word in ["<script", "<style", "<img", "style=", "http:", "https:"] {
            #expect(!page.text.contains(word))
        }
    }

    @Test func `what is shown on a page is never markup`() {
        let evil = #"<img src=x onerror="alert('1')">&"#
        let page = HTMLPage(
            title: evil,
            body: [
                .heading(evil), .paragraph([.text(evil), .code(evil)]),
                .links([(path: #"/"><script>"#, text: evil)]),
            ])
        #expect(!page.html.contains("<img"))
        #expect(!page.html.contains("<script"))
        let shown = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;"
        #expect(page.html.split(separator: shown, omittingEmptySubsequences: false).count == 7)
    }

    @Test(arguments: ["/", "/openapi.json", "/problems/blocked", "/v1/config"])
    func `who has a static answer already is not sent it again`(path: String) async throws {
        let first = try await router.get(path)
        let etag = try #require(first.header("ETag"))
        #expect(etag.hasPrefix("\"") && etag.hasSuffix("\"") && etag.count > 18)
        for known in [etag, "W/" + etag, "\"a\", \(etag)", "*"] {
            let again = try await router.get(path, headers: ["If-None-Match": known])
            #expect(again.status == .notModified)
            #expect(again.text.isEmpty)
            #expect(again.header("ETag") == etag)
            #expect(again.header("Content-Type") == nil)
        }
        for other in ["\"a\"", etag.filter { $0 != "\"" }, ""] {
            let again = try await router.get(path, headers: ["If-None-Match": other])
            #expect(again == first)
        }
    }
}
