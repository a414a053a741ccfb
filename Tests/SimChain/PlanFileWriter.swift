import Glibc

/// Writes upgrade-info.json as `os.WriteFile` does, or as it goes wrong.
final class PlanFileWriter {
    private let path: String
    private let style: WriteStyle
    private let age: Int
    private let loop: Loop
    private let ledger: Ledger
    /// What is still to be written, and where.
    private var unfinished: (descriptor: Int32, rest: ArraySlice<UInt8>, name: String)?

    /// - Parameter age: seconds that the file's times lie back.
    init(path: String, style: WriteStyle, age: Int, loop: Loop, ledger: Ledger) {
        self.path = path
        self.style = style
        self.age = age
        self.loop = loop
        self.ledger = ledger
    }

    /// Calls back with nil, or with why the file could not be written.
    func write(_ plan: Plan, at height: Int, then finish: @escaping (String?) -> Void) {
        switch style {
        case .none: return finish(nil)
        case .eacces: return finish("open \(path): permission denied")
        case .plain, .halves, .renamed, .enospc, .afterTerm: break
        }
        guard begin(plan, at: height) else {
            return finish("open \(path): \(String(cString: strerror(errno)))")
        }
        switch style {
        case .plain(let pause):
            // As short as it is, a reader can see the file empty.
            usleep(UInt32(pause.nanoseconds / 1000))
            complete()
            finish(nil)
        case .halves(let pause):
            writeHalf()
            loop.after(pause) { [self] in
                complete()
                finish(nil)
            }
        case .renamed:
            complete()
            finish(nil)
        case .afterTerm: writeHalf()
        case .enospc:
            leaveEmpty()
            finish("write \(path): no space left on device")
        case .eacces, .none: break
        }
    }

    /// Opens and empties the file.
    private func begin(_ plan: Plan, at height: Int) -> Bool {
        // A round of optimistic execution may begin before the last one's write has ended.
        complete()
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let bytes = Array(plan.json(at: height).utf8)
        unfinished = (descriptor, bytes[...], "\(plan.name)@\(height)")
        return true
    }

    /// Writes what is missing, if a write is under way.
    func complete() {
        guard let write = unfinished else { return }
        writeAll(Array(write.rest), to: write.descriptor)
        if age > 0 { setBack(write.descriptor) }
        close(write.descriptor)
        if target != path { rename(target, path) }
        unfinished = nil
        ledger.write("file", write.name)
    }

    /// Where the bytes go first.
    private var target: String {
        if case .renamed = style { path + ".new" } else { path }
    }

    private func setBack(_ descriptor: Int32) {
        let then = timespec(tv_sec: time(nil) - age, tv_nsec: 0)
        futimens(descriptor, [then, then])
    }

    private func leaveEmpty() {
        guard let write = unfinished else { return }
        close(write.descriptor)
        unfinished = nil
        ledger.write("file-empty", write.name)
    }

    private func writeHalf() {
        guard let write = unfinished else { return }
        let half = write.rest.count / 2
        writeAll(Array(write.rest.prefix(half)), to: write.descriptor)
        unfinished?.rest = write.rest.dropFirst(half)
        ledger.write("file-half", write.name)
    }
}
