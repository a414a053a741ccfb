import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import API
@testable import Server

struct TokenCommandTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
    }

    private var path: String { home.path + "/cosmovisor/.switchyard/tokens" }

    private func token(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> SwitchyardProcess {
        try SwitchyardProcess(
            ["token"] + arguments, environment: home.environment.merging(environment) { $1 })
    }

    private func list() throws -> TokenList {
        TokenList(Array(try home.read("cosmovisor/.switchyard/tokens").utf8))
    }

    private func status(_ path: String) throws -> stat {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw SystemError("lstat", path: path) }
        return info
    }

    @Test func `create prints the token alone and keeps its digest only`() throws {
        let before = Date.now
        let made = try token("create", "--scope", "stage", "--label", "ci of fleet 2")
        #expect(made.code == 0)
        let text = String(made.output.dropLast())
        #expect(made.output == text + "\n")
        let secret = try #require(Token(text))
        let entry = try #require(try list().entries.first)
        #expect(entry.id == secret.id)
        #expect(entry.digest == Array(secret.digest))
        #expect(entry.scope == .stage)
        #expect(entry.label?.text == "ci of fleet 2")
        #expect(entry.expiresAt == nil)
        #expect(entry.createdAt >= before - 0.001 && entry.createdAt <= .now + 0.001)
        #expect(made.errors.contains("Token \(secret.id) may stage until it is revoked."))
        #expect(!made.errors.contains(text.suffix(43)))
        #expect(try !home.read("cosmovisor/.switchyard/tokens").contains(text.suffix(43)))
        #expect(try status(path).st_mode == S_IFREG | 0o600)
    }

    @Test(arguments: [
        ("90d", 90 * 86_400.0), ("1d", 86_400), ("12h", 43_200), ("1h30m", 5400),
    ])
    func `an expiry may be a duration`(text: String, seconds: Double) throws {
        let made = try token("create", "--scope", "read", "--expires", text)
        #expect(made.code == 0)
        let expiry = try #require(try list().entries.first?.expiresAt)
        #expect(abs(expiry.timeIntervalSinceNow - seconds) < 60)
        #expect(made.errors.contains("until \(Timestamp(expiry).rfc3339)."))
    }

    @Test(arguments: [
        ("2999-01-31", "2999-01-31T00:00:00.000Z"),
        ("2999-01-31T12:00:00+02:00", "2999-01-31T10:00:00.000Z"),
    ])
    func `an expiry may be a moment`(text: String, moment: String) throws {
        #expect(try token("create", "--scope", "read", "--expires", text).code == 0)
        #expect(try list().entries.first?.expiresAt.map { Timestamp($0).rfc3339 } == moment)
    }

    @Test(arguments: [
        (["create"], "--scope"), (["create", "--scope", "root"], "'read', 'stage' or 'operate'"),
        (["create", "--scope", "read", "--expires", "2020-01-01"], "must be in the future"),
        (["create", "--scope", "read", "--expires", "0s"], "must be in the future"),
        (["create", "--scope", "read", "--expires=-1d"], "must be in the future"),
        (["create", "--scope", "read", "--expires", "90"], "a duration such as 90d"),
        (["create", "--scope", "read", "--expires", "tomorrow"], "a duration such as 90d"),
        (["create", "--scope", "read", "--label", "-"], "--label must have"),
        (["create", "--scope", "read", "--label", "a\u{1b}[2J"], "\\u{1b}"),
        (["revoke"], "id"), (["revoke", "k7qm2x4a"], "has no token k7qm2x4a"),
        (["list", "--output", "xml"], "'text' and 'json'"),
    ])
    func `what is wrong is said and nothing is written`(
        arguments: [String], part: String
    ) throws {
        let result = try SwitchyardProcess(["token"] + arguments, environment: home.environment)
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(result.errors.contains(part), "\(result.errors)")
        #expect(access(path, F_OK) != 0)
    }

    @Test func `revoke takes one token away and a token that is given by mistake is not repeated`()
        throws
    {
        let first = try #require(Token(try token("create", "--scope", "read").output.dropLast()))
        let second = try #require(Token(try token("create", "--scope", "read").output.dropLast()))
        let mistake = try token("revoke", first.text)
        #expect(mistake.code == 1)
        #expect(mistake.errors.contains("that is no id of a token"))
        #expect(!mistake.errors.contains(first.text.suffix(43)))
        let revoked = try token("revoke", "\(first.id)")
        #expect(revoked.code == 0)
        #expect(revoked.errors == "Token \(first.id) is revoked.\n")
        #expect(try list().entries.map(\.id) == [second.id])
    }

    @Test func `list shows everything but the secret`() throws {
        #expect(try token("list").output == "ID  SCOPE  CREATED  EXPIRES  LABEL\n")
        #expect(try token("list", "--output", "json").output == #"{"items":[]}"# + "\n")
        let digest = String(repeating: "0f", count: 32)
        try home.write(
            """
            # by hand
            k7qm2x4a stage \(digest) 2026-11-23T06:55:57Z - -
            nonsense
            aaaaaaaa read \(digest) 2020-01-01 2020-02-01 old one

            """, to: "cosmovisor/.switchyard/tokens", mode: 0o600)
        let table = try token("list")
        #expect(
            table.output == """
                ID        SCOPE  CREATED                   EXPIRES                             LABEL
                k7qm2x4a  stage  2026-11-23T06:55:57.000Z  never
                aaaaaaaa  read   2020-01-01T00:00:00.000Z  2020-02-01T00:00:00.000Z (expired)  old one

                """)
        #expect(
            table.errors == "Warning: \(path): line 3 does not count: it has not the six fields "
                + "id scope sha256 created_at expires_at label\n")
        let json = try token("list", "-o", "json")
        #expect(
            json.output == #"{"items":[{"created_at":"2026-11-23T06:55:57.000Z","expired":false,"#
                + #""expires_at":null,"id":"k7qm2x4a","label":null,"scope":"stage"},"#
                + #"{"created_at":"2020-01-01T00:00:00.000Z","expired":true,"#
                + #""expires_at":"2020-02-01T00:00:00.000Z","id":"aaaaaaaa","label":"old one","#
                + #""scope":"read"}]}"# + "\n")
    }

    @Test func `a file that does not count is not written to`() throws {
        try home.write("# mine\n", to: "cosmovisor/.switchyard/tokens", mode: 0o644)
        for arguments in [["create", "--scope", "read"], ["list"], ["revoke", "k7qm2x4a"]] {
            let result = try SwitchyardProcess(
                ["token"] + arguments, environment: home.environment)
            #expect(result.code == 1)
            #expect(result.errors.contains("`chmod 600 \(path)` mends it"))
        }
        #expect(try home.read("cosmovisor/.switchyard/tokens") == "# mine\n")
    }

    @Test func `writers at the same time lose nothing`() async throws {
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<12 {
                group.addTask { try token("create", "--scope", "read").output }
            }
            return try await group.reduce(into: []) { $0.append(String($1.dropLast())) }
        }
        let made = tokens.compactMap { Token($0)?.id }
        #expect(made.count == 12)
        #expect(Set(try list().entries.map(\.id)) == Set(made))
    }

    @Test func `without a home that was set up it says what to do`() throws {
        let empty = try TemporaryHome()
        let result = try SwitchyardProcess(
            ["token", "create", "--scope", "read"], environment: empty.environment)
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("`switchyard init <path to executable>` makes it"))
        let bare = try SwitchyardProcess(["token", "list"], environment: [:])
        #expect(bare.code == 1)
        #expect(bare.errors.contains("DAEMON_HOME is not set"))
    }

    @Test func `help names the commands and their options`() throws {
        let all = try SwitchyardProcess(["token"], environment: [:])
        #expect(all.code == 0)
        for name in ["create", "list", "revoke"] { #expect(all.output.contains(name)) }
        let one = try SwitchyardProcess(["help", "token", "create"], environment: [:])
        #expect(one.code == 0)
        for name in ["--scope", "--label", "--expires"] { #expect(one.output.contains(name)) }
    }
}
