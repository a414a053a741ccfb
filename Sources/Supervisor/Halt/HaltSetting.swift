/// The `halt-height` that a daemon is started with, and who has set it.
///
/// The order is that of the SDK's server (server/util.go): a flag, then the environment, then
/// app.toml; 0 is no halt at all.
package struct HaltSetting: Sendable, Equatable, Codable {
    /// Greater than 0.
    package let height: Height
    package let source: Source

    package enum Source: String, Sendable, Codable {
        /// Ours, for a plan of the book.
        case plan
        case flag, environment, file
    }

    package init(height: Height, source: Source) {
        self.height = height
        self.source = source
    }
}

/// What an operator has set of `halt-height` by other means than a plan.
package struct OperatorsHalt: Sendable, Equatable {
    /// The last `--halt-height` of the arguments; 0 is said as well.
    package var flag: Height?
    package var environment: Height?
    /// Of `config/app.toml`.
    package var file: Height?

    package init(flag: Height? = nil, environment: Height? = nil, file: Height? = nil) {
        self.flag = flag
        self.environment = environment
        self.file = file
    }

    /// - Parameters:
    ///   - environment: `NAME=value`.
    ///   - variable: The daemon's own name for it; see `DaemonVariable`.
    ///   - file: What app.toml has for it.
    package init(arguments: [String], environment: [String], variable: String, file: String?) {
        flag = Self.flag(in: arguments)
        self.environment =
            environment.last { $0.hasPrefix(variable + "=") }
            .flatMap { Height($0.dropFirst(variable.utf8.count + 1)) }
        self.file = file.flatMap { Height($0) }
    }

    /// - Parameter binary: The path of the executable, links resolved, or its name.
    init(of setup: Setup, binary: String) {
        // A home without the file halts nowhere.
        let config = try? NodeConfig(path: setup.home.config + "/app.toml")
        self.init(
            arguments: setup.arguments, environment: setup.environment,
            variable: DaemonVariable.name("HALT_HEIGHT", ofBinary: binary),
            file: config?.word("halt-height"))
    }

    /// What the daemon does if we set nothing.
    package var effective: HaltSetting? {
        if let flag { return flag > 0 ? HaltSetting(height: flag, source: .flag) : nil }
        if let environment {
            return environment > 0
                ? HaltSetting(height: environment, source: .environment) : nil
        }
        return file.flatMap { $0 > 0 ? HaltSetting(height: $0, source: .file) : nil }
    }

    /// What a daemon is started with that is to halt at a height of ours.
    ///
    /// A flag wins in any case. A lower halt of the operator's, set otherwise, is the operator's
    /// wish; a higher one would let the daemon run past the plan.
    package func effective(wanting height: Height) -> HaltSetting? {
        if flag != nil { return effective }
        if let own = effective, own.height < height { return own }
        return HaltSetting(height: height, source: .plan)
    }

    private static func flag(in arguments: [String]) -> Height? {
        let name = "--halt-height"
        var result: Height?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { break }
            if argument == name, let value = rest.first.flatMap({ Height($0) }) {
                result = value
            } else if argument.hasPrefix(name + "=") {
                result = Height(argument.dropFirst(name.utf8.count + 1)) ?? result
            }
        }
        return result
    }
}
