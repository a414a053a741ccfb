/// What the command line asks for, before any command looks at its own arguments.
///
/// `run` hands everything to the daemon, also `--help`, `--version` and `-c`, so that it never
/// reaches the argument parser. Cosmovisor's exception is kept: its own flag as the very first
/// argument of `run`.
struct Invocation: Equatable {
    let flags: RootFlags
    let command: Command

    enum Command: Equatable {
        /// The daemon's arguments, verbatim.
        case run([String])
        case other([String])
    }

    /// - Parameter arguments: without the program's name.
    init(arguments: [String]) throws(InvocationError) {
        var flags = RootFlags()
        var rest = arguments[...]
        while try flags.take(from: &rest, as: RootFlags.beforeCommand) {}
        if rest.first == "run" {
            rest.removeFirst()
            _ = try flags.take(from: &rest, as: RootFlags.afterRun)
            command = .run(Array(rest))
        } else {
            command = .other(try Self.withoutRootFlags(rest, &flags))
        }
        self.flags = flags
    }

    /// Cosmovisor's flag may stand anywhere among the arguments of a command, up to `--`.
    private static func withoutRootFlags(
        _ arguments: ArraySlice<String>, _ flags: inout RootFlags
    ) throws(InvocationError) -> [String] {
        var (rest, kept) = (arguments, [String]())
        while let first = rest.first, first != "--" {
            if try flags.take(from: &rest, as: RootFlags.beforeCommand) { continue }
            kept.append(first)
            rest.removeFirst()
        }
        return kept + rest
    }
}

/// The flags that every command has.
struct RootFlags: Equatable {
    /// The config file that is named; nil, also for an empty name: the one at its usual place.
    var configFile: String?
    var logFormat: String?

    fileprivate typealias Names = [String: WritableKeyPath<RootFlags, String?> & Sendable]

    fileprivate static let beforeCommand: Names = [
        "--cosmovisor-config": \.configFile, "-c": \.configFile, "--log-format": \.logFormat,
    ]
    /// `-c` and `--log-format` may be flags of the daemon.
    fileprivate static let afterRun: Names = [
        "--cosmovisor-config": \.configFile, "-cosmovisor-config": \.configFile,
    ]

    /// Takes the first argument and its value away, if it is one of these flags.
    fileprivate mutating func take(
        from rest: inout ArraySlice<String>, as names: Names
    ) throws(InvocationError) -> Bool {
        guard let first = rest.first else { return false }
        let parts = first.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map { $0.lowercased() } ?? ""
        guard let flag = names[name] else { return false }
        rest.removeFirst()
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else {
            guard let next = rest.popFirst() else { throw .missingValue(name) }
            value = next
        }
        self[keyPath: flag] = value.isEmpty ? nil : value
        return true
    }

    /// What they say of variables.
    var variables: [Variable: String] {
        logFormat.map { [.logFormat: $0] } ?? [:]
    }
}

/// A command line that cannot be understood.
enum InvocationError: Error, Equatable, CustomStringConvertible {
    /// The flag's name.
    case missingValue(String)

    var description: String {
        switch self {
        case .missingValue(let flag): "\(flag) requires an argument"
        }
    }
}
