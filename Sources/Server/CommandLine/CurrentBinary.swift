import Glibc
import Supervisor

extension Home {
    /// The path of the daemon's binary that `current` stands for; genesis when there is no link
    /// yet.
    ///
    /// - Throws: when `current` is there and leads nowhere. Genesis is never a stand-in for that:
    ///   it may be years too old for the data.
    func currentBinary() throws(CommandFailure) -> String {
        do {
            switch try FileKind(ofLinkAt: current) {
            case .missing: return genesis.binary
            case .link where try FileKind(at: current) == .missing:
                throw CommandFailure(
                    "the link \(quoted(current)) leads nowhere; point it at genesis or at the "
                        + "folder in upgrades/ that the data belongs to")
            case .link, .directory, .regular, .other: return current + "/bin/" + daemonName
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("cannot read the link \(quoted(current)): \(error)")
        }
    }
}

/// A command that did not do what it was asked; the message says what the user can do.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    let description: String
    /// The errno that comes nearest, for systemd's ERRNO=.
    let code: Int32

    /// - Parameter description: without the leading "Error: "; safe to print.
    init(_ description: String, code: Int32 = EINVAL) {
        self.description = description
        self.code = code
    }
}
