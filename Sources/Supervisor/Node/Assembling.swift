import StageMessages

/// From what was received to the files that are to be placed.
extension NodeSupervisor {
    /// Takes a program as it is, and unpacks an archive.
    ///
    /// Only what is vouched for may come here: nothing of ours parses anything else.
    func assemble(
        _ received: Received, for rule: TrustRule, stop: StopWish
    ) async throws(StagingRefusal) -> Assembly {
        let (quarantine, daemon) = (staging.quarantine, setup.home.daemonName)
        guard received.isArchive else { return Assembly(received, daemonName: daemon) }
        do throws(StagingRefusal) {
            try await unpack(received, stop: stop)
            let assembly = try await staging.pool.run { () throws(StagingRefusal) in
                try quarantine.assemble(received.id, daemon: daemon, stop: stop)
            }
            if let objection = rule.objection(to: assembly, from: received.digests) {
                throw .digestRefused(objection)
            }
            return assembly
        } catch {
            await endUnpacking(received)
            throw error
        }
    }

    private func unpack(_ received: Received, stop: StopWish) async throws(StagingRefusal) {
        let quarantine = staging.quarantine
        let (archive, folder) = try await staging.pool.run { () throws(StagingRefusal) in
            try quarantine.beginUnpacking(received)
        }
        var run = StageRun(order: .unpack(UnpackOrder()))
        run.descriptors = [archive, folder]
        run.stop = stop
        do throws(StageError) {
            _ = try await carryOut(run)
        } catch {
            throw StagingRefusal(error)
        }
    }
}
