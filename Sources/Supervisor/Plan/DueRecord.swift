import FoundationEssentials
import Glibc

/// Our durable word that a plan is due: a plan file was judged so, or an operator's switch said so.
///
/// It outlives the evidence, which a restart of ours would lose: the daemon's RPC, and that the file
/// was fresh. While it lies there and `current` is the plan's folder, the switch is provisional; it
/// is removed when the new binary has applied the plan's height.
package struct DueRecord: Codable, Sendable, Equatable {
    package var name: String
    package var height: Height
    package var info: String
    /// The plan file as it was after the old daemon's end: not a new one until it differs.
    package var file: FileIdentity?
    package var judgedAt: Date
    package var reason: String
    /// The folder `current` pointed at.
    package var previous: String
    /// An operator's switch asked for it, and no plan file has to.
    package var isCommanded: Bool?
    /// It is an operator's by height: the plan file, which the new binary reads, is ours to write.
    package var isByHeight: Bool?
    /// The operation that carries it out, to go on under the same id after our own end.
    package var operation: String?

    package static func load(from home: Home) -> DueRecord? {
        guard let reading = try? ForeignFile.read(home.dueRecord, limit: 1 << 20) else {
            return nil
        }
        return try? JSONDecoder().decode(DueRecord.self, from: Data(reading.bytes))
    }

    /// - Parameter synced: not needed for a plan file: until the upgrade's first step stores it for
    ///   good, the evidence itself is there.
    package func store(in home: Home, synced: Bool = false) throws(SystemError) {
        try DurableFile.replace(home.dueRecord, with: try encoded(), synced: synced)
    }

    /// To be stored together with other files.
    func content(in home: Home) throws(SystemError) -> DurableFile.Content {
        DurableFile.Content(home.dueRecord, try encoded())
    }

    private func encoded() throws(SystemError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(self) else {
            throw SystemError("encode", code: EINVAL)
        }
        return Array(bytes)
    }

    package static func remove(from home: Home) {
        unlink(home.dueRecord)
    }

    package func concerns(_ plan: UpgradePlan) -> Bool {
        name == plan.name.text && height == plan.height
    }
}
