import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// How much there may be of what nothing vouches for.
extension QuarantineTests {
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
}
