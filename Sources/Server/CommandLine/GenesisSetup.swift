import Glibc
import Logging
import Supervisor

/// Makes `cosmovisor/genesis/bin/<name>` and the link `current`; what is there already stays.
///
/// The steps and messages are those of Cosmovisor's `init`, whose tests and users' scripts read
/// them; that is why the messages carry paths instead of metadata.
struct GenesisSetup {
    let home: Home
    /// The binary to copy.
    let executable: String
    let logger: Logger

    /// Says what is wrong with the path before anything is read or logged.
    static func check(executable: String) throws(CommandFailure) {
        guard !executable.isEmpty else {
            throw CommandFailure("no <path to executable> provided")
        }
        let path = quoted(executable)
        switch Result(catching: { () throws(SystemError) in try FileKind(at: executable) }) {
        case .success(.missing): throw CommandFailure("executable file not found: \(path)")
        case .success(.directory):
            throw CommandFailure("invalid path to executable: \(path) must not be a directory")
        case .success: return
        case .failure(let error): throw CommandFailure("could not stat executable: \(error)")
        }
    }

    func run() throws(CommandFailure) {
        do {
            try makeFolder()
            try placeBinary()
            try makeExecutable()
            try makeLink()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
    }

    private var folder: String { home.genesis.path + "/bin" }
    private var binary: String { home.genesis.binary }

    private func makeFolder() throws {
        logger.info("checking on the genesis/bin directory")
        switch try FileKind(at: folder) {
        case .missing:
            logger.info("creating directory (and any parents): \(quoted(folder))")
            try makeFolders(folder, mode: 0o750)
        case .directory: logger.info("the \(quoted(folder)) directory already exists")
        case .regular, .link, .other:
            throw CommandFailure(
                "the path \(quoted(folder)) already exists but is not a directory")
        }
    }

    private func placeBinary() throws {
        logger.info("checking on the genesis/bin executable")
        guard try FileKind(at: binary) == .missing else {
            logger.info("the \(quoted(binary)) file already exists")
            return
        }
        logger.info("copying executable into place: \(quoted(binary))")
        try copyFile(from: executable, to: binary)
    }

    private func makeExecutable() throws {
        logger.info("making sure \(quoted(binary)) is executable")
        guard try FileKind(at: binary) == .regular else {
            throw CommandFailure("\(escaped(home.daemonName)) is not a regular file")
        }
        var status = stat()
        guard stat(binary, &status) == 0 else { throw SystemError("stat", path: binary) }
        guard status.st_mode & 0o111 != 0o111 else { return }
        guard chmod(binary, (status.st_mode & 0o7777) | 0o111) == 0 else {
            throw SystemError("chmod", path: binary)
        }
    }

    private func makeLink() throws {
        logger.info("checking on the current symlink and creating it if needed")
        let kind = try FileKind(ofLinkAt: home.current)
        switch kind {
        case .missing:
            if home.isStateApart { try makeFolders(home.state, mode: 0o750) }
            try mendLink()
        case .link where try FileKind(at: home.current) == .directory: break
        // The words are Go's, which Cosmovisor's tests expect to the letter.
        case .link, .regular, .directory, .other:
            throw CommandFailure("symlink genesis current: file exists")
        }
        let path = try resolved(home.current) + "/bin/" + home.daemonName
        logger.info("the current symlink points to: \(quoted(path))")
    }

    /// Genesis only in a home that was never upgraded.
    private func mendLink() throws(CommandFailure) {
        do throws(Block) {
            try CurrentLink(home).makeOrMend()
        } catch {
            throw CommandFailure("\(error.reason); \(error.remedy)")
        }
    }

    private func resolved(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError("realpath", path: path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
