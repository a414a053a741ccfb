import Supervisor

/// Sizes as operators write them: bytes, or `512MiB`.
enum ByteCount {
    private static let units: [(name: String, shift: Int64)] = [
        ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10),
    ]

    /// Nil for another form, and for what is too large to count.
    static func bytes(_ text: String) -> Int64? {
        let unit = units.first { text.hasSuffix($0.name) }
        let digits = text.dropLast(unit?.name.count ?? 0)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: 1 << (unit?.shift ?? 0))
        return isTooLarge ? nil : bytes
    }

    /// With the largest unit that leaves a whole number.
    static func text(_ bytes: Int64) -> String {
        for unit in units where bytes > 0 && bytes % (1 << unit.shift) == 0 {
            return "\(bytes >> unit.shift)\(unit.name)"
        }
        return "\(bytes)"
    }
}

extension DiskReserve {
    /// Nil where it depends on the disk.
    var text: String? {
        switch self {
        case .standard: nil
        case .bytes(let count): ByteCount.text(count)
        }
    }
}
