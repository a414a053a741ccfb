import Testing

@testable import Supervisor

/// Addresses of binaries: what is asked for, and what is refused by which name.
struct PlanInfoAddressTests {
    private static let one = String(repeating: "1", count: 64)
    private static let long = String(repeating: "3", count: 128)
    private static let rules = SourceRules(platform: "linux/amd64", daemon: "exampled")

    private static func kind(_ address: String, _ rules: SourceRules = rules) -> String {
        do throws(SourceRefusal) {
            _ = try BinaryAddress(binary: address, rules)
            return "taken"
        } catch {
            return error.kind.rawValue
        }
    }

    @Test func `what an address says to us is not asked of the server`() throws {
        let text =
            "HTTPS://example.org:8443/v%2F1/exampled?a=1&checksum=sha256:\(Self.one)"
            + "&archive=tar.gz&b=%26&filename=other#top"
        let address = try BinaryAddress(binary: text, Self.rules)
        #expect(address.url == "https://example.org:8443/v%2F1/exampled?a=1&b=%26")
        #expect(address.checksum == .digests(ContentDigests(sha256: Self.one)))
        #expect(address.isArchive == true)
        #expect(address.fileName == "other")
        let plain = try BinaryAddress(binary: "https://[2001:db8::1]/d/exampled%2D1", Self.rules)
        #expect(plain.url == "https://[2001:db8::1]/d/exampled%2D1")
        #expect(plain.isArchive == nil && plain.fileName == "exampled-1")
        let raw = try BinaryAddress(binary: "https://x/y.zip?archive=false", Self.rules)
        #expect(raw.isArchive == false && raw.url == "https://x/y.zip")
    }

    private static let refused: [(String, String)] = [
        ("", "address-absent"), ("OPTIONAL, REMOVE IF NOT NEEDED", "address-absent"),
        ("a b://x/y", "address-absent"), ("repo/app:b", "address-absent"),
        ("github.com/a/b", "address-absent"),
        ("/usr/bin/exampled", "local-path"), ("./exampled", "local-path"),
        ("git::https://x/y", "scheme"), ("hg::https://x/y", "scheme"),
        ("s3::https://x/y", "scheme"), ("gcs::https://x/y", "scheme"),
        ("git@github.com:a/b", "scheme"), ("file:///bin/sh", "scheme"), ("file:/bin/sh", "scheme"),
        ("http://x/y", "scheme"), ("ftp://x/y", "scheme"), ("ssh://x/y", "scheme"),
        ("javascript://x/y", "scheme"), ("://x/y", "address-absent"),
        ("https://", "address-malformed"), ("https:///y", "address-malformed"),
        ("https://x:0/y", "address-malformed"), ("https://x:99999/y", "address-malformed"),
        ("https://x:/y", "address-malformed"), ("https://[::1/y", "address-malformed"),
        ("https://x/%zz", "address-malformed"), ("https://x/%4", "address-malformed"),
        ("https://x/y z", "address-malformed"), ("https://x/\u{0}", "address-malformed"),
        ("https://x/y\r\nHost: z", "address-malformed"), ("https://x/é", "address-malformed"),
        ("https://x/<COMMIT>.zip", "address-malformed"),
        ("https://x\u{202e}/y", "address-malformed"),
        ("https://user@x/y", "address-credentials"), ("https://a:b@x/y", "address-credentials"),
        ("https://x/y.zip//bin", "address-folder"), ("https://x//y", "address-folder"),
        ("https://x/" + String(repeating: "y", count: 2039), "address-too-long"),
        ("https://x/y?archive=rar", "archive-unknown"),
        ("https://x/y?archive=true", "archive-unknown"),
        ("https://x/y?archive=zip&archive=false", "archive-unknown"),
    ]

    @Test(arguments: refused)
    func `what is no https address of one file is refused by name`(address: String, kind: String) {
        #expect(Self.kind(address) == kind)
    }

    private static let named: [(String, String)] = [
        ("https://github.com/a/b/archive/refs/tags/v1.tar.gz", "source-archive"),
        ("https://github.com/a/b/archive/v1.tar.gz", "source-archive"),
        ("https://codeload.github.com/a/b/zip/v1", "source-archive"),
        ("https://api.github.com/repos/a/b/tarball/v1", "source-archive"),
        ("https://gitlab.com/a/b/-/archive/v1/b-v1.zip", "source-archive"),
        ("https://x/exampled-1.0-src.tar.gz", "source-archive"),
        ("https://x/source.zip", "source-archive"),
        ("https://github.com/a/b/releases/tag/v1", "page"),
        ("https://github.com/a/b/releases", "page"), ("https://github.com/a/b", "page"),
        ("https://github.com/a/b/tree/v1", "page"),
        ("https://gitlab.com/a/b/-/releases/v1", "page"),
        ("https://x/README", "page"), ("https://x/v1.md", "page"), ("https://x/v1.html", "page"),
        ("https://x/SHA256SUMS", "no-program"), ("https://x/exampled.sha256", "no-program"),
        ("https://x/exampled.asc", "no-program"), ("https://x/exampled_1.deb", "no-program"),
        ("https://x/exampled-darwin-amd64", "other-platform"),
        ("https://x/exampled_Darwin_all.zip", "other-platform"),
        ("https://x/exampled.exe", "other-platform"),
        ("https://x/exampled-windows-amd64.zip", "other-platform"),
        ("https://x/exampled-linux-arm64", "other-platform"),
        ("https://x/exampled-linux-aarch64.tar.gz", "other-platform"),
        ("https://x/ubuntu-22-arm64", "other-platform"),
        ("https://x/y?filename=exampled-darwin-arm64", "other-platform"),
    ]

