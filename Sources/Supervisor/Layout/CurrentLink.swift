import Glibc

/// The link `cosmovisor/current`: which release runs.
package struct CurrentLink: Sendable {
    package let home: Home

    package init(_ home: Home) {
        self.home = home
    }

    /// What the link points at, resolved anew; never cached, for operators move it by hand.
    package func resolve() throws(Block) -> Release {
        var status = stat()
        guard lstat(home.current, &status) == 0 else {
            guard errno == ENOENT else { throw .linkBroken(home, "\(SystemError("lstat"))") }
            return try genesisIfUntouched()
        }
        guard status.st_mode & S_IFMT == S_IFLNK else {
            throw .linkBroken(home, "it is no symbolic link")
        }
        guard let target = realPath(home.current) else {
            throw .linkBroken(
                home,
                "it points at \(ProcFile.link(home.current) ?? "?"), "
                    + "which does not exist")
        }
        let root = (realPath(home.root) ?? home.root) + "/"
        guard target.hasPrefix(root), target.utf8.count > root.utf8.count else {
            throw .linkBroken(home, "it points at \(target), outside of the layout")
        }
        return Release(home: home, directory: String(target.dropFirst(root.count)))
    }

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

    /// Makes the link of a home that has none and was never upgraded; else leaves all as it is.
    ///
    /// Never falls back to genesis for a home that has seen an upgrade: that would run a binary of
    /// long ago on today's data.
    package func makeIfUntouched() throws(Block) {
        guard try resolve().directory == "genesis", !exists(home.current) else { return }
        try point(at: home.genesis)
    }

    /// Points the link at the release, atomically, and makes that durable.
    ///
    /// The link in the root is relative (`upgrades/<name>`), as Cosmovisor's `SetCurrentUpgrade`
    /// writes it.
    /// - Throws: `.switchFailed`, `.linkBroken`; the old link is then untouched.
    package func point(at release: Release) throws(Block) {
        let aside = home.state + "/.current.new"
        unlink(aside)
        guard symlink(home.linkText(to: release.directory), aside) == 0 else {
            throw .switchFailed(home, SystemError("symlink", path: aside))
        }
        guard rename(aside, home.current) == 0 else {
            let error = SystemError("rename", path: home.current)
            unlink(aside)
            guard error.code != EISDIR else { throw .linkBroken(home, "it is a folder") }
            throw .switchFailed(home, error)
        }
        do throws(SystemError) {
            try DurableFile.sync(path: home.state)
        } catch {
            throw .switchFailed(home, error)
        }
    }

    private func genesisIfUntouched() throws(Block) -> Release {
        let applied = try upgrades().filter {
            exists(Release(home: home, directory: "upgrades/" + $0).planFile)
        }
        guard applied.isEmpty else {
            throw .linkBroken(
                home, "it is missing, and upgrades/\(applied.sorted()[0]) was run here")
        }
        return home.genesis
    }

    /// A folder that is there and cannot be seen, on a disk that is not mounted for instance, may
    /// hold upgrades that were run.
    private func upgrades() throws(Block) -> [String] {
        guard exists(home.upgrades) else { return [] }
        do throws(SystemError) {
            return try ProcFile.list(home.upgrades)
        } catch {
            throw .linkBroken(home, "it is missing, and what was run here cannot be seen: \(error)")
        }
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension Block {
    fileprivate static func linkBroken(_ home: Home, _ what: String) -> Block {
        Block(
            .linkBroken, reason: "\(home.current) cannot be followed: \(what)",
            remedy: "point it at the release that is to run: "
                + "ln -sfn \(home.linkText(to: "upgrades/<name>")) \(home.current)")
    }

    fileprivate static func switchFailed(_ home: Home, _ error: SystemError) -> Block {
        Block(
            .switchFailed, reason: "the link could not be switched: \(error)",
            remedy: "make \(home.state) writable, then start the node")
    }
}
