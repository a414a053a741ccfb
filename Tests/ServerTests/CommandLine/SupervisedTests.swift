import Testing

@testable import Server

/// Which commands of the daemon start a node.
struct SupervisedTests {
    private func isSupervised(_ line: String, _ commands: [String] = ["start"]) -> Bool {
        Server.isSupervised(line.split(separator: " ").map(String.init), startCommands: commands)
    }

    @Test(arguments: [
        "start", "start --home /x", "--home /x start", "--home=/x start", "--trace start",
        "start --moniker --help", "start --trace -h", "start -- --help", "start help",
    ])
    func `a node is supervised, in doubt too`(line: String) {
        #expect(isSupervised(line))
    }

    @Test(arguments: [
        "", "version", "query bank start", "tx bank send", "status", "help", "help start",
        "--help", "-h", "--version", "--home /x version", "-- start", "start --help", "start -h",
        "start --home /x --help", "start --home=/x -h", "--help start", "export --home /x",
    ])
    func `anything else is not, nor what certainly asks for help`(line: String) {
        #expect(!isSupervised(line))
    }

    @Test func `the start commands are the operator's to name`() {
        #expect(isSupervised("rollkit start", ["rollkit"]))
        #expect(!isSupervised("start", ["rollkit"]))
    }
}
