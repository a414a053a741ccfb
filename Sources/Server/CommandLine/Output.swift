import Glibc

/// A descriptor that text for the user goes to.
enum Output: Int32 {
    case standard = 1
    case errors = 2

    /// Writes the line whole; a reader that has gone is no error, for there is nobody to tell.
    func line(_ text: String) {
        self.text(text + "\n")
    }

    /// Writes just that, for lines that are rewritten on a terminal.
    func text(_ text: String) {
        bytes(Array(text.utf8))
    }

    func bytes(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
