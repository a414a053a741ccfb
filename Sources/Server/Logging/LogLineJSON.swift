extension LogLine {
    /// The line as a JSON object: `time`, `level`, `msg`, then the fields.
    ///
    /// A field of one of those three names gets a `_` behind it, so that no name occurs twice.
    var json: String {
        let own = [
            ("time", moment.rfc3339Milliseconds), ("level", level.rawValue), ("msg", message),
        ]
        let others = fields.map { field in
            (own.contains { $0.0 == field.key } ? field.key + "_" : field.key, field.value)
        }
        let members = (own + others).map { Self.string($0.0) + ":" + Self.string($0.1) }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// A JSON string in which nothing is left that could disturb whoever shows it raw.
    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(Character(scalar))
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.isUnsafeToShow:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
