import Testing

@testable import Server

struct ListenAddressTests {
    @Test func `every form of a listener is read`() throws {
        #expect(
            try ListenAddress.list(
                "unix:/run/a.sock,unix:/run/b?x.sock?auth=token,tcp:127.0.0.1:8080,"
                    + "tcp:[::1]:0,tcp:localhost:1,systemd") == [
                    .unix(path: "/run/a.sock", callers: .peer),
                    .unix(path: "/run/b?x.sock", callers: .token),
                    .tcp(host: "127.0.0.1", port: 8080), .tcp(host: "::1", port: 0),
                    .tcp(host: "127.0.0.1", port: 1), .systemd,
                ])
        #expect(try ListenAddress.list("none") == [])
    }

    @Test(arguments: [
        ("", ListenAddressError.unknownKind("")), ("unix:/a,", .unknownKind("")),
        ("http://localhost", .unknownKind("http://localhost")),
        ("unix:a.sock", .relativePath("unix:a.sock")), ("unix:/a/", .relativePath("unix:/a/")),
        ("unix:", .relativePath("unix:")),
        ("unix:/a?auth=peer", .unknownOption("unix:/a?auth=peer")),
        ("tcp:8080", .port("tcp:8080")), ("tcp:localhost", .port("tcp:localhost")),
        ("tcp:localhost:", .port("tcp:localhost:")),
        ("tcp:localhost:+1", .port("tcp:localhost:+1")),
        ("tcp:localhost:65536", .port("tcp:localhost:65536")),
        ("tcp:::1:80", .host("tcp:::1:80")), ("tcp:[127.0.0.1]:80", .host("tcp:[127.0.0.1]:80")),
        ("tcp:example.org:80", .host("tcp:example.org:80")), ("tcp::80", .host("tcp::80")),
        ("unix:/a,unix:/a", .repeated("unix:/a")), ("none,unix:/a", .noneWithOthers),
    ])
    func `what is no listener is refused in words`(text: String, error: ListenAddressError) {
        #expect(throws: error) { try ListenAddress.list(text) }
        #expect(!error.description.isEmpty)
    }
}
