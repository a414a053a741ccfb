import API
import ArgumentParser
import FoundationEssentials
import Supervisor

/// Makes a token and shows it once.
struct TokenCreateCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token and print it, this once.",
        discussion: """
            Standard output has the token and nothing else. The node keeps a digest only, so that \
            nobody can show it again.
            """)

    @Option(help: "What its holder may do: read, stage or operate; each includes those before.")
    var scope: Scope

    @Option(help: "Whose it is or what it is for; events show it.")
    var label: String?

    @Option(
        help: ArgumentHelp(
            "90d, 12h, or a moment such as 2027-01-31 or 2027-01-31T12:00:00Z. Never, if not given.",
            valueName: "when"))
    var expires: String?

    func run(in program: Program) throws -> Int32 {
        let now = Date.now
        let label = try label.map(Self.label)
        let expiry = try expires.map { try Self.expiry($0, now: now) }
        let token = Token()
        let entry = TokenEntry(
            token, scope: scope, createdAt: now, expiresAt: expiry, label: label)
        let store = try program.tokenStore()
        try store.change { $0.append(entry) }
        Output.standard.line(token.text)
        let end = expiry.map { "until \(Timestamp($0).rfc3339)" } ?? "until it is revoked"
        Output.errors.line(
            """
            Token \(entry.id) may \(scope.rawValue) \(end). It cannot be shown again.
            Send it as the header "Authorization: Bearer <token>"; keep it in a file of mode 0600, \
            not in an argument list.
            """)
        return 0
    }

    private static func label(_ text: String) throws -> TokenLabel {
        guard let label = TokenLabel(text) else {
            throw CommandFailure(
                "--label must have 1 to 64 characters that can be shown, no blank at its ends, and "
                    + "not be -, got \(quoted(text))")
        }
        return label
    }

    static func expiry(_ text: String, now: Date) throws -> Date {
        guard let expiry = date(text, now: now) else {
            throw CommandFailure(
                "--expires must be a duration such as 90d or 12h, or a moment such as 2027-01-31 or "
                    + "2027-01-31T12:00:00Z, got \(quoted(text))")
        }
        guard expiry > now else {
            throw CommandFailure("--expires must be in the future, got \(quoted(text))")
        }
        return expiry
    }

    private static func date(_ text: String, now: Date) -> Date? {
        if text.hasSuffix("d"), let days = Int32(text.dropLast()) {
            return now + Double(days) * 86_400
        }
        // Whichever of the two it is, it must be one of them; why it is not the other does not matter.
        if let duration = try? GoDuration.parse(text) {
            return now + Double(duration.components.seconds)
        }
        return Date(rfc3339: text)
    }
}
