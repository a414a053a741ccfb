import Glibc

/// The link `cosmovisor/current`: which release runs.
package struct CurrentLink: Sendable {
    package let home: Home

    package init(_ home: Home) {
        self.home = home
    }

    /// What the link points at, resolved anew; never cached, for operators move it by hand.
    ///
    /// A link that is gone or leads nowhere is followed all the same where it is certain what it
    /// meant: genesis in a home that was never upgraded, a path of Cosmovisor before 1.7 in a tree
    /// that lies elsewhere now, a switch that was cut.
    package func resolve() throws(Block) -> Release { try look().release }

    /// The link as the judge wants to know it.
    package func facts() -> CurrentRelease {
        let release: Release
        do throws(Block) {
            release = try resolve()
        } catch {
            return .broken(error)
        }
        let parts = release.directory.split(separator: "/")
        guard parts.count == 2, parts[0] == "upgrades" else { return .genesis }
        let plan = PlanFile(at: release.planFile, case: home.letterCase).plan
        return .upgrade(directory: String(parts[1]), height: plan?.height)
    }

    /// Makes the link say what it certainly means, where it does not; else leaves all as it is.
    ///
    /// Never falls back to genesis for a home that has seen an upgrade: that would run a binary of
    /// long ago on today's data.
    package func makeOrMend() throws(Block) {
        let meaning = try look()
        if !meaning.isWritten { try point(at: meaning.release) }
    }

    /// Points the link at the release, atomically, and makes that durable.
    ///
    /// The link in the root is relative (`upgrades/<name>`), as Cosmovisor's `SetCurrentUpgrade`
    /// writes it.
    /// - Throws: `.switchFailed`, `.linkBroken`; the old link is then untouched.
    package func point(at release: Release) throws(Block) {
        let aside = home.linkAside
        unlink(aside)
        guard symlink(home.linkText(to: release.directory), aside) == 0 else {
            throw .switchFailed(home, SystemError("symlink", path: aside))
        }
        guard rename(aside, home.current) == 0 else {
            let error = SystemError("rename", path: home.current)
            unlink(aside)
            guard error.code != EISDIR, error.code != EBUSY else {
                throw LinkDiagnosis(home).obstacle
            }
            throw .switchFailed(home, error)
        }
        do throws(SystemError) {
            try DurableFile.sync(path: home.state)
        } catch {
            throw .switchFailed(home, error)
        }
    }
}

// MARK: - Looking

extension CurrentLink {
    private struct Meaning {
        let release: Release
        /// The link itself says so, and has not to be made or mended.
        var isWritten = true
    }

    private func look() throws(Block) -> Meaning {
        var status = stat()
        guard lstat(home.current, &status) == 0 else {
            guard errno == ENOENT else {
                throw LinkDiagnosis(home).unreadable(SystemError("lstat"))
            }
            return try missing()
        }
        guard status.st_mode & S_IFMT == S_IFLNK, let text = ProcFile.link(home.current) else {
            throw LinkDiagnosis(home).obstacle
        }
        guard let target = realPath(home.current) else { return try dangling(text) }
        guard let release = release(at: target, by: text) else {
            throw LinkDiagnosis(home).outside(target, text)
        }
        return Meaning(release: release)
    }

    /// - Parameters:
    ///   - target: Where the link leads, through all links.
    ///   - text: What it says.
    private func release(at target: String, by text: String) -> Release? {
        let root = (realPath(home.root) ?? home.root) + "/"
        if target.hasPrefix(root), target.utf8.count > root.utf8.count {
            return Release(home: home, directory: String(target.dropFirst(root.count)))
        }
        // The folder of the upgrades, or of one of them, may lie on another disk.
        guard let directory = home.directory(ofLink: text), home.hasFolder(directory) else {
            return nil
        }
        return Release(home: home, directory: directory)
    }

    private func missing() throws(Block) -> Meaning {
        let traces = UpgradeTraces(home)
        if let release = cutSwitch ?? traces.before {
            return Meaning(release: release, isWritten: false)
        }
        if let sign = try traces.strongest() {
            throw LinkDiagnosis(home).missing(sign)
        }
        return Meaning(release: home.genesis, isWritten: false)
    }

    private func dangling(_ text: String) throws(Block) -> Meaning {
        // Up to 1.6 Cosmovisor wrote absolute links: in a container, or on a disk that is mounted
        // elsewhere, they lead nowhere, and their end still says which release they mean.
        let directory = home.directory(ofForeignLink: text)
        if let directory, home.hasFolder(directory) {
            return Meaning(release: Release(home: home, directory: directory), isWritten: false)
        }
        if let release = cutSwitch { return Meaning(release: release, isWritten: false) }
        throw LinkDiagnosis(home).dangling(text)
    }

    /// The release of a switch that had only its last rename to do.
    ///
    /// The link is made aside when all before it was done, and our durable word names its plan.
    private var cutSwitch: Release? {
        guard let text = ProcFile.link(home.linkAside), let due = DueRecord.load(from: home),
            let name = try? PlanName(due.name, case: home.letterCase)
        else { return nil }
        let release = home.release(for: name)
        guard text == home.linkText(to: release.directory),
            BinaryInspection.staged(release) == .present
        else {
            return nil
        }
        return release
    }
}

/// The path without links; nil where it leads nowhere.
func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

extension Home {
    /// What a switch makes first, to be renamed over `current`.
    var linkAside: String { state + "/.current.new" }

    /// The release's folder that a link's text names; nil for what is none of this layout.
    func directory(ofLink text: String) -> String? {
        guard text.hasPrefix("/") else { return Self.directory(of: text) }
        guard text.hasPrefix(root + "/") else { return nil }
        return Self.directory(of: String(text.dropFirst(root.count + 1)))
    }

    /// The same of an absolute path that is another home's, or this one's of another day.
    func directory(ofForeignLink text: String) -> String? {
        guard text.hasPrefix("/") else { return nil }
        let parts = text.split(separator: "/").map(String.init)
        guard let place = parts.lastIndex(of: "cosmovisor") else { return nil }
        return Self.directory(of: parts[(place + 1)...].joined(separator: "/"))
    }

    private static func directory(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains("..") else { return nil }
        let isRelease = parts == ["genesis"] || parts.count == 2 && parts[0] == "upgrades"
        return isRelease ? parts.joined(separator: "/") : nil
    }

    func hasFolder(_ directory: String) -> Bool {
        var status = stat()
        return stat(root + "/" + directory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
