import Glibc
import Testing

@testable import Supervisor

/// Archives in quarantine, and files as if they had been unpacked.
struct UnpackedSample {
    let temporary: TemporaryHome
    let quarantine: Quarantine
    let plan: PlanName
    var release: Release { Release(home: temporary.home, directory: "upgrades/v1") }

    init(reserve: DiskReserve = .bytes(0)) throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor")
        plan = try PlanName("v1", case: .lowered)
        var limits = Quarantine.Limits()
        limits.reserve = reserve
        limits.takesArchives = true
        quarantine = Quarantine(home: temporary.home, limits: limits, counters: Counters())
    }

    /// What begins as those bytes do.
    func receive(_ bytes: [UInt8]) throws -> Received {
        var intake = try quarantine.begin(
            Quarantine.Announcement(
                plan: plan, originator: Originator(kind: .token, id: "k", label: "ci")))
        try intake.append([bytes])
        return try intake.complete()
    }

    /// An archive that somebody has unpacked into these files.
    func unpack(_ files: [String: [UInt8]]) throws -> Received {
        let received = try receive([0x1f, 0x8b] + [UInt8](repeating: 7, count: 510))
        _ = try quarantine.beginUnpacking(received)
        for (name, bytes) in files {
            try temporary.write(bytes, to: unpacked(received) + "/" + name)
        }
        return received
    }

    func unpacked(_ received: Received) -> String { "\(staging)/\(received.id).unpacked" }

    let staging = "cosmovisor/.switchyard/staging"

    func assemble(_ received: Received, stop: StopWish = StopWish()) throws -> Assembly {
        try quarantine.assemble(received.id, daemon: "dummyd", stop: stop)
    }

    func record(_ assembly: Assembly, of received: Received) -> PlacedBinary {
        PlacedBinary(assembly, of: received, plan: plan, trust: .pinned, source: .upload)
    }

    func placement(
        _ assembly: Assembly, of received: Received, replacing old: PlacedBinary? = nil
    ) throws -> Placement {
        try Placement(
            of: assembly, record(assembly, of: received), in: quarantine, to: release,
            of: temporary.home, replacing: old)
    }

    /// From the archive to the place.
    func place(_ files: [String: [UInt8]], replacing old: PlacedBinary? = nil) throws {
        let received = try unpack(files)
        let placement = try placement(try assemble(received), of: received, replacing: old)
        try placement.rename()
        try placement.finish()
        quarantine.discard(received.id)
    }

    /// What a run that begins now knows of the place.
    func known() -> BinaryFacts {
        let book = BinaryBook(home: temporary.home)
        _ = book.facts(of: release)
        book.hash()
        return book.facts(of: release)
    }

    var placed: PlacedBinary? { BinaryBook(home: temporary.home).placed(in: release) }

    static func digest(_ bytes: [UInt8]) -> String {
        var digest = RunningDigest()
        digest.update(bytes)
        return digest.digests.sha256 ?? ""
    }
}
