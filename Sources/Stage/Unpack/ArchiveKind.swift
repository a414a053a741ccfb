import StageMessages

/// What a file is, by what it begins with: names and suffixes say nothing.
enum ArchiveKind: Equatable {
    case zip
    case tar
    /// Without the mark that every tar has had since 1988; its first header's sum decides.
    case oldTar
    case compressed(Compression)

    enum Compression: CaseIterable {
        case gzip, bzip2, xz, zstd

        fileprivate var magic: [UInt8] {
            switch self {
            case .gzip: [0x1f, 0x8b]
            case .bzip2: Array("BZh".utf8)
            case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
            case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
            }
        }
    }

    /// - Throws: `.formatRefused` for what is known to be something else.
    init(ofFileWith head: [UInt8]) throws(StageFailure) {
        guard !head.isEmpty else { throw StageFailure(.formatRefused, "the file is empty") }
        if let compression = Compression.allCases.first(where: { head.starts(with: $0.magic) }) {
            self = .compressed(compression)
        } else if head.starts(with: Self.zipEntry) || head.starts(with: Self.emptyZip) {
            self = .zip
        } else if head.dropFirst(257).starts(with: "ustar".utf8) {
            self = .tar
        } else if let other = OtherFile(beginningWith: head) {
            throw StageFailure(.formatRefused, "the file is \(other.rawValue)")
        } else {
            self = .oldTar
        }
    }

    /// Nothing that comes out of a compressed file may be an archive again, but for one tar.
    static func isPacked(_ head: [UInt8]) -> Bool {
        head.starts(with: zipEntry) || Compression.allCases.contains { head.starts(with: $0.magic) }
    }

    private static let zipEntry = Array("PK\u{3}\u{4}".utf8)
    private static let emptyZip = Array("PK\u{5}\u{6}".utf8)
}

/// What people take for an archive, or put where one belongs.
enum OtherFile: String, CaseIterable {
    case elf = "an ELF program, not an archive"
    case script = "a script, not an archive"
    case webPage = "a web page, not an archive"
    case json = "JSON, not an archive"
    case mach = "a program for macOS, not an archive"
    case windows = "a program for Windows, not an archive"
    case sevenZip = "a 7z archive, which is not taken"
    case rar = "a RAR archive, which is not taken"
    case package = "a Debian package, which is not taken"
    case otherCompression = "compressed in a way that is not taken"

    init?(beginningWith head: [UInt8]) {
        let text = head.prefix(1024).drop { " \t\r\n\u{feff}".utf8.contains($0) }.prefix(16)
            .map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        let found = Self.allCases.first { kind in
            kind.beginnings.contains { head.starts(with: $0) }
                || kind.words(in: text)
        }
        guard let found else { return nil }
        self = found
    }

    private var beginnings: [[UInt8]] {
        switch self {
        case .elf: [[0x7f, 0x45, 0x4c, 0x46]]
        case .script: [Array("#!".utf8)]
        case .webPage, .json: []
        case .mach: [[0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe]]
        case .windows: [Array("MZ".utf8)]
        case .sevenZip: [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]]
        case .rar: [Array("Rar!".utf8)]
        case .package: [Array("!<arch>".utf8)]
        case .otherCompression: [[0x04, 0x22, 0x4d, 0x18], Array("LZIP".utf8), [0x1f, 0x9d]]
        }
    }

    /// - Parameter text: The first letters, in lower case.
    private func words(in text: [UInt8]) -> Bool {
        switch self {
        case .webPage:
            ["<!doctype", "<html", "<head", "<body", "<?xml"].contains {
                text.starts(with: $0.utf8)
            }
        case .json: text.first == UInt8(ascii: "{")
        default: false
        }
    }
}
