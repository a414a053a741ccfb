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
    /// Nobody can write it, nor could since it was sealed.
    private let isHeld: Bool
    /// Nothing is asked of the bytes: it only has to be this file.
    var isTakenAsItIs = false

    /// Nil for what is no regular file, or cannot be opened: the start will say why.
    init?(_ path: String) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        // Not everywhere, nor while somebody still writes it.
        isHeld = clinux_hold_still(file.number) == 0
        guard let seal = Seal(file) else { return nil }
        self.file = file
        self.seal = seal
        self.path = path
    }

    /// The bytes are those that were checked, and the process runs them, or was started from them.
    func isWhatRuns(as pid: pid_t) -> Bool {
        isSame(Seal(file)) && (isSame(Seal("/proc/\(pid)/exe")) || isSame(Seal(path)))
    }

    // An interpreter, or what the program has gone on to execute, is another file: then the path
    // tells. While the file is held only its name, its mode and its links can change, which leaves
    // another seal and the same bytes.
    private func isSame(_ other: Seal?) -> Bool {
        guard let other else { return false }
        return other == seal || (isHeld || isTakenAsItIs) && other.isOfSameFile(as: seal)
    }
}
