import Glibc

/// A file's digest, with the seal that it bore all the while it was read.
struct SealedDigest {
    let sha256: String
    let seal: Seal

    /// Blocks for as long as reading takes; nil when it cannot be read, or changes meanwhile.
    init?(of path: String) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var digest = RunningDigest()
        guard let seal = Seal(file), (try? digest.update(from: file)) != nil,
            Seal(file) == seal, let sha256 = digest.digests.sha256
        else { return nil }
        self.sha256 = sha256
        self.seal = seal
    }
}
