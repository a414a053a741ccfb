/// Where everything of a node lies: Cosmovisor's layout below the daemon's home.
package struct Home: Sendable, Equatable {
    /// DAEMON_HOME: absolute, without a trailing slash.
    package let path: String
    /// DAEMON_NAME: the file name of the binary.
    package let daemonName: String
    /// How plan names become folders.
    package let letterCase: PlanName.LetterCase

    package init(path: String, daemonName: String, letterCase: PlanName.LetterCase = .lowered) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.daemonName = daemonName
        self.letterCase = letterCase
    }

    package var data: String { path + "/data" }
    package var config: String { path + "/config" }
    /// The key that gives a CometBFT node its name.
    var nodeKey: String { config + "/node_key.json" }
    /// The file by which the chain asks for an upgrade.
    package var planFile: String { data + "/" + Self.planFileName }
    package static let planFileName = "upgrade-info.json"

    /// The head of CometBFT's consensus log where its configuration does not say otherwise.
    package var consensusLog: String { data + "/cs.wal/wal" }

    package var root: String { path + "/cosmovisor" }
    package var current: String { root + "/current" }
    package var upgrades: String { root + "/upgrades" }
    package var genesis: Release { Release(home: self, directory: "genesis") }
    package func release(for name: PlanName) -> Release {
        Release(home: self, directory: "upgrades/" + name.directory)
    }

    /// Our own folder; losing it loses history and holds, never the guard against two daemons.
    package var own: String { root + "/.switchyard" }
    package var childRecord: String { own + "/child" }
    package var holdRecord: String { own + "/down" }
    package var dueRecord: String { own + "/due" }
    /// What the chain says that it applied.
    var appliedRecord: String { own + "/applied" }
    package var heightRecord: String { own + "/height" }
    package var planBook: String { own + "/plans" }
    /// Of the binaries that we placed.
    package var binaryRecords: String { own + "/binaries" }
    /// What was received and lies where nothing can run it.
    package var staging: String { own + "/staging" }
    /// What publishers have said of plans' releases.
    package var releases: String { own + "/releases" }
    package var manifestRecord: String { own + "/release-sequence" }
    package var firstUseRecord: String { own + "/first-use" }
    package var configCopies: String { own + "/config" }
    package var socket: String { own + "/api.sock" }
}

/// One folder of the layout that holds a binary: `genesis` or `upgrades/<name>`.
package struct Release: Sendable, Hashable {
    /// Relative to `cosmovisor/`; this is also the text of the `current` link.
    package let directory: String
    package let path: String
    package let binary: String

    package init(home: Home, directory: String) {
        self.directory = directory
        path = home.root + "/" + directory
        binary = path + "/bin/" + home.daemonName
    }

    /// Written when the release was switched to; says which plan it is.
    package var planFile: String { path + "/" + Home.planFileName }
}
