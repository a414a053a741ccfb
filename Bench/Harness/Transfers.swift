import FoundationEssentials
import Glibc

/// How fast a binary comes in and is hashed, beside `openssl dgst -sha256` of the same file.
///
/// Everything lies in memory (`/dev/shm`): a disk takes as long to make it durable as it takes.
struct Transfers {
    private(set) var upload = Samples()
    private(set) var download = Samples()
    private(set) var floor = Samples()
    /// What the supervisor's memory grew by at most, in KiB.
    private(set) var growth = 0

    static let ratioBar = 0.8
    static let growthBar = 8.0
    static let mebibytes = 512

    init(rounds: Int) throws(BenchError) {
        let home = try BenchHome(in: "/dev/shm")
        let release = home.path + "/release"
        try Self.makeRelease(release)
        let program = try home.start(.switchyard, ["SWITCHYARD_RESERVE": "1MiB"])
        try home.settles(on: try home.expect("main").pid)
        let server = try Self.serve(home)
        let digest = try Shell("openssl dgst -sha256 -binary '\(release)' | base64", in: home).run()
        let hex = try Shell("sha256sum < '\(release)' | cut -c 1-64", in: home).run()
        let before = try Footprint(of: program.pid)
        for _ in 0..<rounds {
            floor.add(try Shell("openssl dgst -sha256 '\(release)'", in: home).time())
            let put =
                "-T '\(release)' -H 'Content-Type: application/octet-stream' "
                + "-H 'Repr-Digest: sha-256=:\(digest):' http://localhost/v1/plans/u/binary"
            upload.add(try Shell.curl(put, in: home).time())
            growth = max(growth, try Footprint(of: program.pid).anonymous - before.anonymous)
            _ = try Shell.curl("-X DELETE http://localhost/v1/plans/u/binary", in: home).run()
            let url = "http://127.0.0.1:\(server.port)/release?checksum=sha256:\(hex)"
            let prepare =
                "-H 'Content-Type: application/json' -H 'Prefer: wait=50' "
                + "-d '{\"source\":\"url\",\"url\":\"\(url)\"}' http://localhost/v1/plans/d/prepare"
            download.add(try Shell.curl(prepare, in: home, expecting: "succeeded").time())
            growth = max(growth, try Footprint(of: program.pid).anonymous - before.anonymous)
            _ = try Shell.curl("-X DELETE http://localhost/v1/plans/d/binary", in: home).run()
        }
        try home.stop()
    }

    /// An executable as far as its head goes; nothing in it repeats.
    private static func makeRelease(_ path: String) throws(BenchError) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("open \(path)", errno) }
        defer { close(file) }
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        var block = [UInt64](repeating: 0, count: 1 << 17)
        let head = (try? Data(contentsOf: URL(filePath: Programs.daemon)))?.prefix(64) ?? Data()
        for number in 0..<mebibytes {
            for place in block.indices {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                block[place] = state
            }
            if number == 0 { block.withUnsafeMutableBytes { $0.copyBytes(from: head) } }
            let count = block.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count == 1 << 20 else { throw .system("write \(path)", errno) }
        }
    }

    /// nginx, which sends a file faster than anything here takes it.
    private static func serve(_ home: BenchHome) throws(BenchError) -> (port: Int, Program) {
        let port = 20_000 + Int(getpid()) % 20_000
        // The home is for its owner alone.
        let user = geteuid() == 0 ? "user root; " : ""
        let config = """
            \(user)daemon off; pid \(home.path)/nginx.pid; error_log \(home.path)/nginx.log; events {}
            http { access_log off; sendfile on; server { listen 127.0.0.1:\(port); root \(home.path); } }
            """
        do {
            try Data(config.utf8).write(to: URL(filePath: home.path + "/nginx.conf"))
        } catch {
            throw .system("write nginx.conf", errno)
        }
        let program = try Program(
            "/usr/sbin/nginx", ["-c", home.path + "/nginx.conf"], environment: [:],
            log: home.path + "/log")
        let isThere = try eventually { () throws(BenchError) in
            try Shell("curl -s -o /dev/null -r 0-0 http://127.0.0.1:\(port)/release", in: home)
                .succeeds()
        }
        guard isThere else { throw home.missed("nginx") }
        return (port, program)
    }

    var ratios: [(name: String, value: Double)] {
        [("upload", floor.median / upload.median), ("download", floor.median / download.median)]
    }

    var misses: [String] {
        var misses = ratios.filter { $0.value < Self.ratioBar }.map {
            "\($0.name): \($0.value.short) of openssl dgst, bar \(Self.ratioBar.short)"
        }
        if Double(growth) / 1024 > Self.growthBar {
            misses.append(
                "transfers: \(Report.mebibytes(growth)) MiB more, bar \(Self.growthBar.short)")
        }
        return misses
    }
}

/// A line of shell in a home, and what became of it.
struct Shell {
    private let line: String
    private let home: BenchHome

    init(_ line: String, in home: BenchHome) {
        self.line = line
        self.home = home
    }

    /// A request on the API's socket, which must be answered well.
    static func curl(
        _ arguments: String, in home: BenchHome, expecting word: String = ""
    ) -> Shell {
        Shell(
            "curl -fsS --unix-socket '\(home.path)/cosmovisor/.switchyard/api.sock' \(arguments)"
                + (word.isEmpty ? "" : " | grep -q '\(word)'"), in: home)
    }

    func run() throws(BenchError) -> String {
        let output = home.path + "/output"
        unlink(output)
        guard try succeeds(into: output) else { throw home.missed(line) }
        let data = (try? Data(contentsOf: URL(filePath: output))) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").last.map(String.init)
            ?? ""
    }

    /// From its beginning to its end.
    func time() throws(BenchError) -> (from: UInt64, to: UInt64) {
        let began = now()
        guard try succeeds() else { throw home.missed(line) }
        return (began, now())
    }

    func succeeds(into output: String = "/dev/null") throws(BenchError) -> Bool {
        let done = home.path + "/done"
        unlink(done)
        let program = try Program(
            "/bin/bash", ["-c", "set -o pipefail; { \(line)\n} && : > '\(done)'"],
            environment: ["PATH": "/usr/bin:/bin"], log: output)
        guard try program.ends() else { return false }
        return access(done, F_OK) == 0
    }
}

extension Samples {
    fileprivate mutating func add(_ time: (from: UInt64, to: UInt64)) {
        add(from: time.from, to: time.to)
    }
}
