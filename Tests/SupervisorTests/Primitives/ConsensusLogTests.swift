import Testing

@testable import Supervisor

struct ConsensusLogTests {
    private let temporary: TemporaryHome
    private var log: ConsensusLog { ConsensusLog(head: temporary.home.consensusLog) }

    init() throws {
        temporary = try TemporaryHome()
    }

    /// A height's records as a validator writes them.
    private func height(_ height: Int64) -> [UInt8] {
        LogRecords.other(1, size: 30) + LogRecords.other(2, size: 700)
            + LogRecords.other(3, size: 12) + LogRecords.endHeight(height)
    }

    @Test(arguments: [
        ("", "data/cs.wal/wal"), ("wal_file = \"data/cs.wal/wal\"", "data/cs.wal/wal"),
        ("wal_file = \"\"", "data/cs.wal/wal"), ("wal_file = \"fast/wal\"", "fast/wal"),
        ("wal_file = \"/mnt/fast/wal\"", "/mnt/fast/wal"),
    ])
    func `it is where the node's configuration has it`(_ line: String, _ path: String) throws {
        let folder = try TemporaryHome()
        let home = Home(path: folder.path, daemonName: "simd")
        let expected = path.hasPrefix("/") ? path : "\(folder.path)/\(path)"
        #expect(ConsensusLog(of: home).head == "\(folder.path)/data/cs.wal/wal")
        try folder.makeFolder("config")
        try folder.write("[rpc]\n[consensus]\n\(line)\n[storage]\n", to: "config/config.toml")
        #expect(ConsensusLog(of: home).head == expected)
    }

    @Test func `the checksum is Castagnoli's`() {
        let bytes = Array("123456789".utf8)
        #expect(LogRecords.checksum(bytes) == 0xe306_9283)
        #expect(bytes.withUnsafeBytes { CRC32C.of($0) } == 0xe306_9283)
        #expect([UInt8]().withUnsafeBytes { CRC32C.of($0) } == 0)
    }

    @Test func `the last height that ended is told`() {
        let start = LogRecords.endHeight(0)
        #expect(ConsensusLog.lastEndHeight(in: start + height(1)) == 1)
        #expect(ConsensusLog.lastEndHeight(in: start + height(41) + height(42)) == 42)
        let next = LogRecords.other(2, size: 100, height: 43)
        #expect(ConsensusLog.lastEndHeight(in: start + height(42) + next) == 42)
        for height in [127, 128, 300, 25_000_000, Int64.max] {
            #expect(ConsensusLog.lastEndHeight(in: LogRecords.endHeight(height)) == height)
        }
    }

    @Test func `a log that only begins tells no height`() {
        #expect(ConsensusLog.lastEndHeight(in: []) == nil)
        #expect(ConsensusLog.lastEndHeight(in: LogRecords.endHeight(0)) == nil)
        #expect(ConsensusLog.lastEndHeight(in: LogRecords.other(2, size: 10)) == nil)
        #expect(ConsensusLog.lastEndHeight(in: LogRecords.endHeight(-5)) == nil)
    }

    @Test func `a torn tail hides nothing that came before`() {
        let whole = height(41)
        let last = height(42)
        for length in 0..<last.count {
            #expect(ConsensusLog.lastEndHeight(in: whole + last.prefix(length)) == 41)
        }
        #expect(ConsensusLog.lastEndHeight(in: whole + last) == 42)
    }

    @Test func `an end of height with a bad checksum ends the reading`() {
        let good = height(41)
        var bad = LogRecords.endHeight(42)
        for index in [0, 3, bad.count - 1] {
            bad[index] ^= 1
            #expect(ConsensusLog.lastEndHeight(in: good + bad + height(43)) == 41)
            bad[index] ^= 1
        }
        #expect(ConsensusLog.lastEndHeight(in: good + bad + height(43)) == 43)
    }

