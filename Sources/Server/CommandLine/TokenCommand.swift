import API
import ArgumentParser
import Supervisor

/// The tokens that callers of the API may show.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke the tokens of the API.",
        discussion: """
            A supervisor that runs sees every change at once. read: look at everything; stage: also \
            bring binaries for a plan; operate: everything.
            """,
        subcommands: [
            TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self,
        ])
}

extension Scope: ExpressibleByArgument {}

extension Program {
    /// The tokens of this home, as whoever may write them.
    func tokenStore() throws -> TokenStore {
        let configuration = try configurationOfHome()
        for warning in configuration.warnings { Output.errors.line("Warning: " + warning) }
        return try TokenStore(of: configuration)
    }
}

/// Takes one token back.
struct TokenRevokeCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a token back; whoever has it is refused from now on.")

    @Argument(help: "The token's id, as `switchyard token list` shows it.")
    var id: String

    func run(in program: Program) throws -> Int32 {
        // What is no id is not repeated: it may be the token.
        guard let id = TokenID(id) else {
            throw CommandFailure(
                "that is no id of a token: an id is eight of the characters a-z and 2-7, "
                    + "and `switchyard token list` shows them")
        }
        let store = try program.tokenStore()
        try store.change { list in
            guard list.remove(id) else {
                throw CommandFailure("\(store.file.path) has no token \(id)")
            }
        }
        Output.errors.line("Token \(id) is revoked.")
        return 0
    }
}
