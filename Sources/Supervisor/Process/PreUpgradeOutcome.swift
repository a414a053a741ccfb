/// What the end of `<new binary> pre-upgrade` means, by the convention of ADR-047's exit codes.
package enum PreUpgradeOutcome: Sendable, Equatable {
    case done
    /// The application has no such command.
    case noCommand
    /// It exits with 1 and does not say why: gone on with, and said.
    case doubtful
    /// It does not know `--home`: to be run again without.
    case noHomeFlag
    case retry
    /// In words.
    case failed(String)

    /// - Parameter output: both streams.
    package init(exit: Exit, output: String) {
        switch exit {
        case .code(0): self = .done
        case .code(1) where output.contains("unknown flag: --home"): self = .noHomeFlag
        case .code(1) where output.contains("unknown command"): self = .noCommand
        case .code(1): self = .doubtful
        case .code(30): self = .failed("it failed (exit code 30)")
        case .code(31): self = .retry
        case .code(let code): self = .failed("it ended with exit code \(code)")
        case .signal(let signal): self = .failed("it was ended by signal \(signal)")
        case .unknown: self = .failed("its end is unknown")
        }
    }
}
