/// What this program was called as: its own name, or that of what it stands in for.
///
/// A link or a copy named `cosmovisor` answers as that, so that what people and their scripts read
/// there is what they have typed.
enum ProgramName: String, Sendable {
    case switchyard, cosmovisor

    /// - Parameter path: argv[0].
    init(path: String?) {
        let name = path?.split(separator: "/").last.map(String.init)
        self = name == Self.cosmovisor.rawValue ? .cosmovisor : .switchyard
    }

    static var ofProcess: ProgramName { ProgramName(path: CommandLine.arguments.first) }

    /// The text with our commands under this name: those that stand after a backtick, or begin a
    /// line.
    func spelled(_ text: String) -> String {
        guard self != .switchyard else { return text }
        let own = Self.switchyard.rawValue + " "
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            let begin =
                rest.hasPrefix(own) ? rawValue + " " + rest.dropFirst(own.count) : String(rest)
            return (indent + begin).replacing("`" + own, with: "`" + rawValue + " ")
        }
        return lines.joined(separator: "\n")
    }
}
