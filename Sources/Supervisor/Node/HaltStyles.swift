import Logging

/// How a release's binary keeps its halt height, and of which files that was found.
struct KnownHaltStyle: Sendable {
    fileprivate let files: ReleaseStamp
    fileprivate let style: Result<HaltStyle, HeightTrouble>
}

/// The releases whose style is being looked for, and who waits for what is found.
struct StyleSearch: Sendable {
    /// By the folders of the releases.
    private var waiters: [String: [Signal]] = [:]

    func isUnderWay(for directory: String) -> Bool { waiters[directory] != nil }

    mutating func begin(for directory: String) {
        waiters[directory] = []
    }

    /// Has the signal raised when the search that is under way has ended.
    mutating func tell(_ waiter: Signal, for directory: String) {
        waiters[directory]?.append(waiter)
    }

    mutating func end(for directory: String) {
        for waiter in waiters.removeValue(forKey: directory) ?? [] { waiter.raise() }
    }
}

/// Learning how binaries halt: from the version of the Cosmos SDK they were built with.
extension NodeSupervisor {
    /// What was found of it last, which is asked for anew if its files have changed.
    func haltStyle(of release: Release) -> Result<HaltStyle, HeightTrouble> {
        if let known = knownStyle(of: release) { return known }
        if !memory.styleSearch.isUnderWay(for: release.directory) {
            work { await self.learnStyle(of: release) }
        }
        return memory.haltStyles[release.directory]?.style ?? .failure(.notAsked)
    }

    private func knownStyle(
        of release: Release
    ) -> Result<HaltStyle, HeightTrouble>? {
        if let file = memory.correctedStyles[release.directory],
            file == ChildRecord.FileID(path: release.binary)
        {
            return .success(.beforeBlock)
        }
        guard let known = memory.haltStyles[release.directory],
            known.files == ReleaseStamp(release)
        else { return nil }
        return known.style
    }

    /// Before a start it is waited for: it tells whether there may be one.
    func learnStyleIfNeeded() async {
        guard nextHeightPlan(after: CurrentLink(setup.home).facts()) != nil,
            let release = try? CurrentLink(setup.home).resolve()
        else { return }
        await learnStyle(of: release)
    }

    /// Finds it out, which may take seconds where the binary itself has to be asked; who comes
    /// meanwhile waits for that answer.
    @discardableResult
    func learnStyle(of release: Release) async -> Result<HaltStyle, HeightTrouble> {
        while memory.styleSearch.isUnderWay(for: release.directory) {
            let end = Signal(on: loop)
            memory.styleSearch.tell(end, for: release.directory)
            guard await end.wait(until: nil) == .ready else { return .failure(.notAsked) }
        }
        // It is another when the files have changed since.
        if let known = knownStyle(of: release) { return known }
        memory.styleSearch.begin(for: release.directory)
        defer { memory.styleSearch.end(for: release.directory) }
        let files = ReleaseStamp(release)
        let style = await findStyle(of: release)
        memory.haltStyles[release.directory] = KnownHaltStyle(files: files, style: style)
        if case .failure(let unknown) = style {
            log.warning(
                "how the binary halts is not known",
                metadata: [
                    "binary": "\(release.binary)", "why": "\(unknown.reason)",
                    "remedy": "\(unknown.remedy)",
                ])
        }
        judging.raise()
        return style
    }

    /// The operator's word first, then what the linker wrote, then what the binary says.
    private func findStyle(
        of release: Release
    ) async -> Result<HaltStyle, HeightTrouble> {
        let (named, built) = await onPool { (release.namedSDK, release.builtSDK) }
        if let version = named ?? built { return release.style(of: version) }
        guard await !onPool({ release.isScript }) else {
            return .failure(.unknown(release, "a script stands in for the daemon"))
        }
        let unknown = HeightTrouble.unknown
        switch await version(of: release, arguments: ["version", "--long", "--output", "json"]) {
        case .ended(.code(0), let text):
            guard let version = PrintedSDKVersion.find(in: text) else {
                return .failure(unknown(release, "neither its file nor `version --long` tells"))
            }
            return release.style(of: version)
        case .ended(let exit, _):
            return .failure(unknown(release, "its command `version --long` ended with \(exit)"))
        case .late: return .failure(unknown(release, "its command `version --long` hung"))
        case .refused(let why): return .failure(unknown(release, "it could not be asked: \(why)"))
        case .unconfined:
            return .failure(unknown(release, "there is nothing to ask it in without harm"))
        }
    }

    /// A daemon that stood otherwise than its version promises is believed.
    func correctStyle(_ verdict: Verdict) {
        guard verdict.row == .heightEarly, verdict.plan != nil, let release = memory.release else {
            return
        }
        memory.correctedStyles[release.directory] = ChildRecord.FileID(path: release.binary)
        memory.haltStyle = .beforeBlock
    }
}
