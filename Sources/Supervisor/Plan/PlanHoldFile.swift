import FoundationEssentials

/// A no to one plan at one height, in the plan's entry of the plan book.
package enum PlanHoldFile {
    private struct Entry: Decodable {
        let hold: PlanHold?
    }

    /// Nil without an entry or without a hold in it.
    package static func read(_ name: PlanName, in home: Home) -> PlanHold? {
        let path = "\(home.planBook)/\(name.directory).json"
        guard let reading = try? ForeignFile.read(path, limit: 1 << 20) else { return nil }
        return (try? JSONDecoder().decode(Entry.self, from: Data(reading.bytes)))?.hold
    }
}
