import StageMessages

extension StageFailure {
    /// - Parameter rule: The very fact, as a verb and what belongs to it.
    static func refused(_ name: [UInt8], _ rule: String) -> StageFailure {
        StageFailure(.entryRefused, "the entry \"\(shown(name))\" \(rule)")
    }

    static func damaged(_ name: [UInt8], _ rule: String) -> StageFailure {
        StageFailure(.archiveDamaged, "the entry \"\(shown(name))\" \(rule)")
    }
}

/// A text from outside, of at most 100 characters and nothing that a terminal or a reader acts on.
func shown(_ text: [UInt8]) -> String {
    let scalars = String(decoding: text.prefix(1024), as: UTF8.self).unicodeScalars
    var result = ""
    for scalar in scalars.prefix(100) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return scalars.count > 100 || text.count > 1024 ? result + "…" : result
}
