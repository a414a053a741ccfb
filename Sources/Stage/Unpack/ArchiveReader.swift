import CArchive
import Glibc
import StageMessages

/// An archive as libarchive reads it: the formats and filters that its kind names, and no others.
final class ArchiveReader {
    let source: ArchiveSource
    private let kind: ArchiveKind
    private let archive: OpaquePointer

    init(_ source: ArchiveSource, kind: ArchiveKind) throws(StageFailure) {
        guard let archive = archive_read_new() else {
            throw StageFailure(.system, "libarchive: \(words(for: ENOMEM))")
        }
        self.source = source
        self.kind = kind
        self.archive = archive
        guard kind.enable(in: archive) else { throw failure(.system) }
        try open()
    }

    deinit { archive_read_free(archive) }

    /// A lone compressed file, not an archive in it.
    var isRaw: Bool { archive_format(archive) == ARCHIVE_FORMAT_RAW }

    /// - Returns: Nil behind the last.
    func nextEntry() throws(StageFailure) -> ArchiveEntry? {
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if result == ARCHIVE_EOF { return nil }
        // A zip says everything twice. libarchive warns when the two differ.
        let isGood = result == ARCHIVE_OK || result == ARCHIVE_WARN && kind != .zip
        guard isGood, let entry else { throw headerFailure }
        try checkFilters()
        return ArchiveEntry(entry)
    }

    /// The next piece of the current entry, valid until the next call; nil behind the last.
    func nextBlock() throws(StageFailure) -> (bytes: UnsafeRawBufferPointer, offset: Int64)? {
        var bytes: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let result = archive_read_data_block(archive, &bytes, &count, &offset)
        if result == ARCHIVE_EOF { return nil }
        guard result == ARCHIVE_OK, offset >= 0 else { throw failure(.archiveDamaged) }
        return (UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count), offset)
    }
}

// MARK: - Opening

extension ArchiveReader {
    private func open() throws(StageFailure) {
        let context = Unmanaged.passUnretained(source).toOpaque()
        archive_read_set_callback_data(archive, context)
        archive_read_set_read_callback(archive) { _, context, bytes in
            guard let context, let bytes else { return -1 }
            let source = Unmanaged<ArchiveSource>.fromOpaque(context).takeUnretainedValue()
            guard let next = source.next() else { return -1 }
            bytes.pointee = next.baseAddress
            return next.count
        }
        if source.size != nil {
            archive_read_set_seek_callback(archive) { _, context, offset, whence in
                guard let context else { return Int64(ARCHIVE_FATAL) }
                let source = Unmanaged<ArchiveSource>.fromOpaque(context).takeUnretainedValue()
                return source.seek(offset, from: whence) ?? Int64(ARCHIVE_FATAL)
            }
        }
        guard archive_read_open1(archive) == ARCHIVE_OK else { throw headerFailure }
    }

    /// libarchive puts a filter in as often as the bytes look like it.
    private func checkFilters() throws(StageFailure) {
        let count = archive_filter_count(archive)
        guard count <= kind.filters else {
            throw StageFailure(.formatRefused, "the file is compressed more than once")
        }
        guard count == kind.filters else {
            throw StageFailure(.archiveDamaged, "the file is cut off, or broken at its beginning")
        }
    }

    /// Of an entry's header; of the first, it may be that this is no archive at all.
    private var headerFailure: StageFailure {
        guard archive_file_count(archive) == 0, source.failure == nil else {
            return failure(.archiveDamaged)
        }
        return switch kind {
        case .oldTar:
            StageFailure(
                .formatRefused, "the file is no tar, gz, bz2, xz, zst or zip, nor anything known")
        case .zip where archive_format(archive) == 0:
            StageFailure(.archiveDamaged, "the zip has no directory at its end: it is cut off")
        case .zip, .tar, .compressed: failure(.archiveDamaged)
        }
    }

    private func failure(_ kind: StageFailure.Kind) -> StageFailure {
        if let failure = source.failure { return failure }
        let said = archive_error_string(archive).map { shown(Array(String(cString: $0).utf8)) }
        return StageFailure(
            kind, "the archive cannot be read on: \(said ?? "it is cut off, or broken")")
    }
}

extension ArchiveKind {
    /// How many libarchive may put in a row, the reading of the file itself included.
    fileprivate var filters: Int32 {
        if case .compressed = self { 2 } else { 1 }
    }

    /// Never all of them: some formats are read by other programs, and each is a parser more.
    fileprivate func enable(in archive: OpaquePointer) -> Bool {
        let results =
            switch self {
            case .zip: [archive_read_support_format_zip_seekable(archive)]
            case .tar, .oldTar: [archive_read_support_format_tar(archive)]
            case .compressed(let compression):
                [
                    compression.enable(in: archive), archive_read_support_format_tar(archive),
                    archive_read_support_format_raw(archive),
                ]
            }
        return results.allSatisfy { $0 == ARCHIVE_OK }
    }
}

extension ArchiveKind.Compression {
    /// - Returns: ARCHIVE_WARN where libarchive would start a program for it.
    fileprivate func enable(in archive: OpaquePointer) -> Int32 {
        switch self {
        case .gzip: archive_read_support_filter_gzip(archive)
        case .bzip2: archive_read_support_filter_bzip2(archive)
        case .xz: archive_read_support_filter_xz(archive)
        case .zstd: archive_read_support_filter_zstd(archive)
        }
    }
}
