import Supervisor

extension Configuration {
    /// The config.toml that means what this does, here and to Cosmovisor 1.7.
    ///
    /// It has every key of Cosmovisor's, which takes no default for one that is missing, and of ours
    /// those that are set. Durations are integer nanoseconds, as Cosmovisor writes them.
    var fileText: String {
        let own = ownValues.filter { variable, _ in
            switch origin(of: variable) {
            case .environment, .file: true
            // A flag is for one run.
            case .flag, .default: variable == .grpcAddress
            }
        }
        let lines = (cosmovisorValues + own).map { variable, value in
            variable.key + " = " + literal(variable, value ?? "")
        }
        return Self.fileHead + lines.map { $0 + "\n" }.joined()
    }

    private static let fileHead = """
        # Written by `switchyard init`. Cosmovisor can read it, too.
        #
        # Flags win over environment variables, those over this file, and this file over defaults. So
        # what a variable said when this was written holds on after the variable is gone, and
        # defaults of later versions do not reach it. Take a line out to have the default again
        # (Cosmovisor itself needs every line).


        """

    private func literal(_ variable: Variable, _ text: String) -> String {
        switch variable.form {
        case .flag: text
        case .duration: "\(duration(variable)?.wholeNanoseconds ?? 0)"
        case .number: Int64(text) == nil ? Self.string(text) : text
        case .text: Self.string(text)
        }
    }

    private func duration(_ variable: Variable) -> Duration? {
        switch variable {
        case .restartDelay: restartDelay
        case .grace: grace
        case .pollInterval: pollInterval
        case .waitForExit: waitForExit
        case .linger: linger
        case .horizon: horizon
        default: nil
        }
    }

    /// A basic string of TOML.
    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(Character(scalar))
            case _ where scalar.isUnsafeToShow:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Duration {
    /// What was read as 64 bits of nanoseconds is as many again.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooMuch) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooLong || isTooMuch ? .max : sum
    }
}
