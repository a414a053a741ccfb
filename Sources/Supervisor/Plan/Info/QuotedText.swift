extension String {
    /// A piece of a stranger's text for a sentence of ours: in quotation marks, of bounded length, and
    /// with everything escaped that is not plain ASCII.
    var inQuotes: String {
        let limit = 80
        var text = ""
        for scalar in unicodeScalars.prefix(limit) {
            let isPlain = (0x20..<0x7f).contains(scalar.value) && scalar != "\"" && scalar != "\\"
            text += isPlain ? String(scalar) : scalar.escaped(asASCII: true)
        }
        let isWhole = unicodeScalars.dropFirst(limit).isEmpty
        return "\"\(text)\(isWhole ? "" : "...")\""
    }
}

extension Sequence<String> {
    /// The first few, quoted, and how many more there are.
    var inQuotes: String {
        let all = Array(self)
        let rest = all.dropFirst(8).count
        return all.prefix(8).map(\.inQuotes).joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }
}
