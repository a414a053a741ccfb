import CLinux
import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// What an earlier run of ours left behind.
    enum EarlierDaemon {
        case none
        case alive(ChildProcess, ChildRecord)
        /// The daemon is gone, members of its group live on.
        case remains(ChildProcess, ChildRecord)
    }

    /// Looks for daemons of this home before anything is begun; touches nothing.
    func findEarlierDaemon() throws(StartRefusal) -> EarlierDaemon {
        let home = setup.home
        let record = ChildRecord.load(from: home)
        var fate = record?.fate() ?? .dead
        // A record that names somebody else's process, by forgery or by accident, is not followed.
        if fate == .alive, record?.isGenuine(in: home) != true { fate = .dead }
        let others = ProcessTable.daemons(root: home.root, data: home.data).filter { entry in
            fate == .dead || entry.group != record?.pid
        }
        if let other = others.first { throw .daemonAlreadyRunning(pid: other.pid) }
        memory.hasRecord = record != nil
        memory.snapshot = record?.planFile
        memory.argumentsDigest = record?.daemonArgumentsSHA256
        memory.proving = record?.proving
        memory.due = DueRecord.load(from: home)
        memory.hold = HoldFile.read(in: home)
        guard let record else { return .none }
        switch fate {
        case .dead:
            rememberEnd(of: record)
            return .none
        case .unknowable: throw .daemonUnknowable(pid: record.pid)
        case .alive:
            guard let child = ChildProcess(adopting: record) else { return .none }
            return .alive(child, record)
        case .remains:
            return .remains(ChildProcess(remainsOf: record), record)
        }
    }

    /// How a daemon ended that ended while no supervisor ran, where a pidfd of it was kept.
    private func rememberEnd(of record: ChildRecord) {
        let name = ProcessKeeper.name(pid: record.pid, startTicks: record.startTicks)
        guard record.role == .daemon, let pidfd = setup.keeper.take(name) else { return }
        setup.keeper.drop(name)
        var status: Int32 = 0
        guard clinux_pidfd_exit_status(pidfd.number, &status) == 0 else { return }
        let exit = Exit(status: status)
        // When it ended nobody has seen; it is told as of now.
        memory.exits = [
            Status.ExitFacts(at: Date(), pid: record.pid, exit: exit, expected: false, uptime: nil)
        ]
        log.warning(
            "the daemon ended while no supervisor ran",
            metadata: ["daemon.pid": "\(record.pid)", "exit": "\(exit)"])
    }

    func resume(from found: EarlierDaemon, in group: inout DiscardingTaskGroup) {
        lifecycle.begin(held: memory.hold != nil)
        switch found {
        case .none:
            tellBeginning(adopted: nil)
            begin(.judge, in: &group)
        case .alive(let child, let record):
            memory.resumed = .crash
            take(child, of: record)
            tellBeginning(adopted: record.role == .daemon ? child : nil)
            if record.role == .daemon {
                log.notice(
                    "adopted the running daemon", metadata: ["daemon.pid": "\(child.pid)"])
                countAdoption()
                observe(.adopted(pid: child.pid))
            } else {
                // A step's program that outlived us: its step is done anew once it has ended.
                child.signal(SIGTERM)
                observe(.remainsFound(pid: child.pid))
            }
            group.addTask { await self.awaitEnd(of: child) }
        case .remains(let child, let record):
            memory.resumed = .crash
            take(child, of: record)
            tellBeginning(adopted: nil)
            log.warning(
                "processes of an earlier daemon still run and are stopped",
                metadata: ["group": "\(child.pid)"])
            observe(.remainsFound(pid: child.pid))
            group.addTask { await self.awaitGroupEnd(of: child, exit: .unknown) }
        }
    }

    private func take(_ child: ChildProcess, of record: ChildRecord) {
        memory.child = child
        let name = ProcessKeeper.name(pid: record.pid, startTicks: record.startTicks)
        if setup.keeper.take(name) == nil { child.store(in: setup.keeper) }
        memory.generation += 1
        memory.childStarted = record.startedAt
        memory.release = Release(home: setup.home, directory: record.release)
    }

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
            observe(.spawnFailed(error.block, retry: error.isTransient))
        }
    }

    private func spawnDaemon() async throws(SpawnError) -> ChildProcess {
        let home = setup.home
        let release: Release
        do throws(Block) {
            let link = CurrentLink(home)
            try link.makeIfUntouched()
            release = try link.resolve()
        } catch {
            throw .blocked(error)
        }
        do throws(SystemError) {
            try BinaryInspection.makeExecutable(release.binary)
            let request = ProcessRequest(
                path: release.binary, arguments: setup.arguments, environment: setup.environment,
                directory: home.root)
            memory.snapshot = PlanFile(at: home.planFile, case: home.letterCase).identity
            memory.argumentsDigest = ChildRecord.digest(of: setup.arguments)
            memory.proving = provenPlan()
            memory.logAtStart = ConsensusLog(head: home.consensusLog).size
            let (child, gated) = try makeChild(request, role: .daemon, release: release)
            memory.release = release
            try await self.release(gated, child: child, path: release.binary)
            return child
        } catch {
            throw .system(error, release)
        }
    }

    private func release(
        _ gated: GatedProcess, child: ChildProcess, path: String
    ) async throws(SystemError) {
        do throws(SystemError) {
            try await gated.release(on: loop, path: path)
        } catch {
            _ = await child.leaderExit(on: loop)
            memory.unreaped.remove(child.pid)
            throw error
        }
        memory.child = child
        child.store(in: setup.keeper)
        memory.generation += 1
        memory.childStarted = Date()
        memory.hasShownHeight = false
        memory.heights = nil
        memory.chainPlan = nil
        following.raise()
        countStart()
        log.notice(
            "started the daemon",
            metadata: ["daemon.pid": "\(child.pid)", "binary": "\(path)"])
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
            planFile: memory.snapshot, proving: memory.proving)
        try record.store(in: setup.home)
        return (
            ChildProcess(pid: gated.pid, startTicks: entry.startTicks, pidfd: gated.pidfd), gated
        )
    }
}

/// Why the daemon could not be started.
enum SpawnError: Error {
    case blocked(Block)
    case system(SystemError, Release)

    /// The machine had no room; it may have in a moment.
    var isTransient: Bool {
        guard case .system(let error, _) = self else { return false }
        return [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC].contains(error.code)
            && error.call != "execve"
    }

    var block: Block {
        switch self {
        case .blocked(let block): block
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
