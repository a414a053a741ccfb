import FoundationEssentials
import Glibc

/// A fresh home in a temporary folder, with the daemon as `genesis` and as `v2`; removed, and its
/// processes ended, when it is let go of.
final class BenchHome {
    let path: String
    let events: EventPipe
    private(set) var supervisor: Program?

    /// - Parameter parent: Where it is made.
    init(in parent: String = "/tmp") throws(BenchError) {
        var template = Array("\(parent)/switchyard-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        events = try EventPipe(path + "/events")
        try Self.make(path + "/data")
        try Self.make(path + "/cosmovisor")
        try Self.make(path + "/cosmovisor/upgrades")
        try copyDaemon()
        try install(1)
        try install(2)
        guard symlink("genesis", path + "/cosmovisor/current") == 0 else {
            throw .system("symlink", errno)
        }
        // As it is on a host whose next binary was put in place days before.
        sync()
    }

    deinit {
        supervisor = nil
        if let daemon = events.lastDaemon, runs(daemon) { kill(daemon, SIGKILL) }
        // What cannot be removed is left to whoever empties the temporary folder.
        try? FileManager.default.removeItem(atPath: path)
    }

    // MARK: - Releases

    func folder(of release: Int) -> String {
        path + "/cosmovisor/" + (release == 1 ? "genesis" : "upgrades/v\(release)")
    }

    func binary(of release: Int) -> String { folder(of: release) + "/bin/daemon" }

    /// The same file under another name, as if it were another release.
    func install(_ release: Int) throws(BenchError) {
        try Self.make(folder(of: release))
        try Self.make(folder(of: release) + "/bin")
        guard link(path + "/daemon", binary(of: release)) == 0 else {
            throw .system("link \(binary(of: release))", errno)
        }
    }

    func remove(_ release: Int) throws(BenchError) {
        let folder = folder(of: release)
        unlink(binary(of: release))
        unlink(folder + "/upgrade-info.json")
        guard rmdir(folder + "/bin") == 0, rmdir(folder) == 0 else {
            throw .system("rmdir \(folder)", errno)
        }
    }

    /// A file by which the daemon's manner changes.
    func set(_ manner: String, _ isSet: Bool) {
        let file = path + "/" + manner
        if isSet { close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)) } else { unlink(file) }
    }

    // MARK: - The supervisor

    func start(
        _ subject: Subject, _ settings: [String: String] = [:]
    ) throws(BenchError) -> Program {
        let program = try Program(
            subject.path(in: self), subject.arguments,
            environment: [
                "DAEMON_HOME": path, "DAEMON_NAME": "daemon", "UNSAFE_SKIP_BACKUP": "true",
                "BENCH_EVENTS": path + "/events", "PATH": "/usr/bin:/bin",
            ].merging(settings) { $1 },
            log: path + "/log")
        supervisor = program
        return program
    }

    func expect(_ what: String) throws(BenchError) -> Event {
        guard let event = events.next(what) else { throw missed("the daemon's \"\(what)\"") }
        return event
    }

    /// Ends the supervisor in order, and the daemon with it.
    func stop() throws(BenchError) {
        supervisor?.signal(SIGTERM)
        guard try supervisor?.ends() != false else { throw missed("the supervisor's end") }
        supervisor = nil
    }

    func missed(_ what: String) -> BenchError {
        let log = (try? Data(contentsOf: URL(filePath: path + "/log"))) ?? Data()
        return .missed(what, log: String(decoding: log.suffix(4000), as: UTF8.self))
    }

    private func runs(_ pid: pid_t) -> Bool {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        return program?.hasPrefix(path) == true
    }

    private func copyDaemon() throws(BenchError) {
        do {
            try FileManager.default.copyItem(atPath: Programs.daemon, toPath: path + "/daemon")
        } catch {
            throw .system("copy \(Programs.daemon)", errno)
        }
    }

    private static func make(_ folder: String) throws(BenchError) {
        guard mkdir(folder, 0o755) == 0 else { throw .system("mkdir \(folder)", errno) }
    }
}
