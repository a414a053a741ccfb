@testable import Supervisor

extension Intake {
    /// Writes the pieces and hashes them; all of it or nothing.
    mutating func append(_ pieces: [[UInt8]]) throws {
        let mark = self
        do {
            for piece in pieces { try piece.withUnsafeBytes { try write($0) } }
            try hash()
        } catch {
            try rewind(to: mark)
            throw error
        }
    }
}
