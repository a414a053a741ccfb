import ArgumentParser
import Logging
import Supervisor

/// Cosmovisor's command: has the binary of the chain's next upgrade put in place.
///
/// The lines are those of Cosmovisor's `prepare-upgrade`, which users' scripts read, as they read its
/// 0 when the chain has no plan.
struct PrepareUpgradeCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare-upgrade",
        abstract: "Have the binary of the next upgrade put in place; Cosmovisor's name for it.",
        discussion: """
            Asks the node for the chain's plan, by gRPC at DAEMON_GRPC_ADDRESS and else by its RPC. \
            The supervisor of this home then prepares it, as `switchyard prepare` has it done; \
            where none runs, this command does, by the same settings.

            A binary that is there is left as it is. Ends with 0 also when the chain has no plan.
            """)

    func run(in program: Program) throws -> Int32 {
        let configuration = try program.configurationOfHome()
        let supervision = Supervision(
            configuration: configuration, daemonArguments: [], environment: program.environment)
        let rpc = try supervision.rpcAddress()
        let pool = try BlockingPool(threads: 2)
        let trouble = Self.trouble(in: program)
        return try program.control(about: nil) { client, signals, _ throws(ControlError) in
            let log = Logger(settings: configuration.log)
            var setup = supervision.setup
            setup.probe = .comet(address: rpc, home: configuration.home, loop: client.loop)
            // What it says beside what the command says would be said twice.
            var quiet = log
            quiet.logLevel = .critical
            let node = NodeSupervisor(setup: setup, loop: client.loop, pool: pool, log: quiet)
            return try await UpgradePreparation(
                client: client, signals: signals, home: configuration.home, node: node, log: log,
                trouble: trouble
            ).carryOut()
        }
    }

    private static func trouble(in program: Program) -> ConfigurationErrors? {
        do throws(ConfigurationErrors) {
            _ = try program.configuration()
            return nil
        } catch {
            return error
        }
    }
}
