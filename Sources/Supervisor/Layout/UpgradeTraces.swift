import Glibc

/// What tells that a home was upgraded once, for when its link is gone.
struct UpgradeTraces {
    let home: Home

    init(_ home: Home) {
        self.home = home
    }

    struct Sign: Equatable {
        /// A clause.
        let what: String
        /// The release that the data belongs to, as far as this sign tells; relative to
        /// `cosmovisor/`.
        let directory: String
    }

    /// Nil for a home that has every look of never having left genesis.
    ///
    /// - Throws: `.linkBroken` when it cannot be seen; reads a few small files, and blocks.
    func strongest() throws(Block) -> Sign? {
        if let sign = begun { return sign }
        if let sign = try applied() { return sign }
        return asked
    }

    /// What `current` was before an upgrade that was begun and has surely not moved it, for the plan
    /// is written in its release's folder before; nil without one, or where that was genesis.
    var before: Release? {
        guard let due = unswitched, let directory = home.directory(ofLink: due.previous),
            directory != home.genesis.directory, home.hasFolder(directory)
        else { return nil }
        return Release(home: home, directory: directory)
    }

    private var unswitched: DueRecord? {
        guard let due = DueRecord.load(from: home), let release = release(of: due),
            !exists(release.planFile)
        else { return nil }
        return due
    }

    private func release(of due: DueRecord) -> Release? {
        // What is no name never became a folder.
        (try? PlanName(due.name, case: home.letterCase)).map { home.release(for: $0) }
    }

    /// Our own word that an upgrade was begun, which may have moved the link.
    private var begun: Sign? {
        guard let due = DueRecord.load(from: home), let release = release(of: due),
            exists(release.planFile)
        else { return nil }
        let isPassed = HomeHeight(home).lowerBound.map { $0 > due.height } ?? false
        let previous = due.previous.isEmpty ? home.genesis.directory : due.previous
        return Sign(
            what: "the upgrade \"\(due.name)\" at \(due.height) was begun from \(previous)",
            // Done again from there it does no harm, unless its blocks are there already.
            directory: isPassed ? release.directory : previous)
    }

    /// The copies of plans that a switch leaves in the releases' folders.
    private func applied() throws(Block) -> Sign? {
        let copies = try upgrades().map { Release(home: home, directory: "upgrades/" + $0) }
            .filter { exists($0.planFile) }
            .map { (release: $0, height: height(in: $0)) }
        let last = copies.max {
            ($0.height, $1.release.directory) < ($1.height, $0.release.directory)
        }
        guard let directory = last?.release.directory else { return nil }
        return Sign(what: "\(directory) was run here", directory: directory)
    }

    private func height(in release: Release) -> Height {
        PlanFile(at: release.planFile, case: home.letterCase).plan?.height ?? 0
    }

    /// A plan file whose upgrade is there to be run, and perhaps was: by a Cosmovisor that was cut
    /// between removing the link and making it.
    ///
    /// A file that an operator made ahead of its height says nothing as long as that is to come.
    private var asked: Sign? {
        let file = PlanFile(at: home.planFile, case: home.letterCase)
        guard let plan = file.plan, unswitched?.concerns(plan) != true,
            BinaryInspection.staged(home.release(for: plan.name)) == .present
        else { return nil }
        let height = HomeHeight(home)
        if height.isUntouched { return nil }
        if PrecreatedPlan(in: home) != nil, let reached = height.lowerBound, reached < plan.height {
            return nil
        }
        let directory = home.release(for: plan.name).directory
        return Sign(
            what: "data/upgrade-info.json asked for \"\(plan.name.text)\" at \(plan.height), "
                + "whose binary is in \(directory)",
            directory: directory)
    }

    /// A folder that is there and cannot be seen, on a disk that is not mounted for instance, may
    /// hold upgrades that were run.
    private func upgrades() throws(Block) -> [String] {
        guard exists(home.upgrades) else { return [] }
        do throws(SystemError) {
            return try ProcFile.list(home.upgrades)
        } catch {
            throw LinkDiagnosis(home).unseen(error)
        }
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
