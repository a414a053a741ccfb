extension Unicode.Scalar {
    /// Whether showing it could move the cursor, end the line or reorder what is read: controls,
    /// line separators, and the marks that change the writing direction.
    var isUnsafeToShow: Bool {
        switch value {
        case 0...0x1f, 0x7f...0x9f, 0x2028, 0x2029: true
        case 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Text from outside as it may be shown: unsafe scalars become `\u{…}`.
func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.isUnsafeToShow) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.isUnsafeToShow {
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// The escaped text between quotes, so that its ends are seen.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { result += "\\" }
        result.unicodeScalars.append(scalar)
    }
    return escaped(result + "\"")
}
