import CLinux
import FoundationEssentials
import Glibc
import Logging

/// Starting programs: the daemon, and those that belong to a step.
extension NodeSupervisor {
    /// Starts `current`, if that is still wanted; ends when the daemon has ended.
    func launch() async {
        guard case .launching(let launch) = lifecycle.phase, launch.next == .launch else {
            return observe(.spawnFailed(.notWanted, retry: true))
        }
        do throws(SpawnError) {
            let child = try await spawnDaemon()
            tellStart(of: child)
            observe(.spawned(pid: child.pid))
            // What it wrote before that was not looked at, for no daemon was running then.
            judging.raise()
            await awaitEnd(of: child)
        } catch {
            let block = error.block
            // What is not tried again is told with the block.
            if error.isTransient, error.isFailure {
                log.warning(
                    "the daemon could not be started", metadata: ["error": "\(block.reason)"])
            }
            observe(.spawnFailed(block, retry: error.isTransient))
        }
    }

    private func spawnDaemon() async throws(SpawnError) -> ChildProcess {
        let release: Release
        let binary: StillBinary?
        do throws(Block) {
            let link = CurrentLink(setup.home)
            try link.makeOrMend()
            release = try link.resolve()
            // Whose bits are missing of its mode gets them first, for that changes its seal.
            _ = try? BinaryInspection.makeExecutable(release.binary)
            binary = try await checked(release)
        } catch {
            throw .blocked(error)
        }
        let (halt, style) = await haltForStart(of: release)
        // Reading the binary may have taken a while.
        guard case .launching(let launch) = lifecycle.phase, launch.next == .launch else {
            throw .notWanted
        }
        let child: ChildProcess
        do throws(SystemError) {
            child = try await spawnDaemon(of: release, halt: halt)
        } catch {
            throw .system(error, release)
        }
        guard binary?.isWhatRuns(as: child.pid) != false else {
            await end(child)
            throw .changed(release)
        }
        memory.haltStyle = style
        started(child, from: release)
        return child
    }

    private func end(_ child: ChildProcess) async {
        child.signalGroup(SIGKILL)
        _ = await child.leaderExit(on: loop, within: .zero)
        await child.groupEnd(on: loop, within: .zero)
        memory.unreaped.remove(child.pid)
    }

    private func spawnDaemon(
        of release: Release, halt: HaltSetting?
    ) async throws(SystemError) -> ChildProcess {
        let home = setup.home
        try BinaryInspection.makeExecutable(release.binary)
        let request = ProcessRequest(
            path: release.binary, arguments: setup.arguments,
            environment: environment(of: release, halt), directory: home.root)
        memory.snapshot = PlanFile(at: home.planFile, case: home.letterCase).identity
        memory.argumentsDigest = ChildRecord.digest(of: setup.arguments)
        memory.proving = provenPlan()
        memory.logAtStart = ConsensusLog(of: home).size ?? 0
        memory.heightAtStart = memory.log?.height
        memory.halt = halt
        let (child, gated) = try makeChild(request, role: .daemon, release: release)
        memory.release = release
        do throws(SystemError) {
            try await gated.release(on: loop, path: release.binary)
        } catch {
            _ = await child.leaderExit(on: loop)
            memory.unreaped.remove(child.pid)
            throw error
        }
        return child
    }

    /// What the daemon is given, with the halt height of a plan.
    private func environment(of release: Release, _ halt: HaltSetting?) -> [String] {
        guard let halt, halt.source == .plan else { return setup.environment }
        let variable = haltVariable(of: release)
        return setup.environment.filter { !$0.hasPrefix(variable + "=") }
            + ["\(variable)=\(halt.height)"]
    }

    private func started(_ child: ChildProcess, from release: Release) {
        memory.child = child
        child.store(in: setup.keeper)
        memory.generation += 1
        memory.childStarted = Date()
        memory.hasShownHeight = false
        memory.heights = nil
        memory.chainPlan = nil
        memory.servedHalt = nil
        following.raise()
        countStart()
        var facts: Logger.Metadata = [
            "daemon.pid": "\(child.pid)", "binary": "\(release.binary)",
        ]
        if let halt = memory.halt { facts["halt.height"] = "\(halt.height)" }
        log.notice("started the daemon", metadata: facts)
    }

    /// The plan that this start is to prove, if the verdict asked for one more start.
    private func provenPlan() -> ChildRecord.ProvenPlan? {
        guard let verdict = memory.verdict, verdict.ruling == .launchAgain,
            let plan = verdict.plan
        else { return nil }
        return ChildRecord.ProvenPlan(name: plan.name.text, height: plan.height)
    }

    /// Makes a gated process and writes it down, in this order, before anything of it runs.
    func makeChild(
        _ request: ProcessRequest, role: ChildRecord.Role, release: Release
    ) throws(SystemError) -> (ChildProcess, GatedProcess) {
        let gated = try request.spawn()
        guard let entry = ProcessEntry(pid: gated.pid) else {
            throw SystemError("read", path: "/proc/\(gated.pid)/stat", code: ESRCH)
        }
        memory.unreaped.insert(gated.pid)
        let record = ChildRecord(
            role: role, pid: gated.pid, startTicks: entry.startTicks, startedAt: Date(),
            bootID: ProcessTable.bootID(), pidNamespace: clinux_pid_namespace(),
            supervisorIsInit: getpid() == 1,
            argumentsSHA256: ChildRecord.digest(of: request.arguments),
            daemonArgumentsSHA256: memory.argumentsDigest,
            executable: ChildRecord.FileID(path: request.path), release: release.directory,
            planFile: memory.snapshot, proving: memory.proving, halt: memory.halt,
            logAtStart: memory.logAtStart)
        try record.store(in: setup.home)
        return (
            ChildProcess(pid: gated.pid, startTicks: entry.startTicks, pidfd: gated.pidfd), gated
        )
    }
}

/// Why the daemon could not be started.
enum SpawnError: Error {
    /// A stop has overtaken it.
    case notWanted
    case blocked(Block)
    /// The binary was written or replaced while it was started; a second look tells what it is now.
    case changed(Release)
    case system(SystemError, Release)

    /// The machine had no room; it may have in a moment.
    var isTransient: Bool {
        let error: SystemError
        switch self {
        case .notWanted, .changed: return true
        case .blocked: return false
        case .system(let failure, _): error = failure
        }
        return [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC].contains(error.code)
            && error.call != "execve"
    }

    var isFailure: Bool {
        guard case .notWanted = self else { return true }
        return false
    }

    var block: Block {
        switch self {
        case .notWanted: .notWanted
        case .blocked(let block): block
        case .changed(let release):
            .binaryChanged(
                release, "it was changed at the very moment",
                remedy: "see who writes it, stage it anew")
        case .system(let error, let release):
            Block(
                .startFailed, reason: "\(release.binary) cannot be started: \(error)",
                remedy: "put a working binary in \(release.directory)/bin, then start the node")
        }
    }
}

extension Block {
    /// Only a name for a start that a stop has overtaken; nobody sees it.
    fileprivate static let notWanted = Block(
        .startFailed, reason: "the start was called off", remedy: "start the node")
}
