import Glibc
import StageMessages

/// One archive on its way into the folder.
struct Extraction {
    private let reader: ArchiveReader
    private let limits: UnpackOrder.Limits
    private let folder = OutputFolder(UnpackDescriptors.folder)
    private var budget: Budget
    private var tree = Tree()

    /// What a lone compressed file is called, unpacked.
    private static let loneName = Array("content".utf8)

    init(from reader: ArchiveReader, limits: UnpackOrder.Limits) {
        self.reader = reader
        self.limits = limits
        budget = Budget(limits)
    }

    mutating func run() throws(StageFailure) {
        while let entry = try reader.nextEntry() {
            try budget.countEntry()
            if reader.isRaw {
                try extractLoneFile()
            } else {
                try extract(entry)
            }
        }
        for link in tree.links {
            try copy(try tree.destination(of: link), to: link)
        }
    }

    private mutating func extract(_ entry: ArchiveEntry) throws(StageFailure) {
        guard let name = entry.name else {
            throw .refused([], "has a path that is not UTF-8")
        }
        try Self.checkHeader(of: entry, name)
        try budget.admit(entry.size ?? 0)
        let path = try EntryPath(name, of: name, limit: limits.path)
        switch entry.type {
        case .folder: try addFolder(path, name)
        case .file:
            try claim(path, name)
            try writeFile(path, entry)
        case .hardLink(let target): try addHardLink(path, to: target, name)
        case .link(let target): try noteLink(path, to: target, name)
        case .special: throw .refused(name, "is a device, a FIFO or a socket")
        }
        // What has no content should bring none. If it does, that too is paid for.
        if entry.type != .file { try skipData(name) }
    }

    private static func checkHeader(
        of entry: ArchiveEntry, _ name: [UInt8]
    ) throws(StageFailure) {
        guard !entry.isEncrypted else { throw .refused(name, "is encrypted") }
        guard entry.size ?? 0 >= 0 else { throw .damaged(name, "has a size below zero") }
        // On a folder, set-group-ID only says where new files belong, and is common.
        guard !entry.isPrivileged || entry.type == .folder else {
            throw .refused(name, "is set-user-ID or set-group-ID")
        }
        guard !entry.hasCapabilities else { throw .refused(name, "has capabilities") }
    }
}

// MARK: - Kinds of entries

extension Extraction {
    /// A folder may be named as often as an archive likes.
    private mutating func addFolder(_ path: EntryPath, _ name: [UInt8]) throws(StageFailure) {
        guard tree[path] != .folder else { return }
        try claim(path, name)
        try folder.makeFolder(path)
        tree.add(.folder, at: path)
    }

    private mutating func addHardLink(
        _ path: EntryPath, to target: [UInt8], _ name: [UInt8]
    ) throws(StageFailure) {
        let original = try EntryPath(target, of: name, limit: limits.path)
        guard case .file = tree[original] else {
            throw .refused(name, "is a hard link to what was not unpacked before it")
        }
        try claim(path, name)
        try copy(original, to: path)
    }

    private mutating func noteLink(
        _ path: EntryPath, to target: [UInt8], _ name: [UInt8]
    ) throws(StageFailure) {
        guard target.first != UInt8(ascii: "/") else {
            throw .refused(name, "is a link to an absolute path")
        }
        try EntryPath.check(target, of: name, limit: limits.path)
        try claim(path, name)
        tree.add(.link(to: target), at: path)
    }

    /// Sees that nothing is there yet, and makes the folders above.
    private mutating func claim(_ path: EntryPath, _ name: [UInt8]) throws(StageFailure) {
        guard tree[path] == nil else { throw .refused(name, "is there twice") }
        for ancestor in path.ancestors {
            switch tree[ancestor] {
            case .folder: continue
            case .file: throw .refused(name, "lies below a file")
            case .link: throw .refused(name, "lies below a link")
            case nil:
                try budget.countEntry()
                try folder.makeFolder(ancestor)
                tree.add(.folder, at: ancestor)
            }
        }
    }
}

// MARK: - Content

extension Extraction {
    private mutating func writeFile(
        _ path: EntryPath, _ entry: ArchiveEntry
    ) throws(StageFailure) {
        let file = try folder.create(path, isExecutable: entry.isExecutable)
        defer { close(file) }
        var end: Int64 = 0
        while let block = try reader.nextBlock() {
            end = try write(block, behind: end, to: file, path)
        }
        if let size = entry.size, size > end {
            try budget.spend(size - end, read: reader.source.bytesRead)
            guard ftruncate(file, off_t(size)) == 0 else { throw OutputFolder.failure(path) }
        }
        tree.add(.file(isExecutable: entry.isExecutable), at: path)
    }

    /// - Returns: Where the block ends; a hole before it counts like what is written.
    private mutating func write(
        _ block: (bytes: UnsafeRawBufferPointer, offset: Int64), behind end: Int64,
        to file: Int32, _ path: EntryPath
    ) throws(StageFailure) -> Int64 {
        Supervision.endIfUnwanted()
        let (blockEnd, overflows) = block.offset.addingReportingOverflow(Int64(block.bytes.count))
        guard !overflows, block.offset >= end else {
            throw .damaged(path.bytes, "has pieces in disorder")
        }
        try budget.spend(blockEnd - end, read: reader.source.bytesRead)
        try OutputFolder.write(block.bytes, at: block.offset, to: file, path)
        return blockEnd
    }

    private mutating func extractLoneFile() throws(StageFailure) {
        let path = EntryPath(components: [Self.loneName])
        var block = try reader.nextBlock()
        let head = block.map { Array($0.bytes.prefix(1024)) } ?? []
        guard !ArchiveKind.isPacked(head) else {
            throw StageFailure(.formatRefused, "the file is packed more than once")
        }
        let kind = OtherFile(beginningWith: head)
        guard kind == .elf || kind == .script else {
            throw StageFailure(
                .formatRefused, "what the file holds compressed is neither a tar nor a program")
        }
        let file = try folder.create(path, isExecutable: true)
        defer { close(file) }
        var end: Int64 = 0
        while let some = block {
            end = try write(some, behind: end, to: file, path)
            block = try reader.nextBlock()
        }
        tree.add(.file(isExecutable: true), at: path)
    }

    private mutating func skipData(_ name: [UInt8]) throws(StageFailure) {
        while let block = try reader.nextBlock() {
            Supervision.endIfUnwanted()
            try budget.spend(Int64(block.bytes.count), read: reader.source.bytesRead)
        }
    }

    private mutating func copy(_ original: EntryPath, to path: EntryPath) throws(StageFailure) {
        guard case .file(let isExecutable) = tree[original] else {
            throw .refused(path.bytes, "is a link to no file")
        }
        let from = try folder.open(original)
        defer { close(from) }
        let file = try folder.create(path, isExecutable: isExecutable)
        defer { close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var end: Int64 = 0
        while true {
            let count = pread(from, buffer.baseAddress, buffer.count, off_t(end))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw OutputFolder.failure(path) }
            if count == 0 { break }
            let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            end = try write((block, end), behind: end, to: file, path)
        }
        if case .link = tree[path] { return }
        tree.add(.file(isExecutable: isExecutable), at: path)
    }
}
