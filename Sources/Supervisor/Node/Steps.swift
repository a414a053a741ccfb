import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// Does one step of an upgrade, no daemon living; every step may be done again after a crash.
    func perform(_ step: UpgradeStep, of plan: UpgradePlan) async {
        // A stop that came before this task had its turn; its raise of the signal is used up.
        guard case .upgrading(let upgrade) = lifecycle.phase, upgrade.next == .launch else {
            return observe(.stepCancelled(step))
        }
        cancelling.lower()
        let began = Instant.now
        if step == .acquire {
            memory.upgradeBegan = began
            noteUpgradeBegins()
        }
        do throws(StepError) {
            try await cancellable { () async throws(StepError) in
                switch step {
                case .acquire: try await self.acquire(plan)
                case .backup: try await self.backUp(plan)
                case .hooks: try await self.runHook(plan)
                case .preUpgrade: try await self.runPreUpgrade(plan)
                case .switch: try await self.switchLink(to: plan)
                case .stop, .start: break
                }
            }
            let took = Instant.now - began
            memory.absence.steps[step] = took
            log.info(
                "step done", metadata: ["step": "\(step.rawValue)", "took": "\(took.inWords)"])
            observe(.stepDone(step))
        } catch {
            switch error {
            case .cancelled:
                log.notice("step cancelled", metadata: ["step": "\(step.rawValue)"])
                observe(.stepCancelled(step))
            case .blocked(let block):
                observe(.stepFailed(step, block))
            }
        }
    }

    /// Runs the work in a task of its own, which `cancelStep` cancels; waits for its end in any case.
    private func cancellable(
        _ work: @escaping @Sendable () async throws(StepError) -> Void
    ) async throws(StepError) {
        let result = await withTaskGroup(of: Result<Void, StepError>?.self) { group in
            group.addTask {
                do throws(StepError) {
                    return .success(try await work())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                _ = await self.cancelling.wait(until: nil)
                return nil
            }
            var result: Result<Void, StepError>?
            while let next = await group.next() {
                if let next { result = next }
                group.cancelAll()
            }
            return result
        }
        try result?.get()
    }

    /// The binary is there, executable and durable, and its folder says which plan it is.
    private func acquire(_ plan: UpgradePlan) async throws(StepError) {
        let home = setup.home
        if setup.restartDelay > .zero {
            guard await loop.wait(until: .now + setup.restartDelay) != .cancelled else {
                throw .cancelled
            }
        }
        _ = await readTrust(in: home.release(for: plan.name))
        switch stagedBinary(of: home.release(for: plan.name)) {
        case .present: break
        case .absent: throw .blocked(.binaryMissing(plan))
        case .held: throw .blocked(.binaryHeld(plan))
        case .unusable(let why): throw .blocked(.binaryUnusable(plan, why: why))
        }
        try await writeIfByHeight(plan)
        // Read again now that nobody writes it any more: this very file is what is acted on.
        let file = planFile()
        memory.due?.file = file.identity
        let due = memory.due
        let release = home.release(for: plan.name)
        async let copied: Void = copyConfigEarly(plan)
        try await blocking(.binaryRejected, "make upgrades/\(plan.name.directory) writable") {
            () throws(SystemError) in
            try BinaryInspection.makeExecutable(release.binary)
            let record = release.planFile.parentFolder
            try DurableFile.makeFolder(record, mode: 0o755)
            var files = [DurableFile.Content(release.planFile, Array(plan.json), mode: 0o644)]
            if let due { files.append(try due.content(in: home)) }
            try DurableFile.replace(
                files,
                syncing: [
                    release.binary, release.binary.parentFolder, home.upgrades, record.parentFolder,
                ])
        }
        await copied
    }

    private func backUp(_ plan: UpgradePlan) async throws(StepError) {
        guard let parent = setup.backupFolder else { return }
        let backup = DataBackup(home: setup.home, parent: parent, plan: plan)
        let began = Instant.now
        guard !backup.isComplete else {
            return log.info("the backup is there", metadata: ["backup": "\(backup.destination)"])
        }
        do throws(DataBackupError) {
            try await onPool { () throws(DataBackupError) in try backup.make() }
        } catch .cancelled {
            throw .cancelled
        } catch {
            if case .noSpace(let needed, _, _) = error { memory.spaceNeeded = needed }
            throw .blocked(.backupFailed(backup, error))
        }
        let times = Counters.BackupTimes(endedAt: Date(), took: .now - began)
        counters.count { $0.lastBackup = times }
        log.notice("backed up", metadata: ["backup": "\(backup.destination)"])
        tell(
            .backupChanged,
            .object([
                "backup": .string("\(plan.name.directory)-\(plan.height)"),
                "plan": .string(plan.name.text), "state": .string("complete"),
            ]))
    }

    private func switchLink(to plan: UpgradePlan) async throws(StepError) {
        let link = CurrentLink(setup.home)
        let release = setup.home.release(for: plan.name)
        do throws(Block) {
            try await onPool { () throws(Block) in try link.point(at: release) }
        } catch {
            throw .blocked(error)
        }
        memory.absence.switchedAt = .now
        memory.repairs = 0
        memory.fruitlessStarts = 0
        let took = memory.upgradeBegan.map { Instant.now - $0 } ?? .zero
        log.notice(
            "switched",
            metadata: [
                "plan.name": "\(plan.name.text)", "plan.height": "\(plan.height)",
                "current": "\(release.directory)", "took": "\(took.inWords)",
            ])
    }

    func blocking(
        _ code: BlockReason, _ remedy: String,
        _ body: @escaping @Sendable () throws(SystemError) -> Void
    ) async throws(StepError) {
        do throws(SystemError) {
            try await onPool(body)
        } catch {
            let isFull = error.code == ENOSPC || error.code == EDQUOT
            throw .blocked(
                Block(
                    isFull ? .diskFull : code, reason: "\(error)",
                    remedy: (isFull ? "free some space" : remedy) + ", then start the node"))
        }
    }
}

/// Why a step did not come to its end.
enum StepError: Error {
    case cancelled
    case blocked(Block)
}

extension Block {
    fileprivate static func backupFailed(_ backup: DataBackup, _ error: DataBackupError) -> Block {
        Block(
            error.isDiskFull ? .diskFull : .backupFailed,
            reason: "data/ could not be backed up to \(backup.destination): \(error)",
            remedy: error.isDiskFull
                ? "free some space, or set DAEMON_DATA_BACKUP_DIR to another disk"
                : "make the backup folder writable, then start the node",
            waitsFor: error.isNoSpace ? .diskSpace : nil)
    }
}
