import Glibc
import Supervisor

extension RPCAddress {
    /// Reads where a node listens from `config/config.toml` of its home.
    ///
    /// Only lines of the form CometBFT writes are understood: `laddr = "…"` in section `[rpc]`.
    /// - Returns: Nil when there is no such file or line, or what it says is no address.
    init?(configOf home: Home) {
        guard let text = Self.content(of: home.config + "/config.toml"),
            let value = Self.laddr(in: text)
        else { return nil }
        self.init(value)
    }

    /// The value of `laddr` in section `[rpc]`.
    static func laddr(in text: String) -> String? {
        var section: Substring = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if line.hasPrefix("[") {
                section = line.dropFirst().prefix { $0 != "]" }.filter { !$0.isWhitespace }[...]
            } else if section == "rpc", let equals = line.firstIndex(of: "=") {
                let key = line[..<equals].filter { !$0.isWhitespace && !"\"'".contains($0) }
                guard key == "laddr" else { continue }
                return quoted(line[equals...].dropFirst().drop(while: \.isWhitespace))
            }
        }
        return nil
    }

    /// What stands between the quotes; a comment may follow them.
    private static func quoted(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'",
            let end = text.dropFirst().firstIndex(of: quote)
        else { return nil }
        return String(text[text.index(after: text.startIndex)..<end])
    }

    /// At most 1 MiB of a regular file; links are followed, as configurations often are mounted so.
    private static func content(of path: String) -> String? {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var info = stat()
        guard fstat(file.number, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            info.st_size <= 1 << 20
        else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { space, count in
            count = max(0, read(file.number, space.baseAddress, space.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
