import FoundationEssentials
import Glibc
import Logging
import Supervisor
import Testing

@testable import API
@testable import Server

/// A tokens file in a home of its own, and the log of who reads it.
struct TokensOnDisk {
    let home: TemporaryHome
    private let logFile: Descriptor

    init() throws {
        home = try TemporaryHome()
        let path = home.path + "/log"
        logFile = try Descriptor(
            open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600), call: "open")
    }

    var path: String { home.path + "/tokens" }
    var log: String { get throws { try home.read("log") } }

    func book(owners: [uid_t] = [geteuid()], isExpected: Bool = false) -> TokenBook {
        book([TokenFile(path: path, owners: owners, isExpected: isExpected)])
    }

    func book(_ files: [TokenFile]) -> TokenBook {
        let settings = LogSettings(
            isDisabled: false, isColored: false, timeFormat: nil, format: .console)
        let descriptor = logFile.number
        return TokenBook(
            files,
            log: Logger(label: "test") { _ in
                LineLogHandler(settings: settings, descriptor: descriptor)
            })
    }

    /// Replaces the file, in one step, as `switchyard token` does.
    func write(_ text: String, mode: mode_t = 0o600) throws {
        try DurableFile.replace(path, with: text.utf8, mode: mode)
    }

    func write(_ lines: [TokenEntry]) throws {
        try write(lines.map { $0.line + "\n" }.joined())
    }
}

extension TokenEntry {
    /// Of a scope, for an hour from now or until it expires.
    init(_ token: Token, _ scope: Scope = .read, expires: Date? = nil, label: String? = nil) {
        self.init(
            token, scope: scope, createdAt: .now, expiresAt: expires,
            label: label.flatMap { TokenLabel($0) })
    }
}

extension TokenBook {
    /// Asks as a caller with this token does.
    func caller(_ token: Token) -> Caller {
        caller(authorization: "Bearer \(token.text)")
    }
}
