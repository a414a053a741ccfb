import FoundationEssentials

/// Whether a binary that is there could be run, known before the node is stopped for it.
extension NodeSupervisor {
    /// What was found of one release's binary, and of which files.
    struct Soundness: Sendable, Equatable {
        fileprivate let seal: Seal?
        fileprivate let folders: [FileStamp?]
        /// Nil when nothing speaks against it; a clause.
        fileprivate(set) var objection: String?

        fileprivate init(_ release: Release) {
            seal = Seal(release.binary)
            folders = ["/bin", "/lib"].map { FileStamp(release.path + $0) }
        }
    }

    /// Looks at the binaries of plans that may still come as soon as they are there, so that nothing
    /// has to be read at the height.
    func keepSounding() async {
        while await sounding.wait(until: nil) != .cancelled {
            for plan in planFacts() where plan.state.isOpen && plan.binary.isStaged {
                await lookAtSoundness(of: Release(home: setup.home, directory: plan.directory))
            }
        }
    }

    /// What is there to be executed, for the judge: also whether it could be loaded.
    func readyBinary(of release: Release) async -> StagedBinary {
        let staged = stagedBinary(of: release)
        guard staged == .present else { return staged }
        await lookAtSoundness(of: release)
        return memory.soundness[release.directory]?.objection.map { .unusable($0) } ?? .present
    }

    /// Reads the headers of the binary and its libraries, unless they are known as they lie there.
    func lookAtSoundness(of release: Release) async {
        var seen = Soundness(release)
        if var known = memory.soundness[release.directory] {
            known.objection = nil
            if known == seen { return }
        }
        guard let plan = facts(in: release.directory) else { return }
        let failed = await failedHardChecks(of: plan)
        seen.objection = failed.first { Self.loading.contains($0.id) }?.reason
        memory.soundness[release.directory] = seen
    }

    /// Whether it can be loaded and run; who vouches for it is another matter.
    private static let loading: Set<PreflightCheck.ID> = [
        .machine, .loader, .libraries, .permissions,
    ]
}
