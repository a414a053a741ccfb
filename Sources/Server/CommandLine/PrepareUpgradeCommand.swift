import ArgumentParser
import Logging
import Supervisor

/// Cosmovisor's command: has the binary of the next upgrade put in place.
///
/// The lines are those of Cosmovisor's `prepare-upgrade`, which users' scripts read. Without a plan
/// it fails, where Cosmovisor ends with 0: nothing was prepared.
struct PrepareUpgradeCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare-upgrade",
        abstract: "Have the binary of the next upgrade put in place; Cosmovisor's name for it.",
        discussion: """
            As `switchyard prepare` of the plan that comes next, which is what the supervisor knows \
            of. Ends with 1 when none comes.
            """)

    func run(in program: Program) throws -> Int32 {
        try program.control(about: nil) { client, signals, configuration throws(ControlError) in
            let log = Logger(settings: configuration.log)
            let status = try await client.get("/v1/status", as: NextView.self)
            guard let next = status.value.next else {
                Output.errors.failure(["No active upgrade plan found"])
                return 1
            }
            let facts: Logger.Metadata = [
                "name": "\(next.plan)", "height": "\(next.height.map { "\($0)" } ?? "-")",
            ]
            log.info("Preparing for upgrade", metadata: facts)
            let run = PreparationRun(
                client: client, signals: signals, plan: next.plan, isJSON: false)
            let code: Int32
            do throws(ControlError) {
                code = try await run.carryOut(.plan, waits: true)
            } catch {
                Output.errors.failure(error.lines(about: next.plan))
                return error.exitCode
            }
            if code == 0 { log.info("Upgrade preparation complete", metadata: facts) }
            return code
        }
    }
}
