import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct QuarantineTests {
    private let temporary: TemporaryHome
    private let counters = Counters()
    private let ci = Originator(kind: .token, id: "k7qm2x4a", label: "ci")

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor")
    }

    private func quarantine(
        maxSize: Int64 = 1 << 20, reserve: DiskReserve = .bytes(0)
    ) -> Quarantine {
        var limits = Quarantine.Limits()
        limits.maxSize = maxSize
        limits.reserve = reserve
        return Quarantine(home: temporary.home, limits: limits, counters: counters)
    }

    private func announcement(
        _ plan: String = "v1", isResumable: Bool = false, length: Int64? = nil,
        digests: ContentDigests = ContentDigests()
    ) throws -> Quarantine.Announcement {
        var announcement = Quarantine.Announcement(
            plan: try PlanName(plan, case: .lowered), originator: ci)
        announcement.isResumable = isResumable
        announcement.length = length
        announcement.digests = digests
        return announcement
    }

    private var files: [String] { temporary.names(in: "cosmovisor/.switchyard/staging") }

    private func digests(_ bytes: [UInt8]) -> ContentDigests {
        var digest = RunningDigest()
        digest.update(bytes)
        return digest.digests
    }

    @Test func `what comes is written and hashed, where nothing can run it`() throws {
        let quarantine = quarantine()
        var intake = try quarantine.begin(announcement())
        let bytes = Head.program(1000, fill: 7)
        try intake.append([Array(bytes[..<300]), Array(bytes[300...])])
        let received = try intake.complete()
        #expect(received.digests == digests(bytes))
        #expect(files == [received.id])
        let status = try temporary.status("cosmovisor/.switchyard/staging/" + received.id)
        #expect(status.st_mode & 0o7777 == 0o600 && status.st_size == 1000)
        #expect(try temporary.status("cosmovisor/.switchyard/staging").st_mode & 0o7777 == 0o700)
        #expect(counters.snapshot.quarantineBytes == 1000)
        #expect(counters.snapshot.activeUploads == 1)
        #expect(counters.snapshot.receivedUploadBytes == 1000)
        intake.discard()
        #expect(files.isEmpty)
        #expect(counters.snapshot.quarantineBytes == 0)
        #expect(counters.snapshot.activeUploads == 0)
    }

    @Test func `a file of another kind is refused as soon as its head has come`() throws {
        var intake = try quarantine().begin(announcement())
        #expect(throws: StagingRefusal.rejected(.archive("tar"))) { try intake.append([Head.tar]) }
        #expect(intake.offset == 0)
        try intake.append([Array("#!/bin/sh".utf8)])
        #expect(throws: StagingRefusal.rejected(.script)) { try intake.complete() }
        let empty = try quarantine().begin(announcement())
        #expect(throws: StagingRefusal.rejected(.empty)) { try empty.complete() }
    }

    @Test func `bytes without their digest are refused`() throws {
        let bytes = Head.program()
        var wrong = digests(bytes)
        wrong.sha512 = String(repeating: "0", count: 128)
        var intake = try quarantine().begin(announcement(digests: wrong))
        try intake.append([bytes])
        #expect(throws: StagingRefusal.contentMismatch) { try intake.complete() }
    }

    @Test func `an unfinished upload goes on, also after a crash`() throws {
        let bytes = Head.program(1000, fill: 9)
        let first = quarantine()
        var intake = try first.begin(announcement(isResumable: true, length: 1000))
        let id = intake.id
        try intake.append([Array(bytes[..<100])])
        intake.suspend()
        #expect(first.offset(of: id) == 100)
        intake = try first.resume(id, of: ci, length: nil)
        try intake.append([Array(bytes[100..<600])])
        // The next run finds what was written, and hashes it anew.
        let second = quarantine()
        intake = try second.resume(id, of: ci, length: 1000)
        #expect(intake.offset == 600)
        try intake.append([Array(bytes[600...])])
        #expect(try intake.complete().digests.sha256 == digests(bytes).sha256)
    }

    @Test func `an unfinished upload is its originator's alone, and one request's at a time`()
        throws
    {
        let quarantine = quarantine()
        let intake = try quarantine.begin(announcement(isResumable: true))
        let other = Originator(kind: .token, id: "other", label: "ci")
        #expect(quarantine.record(intake.id, of: other) == nil)
        #expect(throws: StagingRefusal.uploadUnknown) {
            try quarantine.resume(intake.id, of: ci, length: nil)
        }
        intake.suspend()
        #expect(throws: StagingRefusal.uploadUnknown) {
            try quarantine.resume(intake.id, of: other, length: nil)
        }
        _ = try quarantine.resume(intake.id, of: ci, length: nil)
    }

    @Test func `a length that was said holds`() throws {
        let quarantine = quarantine()
        var intake = try quarantine.begin(announcement(isResumable: true, length: 600))
        #expect(throws: StagingRefusal.inconsistentLength) {
            try intake.append([Head.program(601)])
        }
        try intake.append([Head.program(599)])
        #expect(throws: StagingRefusal.inconsistentLength) { try intake.complete() }
        intake.suspend()
        #expect(throws: StagingRefusal.inconsistentLength) {
            try quarantine.resume(intake.id, of: ci, length: 601)
        }
        _ = try quarantine.resume(intake.id, of: ci, length: 600)
    }

    @Test func `a piece can be taken back`() throws {
        let bytes = Head.program(1000)
        var intake = try quarantine().begin(announcement())
        try intake.append([Array(bytes[..<600])])
        let mark = intake
        try intake.append([[1, 2, 3]])
        try intake.rewind(to: mark)
        try intake.append([Array(bytes[600...])])
        #expect(try intake.complete().digests == digests(bytes))
    }

    @Test func `at the start what nobody can go on with is removed`() throws {
        let first = quarantine()
        var plain = try first.begin(announcement())
        try plain.append([Head.program()])
        let kept = try first.begin(announcement("kept", isResumable: true))
        let old = try first.begin(announcement("old", isResumable: true))
        let place = "cosmovisor/.switchyard/staging/"
        let text = try temporary.read(place + old.id + ".json")
        let record = try JSONDecoder().decode(QuarantineRecord.self, from: Data(text.utf8))
        let moment = "\"createdAt\":\(record.createdAt.timeIntervalSinceReferenceDate)"
        #expect(text.contains(moment))
        try temporary.write(
            text.replacing(moment, with: "\"createdAt\":0"), to: place + old.id + ".json")
        try temporary.write("x", to: place + "stranger")
        try temporary.makeLink(place + String(repeating: "a", count: 32), to: "/etc/passwd")
        let second = quarantine()
        #expect(second.record(kept.id, of: ci) == nil)
        _ = try second.folder()
        #expect(files == [kept.id, kept.id + ".json"].sorted())
        #expect(second.record(kept.id, of: ci) != nil)
        #expect(counters.snapshot.activeUploads == 0)
    }

    @Test func `an unfinished upload expires after a day`() throws {
        let quarantine = quarantine()
        let intake = try quarantine.begin(announcement(isResumable: true))
        intake.suspend()
        quarantine.removeExpired(at: .now + 86_300)
        #expect(files.count == 2)
        quarantine.removeExpired(at: .now + 86_500)
        #expect(files.isEmpty)
    }

    // MARK: - Room

    @Test func `an upload is no larger than allowed`() throws {
        let quarantine = quarantine(maxSize: 1000)
        #expect(throws: StagingRefusal.tooLarge(limit: 1000)) {
            try quarantine.begin(announcement(length: 1001))
        }
        var intake = try quarantine.begin(announcement())
        try intake.append([Head.program(1000)])
        #expect(throws: StagingRefusal.tooLarge(limit: 1000)) { try intake.append([[1]]) }
    }

    @Test func `all together are no larger than two, and not many`() throws {
        let quarantine = quarantine(maxSize: 64_000)
        var intake = try quarantine.begin(announcement(length: 64_000))
        _ = try quarantine.begin(announcement(length: 60_000))
        #expect(throws: StagingRefusal.quarantineFull) {
            try quarantine.begin(announcement(length: 4001))
        }
        try intake.append([Head.program(64_000)])
        // The smallest counts as a 64th of the largest.
        for _ in 0..<4 { _ = try quarantine.begin(announcement()) }
        #expect(throws: StagingRefusal.quarantineFull) { try quarantine.begin(announcement()) }
    }

    @Test func `one originator leaves only so many unfinished`() throws {
        let quarantine = quarantine()
        for number in 0..<4 {
            try quarantine.begin(announcement("v\(number)", isResumable: true)).suspend()
        }
        #expect(throws: StagingRefusal.tooManyUnfinished) {
            try quarantine.begin(announcement(isResumable: true))
        }
        _ = try quarantine.begin(announcement())
    }

    @Test func `the reserve of the disk is not touched`() throws {
        #expect(DiskReserve.standard.bytes(of: 10 << 30) == 2 << 30)
        #expect(DiskReserve.standard.bytes(of: 100 << 30) == 5 << 30)
        #expect(throws: StagingRefusal.diskReserve) {
            try quarantine(reserve: .bytes(1 << 60)).begin(announcement())
        }
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable))
    func `a full disk refuses a piece and keeps what was there`() throws {
        let disk = try MountedTmpfs(size: "4m")
        let home = Home(path: disk.path, daemonName: "simd")
        try DurableFile.makeFolder(home.root, mode: 0o755)
        for reserve in [DiskReserve.bytes(1 << 20), .bytes(0)] {
            var limits = Quarantine.Limits()
            limits.reserve = reserve
            let quarantine = Quarantine(home: home, limits: limits, counters: counters)
            var intake = try quarantine.begin(announcement())
            try intake.append([Head.program(2 << 20)])
            #expect(throws: StagingRefusal.diskReserve) {
                try intake.append([[UInt8](repeating: 1, count: 3 << 20)])
            }
            #expect(intake.offset == 2 << 20)
            try intake.append([[1]])
            #expect(try intake.complete().size == 2 << 20 + 1)
            intake.discard()
            #expect(ProcFile.names(in: home.staging).isEmpty)
        }
    }

    @Test func `a link in the place of the folder is not followed`() throws {
        try temporary.makeFolder("elsewhere")
        try temporary.makeFolder("cosmovisor/.switchyard")
        try temporary.makeLink("cosmovisor/.switchyard/staging", to: temporary["elsewhere"])
        #expect(throws: StagingRefusal.self) { try quarantine().begin(announcement()) }
        #expect(temporary.names(in: "elsewhere").isEmpty)
    }
}