    @Test func `a length beyond what CometBFT writes ends the reading`() {
        for length in [UInt32(1 << 20) + 25, .max, 1 << 31] {
            let bad = LogRecords.bigEndian(0) + LogRecords.bigEndian(length)
            let rest = [UInt8](repeating: 0, count: 2 << 20)
            #expect(ConsensusLog.lastEndHeight(in: height(41) + bad + rest) == 41)
        }
    }

    @Test func `unknown fields and kinds are passed over`() {
        let end = LogRecords.varintField(1, 9) + LogRecords.bytesField(15, [1, 2])
        let message = LogRecords.message(4, end) + LogRecords.varintField(200, 5)
        #expect(ConsensusLog.lastEndHeight(in: LogRecords.record(message)) == 9)
        let kind = LogRecords.record(LogRecords.message(9, end))
        #expect(ConsensusLog.lastEndHeight(in: kind) == nil)
    }

    @Test func `no log tells nothing, a head tells its size`() throws {
        #expect(log.lastEndHeight == nil)
        #expect(log.size == nil)
        try temporary.write(height(5), to: "data/cs.wal/wal")
        #expect(log.lastEndHeight == 5)
        #expect(log.size == Int64(height(5).count))
    }

    @Test func `after a rotation the newest file before the head is read`() throws {
        try temporary.write(height(10), to: "data/cs.wal/wal.000")
        try temporary.write(height(20) + height(21), to: "data/cs.wal/wal.001")
        try temporary.write(height(99), to: "data/cs.wal/wal.bak")
        try temporary.write(height(99), to: "data/cs.wal/other.002")
        try temporary.write(LogRecords.other(2, size: 50), to: "data/cs.wal/wal")
        #expect(log.lastEndHeight == 21)
        try temporary.write([], to: "data/cs.wal/wal")
        #expect(log.lastEndHeight == 21)
        try temporary.write(height(22), to: "data/cs.wal/wal")
        #expect(log.lastEndHeight == 22)
        try temporary.write(height(1_000), to: "data/cs.wal/wal.1000")
        try temporary.write([], to: "data/cs.wal/wal")
        #expect(log.lastEndHeight == 1_000)
    }

    @Test func `a rotated log is found below a folder of any name`() throws {
        try temporary.write(height(21), to: "nœud ä😀/wal.000")
        try temporary.write([], to: "nœud ä😀/wal")
        #expect(ConsensusLog(head: temporary["nœud ä😀/wal"]).lastEndHeight == 21)
    }

    @Test func `a head of 10 MiB is read in a moment`() throws {
        var bytes: [UInt8] = []
        var height: Int64 = 0
        let part = LogRecords.other(2, size: 8_000)
        while bytes.count < 10 << 20 {
            height += 1
            for _ in 0..<8 { bytes += part }
            bytes += LogRecords.endHeight(height)
        }
        try temporary.write(bytes, to: "data/cs.wal/wal")
        let began = ContinuousClock.now
        #expect(log.lastEndHeight == height)
        print("a log of \(bytes.count >> 20) MiB was read in \(ContinuousClock.now - began)")
    }

    @Test func `garbage never traps and tells no height`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<10_000 {
            let count = Int.random(in: 0..<300, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if bytes.count > 8 {
                // A length that fits, so that the protobuf reader sees the garbage too.
                let length = LogRecords.bigEndian(UInt32(bytes.count - 8))
                bytes.replaceSubrange(4..<8, with: length)
            }
            #expect(ConsensusLog.lastEndHeight(in: bytes) == nil)
        }
    }

    @Test func `a log with one wrong byte tells no height that it did not hold`() {
        var generator = SeededGenerator(seed: 5)
        let good = height(41) + height(42) + height(43)
        for _ in 0..<2_000 {
            var bytes = good
            let index = Int.random(in: bytes.indices, using: &generator)
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
            #expect([nil, 41, 42, 43].contains(ConsensusLog.lastEndHeight(in: bytes)))
        }
    }
}
