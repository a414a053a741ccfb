import Glibc
import Testing

@testable import Server

/// As users of other ids, which only root can become.
@Suite(.enabled(if: Privileges.areEnough, "needs root and setpriv"))
struct PeerTests {
    private func curl(_ server: TestServer, _ path: String, as user: String...) throws -> String {
        try Command.run(
            "/usr/bin/setpriv",
            user + [
                "/usr/bin/curl", "-s", "-m", "5", "-i", "--unix-socket", server.unix,
                "http://localhost" + path,
            ]
        ).output
    }

    private func open(_ server: TestServer, mode: mode_t) {
        chmod(server.directory.path, 0o711)
        chmod(server.unix, mode)
    }

    @Test func `another user cannot pass the socket's mode`() async throws {
        try await TestServer.run { server in
            open(server, mode: 0o600)
            let answer = try curl(
                server, "/livez", as: "--reuid=65534", "--regid=65534", "--clear-groups")
            #expect(answer == "")
        }
    }

    @Test(arguments: ["/livez", "/v1/status", "/v1/nothing"])
    func `another user is refused everything`(path: String) async throws {
        try await TestServer.run { server in
            open(server, mode: 0o666)
            let answer = try curl(
                server, path, as: "--reuid=65534", "--regid=65534", "--clear-groups")
            #expect(answer.status == 403)
            #expect(answer.contains("/problems/peer-refused"))
        }
    }

    @Test(arguments: [
        (["--regid=4242", "--clear-groups"], 200), (["--regid=65534", "--groups=7,4242"], 200),
        (["--regid=65534", "--groups=7,4243"], 403),
        (
            [
                "--regid=65534",
                "--groups=" + (5000..<5200).map(String.init).joined(separator: ",") + ",4242",
            ],
            200
        ),
    ])
    func `members of the group may, by any of their groups`(
        groups: [String], status: Int
    ) async throws {
        var options = ListenOptions()
        options.group = 4242
        try await TestServer.run(options: options) { server in
            open(server, mode: 0o666)
            let answer = try Command.run(
                "/usr/bin/setpriv",
                ["--reuid=65534"] + groups + [
                    "/usr/bin/curl", "-s", "-i", "--unix-socket", server.unix,
                    "http://localhost/v1/status",
                ]
            ).output
            #expect(answer.status == status)
        }
    }

    @Test func `the socket belongs to the group`() async throws {
        var options = ListenOptions()
        options.group = 4242
        try await TestServer.run(options: options) { server in
            var info = stat()
            #expect(lstat(server.unix, &info) == 0)
            #expect(info.st_gid == 4242)
            #expect(info.st_mode & 0o7777 == 0o660)
        }
    }
}
