import CLinux
import Glibc
import Supervisor

/// Changes a node's tokens: whole, durably, and one writer at a time.
struct TokenStore {
    let file: TokenFile
    /// Makes the folder, too: our own folder is there only once the node was supervised.
    private let makesFolder: Bool
    private let mode: mode_t

    /// Acts as whoever owns the place from here on; see `TokenWriter`.
    ///
    /// - Throws: `CommandFailure` when the home is not there or belongs to somebody else.
    init(of configuration: Configuration) throws {
        let home = configuration.home
        guard try FileKind(at: home.state) == .directory else {
            throw CommandFailure(
                "DAEMON_HOME: \(quoted(home.state)) does not exist; "
                    + "`switchyard init <path to executable>` makes it")
        }
        let writer = try TokenWriter(home: home, path: configuration.tokensFile)
        try writer.become()
        mode = writer.mode
        makesFolder = configuration.tokensFile.parentFolder == home.own
        file = configuration.tokenFiles(credentials: nil)[0]
    }

    /// What is there now; nothing without a file.
    func list() throws(TokenFileError) -> TokenList {
        do throws(TokenFileError) {
            return try file.read().list
        } catch {
            guard error.isAbsence else { throw error }
            return TokenList()
        }
    }

    /// Runs the body on what is there and writes what it leaves, unless it throws.
    func change<Result>(_ body: (inout TokenList) throws -> Result) throws -> Result {
        // Waiting for another writer must end with Ctrl-C.
        clinux_reset_signals()
        let path = file.path.parentFolder
        if makesFolder { try DurableFile.makeFolder(path, mode: 0o711) }
        let folder = try Descriptor(
            open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), call: "open", path: path)
        guard flock(folder.number, LOCK_EX) == 0 else { throw SystemError("flock", path: path) }
        defer { withExtendedLifetime(folder) {} }
        var list = try list()
        let result = try body(&list)
        try DurableFile.replace(file.path, with: list.bytes, mode: mode)
        return result
    }
}
