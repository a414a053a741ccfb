/// Writes CometBFT's consensus log as `internal/consensus/wal.go` does, for a reader to be tested by.
enum LogRecords {
    /// TimedWALMessage{1: time, 2: WALMessage{4: EndHeight{1: height}}}.
    static func endHeight(_ height: Int64) -> [UInt8] {
        record(message(4, height == 0 ? [] : varintField(1, UInt64(bitPattern: height))))
    }

    /// A message of another kind: 1 round state, 2 message, 3 time-out.
    static func other(_ kind: Int, size: Int, height: Int64 = 7) -> [UInt8] {
        let content =
            varintField(1, UInt64(height)) + bytesField(3, Array(repeating: 4, count: size))
        return record(message(kind, content))
    }

    static func message(_ kind: Int, _ content: [UInt8]) -> [UInt8] {
        let time = varintField(1, 1_700_000_000) + varintField(2, 123_456_789)
        return bytesField(1, time) + bytesField(2, bytesField(kind, content))
    }

    static func record(_ data: [UInt8]) -> [UInt8] {
        bigEndian(checksum(data)) + bigEndian(UInt32(data.count)) + data
    }

    /// CRC-32C, bit by bit: no table to share an error with.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82f6_3b78 : sum >> 1 }
        }
        return ~sum
    }

    static func bigEndian(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    static func varintField(_ number: Int, _ value: UInt64) -> [UInt8] {
        varint(UInt64(number << 3)) + varint(value)
    }

    static func bytesField(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(UInt64(number << 3 | 2)) + varint(UInt64(bytes.count)) + bytes
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80
            ? [UInt8(value)]
            : [UInt8(truncatingIfNeeded: value) | 0x80] + varint(value >> 7)
    }
}
