import Glibc

/// The id of the chain, as the node's own files tell it.
enum ChainID {
    /// From `config/genesis.json`, or from `config/client.toml`; blocks while the first is read.
    ///
    /// - Returns: Nil when neither says it.
    static func read(in home: Home) -> String? {
        MemberScan.string("chain_id", in: home.config + "/genesis.json")
            ?? (try? NodeConfig(path: home.config + "/client.toml"))?.string("chain-id")
            .flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Tells without reading whether the answer may be another.
    static func stamps(in home: Home) -> [FileStamp?] {
        ["/genesis.json", "/client.toml"].map { FileStamp(home.config + $0) }
    }
}

/// Looks for one string among the members of a JSON object, however large that is.
///
/// A genesis of some hundred megabytes is no JSON that anybody wants in memory. The name is near its
/// beginning as chains write it, and behind everything once somebody has sorted it.
struct MemberScan {
    private let name: [UInt8]
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isValue = false
    /// Of the last string, as far as it is wanted.
    private var text: [UInt8] = []
    private var isPlain = true
    private var key: [UInt8] = []
    /// Nothing more is wanted.
    private(set) var isOver = false
    private(set) var found: String?

    private static let limit = 256

    init(_ name: String) {
        self.name = Array(name.utf8)
    }

    /// Nil when there is none, or the file cannot be read.
    static func string(_ name: String, in path: String) -> String? {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        guard Seal(file) != nil else { return nil }
        var scan = MemberScan(name)
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while !scan.isOver, !Task.isCancelled {
            let count = Glibc.read(file.number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in buffer.prefix(count) where !scan.isOver { scan.take(byte) }
        }
        return scan.found
    }

    mutating func take(_ byte: UInt8) {
        if isInString { return takeInString(byte) }
        switch byte {
        case UInt8(ascii: "\""): (isInString, isPlain, text) = (true, true, [])
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // Anything else than an object has no members.
            if depth == 0, byte == UInt8(ascii: "[") { isOver = true }
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth <= 0 { isOver = true }
        case UInt8(ascii: ":") where depth == 1: (key, isValue) = (text, true)
        case UInt8(ascii: ",") where depth == 1: isValue = false
        default: break
        }
    }

    private mutating func takeInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            (isEscaped, isPlain) = (true, false)
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            guard depth == 1, isValue, key == name else { return }
            isOver = true
            if isPlain, !text.isEmpty, text.count < Self.limit {
                found = String(validating: text, as: UTF8.self)
            }
        } else if depth == 1, text.count < Self.limit {
            text.append(byte)
        }
    }
}
