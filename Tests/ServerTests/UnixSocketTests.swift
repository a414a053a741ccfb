import CLinux
import Glibc
import Testing

@testable import Server
@testable import Supervisor

struct UnixSocketTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/api.sock" }
    private var address: ListenAddress { .unix(path: path, callers: .peer) }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func mode() -> mode_t? {
        var info = stat()
        return lstat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
    }

    @Test func `the mode is the owner's, or the group's when there is one`() throws {
        let own = try ListeningSocket(address, options: ListenOptions())
        #expect(mode() == 0o600)
        own.withdraw()
        #expect(mode() == nil)
        var options = ListenOptions()
        options.group = getegid()
        let shared = try ListeningSocket(address, options: options)
        #expect(mode() == 0o660)
        shared.withdraw()
    }

    @Test func `a socket that asks for tokens is open to all, whatever the group`() throws {
        var options = ListenOptions()
        options.group = getegid() + 1
        let socket = try ListeningSocket(.unix(path: path, callers: .token), options: options)
        var info = stat()
        #expect(lstat(path, &info) == 0)
        #expect(info.st_mode & 0o7777 == 0o666)
        #expect(info.st_gid == getegid())
        socket.withdraw()
    }

    @Test func `a stale socket is replaced, also one left half made`() throws {
        for name in [path, path + ".new"] {
            let stale = try Descriptor(
                socket(AF_UNIX, streamSocketType, 0), call: "socket")
            let address = try #require(SocketAddress(path: name))
            try #require(address.call { bind(stale.number, $0, $1) } == 0)
        }
        let socket = try ListeningSocket(address, options: ListenOptions())
        _ = try Client(unix: path)
        #expect(access(path + ".new", F_OK) != 0)
        socket.withdraw()
    }

    @Test func `a socket somebody listens on is left to him`() throws {
        let first = try ListeningSocket(address, options: ListenOptions())
        #expect(throws: ListenError.inUse(path)) {
            try ListeningSocket(address, options: ListenOptions())
        }
        _ = try Client(unix: path)
        first.withdraw()
    }

    @Test func `a file that is no socket is left alone`() throws {
        close(creat(path, 0o600))
        #expect(throws: ListenError.notASocket(path)) {
            try ListeningSocket(address, options: ListenOptions())
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func `only our own file is removed`() throws {
        let socket = try ListeningSocket(address, options: ListenOptions())
        try #require(unlink(path) == 0)
        close(creat(path, 0o600))
        socket.withdraw()
        #expect(access(path, F_OK) == 0)
    }

    @Test func `a path longer than sun_path works`() throws {
        let deep = directory.path + "/" + String(repeating: "d", count: 150)
        try #require(mkdir(deep, 0o700) == 0)
        let long = deep + "/api.sock"
        let socket = try ListeningSocket(
            .unix(path: long, callers: .peer), options: ListenOptions())
        #expect(access(long, F_OK) == 0)
        #expect(try Command.run("/usr/bin/test", ["-S", long]).status.isSuccess)
        #expect(throws: ListenError.inUse(long)) {
            try ListeningSocket(.unix(path: long, callers: .peer), options: ListenOptions())
        }
        socket.withdraw()
        #expect(access(long, F_OK) != 0)
    }

    @Test func `a missing directory and an endless name are named`() {
        #expect(throws: ListenError.self) {
            try ListeningSocket(.unix(path: "/nowhere/a.sock", callers: .peer), options: .init())
        }
        let name = directory.path + "/" + String(repeating: "n", count: 110)
        #expect(throws: ListenError.nameTooLong(name)) {
            try ListeningSocket(.unix(path: name, callers: .peer), options: .init())
        }
    }

    @Test func `TCP stays on this host unless allowed`() throws {
        #expect(throws: ListenError.remote("0.0.0.0")) {
            try ListeningSocket(.tcp(host: "0.0.0.0", port: 0), options: .init())
        }
        var options = ListenOptions()
        options.allowsRemote = true
        #expect(try ListeningSocket(.tcp(host: "0.0.0.0", port: 0), options: options).port != 0)
        #expect(throws: ListenError.systemd) {
            try ListeningSocket(.systemd, options: .init())
        }
    }
}
