@testable import Supervisor

/// Files as they come out of an archive, by what they are.
enum ArchiveLayoutSample {
    case program, library, staticProgram, otherMachine, otherLibrary, mac, windows, script, text
    case archive

    func file(_ path: String) throws(ArchiveRefusal) -> UnpackedFile {
        let head = head
        return try UnpackedFile(path: path, head: head, elf: try? ELFFile(bytes: head))
    }

    private static var ours: UInt8 { UInt8(BinaryInspection.machine) }
    private static var other: UInt8 { ours == 62 ? 183 : 62 }

    var head: [UInt8] {
        switch self {
        case .program: Self.elf(type: 3, Self.ours, hasInterpreter: true)
        case .library: Self.elf(type: 3, Self.ours)
        case .staticProgram: Self.elf(type: 2, Self.ours)
        case .otherMachine: Self.elf(type: 3, Self.other, hasInterpreter: true)
        case .otherLibrary: Self.elf(type: 3, Self.other)
        case .mac: [0xcf, 0xfa, 0xed, 0xfe] + [UInt8](repeating: 0, count: 60)
        case .windows: Array("MZ".utf8) + [UInt8](repeating: 0, count: 60)
        case .script: Array("#!/bin/sh\n".utf8)
        case .text: Array("words\n".utf8)
        case .archive: [0x1f, 0x8b, 8, 0]
        }
    }

    /// A header, and program headers of what is loaded and of an interpreter.
    private static func elf(type: UInt8, _ machine: UInt8, hasInterpreter: Bool = false) -> [UInt8]
    {
        let interpreter = Array("/lib/ld.so\0".utf8)
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        bytes += [type, 0, machine, 0, 1, 0, 0, 0]
        bytes += long(0) + long(64) + long(0) + [0, 0, 0, 0]
        bytes += [64, 0, 56, 0, hasInterpreter ? 2 : 1, 0, 0, 0, 0, 0, 0, 0]
        bytes += segment(1, at: 0, size: 64)
        if hasInterpreter {
            bytes += segment(3, at: 64 + 112, size: UInt64(interpreter.count)) + interpreter
        }
        return bytes
    }

    private static func segment(_ kind: UInt8, at offset: UInt64, size: UInt64) -> [UInt8] {
        [kind, 0, 0, 0, 5, 0, 0, 0] + long(offset) + long(offset) + long(offset) + long(size)
            + long(size) + long(0)
    }

    private static func long(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
