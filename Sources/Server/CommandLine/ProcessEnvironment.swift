@preconcurrency import Glibc

extension [String: String] {
    /// The environment of this process; of a name that occurs twice the first counts, as in
    /// getenv(3).
    static var ofProcess: [String: String] {
        var result: [String: String] = [:]
        // Nothing in this program changes the environment, so that reading it races with nobody.
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, result[String(parts[0])] == nil {
                result[String(parts[0])] = String(parts[1])
            }
            entry += 1
        }
        return result
    }
}
