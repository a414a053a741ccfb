import Glibc

/// Single values of a node's `config/*.toml`, in the form that the node itself writes them: one
/// `key = value` on a line, below its `[section]`.
package struct NodeConfig: Sendable {
    private let text: String

    package init(text: String) {
        self.text = text
    }

    /// At most 1 MiB of a regular file; links are followed, as configurations often are mounted so.
    ///
    /// - Throws: What open(2) says; EINVAL for what is no such file.
    package init(path: String) throws(SystemError) {
        let file = try Descriptor(
            open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), call: "open", path: path)
        var info = stat()
        guard fstat(file.number, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            info.st_size <= 1 << 20
        else { throw SystemError("read", path: path, code: EINVAL) }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { space, count in
            count = max(0, read(file.number, space.baseAddress, space.count))
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// A text, without its quotes; nil when there is no such line.
    ///
    /// - Parameter section: "" for what comes before the first one.
    package func string(_ key: String, in section: String = "") -> String? {
        guard let value = value(key, section), let quote = value.first,
            quote == "\"" || quote == "'", let end = value.dropFirst().firstIndex(of: quote)
        else { return nil }
        return String(value[value.index(after: value.startIndex)..<end])
    }

    /// A number, or another word that stands without quotes.
    package func word(_ key: String, in section: String = "") -> String? {
        let word = value(key, section)?.prefix { !$0.isWhitespace && $0 != "#" }
        return word.flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// All that follows the first `key =` of the section; a comment may be behind it.
    private func value(_ key: String, _ section: String) -> Substring? {
        var present: Substring = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if line.hasPrefix("[") {
                present = line.dropFirst().prefix { $0 != "]" }.filter { !$0.isWhitespace }[...]
            } else if present == section, let equals = line.firstIndex(of: "=") {
                let found = line[..<equals].filter { !$0.isWhitespace && !"\"'".contains($0) }
                guard found == key else { continue }
                return line[equals...].dropFirst().drop(while: \.isWhitespace)
            }
        }
        return nil
    }
}
