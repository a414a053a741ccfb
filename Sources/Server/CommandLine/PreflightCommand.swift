import ArgumentParser
import CLinux
import Supervisor

/// Shows whether this host will survive a plan.
struct PreflightCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "preflight",
        abstract: "Show whether this host will survive a plan, and what to do if not.",
        discussion: """
            Asks the supervisor of this home, over its socket. Without a plan: every plan that is \
            to come, and the worst of them decides.

            Ends with 0 for pass and warn; with 1 for fail and unknown, and for a plan that is not \
            known; with 69 when no supervisor answers.
            """)

    @OptionGroup var form: ControlOutput

    @Option(
        help: ArgumentHelp(
            "How long to wait for an evaluation that is under way, such as 30s; 0: not at all.",
            valueName: "duration"))
    var wait = "5s"

    @Argument(help: "The plan's name.")
    var plan: String?

    func validate() throws {
        if let plan { try PlanArgument.check(plan) }
        _ = try patience
    }

    private var patience: Duration {
        get throws {
            // Whatever is wrong with it, the remedy is the same.
            guard let patience = try? GoDuration.parse(wait), patience >= .zero else {
                throw ValidationError(
                    "--wait must be a duration such as 5s or 1m30s, got \(quoted(wait))")
            }
            return patience
        }
    }

    func run(in program: Program) throws -> Int32 {
        let (plan, isJSON) = (plan, form.isJSON)
        let patience = min(try patience, .seconds(24 * 3600))
        // A signal ends the command: it has nothing to tidy up.
        clinux_reset_signals()
        return try program.control(about: plan) { client, _, _ throws(ControlError) in
            let watch = PreflightWatch(client: client, deadline: .now + patience)
            if let plan {
                let answer = try await watch.settled(plan)
                Output.standard.line(isJSON ? answer.text : answer.value.report)
                return answer.value.verdict.exitCode
            }
            let answers = try await watch.allSettled()
            Output.standard.line(isJSON ? Self.list(answers) : Self.report(answers))
            return answers.map(\.value.verdict.exitCode).max() ?? 0
        }
    }

    private typealias Answer = ControlClient.Answer<PreflightView>

    private static func list(_ answers: [Answer]) -> String {
        "{\"items\":[" + answers.map(\.text).joined(separator: ",") + "]}"
    }

    private static func report(_ answers: [Answer]) -> String {
        guard !answers.isEmpty else { return "no plan is to come" }
        return answers.map(\.value.report).joined(separator: "\n\n")
    }
}
