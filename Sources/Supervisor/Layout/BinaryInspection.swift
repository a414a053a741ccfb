import FoundationEssentials
import Glibc

/// Looks at a release's binary without running it.
package enum BinaryInspection {
    package static func staged(_ release: Release) -> StagedBinary {
        var status = stat()
        guard stat(release.binary, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR
                ? .absent : .unusable("\(SystemError("stat", path: release.binary))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unusable("it is no regular file") }
        guard status.st_size > 0 else { return .unusable("it is empty") }
        guard isProgram(release.binary) else {
            return .unusable("it is neither an ELF program for this machine nor a script")
        }
        return .present
    }

    /// Adds what is missing of a+x, as Cosmovisor does: operators copy binaries without it.
    package static func makeExecutable(_ path: String) throws(SystemError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("stat", path: path) }
        guard status.st_mode & 0o111 != 0o111 else { return }
        guard chmod(path, (status.st_mode & 0o7777) | 0o111) == 0 else {
            // What we may run ourselves is good enough when the mode is not ours to change.
            if access(path, X_OK) == 0 { return }
            throw SystemError("chmod", path: path)
        }
    }

    private static func isProgram(_ path: String) -> Bool {
        guard let file = try? Descriptor(open(path, O_RDONLY | O_CLOEXEC), call: "open") else {
            return false
        }
        var header = [UInt8](repeating: 0, count: 20)
        let count = pread(file.number, &header, header.count, 0)
        if count >= 2, header[0] == UInt8(ascii: "#"), header[1] == UInt8(ascii: "!") {
            return true
        }
        guard count == header.count, header.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            return false
        }
        return UInt16(header[18]) | UInt16(header[19]) << 8 == machine
    }

    /// ELF's e_machine of this machine.
    static var machine: UInt16 {
        #if arch(arm64)
            183
        #else
            62
        #endif
    }
}
