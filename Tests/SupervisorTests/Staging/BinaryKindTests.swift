import Testing

@testable import Supervisor

/// The first bytes of files.
enum Head {
    /// An ELF header of this machine.
    static func program(_ count: Int = 512, fill: UInt8 = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: fill, count: count)
        bytes.replaceSubrange(0..<8, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
        let machine = BinaryInspection.machine
        bytes.replaceSubrange(
            16..<20, with: [3, 0, UInt8(machine & 0xff), UInt8(machine >> 8)])
        return bytes
    }

    static func changed(_ places: [Int: UInt8]) -> [UInt8] {
        var bytes = program()
        for (place, byte) in places { bytes[place] = byte }
        return bytes
    }

    static var tar: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.replaceSubrange(257..<262, with: "ustar".utf8)
        return bytes
    }
}

struct BinaryKindTests {
    @Test(arguments: [
        (Head.program(), BinaryKind.program), (Head.program(64), .program),
        (Head.changed([16: 2]), .program), (Head.changed([16: 1]), .otherELF),
        (Head.changed([16: 4]), .otherELF), (Head.program(63), .otherELF),
        (Head.changed([18: 243, 19: 0]), .foreign("riscv")),
        (Head.changed([4: 1, 18: 3, 19: 0]), .foreign("i386")),
        // Big-endian, where the type is in the other byte.
        (Head.changed([5: 2, 16: 0, 17: 2, 18: 0, 19: 21]), .foreign("machine 21")),
        ([0x1f, 0x8b, 8], .archive("gzip")), (Array("BZh9".utf8), .archive("bzip2")),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], .archive("xz")),
        ([0x28, 0xb5, 0x2f, 0xfd], .archive("zstd")), ([0x50, 0x4b, 3, 4], .archive("zip")),
        (Head.tar, .archive("tar")), (Array("#!/bin/sh\n".utf8), .script),
        ([0xcf, 0xfa, 0xed, 0xfe], .foreign("macOS")), (Array("MZ".utf8), .foreign("Windows")),
        ([], .empty), (Array("hello".utf8), .unknown), ([0x7f, 0x45], .unknown),
    ])
    func `a file is known by its first bytes`(head: [UInt8], kind: BinaryKind) {
        #expect(BinaryKind(head: head) == kind)
    }

    @Test func `only an executable for this machine is taken, and for the rest there is help`() {
        let kinds: [BinaryKind] = [
            .foreign("aarch64"), .otherELF, .archive("xz"), .script, .empty, .unknown,
        ]
        for kind in kinds {
            #expect(kind.objection?.what.hasSuffix(".") == true)
            #expect(kind.objection?.remedy.hasSuffix(".") == true)
        }
        #expect(BinaryKind.program.objection == nil)
        #expect(BinaryKind.archive("xz").objection?.what.contains("(xz)") == true)
    }
}
