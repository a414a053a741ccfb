/// A regular file that came out of an archive.
package struct UnpackedFile: Sendable, Equatable {
    /// The parts of its path; none is empty, `.` or `..`.
    package let path: [String]
    /// By its first bytes.
    package let kind: BinaryKind
    /// A library, or the loader: a program needs it, and nobody runs it.
    package let isSharedObject: Bool

    /// Parts of a path.
    private static let depthLimit = 32

    /// - Parameters:
    ///   - path: Relative to the archive's root; `./` before it is nothing.
    ///   - head: At least `BinaryKind.headSize` bytes, if there are so many.
    ///   - elf: Nil when it is no ELF file, or none that can be read.
    /// - Throws: `.unsafePath`.
    package init(path: String, head: [UInt8], elf: ELFFile?) throws(ArchiveRefusal) {
        self.path = try Self.parts(path)
        kind = BinaryKind(head: head)
        // Static programs for any place in memory may be without the mark of one, and some libraries
        // are without a name of their own.
        let isNamedSo = Self.isLibraryName(self.path.last ?? "")
        isSharedObject = elf.map { $0.type == 3 && ($0.isSharedObject || isNamedSo) } ?? isNamedSo
    }

    private static func parts(_ path: String) throws(ArchiveRefusal) -> [String] {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        let isSafe = parts.allSatisfy { part in
            part != ".." && part.utf8.count <= 255 && !part.utf8.contains(0)
        }
        guard isSafe, !parts.isEmpty, parts.count <= depthLimit, !path.hasPrefix("/") else {
            throw ArchiveRefusal(
                .unsafePath, "the archive holds a file whose path is not taken: \(path.inQuotes)")
        }
        return parts
    }

    /// `libwasmvm.so`, `libgcc_s.so.1`, `ld-linux-x86-64.so.2`.
    private static func isLibraryName(_ name: String) -> Bool {
        name.hasSuffix(".so") || name.contains(".so.")
    }

    /// An executable for this machine.
    var isProgram: Bool { kind == .program && !isSharedObject }

    /// A library for this machine.
    var isLibrary: Bool { kind == .program && isSharedObject }

    var text: String { path.joined(separator: "/") }
}
