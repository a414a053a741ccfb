import FoundationEssentials
import Glibc
import Logging
import Testing

@testable import Supervisor

/// A home whose daemons are shell scripts, supervised in this process by the real actor.
final class ScriptNode: Sendable {
    let path: String
    let loop: EventLoop
    private let pool: BlockingPool

    /// - Parameter scripts: by release: `genesis`, `upgrades/v2`; each begins with `/bin/sh`.
    init(_ scripts: [String: String]) throws {
        var template = Array("/tmp/switchyard-node-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        loop = try EventLoop(name: "test-control")
        pool = try BlockingPool(threads: 1)
        loop.start()
        try FileManager.default.createDirectory(
            atPath: path + "/data", withIntermediateDirectories: true)
        for (release, script) in scripts { try install(release, script) }
    }

    deinit {
        loop.stop()
        // A folder that stays behind in /tmp fails no test.
        try? FileManager.default.removeItem(atPath: path)
    }

    func install(_ release: String, _ script: String) throws {
        let folder = "\(path)/cosmovisor/\(release)/bin"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try Data("#!/bin/sh\n[ \"$1\" = start ] || exit 0\ncd '\(path)'\n\(script)\n".utf8).write(
            to: URL(filePath: folder + "/simd"))
        chmod(folder + "/simd", 0o755)
    }

    var home: Home { Home(path: path, daemonName: "simd") }

    func supervisor(
        log: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ change: (inout Setup) -> Void = { _ in }
    ) -> NodeSupervisor {
        var setup = Setup(
            home: home, arguments: ["start"], environment: ["PATH=/usr/bin:/bin"], version: "test")
        setup.policy.grace = .seconds(20)
        setup.pollInterval = .milliseconds(50)
        change(&setup)
        return NodeSupervisor(
            setup: setup, loop: loop, pool: pool, log: log)
    }

    /// What the scripts wrote down, line by line.
    var lines: [String] {
        let bytes = try? Data(contentsOf: URL(filePath: path + "/lines"))
        return String(decoding: bytes ?? Data(), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    /// A daemon that writes down its start and its end, and lives until TERM.
    static func steady(_ name: String) -> String {
        """
        trap 'echo "\(name) ends" >> lines; exit 0' TERM
        echo "\(name) starts" >> lines
        while :; do sleep 0.02; done
        """
    }

    /// The same, but it asks for an upgrade first.
    static func asking(_ name: String, plan: String) -> String {
        """
        trap 'echo "\(name) ends" >> lines; exit 0' TERM
        echo "\(name) starts" >> lines
        printf '\(plan)' > data/upgrade-info.json
        while :; do sleep 0.02; done
        """
    }
}

/// Runs a supervisor for as long as the body takes, then ends it.
func running(
    _ supervisor: NodeSupervisor, _ body: (NodeSupervisor) async throws -> Void
) async throws {
    try await supervisor.prepare()
    async let code = supervisor.run()
    try await body(supervisor)
    await supervisor.shutdown(because: "the test's end")
    #expect(await code == 0)
}

/// The statuses of a supervisor until one is so.
func waits(
    _ supervisor: NodeSupervisor, until isSo: @Sendable (Status) -> Bool
) async {
    for await status in supervisor.board.changes() where isSo(status) { return }
}

extension ScriptNode {
    /// The same as `steady`, but on TERM it waits to be let end.
    static func slowlyEnding(_ name: String) -> String {
        """
        trap 'while [ ! -e let-end ]; do sleep 0.02; done; echo "\(name) ends" >> lines; exit 0' TERM
        echo "\(name) starts" >> lines
        while :; do sleep 0.02; done
        """
    }

    func letEnd() throws {
        try Data().write(to: URL(filePath: path + "/let-end"))
    }
}

extension ScriptNode {
    /// A script for the step `hooks` that goes on until `letEnd`; its name, for the setup.
    func installSlowHook() throws -> String {
        let hook = path + "/cosmovisor/hook.sh"
        try Data(
            """
            #!/bin/sh
            echo "hook starts" >> '\(path)/lines'
            while [ ! -e '\(path)/let-end' ]; do sleep 0.02; done

            """.utf8
        ).write(to: URL(filePath: hook))
        chmod(hook, 0o755)
        return "hook.sh"
    }
}
