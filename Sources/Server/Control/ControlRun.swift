import Glibc
import Supervisor

extension Program {
    /// Asks the supervisor of this home, on an event loop that is this thread.
    ///
    /// Signals do nothing but what the body does about them.
    /// - Parameters:
    ///   - plan: what a refusal is about.
    ///   - body: what it throws is told to the user.
    /// - Returns: the body's exit code, or that of its failure.
    func control(
        about plan: String?,
        _ body:
            @escaping @Sendable (ControlClient, SignalReader, Configuration)
            async throws(ControlError) -> Int32
    ) throws -> Int32 {
        let configuration = try configurationOfHome()
        for warning in configuration.warnings { Output.errors.line("Warning: " + warning) }
        let loop = try EventLoop(name: "sy-control")
        let signals = try SignalReader(on: loop)
        let code = Locked(Int32(1))
        // The root of all tasks of this command; this thread is its event loop.
        Task(executorPreference: loop) {
            let result: Int32
            do throws(ControlError) {
                let socket = try ControlSocket(configuration)
                let client = ControlClient(socket: socket, loop: loop)
                result = try await body(client, signals, configuration)
            } catch {
                Output.errors.failure(error.lines(about: plan))
                result = error.exitCode
            }
            code.withLock { $0 = result }
            loop.stop()
        }
        loop.run()
        return code.withLock(\.self)
    }
}

extension Output {
    /// What is wrong after "Error:", and what to do about it in lines below.
    func failure(_ lines: [String]) {
        for (number, text) in lines.enumerated() {
            line((number == 0 ? "Error: " : "  ") + text.spelledForProcess)
        }
    }
}
