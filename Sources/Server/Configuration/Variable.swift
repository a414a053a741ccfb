/// Every environment variable that is read, by the name operators know.
enum Variable: String, CaseIterable, Sendable {
    case home = "DAEMON_HOME"
    case name = "DAEMON_NAME"
    case allowDownloads = "DAEMON_ALLOW_DOWNLOAD_BINARIES"
    case requireChecksums = "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM"
    case restartAfterUpgrade = "DAEMON_RESTART_AFTER_UPGRADE"
    case restartDelay = "DAEMON_RESTART_DELAY"
    case grace = "DAEMON_SHUTDOWN_GRACE"
    case pollInterval = "DAEMON_POLL_INTERVAL"
    case skipBackup = "UNSAFE_SKIP_BACKUP"
    case backupDirectory = "DAEMON_DATA_BACKUP_DIR"
    case preUpgradeRetries = "DAEMON_PREUPGRADE_MAX_RETRIES"
    case disableLogs = "COSMOVISOR_DISABLE_LOGS"
    case colorLogs = "COSMOVISOR_COLOR_LOGS"
    case timeFormat = "COSMOVISOR_TIMEFORMAT_LOGS"
    case customPreUpgrade = "COSMOVISOR_CUSTOM_PREUPGRADE"
    case disableRecase = "COSMOVISOR_DISABLE_RECASE"
    case grpcAddress = "DAEMON_GRPC_ADDRESS"
    case rpcAddress = "DAEMON_RPC_ADDRESS"
    /// Read by Cosmovisor before 1.0; old unit files still set it.
    case logBufferSize = "DAEMON_LOG_BUFFER_SIZE"
    case listen = "SWITCHYARD_LISTEN"
    case tokensFile = "SWITCHYARD_TOKENS_FILE"
    case apiGroup = "SWITCHYARD_API_GROUP"
    case apiHosts = "SWITCHYARD_API_HOSTS"
    case allowRemote = "SWITCHYARD_ALLOW_REMOTE"
    case metricsOpen = "SWITCHYARD_METRICS_OPEN"
    case startCommands = "SWITCHYARD_START_COMMANDS"
    case restart = "SWITCHYARD_RESTART"
    case watchHeights = "SWITCHYARD_WATCH_HEIGHTS"
    case waitForExit = "SWITCHYARD_WAIT_FOR_EXIT"
    case linger = "SWITCHYARD_LINGER"
    case reserve = "SWITCHYARD_RESERVE"
    case maxUpload = "SWITCHYARD_MAX_UPLOAD"
    case horizon = "SWITCHYARD_HORIZON"
    case trust = "SWITCHYARD_TRUST"
    case trustSigners = "SWITCHYARD_TRUST_SIGNERS"
    case trustThreshold = "SWITCHYARD_TRUST_THRESHOLD"
    case fetchPrivate = "SWITCHYARD_FETCH_PRIVATE"
    case allowWeakChecksums = "SWITCHYARD_ALLOW_WEAK_CHECKSUMS"
    case logFormat = "SWITCHYARD_LOG_FORMAT"
}

/// Where an effective value comes from.
enum Origin: String, Sendable {
    case `default`, environment
}
