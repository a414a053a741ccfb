/// `/etc/ld.so.cache`: which libraries ldconfig(8) has found, and where.
///
/// The format is glibc's `struct cache_file_new` (sysdeps/generic/dl-cache.h), which may follow one
/// of the older format.
struct LoaderCache: Sendable, Equatable {
    /// By name, the preferred one first.
    private(set) var paths: [String: [String]] = [:]

    /// Empty when there is none, or none that can be understood: a loader then does without, too.
    init(path: String = "/etc/ld.so.cache") {
        let reading = try? ForeignFile.read(path, limit: 16 << 20)
        self.init(bytes: reading?.bytes ?? [])
    }

    init(bytes: [UInt8]) {
        let start = Self.start(in: bytes)
        let piece = ELFPiece(bytes: Array(bytes.dropFirst(start)))
        guard piece.bytes.starts(with: Self.magic), piece.bytes.count >= Self.headSize else {
            return
        }
        let count = Int(piece.word(20))
        guard count <= (piece.bytes.count - Self.headSize) / Self.entrySize else { return }
        for index in 0..<count {
            let place = Self.headSize + index * Self.entrySize
            guard let name = Self.text(at: piece.word(place + 4), in: piece.bytes),
                let path = Self.text(at: piece.word(place + 8), in: piece.bytes)
            else { continue }
            paths[name, default: []].append(path)
        }
    }

    private static let magic = Array("glibc-ld.so.cache1.1".utf8)
    private static let headSize = 48
    private static let entrySize = 24

    /// Behind the part of the older format, if there is one.
    private static func start(in bytes: [UInt8]) -> Int {
        guard bytes.starts(with: "ld.so-1.7.0".utf8), bytes.count >= 16 else { return 0 }
        let count = Int(ELFPiece(bytes: Array(bytes.prefix(16))).word(12))
        return (16 + count * 12 + 7) / 8 * 8
    }

    private static func text(at place: UInt32, in bytes: [UInt8]) -> String? {
        guard Int(place) < bytes.count else { return nil }
        let rest = bytes[Int(place)...].prefix(4096)
        guard let end = rest.firstIndex(of: 0) else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
