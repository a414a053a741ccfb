/// Everything that is wrong with a configuration, so that one look mends it all.
struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    /// Never empty; in the order in which the variables are documented.
    let problems: [ConfigurationProblem]

    /// One problem a line.
    var description: String {
        problems.map(\.message).joined(separator: "\n")
    }
}

/// One variable that cannot be used as it is.
struct ConfigurationProblem: Equatable, Sendable {
    /// Nil when the config file as a whole is at fault.
    let variable: Variable?
    /// Names the variable, what was given and what is allowed; safe to print.
    let message: String
    /// The config file is there, and this user may not read it.
    var isForbidden = false
}
