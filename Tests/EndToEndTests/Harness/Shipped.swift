import FoundationEssentials
import Testing

/// A file of `deploy/`, as it is but for what has to be another here.
enum Shipped {
    static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/") + "/deploy"

    /// - Parameter changes: each must be there, so that a test notices when the file no longer says
    ///   what it is meant to change.
    static func text(_ name: String, _ changes: [(old: String, new: String)]) throws -> String {
        let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
        var text = String(decoding: data, as: UTF8.self)
        for (old, new) in changes {
            let parts = text.split(separator: old, omittingEmptySubsequences: false)
            try #require(parts.count >= 2, "\(old)")
            text = parts.joined(separator: new)
        }
        return text
    }
}
