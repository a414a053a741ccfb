import Glibc

/// What the headers of an ELF file say of how it is to be loaded (elf(5), and the symbol versions of
/// the Linux Standard Base), read with every offset checked: the bytes may be anybody's.
///
/// Little endian only, as are all machines that we run on.
package struct ELFFile: Sendable, Equatable {
    package let is64: Bool
    /// `e_type` and `e_machine`.
    package let type: UInt16
    package let machine: UInt16
    /// PT_INTERP: the loader; nil for what is static, and for libraries.
    package private(set) var interpreter: String?
    /// DT_NEEDED, in the file's order, and so below.
    package private(set) var needed: [String] = []
    package private(set) var name: String?
    /// DT_RPATH, which the loader ignores beside a DT_RUNPATH.
    package private(set) var rpath: [String] = []
    package private(set) var runPath: [String] = []
    /// DF_1_PIE, which linkers have written since 2018.
    private var isMarkedExecutable = false
    /// DT_VERNEED without what is weak.
    package private(set) var versionNeeds: [VersionNeed] = []
    /// DT_VERDEF.
    package private(set) var versions: Set<String> = []

    /// Versions of a library's symbols that must be there.
    package struct VersionNeed: Sendable, Equatable {
        package let library: String
        package let versions: [String]
    }

    package init(path: String) throws(ELFError) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw .system(SystemError("open", path: path)) }
        try self.init(file: Descriptor(owning: number))
    }

    init(file: Descriptor) throws(ELFError) {
        // Other kinds of files give no bytes, or none at an offset.
        try self.init(ELFBytes { offset, count in Self.read(file, offset, count) })
    }

    package init(bytes: [UInt8]) throws(ELFError) {
        try self.init(
            ELFBytes { offset, count in
                guard offset <= bytes.count else { return [] }
                return Array(bytes[offset...].prefix(count))
            })
    }

    /// Meant to be loaded by a program and not to be one, as far as its headers tell.
    ///
    /// Both are ET_DYN; libraries of the C library have an interpreter, too.
    package var isSharedObject: Bool {
        let isDynamic = type == 3
        return isDynamic && (name != nil || interpreter == nil && !isMarkedExecutable)
    }

    private init(_ bytes: ELFBytes) throws(ELFError) {
        let head = try ELFHead(bytes)
        is64 = head.is64
        type = head.type
        machine = head.machine
        let segments = try ELFSegments(bytes, head)
        try segments.check(bytes, head)
        interpreter = try segments.interpreter(in: bytes)
        guard let dynamic = try ELFDynamic(bytes, head, segments) else { return }
        needed = try dynamic.strings(.needed)
        name = try dynamic.strings(.name).first
        isMarkedExecutable = dynamic.isExecutable
        rpath = try dynamic.strings(.rpath).flatMap(\.searchPath)
        runPath = try dynamic.strings(.runPath).flatMap(\.searchPath)
        versionNeeds = try dynamic.versionNeeds
        versions = try dynamic.versions
    }

    private static func read(_ file: Descriptor, _ offset: Int, _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { space, filled in
            filled = max(0, pread(file.number, space.baseAddress, count, off_t(offset)))
        }
    }
}

/// Why a file cannot be read as ELF.
package enum ELFError: Error, Sendable, Equatable, CustomStringConvertible {
    case noELF
    case bigEndian
    /// What of it leads out of the file, or is beyond all measure.
    case broken(String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .noELF: "it is no ELF file"
        case .bigEndian: "it is for a big-endian machine"
        case .broken(let what): "its \(what) cannot be read"
        case .system(let error): "\(error)"
        }
    }
}

extension String {
    /// The folders of a search path; an empty one stands for the working folder.
    fileprivate var searchPath: [String] {
        split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }
}
