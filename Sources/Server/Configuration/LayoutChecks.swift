import Supervisor

extension Configuration {
    /// Looks whether the folders that the variables name are there.
    ///
    /// - Throws: every folder that is missing, at once.
    func checkLayout() throws(ConfigurationErrors) {
        try report(layoutProblems)
    }

    /// As `checkLayout`, and the daemon's `data` must be there too, which supervising needs.
    func checkLayoutToSupervise() throws(ConfigurationErrors) {
        try report(layoutProblems + dataProblems)
    }

    private func report(_ problems: [ConfigurationProblem]) throws(ConfigurationErrors) {
        guard problems.isEmpty else { throw ConfigurationErrors(problems: problems) }
    }

    private var layoutProblems: [ConfigurationProblem] {
        rootProblems + (skipsBackup ? [] : backupProblems)
    }

    private var rootProblems: [ConfigurationProblem] {
        let root = quoted(home.root)
        switch Result(catching: { () throws(SystemError) in try FileKind(at: home.root) }) {
        case .success(.directory): return home.isStateApart ? stateProblems : []
        case .success(.missing):
            return problem(
                given.contains(.root) ? .root : .home,
                "cannot stat home dir: \(root) does not exist; "
                    + "`switchyard init <path to executable>` makes it")
        case .success: return problem(.home, "DAEMON_HOME: \(root) is not a directory")
        case .failure(let error): return problem(.home, "cannot stat home dir: \(error)")
        }
    }

    /// An image may have the tree; what is to persist is the operator's to provide.
    private var stateProblems: [ConfigurationProblem] {
        // Whatever is wrong with it, it is not there as it should be.
        guard (try? FileKind(at: home.state)) != .directory else { return [] }
        return problem(
            .current,
            "SWITCHYARD_CURRENT: \(quoted(home.state)) must be an existing directory, for the link "
                + "and what the supervisor keeps")
    }

    private var backupProblems: [ConfigurationProblem] {
        // The home itself is made by whoever makes `cosmovisor` in it, and reported there.
        guard given.contains(.backupDirectory) else { return [] }
        let path = quoted(backupDirectory)
        switch Result(catching: { () throws(SystemError) in try FileKind(at: backupDirectory) }) {
        case .success(.directory): return isBackupWithinData ? [backupWithinData] : []
        case .success:
            return problem(
                .backupDirectory,
                "DAEMON_DATA_BACKUP_DIR must be a valid directory, got \(path); "
                    + "make the folder, or set UNSAFE_SKIP_BACKUP=true")
        case .failure(let error):
            return problem(.backupDirectory, "DAEMON_DATA_BACKUP_DIR: \(error)")
        }
    }

    /// What is made there would be lost with the data that it is to save.
    private var isBackupWithinData: Bool {
        guard let folder = ResolvedPath(backupDirectory), let data = ResolvedPath(home.data) else {
            return false
        }
        return folder.isWithin(data)
    }

    private var backupWithinData: ConfigurationProblem {
        ConfigurationProblem(
            variable: .backupDirectory,
            message: "DAEMON_DATA_BACKUP_DIR must not be in the folder that is backed up, "
                + "got \(quoted(backupDirectory)), which is in \(quoted(home.data))")
    }

    private var dataProblems: [ConfigurationProblem] {
        switch Result(catching: { () throws(SystemError) in try FileKind(at: home.data) }) {
        case .success(.directory): return []
        case .success:
            return problem(
                .home,
                "DAEMON_HOME: \(quoted(home.data)) must be an existing directory; "
                    + "the daemon's own `init` makes it")
        case .failure(let error): return problem(.home, "DAEMON_HOME: \(error)")
        }
    }

    private func problem(_ variable: Variable, _ message: String) -> [ConfigurationProblem] {
        [ConfigurationProblem(variable: variable, message: message)]
    }
}
