import FoundationEssentials

extension ReleaseManifest {
    /// The one text that `switchyard manifest create` writes: indented, with members in a fixed
    /// order, platforms, paths and digests sorted, and a new line at its end.
    package var json: String {
        var members = [
            "\"manifest\": 1", "\"chain_id\": \(chainID.quotedAsJSON)",
            "\"plan\": \(plan.quotedAsJSON)", "\"sequence\": \(sequence)",
        ]
        if let notBefore { members.append("\"not_before\": \"\(notBefore.wholeSeconds)\"") }
        if let expiresAt { members.append("\"expires_at\": \"\(expiresAt.wholeSeconds)\"") }
        let platforms = platforms.sorted { $0.key.isBefore($1.key) }.map { name, platform in
            "    \(name.quotedAsJSON): {\n\(platform.members)\n    }"
        }
        members.append("\"platforms\": {\n\(platforms.joined(separator: ",\n"))\n  }")
        return "{\n" + members.map { "  " + $0 }.joined(separator: ",\n") + "\n}\n"
    }
}

extension ReleaseManifest.Platform {
    /// Without the braces around them.
    fileprivate var members: String {
        let downloads = downloads.sorted { $0.sha256.isBefore($1.sha256) }
            .map { "        {\($0.members)}" }
        let files = files.sorted { $0.key.isBefore($1.key) }.map { path, content in
            "        {\"path\": \(path.quotedAsJSON), \(content.members)}"
        }
        return [("downloads", downloads), ("files", files)].filter { !$0.1.isEmpty }
            .map { "      \"\($0)\": [\n\($1.joined(separator: ",\n"))\n      ]" }
            .joined(separator: ",\n")
    }
}

extension ReleaseManifest.Content {
    fileprivate var members: String { "\"sha256\": \"\(sha256)\", \"size_bytes\": \(size)" }
}

extension String {
    /// No name of a manifest has a control character.
    fileprivate var quotedAsJSON: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// By bytes, so that no rule of any language decides.
    fileprivate func isBefore(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
