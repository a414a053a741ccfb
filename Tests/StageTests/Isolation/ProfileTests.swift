import CStageKernel
import Glibc
import Testing

@testable import Stage

/// Each in a process of its own, which shuts itself in and tries.
@Suite(.enabled(if: stagekernel_landlock_version() > 0, "needs Landlock"))
struct ProfileTests {
    private let workshop: Workshop
    private let folder: String

    init() throws {
        workshop = try Workshop()
        folder = try workshop.makeFolder("in")
    }

    @Test func `an unpacking reaches its folder and nothing else`() async {
        await #expect(processExitsWith: .success) { [path = folder as String] in
            Attempt.enterUnpacking(into: path)
            Attempt.expect(0) { openat(4, "a", O_WRONLY | O_CREAT | O_EXCL, 0o600) }
            Attempt.expect(0) { openat(4, "a", O_RDONLY) }
            Attempt.expect(0) { mkdirat(4, "b", 0o700) }
            Attempt.expect(EACCES) { openat(4, "../outside", O_WRONLY | O_CREAT, 0o600) }
            Attempt.expect(EACCES) { mkdirat(4, "../outside", 0o700) }
            for path in ["/etc/passwd", "/proc/self/status", "/dev/null", "/tmp"] {
                Attempt.expect(EACCES) { open(path, O_RDONLY) }
            }
            Attempt.expect(EPERM) { symlinkat("/etc", 4, "c") }
            Attempt.expect(EPERM) { fchmodat(4, "a", 0o4755, 0) }
            Attempt.expect(EPERM) {
                let memory = mmap(
                    nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                return memory == MAP_FAILED ? -1 : 0
            }
            _exit(0)
        }
    }

    @Test func `an unpacking that opens a socket is killed`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) { [path = folder as String] in
            Attempt.enterUnpacking(into: path)
            _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _exit(0)
        }
    }

    @Test func `an unpacking that starts a program is killed`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) { [path = folder as String] in
            Attempt.enterUnpacking(into: path)
            execve("/bin/true", [nil], [nil])
            _exit(0)
        }
    }

    @Test func `an unpacking that starts a process is killed`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) { [path = folder as String] in
            Attempt.enterUnpacking(into: path)
            var child: pid_t = 0
            _ = posix_spawn(&child, "/bin/true", nil, nil, [nil], [nil])
            _exit(0)
        }
    }

    @Test func `a fetch connects and resolves, and writes and runs nothing`() async {
        await #expect(processExitsWith: .success) {
            Attempt.enter(.fetch)
            Attempt.expect(0) { open("/etc/passwd", O_RDONLY) }
            for family in [AF_UNIX, AF_INET, AF_INET6] {
                Attempt.expect(0) { socket(family, Int32(SOCK_STREAM.rawValue), 0) }
            }
            Attempt.expect(0) { socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 0) }
            // AF_PACKET, AF_ALG, AF_VSOCK, and one between those that are allowed.
            for family: Int32 in [17, 38, 40, 5] {
                Attempt.expect(EAFNOSUPPORT) { socket(family, Int32(SOCK_RAW.rawValue), 0) }
            }
            Attempt.expect(EACCES) { open("/tmp/switchyard-profile", O_WRONLY | O_CREAT, 0o600) }
            Attempt.expect(EACCES) { open("/root", O_RDONLY) }
            Attempt.expect(EACCES) { open("/proc/1/status", O_RDONLY) }
            Attempt.expect(EPERM) { execve("/bin/true", [nil], [nil]) }
            Attempt.expect(EPERM) { setsid() }
            Attempt.expect(EPERM) { kill(getppid(), 0) }
            Attempt.expect(0) { kill(getpid(), 0) }
            var child: pid_t = 0
            guard posix_spawn(&child, "/bin/true", nil, nil, [nil], [nil]) == EPERM else {
                _exit(2)
            }
            _exit(0)
        }
    }
}

/// What a process does that ends with 0 only if every call came out as it should.
private enum Attempt {
    static func enterUnpacking(into path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY)
        guard dup2(folder, 4) == 4 else { _exit(3) }
        enter(.unpack(bytes: 1 << 20))
    }

    /// The descriptors stay: some are those of threads that are none of ours.
    static func enter(_ profile: Profile) {
        do {
            try Isolation.restrict(to: profile)
        } catch {
            _exit(4)
        }
    }

    /// - Parameters:
    ///   - expected: The errno; 0 for success.
    ///   - call: Below zero for a failure.
    static func expect(_ expected: Int32, _ call: () -> Int32) {
        errno = 0
        let result = call()
        let number = result < 0 ? errno : 0
        guard number != expected else { return }
        let line = "\(number) instead of \(expected)\n"
        _ = line.utf8CString.withUnsafeBufferPointer { write(2, $0.baseAddress, $0.count - 1) }
        _exit(1)
    }
}
