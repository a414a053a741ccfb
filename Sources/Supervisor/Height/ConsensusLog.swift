import Glibc

/// CometBFT's consensus write-ahead log, read for the last block that was stored.
///
/// A record is crc32c(data) and length, both u32 big-endian, then data: a protobuf TimedWALMessage
/// whose field 2 holds, in field 4, an EndHeight. EndHeight(h) is fsynced before block h is applied.
/// The log says nothing of applied heights, and nothing at all in block sync.
package struct ConsensusLog: Sendable {
    /// The head of the group, `data/cs.wal/wal` unless the configuration says otherwise.
    package let head: String

    package init(head: String) {
        self.head = head
    }

    /// The log of a home: where `consensus.wal_file` of its config.toml has it, a path that begins at
    /// the home unless it is absolute.
    package init(of home: Home) {
        // A home without the file has it at the usual place.
        let config = try? NodeConfig(path: home.config + "/config.toml")
        let file = config?.string("wal_file", in: "consensus") ?? ""
        head =
            file.isEmpty ? home.consensusLog : file.hasPrefix("/") ? file : home.path + "/" + file
    }

    /// The last EndHeight in the group; nil when there is none.
    ///
    /// Looked for in the head, then in the file before it, for a rotation may have left the head
    /// without. Blocks: up to some 20 MiB are read.
    package var lastEndHeight: Height? {
        if let height = Self.lastEndHeight(in: head) { return height }
        let folder = head.parentFolder
        let prefix = (head.split(separator: "/").last ?? "") + "."
        let newest = ProcFile.names(in: folder).filter { $0.hasPrefix(prefix) }
            .compactMap { name in Int(name.dropFirst(prefix.count)).map { ($0, name) } }
            .max { $0.0 < $1.0 }
        return newest.flatMap { Self.lastEndHeight(in: folder + "/" + $0.1) }
    }

    /// Bytes in the head, to which a halted node does not add; nil when there is no log.
    package var size: Int64? {
        var status = stat()
        guard stat(head, &status) == 0 else { return nil }
        return Int64(status.st_size)
    }

    private static func lastEndHeight(in path: String) -> Height? {
        guard let reading = try? ForeignFile.readPrefix(path, limit: 64 << 20) else { return nil }
        return lastEndHeight(in: reading)
    }

    /// Decodes forward, for there is no marker to start from, and stops at the first short or bad
    /// record: a running node's buffered writer tears the tail.
    package static func lastEndHeight(in bytes: [UInt8]) -> Height? {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            var last: Height?
            while offset + 8 <= buffer.count {
                let length = Int(buffer.bigEndian(at: offset + 4))
                let end = offset + 8 + length
                guard length <= 1 << 20 + 24, end <= buffer.count else { break }
                let data = UnsafeRawBufferPointer(rebasing: buffer[(offset + 8)..<end])
                if let height = endHeight(in: data) {
                    guard CRC32C.of(data) == buffer.bigEndian(at: offset) else { break }
                    if height > 0 { last = height }
                }
                offset = end
            }
            return last
        }
    }

    private static func endHeight(in data: UnsafeRawBufferPointer) -> Height? {
        guard let message = ProtobufReader(data[...]).field(2),
            let end = ProtobufReader(message).field(4)
        else { return nil }
        return ProtobufReader(end).varint(1).map { Height(bitPattern: $0) } ?? 0
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

/// The Castagnoli checksum of CometBFT's log records.
enum CRC32C {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        ~bytes.reduce(~0) { (sum: UInt32, byte: UInt8) in
            table[Int((sum ^ UInt32(byte)) & 0xff)] ^ (sum >> 8)
        }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1
        }
    }
}
