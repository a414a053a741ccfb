import Testing

@testable import Supervisor

struct GoBuildInfoTests {
    private static let modules = """
        path\tgithub.com/cosmos/gaia/v20/cmd/gaiad
        mod\tgithub.com/cosmos/gaia/v20\t(devel)\t
        dep\tcosmossdk.io/x/upgrade\tv0.1.4\th1:AAAA
        dep\tgithub.com/cosmos/cosmos-sdk\tv0.50.9\th1:BBBB
        dep\tgithub.com/cosmos/gogoproto\tv1.7.0\th1:CCCC
        build\t-tags=netgo

        """

    @Test func `the version of a module is read from a program of today`() throws {
        let info = try #require(GoBuildInfo(bytes: GoProgram(Self.modules).inline))
        #expect(info.goVersion == "go1.23.4")
        #expect(info.version(of: "github.com/cosmos/cosmos-sdk") == "v0.50.9")
        #expect(info.version(of: "github.com/cosmos/gogoproto") == "v1.7.0")
        #expect(info.version(of: "github.com/cosmos/cosmos-sdk/v2") == nil)
    }

    @Test func `and from one that was linked before Go 1.18`() throws {
        let info = try #require(GoBuildInfo(bytes: GoProgram(Self.modules).pointed))
        #expect(info.goVersion == "go1.23.4")
        #expect(info.version(of: "github.com/cosmos/cosmos-sdk") == "v0.50.9")
    }

    @Test func `a replacement counts for what it replaces`() throws {
        func version(_ line: String) throws -> String? {
            let text = Self.modules.replacing("h1:BBBB\n", with: "h1:BBBB\n\(line)\n")
            return try #require(GoBuildInfo(bytes: GoProgram(text).inline))
                .version(of: "github.com/cosmos/cosmos-sdk")
        }
        let fork = "=>\tgithub.com/osmosis-labs/cosmos-sdk\tv0.47.5-v25-osmo-1\th1:DDDD"
        #expect(try version(fork) == "v0.47.5-v25-osmo-1")
        // A folder of whoever built it tells nothing.
        #expect(try version("=>\t../cosmos-sdk\t(devel)\t") == nil)
    }

    @Test func `a program without modules has none, and what is no program nothing`() throws {
        let info = try #require(GoBuildInfo(bytes: GoProgram("").inline))
        #expect(info.modules == "")
        #expect(GoBuildInfo(bytes: Array("#!/bin/sh\n".utf8)) == nil)
        #expect(GoBuildInfo(program: "/bin/sh") == nil)
        #expect(GoBuildInfo(program: "/nowhere") == nil)
    }

    /// Debian builds Prometheus with Go, from its own tree: without versions of modules.
    @Test(.enabled(if: HostTool.works("prometheus --version")))
    func `a real program is read`() throws {
        let path = HostTool.run("command -v prometheus").split(separator: "\n").first ?? ""
        let info = try #require(GoBuildInfo(program: String(path)))
        #expect(info.goVersion.hasPrefix("go1."))
        #expect(info.modules.hasPrefix("path\tgithub.com/prometheus/prometheus/cmd/prometheus\n"))
    }

    @Test func `no bit that is turned makes it fall over`() {
        for bytes in [GoProgram(Self.modules).inline, GoProgram(Self.modules).pointed] {
            for bit in 0..<min(bytes.count, 700) * 8 {
                var turned = bytes
                turned[bit / 8] ^= 1 << UInt8(bit % 8)
                let version = GoBuildInfo(bytes: turned)?.version(
                    of: "github.com/cosmos/cosmos-sdk")
                #expect((version?.utf8.count ?? 0) < 100)
            }
            for end in stride(from: 0, to: bytes.count, by: 7) {
                _ = GoBuildInfo(bytes: Array(bytes[..<end]))
            }
        }
    }
}

/// An ELF file of one writable segment, with what Go's linker would have put into it.
private struct GoProgram {
    private let modules: [UInt8]

    init(_ modules: String) {
        let mark = [UInt8](repeating: 0xA5, count: 16)
        self.modules = modules.isEmpty ? [] : mark + Array(modules.utf8) + mark
    }

    private static let base: UInt64 = 0x40_0000
    /// Of the segment in the file.
    private static let start = 0x100
    private static let version = Array("go1.23.4".utf8)

    var inline: [UInt8] {
        let head = Self.head(flags: 2) + [UInt8](repeating: 0, count: 16)
        return Self.program(
            head + Self.varint(Self.version.count) + Self.version + Self.varint(modules.count)
                + modules)
    }

    /// Behind the head two string headers, then what they point at.
    var pointed: [UInt8] {
        let first = Self.base + 16 + 32
        let texts = first + 32
        let data =
            Self.head(flags: 0) + Self.long(first) + Self.long(first + 16)
            + Self.long(texts) + Self.long(UInt64(Self.version.count))
            + Self.long(texts + UInt64(Self.version.count)) + Self.long(UInt64(modules.count))
        return Self.program(data + Self.version + modules)
    }

    private static func head(flags: UInt8) -> [UInt8] {
        [0xFF] + Array(" Go buildinf:".utf8) + [8, flags]
    }

    /// What comes first is something else, so that the place has to be looked for.
    private static func program(_ data: [UInt8]) -> [UInt8] {
        let content = [UInt8](repeating: 0x11, count: 16) + data
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        file += half(2) + half(62) + word(1) + long(base) + long(64) + long(0) + word(0)
        file += half(64) + half(56) + half(1) + half(0) + half(0) + half(0)
        file += word(1) + word(6) + long(UInt64(start)) + long(base) + long(base)
        file += long(UInt64(content.count)) + long(UInt64(content.count)) + long(16)
        file += [UInt8](repeating: 0, count: start - file.count)
        return file + content
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }

    private static func half(_ value: UInt16) -> [UInt8] { bytes(UInt64(value), 2) }
    private static func word(_ value: UInt32) -> [UInt8] { bytes(UInt64(value), 4) }
    private static func long(_ value: UInt64) -> [UInt8] { bytes(value, 8) }

    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}
