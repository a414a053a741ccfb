import Glibc
import Testing

@testable import Supervisor

@Suite(.timeLimit(.minutes(5)))
struct ForeignFileTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    @Test func `a file is read with what identifies it`() throws {
        try home.write("abc", to: "file")
        let reading = try ForeignFile.read(home["file"], limit: 3)
        let status = try home.status("file")
        #expect(reading.bytes == Array("abc".utf8))
        #expect(reading.identity.inode == UInt64(status.st_ino))
        #expect(reading.identity.device == UInt64(status.st_dev))
        #expect(reading.identity.size == 3)
        #expect(reading.identity.modified == status.st_mtim.nanoseconds)
        #expect(reading.identity.changed == status.st_ctim.nanoseconds)
        // FIPS 180-4's own example.
        #expect(
            reading.identity.sha256
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `what is no regular file is named, and never waited for`() throws {
        #expect(mkfifo(home["pipe"], 0o600) == 0)
        try home.makeFolder("folder")
        try home.write("target", to: "file")
        try home.makeLink("link", to: "file")
        try home.makeLink("dangling", to: "absent")
        try bindSocket(at: home["socket"])
        let kinds = [
            home["pipe"]: "a named pipe", home["folder"]: "a folder",
            home["link"]: "a symbolic link", home["dangling"]: "a symbolic link",
            home["socket"]: "a socket or device", "/dev/null": "a device",
            "/dev/zero": "a device",
        ]
        for (path, kind) in kinds {
            #expect(throws: ForeignFileError.notRegular(kind)) {
                try ForeignFile.read(path, limit: 10)
            }
            #expect(throws: ForeignFileError.notRegular(kind)) {
                try ForeignFile.readPrefix(path, limit: 10)
            }
        }
    }

    private func bindSocket(at path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = try Descriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0), call: "socket")
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket.number, $0, size) }
        }
        guard result == 0 else { throw SystemError("bind", path: path) }
    }

    @Test func `what is not there is absent`() throws {
        try home.write("", to: "file")
        for name in ["absent", "absent/file", "file/inner"] {
            #expect(throws: ForeignFileError.absent) {
                try ForeignFile.read(home[name], limit: 10)
            }
        }
    }

    @Test func `a huge file is refused by its size`() throws {
        try home.write("", to: "file")
        #expect(truncate(home["file"], 1 << 40) == 0)
        #expect(throws: ForeignFileError.tooLarge(1 << 40)) {
            try ForeignFile.read(home["file"], limit: 1 << 20)
        }
        try home.write("1234", to: "file")
        #expect(throws: ForeignFileError.tooLarge(4)) {
            try ForeignFile.read(home["file"], limit: 3)
        }
    }

    @Test func `no more is read of a growing file than the limit`() throws {
        try home.write(String(repeating: "x", count: 100_000), to: "file")
        for limit in [0, 1, 16_384, 50_000, 99_999, 100_000, 200_000] {
            let bytes = try ForeignFile.readPrefix(home["file"], limit: limit)
            #expect(bytes.count == min(limit, 100_000))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to look as another user"))
    func `a file that may not be read is an error of its own`() throws {
        let path = home["file"]
        try home.write("secret", to: "file", mode: 0o600)
        #expect(chmod(home.path, 0o755) == 0)
        #expect(throws: ForeignFileError.system(SystemError("open", path: path, code: EACCES))) {
            try asNobody { () throws(ForeignFileError) in try ForeignFile.read(path, limit: 10) }
        }
    }

    @Test func `a file that is written all the time is changing, or whole`() async throws {
        let path = home["file"]
        try home.write("", to: "file")
        let isOver = SharedFlag()
        let pool = try BlockingPool(threads: 1)
        let home = home
        async let written: Void = withTaskExecutorPreference(pool) {
            var size = 0
            while !isOver.isRaised {
                size = (size + 1) % 1_000
                try? home.write(String(repeating: "x", count: size), to: "file")
            }
        }
        for _ in 0..<2_000 {
            do throws(ForeignFileError) {
                let reading = try ForeignFile.read(path, limit: 1_000)
                #expect(reading.bytes.count == Int(reading.identity.size))
            } catch {
                #expect(error == .changing)
            }
        }
        isOver.raise()
        await written
    }

    @Test func `the same bytes written anew are another identity`() async throws {
        try home.write("same", to: "file")
        let first = try ForeignFile.read(home["file"], limit: 10).identity
        #expect(try ForeignFile.read(home["file"], limit: 10).identity == first)
        // The filesystem's clock has a grain of some milliseconds.
        try await Eventually.holds("another write is another identity") {
            try home.write("same", to: "file")
            return try ForeignFile.read(home["file"], limit: 10).identity != first
        }
        let second = try ForeignFile.read(home["file"], limit: 10).identity
        #expect(second.sha256 == first.sha256)
        #expect(second.inode == first.inode)

        try home.write("same", to: "other")
        #expect(rename(home["other"], home["file"]) == 0)
        #expect(try ForeignFile.read(home["file"], limit: 10).identity.inode != first.inode)
    }
}
