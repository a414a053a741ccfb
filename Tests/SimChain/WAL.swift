import Glibc

/// The consensus write-ahead log, in CometBFT's form.
///
/// A record is crc32c(data) and the length of data, big-endian, then data: TimedWALMessage{1: time,
/// 2: WALMessage{1 round state, 2 message, 3 time-out, 4 EndHeight{1: height}}}.
final class WAL {
    private let path: String
    private let rotation: Int
    private let isTorn: Bool
    private let padding: Int
    private let damage: Int
    private var descriptor: Int32 = -1
    /// The rest of the record that the tail was torn in.
    private var unwritten: [UInt8] = []

    /// - Parameters:
    ///   - rotation: heights per file, 0 for a single one.
    ///   - padding: MiB of records that a new head begins with.
    ///   - damage: the height whose end is written with a wrong checksum; 0 for none.
    init(path: String, rotation: Int, isTorn: Bool, padding: Int, damage: Int) {
        self.path = path
        self.rotation = rotation
        self.isTorn = isTorn
        self.padding = padding
        self.damage = damage
    }

    func start() {
        Files.makeDirectory(path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
        repair()
        openHead()
        if lseek(descriptor, 0, SEEK_END) == 0 {
            append(Self.endHeight(0))
            pad()
        }
        fsync(descriptor)
    }

    /// Notes the height as decided, after a few of the records that lead there.
    func end(_ height: Int) {
        guard descriptor >= 0 else { return }
        for kind in [2, 2, 3, 1] { append(Self.filler(kind, height)) }
        var end = Self.endHeight(height)
        if damage == height { end[0] ^= 1 }
        append(end)
        fsync(descriptor)
        if rotation > 0, height % rotation == 0 { rotate() }
        if isTorn { tear(height + 1) }
    }

    /// Synced and closed, as a consensus failure leaves it.
    func stop() {
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
        descriptor = -1
    }

    private func pad() {
        guard padding > 0 else { return }
        // As large as CometBFT takes them.
        let large = Self.record(2, [UInt8](repeating: 0, count: (1 << 20) - 64))
        for _ in 0..<padding { append(large) }
    }

    private func openHead() {
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    }

    private func append(_ record: [UInt8]) {
        writeAll(unwritten + record, to: descriptor)
        unwritten = []
    }

    private func rotate() {
        stop()
        var index = 0
        while access("\(path).\(padded(index, 3))", F_OK) == 0 { index += 1 }
        rename(path, "\(path).\(padded(index, 3))")
        openHead()
    }

    /// Leaves the first half of a record, as the buffered writer does between two flushes.
    private func tear(_ height: Int) {
        let record = Self.filler(2, height)
        writeAll(Array(record.prefix(record.count / 2)), to: descriptor)
        unwritten = Array(record.dropFirst(record.count / 2))
    }

    /// Cuts the head at its first bad record.
    private func repair() {
        guard let bytes = Files.bytes(path) else { return }
        var offset = 0
        while offset + 8 <= bytes.count {
            let header = bytes[offset..<offset + 8].map(UInt32.init)
            let sum = header[0..<4].reduce(0) { $0 << 8 | $1 }
            let length = Int(header[4..<8].reduce(0) { $0 << 8 | $1 })
            guard offset + 8 + length <= bytes.count else { break }
            let data = bytes[offset + 8..<offset + 8 + length]
            guard CRC32C.sum(data) == sum else { break }
            offset += 8 + length
        }
        if offset < bytes.count { truncate(path, offset) }
    }

    private static func endHeight(_ height: Int) -> [UInt8] {
        var end = Protobuf()
        end.add(1, height)
        return record(4, end.bytes)
    }

    private static func filler(_ kind: Int, _ height: Int) -> [UInt8] {
        var message = Protobuf()
        message.add(1, height)
        message.add(3, "simulated")
        return record(kind, message.bytes)
    }

    private static func record(_ kind: Int, _ content: [UInt8]) -> [UInt8] {
        let now = WallTime.now
        var time = Protobuf()
        time.add(1, now.seconds)
        time.add(2, now.nanoseconds)
        var message = Protobuf()
        message.add(kind, content)
        var timed = Protobuf()
        timed.add(1, time.bytes)
        timed.add(2, message.bytes)
        let data = timed.bytes
        return bigEndian(CRC32C.sum(data[...])) + bigEndian(UInt32(data.count)) + data
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// The Castagnoli checksum (RFC 3720, appendix B.4).
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
        }
    }

    static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
