import Glibc
import Testing

@testable import Supervisor

struct PlanFileTests {
    private static let json = #"{"name":"v2","height":100}"#

    @Test func `a plan is read, with what tells the file from another`() throws {
        let folder = try PlanFolder()
        try folder.write(Self.json)
        let file = folder.look()
        #expect(file.content == .plan(try .sample()))
        #expect(file.plan == (try UpgradePlan.sample()))
        let identity = try #require(file.identity)
        #expect(identity.size == Int64(Self.json.utf8.count))
        #expect(folder.look() == file)
    }

    @Test func `a missing file or folder is absence`() throws {
        let folder = try PlanFolder()
        #expect(folder.look() == PlanFile(content: .absent, identity: nil))
        let deeper = PlanFile(at: folder.path + "/data/upgrade-info.json", case: .lowered)
        #expect(deeper.content == .absent)
        try folder.write("", to: "data")
        let below = PlanFile(at: folder.path + "/data/upgrade-info.json", case: .lowered)
        #expect(below.content == .absent)
    }

    @Test func `an empty file and half a file are states of their own`() throws {
        let folder = try PlanFolder()
        try folder.write("")
        #expect(folder.look().content == .empty)
        #expect(folder.look().identity != nil)
        for text in [#"{"name":"v2","hei"#, "{}", #"{"name":"v2","height":0}"#, " "] {
            try folder.write(text)
            guard case .broken(let reason) = folder.look().content else {
                Issue.record("\(text) is not broken")
                return
            }
            #expect(!reason.isEmpty)
            #expect(folder.look().identity != nil)
        }
    }

    /// With an open in its way a pipe would hang for ever.
    @Test func `what is no regular file is named, and nothing hangs`() throws {
        let folder = try PlanFolder()
        #expect(mkfifo(folder.file, 0o600) == 0)
        try Self.expectUnusable(folder, "named pipe")
        #expect(mkdir(folder.file, 0o700) == 0)
        try Self.expectUnusable(folder, "folder")
        try folder.write(Self.json, to: "elsewhere")
        #expect(symlink("elsewhere", folder.file) == 0)
        try Self.expectUnusable(folder, "symbolic link")
        #expect(symlink("/dev/null", folder.file) == 0)
        try Self.expectUnusable(folder, "symbolic link")
        #expect(symlink("nowhere", folder.file) == 0)
        try Self.expectUnusable(folder, "symbolic link")
        let device = PlanFile(at: "/dev/null", case: .lowered)
        #expect(device.content == .unusable("it is a device, not a regular file"))
    }

    @Test func `a socket in its place is named`() throws {
        let folder = try PlanFolder()
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(number >= 0)
        defer { close(number) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: folder.file.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        try Self.expectUnusable(folder, "socket")
    }

    private static func expectUnusable(_ folder: PlanFolder, _ what: String) throws {
        let file = folder.look()
        guard case .unusable(let reason) = file.content else {
            Issue.record("\(what) was read: \(file)")
            return
        }
        #expect(reason.contains(what))
        #expect(file.identity == nil)
        #expect(unlink(folder.file) == 0 || rmdir(folder.file) == 0)
    }

    @Test func `a huge file is not read`() throws {
        let folder = try PlanFolder()
        let spaces = String(repeating: " ", count: 1 << 20)
        try folder.write(Self.json + spaces + spaces)
        guard case .unusable(let reason) = folder.look().content else {
            Issue.record("2 MiB were read")
            return
        }
        #expect(reason.contains("too large"))
        // A large plan is still a plan.
        try folder.write(Self.json + spaces.dropLast(Self.json.utf8.count))
        #expect(folder.look().plan?.height == 100)
    }

    @Test func `the same bytes written anew are another file`() throws {
        let folder = try PlanFolder()
        try folder.write(Self.json)
        let first = try #require(folder.look().identity)
        // Timestamps have the grain of the kernel's tick: written until it has gone on.
        var second = first
        for _ in 0..<1_000_000 where second == first {
            try folder.write(Self.json)
            second = try #require(folder.look().identity)
        }
        #expect(second != first)
        #expect(second.inode == first.inode)
        #expect(second.sha256 == first.sha256)
        #expect(second.modified > first.modified)
    }

    @Test func `the same bytes moved in are another file`() throws {
        let folder = try PlanFolder()
        try folder.write(Self.json)
        let first = try #require(folder.look().identity)
        try folder.write(Self.json, to: "new")
        #expect(rename(folder.path + "/new", folder.file) == 0)
        let second = try #require(folder.look().identity)
        #expect(second != first)
        #expect(second.inode != first.inode)
        #expect(second.sha256 == first.sha256)
    }

    @Test func `other bytes of the same length are another file`() throws {
        let folder = try PlanFolder()
        try folder.write(Self.json)
        let first = try #require(folder.look().identity)
        try folder.write(Self.json.replacing("100", with: "200"))
        let second = try #require(folder.look().identity)
        #expect(second.size == first.size)
        #expect(second.sha256 != first.sha256)
    }

    @Test func `a change of owner or mode alone makes it look new`() throws {
        let folder = try PlanFolder()
        try folder.write(Self.json)
        let first = try #require(folder.look().identity)
        var second = first
        for count in 0..<1_000_000 where second == first {
            #expect(chmod(folder.file, count.isMultiple(of: 2) ? 0o755 : 0o600) == 0)
            second = try #require(folder.look().identity)
        }
        #expect(second != first)
        #expect(second.modified == first.modified)
        #expect(second.sha256 == first.sha256)
    }
}
