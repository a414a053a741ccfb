/// The text of a tokens file, line by line: what can be used of it and what cannot.
///
/// Lines that are empty or begin with `#` are the operator's own; they are kept as they are, and so
/// are broken ones.
struct TokenList: Sendable, Equatable {
    private var lines: [Line] = []

    private struct Line: Sendable, Equatable {
        let bytes: [UInt8]
        let content: Content
    }

    private enum Content: Sendable, Equatable {
        case remark
        case entry(TokenEntry)
        case broken(TokenLineError)
    }

    init() {}

    init(_ bytes: [UInt8]) {
        var seen: Set<TokenID> = []
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        lines = pieces.map { piece in
            let text = String(decoding: piece, as: UTF8.self)
            return Line(bytes: Array(piece), content: Self.content(of: text, &seen))
        }
    }

    private static func content(of line: String, _ seen: inout Set<TokenID>) -> Content {
        if line.isEmpty || line.hasPrefix("#") { return .remark }
        do throws(TokenLineError) {
            let entry = try TokenEntry(line: line)
            guard seen.insert(entry.id).inserted else { throw .repeated }
            return .entry(entry)
        } catch {
            return .broken(error)
        }
    }

    var entries: [TokenEntry] {
        lines.compactMap { if case .entry(let entry) = $0.content { entry } else { nil } }
    }

    /// What is wrong, with the number of the line, from 1.
    var broken: [(number: Int, error: TokenLineError)] {
        lines.enumerated().compactMap { index, line in
            if case .broken(let error) = line.content { (index + 1, error) } else { nil }
        }
    }

    var bytes: [UInt8] { lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] } }

    mutating func append(_ entry: TokenEntry) {
        lines.append(Line(bytes: Array(entry.line.utf8), content: .entry(entry)))
    }

    /// Takes out every line of the id, broken ones too, so that none can come to count later.
    ///
    /// - Returns: Whether there was one.
    mutating func remove(_ id: TokenID) -> Bool {
        let before = lines.count
        lines.removeAll { line in
            line.content != .remark
                && line.bytes.prefix { $0 != UInt8(ascii: " ") }.elementsEqual(id.description.utf8)
        }
        return lines.count < before
    }
}
