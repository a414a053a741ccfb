import FoundationEssentials
import Glibc
import Testing

/// Commands of the daemon beside the node that runs: none is a second supervisor.
struct ShortCommandTests {
    private let node: TestNode

    init() async throws {
        node = try TestNode(v2: nil)
        try node.remove("cosmovisor/genesis/bin/simd")
        // Written by a program of its own, so that no descriptor of it was ever ours.
        _ = try await shell(
            "cat > \"$FILE\" <<'END'\n\(Self.daemon)\nEND\nchmod 755 \"$FILE\"",
            ["FILE": node.path + "/cosmovisor/genesis/bin/simd"])
        try node.start()
        try await node.shows("the node") { $0.daemon?.pid != nil }
        try await eventually("the daemon runs") { node.exists("data/starts") }
    }

    private static let daemon = #"""
        #!/bin/sh
        [ "$2" = --help ] && echo "help of $1" && exit 0
        if [ "$1" = start ]; then
            echo started >> "$DAEMON_HOME/data/starts"
            trap 'exit 0' TERM
            while :; do sleep 0.05; done
        fi
        echo "args: $*"
        [ "$1" = tx ] && cat && exit 7
        [ "$1" = status ] && echo failed >&2 && exit 3
        exit 0
        """#

    private var starts: String { get throws { try node.read("data/starts") } }

    private func ends() async throws {
        #expect(try starts == "started\n")
        #expect(try await node.stop() == 0)
    }

    @Test func `it has its streams, its arguments and its exit code`() async throws {
        let version = try await node.switchyard("run version --long")
        #expect(version.code == 0 && version.errors.isEmpty)
        #expect(version.output == "args: version --long\n")
        try node.write("a line\n", to: "input")
        let transaction = try await node.switchyard("run tx sign - <input")
        #expect(transaction.code == 7)
        #expect(transaction.output == "args: tx sign -\na line\n")
        let status = try await node.switchyard("run status")
        #expect(status.code == 3)
        #expect(status.errors == "failed\n")
        try await ends()
    }

    @Test func `without a command, and for help, the daemon answers itself`() async throws {
        for (line, output) in [
            ("run", "args: \n"), ("run help", "args: help\n"), ("run --help", "args: --help\n"),
            ("run start --help", "help of start\n"),
        ] {
            let result = try await node.switchyard(line)
            #expect(result.code == 0 && result.errors.isEmpty, "\(line): \(result)")
            #expect(result.output == output)
        }
        try await ends()
    }

    @Test func `a second start is refused with the pid of the first`() async throws {
        let first = try #require(node.supervisor).pid
        let result = try await node.switchyard("run start")
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(
            result.errors
                == "Error: \(node.path): another switchyard (pid \(first)) supervises this home\n")
        try await ends()
    }

    @Test func `under the name cosmovisor the supervisor still finds its own programs`()
        async throws
    {
        #expect(try await node.stop() == 0)
        let link = node.path + "/cosmovisor-link/cosmovisor"
        try node.make("cosmovisor-link")
        #expect(symlink(Programs.switchyard, link) == 0)
        try node.start(by: link)
        try await node.shows("the node") { $0.daemon?.pid != nil }
        let lines = node.log.split(separator: "\n")
        #expect(lines.contains { $0.hasSuffix(" module=cosmovisor") }, "\(node.log)")
        // Nobody listens there; what is told is told by the program that fetches.
        let port = try TestNode.freePort()
        let result = try await node.switchyard(
            "prepare v3 --url http://127.0.0.1:\(port)/simd", ["SWITCHYARD": link])
        #expect(result.code == 1)
        #expect(!result.errors.contains("switchyard-stage"), "\(result)")
        #expect(result.errors.contains("127.0.0.1:\(port)") || result.errors.contains("refused"))
        #expect(try await node.stop() == 0)
    }
}
