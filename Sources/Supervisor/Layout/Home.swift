/// Where everything of a node lies: Cosmovisor's layout below the daemon's home.
package struct Home: Sendable, Equatable {
    /// DAEMON_HOME: absolute, without a trailing slash.
    package let path: String
    /// DAEMON_NAME: the file name of the binary.
    package let daemonName: String
    /// How plan names become folders.
    package let letterCase: PlanName.LetterCase
    /// The folder of the releases: `<home>/cosmovisor`, unless an image has them elsewhere.
    package let root: String
    /// The link to the release that runs: in the root, unless only another place persists.
    package let current: String

    /// - Parameters:
    ///   - root: an absolute path; nil for the usual place, as with `current`.
    package init(
        path: String, daemonName: String, letterCase: PlanName.LetterCase = .lowered,
        root: String? = nil, current: String? = nil
    ) {
        self.path = path.withoutTrailingSlashes
        self.daemonName = daemonName
        self.letterCase = letterCase
        self.root = root?.withoutTrailingSlashes ?? Self.usualRoot(of: self.path)
        self.current = current ?? self.root + "/current"
    }

    private static func usualRoot(of path: String) -> String { path + "/cosmovisor" }

    /// Where the root is unless it was put elsewhere.
    package var usualRoot: String { Self.usualRoot(of: path) }

    package var data: String { path + "/data" }
    package var config: String { path + "/config" }
    /// The file by which the chain asks for an upgrade.
    package var planFile: String { data + "/" + Self.planFileName }
    package static let planFileName = "upgrade-info.json"

    /// The head of CometBFT's consensus log where its configuration does not say otherwise.
    package var consensusLog: String { data + "/cs.wal/wal" }

    /// Where is kept what changes: the folder of the link, and in it our own.
    package var state: String { current.parentFolder }
    /// The releases lie elsewhere, and may be read-only.
    package var isStateApart: Bool { state != root }
    /// The supervisor's settings, not the node's.
    package var configFile: String { root + "/config.toml" }
    package var upgrades: String { root + "/upgrades" }
    package var genesis: Release { Release(home: self, directory: "genesis") }
    package func release(for name: PlanName) -> Release {
        Release(home: self, directory: "upgrades/" + name.directory)
    }

    /// What the link says of a release: relative as Cosmovisor has it, for the tree may be seen at
    /// another path elsewhere; but absolute where the link is no part of the tree.
    package func linkText(to directory: String) -> String {
        isStateApart ? root + "/" + directory : directory
    }

    /// Our own folder; losing it loses history and holds, never the guard against two daemons.
    package var own: String { state + "/.switchyard" }
    package var childRecord: String { own + "/child" }
    package var holdRecord: String { own + "/down" }
    package var dueRecord: String { own + "/due" }
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
    /// Relative to the root; this is also the text of the link `current` that lies in it.
    package let directory: String
    package let path: String
    package let binary: String
    /// Written when the release was switched to; says which plan it is.
    ///
    /// In the release, as with Cosmovisor, unless that may be read-only.
    package let planFile: String

    package init(home: Home, directory: String) {
        self.directory = directory
        path = home.root + "/" + directory
        binary = path + "/bin/" + home.daemonName
        let place = home.isStateApart ? home.own + "/applied/" + directory : path
        planFile = place + "/" + Home.planFileName
    }
}

extension String {
    fileprivate var withoutTrailingSlashes: String {
        var path = self
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
