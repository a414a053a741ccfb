/// What the command line asks for, before any command looks at its own arguments.
///
/// `run` hands everything to the daemon, also `--help`, `--version` and `-c`, so that it never
/// reaches the argument parser. Cosmovisor's exception is kept: its own flag as the very first
/// argument of `run`, or before the command.
struct Invocation: Equatable {
    /// The config file that is named; nil, also for an empty name: the environment only.
    let configFile: String?
    let command: Command

    enum Command: Equatable {
        /// The daemon's arguments, verbatim.
        case run([String])
        case other([String])
    }

    /// - Parameter arguments: without the program's name.
    init(arguments: [String]) throws(InvocationError) {
        var rest = arguments[...]
        var file = try Self.takeConfigFile(&rest, flags: Self.rootFlags)
        guard rest.first == "run" else {
            command = .other(Array(rest))
            configFile = file
            return
        }
        rest.removeFirst()
        if let own = try Self.takeConfigFile(&rest, flags: Self.runFlags) { file = own }
        configFile = file
        command = .run(Array(rest))
    }

    private static let rootFlags = ["--cosmovisor-config", "-c"]
    private static let runFlags = ["--cosmovisor-config", "-cosmovisor-config"]

    private static func takeConfigFile(
        _ rest: inout ArraySlice<String>, flags: [String]
    ) throws(InvocationError) -> String? {
        guard let first = rest.first, flags.contains(first.lowercased()) else { return nil }
        guard rest.count > 1 else { throw .missingConfigFile(first) }
        let file = rest[rest.startIndex + 1]
        rest = rest.dropFirst(2)
        return file.isEmpty ? nil : file
    }
}

/// A command line that cannot be understood.
enum InvocationError: Error, Equatable, CustomStringConvertible {
    case missingConfigFile(String)

    var description: String {
        switch self {
        case .missingConfigFile(let flag): "\(flag.lowercased()) requires an argument"
        }
    }
}
