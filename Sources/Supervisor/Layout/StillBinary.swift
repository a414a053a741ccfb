import CLinux
import Glibc

/// A binary between its last check and its start: what is executed is what was checked.
///
/// Where the filesystem and its owner allow it nobody can write the file meanwhile. Whether another
/// took its place, or its bytes changed where they could, shows after the start.
struct StillBinary {
    let seal: Seal
    private let file: Descriptor
    private let path: String

    /// Nil for what is no regular file, or cannot be opened: the start will say why.
    init?(_ path: String) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        // Not everywhere, nor while somebody still writes it.
        _ = clinux_hold_still(file.number)
        guard let seal = Seal(file) else { return nil }
        self.file = file
        self.seal = seal
        self.path = path
    }

    /// The bytes are those that were checked, and the process runs them, or was started from them.
    func isWhatRuns(as pid: pid_t) -> Bool {
        guard Seal(file) == seal else { return false }
        // An interpreter, or what the program has gone on to execute, is another file; then the
        // path tells, for a rename in between would have left a mark on the seal.
        return Seal("/proc/\(pid)/exe") == seal || Seal(path) == seal
    }
}
