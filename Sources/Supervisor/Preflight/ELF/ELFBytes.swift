/// The content of an ELF file, a piece at a time, and not without end: what leads in circles is broken.
final class ELFBytes {
    private let source: (_ offset: Int, _ count: Int) -> [UInt8]
    /// The largest programs take some hundreds.
    private var readsLeft = 20_000

    /// - Parameter source: What is there of so many bytes from an offset.
    init(_ source: @escaping (_ offset: Int, _ count: Int) -> [UInt8]) {
        self.source = source
    }

    private func read(_ offset: Int, _ count: Int) -> [UInt8] {
        guard readsLeft > 0 else { return [] }
        readsLeft -= 1
        return source(offset, count)
    }

    /// All of a piece of at most 1 MiB.
    ///
    /// - Parameter what: For the message.
    func piece(_ offset: UInt64, _ count: Int, _ what: String) throws(ELFError) -> ELFPiece {
        // No file is larger than 2^62, so that nothing below overflows.
        guard offset < 1 << 62, (0...(1 << 20)).contains(count) else { throw .broken(what) }
        let bytes = read(Int(offset), count)
        guard bytes.count == count else { throw .broken(what) }
        return ELFPiece(bytes: bytes)
    }

    /// A text that ends with a zero; 64 KiB at most.
    func text(_ offset: UInt64, _ what: String) throws(ELFError) -> String {
        guard offset < 1 << 62 else { throw .broken(what) }
        for limit in [256, 64 << 10] {
            let bytes = read(Int(offset), limit)
            if let end = bytes.firstIndex(of: 0) {
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
        }
        throw .broken(what)
    }
}

/// Bytes that are there, with little-endian numbers in them.
struct ELFPiece {
    let bytes: [UInt8]

    func half(_ place: Int) -> UInt16 { UInt16(number(place, 2)) }
    func word(_ place: Int) -> UInt32 { UInt32(number(place, 4)) }
    func long(_ place: Int) -> UInt64 { number(place, 8) }

    /// An address or offset of the file's class.
    func address(_ place: Int, is64: Bool) -> UInt64 {
        is64 ? long(place) : UInt64(word(place))
    }

    private func number(_ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// The file's header.
struct ELFHead {
    let is64: Bool
    let type: UInt16
    let machine: UInt16
    let segmentsOffset: UInt64
    let segmentSize: Int
    let segmentCount: Int

    init(_ bytes: ELFBytes) throws(ELFError) {
        let start: ELFPiece
        do throws(ELFError) {
            start = try bytes.piece(0, 52, "header")
        } catch {
            throw .noELF
        }
        guard start.bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { throw .noELF }
        guard start.bytes[5] == 1 else {
            throw start.bytes[5] == 2 ? .bigEndian : .broken("byte order")
        }
        guard start.bytes[4] == 1 || start.bytes[4] == 2 else { throw .broken("class") }
        is64 = start.bytes[4] == 2
        type = start.half(16)
        machine = start.half(18)
        let head = is64 ? try bytes.piece(0, 64, "header") : start
        segmentsOffset = head.address(is64 ? 32 : 28, is64: is64)
        segmentSize = Int(head.half(is64 ? 54 : 42))
        segmentCount = Int(head.half(is64 ? 56 : 44))
    }
}

/// The program headers that matter to a loader.
struct ELFSegments {
    private var loaded: [Segment] = []
    private var interpreter: Segment?
    private(set) var dynamic: Segment?

    struct Segment {
        let offset: UInt64
        let address: UInt64
        let size: UInt64
        let isWritable: Bool
    }

    private enum Kind {
        static let load: UInt32 = 1
        static let dynamic: UInt32 = 2
        static let interpreter: UInt32 = 3
    }

    init(_ bytes: ELFBytes, _ head: ELFHead) throws(ELFError) {
        let what = "program headers"
        guard head.segmentCount > 0 else { return }
        // More than 65,534 are told in another way, which no executable needs.
        guard head.segmentCount <= 4096, head.segmentSize >= (head.is64 ? 56 : 32),
            head.segmentSize <= 256
        else { throw .broken(what) }
        let table = try bytes.piece(
            head.segmentsOffset, head.segmentCount * head.segmentSize, what)
        for start in stride(from: 0, to: table.bytes.count, by: head.segmentSize) {
            let is64 = head.is64
            let segment = Segment(
                offset: table.address(start + (is64 ? 8 : 4), is64: is64),
                address: table.address(start + (is64 ? 16 : 8), is64: is64),
                size: table.address(start + (is64 ? 32 : 16), is64: is64),
                isWritable: table.word(start + (is64 ? 4 : 24)) & 2 != 0)
            switch table.word(start) {
            case Kind.load: loaded.append(segment)
            case Kind.dynamic: dynamic = dynamic ?? segment
            case Kind.interpreter: interpreter = interpreter ?? segment
            default: break
            }
        }
    }

    func interpreter(in bytes: ELFBytes) throws(ELFError) -> String? {
        guard let interpreter else { return nil }
        guard interpreter.size <= 4096 else { throw .broken("interpreter") }
        let text = try bytes.piece(interpreter.offset, Int(interpreter.size), "interpreter")
        return String(decoding: text.bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An executable or a library has something to load, and a file that was cut short lacks the end
    /// of it.
    func check(_ bytes: ELFBytes, _ head: ELFHead) throws(ELFError) {
        guard head.type == 2 || head.type == 3 else { return }
        guard !loaded.isEmpty else { throw .broken("segments") }
        for segment in loaded where segment.size > 0 {
            let (last, isTooFar) = segment.offset.addingReportingOverflow(segment.size - 1)
            guard !isTooFar else { throw .broken("segments") }
            _ = try bytes.piece(last, 1, "segments")
        }
    }

    /// The first that a program may write to.
    var data: Segment? { loaded.first(where: \.isWritable) }

    /// Where in the file an address of memory lies.
    func offset(of address: UInt64) -> UInt64? {
        for segment in loaded where address >= segment.address {
            let distance = address - segment.address
            guard distance < segment.size else { continue }
            let (offset, isTooFar) = segment.offset.addingReportingOverflow(distance)
            return isTooFar ? nil : offset
        }
        return nil
    }
}
