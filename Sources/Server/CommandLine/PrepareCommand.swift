import ArgumentParser
import Glibc
import Supervisor

/// Has the binary of a plan put in place before its height.
struct PrepareCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Have the binary of a plan put in place before its height.",
        discussion: """
            The supervisor of this home fetches it from where the plan's info says, unless told \
            otherwise, and checks it; the command shows how far it is. Ctrl-C calls it off. \
            Where the plan's own binary is being prepared already, the command waits for that, and \
            Ctrl-C leaves it alone.

            Ends with 0 when the binary is staged; with 1 when that failed, and when it is only \
            held: complete, and nothing vouches for it yet; with 69 when no supervisor answers.
            """)

    @Option(help: "Fetch it from here; with ?checksum=sha256:<digest> you vouch for it.")
    var url: String?

    @Option(help: "Take this file of the host.")
    var path: String?

    @Flag(help: "Do not wait for the end.")
    var noWait = false

    @OptionGroup var form: ControlOutput

    @Argument(help: "The plan's name.")
    var plan: String

    func validate() throws {
        try PlanArgument.check(plan)
        guard url == nil || path == nil else {
            throw ValidationError("--url and --path are two places; give one of them")
        }
        guard path?.isEmpty != true, url?.isEmpty != true else {
            throw ValidationError("--url and --path must not be empty")
        }
    }

    func run(in program: Program) throws -> Int32 {
        let source = try source
        let (plan, isJSON, waits) = (plan, form.isJSON, !noWait)
        return try program.control(about: plan) { client, signals, _ throws(ControlError) in
            let run = PreparationRun(client: client, signals: signals, plan: plan, isJSON: isJSON)
            return try await run.carryOut(source, waits: waits)
        }
    }

    private var source: PrepareSource {
        get throws {
            if let url { return .url(url) }
            guard let path else { return .plan }
            return .path(try Self.absolute(path))
        }
    }

    /// The supervisor has a working directory of its own.
    private static func absolute(_ path: String) throws -> String {
        guard !path.hasPrefix("/") else { return path }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { throw SystemError("getcwd") }
        let folder = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (folder == "/" ? "" : folder) + "/" + path
    }
}
