import FoundationEssentials
import Glibc

/// How fast a binary comes in and is hashed, beside `openssl dgst -sha256` of the same file.
///
/// Everything lies in memory (`/dev/shm`): a disk takes as long to make it durable as it takes.
struct Transfers {
    private(set) var upload = Transfer()
    private(set) var download = Transfer()
    private(set) var floor = Transfer()
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
            try floor.measure(Shell("openssl dgst -sha256 '\(release)'", in: home))
            let put =
                "-T '\(release)' -H 'Content-Type: application/octet-stream' "
                + "-H 'Repr-Digest: sha-256=:\(digest):' http://localhost/v1/plans/u/binary"
            try upload.measure(Shell.curl(put, in: home), of: program)
            growth = max(growth, try Footprint(of: program.pid).anonymous - before.anonymous)
            _ = try Shell.curl("-X DELETE http://localhost/v1/plans/u/binary", in: home).run()
            let url = "http://127.0.0.1:\(server.port)/release?checksum=sha256:\(hex)"
            let prepare =
                "-H 'Content-Type: application/json' -H 'Prefer: wait=50' "
                + "-d '{\"source\":\"url\",\"url\":\"\(url)\"}' http://localhost/v1/plans/d/prepare"
            try download.measure(
                Shell.curl(prepare, in: home, expecting: "succeeded"), of: program,
                from: server.program)
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
    private static func serve(
        _ home: BenchHome
    ) throws(BenchError) -> (port: Int, program: Program) {
        let port = 20_000 + Int(getpid()) % 20_000
        // The home is for its owner alone.
        let user = geteuid() == 0 ? "user root; " : ""
        let config = """
            \(user)daemon off; master_process off; pid \(home.path)/nginx.pid; error_log \(home.path)/nginx.log; events {}
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
        [
            ("upload", floor.time.median / upload.time.median),
            ("download", floor.time.median / download.time.median),
        ]
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

/// One kind of transfer: how long it takes, and how much of whose processor time.
struct Transfer {
    private(set) var time = Samples()
    /// Of the supervisor, and of the helper that fetches for it.
    private(set) var supervisor = Samples()
    /// Of its client, or of the program that stands for itself, and of the server it fetches from.
    private(set) var peers = Samples()

    /// The least time that it can take on this machine, in milliseconds: all of them would have to
    /// keep every processor busy throughout.
    var bound: Double {
        (supervisor.median + peers.median) / Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    mutating func measure(
        _ shell: Shell, of program: Program? = nil, from server: Program? = nil
    ) throws(BenchError) {
        let before = try Self.spent(program, server)
        let time = try shell.time()
        let after = try Self.spent(program, server)
        self.time.add(from: time.from, to: time.to)
        supervisor.add(from: before.supervisor, to: after.supervisor)
        peers.add(from: before.peers, to: after.peers)
    }

    private static func spent(
        _ program: Program?, _ server: Program?
    ) throws(BenchError) -> (supervisor: UInt64, peers: UInt64) {
        var (supervisor, peers) = (UInt64(0), ownChildren)
        if let program {
            supervisor =
                try Footprint.processorTime(of: program.pid)
                + Footprint.childrenTime(of: program.pid)
        }
        if let server { peers += try Footprint.processorTime(of: server.pid) }
        return (supervisor, peers)
    }

    /// Of all that this process has waited for.
    private static var ownChildren: UInt64 {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + UInt64($1.tv_sec) * 1_000_000_000 + UInt64($1.tv_usec) * 1000
        }
    }
}
