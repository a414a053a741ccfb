/// What a file is, by its first bytes.
package enum BinaryKind: Sendable, Equatable {
    /// An executable for this machine.
    case program
    /// An executable for another; its name.
    case foreign(String)
    /// ELF, and nothing that can be executed.
    case otherELF
    /// The format.
    case archive(String)
    case script
    case empty
    case unknown

    var isArchive: Bool {
        guard case .archive = self else { return false }
        return true
    }

    /// As many as are needed: the magic of tar is at 257.
    static let headSize = 512

    init(head: [UInt8]) {
        if head.isEmpty {
            self = .empty
        } else if head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
            self = Self.elf(head)
        } else if head.starts(with: "#!".utf8) {
            self = .script
        } else if let format = Self.archive(head) {
            self = .archive(format)
        } else if let system = Self.foreign(head) {
            self = .foreign(system)
        } else {
            self = .unknown
        }
    }

    /// The ELF header of elf(5): class, byte order, type, machine.
    private static func elf(_ head: [UInt8]) -> BinaryKind {
        guard head.count >= 64 else { return .otherELF }
        let isLittle = head[5] == 1
        func half(_ place: Int) -> UInt16 {
            let (low, high) = isLittle ? (place, place + 1) : (place + 1, place)
            return UInt16(head[low]) | UInt16(head[high]) << 8
        }
        guard half(16) == 2 || half(16) == 3 else { return .otherELF }
        let machine = half(18)
        let isOurs = head[4] == 2 && isLittle && machine == BinaryInspection.machine
        return isOurs ? .program : .foreign(name(ofMachine: machine))
    }

    static func name(ofMachine number: UInt16) -> String {
        switch number {
        case 3: "i386"
        case 40: "arm"
        case 62: "x86_64"
        case 183: "aarch64"
        case 243: "riscv"
        default: "machine \(number)"
        }
    }

    private static func archive(_ head: [UInt8]) -> String? {
        let magics: [(String, [UInt8])] = [
            ("gzip", [0x1f, 0x8b]), ("bzip2", Array("BZh".utf8)),
            ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), ("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
            ("zip", [0x50, 0x4b, 0x03, 0x04]), ("zip", [0x50, 0x4b, 0x05, 0x06]),
        ]
        if let found = magics.first(where: { head.starts(with: $0.1) }) { return found.0 }
        return head.dropFirst(257).starts(with: "ustar".utf8) ? "tar" : nil
    }

    private static func foreign(_ head: [UInt8]) -> String? {
        if head.starts(with: [0xcf, 0xfa, 0xed, 0xfe]) { return "macOS" }
        return head.starts(with: "MZ".utf8) ? "Windows" : nil
    }
}

extension BinaryKind {
    /// What is wrong with it and what helps, each one sentence; nil for what can be taken.
    package var objection: (what: String, remedy: String)? {
        let host = Self.name(ofMachine: BinaryInspection.machine)
        return switch self {
        case .program: nil
        case .foreign(let name):
            (
                "This is an executable for \(name), and this host is \(host).",
                "Stage the build for linux and \(host)."
            )
        case .otherELF:
            (
                "This is an ELF file that cannot be executed, such as an object or a core file.",
                "Stage the executable."
            )
        case .archive(let format):
            (
                "This is an archive (\(format)), and switchyard-stage, which unpacks, is missing.",
                "Install it beside switchyard, or stage the executable that is in the archive."
            )
        case .script:
            (
                "This is a script, and only an executable for this machine is taken.",
                "Stage the executable, or put the script into the folder by hand."
            )
        case .empty: ("There is no content.", "Send the executable.")
        case .unknown: ("This is no executable.", "Stage the executable for linux and \(host).")
        }
    }
}
