import Glibc
import Logging

extension NodeSupervisor {
    /// Sees each write of the plan file within a turn of the loop, by inotify; the configured poll
    /// behind it sees what inotify cannot (network filesystems, a folder that was replaced).
    func watchPlanFile() async {
        while !Task.isCancelled {
            board.beat(.watcher)
            let next = Instant.now + min(setup.pollInterval, setup.proofInterval)
            guard let watch = try? FolderWatch(setup.home.data) else {
                counters.count { $0.watchErrors[.directory] += 1 }
                lookForChange()
                if await loop.wait(until: next) == .cancelled { return }
                continue
            }
            lookForChange()
            await follow(watch)
        }
    }

    /// Where inotify tells all, the poll only looks whether the folder is still the one that is
    /// watched, which can be another when something was mounted over it; three wake-ups a second
    /// for that are most of what idling would take.
    private func follow(_ watch: FolderWatch) async {
        let pause = watch.isComplete ? max(.seconds(1), setup.pollInterval) : setup.pollInterval
        var nextPoll = Instant.now + pause
        while true {
            board.beat(.watcher)
            let wake = await loop.wait(
                for: .read, on: watch.descriptor.number,
                until: min(nextPoll, .now + setup.proofInterval))
            switch wake {
            case .cancelled:
                return loop.forget(watch.descriptor.number)
            case .ready:
                switch watch.read(lookingFor: Home.planFileName) {
                case .nothing: break
                case .seen: judging.raise()
                case .lost: return loop.forget(watch.descriptor.number)
                }
            case .timedOut:
                guard watch.isInPlace else { return loop.forget(watch.descriptor.number) }
            }
            if nextPoll <= .now {
                nextPoll = .now + pause
                lookForChange()
            }
        }
    }

    /// Raises a judgement when the file's stat is another, or when one is due again anyway.
    private func lookForChange() {
        let stamp = FileStamp(setup.home.planFile)
        if stamp != memory.seenPlan?.stamp { judging.raise() }
    }

    /// The plan file as it is now; read again only when its stat has changed.
    func planFile() -> PlanFile {
        let stamp = FileStamp(setup.home.planFile)
        if let seen = memory.seenPlan, seen.stamp == stamp { return seen.file }
        let file = PlanFile(at: setup.home.planFile, case: setup.home.letterCase)
        memory.seenPlan = SeenPlanFile(stamp: stamp, file: file)
        switch file.content {
        case .plan: memory.repairs = 0
        case .absent, .unusable, .empty, .broken: break
        }
        return file
    }
}

/// The last look at the plan file, and the stat it was looked at under.
struct SeenPlanFile: Sendable, Equatable {
    let stamp: FileStamp?
    let file: PlanFile
}

/// Enough of a stat to tell that a file was written; nil when there is none.
struct FileStamp: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let changed: Int64
    let isFolder: Bool

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
    }
}
