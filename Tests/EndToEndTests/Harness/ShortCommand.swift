import FoundationEssentials
import Supervisor

/// One finished run of a command of ours.
struct ShortCommand {
    let code: Int
    let output: String
    let errors: String

    /// The output's value; null when it is no JSON.
    var json: JSONValue {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(output.utf8))) ?? .null
    }
}

extension TestNode {
    /// Runs a command for this home and in it.
    ///
    /// - Parameter arguments: As a shell reads them.
    func switchyard(
        _ arguments: String, _ environment: [String: String] = [:]
    ) async throws -> ShortCommand {
        let code = try await shell(
            "cd \"$DAEMON_HOME\"; \"$SWITCHYARD\" \(arguments) >command.out 2>command.err; echo $?",
            ["DAEMON_HOME": path, "DAEMON_NAME": "simd", "COSMOVISOR_COLOR_LOGS": "false"]
                .merging(environment) { $1 })
        return ShortCommand(
            code: Int(code.dropLast()) ?? -1, output: try read("command.out"),
            errors: try read("command.err"))
    }
}

extension UploadBench {
    /// Starts the supervisor, and waits for that alone: its node does not matter.
    func serve() async throws {
        try node.start(environment)
        try await node.shows("anything") { _ in true }
    }
}
