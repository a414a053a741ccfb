import Glibc

extension NodeSupervisor {
    /// The reaper only waits; what proves it is that no end of the daemon lies unseen from one look
    /// to the next.
    func proveReaper() {
        let unseen = isEndUnseen ? memory.child?.pid : nil
        if unseen == nil || unseen != memory.unseenEnd { board.beat(.reaper) }
        memory.unseenEnd = unseen
    }

    private var isEndUnseen: Bool {
        switch lifecycle.phase {
        case .running: memory.child?.hasEnded == true
        case .stopping(_, let stop): stop.leaderExit == nil && memory.child?.hasEnded == true
        case .idle, .launching, .upgrading, .blocked, .backingOff, .ended: false
        }
    }
}
