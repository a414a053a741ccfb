import Glibc

/// Everything a node's supervisor is told at its start; nothing here is read from the environment.
package struct Setup: Sendable {
    package var home: Home
    package var policy = Lifecycle.Policy()
    /// The daemon's arguments, verbatim.
    package var arguments: [String]
    /// `NAME=value`: what the daemon, the hook and `pre-upgrade` are given.
    package var environment: [String]
    package var pollInterval: Duration = .milliseconds(300)
    /// From the old daemon's end to the backup (DAEMON_RESTART_DELAY).
    package var restartDelay: Duration = .zero
    /// Where backups go; nil for none.
    package var backupFolder: String?
    /// A file in `cosmovisor/` that is run before `pre-upgrade`.
    package var hook: String?
    /// Of a `pre-upgrade` that ends with 31.
    package var preUpgradeRetries = 0
    /// Heights of plans are watched where the daemon does not halt by itself, which is not exact.
    package var watchesHeights = false
    package var staging = Quarantine.Limits()
    /// `switchyard-stage`; nil where it is not installed: nothing is fetched or unpacked then.
    package var stageProgram: String?
    /// Binaries of plans are fetched when they are missing (DAEMON_ALLOW_DOWNLOAD_BINARIES).
    package var downloads = false
    /// DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM, of every address.
    package var requiresChecksums = false
    /// MD5 and SHA-1 are checked instead of refused; nothing is trusted for them.
    package var allowsWeakChecksums = false
    /// Addresses of private networks may be fetched from.
    package var fetchesPrivate = false
    package var trust = TrustRequirement.any
    /// Signers that are needed where signatures are.
    package var trustThreshold = 1
    /// The file of allowed signers, which is read whenever it is needed.
    package var trustSigners: String?
    /// `NAME=value`: what it is given, which is proxies and the place of certificates.
    package var stageEnvironment: [String] = []
    package var version: String
    /// How often each part of the control loop proves that it turns.
    package var proofInterval: Duration = .seconds(5)
    package var probe: ChainProbe = .none
    package var keeper: ProcessKeeper = .none

    package init(home: Home, arguments: [String], environment: [String], version: String) {
        self.home = home
        self.arguments = arguments
        self.environment = environment
        self.version = version
        backupFolder = home.path
    }

    var skippedHeights: Set<Height> {
        SkipHeights.from(arguments: arguments).union(
            SkipHeights.from(environment: environment, daemonName: home.daemonName))
    }
}

/// Why nothing was begun on a home.
package enum StartRefusal: Error, Equatable, CustomStringConvertible {
    /// A daemon of this home runs that we did not start.
    case daemonAlreadyRunning(pid: Int32)
    /// The recorded daemon may live in a pid namespace that we cannot see.
    case daemonUnknowable(pid: Int32)
    case ownFolder(SystemError)

    /// errno(3).
    package var code: Int32 {
        switch self {
        case .daemonAlreadyRunning, .daemonUnknowable: EBUSY
        case .ownFolder(let error): error.code
        }
    }

    package var description: String {
        switch self {
        case .daemonAlreadyRunning(let pid):
            "daemon-already-running: a daemon of this home runs as pid \(pid) "
                + "and was not started by this supervisor; stop it first"
        case .daemonUnknowable(let pid):
            "daemon-already-running: the last daemon (pid \(pid)) was started in another pid "
                + "namespace and may still run there; when it surely does not, remove "
                + ".switchyard/child"
        case .ownFolder(let error):
            "the supervisor's own folder cannot be used: \(error)"
        }
    }
}
