import Glibc
import Testing

@testable import Supervisor

/// Headers of programs, beside what binutils says of them.
struct ELFFileTests {
    /// Programs and libraries of this machine.
    private static let files: [String] = {
        let folders = [
            "/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
        ]
        let paths = folders.flatMap { folder in
            ProcFile.names(in: folder).sorted().map { folder + "/" + $0 }
        }
        let isELF = { (path: String) in
            (try? ForeignFile.readPrefix(path, limit: 4)) == [0x7f, 0x45, 0x4c, 0x46]
        }
        let (programs, libraries) = (
            paths.filter { !$0.contains(".so") }.filter(isELF),
            paths.filter { $0.contains(".so") }.filter(isELF)
        )
        return Array(programs.prefix(130) + libraries.prefix(90))
    }()

    @Test(.enabled(if: HostTool.works("readelf --version"), "binutils is not installed"))
    func `two hundred files of this machine are read as readelf reads them`() throws {
        #expect(Self.files.count >= 200)
        var versioned = 0
        for path in Self.files {
            let file = try ELFFile(path: path)
            let text = HostTool.run("LC_ALL=C readelf -hldVW '\(path)' 2>&1")
            let read = ReadELF(text)
            #expect(file.interpreter == read.interpreter, "\(path)")
            #expect(file.needed == read.needed, "\(path)")
            #expect(file.name == read.name, "\(path)")
            #expect(file.runPath == read.runPath, "\(path)")
            #expect(Set(file.versionNeeds.flatMap(\.versions)) == read.versionNeeds, "\(path)")
            #expect(file.versions == read.versions, "\(path)")
            #expect(file.is64 == text.contains("ELF64"), "\(path)")
            versioned += file.versions.isEmpty ? 0 : 1
        }
        #expect(versioned > 3)
    }

    @Test func `no bytes that are changed make it trap`() throws {
        let whole = try ForeignFile.readPrefix("/usr/bin/env", limit: 1 << 20)
        var random = SeededRandom(seed: 7)
        var read = 0
        for _ in 0..<6000 {
            var bytes = whole
            for _ in 0...random.below(8) {
                // Most of what counts is at the start; the rest is hit where it lies.
                let bound = random.oneIn(2) ? 1024 : bytes.count
                let place = random.below(bound)
                let width = [1, 2, 4, 8][random.below(4)]
                let value: UInt8? = random.oneIn(2) ? (random.oneIn(2) ? 0xff : 0) : nil
                for index in place..<min(place + width, bytes.count) {
                    bytes[index] = value ?? UInt8(truncatingIfNeeded: random.next())
                }
            }
            if random.oneIn(4) { bytes.removeLast(random.below(bytes.count)) }
            if (try? ELFFile(bytes: bytes)) != nil { read += 1 }
        }
        #expect(read > 0 && read < 6000)
    }

    @Test func `the dynamic section with any bytes changed makes it no trap`() throws {
        let path = "/usr/bin/env"
        let whole = try ForeignFile.readPrefix(path, limit: 1 << 20)
        let start = try #require(Self.dynamicOffset(of: whole))
        var random = SeededRandom(seed: 11)
        for _ in 0..<4000 {
            var bytes = whole
            for _ in 0...random.below(3) {
                let place = start + random.below(64) * 8
                guard place + 8 <= bytes.count else { continue }
                for index in place..<place + 8 {
                    bytes[index] = random.oneIn(2) ? 0xff : UInt8(truncatingIfNeeded: random.next())
                }
            }
            _ = try? ELFFile(bytes: bytes)
        }
    }

    @Test func `what is no ELF, too short or of the other byte order is told apart`() throws {
        #expect(throws: ELFError.noELF) { try ELFFile(bytes: []) }
        #expect(throws: ELFError.noELF) { try ELFFile(bytes: Array("#!/bin/sh\n".utf8)) }
        #expect(throws: ELFError.noELF) { try ELFFile(path: "/") }
        var bytes = try ForeignFile.readPrefix("/usr/bin/env", limit: 4096)
        #expect(throws: ELFError.broken("program headers")) {
            try ELFFile(bytes: Array(bytes.prefix(100)))
        }
        bytes[5] = 2
        #expect(throws: ELFError.bigEndian) { try ELFFile(bytes: bytes) }
    }

    @Test func `a program that was cut short is broken, wherever it was cut`() throws {
        let whole = try ForeignFile.readPrefix("/usr/bin/env", limit: 1 << 20)
        let end = try #require(Self.loadedEnd(of: whole))
        #expect(throws: Never.self) { try ELFFile(bytes: Array(whole.prefix(end))) }
        for count in stride(from: 0, to: end, by: 97) {
            #expect(throws: ELFError.self) { try ELFFile(bytes: Array(whole.prefix(count))) }
        }
        #expect(throws: ELFError.broken("segments")) {
            try ELFFile(bytes: Array(whole.prefix(end - 1)))
        }
        let hollow = Array(whole.prefix(64)) + [UInt8](repeating: 1, count: 4096)
        #expect(throws: ELFError.broken("segments")) { try ELFFile(bytes: hollow) }
    }

    /// Behind the last byte that is loaded of a 64-bit file.
    private static func loadedEnd(of bytes: [UInt8]) -> Int? {
        let piece = ELFPiece(bytes: bytes)
        let table = Int(piece.long(32))
        return (0..<Int(piece.half(56))).map { table + $0 * 56 }.filter { piece.word($0) == 1 }
            .map { Int(piece.long($0 + 8) + piece.long($0 + 32)) }.max()
    }

    /// Of PT_DYNAMIC in a 64-bit file.
    private static func dynamicOffset(of bytes: [UInt8]) -> Int? {
        let piece = ELFPiece(bytes: bytes)
        let table = Int(piece.long(32))
        let headers = (0..<Int(piece.half(56))).map { table + $0 * 56 }
        return headers.first { piece.word($0) == 2 }.map { Int(piece.long($0 + 8)) }
    }
}

/// What `readelf -hldVW` prints, as far as it is compared.
private struct ReadELF {
    var interpreter: String?
    var needed: [String] = []
    var name: String?
    var runPath: [String] = []
    var versionNeeds: Set<String> = []
    var versions: Set<String> = []

    init(_ text: String) {
        var section = ""
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("Version") { section = line }
            if let found = line.between("[Requesting program interpreter: ", "]") {
                interpreter = found
            } else if let found = line.between("Shared library: [", "]") {
                needed.append(found)
            } else if let found = line.between("Library soname: [", "]") {
                name = found
            } else if let found = line.between("Library runpath: [", "]") {
                runPath = found.split(separator: ":").map(String.init)
            } else if section.hasPrefix("Version needs"), !line.contains("Flags: WEAK"),
                let found = line.between("Name: ", "  ")
            {
                versionNeeds.insert(found)
            } else if section.hasPrefix("Version definition"), line.contains("Rev: "),
                let found = line.components("Name: ").last
            {
                versions.insert(found)
            }
        }
    }
}

extension String {
    fileprivate func between(_ start: String, _ end: String) -> String? {
        guard let from = firstRange(of: start)?.upperBound else { return nil }
        let rest = self[from...]
        return String(rest.firstRange(of: end).map { rest[..<$0.lowerBound] } ?? rest)
    }

    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
