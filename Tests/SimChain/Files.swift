import Glibc

/// Small files, read and written whole.
enum Files {
    /// The content or the end of it, nil when the file can't be opened.
    static func bytes(_ path: String, last limit: Int = .max) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if limit < .max, lseek(descriptor, -limit, SEEK_END) < 0 { lseek(descriptor, 0, SEEK_SET) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return content }
            content += chunk.prefix(count)
        }
    }

    /// The content as text, empty when there is none.
    static func text(_ path: String) -> String {
        String(decoding: bytes(path) ?? [], as: UTF8.self)
    }

    /// Puts the file there whole: written aside, then renamed.
    static func replace(_ path: String, with text: String, aside: String? = nil) {
        let temporary = aside ?? "\(path).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        writeAll(Array(text.utf8), to: descriptor)
        close(descriptor)
        rename(temporary, path)
    }

    /// Appends with one write(2); answers the size of the file afterwards.
    @discardableResult
    static func append(_ text: String, to path: String) -> Int {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        writeAll(Array(text.utf8), to: descriptor)
        var facts = stat()
        fstat(descriptor, &facts)
        return Int(facts.st_size)
    }

    /// Where a symbolic link points, empty when it can't be read.
    static func target(_ path: String) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            let count = buffer.baseAddress.map { readlink(path, $0, buffer.count) } ?? 0
            return String(
                decoding: UnsafeRawBufferPointer(buffer).prefix(max(0, count)), as: UTF8.self)
        }
    }

    static func makeDirectory(_ path: String) {
        mkdir(path, 0o755)
    }
}

/// As much of TOML as a node's configuration needs: tables, and `key = value` on one line.
struct TOML {
    let text: String

    init(path: String) {
        text = Files.text(path)
    }

    /// The value without its quotes; the section `""` is the top level.
    func value(_ key: String, in section: String = "") -> String? {
        var current = ""
        for line in text.split(separator: "\n") {
            let line = trimmed(line)
            if line.hasPrefix("[") {
                current = String(trimmed(line.dropFirst().prefix { $0 != "]" }))
            } else if current == section, !line.hasPrefix("#") {
                let parts = line.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]) == key else { continue }
                return Self.bare(trimmed(parts[1]))
            }
        }
        return nil
    }

    private static func bare(_ value: Substring) -> String {
        guard let quote = value.first, quote == "\"" || quote == "'" else {
            return String(trimmed(value.prefix { $0 != "#" }))
        }
        return String(value.dropFirst().prefix { $0 != quote })
    }
}