    @Test(arguments: named)
    func `what names something else than this platform's binary is refused`(
        address: String, kind: String
    ) {
        #expect(Self.kind(address) == kind)
    }

    @Test(arguments: [
        "https://x/exampled", "https://x", "https://x/y?z",
        "https://github.com/a/b/releases/download/v1/exampled",
        "https://github.com/a/b/releases/latest/download/exampled",
        "https://github.com/a/b/raw/main/exampled", "https://x/archive/exampled.tar.gz",
        "https://x/exampled_1.4.2_Linux_x86_64.tar.gz", "https://x/darwin/arm64/exampled",
        "https://x/exampled-linux-amd64-arm64.zip", "https://x/linux-amd64.zip",
        "https://x/debian/exampled.tar.gz", "https://x/exampled-ubuntu-22-x86-64",
        "https://raw.githubusercontent.com/a/b/v1/linux/exampled.tar.gz",
        "https://github.com/a/b/releases/download/protocol%2Fv2/exampled",
    ])
    func `what may well be this platform's binary is fetched`(address: String) {
        #expect(Self.kind(address) == "taken")
    }

    @Test func `a daemon may be named after a platform or a source`() {
        let rules = SourceRules(platform: "linux/amd64", daemon: "windows-sourced")
        #expect(Self.kind("https://x/windows-sourced-linux", rules) == "taken")
        let arm = SourceRules(platform: "linux/amd64", daemon: "arm64-source")
        #expect(Self.kind("https://x/arm64-source", arm) == "taken")
    }

    @Test func `another machine's names are this one's when it is such a machine`() {
        let rules = SourceRules(platform: "linux/arm64", daemon: "exampled")
        #expect(Self.kind("https://x/exampled-linux-aarch64", rules) == "taken")
        #expect(Self.kind("https://x/exampled-linux-x86_64", rules) == "other-platform")
    }

    @Test func `an operator's address may be http`() {
        var rules = Self.rules
        rules.allowsHTTP = true
        #expect(Self.kind("http://127.0.0.1:8080/exampled", rules) == "taken")
        #expect(Self.kind("file:///bin/sh", rules) == "scheme")
    }

    // MARK: - Checksums

    private static let checksums: [(String, String)] = [
        (one + "1", "checksum-malformed"), ("sha256:" + one + "1", "checksum-malformed"),
        ("sha256:" + one + "gaiad-v10", "checksum-malformed"), ("sha256:", "checksum-malformed"),
        ("", "checksum-malformed"), ("sha512:" + one, "checksum-malformed"),
        ("sha256:" + one.dropLast() + "g", "checksum-malformed"),
        ("blake3:" + one, "checksum-malformed"), ("sha256:a:" + one, "checksum-malformed"),
        ("sha256-" + one, "checksum-malformed"), ("+" + one.dropLast(), "checksum-malformed"),
        (one + "&checksum=" + one, "checksum-repeated"),
        (one + "&Checksum=a", "checksum-malformed"),
        ("md5:" + one.prefix(32), "checksum-weak"), ("sha1:" + one.prefix(40), "checksum-weak"),
        (String(one.prefix(32)), "checksum-weak"), (String(one.prefix(40)), "checksum-weak"),
        ("file:http://x/sums", "scheme"), ("file:/etc/sums", "local-path"),
        ("file:SHA256SUMS", "address-absent"), ("file:", "address-absent"),
    ]

    @Test(arguments: checksums)
    func `a checksum that proves nothing is refused by name`(checksum: String, kind: String) {
        #expect(Self.kind("https://x/y?checksum=" + checksum) == kind)
    }

    @Test func `every form of a checksum is understood`() throws {
        let forms: [(String, Checksum)] = [
            ("sha256:" + Self.one, .digests(ContentDigests(sha256: Self.one))),
            ("SHA256%3A" + Self.one, .digests(ContentDigests(sha256: Self.one))),
            (Self.one, .digests(ContentDigests(sha256: Self.one))),
            ("sha512:" + Self.long, .digests(ContentDigests(sha512: Self.long))),
            (Self.long, .digests(ContentDigests(sha512: Self.long))),
            ("file:https://x/sums?a%3D1", .list(url: "https://x/sums?a=1")),
            ("file:https%3A%2F%2Fx%2Fsums", .list(url: "https://x/sums")),
        ]
        for (text, checksum) in forms {
            let address = try BinaryAddress(binary: "https://x/y?checksum=\(text)", Self.rules)
            #expect(address.checksum == checksum)
        }
    }

    @Test func `a weak digest is checked when that is allowed, and makes no trust`() throws {
        var rules = Self.rules
        rules.allowsWeakDigests = true
        for (name, count) in [("md5", 32), ("sha1", 40)] {
            let hex = String(Self.one.prefix(count))
            let address = "https://x/y?checksum=\(name):\(hex)"
            let checksum = try BinaryAddress(binary: address, rules).checksum
            let algorithm = try #require(WeakDigest.Algorithm(rawValue: name))
            #expect(checksum == .weak(WeakDigest(algorithm: algorithm, hex: hex)))
            let info = #"{"binaries":{"any":"\#(address)"}}"#
            #expect(PlanDigests.digests(in: info) == nil)
        }
        let known = [
            (WeakDigest.Algorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
            (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ]
        for (algorithm, hex) in known {
            var running = WeakDigest.Running(algorithm)
            for byte in Array("abc".utf8) { [byte].withUnsafeBytes { running.update($0) } }
            #expect(running.digest == WeakDigest(algorithm: algorithm, hex: hex))
        }
    }
}
