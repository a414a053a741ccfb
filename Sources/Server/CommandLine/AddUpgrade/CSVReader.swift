/// Reads records of comma-separated values (RFC 4180), with the leading space of fields trimmed.
struct CSVReader {
    private var rest: Substring.UnicodeScalarView
    private var line = 1

    init(_ text: String) {
        // A carriage return counts only where it is part of a line's end.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let plain = lines.map { String($0.last == "\r" ? $0.dropLast() : $0) }
        rest = plain.joined(separator: "\n")[...].unicodeScalars
    }

    /// The next record, with the line that it begins on; nil after the last.
    mutating func next() throws(CSVError) -> (line: Int, fields: [String])? {
        while rest.first == "\n" { take() }
        guard !rest.isEmpty else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field())
            guard let separator = rest.first else { break }
            take()
            if separator == "\n" { break }
        }
        return (start, fields)
    }

    /// Ends before a comma, the line's end or the text's.
    private mutating func field() throws(CSVError) -> String {
        while let scalar = rest.first, scalar != "\n", scalar.properties.isWhitespace { take() }
        guard rest.first == "\"" else { return try bareField() }
        take()
        var text = ""
        while let scalar = rest.first {
            take()
            guard scalar == "\"" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            guard rest.first == "\"" else {
                guard rest.first == nil || rest.first == "," || rest.first == "\n" else {
                    throw CSVError(
                        line: line, what: "a quote within a quoted field must be doubled")
                }
                return text
            }
            take()
            text += "\""
        }
        throw CSVError(line: line, what: "a quote is not closed")
    }

    private mutating func bareField() throws(CSVError) -> String {
        var text = ""
        while let scalar = rest.first, scalar != ",", scalar != "\n" {
            guard scalar != "\"" else {
                throw CSVError(line: line, what: "a quote stands in a field that is not quoted")
            }
            text.unicodeScalars.append(scalar)
            take()
        }
        return text
    }

    private mutating func take() {
        if rest.popFirst() == "\n" { line += 1 }
    }
}

/// What is wrong with a text of comma-separated values, as a clause.
struct CSVError: Error, Equatable {
    let line: Int
    let what: String
}
