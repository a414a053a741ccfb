import Supervisor

extension Configuration {
    /// Reads everything; what is wrong is left in the reader.
    init(_ reader: inout SettingsReader) {
        let home = Self.home(&reader)
        self.home = home
        allowsDownloads = reader.flag(.allowDownloads, default: false)
        requiresChecksums = reader.flag(.requireChecksums, default: false)
        restartsAfterUpgrade = reader.flag(.restartAfterUpgrade, default: true)
        restartDelay = reader.positiveDuration(.restartDelay, default: .zero)
        grace = reader.positiveDuration(.grace, default: .seconds(30))
        pollInterval = reader.positiveDuration(.pollInterval, default: .milliseconds(300))
        let skipsBackup = reader.flag(.skipBackup, default: false)
        self.skipsBackup = skipsBackup
        backupDirectory = Self.backupDirectory(&reader, home: home, isUsed: !skipsBackup)
        preUpgradeRetries = reader.count(.preUpgradeRetries, default: 0)
        customPreUpgrade = reader.text(.customPreUpgrade)
        grpcAddress = reader.text(.grpcAddress) ?? "localhost:9090"
        rpcAddress = reader.text(.rpcAddress)
        log = LogSettings(&reader)
        listen = Self.listen(&reader, home: home)
        tokensFile = reader.absolutePath(.tokensFile) ?? home.own + "/tokens"
        apiGroup = reader.text(.apiGroup)
        apiHosts = Self.apiHosts(&reader)
        allowsRemote = reader.flag(.allowRemote, default: false)
        opensMetrics = reader.flag(.metricsOpen, default: false)
        startCommands = reader.list(.startCommands, default: ["start"])
        restart = reader.choice(.restart, default: .onFailure)
        watchesHeights = reader.flag(.watchHeights, default: false)
        waitForExit = reader.duration(.waitForExit, default: .zero)
        linger = reader.duration(.linger, default: .zero)
        reserve = reader.size(.reserve, from: 0).map(DiskReserve.bytes) ?? .standard
        maxUpload = reader.size(.maxUpload, from: 1) ?? 1 << 30
        horizon = reader.duration(.horizon, default: .seconds(72 * 3600))
        let trust: TrustRequirement = reader.choice(.trust, default: .any)
        self.trust = trust
        trustSigners = Self.trustSigners(&reader, trust)
        trustThreshold = Self.trustThreshold(&reader)
        fetchesPrivate = reader.flag(.fetchPrivate, default: false)
        allowsWeakChecksums = reader.flag(.allowWeakChecksums, default: false)
        origins = reader.sources.origins
        configFile = reader.sources.file?.path
        warnings = reader.sources.suspicions
    }

    private static func home(_ reader: inout SettingsReader) -> Home {
        let name = Self.name(&reader)
        if reader.text(.home) == nil {
            reader.refuse(
                .home, "DAEMON_HOME is not set: the daemon's home, such as /home/node/.gaia")
        }
        let path = reader.absolutePath(.home) ?? ""
        let keepsCase = reader.flag(.disableRecase, default: false)
        return Home(
            path: path, daemonName: name, letterCase: keepsCase ? .kept : .lowered,
            root: reader.absolutePath(.root), current: link(&reader))
    }

    private static func link(_ reader: inout SettingsReader) -> String? {
        guard let path = reader.absolutePath(.current) else { return nil }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard !["", ".", ".."].contains(name) else {
            reader.refuse(
                .current, "SWITCHYARD_CURRENT must be the path of a link, got \(quoted(path))")
            return nil
        }
        return path
    }

    private static func name(_ reader: inout SettingsReader) -> String {
        guard let name = reader.text(.name) else {
            reader.refuse(
                .name, "DAEMON_NAME is not set: the file name of the daemon's binary, such as gaiad"
            )
            return ""
        }
        if name.contains("/") || name == "." || name == ".." {
            reader.refuse(.name, "DAEMON_NAME must be a file name, not a path, got \(quoted(name))")
        }
        return name
    }

    /// Backups that are never made may name any folder, also a relative one.
    private static func backupDirectory(
        _ reader: inout SettingsReader, home: Home, isUsed: Bool
    ) -> String {
        guard isUsed else { return reader.text(.backupDirectory) ?? home.path }
        return reader.absolutePath(.backupDirectory) ?? home.path
    }

    private static func trustSigners(
        _ reader: inout SettingsReader, _ trust: TrustRequirement
    ) -> String? {
        let path = reader.absolutePath(.trustSigners)
        if trust == .signature, reader.text(.trustSigners) == nil {
            reader.refuse(
                .trustSigners,
                "SWITCHYARD_TRUST_SIGNERS is not set, and SWITCHYARD_TRUST=signature needs it: the "
                    + "path of a file as of ssh-keygen(1), ALLOWED SIGNERS")
        }
        return path
    }

    private static func trustThreshold(_ reader: inout SettingsReader) -> Int {
        let count = reader.count(.trustThreshold, default: 1)
        guard count > 0 else {
            reader.refuse(
                .trustThreshold,
                "SWITCHYARD_TRUST_THRESHOLD must be at least 1, the number of signers needed")
            return 1
        }
        return count
    }

    private static func apiHosts(_ reader: inout SettingsReader) -> AllowedHosts {
        let names = reader.list(.apiHosts, default: [])
        if let hosts = AllowedHosts(names) { return hosts }
        reader.refuse(
            .apiHosts,
            "SWITCHYARD_API_HOSTS must be names or addresses, each with a port or without, such as "
                + "gaia.example.org,10.0.0.5:8080, got " + quoted(names.joined(separator: ",")))
        return .none
    }

    private static func listen(_ reader: inout SettingsReader, home: Home) -> [String] {
        let listen = reader.list(.listen, default: ["unix:" + home.socket])
        if listen.contains("none"), listen.count > 1 {
            reader.refuse(
                .listen,
                "SWITCHYARD_LISTEN: \"none\" stands alone, got "
                    + quoted(listen.joined(separator: ",")))
        }
        return listen
    }
}

extension LogSettings {
    fileprivate init(_ reader: inout SettingsReader) {
        isDisabled = reader.flag(.disableLogs, default: false)
        isColored = reader.flag(.colorLogs, default: true)
        // Empty is no time; unset is the default.
        let isEmpty = reader.sources.value(of: .timeFormat)?.text == ""
        let format: TimeFormat = reader.choice(.timeFormat, default: .kitchen)
        timeFormat = isEmpty ? nil : format
        self.format = reader.choice(.logFormat, default: .console)
        journalStream = reader.sources.environment["JOURNAL_STREAM"]
    }
}
