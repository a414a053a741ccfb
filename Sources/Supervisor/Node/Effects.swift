import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// Begins one effect: signals at once, what takes time as a child task.
    func begin(_ effect: Lifecycle.Effect, in group: inout DiscardingTaskGroup) {
        switch effect {
        case .judge: group.addTask { await self.judgeForLaunch() }
        case .spawn: group.addTask { await self.launch() }
        case .repair(let repair): mend(repair)
        case .terminate:
            noteDown()
            memory.child?.signal(SIGTERM)
        case .terminateGroup: memory.child?.signalGroup(SIGTERM)
        case .kill: kill()
        case .step(let step, let plan): group.addTask { await self.perform(step, of: plan) }
        case .cancelStep: cancelling.raise()
        case .liftHold: liftHold()
        case .end: break
        }
    }

    private func kill() {
        guard let child = memory.child else { return }
        log.warning(
            "the daemon did not end within its grace and is killed",
            metadata: ["daemon.pid": "\(child.pid)"])
        child.signal(SIGKILL)
        child.signalGroup(SIGKILL)
    }

    private func liftHold() {
        guard memory.hold != nil else { return }
        do throws(SystemError) {
            try HoldFile.remove(from: setup.home)
            memory.hold = nil
            log.notice("the hold is lifted")
            let start = memory.operations.newestFirst.first { $0.kind == .start }
            tell(
                .holdChanged, by: start?.originator ?? .system,
                .object(["held": .bool(false), "reason": .null]))
        } catch {
            log.warning("the hold could not be lifted", metadata: ["error": "\(error)"])
        }
    }

    private func mend(_ repair: Verdict.Repair) {
        let home = setup.home
        memory.repairs += 1
        do throws(SystemError) {
            switch repair {
            case .moveAside:
                let aside = home.planFile + ".broken"
                guard rename(home.planFile, aside) == 0 || errno == ENOENT else {
                    throw SystemError("rename", path: home.planFile)
                }
                try DurableFile.syncDirectory(of: home.planFile)
                log.warning(
                    "a broken upgrade-info.json was moved aside", metadata: ["file": "\(aside)"])
            case .restoreCopy:
                try restorePlanFile()
                log.warning("a broken upgrade-info.json was replaced by the present plan's own")
            }
            observe(.repaired)
        } catch {
            observe(.repairFailed(.notMended(error)))
        }
    }

    private func restorePlanFile() throws(SystemError) {
        let home = setup.home
        guard let release = try? CurrentLink(home).resolve(),
            let reading = try? ForeignFile.read(release.planFile, limit: 1 << 20)
        else { throw SystemError("read", path: home.current, code: ENOENT) }
        try DurableFile.replace(home.planFile, with: reading.bytes)
    }

    /// Says each change of phase once, and what a human has to do.
    func phaseChanged(from before: Lifecycle.Phase) {
        let after = lifecycle.phase
        countSwitch(from: before)
        if after.name != before.name || after.step != before.step { memory.phaseSince = Date() }
        tellPhase(from: before)
        if !isQuiet { memory.versions.stop?.raise() }
        switch after {
        case .blocked(let block):
            log.warning(
                "blocked: \(block.reason)",
                metadata: ["reason": "\(block.code.rawValue)", "remedy": "\(block.remedy)"])
        case .running(let run):
            guard let block = run.awaiting, before.run?.awaiting != block else { break }
            log.warning(
                "waiting: \(block.reason)",
                metadata: ["reason": "\(block.code.rawValue)", "remedy": "\(block.remedy)"])
        case .backingOff(let backoff):
            let wait = backoff.until - .now
            log.warning(
                "the daemon will be restarted",
                metadata: ["in": "\(wait.inWords)", "crashes": "\(backoff.strikes.crashes)"])
        case .stopping(_, let stop) where before.name != .stopping:
            let isForUpgrade = memory.verdict?.ruling.isDue == true && stop.next == .launch
            log.notice(
                "stopping the daemon",
                metadata: ["then": "\(isForUpgrade ? "upgrade" : stop.next.word)"])
        case .upgrading(let upgrade):
            log.notice(
                "upgrading",
                metadata: ["plan": "\(upgrade.plan.name.text)", "step": "\(upgrade.step.rawValue)"])
        case .idle:
            log.notice("idle", metadata: ["held": "\(memory.hold != nil)"])
        case .stopping, .launching, .ended:
            break
        }
    }
}

extension Lifecycle.Phase {
    /// On the short way from one daemon to the next; a backup may take long, and is none of it.
    var isStarting: Bool {
        switch self {
        case .launching: true
        case .stopping(_, let stop): stop.isAsked && stop.next.isLaunch
        case .upgrading(let upgrade): upgrade.step != .backup && upgrade.step != .hooks
        case .idle, .running, .blocked, .backingOff, .ended: false
        }
    }

    var run: Lifecycle.Run? {
        switch self {
        case .running(let run), .stopping(let run, _): run
        case .idle, .launching, .upgrading, .blocked, .backingOff, .ended: nil
        }
    }

    var step: UpgradeStep? {
        guard case .upgrading(let upgrade) = self else { return nil }
        return upgrade.step
    }
}

extension Lifecycle.Next {
    fileprivate var word: String {
        switch self {
        case .launch: "launch"
        case .unlessDue: "launch the same"
        case .idle: "stay stopped"
        case .end: "end"
        }
    }
}

extension Block {
    fileprivate static func notMended(_ error: SystemError) -> Block {
        Block(
            .homeUnreadable, reason: "a broken upgrade-info.json could not be mended: \(error)",
            remedy: "make data/ writable, then start the node")
    }
}
