import Glibc

extension GoBuildInfo {
    /// Reads it from a program; nil for one that Go's linker has not made, or that cannot be read.
    package init?(program path: String) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        self.init(
            ELFBytes { offset, count in
                [UInt8](unsafeUninitializedCapacity: count) { space, filled in
                    filled = max(0, pread(file.number, space.baseAddress, count, off_t(offset)))
                }
            })
    }

    package init?(bytes: [UInt8]) {
        self.init(
            ELFBytes { offset, count in
                guard offset <= bytes.count else { return [] }
                return Array(bytes[offset...].prefix(count))
            })
    }

    private init?(_ bytes: ELFBytes) {
        // A program that cannot be read has none, for whatever reason.
        guard let head = try? ELFHead(bytes), let segments = try? ELFSegments(bytes, head),
            let (offset, size) = Self.place(bytes, head, segments)
        else { return nil }
        let count = Int(min(size, UInt64(Self.searched)))
        guard let data = try? bytes.piece(offset, count, "build info") else { return nil }
        self.init(data: data.bytes, is64: head.is64) { address, count in
            guard count <= Self.searched, let offset = segments.offset(of: address) else {
                return nil
            }
            return (try? bytes.piece(offset, count, "build info"))?.bytes
        }
    }

    /// The section that is named for it, else the program's data, where older linkers have put it.
    private static func place(
        _ bytes: ELFBytes, _ head: ELFHead, _ segments: ELFSegments
    ) -> (offset: UInt64, size: UInt64)? {
        if let sections = try? ELFSections(bytes, head),
            let section = sections.section(named: ".go.buildinfo", in: bytes)
        {
            return section
        }
        return segments.data.map { ($0.offset, $0.size) }
    }
}

/// The section headers of an ELF file, which nothing needs that only loads it.
private struct ELFSections {
    private let table: ELFPiece
    private let is64: Bool
    private let size: Int
    private let names: Int

    init(_ bytes: ELFBytes, _ head: ELFHead) throws(ELFError) {
        let what = "section headers"
        is64 = head.is64
        let start = try bytes.piece(0, is64 ? 64 : 52, "header")
        size = Int(start.half(is64 ? 58 : 46))
        let count = Int(start.half(is64 ? 60 : 48))
        names = Int(start.half(is64 ? 62 : 50))
        guard (is64 ? 64 : 40)...256 ~= size, names < count, count <= 4096 else {
            throw .broken(what)
        }
        table = try bytes.piece(start.address(is64 ? 40 : 32, is64: is64), count * size, what)
    }

    func section(named name: String, in bytes: ELFBytes) -> (offset: UInt64, size: UInt64)? {
        let texts = place(names)
        return (0..<table.bytes.count / size).lazy.map { index in
            (index, UInt64(table.word(index * size)))
        }.first { _, start in
            let (offset, isTooFar) = texts.offset.addingReportingOverflow(start)
            // One whose name cannot be read is another.
            return !isTooFar && (try? bytes.text(offset, "section name")) == name
        }.map { place($0.0) }
    }

    private func place(_ index: Int) -> (offset: UInt64, size: UInt64) {
        let start = index * size
        return (
            table.address(start + (is64 ? 24 : 16), is64: is64),
            table.address(start + (is64 ? 32 : 20), is64: is64)
        )
    }
}
