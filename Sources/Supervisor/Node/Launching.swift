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
        // One that was started before the root was put elsewhere is no less a daemon of this home.
        let others = Set([home.root, home.usualRoot]).flatMap {
            ProcessTable.daemons(root: $0, data: home.data)
        }.filter { entry in
            fate == .dead || entry.group != record?.pid
        }
        if let other = others.first { throw .daemonAlreadyRunning(pid: other.pid) }
        memory.hasRecord = record != nil
        memory.snapshot = record?.planFile
        memory.argumentsDigest = record?.daemonArgumentsSHA256
        memory.proving = record?.proving
        memory.halt = record?.halt
        memory.logAtStart = record?.logAtStart
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
}
