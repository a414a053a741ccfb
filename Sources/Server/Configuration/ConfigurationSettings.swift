import API

extension Configuration {
    /// Every effective value that may be shown to who may read, by its variable.
    var settings: [Setting] {
        values.map { variable, value in
            Setting(
                name: variable.rawValue, value: value.map(withoutSecrets),
                origin: origin(of: variable).word)
        }
    }
}

/// The text without what addresses carry of secrets: user, password, query and fragment.
func withoutSecrets(_ text: String) -> String {
    text.split(separator: ",", omittingEmptySubsequences: false).map(withoutSecretsOfOne)
        .joined(separator: ",")
}

private func withoutSecretsOfOne(_ text: Substring) -> String {
    guard let mark = text.firstRange(of: "://") else {
        // A host and a port, perhaps with a user in front; paths keep their @.
        guard !text.contains("/"), let at = text.lastIndex(of: "@") else { return String(text) }
        return String(text[text.index(after: at)...])
    }
    let rest = text[mark.upperBound...].prefix { $0 != "?" && $0 != "#" }
    let authority = rest.prefix { $0 != "/" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    return String(text[..<mark.upperBound] + (host ?? authority) + rest[authority.endIndex...])
}
