import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct QuarantineTests {
    let temporary: TemporaryHome
    let counters = Counters()
    let ci = Originator(kind: .token, id: "k7qm2x4a", label: "ci")

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor")
    }

    func quarantine(
        maxSize: Int64 = 1 << 20, reserve: DiskReserve = .bytes(0)
    ) -> Quarantine {
        var limits = Quarantine.Limits()
        limits.maxSize = maxSize
        limits.reserve = reserve
        return Quarantine(home: temporary.home, limits: limits, counters: counters)
    }

    func announcement(
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

    var files: [String] { temporary.names(in: "cosmovisor/.switchyard/staging") }

    func digests(_ bytes: [UInt8]) -> ContentDigests {
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

    @Test func `what was written and not hashed when a request ended is hashed by the next`() throws
    {
        let bytes = Head.program(1000, fill: 9)
        let quarantine = quarantine()
        var intake = try quarantine.begin(announcement(isResumable: true, length: 1000))
        try intake.append([Array(bytes[..<300])])
        try bytes[300..<600].withUnsafeBytes { try intake.write($0) }
        intake.suspend()
        intake = try quarantine.resume(intake.id, of: ci, length: nil)
        #expect(intake.offset == 600)
        #expect(intake.digests == digests(Array(bytes[..<600])))
        try bytes[600...].withUnsafeBytes { try intake.write($0) }
        #expect(try intake.complete().digests == digests(bytes))
    }

    @Test func `a file that somebody cuts while it is written has no digest`() throws {
        let quarantine = quarantine()
        var intake = try quarantine.begin(announcement())
        try Head.program(1000).withUnsafeBytes { try intake.write($0) }
        truncate(temporary.path + "/cosmovisor/.switchyard/staging/" + intake.id, 600)
        let cut = StagingRefusal.system(SystemError("read", code: EIO))
        #expect(throws: cut) { try intake.hash() }
        #expect(throws: cut) { try intake.complete() }
    }

    @Test func `a file that somebody else writes, too, is not taken for what came`() throws {
        var intake = try quarantine().begin(announcement())
        try intake.append([Head.program(1000)])
        let path = temporary.path + "/cosmovisor/.switchyard/staging/" + intake.id
        let before = Seal(path)
        let other = try Descriptor(open(path, O_WRONLY | O_CLOEXEC), call: "open")
        // The clock of files may stand for some milliseconds.
        while Seal(path) == before { #expect(pwrite(other.number, "x", 1, 500) == 1) }
        let changed = StagingRefusal.system(SystemError("read", code: EIO))
        #expect(throws: changed) { try intake.complete() }
        #expect(throws: changed) { try intake.append([[1]]) }
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

    @Test func `a link in the place of the folder is not followed`() throws {
        try temporary.makeFolder("elsewhere")
        try temporary.makeFolder("cosmovisor/.switchyard")
        try temporary.makeLink("cosmovisor/.switchyard/staging", to: temporary["elsewhere"])
        #expect(throws: StagingRefusal.self) { try quarantine().begin(announcement()) }
        #expect(temporary.names(in: "elsewhere").isEmpty)
    }
}
