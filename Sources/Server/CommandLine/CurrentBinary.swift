import Glibc
import Supervisor

extension Home {
    /// The path of the daemon's binary that `current` stands for; genesis in a home that was never
    /// upgraded.
    ///
    /// - Throws: when it is not certain which that is. Genesis is never a stand-in then: it may be
    ///   years too old for the data.
    func currentBinary() throws(CommandFailure) -> String {
        do throws(Block) {
            return try CurrentLink(self).resolve().binary
        } catch {
            throw CommandFailure(escaped("\(error.reason); \(error.remedy)"))
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
