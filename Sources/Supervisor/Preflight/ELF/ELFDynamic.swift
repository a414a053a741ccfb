/// The dynamic section: what a loader has to bring together.
struct ELFDynamic {
    private let bytes: ELFBytes
    private let segments: ELFSegments
    private var values: [UInt64: [UInt64]] = [:]

    /// `d_tag` of elf(5).
    enum Tag: UInt64 {
        case needed = 1
        case strings = 5
        case name = 14
        case rpath = 15
        case runPath = 29
        case flags = 0x6fff_fffb
        case versions = 0x6fff_fffc
        case versionCount = 0x6fff_fffd
        case versionNeeds = 0x6fff_fffe
        case versionNeedCount = 0x6fff_ffff
    }

    /// Of anything that is counted: the largest programs need a hundred libraries.
    private static let limit = 4096

    /// Nil for a file without one: it needs nobody.
    init?(_ bytes: ELFBytes, _ head: ELFHead, _ segments: ELFSegments) throws(ELFError) {
        guard let segment = segments.dynamic else { return nil }
        self.bytes = bytes
        self.segments = segments
        let what = "dynamic section"
        let size = head.is64 ? 16 : 8
        guard segment.size <= 1 << 20 else { throw .broken(what) }
        let table = try bytes.piece(segment.offset, Int(segment.size) / size * size, what)
        for start in stride(from: 0, to: table.bytes.count, by: size) {
            let tag = table.address(start, is64: head.is64)
            guard tag != 0 else { break }
            guard Tag(rawValue: tag) != nil else { continue }
            let value = table.address(start + size / 2, is64: head.is64)
            values[tag, default: []].append(value)
        }
        guard values.values.allSatisfy({ $0.count <= Self.limit }) else { throw .broken(what) }
    }

    /// DF_1_PIE of DT_FLAGS_1: an executable for any place in memory, no library.
    var isExecutable: Bool {
        values[Tag.flags.rawValue]?.contains { $0 & 0x0800_0000 != 0 } ?? false
    }

    /// The texts that entries of this tag stand for.
    func strings(_ tag: Tag) throws(ELFError) -> [String] {
        var strings: [String] = []
        for value in values[tag.rawValue] ?? [] { strings.append(try string(at: value)) }
        return strings
    }

    private func string(at index: UInt64) throws(ELFError) -> String {
        let what = "string table"
        guard let table = values[Tag.strings.rawValue]?.first else { throw .broken(what) }
        let (address, isTooFar) = table.addingReportingOverflow(index)
        guard !isTooFar, let offset = segments.offset(of: address) else { throw .broken(what) }
        return try bytes.text(offset, what)
    }

    // MARK: - Symbol versions

    var versionNeeds: [ELFFile.VersionNeed] {
        get throws(ELFError) {
            var needs: [ELFFile.VersionNeed] = []
            try forEach(.versionNeeds, .versionNeedCount, next: 12) {
                entry, place throws(ELFError) in
                var versions: [String] = []
                let count = min(Int(entry.half(2)), Self.limit)
                try chain(count, at: place &+ UInt64(entry.word(8)), next: 12) {
                    version, _ throws(ELFError) in
                    let isWeak = version.half(4) & 2 != 0
                    if !isWeak { versions.append(try string(at: UInt64(version.word(8)))) }
                }
                needs.append(
                    ELFFile.VersionNeed(
                        library: try string(at: UInt64(entry.word(4))), versions: versions))
            }
            return needs
        }
    }

    var versions: Set<String> {
        get throws(ELFError) {
            var versions: Set<String> = []
            try forEach(.versions, .versionCount, next: 16) { entry, place throws(ELFError) in
                // The first name is the version's own, the others those of its parents.
                try chain(1, at: place &+ UInt64(entry.word(12)), next: 4) {
                    name, _ throws(ELFError) in
                    versions.insert(try string(at: UInt64(name.word(0))))
                }
            }
            return versions
        }
    }

    private func forEach(
        _ table: Tag, _ count: Tag, next: Int,
        _ body: (ELFPiece, UInt64) throws(ELFError) -> Void
    ) throws(ELFError) {
        guard let address = values[table.rawValue]?.first,
            let number = values[count.rawValue]?.first
        else { return }
        guard number <= UInt64(Self.limit), let offset = segments.offset(of: address) else {
            throw .broken("symbol versions")
        }
        try chain(Int(number), at: offset, next: next, body)
    }

    /// Follows records each of which tells how far it is to the next.
    ///
    /// - Parameter next: Where in the record that is told.
    private func chain(
        _ count: Int, at offset: UInt64, next: Int,
        _ body: (ELFPiece, UInt64) throws(ELFError) -> Void
    ) throws(ELFError) {
        var offset = offset
        for _ in 0..<count {
            // Longer than some records: there is more of the file behind the last one in any case.
            let record = try bytes.piece(offset, max(next + 4, 8), "symbol versions")
            try body(record, offset)
            let distance = UInt64(record.word(next))
            guard distance > 0 else { return }
            offset &+= distance
        }
    }
}
