@testable import Supervisor

/// A shell that is told what an operator would be told to type.
enum Shell {
    static func succeeds(_ command: some StringProtocol) async throws -> Bool {
        let running = try RunningLoop()
        let end = try await ShellProcess.output(of: String(command), on: running.loop)
        return end.exit == .code(0)
    }
}
