import Glibc
import Supervisor
import Testing

@testable import API
@testable import Server

/// As whom tokens are written, in homes of several users.
@Suite(.enabled(if: Privileges.areEnough, "needs root and setpriv"))
struct TokenOwnerTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
        try give(home.path)
        try give(home.path + "/cosmovisor")
    }

    private func give(_ path: String, to user: uid_t = 4242) throws {
        guard lchown(path, user, 4343) == 0 else { throw SystemError("lchown", path: path) }
    }

    private func create(_ environment: [String: String] = [:]) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            ["token", "create", "--scope", "read"],
            environment: home.environment.merging(environment) { $1 })
    }

    private func expect(_ path: String, owner: uid_t, group: gid_t, mode: mode_t) {
        var info = stat()
        #expect(lstat(path, &info) == 0)
        #expect(info.st_uid == owner)
        #expect(info.st_gid == group)
        #expect(info.st_mode == S_IFREG | mode)
    }

    @Test func `root writes for the owner of the home`() throws {
        #expect(try create().code == 0)
        let own = home.path + "/cosmovisor/.switchyard"
        expect(own + "/tokens", owner: 4242, group: 4343, mode: 0o600)
        var info = stat()
        #expect(lstat(own, &info) == 0)
        #expect(info.st_uid == 4242)
        #expect(info.st_mode & 0o7777 == 0o711)
    }

    @Test func `root is not led out of the home by a link`() throws {
        let root = try TemporaryHome()
        let link = home.path + "/cosmovisor/.switchyard"
        #expect(symlink(root.path, link) == 0)
        try give(link)
        let result = try create()
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("Permission denied"))
        #expect(access(root.path + "/tokens", F_OK) != 0)
    }

    @Test func `a file of root's may be read by the home's group`() throws {
        // The folder of a TemporaryHome would do, but its way must be root's all along.
        let path = try TemporaryHome().path + "-tokens"
        defer {
            unlink(path + "/tokens")
            rmdir(path)
        }
        #expect(mkdir(path, 0o755) == 0)
        #expect(try create(["SWITCHYARD_TOKENS_FILE": path + "/tokens"]).code == 0)
        expect(path + "/tokens", owner: 0, group: 4343, mode: 0o640)
        let list = try TokenFile(path: path + "/tokens", owners: [4242], isExpected: true).read()
        #expect(list.list.entries.count == 1)
    }

    @Test func `another user is told who may`() throws {
        chmod(home.path, 0o755)
        // Inherited, because another user may be unable to go where the executable lies.
        let path = try SwitchyardProcess.path
        let executable = try Descriptor(open(path, O_RDONLY), call: "open", path: path)
        let result = try Command.run(
            "/usr/bin/setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "-i",
                "DAEMON_HOME=\(home.path)", "DAEMON_NAME=dummyd", "/bin/sh", "-c",
                "/proc/self/fd/\(executable.number) token create --scope read 2>&1",
            ])
        #expect(result.status == .code(1))
        #expect(result.output.contains("the home is that of uid 4242"))
    }
}
