import Supervisor

/// What the operator asked for, by flags, variables and a config file.
struct Configuration: Sendable, Equatable {
    let home: Home
    let allowsDownloads: Bool
    let requiresChecksums: Bool
    let restartsAfterUpgrade: Bool
    /// Between the end of the old daemon and the backup.
    let restartDelay: Duration
    /// From TERM to KILL: 30 s when unset, where Cosmovisor kills at once.
    let grace: Duration
    /// How often the plan file is looked at where it cannot be watched.
    let pollInterval: Duration
    let skipsBackup: Bool
    /// The folder that backups are made in: the daemon's home when unset.
    let backupDirectory: String
    /// How often exit 31 of `pre-upgrade` is answered by another try.
    let preUpgradeRetries: Int
    /// A file below `<home>/cosmovisor` that is run before an upgrade.
    let customPreUpgrade: String?
    /// Host and port.
    let grpcAddress: String
    /// The base URL of CometBFT's RPC; nil: what the node's own configuration says.
    let rpcAddress: String?
    let log: LogSettings
    /// Where the API listens, unparsed: `unix:…`, `tcp:…`, `systemd` or the single word `none`.
    let listen: [String]
    /// Where `switchyard token` keeps the tokens of this node.
    let tokensFile: String
    let apiGroup: String?
    /// What the API may be called, besides its listeners' own names.
    let apiHosts: AllowedHosts
    /// Whether TCP may listen where other hosts can reach it.
    let allowsRemote: Bool
    /// `/metrics` is shown to everyone who may use a listener, over TCP too.
    let opensMetrics: Bool
    /// The daemon's commands that are supervised; every other one is executed in place.
    let startCommands: [String]
    let restart: Lifecycle.Policy.Restart
    /// Heights of plans are watched where the daemon does not halt by itself; never exact.
    let watchesHeights: Bool
    /// How long a daemon at its height is waited for before it is told to end.
    let waitForExit: Duration
    /// How long a daemon at its height is kept up for its peers.
    let linger: Duration
    /// Left free on the disk for the node, whatever is uploaded.
    let reserve: DiskReserve
    /// Bytes of one upload.
    let maxUpload: Int64
    /// How far ahead a plan that this host would not survive makes it unready for it.
    let horizon: Duration
    /// What must vouch for a binary before it may run.
    let trust: TrustRequirement
    /// The file of allowed signers.
    let trustSigners: String?
    /// How many of them.
    let trustThreshold: Int
    /// Binaries may be fetched from private addresses.
    let fetchesPrivate: Bool
    /// MD5 and SHA-1 are checked instead of refused.
    let allowsWeakChecksums: Bool
    /// Who has set what; a variable that is not in it has its default.
    let origins: [Variable: Origin]
    /// The config.toml that was read.
    let configFile: String?
    /// Names that look like mistakes and change nothing; one sentence each.
    var warnings: [String]

    /// - Throws: every problem at once. The disk is not looked at; see `checkLayout`.
    init(_ sources: ConfigurationSources) throws(ConfigurationErrors) {
        var reader = SettingsReader(sources)
        let configuration = Configuration(&reader)
        guard reader.problems.isEmpty else { throw ConfigurationErrors(problems: reader.problems) }
        self = configuration
    }

    /// Of a command that needs to know where the node is, and no more: only the name and the home
    /// must be right, and with them the root and the link; what else is wrong becomes a warning.
    init(onlyHomeFrom sources: ConfigurationSources) throws(ConfigurationErrors) {
        var reader = SettingsReader(sources)
        let configuration = Configuration(&reader)
        let places: [Variable?] = [.name, .home, .root, .current]
        let fatal = reader.problems.filter { places.contains($0.variable) }
        guard fatal.isEmpty else { throw ConfigurationErrors(problems: fatal) }
        self = configuration
        warnings.insert(contentsOf: reader.problems.map(\.message), at: 0)
    }

    /// The variables that were set to something.
    var given: Set<Variable> { Set(origins.keys) }

    func origin(of variable: Variable) -> Origin {
        origins[variable] ?? .default
    }
}

/// What the log looks like.
struct LogSettings: Sendable, Equatable {
    let isDisabled: Bool
    let isColored: Bool
    /// Nil: no time at all.
    let timeFormat: TimeFormat?
    let format: LogFormat
    /// JOURNAL_STREAM of systemd.exec(5): which file leads to its journal.
    var journalStream: String?
}

/// The shape of a log line.
enum LogFormat: String, CaseIterable, Sendable {
    case console, json, journal
}
