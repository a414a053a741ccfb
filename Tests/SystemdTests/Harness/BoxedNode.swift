import FoundationEssentials
import Glibc
import Testing

@testable import EndToEndTests

/// A node in the box: its user, its home, and the unit that runs its supervisor.
final class BoxedNode {
    let box: Box
    /// The user, and the instance of our template.
    let name: String
    let unit: String
    /// Its home, seen from outside of the box.
    let files: TestNode

    /// A node of `switchyard@<name>`, the unit that we ship.
    ///
    /// - Parameters:
    ///   - chain, v1: settings of the simulated chain; no upgrade is planned unless told.
    ///   - environment: for `/etc/switchyard/<name>.env`.
    ///   - settings: of the `[Service]` section, for a drop-in.
    static func ofOurUnit(
        chain: [String: String] = [:], v1: [String: String] = [:],
        environment: [String: String] = [:], settings: [String] = []
    ) async throws -> BoxedNode {
        let node = try await BoxedNode(template: "switchyard@", chain: chain, v1: v1)
        let variables = ["DAEMON_NAME": "simd"].merging(environment) { $1 }
        try node.box.write(
            variables.map { "\($0.key)=\($0.value)\n" }.sorted().joined(),
            to: "/etc/switchyard/\(node.name).env")
        try await node.dropIn(settings)
        return node
    }

    /// A node of the unit that the upgrade guides have for Cosmovisor, but for the program's path.
    ///
    /// - Parameter settings: of the `[Service]` section, for a drop-in.
    static func ofTheGuidesUnit(
        chain: [String: String] = [:], v1: [String: String] = [:], settings: [String] = []
    ) async throws -> BoxedNode {
        let node = try await BoxedNode(template: "guides-", chain: chain, v1: v1)
        try node.box.write(
            """
            [Unit]
            Description=Node
            After=network-online.target

            [Service]
            User=\(node.name)
            ExecStart=/usr/local/bin/switchyard run start
            Restart=always
            RestartSec=3
            LimitNOFILE=4096
            Environment="DAEMON_HOME=\(node.home)"
            Environment="DAEMON_NAME=simd"
            Environment="DAEMON_ALLOW_DOWNLOAD_BINARIES=false"
            Environment="DAEMON_RESTART_AFTER_UPGRADE=true"

            [Install]
            WantedBy=multi-user.target

            """, to: "/etc/systemd/system/\(node.unit)")
        try await node.dropIn(settings)
        return node
    }

    private init(
        template: String, chain: [String: String], v1: [String: String]
    ) async throws {
        box = try #require(BoxTrait.box)
        name = box.freeUser()
        unit = "\(template)\(name).service"
        let store = box.root + "/var/lib/switchyard"
        files = try TestNode(
            at: "\(store)/\(name)", program: store + "/simchain",
            chain: ["upgrades": "v2@1000000", "block_time": "50"].merging(chain) { $1 }, v1: v1,
            v2: [:])
        try await own()
    }

    /// The home as the box has it.
    var home: String { "/var/lib/switchyard/\(name)" }

    /// Gives all of the home to the user, but not the binary, which is everybody's.
    func own() async throws {
        try await box.run(
            "find", [home, "!", "-name", "simd", "-exec", "chown", "-h", "\(name):", "{}", "+"])
    }

    /// Adds settings to the `[Service]` section, as an operator would.
    func dropIn(_ settings: [String]) async throws {
        let lines = (["[Service]"] + settings).map { $0 + "\n" }.joined()
        try box.write(lines, to: "/etc/systemd/system/\(unit).d/test.conf")
        try await box.systemctl("daemon-reload")
    }

    // MARK: - What is done to it

    /// `systemctl <verb> <unit>`, which must succeed.
    func systemctl(
        _ verb: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await box.systemctl(verb, unit)
        let log = answer.code == 0 ? "" : try await self.log
        #expect(answer.code == 0, "\(answer.output)\(log)", sourceLocation: sourceLocation)
    }

    /// Sends a signal to the supervisor alone.
    func kill(_ signal: String) async throws {
        try await box.systemctl("kill", "--kill-who=main", "--signal=\(signal)", unit)
    }

    /// Lets the supervisor's control loop hang when `hang` is called; before the start.
    ///
    /// Without Swift's own backtraces, which only hosts with a toolchain make: they take seconds.
    func hangsWhenAsked() async throws {
        try box.write(
            """
            [Service]
            Environment=SWITCHYARD_DEBUG_HANG=\(home)/hang SWIFT_BACKTRACE=enable=no

            """,
            to: "/etc/systemd/system/\(unit).d/hang.conf")
        try await box.systemctl("daemon-reload")
    }

    /// Returns when the control loop hangs; the next run's will not.
    func hang() async throws {
        try files.write("", to: "hang")
        try await waits(for: "the hang") { try await log.contains("loop hangs") }
        try files.remove("hang")
    }

    // MARK: - What can be seen

    var ledger: Ledger { files.ledger }
    var socket: String { "\(box.root)/run/switchyard/\(name)/api.sock" }

    /// A property of the unit, as `systemctl show` has it.
    func property(_ name: String) async throws -> String {
        String(
            try await box.systemctl("show", "--property=\(name)", "--value", unit).output.dropLast()
        )
    }

    var mainPID: Int32 {
        get async throws { try #require(Int32(try await property("MainPID"))) }
    }

    var log: String {
        get async throws {
            try await box.run("journalctl", ["--no-pager", "--unit=\(unit)"]).output
        }
    }

    func status() throws -> StatusView {
        try StatusView(try UnixClient.get("/v1/status", socket: socket))
    }

    // MARK: - Waiting

    func waits(
        for what: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () async throws -> Bool
    ) async throws {
        do {
            try await eventually(what(), sourceLocation: sourceLocation, isSo)
        } catch {
            Issue.record(
                "\(try await log)\n\((try? files.read("ledger")) ?? "")",
                sourceLocation: sourceLocation)
            throw error
        }
    }

    func becomes(
        _ name: String, _ value: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await waits(for: "\(name)=\(value)", sourceLocation: sourceLocation) {
            try await property(name) == value
        }
    }

    /// Waits until systemd has started the supervisor again by itself.
    ///
    /// A reload of its units in that moment has it count the restart twice.
    func isRestarted(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await waits(for: "a restart", sourceLocation: sourceLocation) {
            try await property("NRestarts") != "0"
        }
        try await becomes("ActiveState", "active", sourceLocation: sourceLocation)
    }

    /// Waits for such a status line.
    func says(
        _ line: Regex<some Any>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var last = ""
        try await waits(
            for: "such a status line, and not \"\(last)\"", sourceLocation: sourceLocation
        ) {
            last = try await property("StatusText")
            return last.contains(line)
        }
    }

    func reaches(
        _ height: Int, _ version: String = "v1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await waits(for: "block \(height) of \(version)", sourceLocation: sourceLocation) {
            ledger.height(of: version) >= height
        }
    }

    /// Waits for blocks that are not there yet.
    func goesOn(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await reaches(
            ledger.height() + 3, ledger.starts.last ?? "", sourceLocation: sourceLocation)
    }
}
