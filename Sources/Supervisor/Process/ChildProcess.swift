import CLinux
import Glibc

/// A child of ours, or an adopted one, that runs or has run.
///
/// It has *ended* when it is reaped (adopted: its pidfd is readable) and no live process is left in
/// its group: a wrapper script is reaped while the node lives on.
package struct ChildProcess: Sendable {
    package let pid: pid_t
    package let startTicks: UInt64
    package let isAdopted: Bool
    /// Nil when only the group is left.
    private let pidfd: Descriptor?

    init(pid: pid_t, startTicks: UInt64, pidfd: Descriptor) {
        self.pid = pid
        self.startTicks = startTicks
        self.pidfd = pidfd
        isAdopted = false
    }

    /// Adopts a process that an earlier run of ours made.
    ///
    /// Nil when it is gone: the start time is compared after the pidfd is open, so that the pidfd
    /// is surely of the recorded process.
    package init?(adopting record: ChildRecord) {
        guard
            let pidfd = try? Descriptor(negated: clinux_pidfd_open(record.pid), call: "pidfd_open"),
            let entry = ProcessEntry(pid: record.pid), entry.startTicks == record.startTicks
        else { return nil }
        pid = record.pid
        startTicks = record.startTicks
        isAdopted = true
        self.pidfd = pidfd
    }

    /// Stands for the group that a recorded process left behind.
    package init(remainsOf record: ChildRecord) {
        pid = record.pid
        startTicks = record.startTicks
        isAdopted = true
        pidfd = nil
    }

    /// Keeps the pidfd beyond our own end.
    func store(in keeper: ProcessKeeper) {
        guard let pidfd else { return }
        keeper.keep(pidfd, ProcessKeeper.name(pid: pid, startTicks: startTicks))
    }

    func drop(from keeper: ProcessKeeper) {
        keeper.drop(ProcessKeeper.name(pid: pid, startTicks: startTicks))
    }

    /// Whether the process itself has ended, reaped or not, whatever has been noticed of it.
    var hasEnded: Bool {
        guard let pidfd else { return true }
        var look = pollfd(fd: pidfd.number, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&look, 1, 0) > 0
    }

    /// Signals the process itself; one that has ended is not an error.
    package func signal(_ number: Int32) {
        guard let pidfd else { return }
        _ = clinux_pidfd_send_signal(pidfd.number, number)
    }

    /// Signals every live member of the group, each through its own pidfd.
    package func signalGroup(_ number: Int32) {
        guard let members = ProcessTable.liveMembers(ofGroup: pid) else {
            // One by one is safer, for a number can be given out anew; but they must be reached.
            kill(-pid, number)
            return
        }
        for member in members {
            let opened = clinux_pidfd_open(member.pid)
            if opened < 0, opened != -ESRCH {
                // Without descriptors they must be reached all the same, if need be twice.
                kill(-pid, number)
                return
            }
            guard opened >= 0 else { continue }
            let pidfd = Descriptor(owning: opened)
            guard ProcessEntry(pid: member.pid)?.group == pid else { continue }
            _ = clinux_pidfd_send_signal(pidfd.number, number)
        }
    }

    /// Waits for the process itself and reaps it; nil when the wait was cancelled.
    func leaderExit(on loop: EventLoop) async -> Exit? {
        guard let pidfd else { return .unknown }
        while true {
            guard await loop.wait(for: .read, on: pidfd.number) == .ready else { return nil }
            loop.forget(pidfd.number)
            if isAdopted { return await adoptedExit(pidfd, on: loop) }
            if let exit = reap(pidfd) { return exit }
        }
    }

    /// A stranger's status: in /proc while it is a zombie, from the kernel once it was reaped.
    ///
    /// That it was reaped shows as a hang-up, awaited here as a write, which a pidfd is never ready
    /// for.
    private func adoptedExit(_ pidfd: Descriptor, on loop: EventLoop) async -> Exit {
        if let entry = ProcessEntry(pid: pid), entry.startTicks == startTicks,
            let status = entry.exitStatus
        {
            return Exit(status: status)
        }
        _ = await loop.wait(for: .write, on: pidfd.number, until: .now + .seconds(1))
        loop.forget(pidfd.number)
        return reap(pidfd) ?? .unknown
    }

    /// Waits for the process, also in a cancelled task, and kills it when the grace is over.
    func leaderExit(on loop: EventLoop, within grace: Duration) async -> Exit {
        guard let pidfd else { return .unknown }
        let deadline = Instant.now + grace
        while true {
            if deadline <= .now {
                signal(SIGKILL)
                signalGroup(SIGKILL)
            }
            let wake = await loop.waitShielded(
                for: .read, on: pidfd.number, until: deadline > .now ? deadline : nil)
            if wake == .ready, let exit = reap(pidfd) {
                loop.forget(pidfd.number)
                return exit
            }
        }
    }

    /// Waits for the group's end, also in a cancelled task, and kills it when the grace is over.
    func groupEnd(on loop: EventLoop, within grace: Duration) async {
        let deadline = Instant.now + grace
        while true {
            let members = ProcessTable.liveMembers(ofGroup: pid)
            if members?.isEmpty == true { return }
            if deadline <= .now { signalGroup(SIGKILL) }
            guard let pidfd = Self.pidfd(of: members?.first) else {
                _ = await loop.waitShielded(until: .now + Self.secondLook)
                continue
            }
            _ = await loop.waitShielded(
                for: .read, on: pidfd.number, until: deadline > .now ? deadline : nil)
            loop.forget(pidfd.number)
        }
    }

    /// Waits until no live process is left in the group; false when the wait was cancelled.
    func groupEnd(on loop: EventLoop) async -> Bool {
        while true {
            let members = ProcessTable.liveMembers(ofGroup: pid)
            if members?.isEmpty == true { return true }
            guard let pidfd = Self.pidfd(of: members?.first) else {
                if await loop.wait(until: .now + Self.secondLook) == .cancelled { return false }
                continue
            }
            guard await loop.wait(for: .read, on: pidfd.number) == .ready else { return false }
            loop.forget(pidfd.number)
        }
    }

    /// Nil when there is no member to wait for, it has gone meanwhile, or descriptors have run out.
    private static func pidfd(of member: ProcessEntry?) -> Descriptor? {
        guard let member else { return nil }
        return try? Descriptor(negated: clinux_pidfd_open(member.pid), call: "pidfd_open")
    }

    /// When a group is looked at again that could not be waited for.
    private static let secondLook = Duration.milliseconds(20)

    private func reap(_ pidfd: Descriptor) -> Exit? {
        var status: Int32 = 0
        let result = waitpid(pid, &status, WNOHANG)
        if result == pid { return Exit(status: status) }
        if result == 0 { return nil }
        // Not our child: adopted, or reaped by somebody who waits for everything.
        guard clinux_pidfd_exit_status(pidfd.number, &status) == 0 else { return .unknown }
        return Exit(status: status)
    }
}
