import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// Libraries are found where the loader finds them.
struct LibrarySearchTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    private func report(
        _ path: String, environment: [String] = [], cache: LoaderCache = LoaderCache()
    ) throws -> LibraryReport {
        var search = LibrarySearch(
            try ELFFile(path: path), at: path, environment: environment, cache: cache)
        return search.run()
    }

    private static let programs: [String] = {
        ["/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib/systemd"].flatMap { folder in
            ProcFile.names(in: folder).sorted().map { folder + "/" + $0 }
        }.filter { (try? ELFFile(path: $0).interpreter) != nil }
    }()

    @Test(.enabled(if: HostTool.works("ldd --version"), "ldd is not installed"))
    func `those of two hundred programs are found where ldd finds them`() throws {
        let cache = LoaderCache()
        let programs = Self.programs.prefix(200)
        for path in programs {
            let report = try report(path, cache: cache)
            let text = HostTool.run("LC_ALL=C ldd '\(path)' 2>/dev/null")
            var found: [String: String] = [:]
            var missing: [String] = []
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ").map { $0.filter { $0 != "\t" } }
                guard words.count >= 3, words[1] == "=>" else { continue }
                guard words[2] != "not" else {
                    missing.append(words[0])
                    continue
                }
                found[words[0]] = words[2]
            }
            for (name, place) in found where !place.hasPrefix("/lib64/ld-") {
                #expect(report.found[name] == place, "\(path): \(name)")
            }
            let surplus = report.found.keys.filter { found[$0] == nil && !$0.hasPrefix("ld-linux") }
            #expect(surplus.allSatisfy { report.isAlias($0) }, "\(path): \(surplus)")
            #expect(Set(report.missing.map(\.library)) == Set(missing), "\(path)")
            #expect(report.unmet == [] && report.isComplete, "\(path)")
        }
        #expect(programs.count > 100)
    }

    /// A program of this machine with some of its bytes replaced by as many others.
    private func changed(_ text: String, _ other: String) throws -> String {
        var bytes = try ForeignFile.readPrefix("/usr/bin/env", limit: 1 << 20)
        let (old, new) = (Array(text.utf8), Array(other.utf8))
        let place = try #require(bytes.firstRange(of: old))
        bytes.replaceSubrange(place, with: new)
        try home.write(bytes, to: "changed", mode: 0o755)
        return home["changed"]
    }

    @Test func `one that is nowhere is missing, and who needs it is told`() throws {
        let path = try changed("libc.so.6", "libq.so.6")
        #expect(try report(path).missing == [.init(library: "libq.so.6", neededBy: path)])
    }

    @Test func `a version that no library defines is unmet`() throws {
        let version = try #require(
            try ELFFile(path: "/usr/bin/env").versionNeeds.first?.versions.max())
        let other = "GLIBC_9" + version.dropFirst("GLIBC_2".count)
        let path = try changed(version, other)
        #expect(
            try report(path).unmet == [
                .init(version: other, library: "libc.so.6", neededBy: path)
            ])
    }

    @Test func `LD_LIBRARY_PATH comes before the cache`() throws {
        let libc = try #require(try report("/usr/bin/env").found["libc.so.6"])
        try home.makeLink("lib/libc.so.6", to: libc)
        let report = try report("/usr/bin/env", environment: ["LD_LIBRARY_PATH=\(home["lib"])"])
        #expect(report.found["libc.so.6"] == home["lib/libc.so.6"])
    }

    @Test(.enabled(if: HostTool.works("clang --version"), "clang is not installed"))
    func `side libraries are found by the program's own path, and by nothing else`() throws {
        try home.write("int side(void){return 0;}\n", to: "side.c")
        try home.write("int side(void); int main(void){return side();}\n", to: "main.c")
        try home.makeFolder("bin")
        try home.makeFolder("lib")
        let line = """
            cd '\(home.path)' && clang -shared -fPIC -o lib/libside.so side.c \
            && clang -o bin/with main.c -Llib -lside '-Wl,-rpath,$ORIGIN/../lib' \
            && clang -o bin/old main.c -Llib -lside -Wl,--disable-new-dtags \
            '-Wl,-rpath,${ORIGIN}/../lib' && clang -o bin/without main.c -Llib -lside && echo made
            """
        #expect(HostTool.run(line) == "made\n")
        for name in ["with", "old"] {
            let report = try report(home["bin/\(name)"])
            #expect(report.missing == [], "\(name)")
            #expect(report.found["libside.so"] == home["bin/../lib/libside.so"], "\(name)")
        }
        #expect(try report(home["bin/without"]).missing.map(\.library) == ["libside.so"])
    }

    @Test func `a cache that is none, cut short or of any bytes does no harm`() throws {
        let whole = try ForeignFile.read("/etc/ld.so.cache", limit: 16 << 20).bytes
        #expect(!LoaderCache(bytes: whole).paths.isEmpty)
        #expect(LoaderCache(path: home["nothing"]).paths.isEmpty)
        #expect(LoaderCache(bytes: Array(whole.prefix(40))).paths.isEmpty)
        // Behind one of the older format, which has one entry here.
        let old = Array("ld.so-1.7.0\0".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
        #expect(LoaderCache(bytes: old + whole) == LoaderCache(bytes: whole))
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            var bytes = Array(whole.prefix(4096))
            for _ in 0..<4 {
                bytes[random.below(200)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = LoaderCache(bytes: bytes)
        }
    }
}

extension LibraryReport {
    /// A library's own name beside the one it was asked for by.
    fileprivate func isAlias(_ name: String) -> Bool {
        found.contains { $0.key != name && $0.value == found[name] }
    }
}
