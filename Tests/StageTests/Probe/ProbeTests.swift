import FoundationEssentials
import Glibc
import StageMessages
import Testing

@Suite(.enabled(if: Probing.isPossible, "needs Landlock and cc"))
struct ProbeTests {
    private let probing: Probing

    init() throws {
        probing = try Probing()
    }

    /// Files outside its folder, which the same user may read and write.
    @Test(arguments: [
        ("read", "Permission denied"), ("write", "Permission denied"),
        ("remove", "Permission denied"), ("empty", "Permission denied"),
        ("truncate", "Operation not permitted"), ("chmod", "Operation not permitted"),
        ("touch", "Operation not permitted"),
    ])
    func `a program sees no file but its own and the system's libraries`(
        deed: String, outcome: String
    ) throws {
        let key = probing.workshop.path + "/priv_validator_key.json"
        for path in [key, probing.folder + "/own"] {
            try Data("secret".utf8).write(to: URL(filePath: path))
        }
        #expect(try probing.confined(deed, key) == outcome)
        #expect(probing.atLarge(deed, key) == "done")
        let own = probing.folder + "/own"
        #expect(try probing.confined(deed, own) == (deed == "read" ? "done" : outcome))
    }

    @Test(arguments: ["/etc/passwd", "/proc/1/status", "/dev/urandom", "/etc/ld.so.cache"])
    func `of the system it reads what starting takes`(path: String) throws {
        let isNeeded = path == "/dev/urandom" || path == "/etc/ld.so.cache"
        #expect(
            try probing.confined("read", path) == (isNeeded ? "done" : "Permission denied"))
        #expect(try probing.confined("list", "/") == "Permission denied")
    }

    @Test func `it reaches no listener and opens no socket`() throws {
        let listener = try Listener()
        let port = String(listener.port)
        for deed in ["tcp", "udp", "unix", "netlink"] {
            #expect(probing.atLarge(deed, port) == "done", "\(deed)")
            #expect(try probing.confined(deed, port) == "Operation not permitted", "\(deed)")
        }
        #expect(listener.connections() == 1)
    }

    @Test func `it starts threads, and neither processes nor other programs`() throws {
        for deed in ["fork", "clone"] {
            #expect(probing.atLarge(deed, "-") == "done")
            #expect(try probing.confined(deed, "-") == "Operation not permitted", "\(deed)")
        }
        #expect(probing.atLarge("clone3", "-") == "done")
        #expect(try probing.confined("clone3", "-") == "Function not implemented")
        #expect(try probing.confined("thread", "-") == "done")
        #expect(probing.atLarge("exec", "/bin/sh") == "done")
        #expect(try probing.confined("exec", "/bin/sh") == "Permission denied")
    }

    @Test(arguments: [
        "kill", "tgkill", "own", "limit", "trace", "pidfd", "nice", "leave", "namespace", "ring",
    ])
    func `it does nothing to another process or to the kernel`(deed: String) throws {
        let other = String(getpid())
        #expect(try probing.confined(deed, other) == "Operation not permitted")
        let isAnybodys = !["trace", "leave", "namespace", "ring"].contains(deed)
        if isAnybodys { #expect(probing.atLarge(deed, other) == "done") }
    }

    @Test func `its memory, time and files are limited, the addresses it reserves are not`() throws
    {
        #expect(try probing.confined("allocate", "-") == "Cannot allocate memory")
        #expect(try probing.confined("reserve", "-") == "done")
        // Seconds, core, descriptors, bytes of a file, bytes of memory.
        #expect(try probing.confined("limits", "-") == "10 0 64 1048576 4294967296 done")
    }
}
